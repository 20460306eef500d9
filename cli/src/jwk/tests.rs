use hexad_cose_core::Curve;

use super::*;

/// The EC key of RFC 7517, A.2, whose coordinates are those of its `COSE_Key`.
const EC: &str = r#"{"kty":"EC","crv":"P-256","kid":"1",
  "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
  "d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;

/// RFC 7517, A.2: read as a `COSE_Key` and written again, the members are the same.
#[test]
fn an_ec_key_survives() {
    let cose = to_cose(EC).unwrap();
    let key = Key::parse(&cose).unwrap();
    assert_eq!(key.kid(), Some(&b"1"[..]));
    assert!(matches!(key.public(), Some(PublicKey::Ec2 { curve: Curve::P256, .. })));
    assert!(hexad_rustcrypto::SigningKey::from_cose(&key).is_ok(), "d belongs to x and y");
    let written = from_cose(&key, true).unwrap();
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&written), value(EC));
    let public = from_cose(&key, false).unwrap();
    assert_eq!(value(&public).get("d"), None);
}

/// RFC 7517, A.3 (the first key without its kid): `oct`, and `HS256` as the algorithm.
#[test]
fn a_symmetric_key_is_read() {
    let cose = to_cose(r#"{"kty":"oct","alg":"HS256","k":"GawgguFyGrWKav7AX4VKUg"}"#).unwrap();
    let key = Key::parse(&cose).unwrap();
    assert_eq!(key.algorithm(), Some(Algorithm::HMAC_256));
    assert_eq!(key.symmetric().map(<[u8]>::len), Some(16));
}

/// RFC 7517, 4: a member may stand once; RFC 7518, 6.2.1.2: a coordinate has the curve's length.
#[test]
fn bad_keys_are_refused_at_their_byte() {
    let refused = |text: &str| {
        let problem = to_cose(text).map(|_| ()).unwrap_err();
        (problem.kind, problem.offset)
    };
    assert_eq!(refused(r#"{"kty":"EC","kty":"EC"}"#), ("json".to_owned(), Some(16)));
    assert_eq!(refused(r#"{"kty":"EC""#).0, "json");
    assert_eq!(refused(r#" {"kty":"RSA"}"#), ("unsupported".to_owned(), Some(1)));
    assert_eq!(refused(r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#).0, "length");
    assert_eq!(refused(r#"{"kty":"OKP","crv":"Ed25519","x":"A=="}"#).0, "invalid-value");
    assert_eq!(refused(r#"{"kty":"OKP","crv":"Ed25519"}"#).0, "missing");
}

/// The offset of a syntax error counts bytes over all lines.
#[test]
fn syntax_errors_are_located() {
    let text = "{\n  \"kty\": 7\n}";
    let problem = to_cose(text).map(|_| ()).unwrap_err();
    assert!(problem.offset.is_some_and(|at| (10..=12).contains(&at)), "{problem:?}");
    assert!(!problem.message.contains(" at line "), "{problem:?}");
}
