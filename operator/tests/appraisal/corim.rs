//! Reference values from signed CoRIMs: CoSWIDs, reference triples, and the tag lists that activate them.

use hexad_eat::ear::Tier;
use hexad_operator::appraisal::{Enrolment, Outcome, Policy};
use hexad_operator::environment::Environment;
use hexad_operator::reference::{CorimError, Manifests, Reason, References};

use crate::device::{NONCE, NOW, enrolment, evidence, h, tag, token, with_corim};

/// A CoSWID of version `number` as a tag of a CoRIM.
fn coswid(number: u8) -> String {
    format!("505({})", h(&tag(number, number, true)))
}

/// A CoMID called `id`, with these triples.
fn comid(id: &str, triples: &str) -> String {
    format!("506(<<{{1: {{0: \"{id}\"}}, 4: {triples}}}>>)")
}

/// Reference triples of the class `class`, whose file has this digest by this algorithm.
fn reference(class: &str, algorithm: u8, digest: &[u8]) -> String {
    let digest = h(digest);
    format!("{{0: [[{{0: {class}}}, [{{0: \"lamp.bin\", 1: {{2: [[{algorithm}, {digest}]]}}}}]]]}}")
}

/// What comes of these tags.
fn collect(tags: &[String], lists_required: bool) -> (References, Vec<(String, Reason)>) {
    let mut manifests = Manifests::new(NOW);
    with_corim(&format!("{{0: \"rim\", 1: [{}]}}", tags.join(", ")), |corim| {
        manifests.add(corim, &[]).unwrap();
    });
    let (references, passed_over) = manifests.references(lists_required);
    let passed_over = passed_over.into_iter().map(|passed| (passed.tag_id, passed.reason));
    (references, passed_over.collect())
}

/// The tier of a device that says it is `number` and measures `digest`, and how its measurements compare.
fn appraise(
    references: &References,
    device: &Enrolment,
    number: u8,
    digest: u8,
) -> (Tier, Outcome) {
    let (evidence, policy) = (evidence(&token(number, digest)), Policy::new("p"));
    let appraisal = policy.appraise(&evidence, device, references, Some(NONCE), NOW).unwrap();
    let mut findings = appraisal.findings().iter();
    let found = findings.find(|finding| finding.claim == "measurements").unwrap();
    (appraisal.tier(), found.outcome)
}

/// CoSWIDs are releases, of which the greatest version is the newest; a lie about the version is caught here, too.
#[test]
fn coswids_are_reference_values() {
    let (references, passed_over) = collect(&[coswid(1), coswid(2)], false);
    assert_eq!(passed_over, []);
    let device = enrolment();
    assert_eq!(appraise(&references, &device, 2, 2), (Tier::Affirming, Outcome::Matches));
    assert_eq!(appraise(&references, &device, 1, 1), (Tier::Warning, Outcome::Outdated));
    assert_eq!(appraise(&references, &device, 3, 3), (Tier::Contraindicated, Outcome::Differs));
    assert_eq!(appraise(&references, &device, 2, 1), (Tier::Contraindicated, Outcome::Outdated));
}

/// With tag lists, what none activates is no reference; a list of which a tag is missing activates
/// nothing, and so does one that is not valid now.
#[test]
fn tag_lists_activate_tags() {
    let list = |id: &str, tags: &[&str], until: i64| {
        let tags: Vec<_> = tags.iter().map(|tag| format!("{{0: \"{tag}\"}}")).collect();
        format!("508(<<{{0: {{0: \"{id}\"}}, 1: [{}], 2: {{1: 1({until})}}}}>>)", tags.join(", "))
    };
    let (one, two) = ("example.com/lamp-1", "example.com/lamp-2");
    let with = |list: String| collect(&[coswid(1), coswid(2), list], true);
    let device = enrolment();

    let (references, passed_over) = with(list("list", &[two], NOW));
    assert_eq!(passed_over, [(one.into(), Reason::NotActive)]);
    assert_eq!(appraise(&references, &device, 2, 2).0, Tier::Affirming);
    assert_eq!(appraise(&references, &device, 1, 1).0, Tier::Contraindicated);

    let (references, passed_over) = with(list("list", &[two, "example.com/lamp-3"], NOW));
    assert_eq!(passed_over[0], ("list".into(), Reason::IncompleteList));
    assert!(references.releases().is_empty() && passed_over.len() == 3);

    let (references, passed_over) = with(list("list", &[one, two], NOW - 1));
    assert_eq!(passed_over[0], ("list".into(), Reason::NotValid));
    assert!(references.releases().is_empty());

    let (references, _) = collect(&[coswid(1), coswid(2)], false);
    assert_eq!(references.releases().len(), 2);
}

/// Reference triples hold for their environment: for a class by `hwmodel`, for a vendor and model by enrolment,
/// for one device by its UEID.
#[test]
fn reference_triples_hold_for_their_environment() {
    let lamp = Enrolment {
        environment: Environment {
            vendor: Some("Example Ltd".into()),
            model: Some("lamp".into()),
            ..Environment::default()
        },
        ..enrolment()
    };
    let affirmed = |class: &str, device: &Enrolment| {
        let (references, passed_over) =
            collect(&[comid("m", &reference(class, 1, &[2; 32]))], false);
        assert_eq!(passed_over, []);
        appraise(&references, device, 2, 2).0 == Tier::Affirming
    };
    assert!(affirmed("{0: 560('lamp')}", &lamp) && !affirmed("{0: 560('fan')}", &lamp));
    let model = "{1: \"Example Ltd\", 2: \"lamp\"}";
    assert!(affirmed(model, &lamp) && !affirmed(model, &enrolment()));
    assert!(!affirmed("{1: \"Example Ltd\", 3: 0}", &lamp));

    let one = |ueid: &[u8]| {
        let triples = reference("{0: 560('lamp')}", 1, &[2; 32]);
        let instance = format!("{{1: 550({})}}", h(ueid));
        let (references, _) =
            collect(&[comid("m", &triples.replace("{0: {0: 560('lamp')}}", &instance))], false);
        appraise(&references, &lamp, 2, 2).0
    };
    assert_eq!((one(&[1; 17]), one(&[2; 17])), (Tier::Affirming, Tier::Contraindicated));
}

/// A digest by a weaker algorithm than the reference's proves nothing.
#[test]
fn a_weaker_digest_than_the_reference_is_no_match() {
    let references = |algorithm, digest: &[u8]| {
        collect(&[comid("m", &reference("{0: 560('lamp')}", algorithm, digest))], false).0
    };
    let strong = references(8, &[2; 64]);
    assert_eq!(appraise(&strong, &enrolment(), 2, 2), (Tier::Contraindicated, Outcome::Differs));
    let same = references(1, &[2; 32]);
    assert_eq!(appraise(&same, &enrolment(), 2, 2), (Tier::Affirming, Outcome::Matches));
}

/// All that a CoMID says of an environment has to be measured: a part of it is not the release.
#[test]
fn a_partial_set_of_measurements_is_no_release() {
    let digest = h(&[2; 32]);
    let element = |name: &str| format!("{{0: \"{name}\", 1: {{2: [[1, {digest}]]}}}}");
    let triple = |names: &[&str]| {
        let elements: Vec<_> = names.iter().map(|name| element(name)).collect();
        format!("[{{0: {{0: 560('lamp')}}}}, [{}]]", elements.join(", "))
    };
    let tier = |triples: &[String]| {
        let triples = format!("{{0: [{}]}}", triples.join(", "));
        appraise(&collect(&[comid("m", &triples)], false).0, &enrolment(), 2, 2).0
    };
    assert_eq!(tier(&[triple(&["lamp.bin"])]), Tier::Affirming);
    assert_eq!(tier(&[triple(&["lamp.bin", "boot"])]), Tier::Contraindicated);
    assert_eq!(tier(&[triple(&["lamp.bin"]), triple(&["boot"])]), Tier::Contraindicated);
    assert_eq!(tier(&[triple(&["boot"])]), Tier::Contraindicated);
}

/// A CoMID that replaces another makes it outdated; a later version of a tag corrects the earlier.
#[test]
fn tags_replace_and_correct_one_another() {
    let old = comid("old", &reference("{0: 560('lamp')}", 1, &[1; 32]));
    let new = comid("new", &reference("{0: 560('lamp')}", 1, &[2; 32]));
    let replacing = new.replace("4: {", "3: [{0: \"old\", 1: 1}], 4: {");
    let (references, passed_over) = collect(&[replacing, old.clone()], false);
    assert_eq!(passed_over, []);
    assert_eq!(appraise(&references, &enrolment(), 1, 1), (Tier::Warning, Outcome::Outdated));
    assert_eq!(appraise(&references, &enrolment(), 2, 2), (Tier::Affirming, Outcome::Matches));

    let corrected = new.replace("{0: \"new\"}", "{0: \"old\", 1: 1}");
    let (references, passed_over) = collect(&[corrected, old], false);
    assert_eq!(passed_over, [("old".into(), Reason::Corrected)]);
    assert_eq!(appraise(&references, &enrolment(), 1, 1).0, Tier::Contraindicated);
    assert_eq!(appraise(&references, &enrolment(), 2, 2).0, Tier::Affirming);
}

/// A CoMID binds a CoSWID to an environment; what it refers to must be there.
#[test]
fn coswid_triples_bind_software() {
    let bound = |class: &str, tag: &str| {
        let triples = format!("{{6: [[{{0: {class}}}, [\"{tag}\"]]]}}");
        collect(&[coswid(2), comid("m", &triples)], false)
    };
    let tag = "example.com/lamp-2";
    let tier = |class| appraise(&bound(class, tag).0, &enrolment(), 2, 2).0;
    assert_eq!(tier("{0: 560('lamp')}"), Tier::Affirming);
    assert_eq!(tier("{0: 560('fan')}"), Tier::Contraindicated);
    let (_, passed_over) = bound("{0: 560('lamp')}", "example.com/other");
    assert_eq!(passed_over, [("example.com/other".into(), Reason::Unresolved)]);
}

/// What evidence does not show is not taken for a match: the tag is passed over, and said so.
#[test]
fn what_is_not_evaluated_is_passed_over() {
    let digest = h(&[2; 32]);
    let element = |values: &str| {
        let triple = format!("[{{0: {{0: 560('lamp')}}}}, [{{0: \"lamp.bin\", 1: {values}}}]]");
        comid("m", &format!("{{0: [{triple}]}}"))
    };
    let cases = [
        (element(&format!("{{1: 553(2), 2: [[1, {digest}]]}}")), Reason::Measurement),
        (element("{0: {0: \"1\"}}"), Reason::NotReferenceValues),
        (element("{2: [[6, h'02020202']]}"), Reason::NotReferenceValues),
        (element(&format!("{{2: [[1, {digest}], [1, {digest}]]}}")), Reason::Alternatives),
        (comid("m", &reference("{0: 599(1)}", 1, &[2; 32])), Reason::Environment),
        (format!("505({})", h(&tag(2, 2, false))), Reason::NotReferenceValues),
        ("599(1)".into(), Reason::UnknownTag),
    ];
    for (tag, reason) in cases {
        let (references, passed_over) = collect(std::slice::from_ref(&tag), false);
        assert!(references.releases().is_empty(), "{tag}");
        assert_eq!(
            passed_over.into_iter().map(|(_, it)| it).collect::<Vec<_>>(),
            [reason],
            "{tag}"
        );
    }
}

/// A manifest of a profile that is not known must not be used, nor one whose time is over.
#[test]
fn manifests_of_other_profiles_and_times_are_refused() {
    let add = |members: &str, profiles: &[&str]| {
        let notation = format!("{{0: \"rim\", 1: [{}], {members}}}", coswid(1));
        with_corim(&notation, |corim| Manifests::new(NOW).add(corim, profiles))
    };
    let profile = "3: 32(\"tag:example.com,2026:lamps\")";
    assert_eq!(add(profile, &[]), Err(CorimError::Profile));
    assert_eq!(add(profile, &["tag:example.com,2026:lamps"]), Ok(()));
    assert_eq!(add(&format!("4: {{1: 1({NOW})}}"), &[]), Ok(()));
    assert_eq!(add(&format!("4: {{1: 1({})}}", NOW - 1), &[]), Err(CorimError::NotValid));
    let begins = |from: i64| format!("4: {{0: 1({from}), 1: 1({})}}", NOW + 9);
    assert_eq!(add(&begins(NOW + 1), &[]), Err(CorimError::NotValid));
}
