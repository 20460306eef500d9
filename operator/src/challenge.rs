//! Challenges: nonces that a verifier issues, each good once and for a limited time (RFC 9334, 10.2).

use core::fmt;
use std::collections::BTreeMap;
use std::time::Duration;

/// The size of a nonce in bytes: within the 8 to 64 of RFC 9711, 4.1.
pub const NONCE_SIZE: usize = 32;

/// A nonce that a device must put into its evidence.
pub type Nonce = [u8; NONCE_SIZE];

/// The nonces that are open. Time is what the caller says: a duration since any fixed moment.
///
/// ```
/// use std::time::Duration;
/// use hexad_operator::challenge::{ChallengeError, Challenges};
///
/// let mut challenges = Challenges::new(Duration::from_secs(60), 1000);
/// let now = Duration::from_secs(10);
/// challenges.issue([7; 32], now)?;
/// assert_eq!(challenges.redeem(&[7; 32], now), Ok(()));
/// assert_eq!(challenges.redeem(&[7; 32], now), Err(ChallengeError::Unknown));
/// # Ok::<(), ChallengeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Challenges {
    /// Until when each nonce is good.
    open: BTreeMap<Nonce, Duration>,
    lifetime: Duration,
    most: usize,
}

impl Challenges {
    /// None are open yet; each will be good for `lifetime`, and at most `most` are open at once.
    #[must_use]
    pub const fn new(lifetime: Duration, most: usize) -> Self {
        Self { open: BTreeMap::new(), lifetime, most }
    }

    /// Opens `nonce`, which the caller took from a cryptographic source of randomness.
    ///
    /// # Errors
    /// `Repeated` when it is open already; `Full` when too many are open and none has expired.
    pub fn issue(&mut self, nonce: Nonce, now: Duration) -> Result<(), ChallengeError> {
        if self.open.len() >= self.most {
            self.open.retain(|_, until| now <= *until);
        }
        if self.open.len() >= self.most {
            return Err(ChallengeError::Full);
        }
        if self.open.contains_key(&nonce) {
            return Err(ChallengeError::Repeated);
        }
        self.open.insert(nonce, now.saturating_add(self.lifetime));
        Ok(())
    }

    /// Closes `nonce`, which came back in evidence: it can't be used again.
    ///
    /// # Errors
    /// `Unknown` when it was never issued or came back before; `Expired`, and it is closed all the same.
    pub fn redeem(&mut self, nonce: &[u8], now: Duration) -> Result<(), ChallengeError> {
        let until = <&Nonce>::try_from(nonce).ok().and_then(|nonce| self.open.remove(nonce));
        match until {
            None => Err(ChallengeError::Unknown),
            Some(until) if now > until => Err(ChallengeError::Expired),
            Some(_) => Ok(()),
        }
    }
}

/// Why a nonce is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeError {
    /// It was never issued, or it was used before.
    Unknown,
    /// It came back too late.
    Expired,
    /// It is open already: the source of randomness repeats itself.
    Repeated,
    /// Too many nonces are open.
    Full,
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the nonce was never issued, or was used before",
            Self::Expired => "the nonce has expired",
            Self::Repeated => "the nonce is open already",
            Self::Full => "too many nonces are open",
        })
    }
}

impl core::error::Error for ChallengeError {}

#[cfg(test)]
mod tests;
