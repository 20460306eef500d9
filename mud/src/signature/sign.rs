//! Signs a MUD file, as `openssl cms -sign -binary -outform DER` in RFC 8520, 13.1 does.

use alloc::vec::Vec;

use hexad_cose_core::crypto::{Hash, Sign};
use hexad_cose_core::{Segments, Signed};

use super::{MAX_SIGNATURE, SignatureError, SignatureErrorKind as Kind};
use crate::asn1::{
    algorithm_item, der_signature, hash_oid, item, oid, oid_item, set_of, signing_algorithm, tag,
};
use crate::certificate::{Certificate, time};

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
) -> Result<Vec<u8>, SignatureError> {
    let at = |kind| SignatureError::new(kind, 0);
    let signer = certificates.first().ok_or(at(Kind::NoCertificate))?;
    let curve = signer.key().map(|key| key.curve());
    let unsupported = at(Kind::UnsupportedAlgorithm);
    let curve = curve.ok_or(unsupported)?;
    let (algorithm, signature_oid, hash) = signing_algorithm(curve).ok_or(unsupported)?;
    let failed = |error| at(Kind::Crypto(error));

    let digest = crypto.digest(hash, &Segments::plain(file)).map_err(failed)?;
    let attribute =
        |kind, value: &[u8]| item(tag::SEQUENCE, &[&oid_item(kind), &item(tag::SET, &[value])]);
    let attributes = [
        attribute(oid::CONTENT_TYPE, &oid_item(oid::DATA)),
        attribute(oid::SIGNING_TIME, &time(signing_time)?),
        attribute(oid::MESSAGE_DIGEST, &item(tag::OCTET_STRING, &[digest.as_bytes()])),
    ];
    let attributes = |tag| set_of(tag, attributes.iter().map(Vec::as_slice).collect());
    let message = attributes(tag::SET);
    let mut signature = [0; MAX_SIGNATURE];
    let signed = Signed::new(algorithm, Segments::plain(&message), crypto).map_err(failed)?;
    let length = crypto.sign(algorithm, key, &signed, &mut signature).map_err(failed)?;
    let signature = der_signature(signature.get(..length).unwrap_or_default(), curve);

    let digest_algorithm = algorithm_item(hash_oid(hash).ok_or(unsupported)?);
    let version = item(tag::INTEGER, &[&[1]]);
    let serial_number = item(tag::INTEGER, &[signer.serial_number()]);
    let signer_info = item(
        tag::SEQUENCE,
        &[
            &version,
            &item(tag::SEQUENCE, &[signer.issuer(), &serial_number]),
            &digest_algorithm,
            &attributes(tag::CONTEXT_0),
            &algorithm_item(signature_oid),
            &item(tag::OCTET_STRING, &[&signature]),
        ],
    );
    let data = item(
        tag::SEQUENCE,
        &[
            &version,
            &item(tag::SET, &[&digest_algorithm]),
            &item(tag::SEQUENCE, &[&oid_item(oid::DATA)]),
            &set_of(tag::CONTEXT_0, certificates.iter().map(Certificate::as_der).collect()),
            &item(tag::SET, &[&signer_info]),
        ],
    );
    let explicit = item(tag::CONTEXT_0, &[&data]);
    Ok(item(tag::SEQUENCE, &[&oid_item(oid::SIGNED_DATA), &explicit]))
}
