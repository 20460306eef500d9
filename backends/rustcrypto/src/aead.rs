//! Content encryption: AES-GCM, AES-CCM and ChaCha20-Poly1305 (RFC 9053, 4), and the dispatch to the
//! ciphers of RFC 9459.

use ::aead::{AeadInOut, KeyInit, Nonce, Tag};
#[cfg(feature = "aes")]
use aes::{Aes128, Aes192, Aes256};
#[cfg(feature = "aes")]
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm};
#[cfg(feature = "aes")]
use ccm::{
    Ccm,
    consts::{U7, U8, U12, U13, U16},
};
#[cfg(feature = "chacha20poly1305")]
use chacha20poly1305::ChaCha20Poly1305;
use hexad_cose_core::crypto::{Aead, CryptoError};
use hexad_cose_core::{Algorithm, Segments};

use crate::RustCrypto;
#[cfg(feature = "aes")]
use crate::cipher;

/// The most bytes of associated data (an `Enc_structure`) that are put together on the stack, since
/// the primitives take them in one piece. Longer ones need feature `alloc`.
pub const MAX_AAD: usize = 512;

impl Aead for RustCrypto {
    type Key = [u8];

    /// Without feature `alloc`, `Unsupported` also for `aad` of more than [`MAX_AAD`] bytes; always
    /// for a nonce of the wrong length, and for `aad` with a cipher that authenticates nothing.
    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        check_lengths(algorithm, key, nonce)?;
        let opened = in_one_piece(aad, |aad| run(Task::Open, algorithm, key, nonce, aad, buffer));
        if opened == Err(CryptoError::Rejected) {
            buffer.fill(0);
        }
        opened
    }

    /// As [`open`](Self::open); `Unsupported` also for more content than AES-CCM can count: 65,535
    /// bytes with a nonce of 13.
    fn seal(
        &mut self,
        algorithm: Algorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, CryptoError> {
        check_lengths(algorithm, key, nonce)?;
        in_one_piece(aad, |aad| run(Task::Seal(length), algorithm, key, nonce, aad, buffer))
    }
}

fn check_lengths(algorithm: Algorithm, key: &[u8], nonce: &[u8]) -> Result<(), CryptoError> {
    let sizes = algorithm.content_encryption().ok_or(CryptoError::Unsupported)?;
    if key.len() != sizes.key_len {
        return Err(CryptoError::InvalidKey);
    }
    if nonce.len() != sizes.nonce_len {
        return Err(CryptoError::Unsupported);
    }
    Ok(())
}

/// What to do with a buffer.
#[derive(Clone, Copy)]
enum Task {
    Open,
    /// Seal the first so many bytes.
    Seal(usize),
}

/// Does it with `algorithm`; the size of what then stands in the start of `buffer`.
fn run(
    task: Task,
    algorithm: Algorithm,
    key: &[u8],
    nonce: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<usize, CryptoError> {
    let with = match algorithm {
        #[cfg(feature = "aes")]
        Algorithm::A128GCM => run_with::<Aes128Gcm>,
        #[cfg(feature = "aes")]
        Algorithm::A192GCM => run_with::<AesGcm<Aes192, U12>>,
        #[cfg(feature = "aes")]
        Algorithm::A256GCM => run_with::<Aes256Gcm>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_16_64_128 => run_with::<Ccm<Aes128, U8, U13>>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_16_64_256 => run_with::<Ccm<Aes256, U8, U13>>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_64_64_128 => run_with::<Ccm<Aes128, U8, U7>>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_64_64_256 => run_with::<Ccm<Aes256, U8, U7>>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_16_128_128 => run_with::<Ccm<Aes128, U16, U13>>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_16_128_256 => run_with::<Ccm<Aes256, U16, U13>>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_64_128_128 => run_with::<Ccm<Aes128, U16, U7>>,
        #[cfg(feature = "aes")]
        Algorithm::AES_CCM_64_128_256 => run_with::<Ccm<Aes256, U16, U7>>,
        #[cfg(feature = "chacha20poly1305")]
        Algorithm::CHACHA20_POLY1305 => run_with::<ChaCha20Poly1305>,
        #[cfg(feature = "aes")]
        _ if aad.is_empty() => {
            return match task {
                Task::Open => cipher::decrypt(algorithm, key, nonce, buffer),
                Task::Seal(length) => cipher::encrypt(algorithm, key, nonce, buffer, length),
            };
        }
        _ => return Err(CryptoError::Unsupported),
    };
    with(task, key, nonce, aad, buffer)
}

fn run_with<C: AeadInOut + KeyInit>(
    task: Task,
    key: &[u8],
    nonce: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<usize, CryptoError> {
    let cipher = C::new_from_slice(key).map_err(|_| CryptoError::InvalidKey)?;
    let nonce = Nonce::<C>::try_from(nonce).map_err(|_| CryptoError::Unsupported)?;
    match task {
        Task::Open => open(&cipher, &nonce, aad, buffer),
        Task::Seal(length) => seal(&cipher, &nonce, aad, buffer, length),
    }
}

fn open<C: AeadInOut>(
    cipher: &C,
    nonce: &Nonce<C>,
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<usize, CryptoError> {
    let rejected = CryptoError::Rejected;
    let length = buffer.len().checked_sub(Tag::<C>::default().len()).ok_or(rejected)?;
    let (content, tag) = buffer.split_at_mut_checked(length).ok_or(rejected)?;
    let tag = Tag::<C>::try_from(&*tag).map_err(|_| rejected)?;
    let opened = cipher.decrypt_inout_detached(nonce, aad, content.into(), &tag);
    opened.map(|()| length).map_err(|_| rejected)
}

fn seal<C: AeadInOut>(
    cipher: &C,
    nonce: &Nonce<C>,
    aad: &[u8],
    buffer: &mut [u8],
    length: usize,
) -> Result<usize, CryptoError> {
    let small = CryptoError::BufferTooSmall;
    let (content, space) = buffer.split_at_mut_checked(length).ok_or(small)?;
    let space = space.get_mut(..Tag::<C>::default().len()).ok_or(small)?;
    let tag = cipher
        .encrypt_inout_detached(nonce, aad, content.into())
        .map_err(|_| CryptoError::Unsupported)?;
    space.copy_from_slice(&tag);
    Ok(length.saturating_add(space.len()))
}

/// Gives all of `aad` in one piece to `use_it`.
fn in_one_piece<R>(
    aad: &Segments<'_>,
    use_it: impl FnOnce(&[u8]) -> Result<R, CryptoError>,
) -> Result<R, CryptoError> {
    let mut stack = [0; MAX_AAD];
    if let Some(whole) = aad.write(&mut stack) {
        return use_it(whole);
    }
    #[cfg(feature = "alloc")]
    return use_it(&aad.to_vec());
    #[cfg(not(feature = "alloc"))]
    Err(CryptoError::Unsupported)
}
