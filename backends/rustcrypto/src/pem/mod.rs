//! Keys as people keep them: PEM with PKCS#8, SEC1, SPKI or a certificate in it.

extern crate alloc;

#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "secp256k1",
    feature = "curve25519",
    feature = "curve448",
    feature = "ml-dsa",
    feature = "rsa-sign"
))]
mod private;
mod public;

use core::fmt;

use hexad_cose_core::crypto::CryptoError;
use hexad_cose_core::{Algorithm, Curve};
use pkcs8::der::asn1::{AnyRef, ObjectIdentifier};
use pkcs8::spki::AlgorithmIdentifierRef;

pub use public::{OwnedPublicKey, public_key_from_pem, public_key_to_pem};

/// Why a PEM file holds no key for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemError {
    /// Not PEM: the armour or its base64 is broken.
    Armour,
    /// PEM of something else than is needed here.
    Label,
    /// What the armour holds is not the DER that its label promises.
    Der,
    /// The algorithm or curve is not offered.
    Unsupported,
    /// The key is not valid on its curve.
    InvalidKey,
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Armour => "not PEM: the armour or its base64 is broken",
            Self::Label => "PEM, but of something else than the key that is needed here",
            Self::Der => "the PEM does not hold the DER that its label promises",
            Self::Unsupported => "the key's algorithm or curve is not offered",
            Self::InvalidKey => "the key is not valid on its curve",
        })
    }
}

impl core::error::Error for PemError {}

impl From<CryptoError> for PemError {
    fn from(error: CryptoError) -> Self {
        if error == CryptoError::Unsupported { Self::Unsupported } else { Self::InvalidKey }
    }
}

const fn oid(arcs: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(arcs)
}

/// Curves and the object identifiers under which an `id-ecPublicKey` names them (RFC 5480, 2.1.1.1;
/// SEC 2, A.2).
const NAMED_CURVES: [(ObjectIdentifier, Curve); 4] = [
    (oid("1.2.840.10045.3.1.7"), Curve::P256),
    (oid("1.3.132.0.34"), Curve::P384),
    (oid("1.3.132.0.35"), Curve::P521),
    (oid("1.3.132.0.10"), Curve::Secp256k1),
];
/// `id-ecPublicKey` (RFC 5480, 2.1.1).
const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
/// Octet key pairs, whose algorithm is their curve (RFC 8410, 3).
const OCTET_KEY_PAIRS: [(ObjectIdentifier, Curve); 4] = [
    (oid("1.3.101.110"), Curve::X25519),
    (oid("1.3.101.111"), Curve::X448),
    (oid("1.3.101.112"), Curve::Ed25519),
    (oid("1.3.101.113"), Curve::Ed448),
];
/// `rsaEncryption` (RFC 8017, A.1).
const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// ML-DSA (RFC 9881, 2).
const ML_DSA: [(ObjectIdentifier, Algorithm); 3] = [
    (oid("2.16.840.1.101.3.4.3.17"), Algorithm::ML_DSA_44),
    (oid("2.16.840.1.101.3.4.3.18"), Algorithm::ML_DSA_65),
    (oid("2.16.840.1.101.3.4.3.19"), Algorithm::ML_DSA_87),
];
/// `id-alg-hss-lms-hashsig` (RFC 9708, 2).
const HSS_LMS: ObjectIdentifier = oid("1.2.840.113549.1.9.16.3.17");

/// What an algorithm identifier says about a key.
enum Kind {
    OnCurve(Curve),
    Rsa,
    MlDsa(Algorithm),
    HssLms,
}

impl Kind {
    fn of(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Self, PemError> {
        match algorithm.oid {
            EC_PUBLIC_KEY => {
                let curve = algorithm.parameters_oid().map_err(|_| PemError::Der)?;
                named_curve(curve).map(Self::OnCurve)
            }
            RSA => Ok(Self::Rsa),
            HSS_LMS => Ok(Self::HssLms),
            other => {
                let pair = OCTET_KEY_PAIRS.iter().find(|(oid, _)| *oid == other);
                let ml_dsa = ML_DSA.iter().find(|(oid, _)| *oid == other);
                match (pair, ml_dsa) {
                    (Some((_, curve)), _) => Ok(Self::OnCurve(*curve)),
                    (_, Some((_, algorithm))) => Ok(Self::MlDsa(*algorithm)),
                    _ => Err(PemError::Unsupported),
                }
            }
        }
    }
}

fn named_curve(oid: ObjectIdentifier) -> Result<Curve, PemError> {
    let found = NAMED_CURVES.iter().find(|(known, _)| *known == oid);
    found.map(|(_, curve)| *curve).ok_or(PemError::Unsupported)
}

/// The algorithm identifier of keys on `curve`; `named` is where the identifier of a curve that is a
/// parameter is kept.
fn identifier_of(
    curve: Curve,
    named: &mut ObjectIdentifier,
) -> Result<AlgorithmIdentifierRef<'_>, PemError> {
    if let Some((oid, _)) = OCTET_KEY_PAIRS.iter().find(|(_, known)| *known == curve) {
        return Ok(AlgorithmIdentifierRef { oid: *oid, parameters: None });
    }
    let known = NAMED_CURVES.iter().find(|(_, known)| *known == curve);
    *named = known.map(|(oid, _)| *oid).ok_or(PemError::Unsupported)?;
    Ok(AlgorithmIdentifierRef { oid: EC_PUBLIC_KEY, parameters: Some(AnyRef::from(&*named)) })
}

/// The identifier of `algorithm`, a set of ML-DSA.
fn ml_dsa_identifier(algorithm: Algorithm) -> Result<AlgorithmIdentifierRef<'static>, PemError> {
    let known = ML_DSA.iter().find(|(_, known)| *known == algorithm);
    let oid = known.map(|(oid, _)| *oid).ok_or(PemError::Unsupported)?;
    Ok(AlgorithmIdentifierRef { oid, parameters: None })
}

#[cfg(test)]
#[cfg(feature = "full")]
mod tests;
