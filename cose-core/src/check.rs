//! What the caller expects of a message, the check that follows from it, and what is proven then.

use core::task::Poll;

use crate::crypto::{Signed, Verify, VerifyAsync, VerifyPoll};
use crate::error::{Error, ErrorKind};
use crate::header::Headers;
use crate::iana::Algorithm;
use crate::key::{Key, KeyOperation, PublicKey};

/// What the caller accepts: the algorithms, the external data, the detached payload, and which
/// critical parameters it understands. The message decides none of these.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    algorithms: Algorithms<'a>,
    pub(crate) external_aad: &'a [u8],
    pub(crate) payload: Option<&'a [u8]>,
    pub(crate) understood: &'a [i64],
    unprotected_algorithm: bool,
}

#[derive(Clone, Copy, Debug)]
enum Algorithms<'a> {
    One(Algorithm),
    Any(&'a [Algorithm]),
}

impl<'a> Expect<'a> {
    /// Accepts one algorithm.
    #[must_use]
    pub const fn alg(algorithm: Algorithm) -> Self {
        Self::new(Algorithms::One(algorithm))
    }

    /// Accepts any of `algorithms`.
    #[must_use]
    pub const fn any(algorithms: &'a [Algorithm]) -> Self {
        Self::new(Algorithms::Any(algorithms))
    }

    const fn new(algorithms: Algorithms<'a>) -> Self {
        Self {
            algorithms,
            external_aad: &[],
            payload: None,
            understood: &[],
            unprotected_algorithm: false,
        }
    }

    /// With this externally supplied data (RFC 9052, 4.4).
    #[must_use]
    pub const fn external_aad(mut self, external_aad: &'a [u8]) -> Self {
        self.external_aad = external_aad;
        self
    }

    /// With this detached payload; the message itself may carry none then.
    #[must_use]
    pub const fn detached(mut self, payload: &'a [u8]) -> Self {
        self.payload = Some(payload);
        self
    }

    /// The caller understands critical header parameters with these labels (RFC 9052, 3.1, `crit`).
    #[must_use]
    pub const fn understands(mut self, labels: &'a [i64]) -> Self {
        self.understood = labels;
        self
    }

    /// Takes the algorithm from the unprotected bucket, too. RFC 9052, 3.1 has it protected; what
    /// stands unprotected can't lead beyond the algorithms and the key that the caller named.
    #[must_use]
    pub const fn unprotected_algorithm(mut self) -> Self {
        self.unprotected_algorithm = true;
        self
    }

    /// The algorithm of a message, when the caller accepts it and `key` may serve it.
    pub(crate) fn accept(
        &self,
        headers: &Headers<'_>,
        key: &Key<'_>,
        operation: KeyOperation,
    ) -> Result<Algorithm, Error> {
        headers.check_critical(self.understood)?;
        let algorithm = headers.signed_algorithm(self.unprotected_algorithm)?;
        let accepted = match self.algorithms {
            Algorithms::One(one) => one == algorithm,
            Algorithms::Any(any) => any.contains(&algorithm),
        };
        if !accepted {
            return Err(headers.protected().error(ErrorKind::AlgorithmNotAccepted));
        }
        if !key.allows(algorithm, operation) {
            return Err(headers.protected().error(ErrorKind::KeyMismatch));
        }
        Ok(algorithm)
    }
}

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
