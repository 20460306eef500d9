//! Key wrap.

use super::CryptoError;
use crate::iana::Algorithm;

/// AES key wrap (RFC 9053, 6.2.1 and RFC 3394).
pub trait KeyWrap {
    /// The key-encryption key, or a handle.
    type Key: ?Sized;

    /// Writes `key`, a multiple of 8 bytes and at least 16, wrapped under `kek` into the start of
    /// `wrapped`; its size, which is 8 more.
    ///
    /// # Errors
    /// `InvalidKey` for a `kek` or `key` of the wrong length; `BufferTooSmall`; `Unsupported`;
    /// `Device`.
    fn wrap(
        &mut self,
        algorithm: Algorithm,
        kek: &Self::Key,
        key: &[u8],
        wrapped: &mut [u8],
    ) -> Result<usize, CryptoError>;

    /// Writes the key that `wrapped` holds into the start of `key`; its size, which is 8 less. After
    /// an error nothing of it stands there.
    ///
    /// # Errors
    /// `Rejected` when it was not wrapped under `kek`, or has a length that no wrapped key has;
    /// `InvalidKey`; `BufferTooSmall`; `Unsupported`; `Device`.
    fn unwrap(
        &mut self,
        algorithm: Algorithm,
        kek: &Self::Key,
        wrapped: &[u8],
        key: &mut [u8],
    ) -> Result<usize, CryptoError>;
}
