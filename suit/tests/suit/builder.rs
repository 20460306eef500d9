//! The builder: whatever it makes reads back equal.

use crate::common::{ALGORITHMS, anchor};
use crate::examples::{SIZE_A, SIZE_B, Steps, example_0, example_1, policy};
use hexad_cose_core::{
    Algorithm, Curve, ErrorKind as Cbor, HashAlgorithm, Key, Mac0, Secret, Sign1,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{EnvelopeBuilder, ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, CustomArgument, Operation};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{CustomValue, Parameter, VendorIdentifier};
use hexad_suit::{Envelope, Error, ErrorKind, Options, Severable, TrustAnchors, labels};
use proptest::prelude::*;

/// A block that names its key is held against the anchor of that name, and against those without one.
#[test]
fn kid_chooses_the_anchor() {
    let key = test_key();
    let mut envelope = example_0().build(&mut RustCrypto).unwrap();
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
    let mut envelope = example_0().build(&mut RustCrypto).unwrap();
    let secret: &[u8] = &[9; 32];
    let shared = Secret::new(secret, Algorithm::HMAC_256);
    envelope.mac(Mac0::builder(Algorithm::HMAC_256), &shared, &mut RustCrypto).unwrap();
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
    let mut manifest = example_1();
    manifest.coswid(&coswid).sever(labels::manifest::COSWID);
    manifest.mud("https://example.com/mud.json", ski).unwrap();
    let mut envelope = signed(&manifest);
    let bytes = envelope.encode().unwrap();
    let read = Envelope::parse(&bytes).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
    assert_eq!(read.coswid().present().unwrap().bytes(), coswid);
    assert_eq!(read.mud().unwrap().unwrap().url(), "https://example.com/mud.json");
    assert_eq!(read.mud().unwrap().unwrap().ski(), ski);

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
    let mut manifest = example_1().with_options(options);
    manifest.mud("https://example.com/mud.json", ski).unwrap();
    let bytes = signed(&manifest).encode().unwrap();
    let read = |options: &Options| {
        let envelope = Envelope::parse_with(&bytes, options).unwrap();
        envelope
            .unverified_manifest(&mut RustCrypto)
            .map(|manifest| manifest.mud().unwrap().is_some())
    };
    assert_eq!(read(&options), Ok(true));
    let error = read(&Options::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedElement(25));
}

/// What no reader would accept is not built.
#[test]
fn builder_refuses_what_readers_refuse() {
    let mut manifest = example_1();
    manifest.invoke(Sequence::new().index(1).act(Action::Invoke));
    let error = manifest.build(&mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ComponentIndex);

    let mut manifest = example_1();
    manifest.shared_sequence(Sequence::new().act(Action::Fetch));
    let error = manifest.build(&mut RustCrypto).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotInSharedSequence(21));

    let mut manifest = example_1();
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
