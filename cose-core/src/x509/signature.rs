//! Signatures in X.509 and CMS: which algorithm an identifier means, and ECDSA's form in DER.

use alloc::vec::Vec;

use der::asn1::{Any, UintRef};
use der::oid::ObjectIdentifier;
use der::oid::db::{rfc5912, rfc8410};
use der::{Decode, Encode, Sequence};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::{Algorithm, Curve, PublicKey};

/// How a key on each curve signs: with the hash of its own size (RFC 5480, 4; RFC 8410, 6).
const SIGNING: [(Curve, Algorithm, ObjectIdentifier); 4] = [
    (Curve::P256, Algorithm::ESP256, rfc5912::ECDSA_WITH_SHA_256),
    (Curve::P384, Algorithm::ESP384, rfc5912::ECDSA_WITH_SHA_384),
    (Curve::P521, Algorithm::ESP512, rfc5912::ECDSA_WITH_SHA_512),
    (Curve::Ed25519, Algorithm::ED25519, rfc8410::ID_ED_25519),
];

/// How a key on `curve` signs certificates and CMS. `None` for a curve that is not offered.
#[must_use]
pub fn signing_algorithm(curve: Curve) -> Option<(Algorithm, AlgorithmIdentifierOwned)> {
    let (_, algorithm, oid) = SIGNING.into_iter().find(|(of, ..)| *of == curve)?;
    Some((algorithm, AlgorithmIdentifierOwned { oid, parameters: None }))
}

/// The algorithm of a signature by `key`. Identifiers of ECDSA and EdDSA have no parameters, those of
/// RSA have NULL or none (RFC 5758, 3.2; RFC 8410, 3; RFC 4055, 5). `None` for one that is not offered or
/// does not fit the key.
pub(super) fn algorithm(
    identifier: &AlgorithmIdentifierOwned,
    key: &PublicKey<'_>,
) -> Option<Algorithm> {
    let own = SIGNING.iter().find(|(of, _, oid)| {
        key.curve() == Some(*of) && *oid == identifier.oid && identifier.parameters.is_none()
    });
    if let Some((_, algorithm, _)) = own {
        return Some(*algorithm);
    }
    let is_null = identifier.parameters.as_ref().is_none_or(Any::is_null);
    // ECDSA with the hash of another size, and RSA.
    let algorithm = match (identifier.oid, &identifier.parameters) {
        (rfc5912::ECDSA_WITH_SHA_256, None) => Algorithm::ES256,
        (rfc5912::ECDSA_WITH_SHA_384, None) => Algorithm::ES384,
        (rfc5912::ECDSA_WITH_SHA_512, None) => Algorithm::ES512,
        (rfc5912::SHA_256_WITH_RSA_ENCRYPTION, _) if is_null => Algorithm::RS256,
        (rfc5912::SHA_384_WITH_RSA_ENCRYPTION, _) if is_null => Algorithm::RS384,
        (rfc5912::SHA_512_WITH_RSA_ENCRYPTION, _) if is_null => Algorithm::RS512,
        _ => return None,
    };
    key.serves(algorithm).then_some(algorithm)
}

/// The identifier of a curve's keys, which are ECDSA's. `None` for others.
pub(super) const fn curve_identifier(curve: Curve) -> Option<ObjectIdentifier> {
    match curve {
        Curve::P256 => Some(rfc5912::SECP_256_R_1),
        Curve::P384 => Some(rfc5912::SECP_384_R_1),
        Curve::P521 => Some(rfc5912::SECP_521_R_1),
        _ => None,
    }
}

/// The curve of ECDSA keys that this identifier names.
pub(super) const fn curve_of(identifier: ObjectIdentifier) -> Option<Curve> {
    match identifier {
        rfc5912::SECP_256_R_1 => Some(Curve::P256),
        rfc5912::SECP_384_R_1 => Some(Curve::P384),
        rfc5912::SECP_521_R_1 => Some(Curve::P521),
        _ => None,
    }
}

/// `ECDSA-Sig-Value` (RFC 5480, A).
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// A signature as a backend takes it (of ECDSA: r and s side by side, each as long as the curve's
/// coordinates) from the one in DER. `None` if it is none for the curve.
#[must_use]
pub fn signature_from_der(signature: &[u8], curve: Curve) -> Option<Vec<u8>> {
    if curve_identifier(curve).is_none() {
        return Some(signature.to_vec());
    }
    let value = EcdsaSigValue::from_der(signature).ok()?;
    let mut raw = Vec::new();
    for integer in [value.r, value.s] {
        let bytes = integer.as_bytes();
        let zeros = curve.coordinate_len().checked_sub(bytes.len())?;
        raw.resize(raw.len().checked_add(zeros)?, 0);
        raw.extend_from_slice(bytes);
    }
    Some(raw)
}

/// A signature in DER from the one that a backend gave. `None` if it is none for the curve.
#[must_use]
pub fn signature_to_der(raw: &[u8], curve: Curve) -> Option<Vec<u8>> {
    if curve_identifier(curve).is_none() {
        return Some(raw.to_vec());
    }
    let (r, s) = raw.split_at_checked(curve.coordinate_len())?;
    let value = EcdsaSigValue { r: UintRef::new(r).ok()?, s: UintRef::new(s).ok()? };
    value.to_der().ok()
}
