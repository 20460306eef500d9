//! Making signatures.

use core::future::Future;
use core::task::Poll;

use super::{CryptoError, Signed};
use crate::iana::Algorithm;
use crate::segments::Segments;

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

/// A message in pieces that can be read more than once, and is the same each time.
pub trait Pieces {
    /// Gives all of it, piece by piece, to `take`.
    ///
    /// # Errors
    /// `Device` when it can't be read.
    fn read(&self, take: &mut dyn FnMut(&[u8])) -> Result<(), CryptoError>;
}

impl Pieces for Segments<'_> {
    fn read(&self, take: &mut dyn FnMut(&[u8])) -> Result<(), CryptoError> {
        self.for_each(take);
        Ok(())
    }
}

/// Making signatures over a message that is read in pieces, by algorithms that sign the message itself
/// (EdDSA, ML-DSA). Those that sign a digest need no more than a [`Hash`](super::Hash).
pub trait SignStream: Sign {
    /// Writes the signature of `message` into the start of `signature` and gives its size in bytes.
    /// The message is read as often as the algorithm asks for: by ML-DSA once, by EdDSA twice (RFC
    /// 8032, 5.1.6). Signatures over two messages under one nonce give the private key away, so an
    /// implementation holds the second reading against the first.
    ///
    /// # Errors
    /// As [`Sign::sign`], `Unsupported` also for an algorithm that signs a digest; `Device` also for a
    /// message that is not the same when it is read again; those of [`Pieces::read`].
    fn sign_stream(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        message: &impl Pieces,
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

/// Making signatures on a device that is started and asked again later.
pub trait SignPoll {
    /// The private key, or the handle of one that never leaves the device.
    type Key: ?Sized;
    /// A signature under way.
    type Job;

    /// Starts the signature that [`Sign::sign`] describes. The inputs are taken over (copied to the
    /// device or into the job) before it returns.
    ///
    /// # Errors
    /// `Unsupported`, `InvalidKey`, `Device`.
    fn start(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
    ) -> Result<Self::Job, CryptoError>;

    /// The size of the signature, when it stands in the start of `signature`. Not called again after
    /// that.
    ///
    /// # Errors
    /// When ready: `BufferTooSmall` or `Device`.
    fn poll(
        &mut self,
        job: &mut Self::Job,
        signature: &mut [u8],
    ) -> Poll<Result<usize, CryptoError>>;
}
