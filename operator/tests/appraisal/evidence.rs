//! Evidence that is refused, or that is not believed.

use std::time::Duration;

use hexad_cose_core::ErrorKind as Cose;
use hexad_eat::ear::Tier;
use hexad_eat::{Claims, DebugStatus, ErrorKind, NamedSubmodule, Submodule};
use hexad_operator::appraisal::{Decision, Outcome, Policy, Refusal};
use hexad_operator::challenge::{ChallengeError, Challenges};
use hexad_operator::evidence::{Evidence, EvidenceError};
use hexad_operator::reference::References;

use crate::device::{NONCE, NOW, enrolment, evidence, release, tag, token, token_with, verify};

/// The decision, and the claims that do not match with how they compare.
fn appraise(token: &[u8]) -> (Tier, String, Vec<(&'static str, Outcome)>) {
    let (evidence, device) = (evidence(token), enrolment());
    let references = References::new(vec![release(1), release(2)]);
    let policy = Policy::new("p");
    let appraisal = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW).unwrap();
    let decision = match appraisal.decision() {
        Decision::Allowed(_) => "allowed",
        Decision::UpdateOnly(_) => "update-only",
        Decision::Quarantined => "quarantined",
    };
    let others = appraisal
        .findings()
        .iter()
        .filter(|finding| finding.outcome != Outcome::Matches)
        .map(|finding| (finding.claim, finding.outcome));
    (appraisal.tier(), decision.to_owned(), others.collect())
}

/// The chain's case: the newest release is allowed, the one before it confined to updates.
#[test]
fn releases_are_told_apart() {
    assert_eq!(appraise(&token(2, 2)), (Tier::Affirming, "allowed".into(), vec![]));
    let outdated = vec![("measurements", Outcome::Outdated)];
    assert_eq!(appraise(&token(1, 1)), (Tier::Warning, "update-only".into(), outdated));
}

/// An honest digest of the old release under the new version's name: caught by what it says, as to its version and
/// its manifest.
#[test]
fn a_lie_about_the_version_with_an_honest_digest_is_caught() {
    let found = vec![
        ("measurements", Outcome::Outdated),
        ("manifest", Outcome::Differs),
        ("software", Outcome::Differs),
    ];
    assert_eq!(appraise(&token(2, 1)), (Tier::Contraindicated, "quarantined".into(), found));
}

/// An honest name with a digest that no release has: caught by the digest, and the file is named.
#[test]
fn a_wrong_digest_with_an_honest_version_is_caught() {
    let found = vec![("measurements", Outcome::Differs)];
    assert_eq!(appraise(&token(2, 9)), (Tier::Contraindicated, "quarantined".into(), found));
    let (evidence, device, policy) = (evidence(&token(2, 9)), enrolment(), Policy::new("p"));
    let references = References::new(vec![release(1), release(2)]);
    let appraisal = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW).unwrap();
    let line = "measurements differs  lamp.bin is not as its author made it; expected lamp 2.0.0 \
                (sequence number 2)";
    assert!(appraisal.explain().contains(line), "{}", appraisal.explain());
}

/// A payload says what should be there; a device that hands it in as evidence has measured nothing.
#[test]
fn a_payload_is_not_evidence() {
    let token = token_with(&tag(2, 2, true), &[], |claims, sign| sign(claims));
    let refused = Evidence::from_claims(&verify(&token, 1).unwrap()).unwrap_err();
    assert_eq!(refused, EvidenceError::NotEvidence);
}

/// Another key than the device's, or a token of which a byte has changed: there are no claims at all.
#[test]
fn a_wrong_key_is_refused() {
    let mut token = token(2, 2);
    let failed = Some(ErrorKind::Cose(Cose::VerificationFailed));
    assert_eq!(verify(&token, 2).err().map(|error| error.kind()), failed);
    let last = token.len() - 1;
    token[last] ^= 1;
    assert_eq!(verify(&token, 1).err().map(|error| error.kind()), failed);
}

/// A nonce is good once: the same token is refused when it comes again, though its signature holds.
#[test]
fn a_replayed_nonce_is_refused() {
    let mut challenges = Challenges::new(Duration::from_secs(60), 10);
    challenges.issue([7; 32], Duration::ZERO).unwrap();
    let evidence = evidence(&token(2, 2));
    let redeem =
        |challenges: &mut Challenges| challenges.redeem(&evidence.nonces[0], Duration::ZERO);
    assert_eq!(redeem(&mut challenges), Ok(()));
    assert_eq!(redeem(&mut challenges), Err(ChallengeError::Unknown));
}

/// A nonce that came back too late, and one that answers another challenge.
#[test]
fn a_stale_nonce_is_refused() {
    let mut challenges = Challenges::new(Duration::from_secs(60), 10);
    challenges.issue([7; 32], Duration::ZERO).unwrap();
    let (evidence, device, policy) = (evidence(&token(2, 2)), enrolment(), Policy::new("p"));
    let late = challenges.redeem(&evidence.nonces[0], Duration::from_secs(61));
    assert_eq!(late, Err(ChallengeError::Expired));
    let references = References::new(vec![release(2)]);
    let other = policy.appraise(&evidence, &device, &references, Some(&[8; 32]), NOW);
    assert_eq!(other.unwrap_err(), Refusal::Nonce);
}

/// Hands a token with these submodules to `read`.
fn with_submodules(submodules: &[NamedSubmodule<'_>]) -> Result<Evidence, EvidenceError> {
    let token = token_with(&tag(2, 2, false), &[], |claims, sign| {
        sign(Claims { submods: submodules.into(), ..claims });
    });
    Evidence::from_claims(&verify(&token, 1).unwrap())
}

/// A part of a part that claims the name of what it is part of, and a part that claims the name of a part of
/// another.
#[test]
fn a_submodule_may_not_claim_the_name_of_its_parent() {
    let own = Claims { dbgstat: Some(DebugStatus::DisabledPermanently), ..Claims::default() };
    let named = |name, claims| NamedSubmodule { name, submodule: Submodule::ClaimsSet(claims) };
    let inner = [named("tee", (&own).into())];
    let outer = Claims { submods: (&inner).into(), ..own };
    let refused = with_submodules(&[named("tee", (&outer).into())]).unwrap_err();
    assert_eq!(refused, EvidenceError::SubmoduleName);
    let twice = [named("ree/tee", (&own).into()), named("ree", (&outer).into())];
    assert_eq!(with_submodules(&twice).unwrap_err(), EvidenceError::SubmoduleName);
    let names: Vec<_> = with_submodules(&twice[1..]).unwrap().submodules;
    assert_eq!(names.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["ree", "ree/tee"]);
}

/// A nested token says nothing until the caller has verified it, and only for a submodule that the token has.
#[test]
fn nested_tokens_are_verified_apart() {
    let inner = token(1, 1);
    let tagged = [&[0xd2], &inner[..]].concat();
    let tagged = if inner[0] == 0xd2 { inner.clone() } else { tagged };
    let part = NamedSubmodule { name: "modem", submodule: Submodule::NestedToken(&tagged) };
    let mut evidence = with_submodules(&[part]).unwrap();
    assert_eq!(evidence.submodules[0].claims, None);
    let claims = verify(&inner, 1).unwrap();
    assert_eq!(evidence.complete("tee", &claims), Err(EvidenceError::NoSubmodule));
    assert_eq!(evidence.complete("modem", &claims), Ok(()));
    assert_eq!(evidence.complete("modem", &claims), Err(EvidenceError::NoSubmodule));

    let references = References::new(vec![release(1), release(2)]);
    let (device, policy) = (enrolment(), Policy::new("p"));
    let appraisal = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW).unwrap();
    assert_eq!(appraisal.vector().tier(), Tier::Affirming);
    assert_eq!(appraisal.submodules()[0].vector().tier(), Tier::Warning);
    assert!(
        matches!(appraisal.decision(), Decision::UpdateOnly(release) if release.sequence_number == Some(2))
    );
}
