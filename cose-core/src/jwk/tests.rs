extern crate std;
use std::format;
use std::string::ToString;
use std::vec::Vec;

use super::*;
use crate::{Curve, ErrorKind, KeyOperation};

/// The EC key of RFC 7517, A.2.
const EC: &str = r#"{"kty":"EC","crv":"P-256","kid":"1",
  "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
  "d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;

/// The RSA key of RFC 7515, A.2.1.
const RSA_2048: &str = r#"{"kty":"RSA",
  "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
  "e":"AQAB",
  "d":"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
  "p":"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
  "q":"uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
  "dp":"BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
  "dq":"h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
  "qi":"IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuMjDYrmxMx3KdTCjUzjOtF4zShz-OhMi2l7Lz2Q4AaXOYdRyeSCQrz9eb_q0sNGY8XPUSQCtF8EtvEs6hYnJ9fA6YdU6Z6dQ9TmDU_Rl_3KVwLaPX1hAkPJTPrTbyEk"}"#;

/// The key of RFC 8037, A.1.
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519",
  "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn value(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// The published key as a `COSE_Key` and back has the same members, and without its private ones when
/// only the public half is written.
fn survives(text: &str, private: &[&str]) {
    let cose = read(text).unwrap();
    let key = Key::parse(&cose).unwrap();
    assert_eq!(value(&write_private(&key).unwrap()), value(text));
    let mut public = value(text);
    for member in private {
        public.as_object_mut().unwrap().remove(*member).unwrap();
    }
    assert_eq!(value(&write_public(&key).unwrap()), public);
}

/// RFC 7517, A.2; RFC 7515, A.2.1; RFC 8037, A.1: keys of three types.
#[test]
fn published_keys_survive() {
    survives(EC, &["d"]);
    survives(ED25519, &["d"]);
    survives(RSA_2048, &["d", "p", "q", "dp", "dq", "qi"]);
}

/// RFC 8230, 4: the labels of an RSA key in a `COSE_Key`.
#[test]
fn the_parts_of_rsa_keys_stand_under_their_labels() {
    let cose = read(RSA_2048).unwrap();
    let key = Key::parse(&cose).unwrap();
    let Some(PublicKey::Rsa { n, e }) = key.public() else { panic!("no RSA key") };
    assert_eq!((n.len(), e), (256, &[1, 0, 1][..]));
    let length = |label| key.parameter(Label::Integer(label)).unwrap().cursor().bytes().unwrap();
    assert_eq!([-3, -4, -5, -6, -7, -8].map(|it| length(it).len()), [256, 128, 128, 128, 128, 128]);
}

/// RFC 9964: ML-DSA keys have a public half, a seed, and the one algorithm they serve.
#[test]
fn algorithm_key_pairs_survive() {
    let [public, seed] =
        [1312, 32].map(|size| Base64UrlUnpadded::encode_string(&[7; 1312][..size]));
    let text = format!(r#"{{"kty":"AKP","alg":"ML-DSA-44","pub":"{public}","priv":"{seed}"}}"#);
    survives(&text, &["priv"]);
    let cose = read(&text).unwrap();
    let key = Key::parse(&cose).unwrap();
    assert!(key.allows(Algorithm::ML_DSA_44, KeyOperation::Sign));
    assert!(!key.allows(Algorithm::ML_DSA_65, KeyOperation::Sign));
    let without = read(r#"{"kty":"AKP","pub":"AAAA"}"#).unwrap_err();
    assert_eq!(without.kind(), JwkErrorKind::Key(ErrorKind::Missing));
}

/// RFC 8812, 3.1 and RFC 8037, 2: every curve under its name, with an algorithm of JOSE's.
#[test]
fn every_curve_has_its_name() {
    let cases = [
        ("EC", Curve::P384, "ES384", Algorithm::ESP384),
        ("EC", Curve::P521, "ES512", Algorithm::ESP512),
        ("EC", Curve::Secp256k1, "ES256K", Algorithm::ES256K),
        ("OKP", Curve::Ed448, "Ed448", Algorithm::ED448),
        ("OKP", Curve::Ed25519, "EdDSA", Algorithm::EDDSA),
    ];
    for (kty, curve, alg, algorithm) in cases {
        let coordinate = Base64UrlUnpadded::encode_string(&[9; 66][..curve.coordinate_len()]);
        let y = if kty == "EC" { format!(r#","y":"{coordinate}""#) } else { String::new() };
        let text =
            format!(r#"{{"kty":"{kty}","alg":"{alg}","crv":"{curve}","x":"{coordinate}"{y}}}"#);
        survives(&text, &[]);
        let cose = read(&text).unwrap();
        let key = Key::parse(&cose).unwrap();
        assert_eq!((key.curve(), key.algorithm()), (Some(curve), Some(algorithm)));
    }
    for curve in [Curve::X25519, Curve::X448] {
        let x = Base64UrlUnpadded::encode_string(&[9; 66][..curve.coordinate_len()]);
        survives(&format!(r#"{{"kty":"OKP","crv":"{curve}","x":"{x}"}}"#), &[]);
    }
}

/// RFC 7517, 4.2 and 4.3: what a key is for restricts it here, too; a public half is for the other side.
#[test]
fn operations_survive_and_turn_with_the_half() {
    let signing = EC.replace(r#""kid":"1","#, r#""key_ops":["sign"],"#);
    let cose = read(&signing).unwrap();
    let key = Key::parse(&cose).unwrap();
    assert!(key.allows(Algorithm::ESP256, KeyOperation::Sign));
    assert!(!key.allows(Algorithm::ESP256, KeyOperation::Verify));
    assert_eq!(value(&write_private(&key).unwrap()), value(&signing));
    let public = value(&write_public(&key).unwrap());
    assert_eq!(public["key_ops"], serde_json::json!(["verify"]));

    let tagging = read(r#"{"kty":"oct","use":"sig","k":"AAAA"}"#).unwrap();
    let tagging = Key::parse(&tagging).unwrap();
    assert!(tagging.allows(Algorithm::HMAC_256, KeyOperation::MacVerify));
    assert!(!tagging.allows(Algorithm::A128GCM, KeyOperation::Decrypt));
    assert_eq!(
        *write_private(&tagging).unwrap(),
        r#"{"kty":"oct","key_ops":["sign","verify"],"k":"AAAA"}"#
    );
}

/// RFC 7517, 4: a member may stand once, known or not; RFC 7518, 6.2.1.2: a coordinate has the curve's
/// length. The offset counts bytes over all lines.
#[test]
fn bad_keys_are_refused_at_their_byte() {
    let refused = |text: &str| {
        let error = read(text).unwrap_err();
        (error.kind(), error.offset())
    };
    assert_eq!(refused(r#"{"kty":"EC","kty":"EC"}"#), (JwkErrorKind::DuplicateMember, 16));
    assert_eq!(refused(r#"{"x5u":1,"x5u":1}"#).0, JwkErrorKind::DuplicateMember);
    assert_eq!(refused(r#"{"kty":"EC""#), (JwkErrorKind::Json, 10));
    assert_eq!(refused("{\n  \"kty\": 7\n}"), (JwkErrorKind::Json, 11));
    assert_eq!(refused(r#"{"kty":"oct","k":"AA"}x"#), (JwkErrorKind::Json, 22));
    assert_eq!(refused(r#" {"kty":"HSS"}"#), (JwkErrorKind::Unsupported("kty"), 1));
    assert_eq!(refused(r#"{"kid":"1"}"#).0, JwkErrorKind::Missing("kty"));
    let unsupported = |member, text: &str| {
        assert_eq!(refused(text).0, JwkErrorKind::Unsupported(member), "{text}");
    };
    unsupported("alg", r#"{"kty":"oct","alg":"ECDH-ES+A128KW","k":"AA"}"#);
    unsupported("crv", r#"{"kty":"EC","crv":"P-192","x":"AA","y":"AA"}"#);
    unsupported("key_ops", r#"{"kty":"oct","key_ops":["frobnicate"],"k":"AA"}"#);
    unsupported("key_ops", r#"{"kty":"oct","key_ops":["sign","sign"],"k":"AA"}"#);
    unsupported("use", r#"{"kty":"oct","use":"fun","k":"AA"}"#);
    unsupported("oth", r#"{"kty":"RSA","n":"AA","e":"AA","oth":[]}"#);
    assert_eq!(
        refused(r#"{"kty":"RSA","n":"AQ","e":"AQ","p":"AQ"}"#).0,
        JwkErrorKind::Missing("d")
    );
    let key = |kind| JwkErrorKind::Key(kind);
    assert_eq!(refused(r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#).0, key(ErrorKind::Length));
    assert_eq!(refused(r#"{"kty":"OKP","crv":"Ed25519"}"#).0, key(ErrorKind::Missing));
    assert_eq!(
        refused(r#"{"kty":"OKP","crv":"Ed25519","x":"A=="}"#).0,
        JwkErrorKind::InvalidValue("x")
    );
    // Bits behind the last byte: two texts would stand for one key.
    assert_eq!(refused(r#"{"kty":"oct","k":"AB"}"#).0, JwkErrorKind::InvalidValue("k"));
    let many: Vec<_> = (0..65).map(|index| format!(r#""{index}":0"#)).collect();
    assert_eq!(refused(&format!("{{{}}}", many.join(","))).0, key(ErrorKind::TooMany));
    assert!(read("{").unwrap_err().to_string().ends_with(" at byte 0"));
}

/// What a JWK has no form for is refused, never left out.
#[test]
fn what_has_no_form_is_refused() {
    let unwritable = |key: &Key<'_>| write_private(key).unwrap_err().kind();
    let x = [7; 32];
    let compressed = PublicKey::Ec2 { curve: Curve::P256, x: &x, y: Y::Odd(true) };
    assert_eq!(unwritable(&Key::from_public(compressed)), JwkErrorKind::Unsupported("y"));
    let hss = Key::from_public(PublicKey::HssLms { public: &[0; 60] });
    assert_eq!(unwritable(&hss), JwkErrorKind::Unsupported("kty"));
    let shared = Key::from_symmetric(&[1; 16], Algorithm::A128GCM);
    let kid = shared.with_kid(&[0xff]);
    assert_eq!(unwritable(&kid), JwkErrorKind::Unsupported("kid"));
    assert_eq!(unwritable(&shared.with_base_iv(&[0])), JwkErrorKind::Unsupported("Base IV"));
    let ccm = shared.with_algorithm(Algorithm::AES_CCM_16_64_128);
    assert_eq!(unwritable(&ccm), JwkErrorKind::Unsupported("alg"));
    assert_eq!(write_public(&shared).unwrap_err().kind(), JwkErrorKind::Unsupported("k"));
}

/// RFC 8259, 7: an identifier is written as a JSON string, whatever is in it.
#[test]
fn identifiers_are_quoted() {
    let kid = "a\"b\\\n\u{1}é\"";
    let key = Key::from_symmetric(&[1], Algorithm::HMAC_256).with_kid(kid.as_bytes());
    let text = write_private(&key).unwrap();
    assert_eq!(value(&text)["kid"], kid);
    let cose = read(&text).unwrap();
    assert_eq!(Key::parse(&cose).unwrap().kid(), Some(kid.as_bytes()));
}
