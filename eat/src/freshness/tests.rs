use super::*;
use crate::Nonce;

fn at(now: i64) -> Clock {
    Clock { now, leeway: 10 }
}

/// RFC 8392, 3.1.4 and 3.1.5, with leeway; "on or after" expires.
#[test]
fn validity() {
    let claims = Claims {
        nbf: Some(Number::Integer(1_000)),
        exp: Some(Number::Float(2_000.5)),
        ..Claims::default()
    };
    let kind = |now| check_validity(&claims, at(now)).err().map(Error::kind);
    assert_eq!(kind(989), Some(ErrorKind::NotYetValid));
    assert_eq!(kind(990), None);
    assert_eq!(kind(2_010), None);
    assert_eq!(kind(2_011), Some(ErrorKind::Expired));
    let never = Claims { exp: Some(Number::Float(f64::NAN)), ..Claims::default() };
    assert_eq!(check_validity(&never, at(0)).unwrap_err().kind(), ErrorKind::Expired);
    let unbegun = Claims { nbf: Some(Number::Float(f64::NAN)), ..Claims::default() };
    assert_eq!(check_validity(&unbegun, at(0)).unwrap_err().kind(), ErrorKind::NotYetValid);
}

/// Clock skew both ways: issued in the future, or too long ago.
#[test]
fn age() {
    let claims = Claims { iat: Some(1_000), ..Claims::default() };
    let kind = |now| check_age(&claims, 60, at(now)).err().map(Error::kind);
    assert_eq!(kind(989), Some(ErrorKind::NotYetValid));
    assert_eq!(kind(990), None);
    assert_eq!(kind(1_070), None);
    assert_eq!(kind(1_071), Some(ErrorKind::TooOld));
    let none = check_age(&Claims::default(), 60, at(0)).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Missing(labels::IAT));
    let extreme = Claims { iat: Some(i64::MIN), ..Claims::default() };
    assert_eq!(check_age(&extreme, 60, at(i64::MAX)).unwrap_err().kind(), ErrorKind::TooOld);
}

/// RFC 9711, 4.1: with several nonces, one must be the verifier's own.
#[test]
fn nonces() {
    let nonces = [Nonce::new(b"12345678").unwrap(), Nonce::new(b"abcdefgh").unwrap()];
    let claims = Claims { eat_nonce: (&nonces).into(), ..Claims::default() };
    assert!(check_nonce(&claims, b"abcdefgh").is_ok());
    assert_eq!(check_nonce(&claims, b"abcdefg").unwrap_err().kind(), ErrorKind::Nonce);
    let none = check_nonce(&Claims::default(), b"abcdefgh").unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Missing(labels::EAT_NONCE));
}
