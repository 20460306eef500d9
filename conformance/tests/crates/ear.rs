//! EAR with the crate `ear`, version 0.6, as CWT and JWT.
//!
//! What it can't do: it asserts that what it reads is a tagged `COSE_Sign1` with a right signature, and panics
//! else; so it gets ours without the CWT tag, and a changed one only has to be not accepted. It writes
//! draft-ietf-rats-ear-04 by default, of which we read neither profile nor CMW-wrapped evidence: it is told the
//! profile of draft 03, with which the rest agrees.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use hexad_cose_core::{Algorithm, Key};
use hexad_eat::ear::{
    Appraisal, Aspect, Ear, PROFILE, Results, Revision, Tier, TrustClaim, TrustworthinessVector,
    VerifierId,
};
use hexad_eat::json::{Jwt, write_ear};
use hexad_eat::{ErrorKind, Nonce, Token};
use hexad_rustcrypto::RustCrypto;

use crate::{jwk, key, pem};

const IAT: i64 = 1_700_000_000;
/// In the year 2100: theirs holds `exp` against its clock.
const EXP: i64 = 4_102_444_800;
const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256, Algorithm::ES256];

/// A result with two attesters, as they have it.
fn theirs(profile: &str) -> ear::Ear {
    let mut device = ear::Appraisal::new();
    device.trust_vector.instance_identity.set(2);
    device.trust_vector.executables.set(33);
    device.status = ear::TrustTier::Warning;
    device.policy_ids = vec!["policy/1".to_owned()];
    device.nonce = Some("AAECAwQFBgc".try_into().unwrap());
    let mut modem = ear::Appraisal::new();
    modem.trust_vector.configuration.set(-2);
    modem.status = ear::TrustTier::Affirming;
    let mut result = ear::Ear::new();
    result.profile = profile.to_owned();
    (result.iat, result.exp) = (IAT, Some(EXP));
    result.vid.developer = "https://example.com".to_owned();
    result.vid.build = "1.0".to_owned();
    result.status = Some(ear::TrustTier::Warning);
    result.submods = BTreeMap::from([("lamp".to_owned(), device), ("modem".to_owned(), modem)]);
    result
}

/// That `read` says what [`theirs`] says.
fn check(read: &Ear<'_>, revision: Revision) {
    assert_eq!((read.revision, read.iat, read.exp), (revision, IAT, Some(EXP)));
    let verifier = VerifierId { developer: "https://example.com", build: "1.0" };
    assert_eq!((read.verifier_id, read.tier()), (verifier, Tier::Warning));
    let vector = |claims: &[(Aspect, i8)]| {
        let mut vector = TrustworthinessVector::default();
        claims.iter().for_each(|(aspect, claim)| vector.set(*aspect, TrustClaim(*claim)));
        Some(vector)
    };
    let [device, modem] = ["lamp", "modem"].map(|name| read.submods.get(name).unwrap());
    let expected = vector(&[(Aspect::InstanceIdentity, 2), (Aspect::Executables, 33)]);
    assert_eq!((device.status, device.trustworthiness_vector), (Tier::Warning, expected));
    let expected = vector(&[(Aspect::Configuration, -2)]);
    assert_eq!((modem.status, modem.trustworthiness_vector), (Tier::Affirming, expected));
    assert_eq!(device.appraisal_policy_ids.iter().collect::<Vec<_>>(), ["policy/1"]);
    assert!(device.eat_nonce.is_some() && modem.appraisal_policy_ids.is_empty());
}

/// Hands the result that [`check`] expects to `write`.
fn ours<T>(write: impl FnOnce(&Ear<'_>) -> T) -> T {
    let mut vector = TrustworthinessVector::default();
    vector.set(Aspect::InstanceIdentity, TrustClaim(2));
    vector.set(Aspect::Executables, TrustClaim(33));
    let mut other = TrustworthinessVector::default();
    other.set(Aspect::Configuration, TrustClaim(-2));
    let policies = ["policy/1"];
    let device = Appraisal {
        appraisal_policy_ids: (&policies).into(),
        eat_nonce: Some(Nonce::new(&[0, 1, 2, 3, 4, 5, 6, 7]).unwrap()),
        ..Appraisal::new("lamp", vector)
    };
    let appraisals = [device, Appraisal::new("modem", other)];
    write(&Ear {
        status: Some(Tier::Warning),
        exp: Some(EXP),
        verifier_id: VerifierId { developer: "https://example.com", build: "1.0" },
        ..Ear::new(IAT, &appraisals)
    })
}

/// What they read of ours says the same as theirs, but for the nonce, which they keep as they got it.
fn same(mut read: ear::Ear) {
    let mut expected = theirs(PROFILE);
    for result in [&mut read, &mut expected] {
        assert!(result.submods["lamp"].nonce.is_some());
        result.submods.get_mut("lamp").unwrap().nonce = None;
    }
    assert_eq!(read, expected);
}

/// Theirs as CWT, of the draft and of Veraison's profile; one of draft 04 is told to be of another profile.
#[test]
fn their_cwt_is_read() {
    let (own, other) = (key(1), key(2));
    let results = Results { algorithms: ALGORITHMS };
    let sign = |profile: &str| {
        theirs(profile).sign_cose_pem(ear::Algorithm::ES256, pem(&own).0.as_bytes()).unwrap()
    };
    let anchor = Key::from_public(own.public());
    let read = |token: &[u8], key: &Key<'_>, check: &dyn Fn(&Ear<'_>)| {
        let token = Token::parse(token)?.check(key, &results, &mut RustCrypto)?;
        token.run(&mut RustCrypto).map(|ear| check(&ear))
    };
    for revision in [Revision::Draft03, Revision::Veraison2023] {
        let token = sign(revision.profile());
        read(&token, &anchor, &|ear| check(ear, revision)).unwrap();
        let stranger = Key::from_public(other.public());
        assert!(read(&token, &stranger, &|_| ()).is_err());
    }
    let newer = read(&sign(ear::EAR_PROFILE), &anchor, &|_| ()).unwrap_err();
    assert_eq!(newer.kind(), ErrorKind::Profile);
}

/// Theirs as JWT, of both.
#[test]
fn their_jwt_is_read() {
    let (own, other) = (key(1), key(2));
    for revision in [Revision::Draft03, Revision::Veraison2023] {
        let result = theirs(revision.profile());
        let token = result.sign_jwt_pem(ear::Algorithm::ES256, pem(&own).0.as_bytes()).unwrap();
        let verify = |key: &Key<'_>| {
            let claims = Jwt::parse(&token)?.verify_ear(key, ALGORITHMS, &mut RustCrypto)?;
            claims.ear().map(|ear| check(&ear, revision))
        };
        verify(&Key::from_public(own.public())).unwrap();
        assert!(verify(&Key::from_public(other.public())).is_err());
    }
}

/// Ours as CWT; a changed one is not accepted.
#[test]
fn our_cwt_is_read_by_them() {
    let own = key(1);
    let mut buffer = [0; 1024];
    let token = ours(|ear| {
        let draft = ear.to_be_signed(Algorithm::ES256, &mut buffer).unwrap();
        draft.sign(&own, &mut RustCrypto).unwrap().to_vec()
    });
    // The CWT tag.
    let token = token.strip_prefix(&[0xd8, 0x3d]).unwrap().to_vec();
    let jwk = jwk(&own);
    let read = |token: &[u8]| ear::Ear::from_cose_jwk(token, ear::Algorithm::ES256, jwk.as_bytes());
    same(read(&token).unwrap());
    let mut changed = token;
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert!(!matches!(catch_unwind(|| read(&changed)), Ok(Ok(_))));
}

/// Ours in JSON, the claims of a JWT; we sign none.
#[test]
fn our_json_is_read_by_them() {
    let json = ours(|ear| write_ear(ear).unwrap());
    same(serde_json::from_str(&json).unwrap());
}
