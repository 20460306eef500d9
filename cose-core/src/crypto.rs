//! What a cryptographic backend offers, one small trait a capability.
//!
//! A backend implements those that it has: a verify-only bootloader links no signing code, and an
//! accelerator that does ECDSA alone is joined by a software hash as the pair `(hash, signer)`. A key
//! is bytes or whatever handle the backend names (a slot of a secure element).

use core::fmt;
use core::future::Future;
use core::task::Poll;

use subtle::ConstantTimeEq;

use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, HashAlgorithm};
use crate::key::PublicKey;
use crate::segments::Segments;

/// Why a backend did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CryptoError {
    /// The signature or tag is wrong: the answer "no".
    Rejected,
    /// The algorithm, curve or key type is not offered: "can't".
    Unsupported,
    /// The key is not a valid key (a point off the curve, a wrong size).
    InvalidKey,
    /// The output buffer is too small.
    BufferTooSmall,
    /// The device failed, or its source of randomness.
    Device,
}

impl CryptoError {
    /// The same as an [`Error`] about the item at `offset`.
    #[must_use]
    pub const fn at(self, offset: usize) -> Error {
        let kind = match self {
            Self::Rejected => ErrorKind::VerificationFailed,
            Self::Unsupported => ErrorKind::Unsupported,
            Self::InvalidKey => ErrorKind::KeyMismatch,
            Self::BufferTooSmall => ErrorKind::BufferTooSmall,
            Self::Device => ErrorKind::Backend,
        };
        Error::new(kind, offset)
    }
}

impl fmt::Display for CryptoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "the signature or tag does not verify",
            Self::Unsupported => "the algorithm is not offered",
            Self::InvalidKey => "the key is not valid",
            Self::BufferTooSmall => "the output buffer is too small",
            Self::Device => "the device failed",
        })
    }
}

impl core::error::Error for CryptoError {}

/// A digest or a tag: up to 64 bytes. Compared in constant time.
#[derive(Clone, Copy)]
pub struct Digest {
    bytes: [u8; 64],
    length: usize,
}

impl Digest {
    /// A digest of these bytes; of those beyond 64, none.
    #[must_use]
    pub fn new(digest: &[u8]) -> Self {
        let mut bytes = [0; 64];
        let mut length = 0;
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = *from;
            length += 1;
        }
        Self { bytes, length }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Whether `expected` is this digest, in a time that does not tell where they differ.
    #[must_use]
    pub fn matches(&self, expected: &[u8]) -> bool {
        self.as_bytes().ct_eq(expected).into()
    }

    /// The first `length` bytes as a digest of their own, as for a truncated tag.
    #[must_use]
    pub fn truncated(mut self, length: usize) -> Self {
        self.length = self.length.min(length);
        self
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.as_bytes())
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(")?;
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// A hash that is being computed.
pub trait Hasher {
    /// Takes the next bytes.
    fn update(&mut self, data: &[u8]);

    /// The digest of all that was taken.
    ///
    /// # Errors
    /// `Device` when the hardware failed.
    fn finish(self) -> Result<Digest, CryptoError>;
}

/// Hashing.
pub trait Hash {
    /// A hash that is being computed.
    type Hasher: Hasher;

    /// Starts a hash.
    ///
    /// # Errors
    /// `Unsupported` when the algorithm is not offered; `Device`.
    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError>;

    /// The digest of a whole message.
    ///
    /// # Errors
    /// As [`start`](Self::start) and [`Hasher::finish`].
    fn digest(
        &mut self,
        algorithm: HashAlgorithm,
        message: &Segments<'_>,
    ) -> Result<Digest, CryptoError> {
        let mut hasher = self.start(algorithm)?;
        message.for_each(|piece| hasher.update(piece));
        hasher.finish()
    }
}

/// What a signature algorithm signs.
#[derive(Clone, Copy, Debug)]
pub enum Signed<'c> {
    /// The digest, for ECDSA: an accelerator that wants 32 bytes gets 32 bytes.
    Digest(Digest),
    /// The message itself, for EdDSA.
    Message(Segments<'c>),
}

impl<'c> Signed<'c> {
    /// What `algorithm` signs of `message`.
    ///
    /// # Errors
    /// Those of `hash`.
    pub fn new(
        algorithm: Algorithm,
        message: Segments<'c>,
        hash: &mut impl Hash,
    ) -> Result<Self, CryptoError> {
        match algorithm.digest() {
            Some(digest) => hash.digest(digest, &message).map(Self::Digest),
            None => Ok(Self::Message(message)),
        }
    }
}

/// Checking signatures, answered at once.
pub trait Verify {
    /// Whether `signature` (of ECDSA: r and s side by side, each as long as the curve's order) is
    /// that of `key` over `signed`.
    ///
    /// # Errors
    /// `Rejected` for no; `Unsupported` and `InvalidKey` for can't; `Device`.
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError>;
}

/// Checking signatures on a device that an executor waits for.
pub trait VerifyAsync {
    /// As [`Verify::verify`].
    ///
    /// # Errors
    /// As [`Verify::verify`].
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> impl Future<Output = Result<(), CryptoError>>;
}

/// Checking signatures on a device that is started and asked again later.
pub trait VerifyPoll {
    /// A check under way.
    type Job;

    /// Starts the check that [`Verify::verify`] describes. The inputs are taken over (copied to the
    /// device or into the job) before it returns.
    ///
    /// # Errors
    /// `Unsupported`, `InvalidKey`, `Device`.
    fn start(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<Self::Job, CryptoError>;

    /// The answer, when there is one. Not called again after that.
    ///
    /// # Errors
    /// When ready: `Rejected` for no, or `Device`.
    fn poll(&mut self, job: &mut Self::Job) -> Poll<Result<(), CryptoError>>;
}

/// Making signatures, answered at once.
pub trait Sign {
    /// The private key, or the handle of one that never leaves the device.
    type Key: ?Sized;

    /// Writes the signature of `signed` into the start of `signature` and gives its size in bytes.
    ///
    /// # Errors
    /// `Unsupported`, `InvalidKey`, `BufferTooSmall`, `Device`.
    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError>;
}

/// Making signatures on a device that an executor waits for.
pub trait SignAsync {
    /// The private key, or the handle of one that never leaves the device.
    type Key: ?Sized;

    /// As [`Sign::sign`].
    ///
    /// # Errors
    /// As [`Sign::sign`].
    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> impl Future<Output = Result<usize, CryptoError>>;
}

/// Message authentication codes.
pub trait Mac {
    /// The secret key, or a handle.
    type Key: ?Sized;

    /// The tag of `message`, in full length. Whoever checks a tag truncates and compares.
    ///
    /// # Errors
    /// `Unsupported`, `InvalidKey`, `Device`.
    fn mac(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        message: &Segments<'_>,
    ) -> Result<Digest, CryptoError>;
}

impl<T: Hash> Hash for &mut T {
    type Hasher = T::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        (**self).start(algorithm)
    }
}

impl<T: Verify> Verify for &mut T {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        (**self).verify(algorithm, key, signed, signature)
    }
}

impl<T: Sign> Sign for &mut T {
    type Key = T::Key;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).sign(algorithm, key, signed, signature)
    }
}

/// A hash of one backend beside another that verifies or signs.
impl<H: Hash, T> Hash for (H, T) {
    type Hasher = H::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        self.0.start(algorithm)
    }
}

impl<H, T: Verify> Verify for (H, T) {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.1.verify(algorithm, key, signed, signature)
    }
}

impl<H, T: Sign> Sign for (H, T) {
    type Key = T::Key;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.1.sign(algorithm, key, signed, signature)
    }
}
