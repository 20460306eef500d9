//! The builder: the drafts' examples come out byte for byte, and whatever it makes reads back equal.

use crate::common::{ALGORITHMS, anchor, example, from_hex, signing_key, vectors};
use hexad_cose_core::{Algorithm, Curve, ErrorKind as Cbor, HashAlgorithm, Key, Mac0, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{EnvelopeBuilder, ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, CustomArgument, Operation, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{CustomValue, Parameter, VendorIdentifier};
use hexad_suit::{Envelope, Error, ErrorKind, Manifest, Options, Severable, TrustAnchors, labels};
use proptest::prelude::*;

/// The vendor and class of the drafts' examples.
const VENDOR: [u8; 16] = 0xfa6b_4a53_d5ad_5fdf_be9d_e663_e4d4_1ffe_u128.to_be_bytes();
const CLASS: [u8; 16] = 0x1492_af14_2569_5e48_bf42_9b2d_51f2_ab45_u128.to_be_bytes();

/// The reporting policies of appendix B: everything; the slot's; a directive's.
const ALL: u8 = 15;
const SLOT: u8 = 5;
const DIRECTIVE: u8 = 2;

fn policy(bits: u8) -> ReportingPolicy {
    ReportingPolicy::from_bits(bits).unwrap()
}

/// The two image digests and sizes of the drafts' examples.
struct Images {
    a: Vec<u8>,
    b: Vec<u8>,
}

impl Images {
    fn new() -> Self {
        Self {
            a: from_hex("00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"),
            b: from_hex("0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff"),
        }
    }

    fn digest_a(&self) -> Parameter<'_> {
        Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, &self.a).unwrap())
    }

    fn digest_b(&self) -> Parameter<'_> {
        Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, &self.b).unwrap())
    }
}

const SIZE_A: Parameter<'_> = Parameter::ImageSize(34768);
const SIZE_B: Parameter<'_> = Parameter::ImageSize(76834);
const VENDOR_ID: Parameter<'_> = Parameter::VendorIdentifier(VendorIdentifier::Uuid(&VENDOR));
const CLASS_ID: Parameter<'_> = Parameter::ClassIdentifier(&CLASS);

/// Steps that the examples repeat.
trait Steps: Sized {
    fn set(self, parameters: &[Parameter<'_>]) -> Self;
    fn index(self, index: usize) -> Self;
    fn check(self, condition: Condition) -> Self;
    fn act(self, action: Action) -> Self;
    fn compatibility(self) -> Self {
        self.check(Condition::VendorIdentifier).check(Condition::ClassIdentifier)
    }
}

impl Steps for Sequence {
    fn set(self, parameters: &[Parameter<'_>]) -> Self {
        self.override_parameters(parameters).unwrap()
    }

    fn index(self, index: usize) -> Self {
        self.set_component_index(index).unwrap()
    }

    fn check(self, condition: Condition) -> Self {
        let bits = if condition == Condition::ComponentSlot { SLOT } else { ALL };
        self.condition(condition, policy(bits)).unwrap()
    }

    fn act(self, action: Action) -> Self {
        self.action(action, policy(DIRECTIVE)).unwrap()
    }
}

/// Parameters for a slot, its check, then `then`.
fn for_slot(slot: u64, then: &[Parameter<'_>]) -> Sequence {
    Sequence::new().set(&[Parameter::ComponentSlot(slot)]).check(Condition::ComponentSlot).set(then)
}

/// The manifest of an example with one component, [h'00'].
fn one_component(number: u64, images: &Images) -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(number);
    manifest.component(&[&[0]]);
    let parameters = [VENDOR_ID, CLASS_ID, images.digest_a(), SIZE_A];
    manifest.shared_sequence(Sequence::new().set(&parameters).compatibility());
    manifest.validate(Sequence::new().check(Condition::ImageMatch));
    manifest
}

/// An install sequence that downloads `uri` into place.
fn download(uri: &str) -> Sequence {
    Sequence::new().set(&[Parameter::Uri(uri)]).act(Action::Fetch).check(Condition::ImageMatch)
}

fn example_0(images: &Images) -> ManifestBuilder {
    let mut manifest = one_component(0, images);
    manifest.invoke(Sequence::new().act(Action::Invoke));
    manifest
}

fn example_1(images: &Images) -> ManifestBuilder {
    let mut manifest = one_component(1, images);
    manifest.install(download("http://example.com/file.bin"));
    manifest
}

/// Example 2 takes its long description from the vector itself: it is no rule of the standard.
fn example_2(images: &Images, vector: &Manifest<'_>) -> ManifestBuilder {
    let text = vector.text().present().unwrap();
    let description = text.get(None, labels::text::MANIFEST_DESCRIPTION).unwrap();
    let component =
        "This component is a demonstration. The digest is a sample pattern, not a real one.";
    let mut manifest = one_component(2, images);
    manifest
        .reference_uri("https://git.io/JJYoj")
        .invoke(Sequence::new().act(Action::Invoke))
        .install(download("http://example.com/very/long/path/to/file/file.bin"))
        .text("en-US", None, labels::text::MANIFEST_DESCRIPTION, description)
        .text("en-US", Some(0), labels::component_text::COMPONENT_DESCRIPTION, component)
        .text("en-US", Some(0), labels::component_text::VENDOR_DOMAIN, "arm.com")
        .sever(labels::manifest::TEXT)
        .sever(labels::manifest::INSTALL);
    manifest
}

fn example_3(images: &Images) -> ManifestBuilder {
    let mut manifest = one_component(3, images);
    let digests =
        [for_slot(0, &[images.digest_a(), SIZE_A]), for_slot(1, &[images.digest_b(), SIZE_B])];
    let uris = [
        for_slot(0, &[Parameter::Uri("http://example.com/file1.bin")]),
        for_slot(1, &[Parameter::Uri("http://example.com/file2.bin")]),
    ];
    let shared = Sequence::new().set(&[VENDOR_ID, CLASS_ID]).try_each(&digests, false).unwrap();
    manifest.shared_sequence(shared.compatibility());
    let install = Sequence::new().try_each(&uris, false).unwrap();
    manifest.install(install.act(Action::Fetch).check(Condition::ImageMatch));
    manifest
}

fn example_4(images: &Images) -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(4);
    for identifier in [0, 2, 1] {
        manifest.component(&[&[identifier]]);
    }
    let parameters = [VENDOR_ID, CLASS_ID, images.digest_a(), SIZE_A];
    let load = [images.digest_b(), SIZE_B, Parameter::SourceComponent(0)];
    let fetch = [images.digest_a(), Parameter::Uri("http://example.com/file.bin")];
    let matches = |sequence: Sequence| sequence.check(Condition::ImageMatch);
    manifest
        .shared_sequence(Sequence::new().index(0).set(&parameters).compatibility())
        .validate(matches(Sequence::new().index(0)))
        .load(matches(Sequence::new().index(2).set(&load).act(Action::Copy)))
        .invoke(Sequence::new().index(2).act(Action::Invoke))
        .payload_fetch(matches(Sequence::new().index(1).set(&fetch).act(Action::Fetch)))
        .install(matches(
            Sequence::new().index(0).set(&[Parameter::SourceComponent(1)]).act(Action::Copy),
        ));
    manifest
}

fn example_5(images: &Images) -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(5);
    manifest.component(&[&[0]]);
    manifest.component(&[&[1]]);
    let first = [VENDOR_ID, CLASS_ID, images.digest_a(), SIZE_A];
    let shared = Sequence::new().index(0).set(&first).compatibility();
    let fetch = |sequence: Sequence, index, uri| {
        let sequence = sequence.index(index).set(&[Parameter::Uri(uri)]).act(Action::Fetch);
        sequence.check(Condition::ImageMatch)
    };
    let install = fetch(Sequence::new(), 0, "http://example.com/file1.bin");
    let validate = Sequence::new().index(0).check(Condition::ImageMatch);
    manifest
        .shared_sequence(shared.index(1).set(&[images.digest_b(), SIZE_B]))
        .validate(validate.index(1).check(Condition::ImageMatch))
        .invoke(Sequence::new().index(0).act(Action::Invoke))
        .install(fetch(install, 1, "http://example.com/file2.bin"));
    manifest
}

/// Examples 0 to 5 of appendix B, byte for byte; the signature (which is random) is the vector's own.
#[test]
fn examples_are_rebuilt() {
    let Some(folder) = vectors("suit/manifest-37") else { return };
    let images = Images::new();
    for number in 0..6 {
        let vector = example(&folder, number);
        let envelope = Envelope::parse(&vector).unwrap();
        let manifest = envelope.unverified_manifest(&mut RustCrypto).unwrap();
        let built = match number {
            0 => example_0(&images),
            1 => example_1(&images),
            2 => example_2(&images, &manifest),
            3 => example_3(&images),
            4 => example_4(&images),
            _ => example_5(&images),
        };
        let mut built = built.build(&mut RustCrypto).unwrap();
        assert_eq!(built.manifest().unwrap(), manifest.encoded().bytes(), "manifest {number}");
        let start = 2 + 1 + 1 + 2 + 1 + 2 + built.payload().len() + 2;
        built.add_block(&vector[start..start + 74]).unwrap();
        assert_eq!(built.encode().unwrap(), vector, "envelope {number}");
    }
}

/// The examples' key signs what the builder made, under both algorithms.
#[test]
fn built_envelopes_authenticate() {
    let Some(folder) = vectors("suit/manifest-37") else { return };
    let key = signing_key(&folder);
    let keys = [anchor(&key)];
    for algorithm in ALGORITHMS {
        let mut envelope = example_0(&Images::new()).build(&mut RustCrypto).unwrap();
        envelope.sign(Sign1::builder(algorithm), &key, &mut RustCrypto).unwrap();
        let bytes = envelope.encode().unwrap();
        let algorithms = [algorithm];
        let anchors = TrustAnchors::new(&keys, &algorithms);
        let manifest = Envelope::parse(&bytes).unwrap().authenticate(&anchors, &mut RustCrypto);
        assert_eq!(manifest.unwrap().sequence_number(), 0);
    }
}

/// A block that names its key is held against the anchor of that name, and against those without one.
#[test]
fn kid_chooses_the_anchor() {
    let key = test_key();
    let mut envelope = example_0(&Images::new()).build(&mut RustCrypto).unwrap();
    let message = Sign1::builder(Algorithm::ESP256).kid(b"author");
    envelope.sign(message, &key, &mut RustCrypto).unwrap();
    let bytes = envelope.encode().unwrap();
    let accept = |keys: &[Key<'_>]| {
        let anchors = TrustAnchors::new(keys, &ALGORITHMS);
        let envelope = Envelope::parse(&bytes).unwrap();
        envelope.authenticate(&anchors, &mut RustCrypto).map(|_| ()).map_err(Error::kind)
    };
    assert_eq!(accept(&[anchor(&key).with_kid(b"author")]), Ok(()));
    assert_eq!(accept(&[anchor(&key)]), Ok(()));
    let other = accept(&[anchor(&key).with_kid(b"other")]);
    assert_eq!(other, Err(ErrorKind::NotAuthenticated));
}

fn test_key() -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap()
}

fn signed(manifest: &ManifestBuilder) -> EnvelopeBuilder {
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    envelope.sign(Sign1::builder(Algorithm::ESP256), &test_key(), &mut RustCrypto).unwrap();
    envelope
}

/// A COSE_Mac0 is accepted by the shared key alone, and with its own kind of anchor.
#[test]
fn mac_is_accepted_as_a_mac() {
    let mut envelope = example_0(&Images::new()).build(&mut RustCrypto).unwrap();
    let secret: &[u8] = &[9; 32];
    envelope.mac(Mac0::builder(Algorithm::HMAC_256), secret, &mut RustCrypto).unwrap();
    let bytes = envelope.encode().unwrap();
    let envelope = Envelope::parse(&bytes).unwrap();
    let anchors = |secret| [Key::from_symmetric(secret, Algorithm::HMAC_256)];
    let accept = |keys: &[Key<'_>]| {
        let anchors = TrustAnchors::new(keys, &[Algorithm::HMAC_256]);
        envelope.authenticate_mac(&anchors, &mut RustCrypto).map(|_| ()).map_err(Error::kind)
    };
    assert_eq!(accept(&anchors(secret)), Ok(()));
    let refused = Err(ErrorKind::Cose(Cbor::VerificationFailed));
    assert_eq!(accept(&anchors(&[8; 32])), refused);
}

/// suit-coswid and suit-manifest-mud come out as they were put in; the CoSWID may be severed and left
/// out of the envelope.
#[test]
fn coswid_and_mud_read_back() {
    let coswid = [0xa1, 0x00, 0x61, b'x'];
    let ski = Digest::new(HashAlgorithm::Sha256, &[3; 32]).unwrap();
    let mut manifest = example_1(&Images::new());
    manifest.coswid(&coswid).sever(labels::manifest::COSWID);
    manifest.mud("https://example.com/mud.json", ski).unwrap();
    let mut envelope = signed(&manifest);
    let bytes = envelope.encode().unwrap();
    let read = Envelope::parse(&bytes).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
    assert_eq!(read.coswid().present().unwrap().bytes(), coswid);
    assert_eq!(read.mud().unwrap().url(), "https://example.com/mud.json");
    assert_eq!(read.mud().unwrap().ski(), ski);

    let bytes = envelope.without(labels::manifest::COSWID).encode().unwrap();
    let read = Envelope::parse(&bytes).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
    assert!(matches!(read.coswid(), Severable::Severed(_)));
}

/// The label of suit-manifest-mud is the caller's to choose, for writing and for reading.
#[test]
fn mud_label_can_be_chosen() {
    let mut options = Options::default();
    options.manifest_mud = 25;
    let ski = Digest::new(HashAlgorithm::Sha256, &[3; 32]).unwrap();
    let mut manifest = example_1(&Images::new()).with_options(options);
    manifest.mud("https://example.com/mud.json", ski).unwrap();
    let bytes = signed(&manifest).encode().unwrap();
    let read = |options: &Options| {
        let envelope = Envelope::parse_with(&bytes, options).unwrap();
        envelope.unverified_manifest(&mut RustCrypto).map(|manifest| manifest.mud().is_some())
    };
    assert_eq!(read(&options), Ok(true));
    let error = read(&Options::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedElement(25));
}

/// What no reader would accept is not built.
#[test]
fn builder_refuses_what_readers_refuse() {
    let images = Images::new();
    let mut manifest = example_1(&images);
    manifest.invoke(Sequence::new().index(1).act(Action::Invoke));
    let error = manifest.build(&mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ComponentIndex);

    let mut manifest = example_1(&images);
    manifest.shared_sequence(Sequence::new().act(Action::Fetch));
    let error = manifest.build(&mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotInSharedSequence(21));

    let mut manifest = example_1(&images);
    manifest.sever(labels::manifest::VALIDATE);
    let error = manifest.build(&mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedElement(7));

    let twice = Sequence::new().override_parameters(&[SIZE_A, SIZE_B]).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Cose(Cbor::DuplicateKey));
    let alone = Sequence::new().try_each(&[Sequence::new()], true).unwrap_err();
    assert_eq!(alone.kind(), ErrorKind::Cose(Cbor::Length));
}

/// A parameter of any kind, owned.
#[derive(Clone, Debug)]
struct Owned {
    which: u8,
    number: u32,
    bytes: Vec<u8>,
    text: String,
    uuid: [u8; 16],
    digest: [u8; 32],
}

impl Owned {
    fn parameter(&self) -> Parameter<'_> {
        match self.which {
            0 => Parameter::VendorIdentifier(VendorIdentifier::Uuid(&self.uuid)),
            1 => Parameter::VendorIdentifier(VendorIdentifier::Pen(&self.bytes)),
            2 => Parameter::ClassIdentifier(&self.uuid),
            3 => Parameter::DeviceIdentifier(&self.uuid),
            4 => Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, &self.digest).unwrap()),
            5 => Parameter::ImageSize(self.number.into()),
            6 => Parameter::ComponentSlot(self.number.into()),
            7 => Parameter::Content(&self.bytes),
            8 => Parameter::Uri(&self.text),
            9 => Parameter::InvokeArgs(&self.bytes),
            10 => Parameter::FetchArguments(&self.bytes),
            11 => Parameter::StrictOrder(self.number.is_multiple_of(2)),
            12 => Parameter::Custom(-257, CustomValue::Text(&self.text)),
            _ => Parameter::Custom(-1 - i64::from(self.number), CustomValue::Bytes(&self.bytes)),
        }
    }
}

prop_compose! {
    fn owned()(
        which in 0u8..14, number: u32, bytes in prop::collection::vec(any::<u8>(), 0..40),
        text in ".{0,20}", uuid: [u8; 16], digest: [u8; 32],
    ) -> Owned {
        Owned { which, number, bytes, text, uuid, digest }
    }
}

proptest! {
    /// Parameters of every kind read back as they were given, in the order of their labels.
    #[test]
    fn parameters_read_back(owned in prop::collection::vec(owned(), 1..8)) {
        let mut parameters: Vec<Parameter<'_>> = owned.iter().map(Owned::parameter).collect();
        parameters.sort_by_key(|parameter| (parameter.label() < 0, parameter.label().unsigned_abs()));
        parameters.dedup_by_key(|parameter| parameter.label());
        let mut manifest = ManifestBuilder::new(1);
        manifest.component(&[b"a"]);
        manifest.install(Sequence::new().override_parameters(&parameters).unwrap());
        let bytes = signed(&manifest).encode().unwrap();
        let envelope = Envelope::parse(&bytes).unwrap();
        let read = envelope.unverified_manifest(&mut RustCrypto).unwrap();
        let command = read.install().present().unwrap().iter().next().unwrap();
        let Operation::OverrideParameters(read) = command.operation else {
            panic!("another command: {command:?}");
        };
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), parameters);
    }

    /// Commands read back in their order, whatever they are, also severed.
    #[test]
    fn commands_read_back(
        kinds in prop::collection::vec(0u8..7, 1..20), bits in 0u8..16, sever: bool, number: u64,
    ) {
        let mut sequence = Sequence::new();
        let mut labels = Vec::new();
        for kind in kinds {
            let inner = Sequence::new().condition(Condition::Abort, policy(bits)).unwrap();
            let (added, label) = match kind {
                0 => (sequence.condition(Condition::CheckContent, policy(bits)), 6),
                1 => (sequence.action(Action::Swap, policy(bits)), 31),
                2 => (sequence.set_component_indices(&[1, 0]), 12),
                3 => (sequence.set_all_components(), 12),
                4 => (sequence.try_each(&[inner.clone(), inner], true), 15),
                5 => (sequence.run_sequence(&inner), 32),
                _ => (sequence.custom(-300, CustomArgument::Nil), -300),
            };
            sequence = added.unwrap();
            labels.push(label);
        }
        let mut manifest = ManifestBuilder::new(number);
        manifest.component(&[b"a", b"b"]);
        manifest.component(&[]);
        manifest.install(sequence);
        if sever {
            manifest.sever(labels::manifest::INSTALL);
        }
        let bytes = signed(&manifest).encode().unwrap();
        let read = Envelope::parse(&bytes).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
        prop_assert_eq!(read.sequence_number(), number);
        let install = read.install().present().unwrap();
        prop_assert_eq!(install.iter().map(|command| command.label).collect::<Vec<_>>(), labels);
    }
}
