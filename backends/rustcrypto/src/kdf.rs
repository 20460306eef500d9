//! HKDF (RFC 5869) with SHA-2, and its expansion alone with AES-CBC-MAC (RFC 9053, 5.1).

use hexad_cose_core::crypto::{CryptoError, Kdf, KdfAlgorithm};
use hkdf::Hkdf;

use crate::{RustCrypto, Sha256};

impl Kdf for RustCrypto {
    /// At most 255 blocks of the function can be filled: 8,160 bytes with SHA-256, 16,320 with
    /// SHA-512, 4,080 with AES-CBC-MAC.
    fn derive(
        &mut self,
        algorithm: KdfAlgorithm,
        secret: &[u8],
        salt: &[u8],
        info: &[&[u8]],
        key: &mut [u8],
    ) -> Result<(), CryptoError> {
        derive::<sha2::Sha256>(algorithm, secret, salt, info, key)
    }
}

/// Derives a key as [`Kdf::derive`] does, HKDF with SHA-256 on that of `S`.
///
/// # Errors
/// Those of [`Kdf::derive`].
pub fn derive<S: Sha256>(
    algorithm: KdfAlgorithm,
    secret: &[u8],
    salt: &[u8],
    info: &[&[u8]],
    key: &mut [u8],
) -> Result<(), CryptoError> {
    match algorithm {
        KdfAlgorithm::HkdfSha256 => Hkdf::<S>::new(Some(salt), secret)
            .expand_multi_info(info, key)
            .map_err(|_| CryptoError::BufferTooSmall),
        #[cfg(feature = "sha512")]
        KdfAlgorithm::HkdfSha512 => Hkdf::<sha2::Sha512>::new(Some(salt), secret)
            .expand_multi_info(info, key)
            .map_err(|_| CryptoError::BufferTooSmall),
        #[cfg(feature = "aes")]
        KdfAlgorithm::HkdfAes128 => expand::<cbc_mac::CbcMac<aes::Aes128>>(secret, info, key),
        #[cfg(feature = "aes")]
        KdfAlgorithm::HkdfAes256 => expand::<cbc_mac::CbcMac<aes::Aes256>>(secret, info, key),
        _ => Err(CryptoError::Unsupported),
    }
}

/// The expansion of RFC 5869, 2.3, with the MAC `M` in the place of HMAC. The secret is its key:
/// extraction is for secrets that are not uniformly random, and a MAC with a key of fixed length
/// can't take those.
#[cfg(feature = "aes")]
fn expand<M: hmac::Mac + hmac::KeyInit + Clone>(
    secret: &[u8],
    info: &[&[u8]],
    key: &mut [u8],
) -> Result<(), CryptoError> {
    use zeroize::Zeroizing;

    const BLOCK: usize = 16;
    let keyed = M::new_from_slice(secret).map_err(|_| CryptoError::InvalidKey)?;
    if key.len().div_ceil(BLOCK) > usize::from(u8::MAX) {
        return Err(CryptoError::BufferTooSmall);
    }
    let mut last = Zeroizing::new([0; BLOCK]);
    for (index, space) in (1..=u8::MAX).zip(key.chunks_mut(BLOCK)) {
        let mut mac = keyed.clone();
        if index > 1 {
            mac.update(&last[..]);
        }
        info.iter().for_each(|piece| mac.update(piece));
        mac.update(&[index]);
        let mut block = mac.finalize().into_bytes();
        last.iter_mut().zip(&block).for_each(|(to, from)| *to = *from);
        space.iter_mut().zip(&block).for_each(|(to, from)| *to = *from);
        zeroize::Zeroize::zeroize(block.as_mut_slice());
    }
    Ok(())
}
