use hexad_cose_core::ErrorKind as Cose;
use hexad_cose_core::{Algorithm, Key, jwk};
use hexad_rustcrypto::RustCrypto;
use std::format;
use std::vec::Vec;

use super::*;
use crate::ear::{Revision, Tier};
use crate::labels;
use crate::{DebugStatus, ErrorKind, OemId, ProfileId, Submodule, Version};

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(Error::kind)
}

/// RFC 9711, 4: each claim in the form that JSON has for it, and back.
#[test]
fn every_claim() {
    let text = r#"{"iss":"joe","aud":"us","exp":1300819380.5,"nbf":-1,"iat":1300819380,
        "cnf":{"kid":"key 1"},"eat_nonce":["MIDBNH28iioisjPy","AAECAwQFBgc"],
        "ueid":"AgAEizrK3Q","sueids":{"a":"AgAEizrK3Q"},"oemid":"iUWt","hwmodel":"fJYq",
        "hwversion":["1.2.5",16384],"uptime":7,"oemboot":true,"dbgstat":"disabled-since-boot",
        "location":{"latitude":49.5,"longitude":8,"timestamp":1},"eat_profile":"1.3.6.1.4.1.64242",
        "submods":{"inner":{"dbgstat":"enabled"},"digest":["DIGEST",["SHA-256","AAEC"]],
            "cbor":["CBOR","0oA"],"jwt":["JWT","a.b.c"]},
        "bootcount":3,"bootseed":"AAEC","dloas":[["https://a.example","p"]],"swname":"os",
        "swversion":["3.1"],"manifests":[[258,"oA"]],"measurements":[[258,"oA"]],
        "measres":[["system",[["all","success"],["some","not-run"]]]],"intuse":"csr",
        "com.example":[null,1,-2,2.5,2.0,1e300,-0.0,"\u00e9\n",{"a":true}],"jti":"x"}"#;
    let json = JsonClaims::parse(text).unwrap();
    let claims = json.claims();
    let nonces: Vec<_> = claims.eat_nonce.iter().map(|nonce| nonce.as_bytes().len()).collect();
    assert_eq!(nonces, [12, 8]);
    assert_eq!(claims.oemid, Some(OemId::Ieee([0x89, 0x45, 0xad])));
    assert_eq!(claims.dbgstat, Some(DebugStatus::DisabledSinceBoot));
    let oid = [0x2b, 6, 1, 4, 1, 0x83, 0xf5, 0x72];
    assert_eq!(claims.eat_profile, Some(ProfileId::Oid(&oid)));
    assert_eq!(claims.swversion, Some(Version::new("3.1")));
    assert_eq!(claims.submods.len(), 4);
    let nested = claims.submods.get("jwt").unwrap().submodule;
    let Submodule::JsonToken(selector) = nested else { panic!("{nested:?}") };
    assert_eq!(Nested::parse(selector).unwrap(), Nested::Jwt("a.b.c".into()));
    assert_eq!(claims.cnf.unwrap().kid(), Some(&b"key 1"[..]));
    assert!(claims.others.get("jti").is_some() && claims.cti.is_none());

    // Written again it is the same text, but for the order and the space.
    let written = write(&claims).unwrap();
    let again = JsonClaims::parse(&written).unwrap();
    assert_eq!(again.claims(), claims);
    assert!(written.contains(r#""eat_profile":"1.3.6.1.4.1.64242""#), "{written}");
    assert!(written.contains(r#""cbor":["CBOR","0oA"]"#), "{written}");
}

/// What is wrong is said at its byte of the text, whichever layer finds it.
#[test]
fn errors_at_their_byte() {
    let cases = [
        (r#"{"iss" "x"}"#, ErrorKind::Json, 7),
        (r#"{"iss":"a","iss":"b"}"#, ErrorKind::Cose(Cose::DuplicateKey), 11),
        (
            r#"{"ueid":"AgAEizrK3Q","x":1,"ueid":"AgAEizrK3Q"}"#,
            ErrorKind::Cose(Cose::DuplicateKey),
            27,
        ),
        (r#"{"dbgstat":1}"#, ErrorKind::Cose(Cose::UnexpectedEnd), 11),
        (r#"{"dbgstat":"off"}"#, ErrorKind::Claim(labels::DBGSTAT), 11),
        (r#"{"a":1,"ueid":"AgAE"}"#, ErrorKind::Claim(labels::UEID), 14),
        (r#"{"ueid":"Ag*E"}"#, ErrorKind::Claim(labels::UEID), 8),
        (r#"{"eat_nonce":"1234567"}"#, ErrorKind::Claim(labels::EAT_NONCE), 13),
        (r#"{"iat":1.5}"#, ErrorKind::FloatingPoint(labels::IAT), 7),
        (r#"{"submods":{"a":["JSON","x"]}}"#, ErrorKind::Claim(labels::SUBMODS), 17),
        (r#"{"hwversion":["1",0]}"#, ErrorKind::Claim(labels::HWVERSION), 18),
        (r#"{"uptime":99999999999999999999}"#, ErrorKind::Cose(Cose::Unsupported), 10),
    ];
    for (text, expected, offset) in cases {
        let error = JsonClaims::parse(text).unwrap_err();
        let same = core::mem::discriminant(&error.kind()) == core::mem::discriminant(&expected);
        assert!(same, "{text}: {error}");
        assert_eq!(error.offset(), offset, "{text}: {error}");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
    assert!(JsonClaims::parse(&deep).is_err());
}

/// A submodule in JSON nests no deeper than one in CBOR.
#[test]
fn nested_depth() {
    let nest = |depth| {
        let open = r#"{"submods":{"a":"#.repeat(depth);
        format!("{open}{{}}{}", "}}".repeat(depth))
    };
    assert!(JsonClaims::parse(&nest(crate::MAX_SUBMODULE_DEPTH)).is_ok());
    let refused = kind(JsonClaims::parse(&nest(crate::MAX_SUBMODULE_DEPTH + 1)));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::TooDeep)));
    // Bundles in bundles.
    let bundles = |depth| {
        let open = r#"["BUNDLE",["#.repeat(depth);
        format!(r#"{open}["JWT","a.b.c"]{}"#, r#",{"a":"e30"}]]"#.repeat(depth))
    };
    assert!(Nested::parse(&bundles(crate::MAX_SUBMODULE_DEPTH)).is_ok());
    let refused = kind(Nested::parse(&bundles(crate::MAX_SUBMODULE_DEPTH + 1)));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::TooDeep)));
}

/// RFC 9711, A.2.3: a detached bundle in JSON. The digests in its token, under HS256, are those of the
/// texts of the claims-sets.
const BUNDLE_TOKEN: &str =
    r#"{"submods":{"Audio":["DIGEST",["SHA-256","RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o"]]}}"#;

#[test]
fn bundles() {
    // SHA-256 of `{}`, which is 44136fa3…
    let claims = JsonClaims::parse(BUNDLE_TOKEN).unwrap();
    let bundle = JsonBundle::parse(r#"[["JWT","a.b.c"],{"Audio":"e30"}]"#).unwrap();
    assert_eq!(bundle.check_digests(&claims.claims(), &mut RustCrypto), Ok(()));
    assert!(bundle.claims_of(&claims.claims(), "Audio", &mut RustCrypto).is_ok());
    for other in [r#"[["JWT","a.b.c"],{"Audio":"e30K"}]"#, r#"[["JWT","a.b.c"],{"audio":"e30"}]"#] {
        let bundle = JsonBundle::parse(other).unwrap();
        let refused = kind(bundle.check_digests(&claims.claims(), &mut RustCrypto));
        assert_eq!(refused, Some(ErrorKind::Digest), "{other}");
    }
}

const EAR: &str = r#"{"eat_profile":"tag:ietf.org,2026:rats/ear#03","iat":1666529184,
    "ear_verifier_id":{"developer":"https://veraison-project.org","build":"vts 0.0.1"},
    "submods":{"PSA":{"ear_status":"contraindicated","ear_trustworthiness_vector":
    {"instance-identity":2,"executables":96},"ear_appraisal_policy_ids":["a","b"],
    "ear_teep_claims":{"oemid":"Av8B"}}}}"#;

/// draft-ietf-rats-ear-03, and what Veraison issues: read in JSON, and written again the same.
#[test]
fn attestation_results() {
    let json = JsonClaims::parse_ear(EAR).unwrap();
    let ear = json.ear().unwrap();
    assert_eq!(ear.tier(), Tier::Contraindicated);
    let written = write_ear(&ear).unwrap();
    let again = JsonClaims::parse_ear(&written).unwrap();
    assert_eq!(again.ear().unwrap(), ear, "{written}");

    let earlier = EAR
        .replace("tag:ietf.org,2026:rats/ear#03", "tag:github.com,2023:veraison/ear")
        .replace("ear_verifier_id", "ear.verifier-id")
        .replace("ear_status", "ear.status")
        .replace("ear_trustworthiness_vector", "ear.trustworthiness-vector")
        .replace(r#""ear_appraisal_policy_ids":["a","b"]"#, r#""ear.appraisal-policy-id":"a""#);
    let json = JsonClaims::parse_ear(&earlier).unwrap();
    let ear = json.ear().unwrap();
    assert_eq!(ear.revision, Revision::Veraison2023);
    let written = write_ear(&ear).unwrap();
    assert!(written.contains(r#""ear.appraisal-policy-id":"a""#), "{written}");
    // A better status than that of its parts.
    let better = EAR.replace("\"contraindicated\"", "\"affirming\"");
    let error = JsonClaims::parse_ear(&better).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
}

/// RFC 7515, A.3: a JWT under its key gives its claims, and no other does.
#[test]
fn jwt() {
    let text = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let key = jwk::read(r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#).unwrap();
    let key = Key::parse(&key).unwrap();
    let jwt = Jwt::parse(text).unwrap();
    let claims = jwt.verify(&key, &[Algorithm::ES256], &mut RustCrypto).unwrap();
    assert_eq!(claims.claims().iss, Some("joe"));
    let refused = kind(jwt.verify(&key, &[Algorithm::ES384], &mut RustCrypto));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::AlgorithmNotAccepted)));
    let other = text.replace("MTkz", "MTkx");
    let refused =
        kind(Jwt::parse(&other).unwrap().verify(&key, &[Algorithm::ES256], &mut RustCrypto));
    assert_eq!(refused, Some(ErrorKind::Cose(Cose::VerificationFailed)));
}
