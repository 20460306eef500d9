//! AES key wrap (RFC 3394).

use aws_lc_rs::key_wrap::{AES_128, AES_256, AesBlockCipher, AesKek, KeyWrap as _};
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::{CryptoError, KeyWrap};
use zeroize::Zeroize;

use crate::AwsLc;

/// What a wrapped key is longer than the key, and the unit of its length, in bytes.
const BLOCK: usize = 8;

impl KeyWrap for AwsLc {
    type Key = [u8];

    fn wrap(
        &mut self,
        algorithm: Algorithm,
        kek: &[u8],
        key: &[u8],
        wrapped: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let kek = AesKek::new(cipher(algorithm)?, kek).map_err(|_| CryptoError::InvalidKey)?;
        if key.len() < 2 * BLOCK || !key.len().is_multiple_of(BLOCK) {
            return Err(CryptoError::InvalidKey);
        }
        let length = key.len().checked_add(BLOCK).ok_or(CryptoError::BufferTooSmall)?;
        let space = wrapped.get_mut(..length).ok_or(CryptoError::BufferTooSmall)?;
        kek.wrap(key, space).map(|wrapped| wrapped.len()).map_err(|_| CryptoError::Device)
    }

    fn unwrap(
        &mut self,
        algorithm: Algorithm,
        kek: &[u8],
        wrapped: &[u8],
        key: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let kek = AesKek::new(cipher(algorithm)?, kek).map_err(|_| CryptoError::InvalidKey)?;
        if wrapped.len() < 3 * BLOCK || !wrapped.len().is_multiple_of(BLOCK) {
            return Err(CryptoError::Rejected);
        }
        let length = wrapped.len().saturating_sub(BLOCK);
        let space = key.get_mut(..length).ok_or(CryptoError::BufferTooSmall)?;
        let unwrapped = kek.unwrap(wrapped, space).map(|key| key.len());
        unwrapped.map_err(|_| {
            space.zeroize();
            CryptoError::Rejected
        })
    }
}

fn cipher(algorithm: Algorithm) -> Result<&'static AesBlockCipher, CryptoError> {
    match algorithm {
        Algorithm::A128KW => Ok(&AES_128),
        Algorithm::A256KW => Ok(&AES_256),
        _ => Err(CryptoError::Unsupported),
    }
}
