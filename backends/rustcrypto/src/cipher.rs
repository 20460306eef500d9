//! AES-CTR and AES-CBC (RFC 9459), which authenticate nothing.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit,
    StreamCipher, consts::U16,
};
use ctr::Ctr128BE;
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::CryptoError;

/// Decrypts `buffer` in place; the content's size.
pub fn decrypt(
    algorithm: Algorithm,
    key: &[u8],
    iv: &[u8],
    buffer: &mut [u8],
) -> Result<usize, CryptoError> {
    match algorithm {
        Algorithm::A128CTR => count::<Aes128>(key, iv, buffer),
        Algorithm::A192CTR => count::<Aes192>(key, iv, buffer),
        Algorithm::A256CTR => count::<Aes256>(key, iv, buffer),
        Algorithm::A128CBC => unchain::<Aes128>(key, iv, buffer),
        Algorithm::A192CBC => unchain::<Aes192>(key, iv, buffer),
        Algorithm::A256CBC => unchain::<Aes256>(key, iv, buffer),
        _ => Err(CryptoError::Unsupported),
    }
}

/// Encrypts the first `length` bytes of `buffer` in place; the size with the padding.
pub fn encrypt(
    algorithm: Algorithm,
    key: &[u8],
    iv: &[u8],
    buffer: &mut [u8],
    length: usize,
) -> Result<usize, CryptoError> {
    match algorithm {
        Algorithm::A128CBC => return chain::<Aes128>(key, iv, buffer, length),
        Algorithm::A192CBC => return chain::<Aes192>(key, iv, buffer, length),
        Algorithm::A256CBC => return chain::<Aes256>(key, iv, buffer, length),
        _ => (),
    }
    let content = buffer.get_mut(..length).ok_or(CryptoError::BufferTooSmall)?;
    match algorithm {
        Algorithm::A128CTR => count::<Aes128>(key, iv, content),
        Algorithm::A192CTR => count::<Aes192>(key, iv, content),
        Algorithm::A256CTR => count::<Aes256>(key, iv, content),
        _ => Err(CryptoError::Unsupported),
    }
}

/// Counter mode, the same in both directions; the IV is the first counter block (RFC 9459, 4).
fn count<C>(key: &[u8], iv: &[u8], content: &mut [u8]) -> Result<usize, CryptoError>
where
    C: KeyInit + BlockCipherEncrypt<BlockSize = U16>,
{
    let mut cipher =
        Ctr128BE::<C>::new_from_slices(key, iv).map_err(|_| CryptoError::InvalidKey)?;
    cipher.try_apply_keystream(content).map_err(|_| CryptoError::Unsupported)?;
    Ok(content.len())
}

fn unchain<C>(key: &[u8], iv: &[u8], buffer: &mut [u8]) -> Result<usize, CryptoError>
where
    C: KeyInit + BlockCipherDecrypt<BlockSize = U16>,
{
    let cipher =
        cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| CryptoError::InvalidKey)?;
    let content = cipher.decrypt_padded::<Pkcs7>(buffer);
    content.map(<[u8]>::len).map_err(|_| CryptoError::Rejected)
}

fn chain<C>(key: &[u8], iv: &[u8], buffer: &mut [u8], length: usize) -> Result<usize, CryptoError>
where
    C: KeyInit + BlockCipherEncrypt<BlockSize = U16>,
{
    let cipher =
        cbc::Encryptor::<C>::new_from_slices(key, iv).map_err(|_| CryptoError::InvalidKey)?;
    let written = cipher.encrypt_padded::<Pkcs7>(buffer, length);
    written.map(<[u8]>::len).map_err(|_| CryptoError::BufferTooSmall)
}
