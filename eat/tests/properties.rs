//! What is written parses back equal, no truncation passes, and no input panics.

use hexad_cose_core::cbor::{Encoder, check_deterministic};
use hexad_cose_core::{Algorithm, Curve, Key, Label};
use hexad_eat::ear::{
    Appraisal, Aspect, Ear, Results, TrustClaim, TrustworthinessVector, VerifierId,
};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{
    Body, Claim, Claims, Comparison, DebugStatus, Dloa, Formatted, IndividualResult, IntendedUse,
    Location, MeasurementResults, NamedSubmodule, Nonce, Number, OemId, ProfileId, Submodule,
    Sueid, Token, Ueid, Version,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use proptest::collection::vec;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![any::<i64>().prop_map(Number::Integer), any::<f64>().prop_map(Number::Float)]
}

proptest! {
    /// Also: the output is deterministically encoded, and no truncation of it is accepted.
    #[test]
    fn claims_parse_back_equal(
        (nonce, ueid) in (vec(any::<u8>(), 8..=64), vec(any::<u8>(), 7..=33)),
        (model, seed, body) in (vec(any::<u8>(), 1..=32), vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..99)),
        (text, random) in (".{0,20}", any::<[u8; 16]>()),
        (exp, latitude, longitude) in (proptest::option::of(number()), number(), number()),
        (iat, uptime, pen) in (any::<Option<i64>>(), any::<Option<u64>>(), any::<u64>()),
        (content_type, scheme) in (any::<u16>(), 1i64..=65535),
        labels in proptest::collection::btree_set(prop_oneof![11i64..200, -90_000i64..0, 276..3000i64], 0..5),
        many in any::<bool>(),
    ) {
        let nonces = [Nonce::new(&nonce).unwrap(), Nonce::new(b"another one").unwrap()];
        let ueid = Ueid::new(&ueid).unwrap();
        // Not in the order of their encodings.
        let sueids = [Sueid { label: "longer", ueid }, Sueid { label: "b", ueid }, Sueid { label: "a", ueid }];
        let dloas = [
            Dloa { registrar: &text, platform_label: "p", application_label: None },
            Dloa { registrar: "r", platform_label: &text, application_label: Some("a") },
        ];
        let formatted = [
            Formatted { content_type, body: Body::Bytes(&body) },
            Formatted { content_type: 0, body: Body::Text(&text) },
        ];
        let results = [
            IndividualResult { result_id: Body::Text(&text), result: Comparison::Success },
            IndividualResult { result_id: Body::Bytes(&seed), result: Comparison::Absent },
        ];
        let measres = [MeasurementResults { measurement_system: &text, results: (&results).into() }];
        let inner = Claims { swname: Some(&text), uptime, ..Claims::default() };
        let outer_submods = [NamedSubmodule { name: "deep", submodule: Submodule::ClaimsSet((&inner).into()) }];
        let outer = Claims { submods: (&outer_submods).into(), iat, ..Claims::default() };
        let submods = [
            NamedSubmodule { name: "os", submodule: Submodule::ClaimsSet((&outer).into()) },
            NamedSubmodule { name: "element", submodule: Submodule::NestedToken(&[0xd8, 0x3d, 0xd2, 0x80]) },
            NamedSubmodule { name: "j", submodule: Submodule::JsonToken("[\"JWT\",\"a.b.c\"]") },
            NamedSubmodule {
                name: "d",
                submodule: Submodule::DetachedDigest { hash_algorithm: Label::Integer(-16), digest: &body },
            },
        ];
        let others: Vec<_> = labels.iter().rev().map(|label| Claim::new(*label, &[0x82, 1, 2])).collect();
        let version = Version { version: &text, scheme: Some(Label::Integer(scheme)) };
        let mut location = Location::new(latitude, longitude);
        location.heading = Some(Number::Float(f64::NAN));
        location.age = uptime;
        let claims = Claims {
            iss: Some(&text),
            sub: None,
            aud: Some("aud".into()),
            exp,
            nbf: Some(latitude),
            iat,
            cti: Some(&seed),
            cnf: None,
            eat_nonce: if many { (&nonces).into() } else { nonces[..1].into() },
            ueid: Some(ueid),
            sueids: (&sueids).into(),
            oemid: Some(if many { OemId::Random(&random) } else { OemId::PrivateEnterpriseNumber(pen) }),
            hwmodel: Some(&model),
            hwversion: Some(version),
            uptime,
            oemboot: Some(many),
            dbgstat: Some(DebugStatus::Disabled),
            location: Some(location),
            eat_profile: Some(ProfileId::Oid(&seed)),
            submods: (&submods).into(),
            bootcount: uptime,
            bootseed: Some(&seed),
            dloas: (&dloas).into(),
            swname: Some(&text),
            swversion: Some(Version::new(&text)),
            manifests: formatted[..1].into(),
            measurements: (&formatted).into(),
            measres: (&measres).into(),
            intuse: Some(IntendedUse::Provisioning),
            others: others.as_slice().into(),
        };
        claims.check_presence().unwrap();
        let mut buffer = [0; 4096];
        let mut encoder = Encoder::new(&mut buffer);
        claims.encode(&mut encoder).unwrap();
        let encoded = encoder.as_bytes();
        check_deterministic(encoded).unwrap();
        prop_assert_eq!(Claims::parse(encoded).unwrap(), claims);
        for length in 0..encoded.len() {
            prop_assert!(Claims::parse(&encoded[..length]).is_err());
        }
    }

    #[test]
    fn results_parse_back_equal(
        (iat, exp) in (any::<i64>(), any::<Option<i64>>()),
        (developer, build) in (".{0,20}", ".{0,20}"),
        evidence in proptest::option::of(vec(any::<u8>(), 0..50)),
        values in vec(any::<Option<i8>>(), 8),
    ) {
        let mut vector = TrustworthinessVector::default();
        for (aspect, value) in Aspect::ALL.into_iter().zip(values) {
            if let Some(value) = value {
                vector.set(aspect, TrustClaim(value));
            }
        }
        let policies = [developer.as_str(), "second"];
        let appraisals = [
            Appraisal { appraisal_policy_ids: (&policies).into(), ..Appraisal::new("device", vector) },
            Appraisal {
                eat_profile: Some(ProfileId::Uri(&build)),
                eat_nonce: Some(Nonce::new(b"12345678").unwrap()),
                ..Appraisal::new("a", TrustworthinessVector::default())
            },
        ];
        let ear = Ear {
            status: Some(vector.tier()),
            exp,
            verifier_id: VerifierId { developer: &developer, build: &build },
            raw_evidence: evidence.as_deref(),
            ..Ear::new(iat, &appraisals)
        };
        let mut buffer = [0; 1024];
        let mut encoder = Encoder::new(&mut buffer);
        ear.encode(&mut encoder).unwrap();
        let encoded = encoder.as_bytes();
        check_deterministic(encoded).unwrap();
        prop_assert_eq!(Ear::parse(encoded).unwrap(), ear);
        for length in 0..encoded.len() {
            prop_assert!(Ear::parse(&encoded[..length]).is_err());
        }
    }

    /// Any bytes: an answer, and no panic.
    #[test]
    fn no_input_panics(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Token::parse(&bytes).map(|token| token.unverified_claims());
        let _ = Ear::parse(&bytes);
        if let Ok(claims) = Claims::parse(&bytes) {
            let _ = claims.others.iter().count();
        }
    }
}

/// A signed token with any one bit changed is refused: by its form, or by its signature.
#[test]
fn no_changed_bit_passes() {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let mut buffer = [0; 256];
    let token = Token::builder(Algorithm::ES256, &mut buffer)
        .nonce(b"12345678")
        .unwrap()
        .issued_at(1_700_000_000)
        .sign(&key, &mut RustCrypto)
        .unwrap();
    let profile = AnyClaims { algorithms: &[Algorithm::ES256] };
    let verify = |bytes: &[u8]| {
        let check = Token::parse(bytes)?.check(&anchor, &profile, &mut RustCrypto)?;
        check.run(&mut RustCrypto).map(drop)
    };
    assert!(verify(token).is_ok());
    for at in 0..token.len() * 8 {
        let mut changed = token.to_vec();
        changed[at / 8] ^= 1 << (at % 8);
        assert!(verify(&changed).is_err(), "bit {at}");
    }
    for length in 0..token.len() {
        assert!(verify(&token[..length]).is_err(), "{length} bytes");
    }
}

/// An EAR is signed, read by its profile, and refused as another one.
#[test]
fn signed_results() {
    let key = SigningKey::from_bytes(Curve::P256, &[9; 32]).unwrap();
    let anchor = Key::from_public(key.public());
    let appraisals = [Appraisal::new("device", TrustworthinessVector::default())];
    let ear = Ear::new(1_700_000_000, &appraisals);
    let mut buffer = [0; 256];
    let unsigned = ear.to_be_signed(Algorithm::ESP256, &mut buffer).unwrap();
    let token = unsigned.sign(&key, &mut RustCrypto).unwrap();
    let results = Results { algorithms: &[Algorithm::ESP256] };
    let check = Token::parse(token).unwrap().check(&anchor, &results, &mut RustCrypto).unwrap();
    assert_eq!(check.run(&mut RustCrypto).unwrap().get(), &ear);
    let other = Results { algorithms: &[Algorithm::ES384] };
    assert!(Token::parse(token).unwrap().check(&anchor, &other, &mut RustCrypto).is_err());
}
