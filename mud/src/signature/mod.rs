//! The signature of a MUD file: CMS `SignedData` (RFC 5652), detached, in DER (RFC 8520, 13).

mod cms;
mod error;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

use alloc::vec::Vec;
use core::fmt;

use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::oid::db::{rfc5911, rfc5912};
use der::{Decode, Encode};
use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::cbor::Raw;
use hexad_cose_core::x509::Certificate;
use hexad_cose_core::x509::x509_cert::spki::AlgorithmIdentifierOwned;

use SignatureErrorKind as Kind;
pub use cms::{IssuerAndSerialNumber, SignerIdentifier};
pub use error::{SignatureError, SignatureErrorKind};
pub use sign::sign;
pub use verify::{Authentic, Policy};

type Result<T> = core::result::Result<T, SignatureError>;

/// The longest signature file that is read, in bytes.
pub const MAX_SIZE: usize = 1 << 16;

/// The most certificates, and the most signed attributes, that are read.
const MAX_ITEMS: usize = 16;

/// `id-ct-mudtype` (RFC 8520, 11).
const CT_MUD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.41");

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
    identifier: SignerIdentifier,
    digest: HashAlgorithm,
    attributes: Option<Attributes<'b>>,
    algorithm: AlgorithmIdentifierOwned,
    signature: &'b [u8],
    /// Where the signature stands.
    signature_offset: usize,
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
    pub fn parse(der: &'b [u8]) -> Result<Self> {
        if der.len() > MAX_SIZE {
            return Err(SignatureError::new(Kind::TooLarge, MAX_SIZE));
        }
        let file = Raw::new(der, 0);
        let info = cms::ContentInfo::from_der(der).map_err(malformed(0))?;
        if info.content_type != rfc5911::ID_SIGNED_DATA {
            return Err(SignatureError::new(Kind::NotSignedData, 0));
        }
        let content = within(file, info.content.value());
        let data: cms::SignedData<'_> =
            info.content.decode_as().map_err(malformed(content.offset()))?;
        if !(1..=5).contains(&data.version) {
            return Err(SignatureError::new(Kind::NotSignedData, content.offset()));
        }
        let encapsulated = data.encap_content_info;
        if let Some(embedded) = encapsulated.content {
            let embedded = within(file, embedded.value());
            return Err(SignatureError::new(Kind::NotDetached, embedded.offset()));
        }
        // Revocation lists are not evaluated, and the digest algorithms are repeated by the signer.
        let certificates = match data.certificates {
            Some(set) => certificates(within(file, set.0))?,
            None => Vec::new(),
        };
        let signers = within(file, data.signer_infos.0);
        let [signer] = items(signers, Kind::SignerCount)?[..] else {
            return Err(SignatureError::new(Kind::SignerCount, signers.offset()));
        };
        let signer = SignerInfo::read(signer)?;
        Ok(Self { content_type: encapsulated.content_type, certificates, signer })
    }

    /// How the file names the signer's certificate.
    #[must_use]
    pub const fn signer(&self) -> &SignerIdentifier {
        &self.signer.identifier
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

/// What `der` found, which it places from `base` on.
fn malformed(base: usize) -> impl Fn(der::Error) -> SignatureError {
    move |error| {
        let position = error.position().and_then(|position| usize::try_from(position).ok());
        SignatureError::new(Kind::Malformed, base.saturating_add(position.unwrap_or(0)))
    }
}

/// `part`, which lies in `whole`, and where it does.
fn within<'b>(whole: Raw<'b>, part: &'b [u8]) -> Raw<'b> {
    let distance = part.as_ptr().addr().saturating_sub(whole.bytes().as_ptr().addr());
    Raw::new(part, whole.offset().saturating_add(distance))
}

/// The items of a `SET OF` with this content; more than are read are an error of this kind.
fn items<'b>(set: Raw<'b>, too_many: Kind) -> Result<Vec<Raw<'b>>> {
    let mut items = Vec::new();
    let mut end = set.offset();
    for item in cms::SetOf(set.bytes()).iter() {
        let item = within(set, item.map_err(malformed(end))?);
        if items.len() >= MAX_ITEMS {
            return Err(SignatureError::new(too_many, item.offset()));
        }
        end = item.offset().saturating_add(item.bytes().len());
        items.push(item);
    }
    Ok(items)
}

fn certificates<'b>(set: Raw<'b>) -> Result<Vec<Certificate<'b>>> {
    // Other kinds than X.509 have tags of their own (RFC 5652, 10.2.2), and are no use here.
    let items = items(set, Kind::TooLarge)?;
    let x509 = items.into_iter().filter(|item| item.bytes().first() == Some(&SEQUENCE));
    x509.map(|item| Certificate::parse_raw(item).map_err(Into::into)).collect()
}

/// The first byte of a `SEQUENCE`.
const SEQUENCE: u8 = 0x30;

impl<'b> SignerInfo<'b> {
    fn read(raw: Raw<'b>) -> Result<Self> {
        let at = |kind| SignatureError::new(kind, raw.offset());
        let info = cms::SignerInfo::from_der(raw.bytes()).map_err(malformed(raw.offset()))?;
        match (info.version, &info.signer_identifier) {
            (1, SignerIdentifier::IssuerAndSerialNumber(_))
            | (3, SignerIdentifier::SubjectKeyIdentifier(_)) => {}
            _ => return Err(at(Kind::NotSignedData)),
        }
        let digest = hash_of(&info.digest_algorithm).ok_or(at(Kind::UnsupportedAlgorithm))?;
        let attributes = match info.signed_attributes {
            Some(set) => Some(Attributes::read(within(raw, set.0))?),
            None => None,
        };
        // Unsigned attributes, such as a time stamp, prove nothing here.
        let signature = within(raw, info.signature.as_bytes());
        Ok(Self {
            offset: raw.offset(),
            identifier: info.signer_identifier,
            digest,
            attributes,
            algorithm: info.signature_algorithm,
            signature: signature.bytes(),
            signature_offset: signature.offset(),
        })
    }
}

impl SignerInfo<'_> {
    /// The signature's algorithm. What says RSA and no more has the hash of the digest (RFC 5754, 3.2).
    fn signature_algorithm(&self) -> AlgorithmIdentifierOwned {
        let oid = match (self.algorithm.oid, self.digest) {
            (rfc5912::RSA_ENCRYPTION, HashAlgorithm::Sha256) => {
                rfc5912::SHA_256_WITH_RSA_ENCRYPTION
            }
            (rfc5912::RSA_ENCRYPTION, HashAlgorithm::Sha384) => {
                rfc5912::SHA_384_WITH_RSA_ENCRYPTION
            }
            (rfc5912::RSA_ENCRYPTION, HashAlgorithm::Sha512) => {
                rfc5912::SHA_512_WITH_RSA_ENCRYPTION
            }
            (oid, _) => oid,
        };
        AlgorithmIdentifierOwned { oid, parameters: self.algorithm.parameters.clone() }
    }
}

/// The hash of this identifier, which has no parameters, or NULL (RFC 5754, 2).
fn hash_of(identifier: &AlgorithmIdentifierOwned) -> Option<HashAlgorithm> {
    if identifier.parameters.as_ref().is_some_and(|parameters| !parameters.is_null()) {
        return None;
    }
    match identifier.oid {
        rfc5912::ID_SHA_256 => Some(HashAlgorithm::Sha256),
        rfc5912::ID_SHA_384 => Some(HashAlgorithm::Sha384),
        rfc5912::ID_SHA_512 => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}

impl<'b> Attributes<'b> {
    fn read(set: Raw<'b>) -> Result<Self> {
        let mut content_type = None;
        let mut message_digest = None;
        let all = items(set, Kind::TooLarge)?;
        for item in &all {
            let attribute = cms::Attribute::from_der(item.bytes());
            let attribute = attribute.map_err(malformed(item.offset()))?;
            let values = within(*item, attribute.values.0);
            let malformed = malformed(values.offset());
            let again = match attribute.attribute_type {
                rfc5911::ID_CONTENT_TYPE => {
                    let value = ObjectIdentifier::from_der(values.bytes()).map_err(malformed)?;
                    content_type.replace(value).is_some()
                }
                rfc5911::ID_MESSAGE_DIGEST => {
                    let value = <&OctetStringRef>::from_der(values.bytes()).map_err(malformed)?;
                    let value = within(values, value.as_bytes());
                    message_digest.replace(value).is_some()
                }
                _ => attribute
                    .values
                    .iter()
                    .find_map(core::result::Result::err)
                    .map_or(Ok(false), |error| Err(malformed(error)))?,
            };
            if again {
                return Err(SignatureError::new(Kind::Attributes, item.offset()));
            }
        }
        let incomplete = SignatureError::new(Kind::Attributes, set.offset());
        let message_digest = message_digest.ok_or(incomplete)?;
        let raw: Vec<&[u8]> = all.iter().map(|item| item.bytes()).collect();
        let signed = cms::set_of(&raw).and_then(|set| set.to_der());
        Ok(Self {
            content_type: content_type.ok_or(incomplete)?,
            message_digest: message_digest.bytes(),
            digest_offset: message_digest.offset(),
            signed: signed.map_err(malformed(set.offset()))?,
        })
    }
}
