//! Whether a token is fresh: its nonce, and its times by a clock that the caller gives (RFC 9711, 9.3;
//! RFC 8392, 3.1).

use core::cmp::Ordering;

use crate::claims::Claims;
use crate::entity::Number;
use crate::error::{Error, ErrorKind};
use crate::labels;

/// The caller's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// By how many seconds the clocks of issuer and receiver may differ.
    pub leeway: u32,
}

impl Clock {
    /// The earliest and the latest time that it may be by the issuer's clock.
    fn range(self) -> (i64, i64) {
        let leeway = i64::from(self.leeway);
        (self.now.saturating_sub(leeway), self.now.saturating_add(leeway))
    }
}

/// Checks that one of the token's nonces is the one that was given out. Whether that one was used
/// before is for whoever keeps the nonces.
///
/// # Errors
/// `Missing` when the token has none; `Nonce` when it has others.
pub fn check_nonce(claims: &Claims<'_>, given_out: &[u8]) -> Result<(), Error> {
    if claims.eat_nonce.is_empty() {
        return Err(Error::new(ErrorKind::Missing(labels::EAT_NONCE), 0));
    }
    match claims.eat_nonce.iter().any(|nonce| nonce.as_bytes() == given_out) {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Nonce, 0)),
    }
}

/// Checks that the token is valid now: not at or after `exp`, not before `nbf`, and not issued in the
/// future. A time that it has not, it passes.
///
/// ```
/// use hexad_eat::{Claims, ErrorKind, Number, freshness::{Clock, check_validity}};
///
/// let claims = Claims { exp: Some(Number::Integer(1_000)), ..Claims::default() };
/// assert!(check_validity(&claims, Clock { now: 999, leeway: 0 }).is_ok());
/// let expired = check_validity(&claims, Clock { now: 1_000, leeway: 0 }).unwrap_err();
/// assert_eq!(expired.kind(), ErrorKind::Expired);
/// assert!(check_validity(&claims, Clock { now: 1_000, leeway: 30 }).is_ok());
/// ```
///
/// # Errors
/// `Expired`; `NotYetValid`. A time that is not a number is one that has passed, or is yet to come.
pub fn check_validity(claims: &Claims<'_>, clock: Clock) -> Result<(), Error> {
    check_times(claims.exp, claims.nbf, claims.iat, clock)
}

/// Checks that the token was issued at most `max_age` seconds ago, and not in the future.
///
/// # Errors
/// `Missing` without `iat`; `TooOld`; `NotYetValid`.
pub fn check_age(claims: &Claims<'_>, max_age: u32, clock: Clock) -> Result<(), Error> {
    let iat = claims.iat.ok_or(Error::new(ErrorKind::Missing(labels::IAT), 0))?;
    check_times(None, None, claims.iat, clock)?;
    let (earliest, _) = clock.range();
    if iat.saturating_add(i64::from(max_age)) < earliest {
        return Err(Error::new(ErrorKind::TooOld, 0));
    }
    Ok(())
}

pub(crate) fn check_times(
    exp: Option<Number>,
    nbf: Option<Number>,
    iat: Option<i64>,
    clock: Clock,
) -> Result<(), Error> {
    let (earliest, latest) = clock.range();
    if exp.is_some_and(|exp| exp.compare(earliest) != Some(Ordering::Greater)) {
        return Err(Error::new(ErrorKind::Expired, 0));
    }
    let begun = |nbf: Number| matches!(nbf.compare(latest), Some(Ordering::Less | Ordering::Equal));
    if nbf.is_some_and(|nbf| !begun(nbf)) || iat.is_some_and(|iat| iat > latest) {
        return Err(Error::new(ErrorKind::NotYetValid, 0));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
