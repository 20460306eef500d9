//! Content encryption.

use core::future::Future;
use core::task::Poll;

use super::CryptoError;
use crate::iana::Algorithm;
use crate::segments::Segments;

/// Content encryption (RFC 9053, 4) in place, answered at once. Also the ciphers without a tag of
/// RFC 9459, which are given empty `aad`.
pub trait Aead {
    /// The secret key, or a handle.
    type Key: ?Sized;

    /// Decrypts `buffer`, which holds the ciphertext and behind it the tag; the plaintext's size. It
    /// stands in the start of `buffer`. After an error nothing of it stands there.
    ///
    /// # Errors
    /// `Rejected` when the tag is wrong, the ciphertext shorter than a tag, or its padding (AES-CBC)
    /// broken; `Unsupported`; `InvalidKey` for a key of the wrong length; `Device`.
    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError>;

    /// Encrypts the first `length` bytes of `buffer` and writes the tag behind them; the size of
    /// ciphertext and tag.
    ///
    /// # Errors
    /// `BufferTooSmall` when the tag (or the padding) has no room; `Unsupported`; `InvalidKey`;
    /// `Device`.
    fn seal(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<usize, CryptoError>;
}

/// Decryption on a device that an executor waits for.
pub trait AeadAsync {
    /// The secret key, or a handle.
    type Key: ?Sized;

    /// As [`Aead::open`].
    ///
    /// # Errors
    /// As [`Aead::open`].
    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> impl Future<Output = Result<usize, CryptoError>>;
}

/// Decryption on a device that is started and asked again later.
pub trait AeadPoll {
    /// The secret key, or a handle.
    type Key: ?Sized;
    /// A decryption under way.
    type Job;

    /// Starts the decryption that [`Aead::open`] describes. Key, nonce, `aad` and `ciphertext` (with
    /// its tag) are taken over (copied to the device or into the job) before it returns.
    ///
    /// # Errors
    /// `Unsupported`, `InvalidKey`, `Device`.
    fn start(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        ciphertext: &[u8],
    ) -> Result<Self::Job, CryptoError>;

    /// The answer, when there is one: the plaintext's size, which then stands in the start of
    /// `plaintext` (as long as the ciphertext). Not called again after that.
    ///
    /// # Errors
    /// When ready: `Rejected`, `BufferTooSmall` or `Device`.
    fn poll(
        &mut self,
        job: &mut Self::Job,
        plaintext: &mut [u8],
    ) -> Poll<Result<usize, CryptoError>>;
}

/// Decryption of a content that does not fit into memory: piece by piece, in place. Also the ciphers
/// without a tag of RFC 9459, which are given empty `aad` and an empty tag.
pub trait OpenStream {
    /// The secret key, or a handle.
    type Key: ?Sized;
    /// A decryption under way.
    type Opener: Opener;

    /// Starts a decryption.
    ///
    /// # Errors
    /// `Unsupported` for an algorithm (or a nonce) with which this can't be done; `InvalidKey`;
    /// `Device`.
    fn start_open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
    ) -> Result<Self::Opener, CryptoError>;
}

/// A decryption that [`OpenStream::start_open`] has started.
pub trait Opener {
    /// Decrypts the next piece, of any size, in place. It is not proven yet.
    ///
    /// # Errors
    /// `Unsupported` for more than the cipher may be used for; `Device`.
    fn update(&mut self, piece: &mut [u8]) -> Result<(), CryptoError>;

    /// Whether all that was decrypted has this tag.
    ///
    /// # Errors
    /// `Rejected` when it has not; `Device`.
    fn finish(self, tag: &[u8]) -> Result<(), CryptoError>;
}
