use super::*;

/// The suite itself can tell: a wrong value, a wrong encoding and a wrong notation each fail.
#[test]
fn wrong_expectations_fail() {
    let check = |json: &str| {
        let item: Item<'_> = serde_json::from_str(json).unwrap();
        check(&item, &vectors::hex(item.hex).unwrap())
    };
    assert_eq!(check(r#"{"hex":"8101","roundtrip":true,"decoded":[1]}"#), Ok(()));
    assert!(check(r#"{"hex":"8101","roundtrip":true,"decoded":[2]}"#).is_err());
    assert!(check(r#"{"hex":"8101","roundtrip":true,"decoded":[1,1]}"#).is_err());
    assert!(check(r#"{"hex":"8101","roundtrip":true,"decoded":null}"#).is_err());
    assert!(check(r#"{"hex":"f98000","roundtrip":true,"decoded":0.0}"#).is_err());
    assert!(check(r#"{"hex":"1801","roundtrip":true,"decoded":1}"#).is_err());
    assert!(check(r#"{"hex":"f7","roundtrip":true,"diagnostic":"null"}"#).is_err());
    assert!(check(r#"{"hex":"ff","roundtrip":true,"diagnostic":"null"}"#).is_err());
}
