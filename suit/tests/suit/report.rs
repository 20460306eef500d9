//! SUIT_Report (draft-ietf-suit-report-18): written on a device, read and replayed by who has the
//! manifest.

use std::cell::RefCell;

use crate::common::{anchor, from_hex};
use crate::device::{CLASS, Device, VENDOR};
use crate::examples::Steps;
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{
    Algorithm, Curve, Encrypt0, ErrorKind as Cbor, Expect, HashAlgorithm, Mac0, NewHeaders, Secret,
    Sign1, Verified,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition};
use hexad_suit::digest::Digest;
use hexad_suit::labels::manifest as section;
use hexad_suit::parameter::{Parameter, VendorIdentifier};
use hexad_suit::platform::{ManifestPath, Record};
use hexad_suit::report::replay::{Ended, Replay, replay};
use hexad_suit::report::{
    Capabilities, CapabilityReport, Entry, Outcome, Place, Reason, Reference, Report, ReportWriter,
};
use hexad_suit::{Envelope, Error, ErrorKind, Manifest, Procedure, TrustAnchors};
use proptest::prelude::*;

const DIGEST: [u8; 32] = [7; 32];

fn reference() -> Reference<'static> {
    Reference { uri: "", digest: Digest::new(HashAlgorithm::Sha256, &DIGEST).unwrap() }
}

fn kind<T>(result: Result<T, Error>) -> ErrorKind {
    result.err().expect("it was accepted").kind()
}

/// A manifest for slot 0 or slot 1 that fetches an image and checks it.
fn slots() -> Vec<u8> {
    let image = Digest::new(HashAlgorithm::Sha256, &DIGEST).unwrap();
    let slot = |slot, uri| {
        Sequence::new()
            .set(&[Parameter::ComponentSlot(slot)])
            .check(Condition::ComponentSlot)
            .set(&[Parameter::Uri(uri)])
    };
    let mut manifest = ManifestBuilder::new(1);
    manifest.component(&[b"app"]);
    manifest.shared_sequence(
        Sequence::new()
            .set(&[
                Parameter::VendorIdentifier(VendorIdentifier::Uuid(&VENDOR)),
                Parameter::ClassIdentifier(&CLASS),
                Parameter::ImageDigest(image),
            ])
            .compatibility(),
    );
    let either = [slot(0, "a.bin"), slot(1, "b.bin")];
    let install = Sequence::new().try_each(&either, false).unwrap();
    manifest.install(install.act(Action::Fetch).check(Condition::ImageMatch));
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    envelope.sign(Sign1::builder(Algorithm::ESP256), &key, &mut RustCrypto).unwrap();
    envelope.encode().unwrap()
}

fn verified(bytes: &[u8]) -> Verified<Manifest<'_>> {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    let keys = [anchor(&key)];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    Envelope::parse(bytes).unwrap().authenticate(&anchors, &mut RustCrypto).unwrap()
}

/// Writes the report of a device's records, as a device would.
fn write<'w>(
    records: &[Record],
    result: Result<(), Error>,
    manifest: &Manifest<'_>,
    buffer: &'w mut [u8],
) -> &'w [u8] {
    let mut report = ReportWriter::new(buffer, None, reference()).unwrap();
    for record in records {
        let place = Place::of(record, manifest).unwrap();
        let ended_here =
            record.result.is_err() && record.offset == result.map_or_else(Error::offset, |()| 0);
        if !ended_here {
            report.heed(record, &place, &[]).unwrap();
        }
    }
    let outcome = match result {
        Ok(()) => Outcome::Success,
        Err(error) => {
            let last = records.last().unwrap();
            let place = Place::of(last, manifest).unwrap();
            Outcome::Failure { code: -1, place, reason: Reason::of(error.kind()) }
        }
    };
    report.finish(outcome, None).unwrap()
}

fn texts(replay: &Replay) -> Vec<&str> {
    replay.events.iter().map(|event| event.text.as_str()).collect()
}

/// The whole way: a device in slot 1 refuses the first alternative, fetches what is not the image, and
/// the receiver tells all of that from the report and the manifest.
#[test]
fn a_receiver_tells_what_a_device_decided() {
    let bytes = slots();
    let manifest = verified(&bytes);
    let mut device = Device::new(1);
    device.server = vec![("b.bin", b"something else".to_vec())];
    let result = device.run(&manifest, Procedure::Update).map(|_| ());
    assert_eq!(result.map_err(Error::kind), Err(ErrorKind::ConditionFailed(3)));

    let mut buffer = [0; 1024];
    let written = write(&device.records, result, &manifest, &mut buffer);
    let report = Report::parse(written).unwrap();
    let (code, place, reason) = report.result().unwrap_err();
    assert_eq!((code, reason, place.section()), (-1, Reason::ConditionFailed, section::INSTALL));
    let told = replay(&report, &manifest, &[], None);
    let expected = [
        "component 0 [h'617070']: condition-vendor-identifier (fafafafa-fafa-fafa-fafa-fafafafafafa): holds",
        "component 0 [h'617070']: condition-class-identifier (14141414-1414-1414-1414-141414141414): holds",
        "component 0 [h'617070']: condition-component-slot (0): does not hold",
        "component 0 [h'617070']: condition-component-slot (1): holds",
        "component 0 [h'617070']: directive-fetch (\"b.bin\"): done",
    ];
    assert_eq!(texts(&told)[..5], expected);
    assert_eq!(told.events.len(), 6);
    assert_eq!(told.events[5].ended, Ended::Badly);
    assert!(told.conclusion.contains("a condition does not hold"), "{}", told.conclusion);
    assert_eq!(told.contradictions, Vec::<String>::new());
    // What the receiver tells is what the device's own records say, command by command.
    let conditions = device.records.iter().filter(|record| record.policy.bits() != 0);
    let own: Vec<_> = conditions.map(|it| (it.command, it.offset, it.result.is_ok())).collect();
    let found = |event: &hexad_suit::report::replay::Event| {
        (event.command, event.offset, event.ended == Ended::Well)
    };
    assert_eq!(told.events.iter().map(found).collect::<Vec<_>>(), own);
}

/// Section 3: a report of success without any record is enough when nothing failed.
#[test]
fn success_needs_few_records() {
    let bytes = slots();
    let manifest = verified(&bytes);
    let mut buffer = [0; 256];
    let written =
        ReportWriter::new(&mut buffer, None, reference()).unwrap().finish(Outcome::Success, None);
    let written = written.unwrap();
    let report = Report::parse(written).unwrap();
    assert_eq!(report.result().map_err(|_| ()), Ok(()));
    let told = replay(&report, &manifest, &[], None);
    assert_eq!(told.conclusion, "the procedure succeeded");
    let slot = "component 0 [h'617070']: condition-component-slot (0): holds";
    assert!(texts(&told).contains(&slot), "no record, so the first alternative was taken");
}

/// The bytes of the draft's CDDL, in deterministic encoding.
#[test]
fn the_encoding_is_the_drafts() {
    let mut buffer = [0; 256];
    let mut report = ReportWriter::new(&mut buffer, Some(&[0xab]), reference()).unwrap();
    let place = Place {
        manifest_id: ManifestPath::ROOT.then(1).unwrap().then(0).unwrap(),
        section: section::INSTALL,
        offset: 300,
        component: 2,
    };
    report.record(&place, &[Parameter::ComponentSlot(1)]).unwrap();
    let reason = Reason::OperationFailed;
    let outcome = Outcome::Failure { code: 5, place, reason };
    let written = report.finish(outcome, None).unwrap();
    let expected = "a4 02 41ab 03 81 85 820100 14 19012c 02 a10501 \
        04 a3 05 05 06 85 820100 14 19012c 02 a0 07 0b \
        1863 82 60 82 2f 5820";
    let mut expected = from_hex(expected);
    expected.extend(DIGEST);
    assert_eq!(written, expected);

    let report = Report::parse(written).unwrap();
    let Some(Entry::Record(record)) = report.entries().next() else { panic!() };
    assert!(record.manifest_id().iter().eq([1, 0]) && !record.manifest_id().is_root());
    assert_eq!((record.section_offset(), record.component_index()), (300, 2));
    assert_eq!(record.properties().get(5), Some(Parameter::ComponentSlot(1)));
    assert_eq!(report.reference(), reference());
}

/// System properties are maps among the records, scoped by a component.
#[test]
fn system_properties() {
    let bytes = slots();
    let manifest = verified(&bytes);
    let component = manifest.components().get(0).unwrap();
    let mut buffer = [0; 256];
    let mut report = ReportWriter::new(&mut buffer, None, reference()).unwrap();
    assert_eq!(kind(report.system_properties(component, &[])), ErrorKind::Cose(Cbor::Length));
    let measured = [Parameter::ImageSize(5), Parameter::ClassIdentifier(&CLASS)];
    let unsorted = report.system_properties(component, &measured);
    assert_eq!(kind(unsorted), ErrorKind::Cose(Cbor::DuplicateKey));
    let [size, class] = measured;
    report.system_properties(component, &[class, size]).unwrap();
    let written = report.finish(Outcome::Success, None).unwrap();
    let report = Report::parse(written).unwrap();
    let entries: Vec<_> = report.entries().collect();
    let [Entry::SystemProperties(claims)] = entries[..] else { panic!("{entries:?}") };
    assert_eq!(claims.component(), component);
    assert!(claims.properties().iter().eq([class, size]));
}

/// However many records there are, a report can be finished in the buffer that it began in.
#[test]
fn a_full_buffer_still_makes_a_report() {
    for size in 0..200 {
        let mut buffer = vec![0; size];
        let Ok(mut report) = ReportWriter::new(&mut buffer, None, reference()) else { continue };
        let place = Place {
            manifest_id: ManifestPath::ROOT.then(3).unwrap(),
            section: section::VALIDATE,
            offset: 9,
            component: 0,
        };
        let mut count = 0;
        while report.record(&place, &[Parameter::ImageSize(9)]).is_ok() {
            count += 1;
        }
        let outcome = Outcome::Failure { code: i64::MIN, place, reason: Reason::InvokePending };
        let written = report.finish(outcome, None).unwrap();
        assert_eq!(Report::parse(written).unwrap().entries().count(), count, "{size}");
    }
}

/// Section 6: what a device can do, required lists and prefixes of component identifiers.
#[test]
fn capabilities() {
    let capabilities = Capabilities {
        components: &[(&[b"app"], false), (&[b"fs"], true)],
        commands: &[1, 2, 3, 20, 21],
        parameters: &[1, 2, 3, 14, 21],
        crypt_algos: &[-9, -16],
        manifest: &[1, 2, 3, 7, 9, 20],
        ..Capabilities::default()
    };
    let mut encoded = Vec::new();
    capabilities.encode(&mut Encoder::appending(&mut encoded)).unwrap();
    let expected = "a5 01 82 8143617070 82426673f5 02 85 0102031415 03 85 0102030e15 04 82 282f \
        06 86 010203070914";
    assert_eq!(encoded, from_hex(expected));
    let read = CapabilityReport::parse(&encoded).unwrap();
    assert!(read.commands().contains(21) && !read.commands().contains(22));
    assert!(read.envelope().is_none() && read.manifest().unwrap().contains(20));
    let bytes = slots();
    let manifest = verified(&bytes);
    assert!(read.has_component(manifest.components().get(0).unwrap()));

    let mut buffer = [0; 256];
    let report = ReportWriter::new(&mut buffer, None, reference()).unwrap();
    let written = report.finish(Outcome::Success, Some(&capabilities)).unwrap();
    assert!(Report::parse(written).unwrap().capabilities().unwrap().parameters().contains(14));

    let missing = Capabilities { commands: &[], ..capabilities };
    let error = missing.encode(&mut Encoder::appending(&mut Vec::new())).unwrap_err();
    assert_eq!(error.kind(), Cbor::Length);
    let parse = |hex: &str| CapabilityReport::parse(&from_hex(hex)).err().map(Error::kind);
    let lists = "02 81 01 03 81 01 04 81 2f";
    assert_eq!(parse(&format!("a4 01 81 8141 00 {lists}")), None);
    assert_eq!(parse(&format!("a4 01 81 80 {lists}")), None, "an empty identifier");
    assert_eq!(parse(&format!("a4 01 80 {lists}")), Some(ErrorKind::Cose(Cbor::Length)));
    assert_eq!(parse(&format!("a3 {lists}")), Some(ErrorKind::MissingElement(1)));
    assert_eq!(parse("a1 01 81 80"), Some(ErrorKind::MissingElement(2)));
    let after = format!("a4 01 81 82f5 41 00 {lists}");
    assert_eq!(parse(&after), Some(ErrorKind::Cose(Cbor::InvalidValue)), "true stands last");
    let path = format!("a5 01 81 80 {lists} 83030301 81 03");
    assert_eq!(parse(&path), None, "section 6: a path to an element that was added");
}

/// Section 9: in a COSE_Sign1 or COSE_Mac0, and encrypted inside one.
#[test]
fn reports_are_protected() {
    let mut buffer = [0; 256];
    let written =
        ReportWriter::new(&mut buffer, None, reference()).unwrap().finish(Outcome::Success, None);
    let written = written.unwrap();
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    let mut out = [0; 512];
    let draft = Sign1::builder(Algorithm::ESP256).payload(written, &mut out).unwrap();
    let signed = draft.sign(&key, &mut RustCrypto).unwrap();
    let expect = Expect::alg(Algorithm::ESP256);
    let check = Sign1::parse(signed).unwrap().check(&anchor(&key), expect, &mut RustCrypto);
    let message = check.unwrap().run(&mut RustCrypto).unwrap();
    assert_eq!(Report::verified(&message).unwrap().reference(), reference());

    let secret = Secret::new(&[9; 32][..], Algorithm::HMAC_256);
    let mut out = [0; 512];
    let draft = Mac0::builder(Algorithm::HMAC_256).payload(written, &mut out).unwrap();
    let tagged = draft.mac(&secret, &mut RustCrypto).unwrap();
    let expect = Expect::alg(Algorithm::HMAC_256);
    let message = Mac0::parse(tagged).unwrap().verify(&secret, expect, &mut RustCrypto).unwrap();
    assert_eq!(Report::verified(&message).unwrap().reference(), reference());

    let key = Secret::new(&[5; 16][..], Algorithm::A128GCM);
    let mut sealed = [0; 512];
    let headers = NewHeaders::new(Algorithm::A128GCM).iv(&[1; 12]);
    let sealed =
        Encrypt0::builder(headers).seal(written, &key, &mut sealed, &mut RustCrypto).unwrap();
    let mut plaintext = [0; 512];
    let opened = Encrypt0::parse(sealed)
        .unwrap()
        .decrypt(&key, Expect::alg(Algorithm::A128GCM), &mut plaintext, &mut RustCrypto)
        .unwrap();
    assert_eq!(Report::parse(&opened).unwrap().reference(), reference());
}

/// Section 5: records of sequences that do not exist, or at bytes where no command is, show that the
/// report is not of this manifest, or its maker is not to be believed.
#[test]
fn contradictions_are_named() {
    let bytes = slots();
    let manifest = verified(&bytes);
    let told = |place: Place, outcome| {
        let mut buffer = [0; 256];
        let mut report = ReportWriter::new(&mut buffer, None, reference()).unwrap();
        report.record(&place, &[]).unwrap();
        let written = report.finish(outcome, None).unwrap().to_vec();
        replay(&Report::parse(&written).unwrap(), &manifest, &[], None).contradictions
    };
    let at =
        |section, offset| Place { manifest_id: ManifestPath::ROOT, section, offset, component: 0 };
    let found = told(at(section::LOAD, 1), Outcome::Success);
    assert!(found[0].contains("section 8, which the manifest does not have"), "{found:?}");
    let found = told(at(section::INSTALL, 2), Outcome::Success);
    assert!(found[0].contains("1 records are for commands that were not reached"), "{found:?}");
    let place = at(section::INSTALL, 2);
    let failure = Outcome::Failure { code: 0, place, reason: Reason::ConditionFailed };
    assert_eq!(told(place, failure).len(), 2);
}

/// With a policy that records success, too, what was measured tells which it was.
#[test]
fn measured_values_settle_how_a_condition_ended() {
    let bytes = slots();
    let manifest = verified(&bytes);
    let install = manifest.install().present().unwrap();
    let base = install.encoded().offset();
    // The component-slot condition of the first alternative: its label is the first 5 after a map.
    let lines = hexad_suit::inspect::commands(install);
    let condition = lines.iter().find(|line| line.name == "suit-condition-component-slot").unwrap();
    let place = Place {
        manifest_id: ManifestPath::ROOT,
        section: section::INSTALL,
        offset: condition.offset - base,
        component: 0,
    };
    let told = |properties: &[Parameter<'_>]| {
        let mut buffer = [0; 256];
        let mut report = ReportWriter::new(&mut buffer, None, reference()).unwrap();
        report.record(&place, properties).unwrap();
        let written = report.finish(Outcome::Success, None).unwrap().to_vec();
        let told = replay(&Report::parse(&written).unwrap(), &manifest, &[], None);
        assert!(told.contradictions.is_empty(), "{:?}", told.contradictions);
        told.events.iter().find(|event| event.offset == condition.offset).unwrap().ended
    };
    assert_eq!(told(&[Parameter::ComponentSlot(0)]), Ended::Well);
    assert_eq!(told(&[Parameter::ComponentSlot(1)]), Ended::Badly);
    assert_eq!(told(&[]), Ended::Untold, "the policy records both");
}

/// Reasons have the registry's numbers, and errors their reasons.
#[test]
fn reasons() {
    for label in 0..13 {
        assert_eq!(Reason::from_label(label).unwrap().label(), label);
    }
    assert_eq!((Reason::from_label(13), Reason::from_label(-1)), (None, None));
    assert_eq!(Reason::of(ErrorKind::NotAuthenticated), Reason::Unauthorised);
    assert_eq!(Reason::of(ErrorKind::UnsupportedCommand(40)), Reason::CommandUnsupported);
    assert_eq!(Reason::of(ErrorKind::Cose(Cbor::UnexpectedEnd)), Reason::CborParse);
    assert_eq!(Reason::of(ErrorKind::DirectiveFailed(21)), Reason::OperationFailed);
}

/// What is no report is refused at the byte where it is not.
#[test]
fn malformed_reports() {
    let parse = |hex: &str| Report::parse(&from_hex(hex)).err().map(Error::kind);
    let digest = format!("1863 82 60 82 2f 5820 {}", "00".repeat(32));
    let cose = |kind| Some(ErrorKind::Cose(kind));
    assert_eq!(parse(&format!("a3 03 80 04 f5 {digest}")), None);
    assert_eq!(parse(&format!("a3 03 80 04 f4 {digest}")), cose(Cbor::InvalidValue));
    assert_eq!(parse("a2 03 80 04 f5"), Some(ErrorKind::MissingElement(99)));
    assert_eq!(parse(&format!("a2 04 f5 {digest}")), Some(ErrorKind::MissingElement(3)));
    assert_eq!(parse(&format!("a3 03 80 04 a0 {digest}")), Some(ErrorKind::MissingElement(5)));
    let failure = format!("a3 03 80 04 a3 05 00 06 85 80 07 00 00 a0 07 0d {digest}");
    assert_eq!(parse(&failure), cose(Cbor::InvalidValue), "reason 13");
    assert_eq!(
        parse(&format!("a4 01 00 03 80 04 f5 {digest}")),
        Some(ErrorKind::UnexpectedElement(1))
    );
    let short = format!("a3 03 81 84 80 07 00 00 04 f5 {digest}");
    assert_eq!(parse(&short), cose(Cbor::Length), "a record without properties");
    let claims = format!("a3 03 81 a1 0e 05 04 f5 {digest}");
    assert_eq!(parse(&claims), Some(ErrorKind::MissingElement(0)), "properties of nothing");
    assert_eq!(parse(&format!("a3 03 80 04 f5 {digest} 00")), cose(Cbor::TrailingBytes));
}

thread_local! {
    static SLOTS: RefCell<Vec<u8>> = RefCell::new(slots());
}

proptest! {
    /// No bytes make a panic, and whatever is read is told to its end.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..100), at in 0usize..80, to in any::<u8>()) {
        let _ = Report::parse(&bytes);
        SLOTS.with_borrow(|slots| {
            let manifest = Envelope::parse(slots).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
            let mut buffer = [0; 256];
            let mut report = ReportWriter::new(&mut buffer, None, reference()).unwrap();
            let place = Place { manifest_id: ManifestPath::ROOT, section: section::INSTALL, offset: 4, component: 0 };
            report.record(&place, &[Parameter::ComponentSlot(1)]).unwrap();
            let outcome = Outcome::Failure { code: 0, place, reason: Reason::ConditionFailed };
            let mut changed = report.finish(outcome, None).unwrap().to_vec();
            let at = at % changed.len();
            changed[at] = to;
            if let Ok(report) = Report::parse(&changed) {
                prop_assert!(!replay(&report, &manifest, &[], None).conclusion.is_empty());
            }
            Ok(())
        })?;
    }
}
