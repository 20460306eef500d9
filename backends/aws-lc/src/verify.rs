//! Checking signatures.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256K1_SHA256_FIXED, ECDSA_P384_SHA384_FIXED,
    ECDSA_P521_SHA256_FIXED, ECDSA_P521_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, ML_DSA_44,
    ML_DSA_65, ML_DSA_87, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use hexad_cose_core::crypto::{CryptoError, Signed, Verify};
use hexad_cose_core::{Algorithm, Curve, Digest, PublicKey, Segments, Y};

use crate::AwsLc;

impl Verify for AwsLc {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        if !key.serves(algorithm) {
            return Err(CryptoError::Unsupported);
        }
        match (key, signed) {
            (PublicKey::Ec2 { curve, .. }, Signed::Digest(digest)) => {
                let primitive = ecdsa(*curve, algorithm)?;
                let point = point_of(key).ok_or(CryptoError::InvalidKey)?;
                let key = ParsedPublicKey::new(primitive, &point);
                let key = key.map_err(|_| CryptoError::InvalidKey)?;
                check_digest(&key, &import(algorithm, digest)?, signature)
            }
            (PublicKey::Rsa { n, e }, Signed::Digest(digest)) => {
                let key = rsa_key(n, e, rsa(algorithm)?)?;
                check_digest(&key, &import(algorithm, digest)?, signature)
            }
            (PublicKey::Okp { curve: Curve::Ed25519, x }, Signed::Message(message)) => {
                if has_small_order(x) {
                    return Err(CryptoError::InvalidKey);
                }
                check_message(&ED25519, x, message, signature)
            }
            (PublicKey::Akp { public, .. }, Signed::Message(message)) => {
                let primitive: &'static dyn VerificationAlgorithm = match algorithm {
                    Algorithm::ML_DSA_44 => &ML_DSA_44,
                    Algorithm::ML_DSA_65 => &ML_DSA_65,
                    Algorithm::ML_DSA_87 => &ML_DSA_87,
                    _ => return Err(CryptoError::Unsupported),
                };
                check_message(primitive, public, message, signature)
            }
            _ => Err(CryptoError::Unsupported),
        }
    }
}

fn check_digest(
    key: &ParsedPublicKey,
    digest: &digest::Digest,
    signature: &[u8],
) -> Result<(), CryptoError> {
    key.verify_digest_sig(digest, signature).map_err(|_| CryptoError::Rejected)
}

/// The message in one piece, which the primitive asks for.
fn check_message(
    primitive: &'static dyn VerificationAlgorithm,
    public: &[u8],
    message: &Segments<'_>,
    signature: &[u8],
) -> Result<(), CryptoError> {
    let key = ParsedPublicKey::new(primitive, public).map_err(|_| CryptoError::InvalidKey)?;
    key.verify_sig(&message.to_vec(), signature).map_err(|_| CryptoError::Rejected)
}

/// The digest as the primitive takes it.
pub fn import(algorithm: Algorithm, digest: &Digest) -> Result<digest::Digest, CryptoError> {
    let hash = match algorithm.digest().map(|hash| hash.digest_len()) {
        Some(32) => &SHA256,
        Some(48) => &SHA384,
        Some(64) => &SHA512,
        _ => return Err(CryptoError::Unsupported),
    };
    let digest = digest::Digest::import_less_safe(digest.as_bytes(), hash);
    digest.map_err(|_| CryptoError::Rejected)
}

/// Signatures of fixed size: r and s side by side.
fn ecdsa(
    curve: Curve,
    algorithm: Algorithm,
) -> Result<&'static dyn VerificationAlgorithm, CryptoError> {
    Ok(match (curve, algorithm) {
        (Curve::P256, Algorithm::ES256 | Algorithm::ESP256) => &ECDSA_P256_SHA256_FIXED,
        (Curve::P384, Algorithm::ES384 | Algorithm::ESP384) => &ECDSA_P384_SHA384_FIXED,
        (Curve::P521, Algorithm::ES256) => &ECDSA_P521_SHA256_FIXED,
        (Curve::P521, Algorithm::ES384) => &ECDSA_P521_SHA384_FIXED,
        (Curve::P521, Algorithm::ES512 | Algorithm::ESP512) => &ECDSA_P521_SHA512_FIXED,
        (Curve::Secp256k1, Algorithm::ES256K) => &ECDSA_P256K1_SHA256_FIXED,
        _ => return Err(CryptoError::Unsupported),
    })
}

fn rsa(algorithm: Algorithm) -> Result<&'static RsaParameters, CryptoError> {
    match algorithm {
        Algorithm::PS256 => Ok(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Ok(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Ok(&RSA_PSS_2048_8192_SHA512),
        Algorithm::RS256 => Ok(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Ok(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Ok(&RSA_PKCS1_2048_8192_SHA512),
        _ => Err(CryptoError::Unsupported),
    }
}

fn rsa_key(
    n: &[u8],
    e: &[u8],
    primitive: &'static RsaParameters,
) -> Result<ParsedPublicKey, CryptoError> {
    let components = RsaPublicKeyComponents { n: trimmed(n), e: trimmed(e) };
    components.to_parsed_public_key(primitive).map_err(|_| CryptoError::InvalidKey)
}

/// An unsigned integer without zeros in front.
pub fn trimmed(integer: &[u8]) -> &[u8] {
    let start = integer.iter().position(|byte| *byte != 0).unwrap_or(integer.len());
    integer.get(start..).unwrap_or_default()
}

/// The point in the encoding of SEC 1, 2.3.3, or the bytes of an octet key pair.
pub fn point_of(key: &PublicKey<'_>) -> Option<Vec<u8>> {
    match *key {
        PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => Some([&[4], x, y].concat()),
        PublicKey::Ec2 { x, y: Y::Odd(odd), .. } => Some([&[2 + u8::from(odd)], x].concat()),
        PublicKey::Okp { x, .. } => Some(x.to_vec()),
        _ => None,
    }
}

/// The points of small order of Ed25519 but for the sign of x, which the top bit of the last byte
/// holds: y is 0, 1 or -1, or of order 8; 0 and 1 also plus the prime. Under such a key, signatures
/// verify that no one made (RFC 8032, 8.9 leaves it to us), and AWS-LC does not refuse it.
const SMALL_ORDER: [[u8; 32]; 7] = [
    small(0, 0, 0),
    small(1, 0, 0),
    small(0xec, 0xff, 0x7f),
    small(0xed, 0xff, 0x7f),
    small(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// A number of 32 bytes, little-endian, of which all between the first and the last are the same.
const fn small(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut number = [between; 32];
    let [start, .., end] = &mut number;
    *start = first;
    *end = last;
    number
}

fn has_small_order(x: &[u8]) -> bool {
    let Ok(mut y) = <[u8; 32]>::try_from(x) else { return false };
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    SMALL_ORDER.contains(&y)
}
