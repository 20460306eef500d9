//! X.509 certificates (RFC 5280), read in place: as much as the signature of a MUD file needs.

mod chain;
mod issue;

use alloc::vec::Vec;
use core::fmt;

use der::asn1::{BitStringRef, ObjectIdentifier};
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::{Algorithm, Curve, PublicKeyBuf, Segments, Signed};

use crate::asn1::{Asn1, Result, oid, raw_signature, signature_algorithm, tag};
use crate::signature::{SignatureError, SignatureErrorKind as Kind};

pub(crate) use chain::check_chain;
pub(crate) use issue::time;
pub use issue::{Issuer, Template};

/// The most extensions of a certificate that are read.
const MAX_EXTENSIONS: usize = 64;

/// A certificate, as it stands in its DER encoding. That it is read says nothing of whether it is to be
/// trusted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Certificate<'b> {
    der: &'b [u8],
    offset: usize,
    tbs: &'b [u8],
    serial_number: &'b [u8],
    issuer: &'b [u8],
    subject: &'b [u8],
    not_before: i64,
    not_after: i64,
    key: Option<PublicKeyBuf>,
    algorithm: ObjectIdentifier,
    signature: &'b [u8],
    extensions: Extensions<'b>,
}

/// The extensions that are understood (RFC 5280, 4.2.1).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Extensions<'b> {
    subject_key_identifier: Option<&'b [u8]>,
    /// The first nine bits, `digitalSignature` the lowest.
    key_usage: Option<u16>,
    /// Whether it is a certification authority, and of chains how long.
    basic_constraints: Option<(bool, Option<u8>)>,
    /// A critical extension that is not understood.
    critical: bool,
}

impl<'b> Certificate<'b> {
    /// Reads a certificate that is all of `der`.
    ///
    /// # Errors
    /// `Malformed` for anything but an X.509 certificate in DER, also for an extension that stands
    /// twice; `TooLarge` for more than 64 extensions. Keys and algorithms that are not offered are no
    /// error until they are needed.
    pub fn parse(der: &'b [u8]) -> core::result::Result<Self, SignatureError> {
        let mut asn1 = Asn1::new(der, 0)?;
        let certificate = Self::read(&mut asn1)?;
        asn1.finish()?;
        Ok(certificate)
    }

    pub(crate) fn read(outer: &mut Asn1<'b>) -> Result<Self> {
        let offset = outer.offset();
        let der = outer.clone().raw()?;
        let mut asn1 = outer.content(tag::SEQUENCE)?;
        let tbs = asn1.clone().raw()?;
        let mut fields = asn1.content(tag::SEQUENCE)?;
        let mismatch = asn1.error(Kind::Malformed);
        let (algorithm, parameters) = asn1.algorithm()?;
        let signature = asn1.bits()?;
        asn1.finish()?;

        let version: u8 = if fields.is_next(tag::CONTEXT_0) {
            let mut explicit = fields.content(tag::CONTEXT_0)?;
            let version = explicit.decode()?;
            explicit.finish()?;
            version
        } else {
            0
        };
        let malformed = fields.error(Kind::Malformed);
        if version > 2 {
            return Err(malformed);
        }
        let serial_number = fields.content(tag::INTEGER)?.rest()?;
        if fields.algorithm()? != (algorithm, parameters) {
            return Err(mismatch);
        }
        let issuer = name(&mut fields)?;
        let mut validity = fields.content(tag::SEQUENCE)?;
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        validity.finish()?;
        let subject = name(&mut fields)?;
        let key = public_key(&mut fields)?;
        // The unique identifiers of version 2 mean nothing here.
        for identifier in [0x81, 0x82] {
            if fields.is_next(identifier) {
                fields.raw()?;
            }
        }
        let extensions = if fields.is_next(tag::CONTEXT_3) && version == 2 {
            let mut explicit = fields.content(tag::CONTEXT_3)?;
            let extensions = Extensions::read(explicit.content(tag::SEQUENCE)?)?;
            explicit.finish()?;
            extensions
        } else {
            Extensions::default()
        };
        fields.finish()?;
        Ok(Self {
            der,
            offset,
            tbs,
            serial_number,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            algorithm,
            signature,
            extensions,
        })
    }

    /// The whole certificate.
    #[must_use]
    pub const fn as_der(&self) -> &'b [u8] {
        self.der
    }

    /// The serial number, as it stands: big-endian, two's complement.
    #[must_use]
    pub const fn serial_number(&self) -> &'b [u8] {
        self.serial_number
    }

    /// The issuer's name, in DER.
    #[must_use]
    pub const fn issuer(&self) -> &'b [u8] {
        self.issuer
    }

    /// The subject's name, in DER.
    #[must_use]
    pub const fn subject(&self) -> &'b [u8] {
        self.subject
    }

    /// When the certificate begins to be valid, in seconds since 1970 began.
    #[must_use]
    pub const fn not_before(&self) -> i64 {
        self.not_before
    }

    /// When the certificate ceases to be valid, in seconds since 1970 began.
    #[must_use]
    pub const fn not_after(&self) -> i64 {
        self.not_after
    }

    /// The subject's public key. `None` for a kind of key that is not offered.
    #[must_use]
    pub const fn key(&self) -> Option<&PublicKeyBuf> {
        self.key.as_ref()
    }

    /// The X.509 subject key identifier (RFC 5280, 4.2.1.2), which is not the thumbprint that a SUIT
    /// manifest names.
    #[must_use]
    pub const fn subject_key_identifier(&self) -> Option<&'b [u8]> {
        self.extensions.subject_key_identifier
    }

    /// Whether `signature` over `message` is by the subject's key.
    pub(crate) fn verify(
        &self,
        algorithm: ObjectIdentifier,
        message: &[u8],
        signature: (&[u8], usize),
        crypto: &mut (impl Hash + Verify),
    ) -> Result<Algorithm> {
        let (signature, offset) = signature;
        let at = |kind| SignatureError::new(kind, offset);
        let unsupported = at(Kind::UnsupportedAlgorithm);
        let key = self.key.as_ref().ok_or(unsupported)?;
        let (curve, key) = (key.curve(), key.as_public());
        let algorithm = signature_algorithm(algorithm, curve).ok_or(unsupported)?;
        let signature = raw_signature(signature, curve, offset)?;
        let failed = |error| match error {
            hexad_cose_core::CryptoError::Rejected => at(Kind::Signature),
            other => at(Kind::Crypto(other)),
        };
        let signed = Signed::new(algorithm, Segments::plain(message), crypto).map_err(failed)?;
        crypto.verify(algorithm, &key, &signed, &signature).map_err(failed)?;
        Ok(algorithm)
    }
}

impl fmt::Debug for Certificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial_number", &self.serial_number)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// A `Name`, as it stands: a sequence of sets.
fn name<'b>(fields: &mut Asn1<'b>) -> Result<&'b [u8]> {
    let raw = fields.clone().raw()?;
    let mut sets = fields.content(tag::SEQUENCE)?;
    while !sets.is_finished() {
        sets.content(tag::SET)?;
    }
    Ok(raw)
}

/// A `SubjectPublicKeyInfo` (RFC 5480, RFC 8410).
fn public_key(fields: &mut Asn1<'_>) -> Result<Option<PublicKeyBuf>> {
    let mut asn1 = fields.content(tag::SEQUENCE)?;
    let (algorithm, parameters) = asn1.algorithm()?;
    let bits = asn1.bits()?;
    asn1.finish()?;
    let curve = match (algorithm, parameters) {
        (oid::ED25519, None) => Curve::Ed25519,
        (oid::EC_PUBLIC_KEY, Some(parameters)) => {
            match parameters.decode_as::<ObjectIdentifier>().ok() {
                Some(oid::P256) => Curve::P256,
                Some(oid::P384) => Curve::P384,
                Some(oid::P521) => Curve::P521,
                _ => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    // A compressed point is none that is offered.
    Ok(PublicKeyBuf::from_point(curve, bits))
}

impl<'b> Extensions<'b> {
    fn read(mut list: Asn1<'b>) -> Result<Self> {
        let mut extensions = Self::default();
        let mut seen: Vec<ObjectIdentifier> = Vec::new();
        while !list.is_finished() {
            let (too_many, malformed) = (list.error(Kind::TooLarge), list.error(Kind::Malformed));
            let mut asn1 = list.content(tag::SEQUENCE)?;
            let id: ObjectIdentifier = asn1.decode()?;
            let critical = asn1.is_next(tag::BOOLEAN) && asn1.decode::<bool>()?;
            let mut value = asn1.content(tag::OCTET_STRING)?;
            asn1.finish()?;
            if seen.len() >= MAX_EXTENSIONS {
                return Err(too_many);
            }
            // An extension stands once (RFC 5280, 4.2).
            if seen.contains(&id) {
                return Err(malformed);
            }
            seen.push(id);
            extensions.take(id, critical, &mut value)?;
        }
        Ok(extensions)
    }

    fn take(&mut self, id: ObjectIdentifier, critical: bool, value: &mut Asn1<'b>) -> Result<()> {
        match id {
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = Some(value.content(tag::OCTET_STRING)?.rest()?);
            }
            oid::KEY_USAGE => {
                let bits: BitStringRef<'_> = value.decode()?;
                let bits = bits.bits().take(9).enumerate();
                let usage = bits.fold(0, |usage, (index, bit)| usage | (u16::from(bit) << index));
                self.key_usage = Some(usage);
            }
            oid::BASIC_CONSTRAINTS => {
                let mut inner = value.content(tag::SEQUENCE)?;
                let authority = inner.is_next(tag::BOOLEAN) && inner.decode::<bool>()?;
                let length = if inner.is_finished() { None } else { Some(inner.decode()?) };
                inner.finish()?;
                self.basic_constraints = Some((authority, length));
            }
            // Neither limits what the key may sign.
            oid::AUTHORITY_KEY_IDENTIFIER | oid::SUBJECT_ALT_NAME => return Ok(()),
            _ => {
                self.critical |= critical;
                return Ok(());
            }
        }
        value.clone().finish()
    }
}
