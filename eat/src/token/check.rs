//! Signature first, meaning second: a check of a token as a value, and what the profile reads then.

use core::task::Poll;

use hexad_cose_core::crypto::{Verify, VerifyAsync, VerifyPoll};
use hexad_cose_core::cwt::Content;
use hexad_cose_core::{Check, Headers, Pending, Sign1, Verified};

use crate::error::Error;
use crate::profile::Profile;

/// A signature that has to be checked before the claims exist; then the profile reads them.
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is verified before the check is run"]
pub struct TokenCheck<'c, 'b, P, M = Sign1<'b>> {
    check: Check<'c, M>,
    /// Of whoever signed.
    headers: Headers<'b>,
    profile: &'c P,
}

impl<'c, 'b, P: Profile, M: Content<'b>> TokenCheck<'c, 'b, P, M> {
    pub(super) const fn new(check: Check<'c, M>, headers: Headers<'b>, profile: &'c P) -> Self {
        Self { check, headers, profile }
    }

    /// The check of the COSE message: algorithm, key, digest, signature.
    pub const fn cose(&self) -> &Check<'c, M> {
        &self.check
    }

    /// Checks now.
    ///
    /// # Errors
    /// `Cose` as [`Check::run`]; and those of the profile.
    pub fn run(self, backend: &mut impl Verify) -> Result<Verified<P::Content<'b>>, Error> {
        read(self.profile, &self.headers, self.check.run(backend)?)
    }

    /// Checks on a device that the executor waits for.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async(
        self,
        backend: &mut impl VerifyAsync,
    ) -> Result<Verified<P::Content<'b>>, Error> {
        read(self.profile, &self.headers, self.check.run_async(backend).await?)
    }

    /// Starts the check on a device that is asked again later.
    ///
    /// # Errors
    /// `Cose` as [`Check::start`].
    pub fn start<B: VerifyPoll>(
        self,
        backend: &mut B,
    ) -> Result<TokenPending<'c, 'b, B::Job, P, M>, Error> {
        let pending = self.check.start(backend)?;
        Ok(TokenPending { pending, headers: self.headers, profile: self.profile })
    }
}

/// A check of a token that a device is working on.
#[derive(Debug)]
#[must_use = "nothing is verified before the check has been polled to its end"]
pub struct TokenPending<'c, 'b, J, P, M = Sign1<'b>> {
    pending: Pending<J, M>,
    headers: Headers<'b>,
    profile: &'c P,
}

impl<'b, J, P: Profile, M: Content<'b>> TokenPending<'_, 'b, J, P, M> {
    /// Asks the device for the answer.
    ///
    /// # Errors
    /// When ready: `Cose` as [`Pending::poll`]; and those of the profile.
    pub fn poll<B>(&mut self, backend: &mut B) -> Poll<Result<Verified<P::Content<'b>>, Error>>
    where
        B: VerifyPoll<Job = J>,
    {
        let (profile, headers) = (self.profile, &self.headers);
        self.pending.poll(backend).map(|answer| read(profile, headers, answer?))
    }
}

/// What the profile reads from a message whose protection holds.
pub(super) fn read<'b, P: Profile>(
    profile: &P,
    headers: &Headers<'b>,
    message: Verified<impl Content<'b>>,
) -> Result<Verified<P::Content<'b>>, Error> {
    message.try_map(|message| profile.read(headers, message.content()?))
}
