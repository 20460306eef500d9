//! Whether a token is fresh: its nonce, and its times by a clock that the caller gives (RFC 9711, 9.3;
//! RFC 8392, 3.1).

use hexad_cose_core::cbor::Number;
pub use hexad_cose_core::cwt::Clock;

use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::labels;

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
    if clock.is_older_than(iat.into(), max_age) {
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
    if exp.is_some_and(|exp| clock.has_passed(exp)) {
        return Err(Error::new(ErrorKind::Expired, 0));
    }
    let begins = [nbf, iat.map(Number::Integer)];
    if begins.into_iter().flatten().any(|date| !clock.has_begun(date)) {
        return Err(Error::new(ErrorKind::NotYetValid, 0));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
