//! AES-GCM and ChaCha20-Poly1305 (RFC 9053, 4), and the dispatch to the ciphers of RFC 9459.

use aws_lc_rs::aead::{
    self, AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce,
    UnboundKey,
};
use hexad_cose_core::crypto::{Aead, CryptoError};
use hexad_cose_core::{Algorithm, Segments};

use crate::{AwsLc, cipher};

impl Aead for AwsLc {
    type Key = [u8];

    /// `Unsupported` also for a nonce of the wrong length, and for `aad` with a cipher that
    /// authenticates nothing.
    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        check_lengths(algorithm, key, nonce)?;
        let aad = aad.to_vec();
        let opened = match primitive(algorithm) {
            Some(primitive) => {
                let (key, nonce) = keyed(primitive, key, nonce)?;
                let opened = key.open_in_place(nonce, Aad::from(&aad), buffer);
                opened.map(|content| content.len()).map_err(|_| CryptoError::Rejected)
            }
            None if aad.is_empty() => cipher::decrypt(algorithm, key, nonce, buffer),
            None => Err(CryptoError::Unsupported),
        };
        if opened == Err(CryptoError::Rejected) {
            buffer.fill(0);
        }
        opened
    }

    /// As [`open`](Self::open).
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
        let aad = aad.to_vec();
        let Some(primitive) = primitive(algorithm) else {
            if !aad.is_empty() {
                return Err(CryptoError::Unsupported);
            }
            return cipher::encrypt(algorithm, key, nonce, buffer, length);
        };
        let (key, nonce) = keyed(primitive, key, nonce)?;
        let small = CryptoError::BufferTooSmall;
        let (content, space) = buffer.split_at_mut_checked(length).ok_or(small)?;
        let space = space.get_mut(..primitive.tag_len()).ok_or(small)?;
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&aad), content);
        space.copy_from_slice(tag.map_err(|_| CryptoError::Device)?.as_ref());
        Ok(length.saturating_add(space.len()))
    }
}

fn primitive(algorithm: Algorithm) -> Option<&'static aead::Algorithm> {
    match algorithm {
        Algorithm::A128GCM => Some(&AES_128_GCM),
        Algorithm::A192GCM => Some(&AES_192_GCM),
        Algorithm::A256GCM => Some(&AES_256_GCM),
        Algorithm::CHACHA20_POLY1305 => Some(&CHACHA20_POLY1305),
        _ => None,
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

fn keyed(
    primitive: &'static aead::Algorithm,
    key: &[u8],
    nonce: &[u8],
) -> Result<(LessSafeKey, Nonce), CryptoError> {
    let key = UnboundKey::new(primitive, key).map_err(|_| CryptoError::InvalidKey)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CryptoError::Unsupported)?;
    Ok((LessSafeKey::new(key), nonce))
}
