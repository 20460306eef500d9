//! What an attacker, or a careless author, tries with a manifest that is signed. Attacks on signatures are
//! in `authentication`, those between trust domains in `domains`, malformed input in `refused`.

use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Algorithm, Curve, ErrorKind as Cbor, HashAlgorithm, Key, Segments, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{EnvelopeBuilder, ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition};
use hexad_suit::labels::{directive, manifest as label};
use hexad_suit::parameter::Parameter;
use hexad_suit::{Envelope, Error, ErrorKind, Procedure, TrustAnchors};

use crate::device::Device;
use crate::examples::{Steps, image_digest};

const IMAGE: &[u8] = b"what the author has signed";
const OTHER: &[u8] = b"what somebody else put here";

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(bytes)).unwrap();
    digest.as_bytes().try_into().unwrap()
}

fn new() -> Sequence {
    Sequence::new()
}

/// A manifest of components `[h'00']`, `[h'01']`, and so on.
fn of(components: u8) -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(7);
    for index in 0..components {
        manifest.component(&[&[index]]);
    }
    manifest
}

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap()
}

fn signed(mut envelope: EnvelopeBuilder) -> Vec<u8> {
    envelope.sign(Sign1::builder(Algorithm::ESP256), &signing_key(), &mut RustCrypto).unwrap();
    envelope.encode().unwrap()
}

/// Authenticates the envelope and runs a procedure.
fn run(bytes: &[u8], procedure: Procedure, device: &mut Device) -> Result<(), ErrorKind> {
    let key = signing_key();
    let keys = [Key::from_public(key.public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let envelope = Envelope::parse(bytes).map_err(Error::kind)?;
    let manifest = envelope.authenticate(&anchors, &mut RustCrypto).map_err(Error::kind)?;
    device.run(&manifest, procedure).map(|_| ()).map_err(Error::kind)
}

/// Runs `sequence` as suit-install on a manifest of two components.
fn install(sequence: Sequence, device: &mut Device) -> Result<(), ErrorKind> {
    let mut manifest = of(2);
    manifest.install(sequence);
    run(&signed(manifest.build(&mut RustCrypto).unwrap()), Procedure::Update, device)
}

/// Two indices for one component, by its identifier or by the prefix that names a dependency: what was
/// found of it under one could be changed under the other. Such a manifest is not read.
#[test]
fn aliased_components() {
    let mut listed = of(1);
    listed.component(&[b"app", b"a"]);
    listed.component(&[b"app", b"a"]);
    let mut prefixed = of(1);
    prefixed.component(&[b"app", b"a"]);
    prefixed.dependency(2, Some(&[b"app", b"a"]));
    for mut manifest in [listed, prefixed] {
        manifest.install(new().index(1).set(&[Parameter::Content(IMAGE)]).act(Action::Write));
        let refused = manifest.build(&mut RustCrypto).map(|_| ()).map_err(Error::kind);
        assert_eq!(refused, Err(ErrorKind::DuplicateComponent));
    }
}

/// Sizes of 64 bits: nothing is reserved, read or stored for them, and an image that is shorter is another
/// one, whether its storage knows its size or not.
#[test]
fn huge_sizes() {
    let huge = Parameter::ImageSize(u64::MAX);
    let digest = sha256(IMAGE);
    for is_raw in [false, true] {
        let mut device = Device::new(2);
        device.is_raw = is_raw;
        device.contents[0] = IMAGE.to_vec();
        let check = new().index(0).set(&[huge, image_digest(&digest)]);
        let differs = Err(ErrorKind::ConditionFailed(3));
        assert_eq!(install(check.check(Condition::ImageMatch), &mut device), differs);
        let write = new().index(1).set(&[huge, Parameter::Content(OTHER)]).act(Action::Write);
        assert_eq!(install(write, &mut device), Ok(()));
        assert_eq!(device.contents[1], OTHER);
        let copy = new().index(1).set(&[huge, Parameter::SourceComponent(0)]).act(Action::Copy);
        assert_eq!(install(copy, &mut device), Ok(()));
        let asked = format!("copy 0 to 1 size Some({})", u64::MAX);
        assert!(device.log.contains(&asked), "the platform is asked for no more: {:?}", device.log);
    }
    let mut device = Device::new(2);
    device.server = vec![("coap://here/i", IMAGE.to_vec())];
    let fetch = new().index(0).set(&[huge, Parameter::Uri("coap://here/i")]).act(Action::Fetch);
    assert_eq!(install(fetch, &mut device), Ok(()));
    let slot = new().index(0).set(&[Parameter::ComponentSlot(u64::MAX)]);
    let refused = install(slot.check(Condition::ComponentSlot), &mut device);
    assert_eq!(refused, Err(ErrorKind::ConditionFailed(5)));
}

/// Indices beyond the components, up to the largest: refused with the manifest, or by the directive that
/// uses one as its source.
#[test]
fn huge_indices() {
    for index in [2, 64, usize::from(u16::MAX) + 1, usize::MAX] {
        let refused = |sequence: Sequence| {
            let mut manifest = of(2);
            manifest.install(sequence);
            manifest.build(&mut RustCrypto).map(|_| ()).map_err(Error::kind)
        };
        assert_eq!(refused(new().index(index)), Err(ErrorKind::ComponentIndex));
        let list = new().set_component_indices(&[0, index]).unwrap();
        assert_eq!(refused(list), Err(ErrorKind::ComponentIndex));
        let source = new().index(0).set(&[Parameter::SourceComponent(index)]).act(Action::Copy);
        let mut manifest = of(2);
        manifest.install(source);
        let ended = manifest
            .build(&mut RustCrypto)
            .map_err(Error::kind)
            .and_then(|envelope| run(&signed(envelope), Procedure::Update, &mut Device::new(2)));
        assert_eq!(ended, Err(ErrorKind::ComponentIndex), "{index}");
    }
}

/// Lengths that CBOR can state and no memory has: the input ends before.
#[test]
fn huge_lengths() {
    let at_most = "ff ff ff ff ff ff ff ff";
    for start in ["bb", "d8 6b bb", "a2 02 5b", "a2 02 41 9b", "a1 7b", "a2 03 5b"] {
        let bytes = crate::common::from_hex(&format!("{start} {at_most}"));
        assert!(Envelope::parse(&bytes).is_err(), "{start}");
    }
    for start in ["bb", "a1 03 5b", "a2 01 01 02 1b"] {
        let bytes = crate::common::from_hex(&format!("{start} {at_most}"));
        assert!(hexad_suit::Manifest::parse(&bytes).is_err(), "{start}");
    }
}

/// A severed element in place of another: that of another manifest under the same label, and that of the
/// same manifest under another label (8.6).
#[test]
fn a_severed_element_of_another() {
    let severed = |fetched: &str, installed: &str| {
        let mut manifest = of(1);
        let from = |uri: &str| new().set(&[Parameter::Uri(uri)]).act(Action::Fetch);
        manifest.payload_fetch(from(fetched)).install(from(installed));
        manifest.sever(label::PAYLOAD_FETCH).sever(label::INSTALL);
        signed(manifest.build(&mut RustCrypto).unwrap())
    };
    let element = |bytes: &[u8], wanted: i64| {
        let envelope = Envelope::parse(bytes).unwrap();
        let mut elements = envelope.severed_elements();
        let found = elements.find(|(label, _)| *label == wanted).unwrap().1;
        (found.offset(), found.bytes().to_vec())
    };
    let (own, other) = (severed("coap://here/1", "#2"), severed("coap://here/1", "#3"));
    let exchanged = |wanted: i64, (_, with): (usize, Vec<u8>)| {
        let (offset, old) = element(&own, wanted);
        let mut changed = own.clone();
        changed.splice(offset..offset + old.len(), with);
        run(&changed, Procedure::Update, &mut Device::new(1))
    };
    let differs = Err(ErrorKind::DigestMismatch);
    assert_eq!(exchanged(label::INSTALL, element(&other, label::INSTALL)), differs);
    assert_eq!(exchanged(label::INSTALL, element(&own, label::PAYLOAD_FETCH)), differs);
    let same = exchanged(label::PAYLOAD_FETCH, element(&other, label::PAYLOAD_FETCH));
    let fetched = Err(ErrorKind::DirectiveFailed(directive::FETCH));
    assert_eq!(same, fetched, "accepted, and nothing is at its URI");
}

/// An image that is exchanged after it was installed is not run: invocation validates it anew, and
/// remembers nothing of the update (RFC 9124, 4.2.18).
#[test]
fn an_image_exchanged_after_validation() {
    let digest = sha256(IMAGE);
    let mut manifest = of(1);
    let describe = [image_digest(&digest), Parameter::ImageSize(IMAGE.len() as u64)];
    manifest.shared_sequence(new().set(&describe));
    manifest.install(new().set(&[Parameter::Content(IMAGE)]).act(Action::Write));
    manifest.validate(new().check(Condition::ImageMatch));
    manifest.invoke(new().act(Action::Invoke));
    let bytes = signed(manifest.build(&mut RustCrypto).unwrap());
    let mut device = Device::new(1);
    assert_eq!(run(&bytes, Procedure::Update, &mut device), Ok(()));
    for changed in [OTHER, &IMAGE[..IMAGE.len() - 1], b""] {
        device.contents[0] = changed.to_vec();
        let refused = Err(ErrorKind::ConditionFailed(3));
        assert_eq!(run(&bytes, Procedure::Invoke, &mut device), refused);
    }
    assert!(!device.log.iter().any(|event| event.starts_with("invoke")));
    device.contents[0] = IMAGE.to_vec();
    assert_eq!(run(&bytes, Procedure::Invoke, &mut device), Ok(()));
}

/// A wrong tag around the envelope or the manifest is not passed over.
#[test]
fn another_tag() {
    let bytes = signed(of(1).build(&mut RustCrypto).unwrap());
    assert_eq!(bytes[..2], [0xd8, 0x6b]);
    let mut changed = bytes;
    changed[1] = 0x6c;
    let refused = run(&changed, Procedure::Update, &mut Device::new(1));
    assert_eq!(refused, Err(ErrorKind::Cose(Cbor::UnexpectedTag)));
}
