//! Whether evidence is of now (RFC 9334, 10): it answers a nonce, was made a short time ago, or both.

use core::fmt;

use hexad_cose_core::cwt::Clock;
use hexad_eat::Number;

use super::{Outcome, Part, Policy, Said};
use crate::evidence::Evidence;

/// Evidence that is not even appraised: it may be of another device, or of another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The nonce is not the one that was given out.
    Nonce,
    /// No nonce was given out, and the policy has no greatest age: nothing says that it is of now.
    NoFreshness,
    /// The policy has a greatest age, and the evidence does not say when it was made (`iat`).
    NoTime,
    /// It was made longer ago than the policy allows, even if the device's clock is slow.
    TooOld,
    /// It was made in the future, or is to hold from a time to come, even if the device's clock is fast.
    NotYetValid,
    /// `exp` has passed.
    Expired,
    /// The UEID is not that of the device whose key signed, or is missing.
    Ueid,
    /// A submodule has the name of the device.
    SubmoduleName,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nonce => "the evidence does not answer this nonce",
            Self::NoFreshness => {
                "neither a nonce nor a greatest age says that the evidence is of now"
            }
            Self::NoTime => "the evidence does not say when it was made",
            Self::TooOld => "the evidence is too old",
            Self::NotYetValid => "the evidence is of the future",
            Self::Expired => "the evidence has expired",
            Self::Ueid => "the evidence is not of the device whose key signed it",
            Self::SubmoduleName => "a submodule claims the name of the device",
        })
    }
}

impl core::error::Error for Refusal {}

impl Policy {
    /// Checks that the evidence answers `nonce`, if one was given out, and that its times hold `now`.
    pub(super) fn check_freshness<'r>(
        &self,
        evidence: &'r Evidence,
        nonce: Option<&'r [u8]>,
        now: i64,
        part: &mut Part<'r>,
    ) -> Result<(), Refusal> {
        let clock = Clock { now, leeway: self.clock_skew };
        if let Some(nonce) = nonce {
            if !evidence.nonces.iter().any(|given| given == nonce) {
                return Err(Refusal::Nonce);
            }
            let reference = Said::Words("the nonce that was given out");
            part.find("eat_nonce", Said::Bytes(nonce), reference, Outcome::Matches);
        } else if self.max_age.is_none() {
            return Err(Refusal::NoFreshness);
        }
        if evidence.exp.is_some_and(|exp| clock.has_passed(exp)) {
            return Err(Refusal::Expired);
        }
        let begins = [evidence.nbf, evidence.iat.map(Number::Integer)];
        if begins.into_iter().flatten().any(|date| !clock.has_begun(date)) {
            return Err(Refusal::NotYetValid);
        }
        if let Some(age) = self.max_age {
            let iat = evidence.iat.ok_or(Refusal::NoTime)?;
            if clock.is_older_than(Number::Integer(iat), age) {
                return Err(Refusal::TooOld);
            }
            part.find("iat", Said::Time(iat), Said::Age(age), Outcome::Matches);
        }
        Ok(())
    }
}
