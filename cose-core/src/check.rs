//! A signature that has to be checked, and what is proven then.

use core::task::Poll;

use crate::crypto::{Signed, Verify, VerifyAsync, VerifyPoll};
use crate::error::{Error, ErrorKind};
use crate::iana::Algorithm;
use crate::key::PublicKey;

/// Something whose signature or tag was checked, with the algorithm and key that the caller
/// accepted. There is no other way to get one than a check that passed.
#[derive(Clone, Copy, Debug)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    /// What was verified.
    #[must_use]
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// What was verified, by value.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }

    /// What `read` makes of what was verified, as verified as that. `read` must take everything
    /// from its argument.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn try_map<U, E>(self, read: impl FnOnce(T) -> Result<U, E>) -> Result<Verified<U>, E> {
        read(self.0).map(Verified)
    }
}

impl<T> core::ops::Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A signature that has to be checked before `T` means anything: parsing a message and a key gives
/// this value; who resolves it, and when, is the caller's affair.
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is verified before the check is run"]
pub struct Check<'c, T> {
    algorithm: Algorithm,
    key: PublicKey<'c>,
    signed: Signed<'c>,
    signature: &'c [u8],
    /// Where the signature stands, for the error.
    offset: usize,
    value: T,
}

impl<'c, T> Check<'c, T> {
    pub(crate) const fn new(
        algorithm: Algorithm,
        key: PublicKey<'c>,
        signed: Signed<'c>,
        signature: &'c [u8],
        offset: usize,
        value: T,
    ) -> Self {
        Self { algorithm, key, signed, signature, offset, value }
    }

    /// The algorithm, which the caller has accepted.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key, which may serve the algorithm.
    #[must_use]
    pub const fn key(&self) -> &PublicKey<'c> {
        &self.key
    }

    /// What is signed.
    #[must_use]
    pub const fn signed(&self) -> &Signed<'c> {
        &self.signed
    }

    /// The signature as it stands in the message.
    #[must_use]
    pub const fn signature(&self) -> &'c [u8] {
        self.signature
    }

    /// Checks now.
    ///
    /// # Errors
    /// `VerificationFailed`, `Unsupported`, `KeyMismatch` or `Backend`, at the signature.
    pub fn run(self, backend: &mut impl Verify) -> Result<Verified<T>, Error> {
        backend
            .verify(self.algorithm, &self.key, &self.signed, self.signature)
            .map_err(|error| error.at(self.offset))?;
        Ok(Verified(self.value))
    }

    /// Checks on a device that the executor waits for.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async(self, backend: &mut impl VerifyAsync) -> Result<Verified<T>, Error> {
        backend
            .verify(self.algorithm, &self.key, &self.signed, self.signature)
            .await
            .map_err(|error| error.at(self.offset))?;
        Ok(Verified(self.value))
    }

    /// Starts the check on a device that is asked again later.
    ///
    /// # Errors
    /// `Unsupported`, `KeyMismatch` or `Backend`, at the signature.
    pub fn start<B: VerifyPoll>(self, backend: &mut B) -> Result<Pending<B::Job, T>, Error> {
        let job = backend
            .start(self.algorithm, &self.key, &self.signed, self.signature)
            .map_err(|error| error.at(self.offset))?;
        Ok(Pending { job, offset: self.offset, value: Some(self.value) })
    }
}

/// A check that a device is working on.
#[derive(Debug)]
#[must_use = "nothing is verified before the check has been polled to its end"]
pub struct Pending<J, T> {
    job: J,
    offset: usize,
    value: Option<T>,
}

impl<J, T> Pending<J, T> {
    /// Asks the device for the answer.
    ///
    /// # Errors
    /// When ready: `VerificationFailed` or `Backend`, at the signature; `Backend` also when polled
    /// again after the answer.
    pub fn poll<B>(&mut self, backend: &mut B) -> Poll<Result<Verified<T>, Error>>
    where
        B: VerifyPoll<Job = J>,
    {
        let spent = Error::new(ErrorKind::Backend, self.offset);
        if self.value.is_none() {
            return Poll::Ready(Err(spent));
        }
        backend.poll(&mut self.job).map(|answer| {
            let value = self.value.take().ok_or(spent)?;
            answer.map_err(|error| error.at(self.offset))?;
            Ok(Verified(value))
        })
    }
}
