use hexad_cose_core::HashAlgorithm;
use hexad_eat::DebugStatus;
use hexad_eat::ear::{Aspect, Tier, TrustClaim};

use super::{Decision, Enrolment, Missing, Outcome, Policy, Refusal};
use crate::endorsement::Endorsement;
use crate::evidence::{Evidence, MeasuredSoftware, ModuleClaims, SubmoduleEvidence};
use crate::reference::References;
use crate::release::{DigestValue, MeasuredFile, Release, Source};

const NONCE: &[u8] = &[7; 32];
const NOW: i64 = 1_800_000_000;

fn file(digest: u8) -> MeasuredFile {
    MeasuredFile {
        path: "lamp.bin".into(),
        size: Some(4),
        hashes: vec![(1, vec![digest; 32])],
        version: None,
    }
}

fn manifest(number: u8) -> DigestValue {
    DigestValue { algorithm: HashAlgorithm::Sha256, bytes: vec![number; 32] }
}

fn release(number: u8) -> Release {
    Release {
        source: Source::Manifest,
        manifest: Some(manifest(number)),
        sequence_number: Some(number.into()),
        tag_id: format!("example.com/lamp-{number}"),
        software_name: "lamp".into(),
        software_version: Some(format!("{number}.0.0")),
        version_scheme: None,
        files: vec![file(number)],
        environments: Vec::new(),
        mud: None,
    }
}

fn references() -> References {
    References::new(vec![release(1), release(2)])
}

fn device() -> Enrolment {
    Enrolment {
        name: "lamp".into(),
        ueid: vec![1; 17],
        oem_id: Some(64242),
        ..Enrolment::default()
    }
}

/// The evidence of an honest device that runs release `number`.
fn evidence(number: u8) -> Evidence {
    let release = release(number);
    Evidence {
        nonces: vec![NONCE.to_vec()],
        ueid: Some(vec![1; 17]),
        oem_id: Some(64242),
        device: ModuleClaims {
            hardware_model: None,
            oem_boot: Some(true),
            debug: Some(DebugStatus::DisabledPermanently),
            software: Some(MeasuredSoftware {
                tag_id: release.tag_id,
                software_version: release.software_version,
                manifest: release.manifest,
                files: release.files,
            }),
        },
        ..Evidence::default()
    }
}

fn software(evidence: &mut Evidence) -> &mut MeasuredSoftware {
    evidence.device.software.as_mut().unwrap()
}

/// What is decided of the evidence, the tier, and the claims that do not match.
fn appraise(evidence: &Evidence) -> (&'static str, Tier, Vec<(&'static str, Outcome)>) {
    let (references, device, policy) = (references(), device(), Policy::new("policy"));
    let appraisal = policy.appraise(evidence, &device, &references, Some(NONCE), NOW).unwrap();
    let decision = match appraisal.decision() {
        Decision::Allowed(release) => {
            assert_eq!(release.sequence_number, Some(2));
            "allowed"
        }
        Decision::UpdateOnly(_) => "update-only",
        Decision::Quarantined => "quarantined",
    };
    let others = appraisal
        .findings()
        .iter()
        .filter(|finding| finding.outcome != Outcome::Matches)
        .map(|finding| (finding.claim, finding.outcome))
        .collect();
    (decision, appraisal.tier(), others)
}

/// The chain's case: the newest release, all as it should be.
#[test]
fn the_newest_release_is_allowed() {
    assert_eq!(appraise(&evidence(2)), ("allowed", Tier::Affirming, vec![]));
}

/// A genuine but older release may be updated, and nothing else.
#[test]
fn an_older_release_is_confined_to_updates() {
    let expected = vec![("measurements", Outcome::Outdated)];
    assert_eq!(appraise(&evidence(1)), ("update-only", Tier::Warning, expected));
}

/// Altered or unknown software is contraindicated, whatever the device says of itself.
#[test]
fn unknown_software_is_quarantined() {
    let mut other = evidence(2);
    software(&mut other).files = vec![file(9)];
    let expected = vec![("measurements", Outcome::Differs)];
    assert_eq!(appraise(&other), ("quarantined", Tier::Contraindicated, expected));

    let mut nothing = evidence(2);
    nothing.device.software = None;
    let expected = vec![("measurements", Outcome::Missing)];
    assert_eq!(appraise(&nothing), ("quarantined", Tier::Contraindicated, expected));
}

/// A device that shows an honest digest but lies about its version is caught, and so is one that
/// names the right version and manifest but shows another digest.
#[test]
fn a_lie_about_version_or_manifest_is_caught() {
    let mut version = evidence(1);
    software(&mut version).tag_id = "example.com/lamp-2".into();
    let expected = vec![("measurements", Outcome::Outdated), ("software", Outcome::Differs)];
    assert_eq!(appraise(&version), ("quarantined", Tier::Contraindicated, expected));

    let mut named = evidence(2);
    software(&mut named).software_version = None;
    let expected = vec![("software", Outcome::Differs)];
    assert_eq!(appraise(&named), ("quarantined", Tier::Contraindicated, expected));

    let mut by_other_manifest = evidence(2);
    software(&mut by_other_manifest).manifest = Some(manifest(1));
    let expected = vec![("manifest", Outcome::Differs)];
    assert_eq!(appraise(&by_other_manifest), ("quarantined", Tier::Contraindicated, expected));

    let mut without_manifest = evidence(2);
    software(&mut without_manifest).manifest = None;
    let expected = vec![("manifest", Outcome::Missing)];
    assert_eq!(appraise(&without_manifest), ("quarantined", Tier::Contraindicated, expected));
}

/// The owner's policy: boot state and debugging, wrong or not said.
#[test]
fn boot_state_is_held_against_the_policy() {
    let mut debugged = evidence(2);
    debugged.device.debug = Some(DebugStatus::Disabled);
    let expected = vec![("dbgstat", Outcome::Differs)];
    assert_eq!(appraise(&debugged), ("quarantined", Tier::Contraindicated, expected));

    let mut foreign = evidence(2);
    foreign.device.oem_boot = Some(false);
    let expected = vec![("oemboot", Outcome::Differs)];
    assert_eq!(appraise(&foreign), ("quarantined", Tier::Contraindicated, expected));

    let mut silent = evidence(2);
    silent.device.debug = None;
    let expected = vec![("dbgstat", Outcome::Missing)];
    assert_eq!(appraise(&silent), ("update-only", Tier::Warning, expected));
}

/// Another maker's hardware under the same key: not the device that was enrolled.
#[test]
fn another_maker_is_not_trusted() {
    let mut other = evidence(2);
    other.oem_id = Some(1);
    let expected = vec![("oemid", Outcome::Differs)];
    assert_eq!(appraise(&other), ("quarantined", Tier::Contraindicated, expected));
}

/// Another nonce, or another device's identifier: not appraised at all.
#[test]
fn evidence_of_another_time_or_device_is_refused() {
    let (references, device, policy) = (references(), device(), Policy::new("policy"));
    let refused = |evidence: &Evidence, nonce: &[u8]| {
        policy.appraise(evidence, &device, &references, Some(nonce), NOW).unwrap_err()
    };
    assert_eq!(refused(&evidence(2), &[8; 32]), Refusal::Nonce);
    let mut other = evidence(2);
    other.ueid = Some(vec![2; 17]);
    assert_eq!(refused(&other, NONCE), Refusal::Ueid);
    other.ueid = None;
    assert_eq!(refused(&other, NONCE), Refusal::Ueid);
}

/// The explanation names each claim and what it comes to.
#[test]
fn the_explanation_says_why() {
    let (references, evidence, device) = (references(), evidence(1), device());
    let policy = Policy::new("policy");
    let appraisal = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW).unwrap();
    let claim = appraisal.vector().get(Aspect::Executables);
    assert_eq!(claim, Some(TrustClaim::UNSAFE_RUNTIME));
    let text = appraisal.explain();
    let measured = "1 file of lamp 1.0.0 (sequence number 1); expected lamp 2.0.0";
    assert!(text.contains(measured), "{text}");
    assert!(text.ends_with("confined to updates, as it runs lamp 1.0.0 (sequence number 1)"));
}

/// The decision, the tier and the outcomes of the claims called `claim`, by the policy in `toml`.
fn appraise_by(toml: &str, evidence: &Evidence, claim: &str) -> (&'static str, Tier, Vec<Outcome>) {
    let (references, device) = (references(), device());
    let policy = Policy::from_toml(toml).unwrap();
    let appraisal = policy.appraise(evidence, &device, &references, Some(NONCE), NOW).unwrap();
    let decision = match appraisal.decision() {
        Decision::Allowed(_) => "allowed",
        Decision::UpdateOnly(_) => "update-only",
        Decision::Quarantined => "quarantined",
    };
    let findings = appraisal.findings().iter().filter(|finding| finding.claim == claim);
    (decision, appraisal.tier(), findings.map(|finding| finding.outcome).collect())
}

/// A genuine release below the owner's minimum is not even let to its updates.
#[test]
fn minimum_sequence_number() {
    let old = evidence(1);
    let by = |toml| appraise_by(toml, &old, "measurements");
    let outdated = vec![Outcome::Outdated];
    assert_eq!(by("id = 'p'"), ("update-only", Tier::Warning, outdated.clone()));
    let minimum = by("id = 'p'\nminimum-sequence-number = 2");
    assert_eq!(minimum, ("quarantined", Tier::Contraindicated, outdated));
    let newest = appraise_by("id = 'p'\nminimum-sequence-number = 2", &evidence(2), "measurements");
    assert_eq!(newest.0, "allowed");
}

/// What is missing comes to the tier that the owner says.
#[test]
fn missing_claims_and_submodules() {
    let mut silent = evidence(2);
    silent.device.debug = None;
    let missing = vec![Outcome::Missing];
    let warned = appraise_by("id = 'p'", &silent, "dbgstat");
    assert_eq!(warned, ("update-only", Tier::Warning, missing.clone()));
    let strict = appraise_by("id = 'p'\nmissing = 'contraindicated'", &silent, "dbgstat");
    assert_eq!(strict, ("quarantined", Tier::Contraindicated, missing.clone()));

    let with_tee = "id = 'p'\nsubmodules = ['tee']";
    let mut whole = evidence(2);
    assert_eq!(appraise_by(with_tee, &whole, "submods"), ("update-only", Tier::Warning, missing));
    let tee = |debug| SubmoduleEvidence {
        name: "tee".into(),
        claims: Some(ModuleClaims { debug, ..ModuleClaims::default() }),
    };
    whole.submodules = vec![tee(Some(DebugStatus::DisabledPermanently))];
    let there = appraise_by(with_tee, &whole, "submods");
    assert_eq!(there, ("allowed", Tier::Affirming, vec![Outcome::Matches]));
    // It is there, and says nothing of itself.
    whole.submodules = vec![tee(None)];
    assert_eq!(appraise_by(with_tee, &whole, "submods").0, "quarantined");
    // A submodule that can be debugged spoils the whole, demanded or not.
    whole.submodules = vec![tee(Some(DebugStatus::Enabled))];
    let open = appraise_by("id = 'p'", &whole, "dbgstat");
    assert_eq!(open, ("quarantined", Tier::Contraindicated, vec![Outcome::Matches]));
}

/// A policy that can't be meant so is refused at its byte.
#[test]
fn policy_files() {
    let cases = [
        ("debug = 'disabled'", 0),
        ("id = 'p'\ndebug = 'off'", 17),
        ("id = 'p'\nmissing = 'fine'", 19),
        ("id = 'p'\ndebugging = 'disabled'", 9),
        ("id = 'p'\nminimum-sequence-number = -1", 35),
        ("id = ", 5),
        ("id = 'p'\nmax-age = -1", 19),
        ("id = 'p'\n[passport]\ntier = 'none'", 27),
        ("id = 'p'\n[passport]\nprofiles = ['ear']", 32),
    ];
    for (text, offset) in cases {
        let error = Policy::from_toml(text).unwrap_err();
        assert_eq!(error.offset(), offset, "{text}: {error}");
    }
    let policy = Policy::from_toml("id = 'p'").unwrap();
    assert_eq!(policy, Policy::new("p"));
    assert_eq!(policy.missing.tier(), Tier::Warning);
    assert_eq!(Missing::Contraindicated.tier(), Tier::Contraindicated);
}

/// With a greatest age, the time at which the evidence was made counts beside the nonce or in its place; and
/// the device's clock may be fast or slow by the skew, and by no more.
#[test]
fn clock_skew_both_ways() {
    let (references, device) = (references(), device());
    let policy = Policy::from_toml("id = 'p'\nmax-age = 300\nclock-skew = 30").unwrap();
    let at = |iat: Option<i64>, nonce| {
        let evidence = Evidence { iat, ..evidence(2) };
        let appraised = policy.appraise(&evidence, &device, &references, nonce, NOW);
        appraised.map(|appraisal| appraisal.tier())
    };
    for nonce in [None, Some(NONCE)] {
        for iat in [NOW - 330, NOW - 300, NOW, NOW + 30] {
            assert_eq!(at(Some(iat), nonce), Ok(Tier::Affirming), "{}", iat - NOW);
        }
        assert_eq!(at(Some(NOW - 331), nonce), Err(Refusal::TooOld));
        assert_eq!(at(Some(NOW + 31), nonce), Err(Refusal::NotYetValid));
        assert_eq!(at(None, nonce), Err(Refusal::NoTime));
    }
    assert_eq!(at(Some(NOW), Some(&[8; 32])), Err(Refusal::Nonce));
    // Without a greatest age, a time is no proof of freshness; but one in the future is refused.
    let policy = Policy::new("p");
    let evidence = Evidence { iat: Some(NOW + 1), ..evidence(2) };
    let refused = |nonce| policy.appraise(&evidence, &device, &references, nonce, NOW).unwrap_err();
    assert_eq!(refused(None), Refusal::NoFreshness);
    assert_eq!(refused(Some(NONCE)), Refusal::NotYetValid);
}

/// `exp` and `nbf` of the evidence hold, by the same skew.
#[test]
fn evidence_expires() {
    use hexad_eat::Number::Integer;
    let (references, device) = (references(), device());
    let policy = Policy::from_toml("id = 'p'\nclock-skew = 30").unwrap();
    let at = |exp, nbf| {
        let evidence = Evidence { exp, nbf, ..evidence(2) };
        policy.appraise(&evidence, &device, &references, Some(NONCE), NOW).err()
    };
    assert_eq!(at(Some(Integer(NOW - 29)), Some(Integer(NOW + 30))), None);
    assert_eq!(at(Some(Integer(NOW - 30)), None), Some(Refusal::Expired));
    assert_eq!(at(None, Some(Integer(NOW + 31))), Some(Refusal::NotYetValid));
}

/// Least versions by the name of the software and by the scheme of its tag; what can't be compared is too old.
#[test]
fn minimum_versions() {
    let device = device();
    let tier = |toml: &str, scheme| {
        let policy = Policy::from_toml(toml).unwrap();
        let newest = Release { version_scheme: scheme, ..release(2) };
        let references = References::new(vec![newest]);
        let evidence = evidence(2);
        let appraised = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW);
        appraised.unwrap().tier()
    };
    let semver = Some(hexad_coswid::VersionScheme::Semver);
    let minimum = |version: &str| format!("id = 'p'\n[minimum-versions]\nlamp = '{version}'");
    assert_eq!(tier(&minimum("1.9.9"), semver), Tier::Affirming);
    assert_eq!(tier(&minimum("2.0.1"), semver), Tier::Contraindicated);
    assert_eq!(tier(&minimum("1.9.9"), None), Tier::Contraindicated);
    assert_eq!(tier("id = 'p'\n[minimum-versions]\nother = '9'", None), Tier::Affirming);
}

/// A submodule that measures its software is appraised like a device, and spoils the whole as far as it is wrong; one
/// whose claims nobody has verified counts as missing where it is demanded.
#[test]
fn submodules_have_appraisals_of_their_own() {
    let modem = |claims| SubmoduleEvidence { name: "modem".into(), claims };
    let with = |toml: &str, part: SubmoduleEvidence| {
        let evidence = Evidence { submodules: vec![part], ..evidence(2) };
        let (references, device) = (references(), device());
        let policy = Policy::from_toml(toml).unwrap();
        let appraisal = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW).unwrap();
        let part = &appraisal.submodules()[0];
        assert_eq!(part.name(), "modem");
        (part.vector().tier(), appraisal.vector().tier(), appraisal.tier())
    };
    use Tier::{Affirming, Contraindicated, None as Nothing, Warning};
    let (any, measured) = ("id = 'p'", "id = 'p'\nmeasured = ['modem']");
    for toml in [any, measured] {
        assert_eq!(with(toml, modem(Some(evidence(2).device))), (Affirming, Affirming, Affirming));
        assert_eq!(with(toml, modem(Some(evidence(1).device))), (Warning, Affirming, Warning));
        let unknown = with(toml, modem(Some(evidence(3).device)));
        assert_eq!(unknown, (Contraindicated, Affirming, Contraindicated));
    }
    let mut silent = evidence(2).device;
    silent.software = None;
    let unmeasured = with(measured, modem(Some(silent.clone())));
    assert_eq!(unmeasured, (Contraindicated, Affirming, Contraindicated));
    assert_eq!(with(any, modem(Some(silent))), (Affirming, Affirming, Affirming));
    assert_eq!(with(any, modem(None)), (Nothing, Affirming, Affirming));
    assert_eq!(with(measured, modem(None)), (Warning, Warning, Warning));
}

/// A submodule that claims the name of the device would stand for it in the result.
#[test]
fn a_submodule_may_not_claim_the_name_of_its_parent() {
    let part = SubmoduleEvidence { name: "lamp".into(), claims: None };
    let evidence = Evidence { submodules: vec![part], ..evidence(2) };
    let (references, device, policy) = (references(), device(), Policy::new("p"));
    let refused = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW);
    assert_eq!(refused.unwrap_err(), Refusal::SubmoduleName);
}

/// A policy that asks for endorsement takes no key that no chain vouches for; and a chain that names another
/// device is refused.
#[test]
fn endorsement_is_held_against_the_policy() {
    let (references, policy) =
        (references(), Policy::from_toml("id = 'p'\nendorsed = true").unwrap());
    let tier = |endorsement: Option<Endorsement>| {
        let (evidence, device) = (evidence(2), Enrolment { endorsement, ..device() });
        let appraised = policy.appraise(&evidence, &device, &references, Some(NONCE), NOW);
        appraised.map(|appraisal| appraisal.tier())
    };
    let of =
        |ueid| Some(Endorsement { subject: "CN=lamp".into(), anchor: "CN=maker".into(), ueid });
    assert_eq!(tier(None), Ok(Tier::Contraindicated));
    assert_eq!(tier(of(None)), Ok(Tier::Affirming));
    assert_eq!(tier(of(Some(vec![1; 17]))), Ok(Tier::Affirming));
    assert_eq!(tier(of(Some(vec![2; 17]))), Err(Refusal::Ueid));
}
