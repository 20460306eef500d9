use serde_json::json;

use super::*;
use crate::Outcome;

/// What is not offered is skipped by its name; what is not an example is an error.
#[test]
fn skipped_by_name() {
    let sign = json!({"input": {"sign": {}}});
    let skipped = case("a".into(), &sign).unwrap();
    assert_eq!(skipped.outcome, Outcome::Skip("COSE_Sign is not offered".into()));
    let cmac = json!({"input": {"mac0": {"alg": "AES-MAC-256/64"}}});
    let skipped = case("a".into(), &cmac).unwrap();
    assert_eq!(skipped.outcome, Outcome::Skip("AES-MAC-256/64 is not offered".into()));
    assert!(case("a".into(), &json!({"input": {}})).is_err());
}

/// A message that must fail passes only when it is refused for the reason that the example names.
#[test]
fn refused_for_the_reason() {
    let failed = || Err(CoseError::new(ErrorKind::VerificationFailed, 0));
    assert!(refused_for(&json!({"ChangeTag": 1}), Ok(())).is_err());
    assert!(refused_for(&json!({"ChangeTag": 1}), failed()).is_ok());
    assert!(refused_for(&json!({"ChangeCBORTag": 998}), failed()).is_err());
    let tag = Err(CoseError::new(ErrorKind::UnexpectedTag, 0));
    assert!(refused_for(&json!({"ChangeCBORTag": 998}), tag).is_ok());
}
