//! Each mistake is named once, at its byte, and what is right is left alone.

use crate::examples::{
    CLASS_ID, IMAGE_A, SIZE_A, Steps, VENDOR_ID, download, example_0, example_1, image_digest,
    one_component,
};
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, Curve, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{EnvelopeBuilder, ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, CustomArgument};
use hexad_suit::lint::{Finding, Level, lint};
use hexad_suit::parameter::Parameter;
use hexad_suit::report::{Capabilities, CapabilityReport};
use hexad_suit::{Envelope, labels};

fn signed(manifest: &ManifestBuilder) -> EnvelopeBuilder {
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    envelope.sign(Sign1::builder(Algorithm::ESP256), &key, &mut RustCrypto).unwrap();
    envelope
}

fn findings_of(envelope: &EnvelopeBuilder, target: Option<&Capabilities<'_>>) -> Vec<Finding> {
    let bytes = envelope.encode().unwrap();
    let envelope = Envelope::parse(&bytes).unwrap();
    let manifest = envelope.unverified_manifest(&mut RustCrypto).unwrap();
    let mut encoded = Vec::new();
    let target = target.map(|target| {
        target.encode(&mut Encoder::appending(&mut encoded)).unwrap();
        CapabilityReport::parse(&encoded).unwrap()
    });
    let found = lint(&envelope, &manifest, target.as_ref(), &mut RustCrypto).unwrap();
    for finding in &found {
        assert!(finding.offset < bytes.len(), "{finding:?}");
        assert!(!finding.cure.is_empty() && !finding.section.is_empty());
    }
    found
}

fn rules(manifest: &ManifestBuilder) -> Vec<&'static str> {
    findings_of(&signed(manifest), None).iter().map(|finding| finding.rule).collect()
}

/// Examples of the draft have no mistakes.
#[test]
fn what_is_right_is_left_alone() {
    assert_eq!(rules(&example_0()), Vec::<&str>::new());
    assert_eq!(rules(&example_1()), Vec::<&str>::new());
}

/// 6.2: vendor and class are checked in the shared sequence.
#[test]
fn compatibility() {
    let mut manifest = ManifestBuilder::new(1);
    manifest.component(&[b"a"]);
    manifest.shared_sequence(Sequence::new().set(&[VENDOR_ID]).check(Condition::VendorIdentifier));
    manifest.validate(Sequence::new().check(Condition::VendorIdentifier));
    assert_eq!(rules(&manifest), ["no-compatibility-check"]);
}

/// Fetches that are not limited, not checked, or of nowhere.
#[test]
fn fetches() {
    let mut manifest = example_1();
    let uri = Parameter::Uri("http://example.com/file.bin");
    manifest.install(Sequence::new().set(&[uri]).act(Action::Fetch));
    // suit-validate checks it all the same; without that nothing does.
    assert_eq!(rules(&manifest), Vec::<&str>::new());
    manifest.validate(Sequence::new().check(Condition::VendorIdentifier));
    assert_eq!(rules(&manifest), ["no-image-match"]);
    manifest.install(Sequence::new().act(Action::Fetch).check(Condition::ImageMatch));
    assert_eq!(rules(&manifest), ["missing-parameter"]);

    let mut manifest = one_component(1);
    let shared = Sequence::new().set(&[VENDOR_ID, CLASS_ID, image_digest(&IMAGE_A)]);
    manifest.shared_sequence(shared.compatibility());
    manifest.install(download("http://example.com/file.bin"));
    let found = findings_of(&signed(&manifest), None);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule, found[0].level), ("unbounded-fetch", Level::Error));
    assert!(found[0].section.contains("image-size"));
}

/// 7.2: nothing is invoked that was not checked in the same procedure, whatever was checked at install.
#[test]
fn invocation() {
    let mut manifest = example_0();
    manifest.validate(Sequence::new().check(Condition::VendorIdentifier));
    assert_eq!(rules(&manifest), ["invoke-unchecked"]);
    // Checked in one of two alternatives alone is not checked.
    let checked = Sequence::new().check(Condition::ImageMatch);
    let unchecked = Sequence::new().check(Condition::ClassIdentifier);
    manifest.validate(Sequence::new().try_each(&[checked.clone(), unchecked], false).unwrap());
    assert_eq!(rules(&manifest), ["invoke-unchecked"]);
    manifest.validate(Sequence::new().try_each(&[checked.clone(), checked], false).unwrap());
    assert_eq!(rules(&manifest), Vec::<&str>::new());
    // Copied after it was checked, it has to be checked again.
    let mut manifest = example_0();
    manifest.component(&[b"ram"]);
    let shared =
        Sequence::new().index(0).set(&[VENDOR_ID, CLASS_ID, image_digest(&IMAGE_A), SIZE_A]);
    manifest.shared_sequence(shared.compatibility());
    manifest.validate(Sequence::new().index(0).check(Condition::ImageMatch));
    let copy = Sequence::new().index(1).set(&[Parameter::SourceComponent(0)]).act(Action::Copy);
    manifest.load(copy).invoke(Sequence::new().index(1).act(Action::Invoke));
    assert_eq!(rules(&manifest), ["no-image-match", "invoke-unchecked"]);
}

/// 6.2: sequences for several components begin with set-component-index; components that nothing uses.
#[test]
fn components() {
    let mut manifest = example_1();
    manifest.component(&[b"unused"]);
    let found = rules(&manifest);
    assert_eq!(found.iter().filter(|rule| **rule == "no-component-index").count(), 3);
    assert!(found.contains(&"component-unused"), "{found:?}");
}

/// 8.6: what is severed and needed, and what was not worth it.
#[test]
fn severing() {
    let mut manifest = example_1();
    manifest.sever(labels::manifest::INSTALL);
    let mut envelope = signed(&manifest);
    assert_eq!(findings_of(&envelope, None), []);
    envelope.strip();
    let found = findings_of(&envelope, None);
    assert_eq!((found[0].rule, found[0].level), ("severed-needed", Level::Error));
    manifest.reference_uri("https://example.com/m.suit");
    let found = findings_of(signed(&manifest).strip(), None);
    assert_eq!((found[0].rule, found[0].level), ("severed-needed", Level::Warning));
    let mut manifest = example_1();
    manifest.text("en", None, labels::text::UPDATE_DESCRIPTION, "x").sever(labels::manifest::TEXT);
    assert_eq!(rules(&manifest), ["severed-small"]);
}

/// Integrated payloads that are missing, others than the manifest says, or of no use.
#[test]
fn integrated_payloads() {
    let image = b"an image";
    let digest = <RustCrypto as hexad_cose_core::crypto::Hash>::digest(
        &mut RustCrypto,
        hexad_cose_core::HashAlgorithm::Sha256,
        &hexad_cose_core::Segments::plain(image),
    )
    .unwrap();
    let digest: &[u8; 32] = digest.as_bytes().try_into().unwrap();
    let mut manifest = one_component(1);
    let own = [VENDOR_ID, CLASS_ID, image_digest(digest), Parameter::ImageSize(8)];
    manifest.shared_sequence(Sequence::new().set(&own).compatibility());
    manifest.install(download("#app"));
    let mut envelope = signed(&manifest);
    let names = |envelope: &EnvelopeBuilder| -> Vec<_> {
        findings_of(envelope, None).iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(names(&envelope), ["payload-missing"]);
    envelope.integrated_payload("#app", image);
    assert_eq!(names(&envelope), Vec::<&str>::new());
    envelope.integrated_payload("#app", b"another image");
    let found = findings_of(&envelope, None);
    assert_eq!(found.len(), 2, "size and digest: {found:?}");
    envelope.integrated_payload("#app", image).integrated_payload("#other", image);
    assert_eq!(names(&envelope), ["payload-unused"]);
}

/// Envelopes that nobody signed; custom commands in the assigned range (8.4.11).
#[test]
fn signatures_and_custom_commands() {
    let unsigned = example_1().build(&mut RustCrypto).unwrap();
    assert_eq!(findings_of(&unsigned, None)[0].rule, "unsigned");
    let mut manifest = example_1();
    let custom = |label| {
        let sequence = Sequence::new().custom(label, CustomArgument::Nil).unwrap();
        sequence.check(Condition::ImageMatch)
    };
    manifest.install(custom(-256));
    assert_eq!(rules(&manifest), ["custom-label"]);
    manifest.install(custom(-257));
    assert_eq!(rules(&manifest), Vec::<&str>::new());
}

/// draft-ietf-suit-report-18, 6: what the target's capability report does not list.
#[test]
fn targets() {
    let fits = Capabilities {
        components: &[(&[&[0]], false)],
        commands: &[23],
        parameters: &[5],
        crypt_algos: &[-9],
        ..Capabilities::default()
    };
    let rules = |manifest: &ManifestBuilder, target: &Capabilities<'_>| -> Vec<_> {
        findings_of(&signed(manifest), Some(target)).iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(rules(&example_0(), &fits), Vec::<&str>::new());
    let other = Capabilities { components: &[(&[b"app"], true)], ..fits };
    assert_eq!(rules(&example_0(), &other), ["target-component"]);
    let other = Capabilities { commands: &[22], ..fits };
    assert_eq!(rules(&example_0(), &other), ["target-command"]);
    let other = Capabilities { crypt_algos: &[-7], ..fits };
    assert_eq!(rules(&example_0(), &other), ["target-algorithm"]);
    let other = Capabilities { manifest: &[7], ..fits };
    assert_eq!(rules(&example_0(), &other), ["target-element"], "suit-invoke");
    let mut manifest = example_0();
    let set = [Parameter::InvokeArgs(b"-v")];
    manifest.invoke(Sequence::new().set(&set).act(Action::Invoke));
    assert_eq!(rules(&manifest, &fits), ["target-parameter"]);
}
