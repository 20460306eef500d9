//! Making signatures.

use core::future::Future;
use core::task::Poll;

use super::{CryptoError, Signed};
use crate::iana::Algorithm;

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
