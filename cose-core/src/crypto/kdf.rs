//! Key derivation.

use super::CryptoError;

/// A key derivation function (RFC 9053, 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KdfAlgorithm {
    /// HKDF with HMAC and SHA-256 (RFC 5869).
    HkdfSha256,
    /// HKDF with HMAC and SHA-512.
    HkdfSha512,
    /// HKDF's expansion alone, with AES-CBC-MAC under a key of 128 bits (RFC 9053, 5.1).
    HkdfAes128,
    /// HKDF's expansion alone, with AES-CBC-MAC under a key of 256 bits.
    HkdfAes256,
}

/// Key derivation: from a secret that two sides share to a key for one purpose.
pub trait Kdf {
    /// Fills `key` from `secret`. `info` are the pieces of one text, which says what the key is for.
    /// The AES variants have no extraction: `secret` is the key of their MAC, and `salt` is unused.
    ///
    /// # Errors
    /// `Unsupported`; `InvalidKey` for a `secret` of the wrong length (AES variants);
    /// `BufferTooSmall` when `key` is longer than the function can fill; `Device`.
    fn derive(
        &mut self,
        algorithm: KdfAlgorithm,
        secret: &[u8],
        salt: &[u8],
        info: &[&[u8]],
        key: &mut [u8],
    ) -> Result<(), CryptoError>;
}
