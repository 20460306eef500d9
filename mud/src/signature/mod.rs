//! The signature of a MUD file: CMS `SignedData` (RFC 5652), detached, in DER (RFC 8520, 13).

mod error;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

use alloc::vec::Vec;
use core::fmt;

use der::asn1::{AnyRef, ObjectIdentifier};
use hexad_cose_core::HashAlgorithm;

use crate::asn1::{Asn1, Result, hash_of, oid, set_of, tag};
use crate::certificate::Certificate;

use SignatureErrorKind as Kind;
pub use error::{SignatureError, SignatureErrorKind};
pub use sign::sign;
pub use verify::{Authentic, Policy};

/// The longest signature file that is read, in bytes.
pub const MAX_SIZE: usize = 1 << 16;

/// The most certificates, and the most signed attributes, that are read.
const MAX_ITEMS: usize = 16;

/// The longest raw signature: ECDSA on P-521.
pub(crate) const MAX_SIGNATURE: usize = 132;

/// A signature file, as it stands. Nothing in it is proven: [`verify`](Self::verify) is what makes a
/// MUD file [`Authentic`].
#[derive(Clone)]
pub struct SignedData<'b> {
    content_type: ObjectIdentifier,
    certificates: Vec<Certificate<'b>>,
    signer: SignerInfo<'b>,
}

/// What one signer says (`SignerInfo`; RFC 5652, 5.3).
#[derive(Clone)]
struct SignerInfo<'b> {
    offset: usize,
    identifier: SignerIdentifier<'b>,
    digest: HashAlgorithm,
    attributes: Option<Attributes<'b>>,
    algorithm: ObjectIdentifier,
    signature: &'b [u8],
    /// Where the signature stands.
    signature_offset: usize,
}

/// How the signer's certificate is named (`SignerIdentifier`; RFC 5652, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerIdentifier<'b> {
    /// By its issuer's name, in DER, and its serial number.
    IssuerAndSerialNumber {
        /// The issuer's name.
        issuer: &'b [u8],
        /// The serial number, as it stands.
        serial_number: &'b [u8],
    },
    /// By its X.509 subject key identifier.
    SubjectKeyIdentifier(&'b [u8]),
}

/// The signed attributes (RFC 5652, 5.3 and 11).
#[derive(Clone)]
struct Attributes<'b> {
    content_type: ObjectIdentifier,
    message_digest: &'b [u8],
    /// Where the message digest stands.
    digest_offset: usize,
    /// What is signed: the attributes as a `SET OF` in DER (RFC 5652, 5.4).
    signed: Vec<u8>,
}

impl<'b> SignedData<'b> {
    /// Reads a signature file that is all of `der`.
    ///
    /// # Errors
    /// `Malformed`; `TooLarge`; `NotSignedData`; `NotDetached`; `SignerCount` for none or more than one;
    /// `UnsupportedAlgorithm` for a digest that is not offered; `Attributes`.
    pub fn parse(der: &'b [u8]) -> core::result::Result<Self, SignatureError> {
        if der.len() > MAX_SIZE {
            return Err(SignatureError::new(Kind::TooLarge, MAX_SIZE));
        }
        let mut file = Asn1::new(der, 0)?;
        let mut info = file.content(tag::SEQUENCE)?;
        file.finish()?;
        let wrong = info.error(Kind::NotSignedData);
        if info.decode::<ObjectIdentifier>()? != oid::SIGNED_DATA {
            return Err(wrong);
        }
        let mut explicit = info.content(tag::CONTEXT_0)?;
        info.finish()?;
        let mut data = explicit.content(tag::SEQUENCE)?;
        explicit.finish()?;

        let wrong = data.error(Kind::NotSignedData);
        if !(1..=5).contains(&data.decode::<u8>()?) {
            return Err(wrong);
        }
        // A hint of the digests, which the signer's own statement repeats.
        data.content(tag::SET)?;
        let mut content = data.content(tag::SEQUENCE)?;
        let content_type = content.decode()?;
        if !content.is_finished() {
            return Err(content.error(Kind::NotDetached));
        }
        let certificates = if data.is_next(tag::CONTEXT_0) {
            certificates(data.content(tag::CONTEXT_0)?)?
        } else {
            Vec::new()
        };
        // Revocation lists are not evaluated.
        if data.is_next(tag::CONTEXT_1) {
            data.raw()?;
        }
        let count = data.error(Kind::SignerCount);
        let mut signers = data.content(tag::SET)?;
        data.finish()?;
        if signers.is_finished() {
            return Err(count);
        }
        let signer = SignerInfo::read(&mut signers)?;
        if !signers.is_finished() {
            return Err(count);
        }
        Ok(Self { content_type, certificates, signer })
    }

    /// How the file names the signer's certificate.
    #[must_use]
    pub const fn signer(&self) -> SignerIdentifier<'b> {
        self.signer.identifier
    }

    /// The certificates that came with the signature.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate<'b>] {
        &self.certificates
    }
}

impl fmt::Debug for SignedData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedData")
            .field("signer", &self.signer.identifier)
            .field("certificates", &self.certificates)
            .finish_non_exhaustive()
    }
}

fn certificates<'b>(mut set: Asn1<'b>) -> Result<Vec<Certificate<'b>>> {
    let mut certificates = Vec::new();
    while !set.is_finished() {
        if certificates.len() >= MAX_ITEMS {
            return Err(set.error(Kind::TooLarge));
        }
        // Other kinds than X.509 have tags of their own (RFC 5652, 10.2.2), and are no use here.
        if set.is_next(tag::SEQUENCE) {
            certificates.push(Certificate::read(&mut set)?);
        } else {
            set.raw()?;
        }
    }
    Ok(certificates)
}

impl<'b> SignerInfo<'b> {
    fn read(signers: &mut Asn1<'b>) -> Result<Self> {
        let offset = signers.offset();
        let mut info = signers.content(tag::SEQUENCE)?;
        let wrong = info.error(Kind::NotSignedData);
        let identifier = match info.decode::<u8>()? {
            1 => {
                let mut name = info.content(tag::SEQUENCE)?;
                let issuer = name.raw()?;
                let serial_number = name.content(tag::INTEGER)?.rest()?;
                name.finish()?;
                SignerIdentifier::IssuerAndSerialNumber { issuer, serial_number }
            }
            3 => SignerIdentifier::SubjectKeyIdentifier(
                info.content(tag::CONTEXT_0_PRIMITIVE)?.rest()?,
            ),
            _ => return Err(wrong),
        };
        let unsupported = info.error(Kind::UnsupportedAlgorithm);
        let digest = hash_of(info.plain_algorithm()?).ok_or(unsupported)?;
        let attributes = if info.is_next(tag::CONTEXT_0) {
            Some(Attributes::read(info.content(tag::CONTEXT_0)?)?)
        } else {
            None
        };
        let algorithm = info.plain_algorithm()?;
        let signature_offset = info.offset();
        let signature = info.content(tag::OCTET_STRING)?.rest()?;
        // Unsigned attributes, such as a time stamp, prove nothing here.
        if info.is_next(tag::CONTEXT_1) {
            info.raw()?;
        }
        info.finish()?;
        Ok(Self { offset, identifier, digest, attributes, algorithm, signature, signature_offset })
    }
}

impl<'b> Attributes<'b> {
    fn read(mut set: Asn1<'b>) -> Result<Self> {
        let incomplete = set.error(Kind::Attributes);
        let mut content_type = None;
        let mut message_digest = None;
        let mut raw = Vec::new();
        while !set.is_finished() {
            let twice = set.error(Kind::Attributes);
            if raw.len() >= MAX_ITEMS {
                return Err(set.error(Kind::TooLarge));
            }
            raw.push(set.clone().raw()?);
            let mut attribute = set.content(tag::SEQUENCE)?;
            let kind: ObjectIdentifier = attribute.decode()?;
            let mut values = attribute.content(tag::SET)?;
            attribute.finish()?;
            let again = match kind {
                oid::CONTENT_TYPE => content_type.replace(values.decode()?).is_some(),
                oid::MESSAGE_DIGEST => {
                    let offset = values.offset();
                    let digest = values.content(tag::OCTET_STRING)?.rest()?;
                    message_digest.replace((digest, offset)).is_some()
                }
                _ => {
                    while !values.is_finished() {
                        values.decode::<AnyRef<'_>>()?;
                    }
                    false
                }
            };
            values.finish()?;
            if again {
                return Err(twice);
            }
        }
        let (message_digest, digest_offset) = message_digest.ok_or(incomplete)?;
        Ok(Self {
            content_type: content_type.ok_or(incomplete)?,
            message_digest,
            digest_offset,
            signed: set_of(tag::SET, raw),
        })
    }
}
