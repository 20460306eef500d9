//! What certificates and signatures share of ASN.1: reading in place, algorithms, times, and writing.

use alloc::vec::Vec;

use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, ObjectIdentifier, UintRef, UtcTime};
use der::{Decode, Header, Length, Reader, SliceReader};
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm};

use crate::signature::{SignatureError, SignatureErrorKind as Kind};

pub(crate) type Result<T> = core::result::Result<T, SignatureError>;

/// Object identifiers.
pub(crate) mod oid {
    use der::asn1::ObjectIdentifier;

    const fn oid(text: &str) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(text)
    }

    /// `id-signedData` (RFC 5652, 5.1).
    pub const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
    /// `id-data` (RFC 5652, 4).
    pub const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
    /// `id-ct-mudtype` (RFC 8520, 11).
    pub const CT_MUD: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.41");
    /// `id-contentType` (RFC 5652, 11.1).
    pub const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
    /// `id-messageDigest` (RFC 5652, 11.2).
    pub const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
    /// `id-signingTime` (RFC 5652, 11.3).
    pub const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
    /// `id-ecPublicKey` (RFC 5480, 2.1.1).
    pub const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
    /// `id-Ed25519`, both of a key and of a signature (RFC 8410, 3).
    pub const ED25519: ObjectIdentifier = oid("1.3.101.112");
    /// Named curves (RFC 5480, 2.1.1.1).
    pub const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
    pub const P384: ObjectIdentifier = oid("1.3.132.0.34");
    pub const P521: ObjectIdentifier = oid("1.3.132.0.35");
    /// `ecdsa-with-SHA256` and the others (RFC 5758, 3.2).
    pub const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
    pub const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
    pub const ECDSA_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
    /// `id-sha256` and the others (RFC 5754, 2).
    pub const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
    pub const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
    pub const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
    /// `commonName` (RFC 5280, A.1).
    pub const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
    /// Certificate extensions (RFC 5280, 4.2.1).
    pub const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.14");
    pub const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
    pub const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
    pub const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
    pub const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.35");
}

/// Tags that are written, or looked for by their byte.
pub(crate) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const OBJECT_IDENTIFIER: u8 = 0x06;
    pub const UTF8_STRING: u8 = 0x0c;
    pub const UTC_TIME: u8 = 0x17;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    /// The string `[0]`, not constructed.
    pub const CONTEXT_0_PRIMITIVE: u8 = 0x80;
    /// `[0]`, constructed, and those after it.
    pub const CONTEXT_0: u8 = 0xa0;
    pub const CONTEXT_1: u8 = 0xa1;
    pub const CONTEXT_3: u8 = 0xa3;
}

/// DER that is read in place. Offsets count from the start of the outermost input.
#[derive(Clone)]
pub(crate) struct Asn1<'b> {
    reader: SliceReader<'b>,
    base: usize,
}

impl<'b> Asn1<'b> {
    /// Reads `bytes`, which stand at `base` of the outermost input.
    pub fn new(bytes: &'b [u8], base: usize) -> Result<Self> {
        let too_large = SignatureError::new(Kind::TooLarge, base);
        Ok(Self { reader: SliceReader::new(bytes).map_err(|_| too_large)?, base })
    }

    pub fn offset(&self) -> usize {
        self.base.saturating_add(usize::try_from(self.reader.position()).unwrap_or(usize::MAX))
    }

    pub fn error(&self, kind: Kind) -> SignatureError {
        SignatureError::new(kind, self.offset())
    }

    pub fn is_finished(&self) -> bool {
        self.reader.is_finished()
    }

    /// Whether the next item has this tag.
    pub fn is_next(&self, tag: u8) -> bool {
        self.reader.peek_byte() == Some(tag)
    }

    /// Nothing may follow.
    pub fn finish(self) -> Result<()> {
        if self.is_finished() { Ok(()) } else { Err(self.error(Kind::Malformed)) }
    }

    /// A whole item with its tag and length, as it stands.
    pub fn raw(&mut self) -> Result<&'b [u8]> {
        let malformed = self.error(Kind::Malformed);
        self.reader.tlv_bytes().map_err(|_| malformed)
    }

    /// The content of an item with this tag.
    pub fn content(&mut self, tag: u8) -> Result<Self> {
        let malformed = self.error(Kind::Malformed);
        if !self.is_next(tag) {
            return Err(malformed);
        }
        let start = self.offset();
        let raw = self.raw()?;
        let mut inner = SliceReader::new(raw).map_err(|_| malformed)?;
        Header::decode(&mut inner).map_err(|_| malformed)?;
        let head = usize::try_from(inner.position()).map_err(|_| malformed)?;
        Self::new(raw.get(head..).unwrap_or_default(), start + head)
    }

    /// All that is left.
    pub fn rest(mut self) -> Result<&'b [u8]> {
        let malformed = self.error(Kind::Malformed);
        let rest: Length = self.reader.remaining_len();
        self.reader.read_slice(rest).map_err(|_| malformed)
    }

    /// An item of a type of `der`.
    pub fn decode<T: Decode<'b>>(&mut self) -> Result<T> {
        let malformed = self.error(Kind::Malformed);
        self.reader.decode().map_err(|_| malformed)
    }

    /// An `AlgorithmIdentifier`: the algorithm and its parameters.
    pub fn algorithm(&mut self) -> Result<(ObjectIdentifier, Option<AnyRef<'b>>)> {
        let mut inner = self.content(tag::SEQUENCE)?;
        let algorithm = inner.decode()?;
        let parameters = if inner.is_finished() { None } else { Some(inner.decode()?) };
        inner.finish()?;
        Ok((algorithm, parameters))
    }

    /// An `AlgorithmIdentifier` without parameters, or with NULL.
    pub fn plain_algorithm(&mut self) -> Result<ObjectIdentifier> {
        let unsupported = self.error(Kind::UnsupportedAlgorithm);
        match self.algorithm()? {
            (algorithm, None) => Ok(algorithm),
            (algorithm, Some(parameters)) if parameters.is_null() => Ok(algorithm),
            _ => Err(unsupported),
        }
    }

    /// A `BIT STRING` of whole bytes.
    pub fn bits(&mut self) -> Result<&'b [u8]> {
        let malformed = self.error(Kind::Malformed);
        self.decode::<BitStringRef<'b>>()?.as_bytes().ok_or(malformed)
    }

    /// A `Time` (RFC 5280, 4.1.2.5), in seconds since 1970 began.
    pub fn time(&mut self) -> Result<i64> {
        let malformed = self.error(Kind::Malformed);
        let since = if self.is_next(tag::UTC_TIME) {
            self.decode::<UtcTime>()?.to_unix_duration()
        } else {
            self.decode::<GeneralizedTime>()?.to_unix_duration()
        };
        i64::try_from(since.as_secs()).map_err(|_| malformed)
    }
}

/// The hash of this identifier.
pub(crate) fn hash_of(algorithm: ObjectIdentifier) -> Option<HashAlgorithm> {
    match algorithm {
        oid::SHA256 => Some(HashAlgorithm::Sha256),
        oid::SHA384 => Some(HashAlgorithm::Sha384),
        oid::SHA512 => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}

/// The identifier of a hash.
pub(crate) const fn hash_oid(algorithm: HashAlgorithm) -> Option<ObjectIdentifier> {
    match algorithm {
        HashAlgorithm::Sha256 => Some(oid::SHA256),
        HashAlgorithm::Sha384 => Some(oid::SHA384),
        HashAlgorithm::Sha512 => Some(oid::SHA512),
        _ => None,
    }
}

/// The algorithm of a signature with this identifier by a key on `curve`.
pub(crate) fn signature_algorithm(signature: ObjectIdentifier, curve: Curve) -> Option<Algorithm> {
    let algorithm = match (signature, curve) {
        (oid::ECDSA_SHA256, Curve::P256) => Algorithm::ESP256,
        (oid::ECDSA_SHA384, Curve::P384) => Algorithm::ESP384,
        (oid::ECDSA_SHA512, Curve::P521) => Algorithm::ESP512,
        (oid::ECDSA_SHA256, _) => Algorithm::ES256,
        (oid::ECDSA_SHA384, _) => Algorithm::ES384,
        (oid::ECDSA_SHA512, _) => Algorithm::ES512,
        (oid::ED25519, _) => Algorithm::ED25519,
        _ => return None,
    };
    curve.serves(algorithm).then_some(algorithm)
}

/// How a key on `curve` signs here: the algorithm, its identifier, and the hash of the message digest.
pub(crate) const fn signing_algorithm(
    curve: Curve,
) -> Option<(Algorithm, ObjectIdentifier, HashAlgorithm)> {
    match curve {
        Curve::P256 => Some((Algorithm::ESP256, oid::ECDSA_SHA256, HashAlgorithm::Sha256)),
        Curve::P384 => Some((Algorithm::ESP384, oid::ECDSA_SHA384, HashAlgorithm::Sha384)),
        Curve::P521 => Some((Algorithm::ESP512, oid::ECDSA_SHA512, HashAlgorithm::Sha512)),
        // RFC 8419, 2.3.
        Curve::Ed25519 => Some((Algorithm::ED25519, oid::ED25519, HashAlgorithm::Sha512)),
        _ => None,
    }
}

/// The identifier of a curve. `None` for Ed25519, which is an algorithm of its own.
pub(crate) const fn curve_oid(curve: Curve) -> Option<ObjectIdentifier> {
    match curve {
        Curve::P256 => Some(oid::P256),
        Curve::P384 => Some(oid::P384),
        Curve::P521 => Some(oid::P521),
        _ => None,
    }
}

/// The signature as a backend takes it: of ECDSA (`ECDSA-Sig-Value`; RFC 5480, A), r and s side by side,
/// each as long as the curve's coordinates.
pub(crate) fn raw_signature(signature: &[u8], curve: Curve, offset: usize) -> Result<Vec<u8>> {
    if curve == Curve::Ed25519 {
        return Ok(signature.to_vec());
    }
    let mut outer = Asn1::new(signature, offset)?;
    let mut inner = outer.content(tag::SEQUENCE)?;
    outer.finish()?;
    let mut raw = Vec::new();
    for _ in 0..2 {
        let malformed = inner.error(Kind::Malformed);
        let integer: UintRef<'_> = inner.decode()?;
        let bytes = integer.as_bytes();
        let zeros = curve.coordinate_len().checked_sub(bytes.len()).ok_or(malformed)?;
        raw.resize(raw.len() + zeros, 0);
        raw.extend_from_slice(bytes);
    }
    inner.finish()?;
    Ok(raw)
}

/// The signature as DER has it, from the one that a backend gave.
pub(crate) fn der_signature(raw: &[u8], curve: Curve) -> Vec<u8> {
    if curve == Curve::Ed25519 {
        return raw.to_vec();
    }
    let (r, s) = raw.split_at_checked(curve.coordinate_len()).unwrap_or_default();
    item(tag::SEQUENCE, &[&unsigned(r), &unsigned(s)])
}

/// An item: tag, length, and the parts of its content.
pub(crate) fn item(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut item = Vec::with_capacity(length + 6);
    item.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => item.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let skip = bytes.iter().take_while(|byte| **byte == 0).count();
            let bytes = bytes.get(skip..).unwrap_or_default();
            // At most eight.
            item.push(0x80 | u8::try_from(bytes.len()).unwrap_or(8));
            item.extend_from_slice(bytes);
        }
    }
    for part in parts {
        item.extend_from_slice(part);
    }
    item
}

/// A `SET OF` these items, in the order that DER asks for (X.690, 11.6).
pub(crate) fn set_of(tag: u8, mut items: Vec<&[u8]>) -> Vec<u8> {
    items.sort_unstable();
    item(tag, &items)
}

/// An `INTEGER` of these bytes, which are not negative.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let skip = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = bytes.get(skip..).unwrap_or_default();
    let sign: &[u8] = if bytes.first().is_none_or(|first| *first > 0x7f) { &[0] } else { &[] };
    item(tag::INTEGER, &[sign, bytes])
}

pub(crate) fn oid_item(oid: ObjectIdentifier) -> Vec<u8> {
    item(tag::OBJECT_IDENTIFIER, &[oid.as_bytes()])
}

/// An `AlgorithmIdentifier` without parameters.
pub(crate) fn algorithm_item(algorithm: ObjectIdentifier) -> Vec<u8> {
    item(tag::SEQUENCE, &[&oid_item(algorithm)])
}
