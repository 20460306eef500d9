//! Checking signatures.

use core::future::Future;
use core::task::Poll;

use super::{CryptoError, Digest, Hash};
use crate::iana::Algorithm;
use crate::key::PublicKey;
use crate::segments::Segments;

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

/// Checking signatures over a message that arrives in pieces, by algorithms that sign the message itself
/// (EdDSA, ML-DSA, HSS-LMS). Those that sign a digest need no more than a [`Hash`].
pub trait VerifyStream {
    /// A check under way.
    type Verifier<'c>: Verifier;

    /// Starts the check that [`Verify::verify`] describes of a message.
    ///
    /// # Errors
    /// `Unsupported` for an algorithm with which this can't be done, or that signs a digest;
    /// `InvalidKey`; `Rejected` for a signature that is none for any message; `Device`.
    fn start_verify<'c>(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'c>,
        signature: &'c [u8],
    ) -> Result<Self::Verifier<'c>, CryptoError>;
}

/// A check that [`VerifyStream::start_verify`] has started.
pub trait Verifier {
    /// Takes the next piece of the message, of any size.
    fn update(&mut self, piece: &[u8]);

    /// Whether the signature is that of the key over all that was taken.
    ///
    /// # Errors
    /// `Rejected` when it is not; `InvalidKey`; `Device`.
    fn finish(self) -> Result<(), CryptoError>;
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
