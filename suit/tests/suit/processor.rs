//! The processor: what each command does, and when a procedure must not go on.

use crate::common::from_hex;
use crate::device::{CLASS, DEVICE, Device, VENDOR};
use crate::refused::encode;
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Key, Segments, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{EnvelopeBuilder, ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, CustomArgument, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::labels::{condition, directive, manifest as element, parameter};
use hexad_suit::parameter::{CustomValue, Parameter, VendorIdentifier};
use hexad_suit::{Envelope, Error, ErrorKind, Options, Outcome, Procedure, TrustAnchors};
use proptest::prelude::*;

const IMAGE: &[u8] = b"an image of 19 byte";
const OTHER: &[u8] = b"another image";
const POLICY: ReportingPolicy = ReportingPolicy::RECORD_ON_FAILURE;

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(bytes)).unwrap();
    digest.as_bytes().try_into().unwrap()
}

/// Parameters that describe an image.
fn describe<'d>(digest: &'d [u8; 32], image: &[u8]) -> [Parameter<'d>; 2] {
    [
        Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, digest).unwrap()),
        Parameter::ImageSize(u64::try_from(image.len()).unwrap()),
    ]
}

/// What a test writes in a sequence, without the words around it.
trait Words: Sized {
    fn set(self, parameters: &[Parameter<'_>]) -> Self;
    fn on(self, index: usize) -> Self;
    fn check(self, condition: Condition) -> Self;
    fn act(self, action: Action) -> Self;
    fn try_first(self, alternatives: &[Self]) -> Self;
    fn run(self, sequence: &Self) -> Self;
}

impl Words for Sequence {
    fn set(self, parameters: &[Parameter<'_>]) -> Self {
        self.override_parameters(parameters).unwrap()
    }

    fn on(self, index: usize) -> Self {
        self.set_component_index(index).unwrap()
    }

    fn check(self, condition: Condition) -> Self {
        self.condition(condition, POLICY).unwrap()
    }

    fn act(self, action: Action) -> Self {
        self.action(action, POLICY).unwrap()
    }

    fn try_first(self, alternatives: &[Self]) -> Self {
        self.try_each(alternatives, false).unwrap()
    }

    fn run(self, sequence: &Self) -> Self {
        self.run_sequence(sequence).unwrap()
    }
}

fn new() -> Sequence {
    Sequence::new()
}

/// A manifest of so many components.
fn of(components: u8) -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(7);
    for index in 0..components {
        manifest.component(&[&[index]]);
    }
    manifest
}

/// Signs the manifest, verifies it and runs a procedure on the device.
fn process(
    manifest: &ManifestBuilder,
    payloads: &[(&str, &[u8])],
    procedure: Procedure,
    device: &mut Device,
) -> Result<Outcome, Error> {
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    for (uri, payload) in payloads {
        envelope.integrated_payload(uri, payload);
    }
    process_envelope(envelope, procedure, device)
}

/// The same with what is in an envelope.
fn process_envelope(
    mut envelope: EnvelopeBuilder,
    procedure: Procedure,
    device: &mut Device,
) -> Result<Outcome, Error> {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap();
    envelope.sign(Sign1::builder(Algorithm::ESP256), &key, &mut RustCrypto).unwrap();
    let bytes = envelope.encode().unwrap();
    let keys = [Key::from_public(key.public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let envelope = Envelope::parse(&bytes).unwrap();
    let manifest = envelope.authenticate(&anchors, &mut RustCrypto).unwrap();
    device.run(&manifest, procedure)
}

/// Sequences may be of indefinite length (the CDDL leaves it open), also inside one another: a break ends
/// the one that it stands in, and nothing behind it is taken for a command.
#[test]
fn sequences_of_indefinite_length_end() {
    let inner = "9f 0c00 ff";
    let install = from_hex(&format!("9f 0c00 1820 44{inner} 0c00 ff"));
    let manifest = encode(|encoder| {
        encoder.map(4)?.integer(1)?.unsigned(1)?.integer(2)?.unsigned(7)?.integer(3)?;
        encoder.bytes(&from_hex("a1 02 81 81 4100"))?.integer(20)?.bytes(&install).map(drop)
    });
    let wrapped = encode(|encoder| encoder.bytes(&manifest).map(drop));
    let digest =
        encode(|encoder| encoder.array(2)?.integer(-16)?.bytes(&sha256(&wrapped)).map(drop));
    let wrapper = encode(|encoder| encoder.array(1)?.bytes(&digest).map(drop));
    let bytes = encode(|encoder| {
        encoder.map(2)?.integer(2)?.bytes(&wrapper)?.integer(3)?.raw(&wrapped).map(drop)
    });
    let envelope = EnvelopeBuilder::parse(&bytes, &Options::default(), &mut RustCrypto).unwrap();
    let mut device = Device::new(1);
    process_envelope(envelope, Procedure::Update, &mut device).unwrap();
    assert_eq!(succeeded(&device), [(12, None), (12, None), (32, Some(0)), (12, None)]);
}

/// Runs `sequence` as suit-install on a manifest of so many components.
fn install(components: u8, sequence: Sequence, device: &mut Device) -> Result<(), ErrorKind> {
    let mut manifest = of(components);
    manifest.install(sequence);
    process(&manifest, &[], Procedure::Update, device).map(|_| ()).map_err(Error::kind)
}

/// The labels of commands that ended well, with their components.
fn succeeded(device: &Device) -> Vec<(i64, Option<usize>)> {
    let well = device.records.iter().filter(|record| record.result.is_ok());
    well.map(|record| (record.command, record.component)).collect()
}

/// 5.3: update runs payload-fetch, install, validate, each after the shared sequence; the sequence
/// number is stored at the very end. Also on a platform that answers every request late.
#[test]
fn update_runs_its_sequences_in_order() {
    for patience in [0, 1, 5] {
        let digest = sha256(IMAGE);
        let mut manifest = of(2);
        manifest
            .shared_sequence(new().on(0).set(&describe(&digest, IMAGE)))
            .validate(new().on(0).check(Condition::ImageMatch))
            .install(new().on(0).set(&[Parameter::SourceComponent(1)]).act(Action::Copy))
            .payload_fetch(new().on(1).set(&[Parameter::Uri("coap://here/i")]).act(Action::Fetch));
        let mut device = Device::new(2);
        device.patience = patience;
        device.server = vec![("coap://here/i", IMAGE.to_vec())];
        let outcome = process(&manifest, &[], Procedure::Update, &mut device).unwrap();
        assert_eq!(outcome.sequence_number, 7);
        let log = [
            "begin coap://here/i for 1 within None",
            "fetched coap://here/i",
            "copy 1 to 0 size Some(19)",
            "store 7",
        ];
        assert_eq!(device.log, log);
        let sections = |shared: bool| {
            let mut sections: Vec<_> = device
                .records
                .iter()
                .filter(|record| record.shared == shared)
                .map(|record| record.section)
                .collect();
            sections.dedup();
            sections
        };
        let order = [element::PAYLOAD_FETCH, element::INSTALL, element::VALIDATE];
        assert_eq!((sections(true), sections(false)), (order.to_vec(), order.to_vec()));
    }
}

/// 5.3: invocation runs validate, load, invoke, and stores nothing.
#[test]
fn invocation_runs_its_sequences_in_order() {
    let digest = sha256(IMAGE);
    let mut manifest = of(2);
    let arguments = Parameter::InvokeArgs(b"-v");
    manifest
        .validate(new().on(0).set(&describe(&digest, IMAGE)).check(Condition::ImageMatch))
        .load(new().on(1).set(&[Parameter::SourceComponent(0)]).act(Action::Copy))
        .invoke(new().on(1).set(&[arguments]).act(Action::Invoke))
        .install(new().on(0).check(Condition::Abort));
    let mut device = Device::new(2);
    device.contents[0] = IMAGE.to_vec();
    process(&manifest, &[], Procedure::Invoke, &mut device).unwrap();
    assert_eq!(device.log, ["copy 0 to 1 size Some(19)", "invoke 1 with Some([45, 118])"]);
    assert_eq!(device.stored, None);
}

/// The sequence number is not stored when anything failed, and storing may fail itself.
#[test]
fn sequence_number_is_stored_only_after_success() {
    let mut device = Device::new(1);
    assert_eq!(
        install(1, new().check(Condition::Abort), &mut device),
        Err(ErrorKind::ConditionFailed(condition::ABORT))
    );
    assert_eq!(device.stored, None);
    device.failing = Some("store 7");
    assert_eq!(
        install(1, new().set(&[Parameter::ImageSize(1)]), &mut device),
        Err(ErrorKind::NotStored)
    );
    assert_eq!(device.stored, None);
}

/// 8.4.9: each condition holds for the right parameter, fails for another, and for none.
#[test]
fn conditions_compare_their_parameters() {
    let (digest, other) = (sha256(IMAGE), sha256(OTHER));
    let [is, size] = describe(&digest, IMAGE);
    let [is_other, _] = describe(&other, IMAGE);
    let vendor = |id| Parameter::VendorIdentifier(id);
    let cases: &[(Condition, &[Parameter<'_>], &[Parameter<'_>])] = &[
        (
            Condition::VendorIdentifier,
            &[vendor(VendorIdentifier::Uuid(&VENDOR))],
            &[vendor(VendorIdentifier::Uuid(&CLASS))],
        ),
        (
            Condition::VendorIdentifier,
            &[vendor(VendorIdentifier::Pen(&[0x19, 0x01]))],
            &[vendor(VendorIdentifier::Pen(&[0x19]))],
        ),
        (
            Condition::ClassIdentifier,
            &[Parameter::ClassIdentifier(&CLASS)],
            &[Parameter::ClassIdentifier(&VENDOR)],
        ),
        (
            Condition::DeviceIdentifier,
            &[Parameter::DeviceIdentifier(&DEVICE)],
            &[Parameter::DeviceIdentifier(&CLASS)],
        ),
        (Condition::ComponentSlot, &[Parameter::ComponentSlot(1)], &[Parameter::ComponentSlot(0)]),
        (Condition::ImageMatch, &[is, size], &[is_other, size]),
        (Condition::ImageMatch, &[is], &[is, Parameter::ImageSize(18)]),
        (Condition::CheckContent, &[Parameter::Content(IMAGE)], &[Parameter::Content(OTHER)]),
        (
            Condition::CheckContent,
            &[Parameter::Content(IMAGE)],
            &[Parameter::Content(b"an image of 19 bytf")],
        ),
    ];
    for patience in [0, 2] {
        for (condition, right, wrong) in cases {
            let run = |sequence: Sequence| {
                let mut device = Device::new(1);
                device.patience = patience;
                device.contents[0] = IMAGE.to_vec();
                install(1, sequence.check(*condition), &mut device)
            };
            assert_eq!(run(new().set(right)), Ok(()), "{condition:?}");
            let failed = Err(ErrorKind::ConditionFailed(condition.label()));
            assert_eq!(run(new().set(wrong)), failed, "{condition:?}");
            let result = run(new());
            assert!(
                matches!(result, Err(ErrorKind::MissingParameter(_))),
                "{condition:?} {result:?}"
            );
        }
    }
}

/// An image with more behind it than image-size says is another image, though its beginning matches.
#[test]
fn longer_image_does_not_match() {
    let digest = sha256(&IMAGE[..18]);
    let mut device = Device::new(1);
    device.contents[0] = IMAGE.to_vec();
    let sequence = new().set(&describe(&digest, &IMAGE[..18])).check(Condition::ImageMatch);
    let failed = Err(ErrorKind::ConditionFailed(condition::IMAGE_MATCH));
    assert_eq!(install(1, sequence, &mut device), failed);
}

/// 8.4.10: directives do what they say, and fail without their parameters or when the platform fails.
#[test]
fn directives_act_on_their_components() {
    let source = Parameter::SourceComponent(1);
    let cases: &[(Action, &[Parameter<'_>], &'static str, i64)] = &[
        (Action::Write, &[Parameter::Content(OTHER)], "write 0", parameter::CONTENT),
        (Action::Copy, &[source], "copy 1 to 0 size None", parameter::SOURCE_COMPONENT),
        (Action::Swap, &[source], "swap 1 and 0", parameter::SOURCE_COMPONENT),
    ];
    for (action, parameters, log, needed) in cases {
        let mut device = Device::new(2);
        device.contents = vec![IMAGE.to_vec(), OTHER.to_vec()];
        assert_eq!(install(2, new().on(0).set(parameters).act(*action), &mut device), Ok(()));
        assert_eq!(device.log, [log, "store 7"]);
        assert_eq!(device.contents[0], OTHER);

        let mut device = Device::new(2);
        device.failing = Some(log);
        let result = install(2, new().on(0).set(parameters).act(*action), &mut device);
        assert_eq!(result, Err(ErrorKind::DirectiveFailed(action.label())));
        let result = install(2, new().on(0).act(*action), &mut Device::new(2));
        assert_eq!(result, Err(ErrorKind::MissingParameter(*needed)));
    }
    let result = install(1, new().act(Action::Fetch), &mut Device::new(1));
    assert_eq!(result, Err(ErrorKind::MissingParameter(parameter::URI)));
}

/// A payload larger than image-size is refused: in the envelope or the manifest before it is written.
#[test]
fn image_size_limits_what_is_stored() {
    let small = Parameter::ImageSize(18);
    let mut device = Device::new(1);
    let write = new().set(&[small, Parameter::Content(IMAGE)]).act(Action::Write);
    assert_eq!(install(1, write, &mut device), Err(ErrorKind::ImageSize));

    let mut manifest = of(1);
    manifest.install(new().set(&[small, Parameter::Uri("#app")]).act(Action::Fetch));
    let error = process(&manifest, &[("#app", IMAGE)], Procedure::Update, &mut device).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ImageSize);
    assert!(device.log.is_empty(), "nothing was written: {:?}", device.log);

    device.server = vec![("coap://here/i", IMAGE.to_vec())];
    let fetch = new().set(&[small, Parameter::Uri("coap://here/i")]).act(Action::Fetch);
    assert_eq!(install(1, fetch, &mut device), Err(ErrorKind::ImageSize));
    assert_eq!(device.log[0], "begin coap://here/i for 0 within Some(18)");
}

/// 5.4: an integrated payload is what its key names; a fragment that names none is a failed fetch.
#[test]
fn integrated_payloads_are_written() {
    let digest = sha256(IMAGE);
    let mut manifest = of(1);
    manifest.install(
        new()
            .set(&describe(&digest, IMAGE))
            .set(&[Parameter::Uri("#app")])
            .act(Action::Fetch)
            .check(Condition::ImageMatch),
    );
    let run = |payloads: &[(&str, &[u8])]| {
        process(&manifest, payloads, Procedure::Update, &mut Device::new(1)).map_err(Error::kind)
    };
    assert!(run(&[("#app", IMAGE), ("#b", OTHER)]).is_ok());
    let other = run(&[("#app", b"an image of 19 bits")]);
    assert_eq!(other, Err(ErrorKind::ConditionFailed(condition::IMAGE_MATCH)));
    assert_eq!(run(&[]), Err(ErrorKind::DirectiveFailed(directive::FETCH)));
    assert_eq!(run(&[("#b", IMAGE)]), Err(ErrorKind::DirectiveFailed(directive::FETCH)));
    let mut device = Device::new(1);
    assert!(process(&manifest, &[], Procedure::Update, &mut device).is_err());
    assert!(device.log.is_empty(), "no transfer is begun: {:?}", device.log);
}

/// 6.5: a list and `true` apply each command to one component after another.
#[test]
fn index_lists_apply_commands_in_order() {
    let mut device = Device::new(3);
    let content = [Parameter::Content(b"x")];
    let list = new().set_component_indices(&[2, 0]).unwrap().set(&content).act(Action::Write);
    assert_eq!(install(3, list, &mut device), Ok(()));
    assert_eq!(device.log, ["write 2", "write 0", "store 7"]);
    let mut device = Device::new(3);
    let all = new().set_all_components().unwrap().set(&content).act(Action::Write);
    assert_eq!(install(3, all, &mut device), Ok(()));
    assert_eq!(device.log, ["write 0", "write 1", "write 2", "store 7"]);
}

/// 6.5: run-sequence and try-each run once for each component, with one index.
#[test]
fn nested_sequences_run_once_for_each_component() {
    let mut device = Device::new(2);
    let write =
        new().set(&[Parameter::Content(b"x")]).act(Action::Write).check(Condition::CheckContent);
    let either = new().try_first(&[new().check(Condition::Abort), write.clone()]).run(&write);
    let all = new().set_all_components().unwrap().run(&either);
    assert_eq!(install(2, all, &mut device), Ok(()));
    assert_eq!(device.log, ["write 0", "write 0", "write 1", "write 1", "store 7"]);
}

/// 6.2: with several components, the index must be set first; and again in every sequence.
#[test]
fn several_components_need_an_index() {
    let write = |sequence: Sequence| sequence.set(&[Parameter::Content(b"x")]).act(Action::Write);
    let result = install(2, write(new()), &mut Device::new(2));
    assert_eq!(result, Err(ErrorKind::NoComponentIndex));
    let mut manifest = of(2);
    manifest.shared_sequence(new().on(1).set(&[Parameter::ImageSize(1)])).install(write(new()));
    let error = process(&manifest, &[], Procedure::Update, &mut Device::new(2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoComponentIndex);
}

/// 8.4.10.2: the first alternative that succeeds counts; conditions fail softly, directives do not.
#[test]
fn try_each_takes_the_first_that_succeeds() {
    let put = |content| new().set(&[Parameter::Content(content)]).act(Action::Write);
    let never = || new().check(Condition::Abort);
    let aborted = Err(ErrorKind::ConditionFailed(condition::ABORT));
    let run = |sequence| {
        let mut device = Device::new(1);
        let result = install(1, sequence, &mut device);
        (result, device.contents[0].clone())
    };
    let second = new().try_first(&[never(), put(b"2"), put(b"3")]);
    assert_eq!(run(second), (Ok(()), b"2".to_vec()));
    assert_eq!(run(new().try_first(&[never(), never()])).0, aborted);
    let or_nil = new().try_each(&[never(), never()], true).unwrap();
    assert_eq!(run(or_nil), (Ok(()), vec![]));
    // A directive that fails ends the procedure, whatever alternatives are left.
    let broken = new().try_first(&[new().act(Action::Copy), put(b"2")]);
    let missing = ErrorKind::MissingParameter(parameter::SOURCE_COMPONENT);
    assert_eq!(run(broken), (Err(missing), vec![]));
    // The failure of a nested try-each is that of its condition.
    let nested = new().try_first(&[new().try_first(&[never(), never()]), put(b"4")]);
    assert_eq!(run(nested), (Ok(()), b"4".to_vec()));
}

/// 8.4.8.13: soft-failure is true in try-each and false in run-sequence unless set, ends with its
/// sequence, is not inherited, and has no meaning elsewhere.
#[test]
fn soft_failure_is_scoped() {
    let soft = |value| new().set(&[Parameter::SoftFailure(value)]);
    let put = |content| new().set(&[Parameter::Content(content)]).act(Action::Write);
    let aborted = Err(ErrorKind::ConditionFailed(condition::ABORT));
    let run = |sequence| {
        let mut device = Device::new(1);
        let result = install(1, sequence, &mut device);
        (result, device.contents[0].clone())
    };
    // Hard alternatives and runs.
    let hard = new().try_first(&[soft(false).check(Condition::Abort), put(b"2")]);
    assert_eq!(run(hard), (aborted, vec![]));
    assert_eq!(run(new().run(&new().check(Condition::Abort))).0, aborted);
    // A soft run halts, and what follows it goes on.
    let halted =
        soft(true).check(Condition::Abort).set(&[Parameter::Content(b"1")]).act(Action::Write);
    let then = new().run(&halted).set(&[Parameter::Content(b"2")]).act(Action::Write);
    assert_eq!(run(then), (Ok(()), b"2".to_vec()));
    // Not inherited by a sequence inside, nor kept for the one after.
    let inherit = soft(true).run(&new().check(Condition::Abort));
    assert_eq!(run(new().run(&inherit).run(&new().check(Condition::Abort))).0, aborted);
    // Nowhere else.
    assert_eq!(run(soft(true)).0, Err(ErrorKind::SoftFailureScope));
    assert_eq!(run(soft(false)).0, Err(ErrorKind::SoftFailureScope));
}

/// The component index after nested sequences: one that succeeded leaves its own behind, one that
/// failed does not, and each alternative begins with the index that the try-each had.
#[test]
fn component_index_after_nested_sequences() {
    let x = [Parameter::Content(b"x")];
    let write = |sequence: Sequence| sequence.set(&x).act(Action::Write);
    let log = |sequence| {
        let mut device = Device::new(3);
        assert_eq!(install(3, sequence, &mut device), Ok(()));
        device.log
    };
    assert_eq!(log(write(new().on(0).run(&write(new().on(2))))), ["write 2", "write 2", "store 7"]);
    let failing = new().on(2).check(Condition::Abort);
    let alternatives = [failing.clone(), write(new())];
    assert_eq!(log(write(new().on(1).try_first(&alternatives))), ["write 1", "write 1", "store 7"]);
    let soft = new().set(&[Parameter::SoftFailure(true)]).on(2).check(Condition::Abort);
    assert_eq!(log(write(new().on(1).run(&soft))), ["write 1", "store 7"]);
    let each = new().set_component_indices(&[0, 2]).unwrap().run(&new().on(1).set(&x));
    assert_eq!(log(write(each)), ["write 0", "write 2", "store 7"]);
}

/// 6.6: while strict-order is false, no component may be both written and read.
#[test]
fn loose_order_refuses_races() {
    let loose = || new().set_all_components().unwrap().set(&[Parameter::StrictOrder(false)]);
    let x = [Parameter::Content(b"x")];
    let race = loose().on(1).set(&x).act(Action::Write);
    let race = race.on(0).set(&[Parameter::SourceComponent(1)]).act(Action::Copy);
    assert_eq!(install(2, race, &mut Device::new(2)), Err(ErrorKind::StrictOrder));
    let swap = loose().on(0).set(&[Parameter::SourceComponent(1)]).act(Action::Swap);
    assert_eq!(install(2, swap, &mut Device::new(2)), Err(ErrorKind::StrictOrder));
    // In order again, the same is no race.
    let ordered = loose().on(1).set(&x).act(Action::Write).set(&[Parameter::StrictOrder(true)]);
    let ordered = ordered.on(0).set(&[Parameter::SourceComponent(1)]).act(Action::Copy);
    assert_eq!(install(2, ordered, &mut Device::new(2)), Ok(()));
}

/// 6.6: a sequence run out of order sets its component index first, and only once.
#[test]
fn loose_run_sequences_are_isolated() {
    let loose = |sequence: Sequence| sequence.set(&[Parameter::StrictOrder(false)]);
    let x = [Parameter::Content(b"x")];
    let write = |sequence: Sequence| sequence.set(&x).act(Action::Write);
    let run = |sequence| install(2, sequence, &mut Device::new(2));
    assert_eq!(run(loose(new().on(0)).run(&write(new().on(1)))), Ok(()));
    let without = loose(new().on(0)).run(&write(new()));
    assert_eq!(run(without), Err(ErrorKind::StrictOrder));
    let twice = loose(new().on(0)).run(&write(new().on(1)).on(0));
    assert_eq!(run(twice), Err(ErrorKind::StrictOrder));
    let all = loose(new().set_all_components().unwrap());
    assert_eq!(run(all.clone().run(&write(new()))), Ok(()));
    assert_eq!(run(all.clone().run(&write(new().on(1)))), Err(ErrorKind::StrictOrder));
    // Nor may a sequence inside it.
    assert_eq!(run(all.run(&new().run(&write(new().on(1))))), Err(ErrorKind::StrictOrder));
}

/// 8.4.11: custom commands and parameters are the platform's; those it does not know end the procedure.
#[test]
fn custom_commands_are_the_platforms() {
    let custom = |sequence: Sequence, label, argument| sequence.custom(label, argument).unwrap();
    let run = |sequence| {
        let mut device = Device::new(1);
        (install(1, sequence, &mut device), device.log)
    };
    let parameter = |label| new().set(&[Parameter::Custom(label, CustomValue::Integer(5))]);
    let (result, log) = run(custom(parameter(-302), -301, CustomArgument::Nil));
    assert_eq!(result, Ok(()));
    assert_eq!(log, ["custom parameter Integer(5) for 0", "custom 0", "store 7"]);
    assert_eq!(run(parameter(-303)).0, Err(ErrorKind::UnsupportedParameter(-303)));
    let unknown = custom(new(), -299, CustomArgument::Nil);
    assert_eq!(run(unknown).0, Err(ErrorKind::UnsupportedCommand(-299)));
    // As a condition it fails softly.
    let failing = custom(new(), -300, CustomArgument::Integer(1));
    assert_eq!(run(failing.clone()).0, Err(ErrorKind::ConditionFailed(-300)));
    let holding = custom(new(), -300, CustomArgument::Text("yes"));
    assert_eq!(run(new().try_first(&[failing, holding])).0, Ok(()));
}

/// 6.2: a component that the device does not have, or more than there is room for, are refused before
/// any command runs; so is an update whose install sequence is severed and not at hand.
#[test]
fn impossible_procedures_do_not_begin() {
    let mut manifest = of(2);
    manifest.install(new().on(0).set(&[Parameter::Content(b"x")]).act(Action::Write));
    let mut device = Device::new(1);
    let error = process(&manifest, &[], Procedure::Update, &mut device).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedComponent(1));
    assert!(device.log.is_empty());
    let mut manifest = of(5);
    manifest.install(new().on(0).check(Condition::Abort));
    let error = process(&manifest, &[], Procedure::Update, &mut Device::new(5)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyComponents);
}

/// Commands nested deeper than the processor has room for end the procedure.
#[test]
fn nesting_is_bounded_by_the_processor() {
    let nested = |depth| {
        (0..depth).fold(new().set(&[Parameter::ImageSize(1)]), |inner, _| new().run(&inner))
    };
    assert_eq!(install(1, nested(3), &mut Device::new(1)), Ok(()));
    assert_eq!(install(1, nested(4), &mut Device::new(1)), Err(ErrorKind::NestingTooDeep));
}

/// 8.4.7: what a reporting engine is told.
#[test]
fn records_tell_what_happened() {
    let mut device = Device::new(1);
    let abort = new().check(Condition::Abort);
    let sequence = new().try_first(&[abort, new().set(&[Parameter::ImageSize(1)])]);
    assert_eq!(install(1, sequence, &mut device), Ok(()));
    let failed = device.records.iter().find(|record| record.result.is_err()).unwrap();
    assert_eq!((failed.command, failed.component), (condition::ABORT, Some(0)));
    assert_eq!(failed.policy, POLICY);
    assert_eq!((failed.section, failed.shared), (element::INSTALL, false));
    let well = [(directive::OVERRIDE_PARAMETERS, Some(0)), (directive::TRY_EACH, Some(0))];
    assert_eq!(succeeded(&device), well);
}

/// A sequence of anything, up to three deep.
fn anything(depth: u32) -> BoxedStrategy<Sequence> {
    let simple = prop_oneof![
        Just(new().check(Condition::Abort)),
        Just(new().check(Condition::ImageMatch)),
        Just(new().check(Condition::CheckContent)),
        Just(new().set(&[Parameter::Content(b"x"), Parameter::SourceComponent(1)])),
        Just(new().set(&[Parameter::SoftFailure(true)])),
        Just(new().set(&[Parameter::StrictOrder(false)])),
        Just(new().act(Action::Write)),
        Just(new().act(Action::Copy)),
        Just(new().act(Action::Swap)),
        Just(new().on(1)),
        Just(new().set_all_components().unwrap()),
        Just(new().set_component_indices(&[1, 0, 1]).unwrap()),
    ];
    simple
        .prop_recursive(depth, 32, 4, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone(), any::<bool>())
                    .prop_map(|(a, b, nil)| new().try_each(&[a, b], nil).unwrap()),
                inner.prop_map(|inner| new().on(0).run(&inner)),
            ]
        })
        .boxed()
}

proptest! {
    /// Whatever the manifest says, the procedure comes to an end, and a platform that answers late
    /// sees the same requests and the same outcome as one that answers at once.
    #[test]
    fn every_procedure_ends_and_waiting_changes_nothing(
        parts in prop::collection::vec(anything(3), 1..6), patience in 1usize..4,
    ) {
        let sequence = parts.iter().fold(new().on(0), |sequence, part| sequence.run(part));
        let mut manifest = of(2);
        manifest.install(sequence);
        let run = |patience| {
            let mut device = Device::new(2);
            device.patience = patience;
            let result = process(&manifest, &[], Procedure::Update, &mut device);
            (result, device.log, device.contents, device.records)
        };
        prop_assert_eq!(run(0), run(patience));
    }
}
