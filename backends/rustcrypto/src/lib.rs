#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ecdsa;
mod eddsa;
mod hash;
mod key;
mod mac;
#[cfg(feature = "pem")]
mod pem;

use hexad_cose_core::crypto::{Sign, Verify};
use hexad_cose_core::{Algorithm, CryptoError, PublicKey, Signed};

pub use hash::Sha2;
pub use key::SigningKey;
#[cfg(feature = "pem")]
pub use pem::{PemError, public_key_from_pem, public_key_to_pem};

/// The backend: every algorithm in software, with nothing to configure and no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl Verify for RustCrypto {
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
            (PublicKey::Ec2 { curve, x, y }, Signed::Digest(digest)) => {
                ecdsa::verify(*curve, x, y, digest.as_bytes(), signature)
            }
            (PublicKey::Okp { x, .. }, Signed::Message(message)) => {
                eddsa::verify(x, message, signature)
            }
            _ => Err(CryptoError::Unsupported),
        }
    }
}

impl Sign for RustCrypto {
    type Key = SigningKey;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &SigningKey,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        key.sign(algorithm, signed, signature)
    }
}

#[cfg(test)]
mod tests;
