//! AES-CTR and AES-CBC (RFC 9459), which authenticate nothing.

use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, EncryptingKey,
    EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::CryptoError;

/// Decrypts `buffer` in place; the content's size.
pub fn decrypt(
    algorithm: Algorithm,
    key: &[u8],
    iv: &[u8],
    buffer: &mut [u8],
) -> Result<usize, CryptoError> {
    let (mode, key) = keyed(algorithm, key)?;
    let context = DecryptionContext::Iv128(initial(iv)?);
    let opened = match mode {
        Mode::Counter => {
            DecryptingKey::ctr(key).and_then(|key| length(key.decrypt(buffer, context)))
        }
        Mode::Chaining => PaddedBlockDecryptingKey::cbc_pkcs7(key)
            .and_then(|key| length(key.decrypt(buffer, context))),
    };
    opened.map_err(|_| CryptoError::Rejected)
}

/// Encrypts the first `length` bytes of `buffer` in place; the size with the padding.
pub fn encrypt(
    algorithm: Algorithm,
    key: &[u8],
    iv: &[u8],
    buffer: &mut [u8],
    length: usize,
) -> Result<usize, CryptoError> {
    let (mode, key) = keyed(algorithm, key)?;
    let context = EncryptionContext::Iv128(initial(iv)?);
    let small = CryptoError::BufferTooSmall;
    let content = buffer.get_mut(..length).ok_or(small)?;
    match mode {
        Mode::Counter => EncryptingKey::ctr(key)
            .and_then(|key| key.less_safe_encrypt(content, context))
            .map(|_| length)
            .map_err(|_| CryptoError::Device),
        Mode::Chaining => {
            let mut padded = content.to_vec();
            PaddedBlockEncryptingKey::cbc_pkcs7(key)
                .and_then(|key| key.less_safe_encrypt(&mut padded, context))
                .map_err(|_| CryptoError::Device)?;
            buffer.get_mut(..padded.len()).ok_or(small)?.copy_from_slice(&padded);
            Ok(padded.len())
        }
    }
}

enum Mode {
    Counter,
    Chaining,
}

fn keyed(algorithm: Algorithm, key: &[u8]) -> Result<(Mode, UnboundCipherKey), CryptoError> {
    let (mode, primitive): (_, &'static cipher::Algorithm) = match algorithm {
        Algorithm::A128CTR => (Mode::Counter, &AES_128),
        Algorithm::A192CTR => (Mode::Counter, &AES_192),
        Algorithm::A256CTR => (Mode::Counter, &AES_256),
        Algorithm::A128CBC => (Mode::Chaining, &AES_128),
        Algorithm::A192CBC => (Mode::Chaining, &AES_192),
        Algorithm::A256CBC => (Mode::Chaining, &AES_256),
        _ => return Err(CryptoError::Unsupported),
    };
    let key = UnboundCipherKey::new(primitive, key).map_err(|_| CryptoError::InvalidKey)?;
    Ok((mode, key))
}

fn initial(iv: &[u8]) -> Result<FixedLength<16>, CryptoError> {
    let iv = <&[u8; 16]>::try_from(iv).map_err(|_| CryptoError::Unsupported)?;
    Ok(FixedLength::from(iv))
}

fn length(content: Result<&mut [u8], Unspecified>) -> Result<usize, Unspecified> {
    content.map(|content| content.len())
}
