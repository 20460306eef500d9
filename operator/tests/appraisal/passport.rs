//! The passport model: a device shows the result that the verifier gave it, and the relying party decides.

use hexad_cose_core::{Algorithm, Key};
use hexad_eat::Token;
use hexad_eat::ear::{Results, Tier, VerifierId};
use hexad_operator::appraisal::{Policy, Verifier};
use hexad_operator::evidence::{Evidence, ModuleClaims, SubmoduleEvidence};
use hexad_operator::passport::{Admitted, Passport, PassportRefusal};
use hexad_operator::reference::References;
use hexad_rustcrypto::RustCrypto;

use crate::device::{NONCE, NOW, enrolment, evidence, key, release, token};

const LIFETIME: u32 = 3600;

/// The result for a device that runs version `number`, for a relying party that gave out `nonce`.
fn result(number: u8, nonce: Option<&[u8]>, submodules: Vec<SubmoduleEvidence>) -> Vec<u8> {
    let evidence = Evidence { submodules, ..evidence(&token(number, number)) };
    let references = References::new(vec![release(1), release(2)]);
    let (policy, device) = (Policy::new("policy/1"), enrolment());
    let appraisal = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW).unwrap();
    let id = VerifierId { developer: "https://example.com", build: "1.0" };
    let verifier = Verifier { id, algorithm: Algorithm::ESP256, lifetime: LIFETIME };
    verifier.issue(&appraisal, nonce, NOW, &key(5), &mut RustCrypto).unwrap()
}

/// What the relying party makes of it.
fn admit(
    passport: &Passport,
    result: &[u8],
    name: &str,
    nonce: Option<&[u8]>,
    now: i64,
) -> Result<Admitted, PassportRefusal> {
    let (verifier, results) = (key(5), Results { algorithms: &[Algorithm::ESP256] });
    let anchor = Key::from_public(verifier.public());
    let check = Token::parse(result).unwrap().check(&anchor, &results, &mut RustCrypto).unwrap();
    passport.admit(&check.run(&mut RustCrypto).unwrap(), name, nonce, now)
}

/// A policy's table `passport`.
fn passport(table: &str) -> Passport {
    Policy::from_toml(&format!("id = 'p'\nclock-skew = 30\n[passport]\n{table}")).unwrap().passport
}

/// The device is let in by its tier, until the result expires; a worse one by who accepts it.
#[test]
fn a_device_is_let_in_by_its_tier() {
    let until = NOW + i64::from(LIFETIME);
    let (new, old) = (result(2, None, vec![]), result(1, None, vec![]));
    let default = Passport::default();
    let admitted = Ok(Admitted { tier: Tier::Affirming, until });
    assert_eq!(admit(&default, &new, "lamp", None, NOW), admitted);
    let refused = Err(PassportRefusal::Tier(Tier::Warning));
    assert_eq!(admit(&default, &old, "lamp", None, NOW), refused);
    let warned = Ok(Admitted { tier: Tier::Warning, until });
    assert_eq!(admit(&passport("tier = 'warning'"), &old, "lamp", None, NOW), warned);
    let shorter = Ok(Admitted { tier: Tier::Affirming, until: NOW + 60 });
    assert_eq!(admit(&passport("max-age = 60"), &new, "lamp", None, NOW), shorter);
}

/// A result of another time is refused, by the clock's skew both ways.
#[test]
fn a_stale_result_is_refused() {
    let new = result(2, None, vec![]);
    let passport = passport("max-age = 60");
    let at = |now| admit(&passport, &new, "lamp", None, now).err();
    assert_eq!([at(NOW - 30), at(NOW), at(NOW + 90)], [None; 3]);
    assert_eq!(at(NOW - 31), Some(PassportRefusal::NotYetValid));
    assert_eq!(at(NOW + 91), Some(PassportRefusal::TooOld));
    let expired = admit(&Passport::default(), &new, "lamp", None, NOW + i64::from(LIFETIME));
    assert_eq!(expired, Err(PassportRefusal::Expired));
}

/// The relying party's own nonce, the verifier, the policy, the generation of the draft, and the device's name.
#[test]
fn a_result_for_somebody_else_is_refused() {
    let (ours, nobodys) = (result(2, Some(&[3; 16]), vec![]), result(2, None, vec![]));
    let default = Passport::default();
    assert!(admit(&default, &ours, "lamp", Some(&[3; 16]), NOW).is_ok());
    let nonce = |result: &[u8], nonce| admit(&default, result, "lamp", Some(nonce), NOW);
    assert_eq!(nonce(&ours, &[4; 16]), Err(PassportRefusal::Nonce));
    assert_eq!(nonce(&nobodys, &[3; 16]), Err(PassportRefusal::Nonce));
    let other = admit(&default, &ours, "fan", None, NOW);
    assert_eq!(other, Err(PassportRefusal::OtherDevice));

    let by = |table: &str| admit(&passport(table), &ours, "lamp", None, NOW).err();
    assert_eq!(by("policies = ['policy/0', 'policy/1']"), None);
    assert_eq!(by("policies = ['policy/2']"), Some(PassportRefusal::Policy));
    assert_eq!(by("developers = ['https://example.com']"), None);
    assert_eq!(by("developers = ['https://example.net']"), Some(PassportRefusal::Verifier));
    assert_eq!(by("profiles = ['tag:ietf.org,2026:rats/ear#03']"), None);
    let veraison = by("profiles = ['tag:github.com,2023:veraison/ear']");
    assert_eq!(veraison, Some(PassportRefusal::Profile));
}

/// A result has an appraisal for each submodule, and a bad one counts, though the device's own is good.
#[test]
fn submodules_count() {
    let modem = |number: u8| SubmoduleEvidence {
        name: "modem".into(),
        claims: Some(ModuleClaims { ..evidence(&token(number, number)).device }),
    };
    let good = result(2, None, vec![modem(2)]);
    let default = Passport::default();
    assert!(admit(&default, &good, "lamp", None, NOW).is_ok());
    assert!(admit(&default, &good, "modem", None, NOW).is_ok());
    let refused = Err(PassportRefusal::Tier(Tier::Warning));
    assert_eq!(admit(&default, &result(2, None, vec![modem(1)]), "lamp", None, NOW), refused);
}
