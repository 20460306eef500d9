//! What the software backend does, on the SHA-256 of this one where it needs a hash.

use hexad_cose_core::Algorithm;
#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
use hexad_cose_core::Segments;
#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
use hexad_cose_core::crypto::Aead;
#[cfg(feature = "aes")]
use hexad_cose_core::crypto::KeyWrap;
use hexad_cose_core::crypto::{CryptoError, Kdf, KdfAlgorithm, Mac};
#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
use hexad_rustcrypto::RustCrypto;

use crate::{CortexM4, RunningTag, Sha256};

impl Mac for CortexM4 {
    type Key = [u8];
    type Tag = RunningTag;

    fn start(&mut self, algorithm: Algorithm, key: &[u8]) -> Result<RunningTag, CryptoError> {
        RunningTag::start(algorithm, key)
    }
}

impl Kdf for CortexM4 {
    fn derive(
        &mut self,
        algorithm: KdfAlgorithm,
        secret: &[u8],
        salt: &[u8],
        info: &[&[u8]],
        key: &mut [u8],
    ) -> Result<(), CryptoError> {
        hexad_rustcrypto::derive::<Sha256>(algorithm, secret, salt, info, key)
    }
}

#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
impl Aead for CortexM4 {
    type Key = [u8];

    /// With the limits of [`RustCrypto`].
    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        RustCrypto.open(algorithm, key, nonce, aad, buffer)
    }

    fn seal(
        &mut self,
        algorithm: Algorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, CryptoError> {
        RustCrypto.seal(algorithm, key, nonce, aad, buffer, length)
    }
}

#[cfg(feature = "aes")]
impl KeyWrap for CortexM4 {
    type Key = [u8];

    fn wrap(
        &mut self,
        algorithm: Algorithm,
        kek: &[u8],
        key: &[u8],
        wrapped: &mut [u8],
    ) -> Result<usize, CryptoError> {
        RustCrypto.wrap(algorithm, kek, key, wrapped)
    }

    fn unwrap(
        &mut self,
        algorithm: Algorithm,
        kek: &[u8],
        wrapped: &[u8],
        key: &mut [u8],
    ) -> Result<usize, CryptoError> {
        RustCrypto.unwrap(algorithm, kek, wrapped, key)
    }
}
