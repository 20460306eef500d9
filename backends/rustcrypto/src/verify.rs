//! Checking signatures: which primitive a key and an algorithm ask for.

use hexad_cose_core::crypto::{CryptoError, Signed, Verify};
use hexad_cose_core::{Algorithm, PublicKey};

#[cfg(any(feature = "p256", feature = "p384", feature = "p521", feature = "secp256k1"))]
use crate::ecdsa;
#[cfg(feature = "curve448")]
use crate::ed448;
#[cfg(feature = "curve25519")]
use crate::eddsa;
#[cfg(feature = "hss-lms")]
use crate::hss;
#[cfg(feature = "ml-dsa")]
use crate::mldsa;
#[cfg(feature = "rsa")]
use crate::rsa;
use crate::{RustCrypto, Sha256};

impl Verify for RustCrypto {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        verify::<sha2::Sha256>(algorithm, key, signed, signature)
    }
}

/// Checks a signature as [`Verify::verify`] does, HSS-LMS on the SHA-256 of `S`.
///
/// # Errors
/// Those of [`Verify::verify`].
pub fn verify<S: Sha256>(
    algorithm: Algorithm,
    key: &PublicKey<'_>,
    signed: &Signed<'_>,
    signature: &[u8],
) -> Result<(), CryptoError> {
    if !key.serves(algorithm) {
        return Err(CryptoError::Unsupported);
    }
    match (key, signed) {
        #[cfg(any(feature = "p256", feature = "p384", feature = "p521", feature = "secp256k1"))]
        (PublicKey::Ec2 { curve, x, y }, Signed::Digest(digest)) => {
            ecdsa::verify(*curve, x, y, digest.as_bytes(), signature)
        }
        #[cfg(feature = "curve25519")]
        (
            PublicKey::Okp { curve: hexad_cose_core::Curve::Ed25519, x },
            Signed::Message(message),
        ) => eddsa::verify(x, message, signature),
        #[cfg(feature = "curve448")]
        (PublicKey::Okp { curve: hexad_cose_core::Curve::Ed448, x }, Signed::Message(message)) => {
            ed448::verify(x, message, signature)
        }
        #[cfg(feature = "rsa")]
        (PublicKey::Rsa { n, e }, Signed::Digest(digest)) => {
            rsa::verify(algorithm, n, e, digest.as_bytes(), signature)
        }
        #[cfg(feature = "ml-dsa")]
        (PublicKey::Akp { public, .. }, Signed::Message(message)) => {
            mldsa::verify(algorithm, public, message, signature)
        }
        #[cfg(feature = "hss-lms")]
        (PublicKey::HssLms { public }, Signed::Message(message)) => {
            hss::verify::<S>(public, message, signature)
        }
        _ => {
            let _ = signature;
            Err(CryptoError::Unsupported)
        }
    }
}
