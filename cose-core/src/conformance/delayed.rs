//! A test device: a backend that answers at once, made to answer after a number of polls.

use alloc::vec::Vec;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::Poll;

use zeroize::Zeroizing;

use crate::crypto::{
    Aead, AeadAsync, AeadPoll, Agree, AgreeAsync, AgreePoll, CryptoError, Hash, SharedSecret, Sign,
    SignAsync, SignPoll, Signed, Verify, VerifyAsync, VerifyPoll,
};
use crate::iana::{Algorithm, HashAlgorithm};
use crate::key::PublicKey;
use crate::segments::Segments;

/// A backend whose answers come after a number of polls, as those of a device: it offers what `B`
/// offers in the forms that wait ([`VerifyAsync`] and its like) and that are asked again
/// ([`VerifyPoll`] and its like). Hashes it computes at once.
///
/// ```
/// use core::task::Poll;
/// use hexad_cose_core::conformance::Delayed;
/// use hexad_cose_core::{Algorithm, Curve, Expect, Key, Sign1};
/// use hexad_rustcrypto::{RustCrypto, SigningKey};
///
/// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
/// let mut buffer = [0; 128];
/// let draft = Sign1::builder(Algorithm::ESP256).payload(b"hello", &mut buffer)?;
/// let message = draft.sign(&key, &mut RustCrypto)?;
///
/// let mut device = Delayed::new(RustCrypto, 3);
/// let anchor = Key::from_public(key.public());
/// let check = Sign1::parse(message)?.check(&anchor, Expect::alg(Algorithm::ESP256), &mut device)?;
/// let mut pending = check.start(&mut device)?;
/// for _ in 0..3 {
///     assert!(pending.poll(&mut device).is_pending()); // other work could be done here
/// }
/// let Poll::Ready(verified) = pending.poll(&mut device) else { panic!("no answer") };
/// assert_eq!(verified?.payload(), b"hello");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Delayed<B> {
    backend: B,
    polls: usize,
}

impl<B> Delayed<B> {
    /// A device that has answered only when it was asked more than `polls` times.
    #[must_use]
    pub const fn new(backend: B, polls: usize) -> Self {
        Self { backend, polls }
    }

    const fn delay<T>(&self, answer: T) -> DelayedAnswer<T> {
        DelayedAnswer { polls: self.polls, answer: Some(answer) }
    }
}

/// An answer that is held back. A second one after the first is a mistake of the caller: `Device`.
pub struct DelayedAnswer<T> {
    polls: usize,
    answer: Option<T>,
}

impl<T> fmt::Debug for DelayedAnswer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelayedAnswer").field("polls", &self.polls).finish_non_exhaustive()
    }
}

impl<T> DelayedAnswer<Result<T, CryptoError>> {
    fn poll(&mut self) -> Poll<Result<T, CryptoError>> {
        match self.polls.checked_sub(1) {
            Some(polls) => {
                self.polls = polls;
                Poll::Pending
            }
            None => Poll::Ready(self.answer.take().unwrap_or(Err(CryptoError::Device))),
        }
    }

    /// The same for an executor, which is told at once to ask again.
    async fn wait(mut self) -> Result<T, CryptoError> {
        poll_fn(|context| {
            let answer = self.poll();
            if answer.is_pending() {
                context.waker().wake_by_ref();
            }
            answer
        })
        .await
    }
}

/// A signature that is held back.
pub type DelayedBytes = DelayedAnswer<Result<Vec<u8>, CryptoError>>;
/// Content that is held back, wiped when dropped.
pub type DelayedContent = DelayedAnswer<Result<Zeroizing<Vec<u8>>, CryptoError>>;
/// A shared secret that is held back.
pub type DelayedSecret = DelayedAnswer<Result<SharedSecret, CryptoError>>;

impl<B: Hash> Hash for Delayed<B> {
    type Hasher = B::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        self.backend.start(algorithm)
    }
}

impl<B: Verify> VerifyPoll for Delayed<B> {
    type Job = DelayedAnswer<Result<(), CryptoError>>;

    fn start(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<Self::Job, CryptoError> {
        match self.backend.verify(algorithm, key, signed, signature) {
            Err(error) if error != CryptoError::Rejected => Err(error),
            answer => Ok(self.delay(answer)),
        }
    }

    fn poll(&mut self, job: &mut Self::Job) -> Poll<Result<(), CryptoError>> {
        job.poll()
    }
}

impl<B: Verify> VerifyAsync for Delayed<B> {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> impl Future<Output = Result<(), CryptoError>> {
        let answer = self.backend.verify(algorithm, key, signed, signature);
        self.delay(answer).wait()
    }
}

/// The longest signature that is held back, in bytes: that of an HSS key with eight levels is longer,
/// but nothing here makes one.
const MAX_SIGNATURE: usize = 8192;

impl<B: Sign> Delayed<B> {
    fn signature(
        &mut self,
        algorithm: Algorithm,
        key: &B::Key,
        signed: &Signed<'_>,
    ) -> Result<Vec<u8>, CryptoError> {
        let mut signature = alloc::vec![0; MAX_SIGNATURE];
        let length = self.backend.sign(algorithm, key, signed, &mut signature)?;
        signature.truncate(length);
        Ok(signature)
    }
}

impl<B: Sign> SignPoll for Delayed<B> {
    type Key = B::Key;
    type Job = DelayedBytes;

    fn start(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
    ) -> Result<Self::Job, CryptoError> {
        let made = self.signature(algorithm, key, signed)?;
        Ok(self.delay(Ok(made)))
    }

    fn poll(
        &mut self,
        job: &mut Self::Job,
        signature: &mut [u8],
    ) -> Poll<Result<usize, CryptoError>> {
        job.poll().map(|made| copy(&made?, signature))
    }
}

impl<B: Sign> SignAsync for Delayed<B> {
    type Key = B::Key;

    async fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let made = self.signature(algorithm, key, signed);
        copy(&self.delay(made).wait().await?, signature)
    }
}

impl<B: Aead> AeadPoll for Delayed<B> {
    type Key = B::Key;
    type Job = DelayedContent;

    fn start(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        ciphertext: &[u8],
    ) -> Result<Self::Job, CryptoError> {
        let mut content = Zeroizing::new(ciphertext.to_vec());
        match self.backend.open(algorithm, key, nonce, aad, &mut content) {
            Ok(length) => {
                content.truncate(length);
                Ok(self.delay(Ok(content)))
            }
            Err(CryptoError::Rejected) => Ok(self.delay(Err(CryptoError::Rejected))),
            Err(error) => Err(error),
        }
    }

    fn poll(
        &mut self,
        job: &mut Self::Job,
        plaintext: &mut [u8],
    ) -> Poll<Result<usize, CryptoError>> {
        job.poll().map(|content| copy(&content?, plaintext))
    }
}

impl<B: Aead> AeadAsync for Delayed<B> {
    type Key = B::Key;

    async fn open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let opened = self.backend.open(algorithm, key, nonce, aad, buffer);
        self.delay(opened).wait().await
    }
}

impl<B: Agree> AgreePoll for Delayed<B> {
    type Key = B::Key;
    type Job = DelayedSecret;

    fn start(&mut self, key: &Self::Key, peer: &PublicKey<'_>) -> Result<Self::Job, CryptoError> {
        match self.backend.agree(key, peer) {
            Err(CryptoError::Unsupported) => Err(CryptoError::Unsupported),
            answer => Ok(self.delay(answer)),
        }
    }

    fn poll(&mut self, job: &mut Self::Job) -> Poll<Result<SharedSecret, CryptoError>> {
        job.poll()
    }
}

impl<B: Agree> AgreeAsync for Delayed<B> {
    type Key = B::Key;

    fn agree(
        &mut self,
        key: &Self::Key,
        peer: &PublicKey<'_>,
    ) -> impl Future<Output = Result<SharedSecret, CryptoError>> {
        let answer = self.backend.agree(key, peer);
        self.delay(answer).wait()
    }
}

/// Copies `from` into the start of `to`; its size.
fn copy(from: &[u8], to: &mut [u8]) -> Result<usize, CryptoError> {
    to.get_mut(..from.len()).ok_or(CryptoError::BufferTooSmall)?.copy_from_slice(from);
    Ok(from.len())
}
