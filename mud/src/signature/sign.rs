//! Signs a MUD file, as `openssl cms -sign -binary -outform DER` in RFC 8520, 13.1 does.

use alloc::vec::Vec;

use der::asn1::{AnyRef, ObjectIdentifier, OctetString, OctetStringRef};
use der::oid::db::{rfc5911, rfc5912};
use der::{Decode, Encode};
use hexad_cose_core::crypto::{Hash, Sign};
use hexad_cose_core::x509::x509_cert::spki::AlgorithmIdentifierOwned;
use hexad_cose_core::x509::{Certificate, signature_to_der, signing_algorithm, time};
use hexad_cose_core::{HashAlgorithm, Segments, Signed};

use super::cms::{self, IssuerAndSerialNumber, SetOf, SignerIdentifier};
use super::{Result, SignatureError, SignatureErrorKind as Kind};

/// The longest raw signature: ECDSA on P-521.
const MAX_SIGNATURE: usize = 132;

/// The signature file of `file`: CMS `SignedData` in DER, detached.
///
/// The first of `certificates` is the signer's, for the public half of `key`; the others lead from it
/// to the anchor, which need not be there itself. `signing_time` is in seconds since 1970 began.
///
/// # Errors
/// `NoCertificate` without one; `UnsupportedAlgorithm` for a kind of key that is not offered;
/// `Malformed` for a time before 1970 or after 9999; `Crypto` from the backend. The byte is 0.
pub fn sign<S: Hash + Sign>(
    file: &[u8],
    certificates: &[Certificate<'_>],
    signing_time: i64,
    key: &S::Key,
    crypto: &mut S,
) -> Result<Vec<u8>> {
    let at = |kind| SignatureError::new(kind, 0);
    let malformed = |_: der::Error| at(Kind::Malformed);
    let failed = |error| at(Kind::Crypto(error));
    let unsupported = at(Kind::UnsupportedAlgorithm);
    let signer = certificates.first().ok_or(at(Kind::NoCertificate))?;
    let curve = signer.key().and_then(|key| key.curve()).ok_or(unsupported)?;
    let (algorithm, signature_algorithm) = signing_algorithm(curve).ok_or(unsupported)?;
    // RFC 5754, 3; RFC 8419, 2.3.
    let hash = algorithm.digest().unwrap_or(HashAlgorithm::Sha512);
    let digest_algorithm = AlgorithmIdentifierOwned { oid: hash_oid(hash)?, parameters: None };

    let digest = crypto.digest(hash, &Segments::plain(file)).map_err(failed)?;
    let digest = OctetString::new(digest.as_bytes()).map_err(malformed)?;
    let attributes = [
        attribute(rfc5911::ID_CONTENT_TYPE, &rfc5911::ID_DATA),
        attribute(rfc5911::ID_SIGNING_TIME, &time(signing_time).map_err(malformed)?),
        attribute(rfc5911::ID_MESSAGE_DIGEST, &digest),
    ];
    let [content_type, signing_time, message_digest] = attributes;
    let attributes = cms::set_of(&[
        content_type.map_err(malformed)?,
        signing_time.map_err(malformed)?,
        message_digest.map_err(malformed)?,
    ])
    .map_err(malformed)?;
    let message = attributes.to_der().map_err(malformed)?;
    let mut signature = [0; MAX_SIGNATURE];
    let signed = Signed::new(algorithm, Segments::plain(&message), crypto).map_err(failed)?;
    let length = crypto.sign(algorithm, key, &signed, &mut signature).map_err(failed)?;
    let signature = signature_to_der(signature.get(..length).unwrap_or_default(), curve);
    let signature = signature.ok_or(unsupported)?;

    let signer_info = cms::SignerInfo {
        version: 1,
        signer_identifier: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: signer.fields().issuer().clone(),
            serial_number: signer.fields().serial_number().clone(),
        }),
        digest_algorithm: digest_algorithm.clone(),
        signed_attributes: Some(SetOf(attributes.value())),
        signature_algorithm,
        signature: OctetStringRef::new(&signature).map_err(malformed)?,
        unsigned_attributes: None,
    };
    let certificates: Vec<_> = certificates.iter().map(Certificate::as_der).collect();
    let data = cms::SignedData {
        version: 1,
        digest_algorithms: SetOf(&digest_algorithm.to_der().map_err(malformed)?),
        encap_content_info: cms::EncapsulatedContentInfo {
            content_type: rfc5911::ID_DATA,
            content: None,
        },
        certificates: Some(SetOf(&cms::sorted(&certificates))),
        crls: None,
        signer_infos: SetOf(&signer_info.to_der().map_err(malformed)?),
    };
    let data = data.to_der().map_err(malformed)?;
    let info = cms::ContentInfo {
        content_type: rfc5911::ID_SIGNED_DATA,
        content: AnyRef::from_der(&data).map_err(malformed)?,
    };
    info.to_der().map_err(malformed)
}

/// An attribute with one value.
fn attribute(attribute_type: ObjectIdentifier, value: &impl Encode) -> der::Result<Vec<u8>> {
    cms::Attribute { attribute_type, values: SetOf(&value.to_der()?) }.to_der()
}

/// The identifier of a hash that an algorithm offered here uses.
fn hash_oid(algorithm: HashAlgorithm) -> Result<ObjectIdentifier> {
    match algorithm {
        HashAlgorithm::Sha256 => Ok(rfc5912::ID_SHA_256),
        HashAlgorithm::Sha384 => Ok(rfc5912::ID_SHA_384),
        HashAlgorithm::Sha512 => Ok(rfc5912::ID_SHA_512),
        _ => Err(SignatureError::new(Kind::UnsupportedAlgorithm, 0)),
    }
}
