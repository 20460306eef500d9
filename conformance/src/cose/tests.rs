use serde_json::json;

use super::*;
use crate::Outcome;

/// What is not offered is skipped by its name; what is not an example is an error.
#[test]
fn skipped_by_name() {
    let wrapped =
        json!({"input": {"enveloped": {"recipients": [{"protected": {"alg": "RSA-OAEP"}}]}}});
    let skipped = case("a".into(), &wrapped).unwrap();
    assert_eq!(skipped.outcome, Outcome::Skip("RSA-OAEP (RFC 8230, 3) is not offered".into()));
    assert!(case("a".into(), &json!({"input": {}})).is_err());
}

/// A message that must fail passes only when it is refused for the reason that the example names,
/// wherever in the file the reason stands.
#[test]
fn refused_for_the_reason() {
    let error = |kind| CoseError::new(kind, 0);
    let tag = json!({"sign": {"signers": [{"failures": {"ChangeTag": 1}}]}});
    assert!(refused_for(failures(&tag), error(ErrorKind::VerificationFailed)).is_ok());
    assert!(refused_for(failures(&tag), error(ErrorKind::Length)).is_err());
    let number = json!({"sign": {}, "failures": {"ChangeCBORTag": 998}});
    assert!(refused_for(failures(&number), error(ErrorKind::VerificationFailed)).is_err());
    assert!(refused_for(failures(&number), error(ErrorKind::UnexpectedTag)).is_ok());
}

/// A message that is marked as failing may not be accepted.
#[test]
fn accepted_but_must_fail() {
    let vector = json!({
        "fail": true,
        "input": {
            "plaintext": "This is the content.",
            "mac0": {
                "recipients": [{"key": {"kty": "oct", "k_hex": "00"}}],
            },
        },
        "output": {"cbor": "d1"},
    });
    // Neither is a broken message refused for the reason that a failing one is.
    let Outcome::Fail(why) = case("a".into(), &vector).unwrap().outcome else {
        panic!("a broken message does not pass");
    };
    assert!(why.starts_with("refused for another reason"), "{why}");
}
