//! The drafts' examples come out of the builder byte for byte.

use std::path::Path;

use crate::common::{ALGORITHMS, anchor};
use crate::drafts::{example, signing_key};
use crate::examples::{
    CLASS_ID, IMAGE_A, SIZE_A, SIZE_B, Steps, VENDOR_ID, download, example_0, example_1,
    image_digest, one_component,
};
use hexad_cose_core::Sign1;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition};
use hexad_suit::parameter::Parameter;
use hexad_suit::{Envelope, Manifest, TrustAnchors, labels};

/// The digest of the second image of the drafts' examples.
const IMAGE_B: [u8; 32] = *b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10\
\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff";

/// Parameters for a slot, its check, then `then`.
fn for_slot(slot: u64, then: &[Parameter<'_>]) -> Sequence {
    Sequence::new().set(&[Parameter::ComponentSlot(slot)]).check(Condition::ComponentSlot).set(then)
}

/// Example 2 takes its long description from the vector itself: it is no rule of the standard.
fn example_2(vector: &Manifest<'_>) -> ManifestBuilder {
    let text = vector.text().unwrap().present().unwrap();
    let description = text.get(None, labels::text::MANIFEST_DESCRIPTION).unwrap();
    let component =
        "This component is a demonstration. The digest is a sample pattern, not a real one.";
    let mut manifest = one_component(2);
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

fn example_3() -> ManifestBuilder {
    let mut manifest = one_component(3);
    let digests = [
        for_slot(0, &[image_digest(&IMAGE_A), SIZE_A]),
        for_slot(1, &[image_digest(&IMAGE_B), SIZE_B]),
    ];
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

fn example_4() -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(4);
    for identifier in [0, 2, 1] {
        manifest.component(&[&[identifier]]);
    }
    let parameters = [VENDOR_ID, CLASS_ID, image_digest(&IMAGE_A), SIZE_A];
    let load = [image_digest(&IMAGE_B), SIZE_B, Parameter::SourceComponent(0)];
    let fetch = [image_digest(&IMAGE_A), Parameter::Uri("http://example.com/file.bin")];
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

fn example_5() -> ManifestBuilder {
    let mut manifest = ManifestBuilder::new(5);
    manifest.component(&[&[0]]);
    manifest.component(&[&[1]]);
    let first = [VENDOR_ID, CLASS_ID, image_digest(&IMAGE_A), SIZE_A];
    let shared = Sequence::new().index(0).set(&first).compatibility();
    let fetch = |sequence: Sequence, index, uri| {
        let sequence = sequence.index(index).set(&[Parameter::Uri(uri)]).act(Action::Fetch);
        sequence.check(Condition::ImageMatch)
    };
    let install = fetch(Sequence::new(), 0, "http://example.com/file1.bin");
    let validate = Sequence::new().index(0).check(Condition::ImageMatch);
    manifest
        .shared_sequence(shared.index(1).set(&[image_digest(&IMAGE_B), SIZE_B]))
        .validate(validate.index(1).check(Condition::ImageMatch))
        .invoke(Sequence::new().index(0).act(Action::Invoke))
        .install(fetch(install, 1, "http://example.com/file2.bin"));
    manifest
}

/// Examples 0 to 5 of appendix B, byte for byte; the signature (which is random) is the vector's own.
pub fn examples_are_rebuilt(folder: &Path) {
    for number in 0..6 {
        let vector = example(folder, number);
        let envelope = Envelope::parse(&vector).unwrap();
        let manifest = envelope.unverified_manifest(&mut RustCrypto).unwrap();
        let built = match number {
            0 => example_0(),
            1 => example_1(),
            2 => example_2(&manifest),
            3 => example_3(),
            4 => example_4(),
            _ => example_5(),
        };
        let mut built = built.build(&mut RustCrypto).unwrap();
        assert_eq!(built.manifest().unwrap(), manifest.encoded().bytes(), "manifest {number}");
        let start = 2 + 1 + 1 + 2 + 1 + 2 + built.payload().len() + 2;
        built.add_block(&vector[start..start + 74]).unwrap();
        assert_eq!(built.encode().unwrap(), vector, "envelope {number}");
    }
}

/// The examples' key signs what the builder made, under both algorithms.
pub fn built_envelopes_authenticate(folder: &Path) {
    let key = signing_key(folder);
    let keys = [anchor(&key)];
    for algorithm in ALGORITHMS {
        let mut envelope = example_0().build(&mut RustCrypto).unwrap();
        envelope.sign(Sign1::builder(algorithm), &key, &mut RustCrypto).unwrap();
        let bytes = envelope.encode().unwrap();
        let algorithms = [algorithm];
        let anchors = TrustAnchors::new(&keys, &algorithms);
        let manifest = Envelope::parse(&bytes).unwrap().authenticate(&anchors, &mut RustCrypto);
        assert_eq!(manifest.unwrap().sequence_number(), 0);
    }
}
