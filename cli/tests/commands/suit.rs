//! `hexad suit` from a source to an accepted update.

use std::path::Path;

use super::{accepted, json, refused};

/// The templates that make an envelope by themselves, given the files that they name.
const TEMPLATES: [&str; 5] = ["single", "components", "dependency", "uninstall", "delta"];

/// A folder with two authors, a shared key and the files that the templates name.
fn workshop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (place, name) in
        ["app-a.bin", "app-b.bin", "app.bin", "radio.bin", "extra.bin", "app.patch"]
            .iter()
            .enumerate()
    {
        let byte = u8::try_from(place).unwrap();
        std::fs::write(path.join(name), vec![byte; 3000 + place]).unwrap();
    }
    for name in ["author", "owner"] {
        accepted(path, &["key", "generate", "--kid", name, "-o", &format!("{name}.cbor")]);
        let (private, public) = (format!("{name}.cbor"), format!("{name}.pem"));
        let convert = ["key", "convert", &private, "--public", "--format", "pem", "-o", &public];
        accepted(path, &convert);
    }
    accepted(path, &["key", "generate", "--curve", "hmac256", "-o", "shared.cbor"]);
    folder
}

/// Writes a template and makes the envelope of it.
fn create(folder: &Path, template: &str) -> String {
    let (source, envelope) = (format!("{template}.yaml"), format!("{template}.suit"));
    accepted(folder, &["suit", "create", "--template", template, "-o", &source]);
    accepted(folder, &["suit", "create", &source, "-k", "author.cbor", "-o", &envelope]);
    envelope
}

/// Every template makes an envelope that its author is known by.
#[test]
fn templates_make_envelopes() {
    let folder = workshop();
    let folder = folder.path();
    std::fs::rename(folder.join(create(folder, "components")), folder.join("radio.suit")).unwrap();
    for template in TEMPLATES {
        let envelope = create(folder, template);
        let object = json(folder, &["suit", "verify", &envelope, "-k", "author.pem"]);
        assert_eq!(object["signers"], serde_json::json!(["author.pem"]), "{template}");
        accepted(folder, &["suit", "inspect", &envelope]);
    }
    accepted(folder, &["key", "generate", "--alg", "A128KW", "-o", "device.cbor"]);
    accepted(
        folder,
        &[
            "cose",
            "encrypt",
            "app.bin",
            "--alg",
            "A128GCM",
            "--recipient",
            "device.cbor",
            "--ciphertext",
            "app.sealed",
            "-o",
            "app.info",
        ],
    );
    let envelope = create(folder, "encrypted");
    accepted(folder, &["suit", "verify", &envelope, "-k", "author.pem"]);
}

/// Digests, sizes and identifiers are those of the files and names: the vendor of the draft's examples
/// is the UUID of `arm.com` (8.4.8.2 and appendix B), the class as Python's `uuid5` makes it.
#[test]
fn a_source_is_measured() {
    let folder = workshop();
    let folder = folder.path();
    let source = r#"{
        "manifest-sequence-number": 3, "components": [["0x00", "app"]],
        "shared-sequence": [
            {"override-parameters": {
                "vendor-identifier": {"domain": "arm.com"},
                "class-identifier": {"domain": "arm.com", "name": "test"},
                "image-digest": {"file": "app.bin"}, "image-size": {"file": "app.bin"}}},
            {"condition-vendor-identifier": 15}, "class-identifier"]
    }"#;
    std::fs::write(folder.join("source.json"), source).unwrap();
    accepted(folder, &["suit", "create", "source.json", "-o", "made.suit"]);
    let object = json(folder, &["suit", "inspect", "made.suit"]);
    assert_eq!(object["components"], serde_json::json!([["00", "617070"]]));
    let lines = object["sequences"]["suit-shared-sequence"].as_array().unwrap();
    let values: Vec<_> = lines.iter().map(|line| line["value"].as_str().unwrap()).collect();
    assert_eq!(values[1], "fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe");
    assert_eq!(values[2], "b00e8aa5-1eae-5c00-8fec-7a205fe5d73d");
    // sha256sum of 3,002 bytes 02.
    let digest = "SHA-256 h'b651a055f9992fcd8dd2dfde50279dfb1449b83f4081c419ada834c9ef014ba7'";
    assert_eq!(values[3], digest);
    assert_eq!(&values[4..], ["3002", "record, sysinfo always", "record on failure"]);
    let tree = &object["tree"][1];
    assert_eq!(tree["name"], "suit-shared-sequence");
    assert_eq!(tree["children"][0]["children"].as_array().unwrap().len(), 4);
}

/// What a source does not say right is named by its path.
#[test]
fn mistakes_in_a_source_are_named() {
    let folder = workshop();
    let folder = folder.path();
    let mistakes = [
        ("components: []", "`manifest-sequence-number` is missing"),
        ("manifest-sequence-number: -1", "manifest-sequence-number: a number"),
        ("manifest-sequence-number: 1\ninstal: []", "`instal` is unknown"),
        ("manifest-sequence-number: 1\ninstall: [fetsh]", "install[0]: `fetsh` is no command"),
        ("manifest-sequence-number: 1\ninstall: [try-each]", "install[0]: `try-each` needs"),
        (
            "manifest-sequence-number: 1\ninstall:\n- override-parameters: {image-digest: {file: none}}",
            "install[0].override-parameters.image-digest.file: none: No such file",
        ),
        (
            "manifest-sequence-number: 1\ncomponents: [[a]]\ninstall:\n- set-component-index: 7",
            "no component has this index",
        ),
        ("manifest-sequence-number: 1\nsever: [validate]", "sever[0]: it can't be severed"),
        ("manifest-sequence-number: [", "source.yaml"),
    ];
    for (source, expected) in mistakes {
        std::fs::write(folder.join("source.yaml"), source).unwrap();
        let message = refused(folder, &["suit", "create", "source.yaml", "-o", "out"], 1);
        assert!(message.contains(expected), "{source}: {message}");
    }
}

/// Several sign, in blocks of their own or in one; all of them, or a number of them, can be demanded.
#[test]
fn several_sign() {
    let folder = workshop();
    let folder = folder.path();
    std::fs::write(folder.join("s.yaml"), "manifest-sequence-number: 1\ncomponents: [[a]]")
        .unwrap();
    accepted(folder, &["suit", "create", "s.yaml", "-o", "unsigned.suit"]);
    refused(folder, &["suit", "verify", "unsigned.suit", "-k", "author.pem"], 1);
    let sign = ["suit", "sign", "unsigned.suit", "-k", "author.cbor", "-k", "owner.cbor"];
    accepted(folder, &[&sign[..], &["-o", "two.suit"]].concat());
    accepted(folder, &[&sign[..], &["--together", "-o", "one.suit"]].concat());
    for file in ["two.suit", "one.suit"] {
        let verify = ["suit", "verify", file, "-k", "owner.pem", "-k", "author.pem", "--all"];
        accepted(folder, &verify);
    }
    accepted(folder, &["suit", "sign", "unsigned.suit", "-k", "author.cbor", "-o", "a.suit"]);
    let both = ["suit", "verify", "a.suit", "-k", "owner.pem", "-k", "author.pem"];
    accepted(folder, &both);
    let message = refused(folder, &[&both[..], &["--all"]].concat(), 1);
    assert!(message.contains("not all that are demanded vouch"), "{message}");
    refused(folder, &[&both[..], &["--at-least", "2"]].concat(), 1);
    // A tag by a shared key stands beside a signature.
    accepted(folder, &["suit", "sign", "a.suit", "-k", "shared.cbor", "-o", "mixed.suit"]);
    let mixed = ["suit", "verify", "mixed.suit", "-k", "shared.cbor", "-k", "author.pem", "--all"];
    accepted(folder, &mixed);
}

/// A signer elsewhere gets the Sig_structure; what it makes of it is attached, and checked.
#[test]
fn a_signer_elsewhere() {
    let folder = workshop();
    let folder = folder.path();
    std::fs::write(folder.join("s.yaml"), "manifest-sequence-number: 1\ncomponents: [[a]]")
        .unwrap();
    accepted(folder, &["suit", "create", "s.yaml", "-o", "unsigned.suit"]);
    let alg = ["--alg", "ESP256", "--kid", "hsm"];
    let to_be_signed = ["suit", "sign", "unsigned.suit", "--to-be-signed", "-o", "tbs"];
    accepted(folder, &[&to_be_signed[..], &alg].concat());
    let structure = std::fs::read(folder.join("tbs")).unwrap();
    assert_eq!(&structure[..12], b"\x84\x6aSignature1");
    std::fs::write(folder.join("bad"), [7; 64]).unwrap();
    let attach = ["suit", "sign", "unsigned.suit", "--signature", "bad", "-o", "bad.suit"];
    let attach = [&attach[..], &alg, &["--check", "author.pem"]].concat();
    let message = refused(folder, &attach, 1);
    assert!(message.contains("does not verify"), "{message}");
}

/// What was severed is left out and put back, with the signature untouched.
#[test]
fn severed_elements_come_and_go() {
    let folder = workshop();
    let folder = folder.path();
    let envelope = create(folder, "single");
    accepted(folder, &["suit", "sever", &envelope, "--element", "text", "-o", "small.suit"]);
    let object = json(folder, &["suit", "inspect", "small.suit"]);
    assert_eq!(object["severed"], serde_json::json!(["suit-text"]));
    accepted(folder, &["suit", "verify", "small.suit", "-k", "author.pem"]);
    accepted(folder, &["suit", "attach", "small.suit", "--from", &envelope, "-o", "whole.suit"]);
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(read("whole.suit"), read(&envelope));
    // Another manifest's text does not fit.
    let source = std::fs::read_to_string(folder.join("single.yaml")).unwrap();
    let source = source.replace("What this update changes.", "Something else.");
    std::fs::write(folder.join("other.yaml"), source).unwrap();
    accepted(folder, &["suit", "create", "other.yaml", "-o", "other.suit"]);
    let mixed = ["suit", "attach", "small.suit", "--from", "other.suit", "-o", "mixed.suit"];
    let message = refused(folder, &mixed, 1);
    assert!(message.contains("the digest does not match"), "{message}");
    refused(folder, &["suit", "sever", &envelope, "--element", "install", "-o", "out"], 2);
}
