//! AES key wrap (RFC 3394).

use aes::{Aes128, Aes192, Aes256};
use aes_kw::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, consts::U16};
use aes_kw::{AesKw, Error, KeyInit};
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::{CryptoError, KeyWrap};

use crate::RustCrypto;

/// What a wrapped key is longer than the key, and the unit of its length, in bytes.
const BLOCK: usize = 8;

impl KeyWrap for RustCrypto {
    type Key = [u8];

    fn wrap(
        &mut self,
        algorithm: Algorithm,
        kek: &[u8],
        key: &[u8],
        wrapped: &mut [u8],
    ) -> Result<usize, CryptoError> {
        match algorithm {
            Algorithm::A128KW => wrap::<Aes128>(kek, key, wrapped),
            Algorithm::A192KW => wrap::<Aes192>(kek, key, wrapped),
            Algorithm::A256KW => wrap::<Aes256>(kek, key, wrapped),
            _ => Err(CryptoError::Unsupported),
        }
    }

    fn unwrap(
        &mut self,
        algorithm: Algorithm,
        kek: &[u8],
        wrapped: &[u8],
        key: &mut [u8],
    ) -> Result<usize, CryptoError> {
        match algorithm {
            Algorithm::A128KW => unwrap::<Aes128>(kek, wrapped, key),
            Algorithm::A192KW => unwrap::<Aes192>(kek, wrapped, key),
            Algorithm::A256KW => unwrap::<Aes256>(kek, wrapped, key),
            _ => Err(CryptoError::Unsupported),
        }
    }
}

fn wrap<C>(kek: &[u8], key: &[u8], wrapped: &mut [u8]) -> Result<usize, CryptoError>
where
    C: KeyInit + BlockCipherEncrypt<BlockSize = U16>,
{
    let kek = AesKw::<C>::new_from_slice(kek).map_err(|_| CryptoError::InvalidKey)?;
    if key.len() < 2 * BLOCK || !key.len().is_multiple_of(BLOCK) {
        return Err(CryptoError::InvalidKey);
    }
    kek.wrap_key(key, wrapped).map(<[u8]>::len).map_err(|_| CryptoError::BufferTooSmall)
}

fn unwrap<C>(kek: &[u8], wrapped: &[u8], key: &mut [u8]) -> Result<usize, CryptoError>
where
    C: KeyInit + BlockCipherDecrypt<BlockSize = U16>,
{
    let kek = AesKw::<C>::new_from_slice(kek).map_err(|_| CryptoError::InvalidKey)?;
    if wrapped.len() < 3 * BLOCK || !wrapped.len().is_multiple_of(BLOCK) {
        return Err(CryptoError::Rejected);
    }
    kek.unwrap_key(wrapped, key).map(<[u8]>::len).map_err(|error| match error {
        Error::InvalidOutputSize { .. } => CryptoError::BufferTooSmall,
        _ => CryptoError::Rejected,
    })
}
