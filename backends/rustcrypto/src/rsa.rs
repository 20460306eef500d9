//! RSASSA-PSS (RFC 8230) and RSASSA-PKCS1-v1_5 (RFC 8812) on a digest that the caller has.

use ::rsa::{BoxedUint, Pkcs1v15Sign, Pss, PublicKey};
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::CryptoError;
use sha2::{Sha256, Sha384, Sha512};

#[cfg(feature = "rsa-sign")]
mod sign;
#[cfg(feature = "rsa-sign")]
pub use sign::Secret;

/// The sizes of a modulus, in bits: shorter ones COSE forbids (RFC 8230, 2), longer ones would let a
/// key say how long a check takes.
const MODULUS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// Checks a signature over a digest.
pub fn verify(
    algorithm: Algorithm,
    n: &[u8],
    e: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    let key = PublicKey::new_with_size_limits(integer(n)?, integer(e)?, MODULUS)
        .map_err(|_| CryptoError::InvalidKey)?;
    match algorithm {
        Algorithm::PS256 => key.verify(Pss::<Sha256>::new(), digest, signature),
        Algorithm::PS384 => key.verify(Pss::<Sha384>::new(), digest, signature),
        Algorithm::PS512 => key.verify(Pss::<Sha512>::new(), digest, signature),
        Algorithm::RS256 => key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature),
        Algorithm::RS384 => key.verify(Pkcs1v15Sign::new::<Sha384>(), digest, signature),
        Algorithm::RS512 => key.verify(Pkcs1v15Sign::new::<Sha512>(), digest, signature),
        _ => return Err(CryptoError::Unsupported),
    }
    .map_err(|_| CryptoError::Rejected)
}

/// An unsigned integer, big-endian, no longer than the longest modulus.
fn integer(bytes: &[u8]) -> Result<BoxedUint, CryptoError> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = bytes.get(start..).unwrap_or_default();
    let bits = u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_mul(8);
    if usize::try_from(bits).map_or(true, |bits| bits > *MODULUS.end()) {
        return Err(CryptoError::InvalidKey);
    }
    BoxedUint::from_be_slice(bytes, bits).map_err(|_| CryptoError::InvalidKey)
}
