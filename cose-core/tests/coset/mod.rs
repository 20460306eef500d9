//! What `coset` makes of the same bytes, and every difference with its reason. Shared by the property
//! tests and the fuzz target.

use std::fmt::Debug;

use coset::{
    CborSerializable, CoseEncrypt, CoseEncrypt0, CoseError, CoseKey, CoseMac, CoseMac0, CoseSign,
    CoseSign1, Header, Label as CosetLabel, RegisteredLabel, RegisteredLabelWithPrivate,
    TaggedCborSerializable,
};
use hexad_cose_core::{
    ContentType, Encrypt, Encrypt0, Error, ErrorKind, Headers, Key, Label, Mac, Mac0, Sign, Sign1,
};

/// Both accept `bytes` as a message of each kind and as a key, or both refuse them, but for what is
/// named below; what both accept, they read as the same.
pub fn agree_with_coset(bytes: &[u8]) -> Result<(), String> {
    let sign1 = Sign1::parse(bytes);
    agree(bytes, &sign1, message::<CoseSign1>(bytes), |ours, theirs| {
        same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        same(&CoseSign1::try_from(ours), theirs)
    })?;
    let sign = Sign::parse(bytes);
    // Of a signature's headers it says no more than that they are none; the conversion tells.
    let told = |error| match sign.as_ref().map(CoseSign::try_from) {
        Ok(Err(told)) => told,
        _ => error,
    };
    agree(bytes, &sign, message::<CoseSign>(bytes).map_err(told), |ours, theirs| {
        same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        for (ours, theirs) in ours.signatures().zip(&theirs.signatures) {
            same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        }
        same(&CoseSign::try_from(ours), theirs)
    })?;
    agree(bytes, &Mac0::parse(bytes), message::<CoseMac0>(bytes), |ours, theirs| {
        same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        same(&CoseMac0::try_from(ours), theirs)
    })?;
    agree(bytes, &Mac::parse(bytes), message::<CoseMac>(bytes), |ours, theirs| {
        same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        same(&CoseMac::try_from(ours), theirs)
    })?;
    agree(bytes, &Encrypt0::parse(bytes), message::<CoseEncrypt0>(bytes), |ours, theirs| {
        same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        same(&CoseEncrypt0::try_from(ours), theirs)
    })?;
    agree(bytes, &Encrypt::parse(bytes), message::<CoseEncrypt>(bytes), |ours, theirs| {
        same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        for (ours, theirs) in ours.recipients().zip(&theirs.recipients) {
            same_headers(ours.headers(), &theirs.protected.header, &theirs.unprotected)?;
        }
        same(&CoseEncrypt::try_from(ours), theirs)
    })?;
    match (Key::parse(bytes), CoseKey::from_slice(bytes)) {
        (Ok(ours), Ok(theirs)) => same_key(&ours, &theirs),
        (Ok(_), Err(error)) if !is_strict(bytes, &error) => {
            Err(format!("a key that coset refuses: {error:?}"))
        }
        (Err(error), Ok(_)) if !is_lenient_of_keys(bytes, error) => {
            Err(format!("a key that coset reads: {error}"))
        }
        _ => Ok(()),
    }
}

/// What coset reads as a message of one kind, with its tag where there is one.
fn message<C: CborSerializable + TaggedCborSerializable>(bytes: &[u8]) -> Result<C, CoseError> {
    if bytes.first().is_some_and(|first| first >> 5 == 6) {
        C::from_tagged_slice(bytes)
    } else {
        C::from_slice(bytes)
    }
}

fn agree<V, C>(
    bytes: &[u8],
    ours: &Result<V, Error>,
    theirs: Result<C, CoseError>,
    same: impl FnOnce(&V, &C) -> Result<(), String>,
) -> Result<(), String> {
    let kind = std::any::type_name::<C>();
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => same(ours, &theirs).map_err(|why| format!("{kind}: {why}")),
        (Ok(_), Err(error)) if !is_strict(bytes, &error) => {
            Err(format!("{kind}: refused by coset: {error:?}"))
        }
        (Err(error), Ok(_)) if !is_lenient(bytes, *error) => {
            Err(format!("{kind}: read by coset: {error}"))
        }
        _ => Ok(()),
    }
}

/// By how they are shown: of floats, not every value equals itself.
fn same<C: Debug>(converted: &Result<C, CoseError>, theirs: &C) -> Result<(), String> {
    let (converted, theirs) = (format!("{converted:?}"), format!("Ok({theirs:?})"));
    if converted == theirs { Ok(()) } else { Err(format!("{converted}, coset: {theirs}")) }
}

/// That the accessors of headers say what coset's fields do.
fn same_headers(
    ours: &Headers<'_>,
    protected: &Header,
    unprotected: &Header,
) -> Result<(), String> {
    let algorithm = protected.alg.as_ref().or(unprotected.alg.as_ref()).and_then(number);
    // 0 is reserved in the registry, and names no algorithm here.
    let algorithm = algorithm.filter(|number| *number != 0);
    equal("alg", ours.algorithm().map(|algorithm| algorithm.0), algorithm)?;
    let bytes = |of: fn(&Header) -> &Vec<u8>| {
        let there = [protected, unprotected].map(of).into_iter().find(|bytes| !bytes.is_empty());
        there.cloned()
    };
    equal("kid", ours.kid().map(<[u8]>::to_vec), bytes(|header| &header.key_id))?;
    equal("IV", ours.iv().map(<[u8]>::to_vec), bytes(|header| &header.iv))?;
    equal("Partial IV", ours.partial_iv().map(<[u8]>::to_vec), bytes(|header| &header.partial_iv))?;
    let content_type = protected.content_type.as_ref().or(unprotected.content_type.as_ref());
    let content_type = content_type.map(|theirs| match theirs {
        RegisteredLabel::Assigned(format) => format!("{}", *format as u16),
        RegisteredLabel::Text(text) => text.clone(),
    });
    let own = ours.content_type().map(|own| match own {
        ContentType::Format(format) => format.to_string(),
        ContentType::Text(text) => text.to_owned(),
    });
    equal("content type", own, content_type)?;
    for (bucket, in_protected) in [(protected, true), (unprotected, false)] {
        for (label, _) in &bucket.rest {
            let label = ours_of(label);
            let found =
                if in_protected { ours.get_protected(label) } else { ours.get_unprotected(label) };
            if found.is_none() {
                return Err(format!("{label:?} is there for coset alone"));
            }
        }
    }
    Ok(())
}

fn same_key(ours: &Key<'_>, theirs: &CoseKey) -> Result<(), String> {
    let kid = Some(&theirs.key_id).filter(|kid| !kid.is_empty());
    equal("kid", ours.kid(), kid.map(Vec::as_slice))?;
    let algorithm = theirs.alg.as_ref().and_then(number);
    equal("alg", ours.algorithm().map(|algorithm| algorithm.0), algorithm)?;
    for (label, _) in &theirs.params {
        if ours.parameter(ours_of(label)).is_none() {
            return Err(format!("{label:?} is there for coset alone"));
        }
    }
    same(&CoseKey::try_from(ours), theirs)
}

fn equal<T: PartialEq + Debug>(what: &str, ours: T, theirs: T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: {ours:?}, coset: {theirs:?}")) }
}

fn number(algorithm: &coset::Algorithm) -> Option<i64> {
    use coset::iana::EnumI64;
    match algorithm {
        RegisteredLabelWithPrivate::PrivateUse(number) => Some(*number),
        RegisteredLabelWithPrivate::Assigned(assigned) => Some(assigned.to_i64()),
        RegisteredLabelWithPrivate::Text(_) => None,
    }
}

fn ours_of(label: &CosetLabel) -> Label<'_> {
    match label {
        CosetLabel::Int(number) => Label::Integer(*number),
        CosetLabel::Text(text) => Label::Text(text),
    }
}

/// Why coset refuses what is accepted here.
pub fn is_strict(bytes: &[u8], error: &CoseError) -> bool {
    match error {
        // It takes no number that was not registered when it was written, unless it is a private one:
        // of algorithms, critical labels, content formats, operations and types of keys.
        CoseError::UnregisteredIanaValue | CoseError::UnregisteredIanaNonPrivateValue => true,
        CoseError::UnexpectedItem(got, want) => {
            matches!(
                (*got, *want),
                // A key identifier or initialization vector without bytes; RFC 9052 has them as any bstr.
                ("empty bstr", "non-empty bstr")
            // The form of a media type is not looked at here.
            | ("empty tstr", "non-empty tstr")
            | ("leading/trailing whitespace", _)
            | ("arbitrary text", _)
            // An operation of a key, named twice, which RFC 9052, 7.1 does not forbid.
            | ("repeated array entry", _)
            ) || has_countersignature(bytes)
        }
        // ciborium reads simple values no further than null, and integers and tags as it likes.
        CoseError::DecodeFailed(_) => ciborium_refuses(bytes),
        // In a countersignature of RFC 8152, which is read here only when it is asked for.
        CoseError::OutOfRangeIntegerValue | CoseError::DuplicateMapKey => {
            has_countersignature(bytes)
        }
        _ => false,
    }
}

/// Whether a parameter 7 may be there: coset reads its value at once.
fn has_countersignature(bytes: &[u8]) -> bool {
    bytes.contains(&7)
}

/// Whether `ciborium` refuses the whole, or what is wrapped in one of its byte strings.
fn ciborium_refuses(bytes: &[u8]) -> bool {
    // Simple values, and text in chunks that is whole only together.
    bytes.iter().any(|byte| matches!(byte, 0xe0..=0xf3 | 0xf8 | 0x7f | 0xc2 | 0xc3))
}

/// Why coset reads a message that is refused here.
pub fn is_lenient(bytes: &[u8], error: Error) -> bool {
    let here = bytes.get(error.offset()).copied().unwrap_or_default();
    match error.kind() {
        // RFC 9052, 3: a label stands in one bucket alone. coset looks for it in each by itself.
        ErrorKind::DuplicateKey => true,
        // RFC 9052, 3.1: `crit` is protected, and no IV stands beside a Partial IV in either bucket;
        // RFC 9052, 3: an empty protected map is a zero-length string or `a0`.
        ErrorKind::InvalidValue => true,
        // RFC 9052, 4.1, 5.1 and 6.1: there is at least one signature or recipient. And recipients come
        // in arrays of definite length here, as all who write them write.
        ErrorKind::Length => true,
        // Nested deeper than a device has room for.
        ErrorKind::TooDeep => true,
        // Strings in chunks where a bucket, payload or signature stands; labels in chunks.
        ErrorKind::IndefiniteLength => here & 0x1f == 0x1f,
        // It takes undefined for null, a bignum for an integer, and a tagged value for what it tags.
        ErrorKind::UnexpectedType { .. } => {
            matches!(here, 0xf7 | 0xc0..=0xdb) || here & 0x1f == 0x1f
        }
        ErrorKind::UnexpectedTag => true,
        // ciborium's own leniencies: reserved simple values, a break for a value, chunks of text.
        ErrorKind::ReservedValue => here == 0xf8,
        ErrorKind::UnexpectedBreak => here == 0xff,
        ErrorKind::InvalidUtf8 => here == 0x7f,
        _ => false,
    }
}

/// Why coset reads a key that is refused here: it gives its parameters no meaning.
pub fn is_lenient_of_keys(bytes: &[u8], error: Error) -> bool {
    match error.kind() {
        // A type or curve that is not offered; a type without what it is made of; a coordinate that is
        // longer or shorter than the curve says, or an empty list of operations; a parameter of another
        // type than the key's.
        ErrorKind::Unsupported
        | ErrorKind::Missing
        | ErrorKind::Length
        | ErrorKind::UnexpectedType { .. }
        | ErrorKind::IntegerRange => true,
        _ => is_lenient(bytes, error),
    }
}
