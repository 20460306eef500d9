//! The six examples of draft-ietf-suit-manifest-37, appendix B, and those of trust domains and firmware
//! encryption: every command, in the order and on the
//! component that the example's text implies.

use std::path::Path;
use std::process::ExitCode;

use hexad_conformance::suit::{Device, Supplies};
use hexad_conformance::vectors;
use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::labels::condition::IMAGE_MATCH;
use hexad_suit::{Envelope, ErrorKind, Procedure, TrustAnchors};
use hexad_vectors::{OnVectors, on};
use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let tests: [(&str, OnVectors); 9] = [
        ("example_0_secure_boot", example_0_secure_boot),
        ("example_1_download_and_install", example_1_download_and_install),
        ("example_2_severed_install", example_2_severed_install),
        ("example_3_slot_a", example_3_slot_a),
        ("example_3_slot_b", example_3_slot_b),
        ("example_3_no_slot", example_3_no_slot),
        ("example_4_load_from_external_storage", example_4_load_from_external_storage),
        ("example_5_two_images", example_5_two_images),
        ("other_image_is_not_invoked", other_image_is_not_invoked),
    ];
    let mut trials = Vec::from(tests.map(|(name, test)| on(name, "suit/manifest-37", test)));
    trials.push(on("trust_domains_in_lockstep", "suit/trust-domains-11", trust_domains));
    let encrypted: OnVectors = encrypted_payloads;
    trials.push(on("encrypted_payloads", "suit/firmware-encryption-24", encrypted));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Runs `body` on example `number`, verified, with a device that it is made for.
fn with_example(
    folder: &Path,
    number: usize,
    body: impl FnOnce(&hexad_cose_core::Verified<hexad_suit::Manifest<'_>>, &mut Device<'_>),
) {
    let text = vectors::read(&folder.join(format!("example{number}.json"))).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let bytes = vectors::hex(json["envelope_hex"].as_str().unwrap()).unwrap();
    let pem = vectors::read(&folder.join("signing-key.txt")).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    let keys = [Key::from_public(key.public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ES256]);
    let envelope = Envelope::parse(&bytes).unwrap();
    let manifest = envelope.authenticate(&anchors, &mut RustCrypto).unwrap();
    body(&manifest, &mut Device::for_manifest(&bytes, &manifest));
}

/// Runs both procedures of an example and compares what was done.
fn trace(folder: &Path, number: usize, update: &[&str], invoke: &[&str]) {
    with_example(folder, number, |manifest, device| {
        device.run(manifest, Procedure::Update).unwrap();
        assert_eq!(device.take_trace(), update, "update of example {number}");
        device.run(manifest, Procedure::Invoke).unwrap();
        assert_eq!(device.take_trace(), invoke, "invocation of example {number}");
        assert_eq!(device.stored_sequence_number(), u64::try_from(number).ok());
    });
}

/// The shared sequence of the compatibility check template, on component 0.
const COMPATIBILITY: [&str; 3] = [
    "shared-sequence: override-parameters 0",
    "shared-sequence: vendor-identifier 0",
    "shared-sequence: class-identifier 0",
];

/// All of `parts`, one after another.
fn join<'a>(parts: &[&[&'a str]]) -> Vec<&'a str> {
    parts.concat()
}

/// Example 0, secure boot: validate and invoke, each after the compatibility check.
fn example_0_secure_boot(folder: &Path) {
    let validate: &[&str] = &["validate: image-match 0"];
    trace(
        folder,
        0,
        &join(&[&COMPATIBILITY, validate, &["store sequence number 0"]]),
        &join(&[&COMPATIBILITY, validate, &COMPATIBILITY, &["invoke 0", "invoke: invoke 0"]]),
    );
}

/// Example 1: download into place in install; validate; nothing to boot.
fn example_1_download_and_install(folder: &Path) {
    let install: &[&str] = &[
        "install: override-parameters 0",
        "fetch http://example.com/file.bin into 0 up to 34768",
        "install: fetch 0",
        "install: image-match 0",
    ];
    let validate: &[&str] = &["validate: image-match 0"];
    trace(
        folder,
        1,
        &join(&[&COMPATIBILITY, install, &COMPATIBILITY, validate, &["store sequence number 1"]]),
        &join(&[&COMPATIBILITY, validate]),
    );
}

/// Example 2: as example 1 with a severed install sequence, and a boot.
fn example_2_severed_install(folder: &Path) {
    let install: &[&str] = &[
        "install: override-parameters 0",
        "fetch http://example.com/very/long/path/to/file/file.bin into 0 up to 34768",
        "install: fetch 0",
        "install: image-match 0",
    ];
    let validate: &[&str] = &["validate: image-match 0"];
    trace(
        folder,
        2,
        &join(&[&COMPATIBILITY, install, &COMPATIBILITY, validate, &["store sequence number 2"]]),
        &join(&[&COMPATIBILITY, validate, &COMPATIBILITY, &["invoke 0", "invoke: invoke 0"]]),
    );
}

/// Example 3, A/B images: slot 0 takes the first alternative, in the shared sequence and in install.
fn example_3_slot_a(folder: &Path) {
    let shared: &[&str] = &[
        "shared-sequence: override-parameters 0",
        "shared-sequence: override-parameters 0",
        "shared-sequence: component-slot 0",
        "shared-sequence: override-parameters 0",
        "shared-sequence: try-each 0",
        "shared-sequence: vendor-identifier 0",
        "shared-sequence: class-identifier 0",
    ];
    let install: &[&str] = &[
        "install: override-parameters 0",
        "install: component-slot 0",
        "install: override-parameters 0",
        "install: try-each 0",
        "fetch http://example.com/file1.bin into 0 up to 34768",
        "install: fetch 0",
        "install: image-match 0",
    ];
    let validate: &[&str] = &["validate: image-match 0"];
    trace(
        folder,
        3,
        &join(&[shared, install, shared, validate, &["store sequence number 3"]]),
        &join(&[shared, validate]),
    );
}

/// Example 3 on a device whose update goes to slot 1: the first alternative fails softly.
fn example_3_slot_b(folder: &Path) {
    let shared: &[&str] = &[
        "shared-sequence: override-parameters 0",
        "shared-sequence: override-parameters 0",
        "shared-sequence: component-slot 0: suit-condition-component-slot failed",
        "shared-sequence: override-parameters 0",
        "shared-sequence: component-slot 0",
        "shared-sequence: override-parameters 0",
        "shared-sequence: try-each 0",
        "shared-sequence: vendor-identifier 0",
        "shared-sequence: class-identifier 0",
    ];
    let install: &[&str] = &[
        "install: override-parameters 0",
        "install: component-slot 0: suit-condition-component-slot failed",
        "install: override-parameters 0",
        "install: component-slot 0",
        "install: override-parameters 0",
        "install: try-each 0",
        "fetch http://example.com/file2.bin into 0 up to 76834",
        "install: fetch 0",
        "install: image-match 0",
    ];
    with_example(folder, 3, |manifest, device| {
        device.set_slot(1);
        device.run(manifest, Procedure::Update).unwrap();
        let expected = join(&[
            shared,
            install,
            shared,
            &["validate: image-match 0", "store sequence number 3"],
        ]);
        assert_eq!(device.take_trace(), expected);
    });
}

/// Example 3 on a device with a slot that neither alternative is for.
fn example_3_no_slot(folder: &Path) {
    with_example(folder, 3, |manifest, device| {
        device.set_slot(2);
        let error = device.run(manifest, Procedure::Update).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConditionFailed(5));
        assert_eq!(device.stored_sequence_number(), None);
    });
}

/// Example 4: fetched into external storage, copied into place, loaded into RAM, invoked there.
fn example_4_load_from_external_storage(folder: &Path) {
    let shared = join(&[&["shared-sequence: set-component-index"], &COMPATIBILITY]);
    let payload_fetch: &[&str] = &[
        "payload-fetch: set-component-index",
        "payload-fetch: override-parameters 1",
        "fetch http://example.com/file.bin into 1",
        "payload-fetch: fetch 1",
        "payload-fetch: image-match 1",
    ];
    let install: &[&str] = &[
        "install: set-component-index",
        "install: override-parameters 0",
        "copy 1 into 0",
        "install: copy 0",
        "install: image-match 0",
    ];
    let validate: &[&str] = &["validate: set-component-index", "validate: image-match 0"];
    let load: &[&str] = &[
        "load: set-component-index",
        "load: override-parameters 2",
        "copy 0 into 2",
        "load: copy 2",
        "load: image-match 2",
    ];
    let invoke: &[&str] = &["invoke: set-component-index", "invoke 2", "invoke: invoke 2"];
    trace(
        folder,
        4,
        &join(&[
            &shared,
            payload_fetch,
            &shared,
            install,
            &shared,
            validate,
            &["store sequence number 4"],
        ]),
        &join(&[&shared, validate, &shared, load, &shared, invoke]),
    );
}

/// Example 5: two images, each with its own parameters.
fn example_5_two_images(folder: &Path) {
    let shared = join(&[
        &["shared-sequence: set-component-index"],
        &COMPATIBILITY,
        &["shared-sequence: set-component-index", "shared-sequence: override-parameters 1"],
    ]);
    let install: &[&str] = &[
        "install: set-component-index",
        "install: override-parameters 0",
        "fetch http://example.com/file1.bin into 0 up to 34768",
        "install: fetch 0",
        "install: image-match 0",
        "install: set-component-index",
        "install: override-parameters 1",
        "fetch http://example.com/file2.bin into 1 up to 76834",
        "install: fetch 1",
        "install: image-match 1",
    ];
    let validate: &[&str] = &[
        "validate: set-component-index",
        "validate: image-match 0",
        "validate: set-component-index",
        "validate: image-match 1",
    ];
    let invoke: &[&str] = &["invoke: set-component-index", "invoke 0", "invoke: invoke 0"];
    trace(
        folder,
        5,
        &join(&[&shared, install, &shared, validate, &["store sequence number 5"]]),
        &join(&[&shared, validate, &shared, invoke]),
    );
}

/// The image that is booted is the one that was validated: another is refused, and not invoked.
fn other_image_is_not_invoked(folder: &Path) {
    for number in [0, 2, 5] {
        with_example(folder, number, |manifest, device| {
            device.run(manifest, Procedure::Update).unwrap();
            device.corrupt(0);
            device.take_trace();
            let error = device.run(manifest, Procedure::Invoke).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConditionFailed(IMAGE_MATCH));
            assert!(!device.take_trace().iter().any(|event| event.starts_with("invoke")));
        });
    }
}

/// The envelope in a file of hexadecimal.
fn hex_file(path: &Path) -> Vec<u8> {
    vectors::hex(&vectors::read(path).unwrap()).unwrap()
}

/// Examples 1 and 2 of trust domains, with the dependency fetched and carried: it is looked into before
/// it is processed, its install runs inside the dependent's, on a component of its own.
fn trust_domains(folder: &Path) {
    let pem = vectors::read(&folder.join("../manifest-37/signing-key.txt")).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    let keys = [Key::from_public(key.public())];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256]);
    let envelopes = [hex_file(&folder.join("example0_dependent.hex"))];
    for (name, fetch) in [
        ("example1_process", "fetch http://example.com/dependent.suit into 1 up to 190"),
        ("example2_integrated", "write 190 bytes into 1"),
    ] {
        let bytes = hex_file(&folder.join(name).with_extension("hex"));
        let envelope = Envelope::parse(&bytes).unwrap();
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto).unwrap();
        let supplies = Supplies { envelopes: &envelopes, payloads: &[], key: Some(&key) };
        let mut device = Device::for_manifest(&bytes, &manifest).with_supplies(supplies);
        device.run(&manifest, Procedure::Update).unwrap();
        let trace = device.take_trace();
        let at = |event: &str| trace.iter().position(|other| other == event);
        assert!(at(fetch).is_some(), "{name}: {trace:#?}");
        assert!(at(fetch) < at("look into 1"), "{name}: {trace:#?}");
        // The dependency's one component is the third of the update.
        assert!(at("look into 1") < at("write 11 bytes into 2"), "{name}: {trace:#?}");
        assert!(at("write 11 bytes into 2") < at("write 26 bytes into 0"), "{name}: {trace:#?}");
        assert_eq!(device.content(2), Some(&b"hello world"[..]));
        assert_eq!(device.content(0), Some(&b" in multiple trust domains"[..]));
        device.run(&manifest, Procedure::Invoke).unwrap();
        // Without the dependency nothing of it happens, and nothing is kept.
        let mut alone = Device::for_manifest(&bytes, &manifest);
        assert_eq!(
            alone.run(&manifest, Procedure::Update).unwrap_err().kind(),
            ErrorKind::NotAuthenticated
        );
        assert_eq!(alone.stored_sequence_number(), None);
    }
}

/// The manifests of firmware encryption leave the draft's plaintext in their component.
fn encrypted_payloads(folder: &Path) {
    let keys = [Key::from_symmetric(&[b'a'; 32], Algorithm::HMAC_256)];
    let anchors = TrustAnchors::new(&keys, &[Algorithm::HMAC_256]);
    let ciphertext = hex_file(&folder.join("encrypted-payload-aes-kw-aes-gcm.hex"));
    let payloads = [("coaps://example.com/encrypted-firmware".to_owned(), ciphertext)];
    for name in
        ["suit-manifest-aes-kw-content", "suit-manifest-aes-kw", "suit-manifest-aes-kw-slot"]
    {
        let bytes = hex_file(&folder.join(format!("{name}.hex.signed")));
        let envelope = Envelope::parse(&bytes).unwrap();
        let manifest = envelope.authenticate_mac(&anchors, &mut RustCrypto).unwrap();
        let supplies = Supplies { payloads: &payloads, ..Supplies::default() };
        let mut device = Device::for_manifest(&bytes, &manifest).with_supplies(supplies);
        device.run(&manifest, Procedure::Update).unwrap();
        assert_eq!(device.content(0), Some(&b"This is a real firmware image."[..]), "{name}");
    }
}
