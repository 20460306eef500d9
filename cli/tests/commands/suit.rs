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

/// A device in slot 1 of two, and what its server has under the names of the template `single`.
fn lamp(folder: &Path, file: &str) {
    let definition = format!(
        r#"vendor = [{{ domain = "example.com" }}]
class = [{{ domain = "example.com", name = "lamp-1" }}]

[[components]]
identifier = ["app"]
slot = 1
capacity = 4096

[server]
"https://example.com/app-b.bin" = "{file}"
"#
    );
    std::fs::write(folder.join("lamp.toml"), definition).unwrap();
}

/// A simulated device installs and boots what its author means, and nothing else; its report tells an
/// operator which it was.
#[test]
fn a_device_is_simulated_and_reports() {
    let folder = workshop();
    let folder = folder.path();
    let envelope = create(folder, "single");
    let run = ["suit", "run", &envelope, "-k", "author.pem", "-d", "lamp.toml"];
    let run = [&run[..], &["--report", "lamp.report"]].concat();
    lamp(folder, "app-b.bin");
    let object = json(folder, &run);
    assert_eq!((&object["ok"], &object["sequence_number"]), (&true.into(), &1.into()));
    assert_eq!(object["components"][0]["size"], 3001);
    let actions: Vec<_> = object["events"].as_array().unwrap().iter().collect();
    let actions: Vec<_> = actions.iter().filter_map(|it| it["action"].as_str()).collect();
    let expected = [
        "fetches \"https://example.com/app-b.bin\" into app, at most 3001 bytes",
        "stores 3001 bytes",
        "keeps sequence number 1",
        "runs app",
    ];
    assert_eq!(actions, expected);
    let report = ["suit", "report", "lamp.report", "--manifest", &envelope];
    let told = json(folder, &[&report[..], &["--procedure", "invoke"]].concat());
    assert_eq!((&told["success"], &told["verified"]), (&true.into(), &false.into()));

    // Another image of the same size is fetched, found out, and reported.
    std::fs::write(folder.join("other.bin"), vec![9; 3001]).unwrap();
    lamp(folder, "other.bin");
    let message = refused_run(folder, &run);
    assert!(message.ends_with("suit-condition-image-match failed"), "{message}");
    let told = json(folder, &report);
    assert_eq!((&told["ok"], &told["success"]), (&true.into(), &false.into()));
    let last = told["events"].as_array().unwrap().last().unwrap();
    assert_eq!(last["ended"], "badly");
    assert!(last["text"].as_str().unwrap().contains("condition-image-match"), "{last}");

    // Signed by the device, it is believed; about another manifest, or changed, it is not.
    accepted(folder, &["cose", "sign", "lamp.report", "-k", "owner.cbor", "-o", "signed.report"]);
    let signed = ["suit", "report", "signed.report", "--manifest", &envelope, "-k", "owner.pem"];
    assert_eq!(json(folder, &signed)["verified"], true);
    let other = [&signed[..6], &["author.pem"]].concat();
    assert_eq!(json(folder, &other)["ok"], false);
    // Encrypted inside, it is opened with the operator's key.
    accepted(folder, &["key", "generate", "--alg", "A128GCM", "-o", "operator.cbor"]);
    let encrypt = ["cose", "encrypt", "lamp.report", "-k", "operator.cbor", "-o", "sealed"];
    accepted(folder, &encrypt);
    accepted(folder, &["cose", "sign", "sealed", "-k", "owner.cbor", "-o", "sealed.report"]);
    let sealed = ["suit", "report", "sealed.report", "--manifest", &envelope, "-k", "owner.pem"];
    assert_eq!(json(folder, &sealed)["ok"], false, "without the key");
    let opened = json(folder, &[&sealed[..], &["--decryption-key", "operator.cbor"]].concat());
    assert_eq!((&opened["ok"], &opened["verified"]), (&true.into(), &true.into()));
    create(folder, "delta");
    let other = ["suit", "report", "lamp.report", "--manifest", "delta.suit"];
    assert_eq!(json(folder, &other)["error"]["kind"], "other-manifest");
}

/// The line of a run that is refused, whose trace stands on standard output.
fn refused_run(folder: &Path, arguments: &[&str]) -> String {
    let output = super::hexad(folder, arguments);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap().trim_end().to_owned()
}

/// An older or the same manifest is not installed again, one for other devices never.
#[test]
fn a_device_refuses_what_is_not_for_it() {
    let folder = workshop();
    let folder = folder.path();
    let envelope = create(folder, "single");
    lamp(folder, "app-b.bin");
    let definition = std::fs::read_to_string(folder.join("lamp.toml")).unwrap();
    let run = ["suit", "run", &envelope, "-k", "author.pem", "-d", "lamp.toml"];
    std::fs::write(folder.join("lamp.toml"), format!("sequence-number = 1\n{definition}")).unwrap();
    assert!(refused_run(folder, &run).ends_with("the manifest's sequence number is too old"));
    let other = definition.replace("lamp-1", "lamp-2");
    std::fs::write(folder.join("lamp.toml"), other).unwrap();
    assert!(refused_run(folder, &run).ends_with("suit-condition-class-identifier failed"));
    let small = definition.replace("4096", "3000");
    std::fs::write(folder.join("lamp.toml"), small).unwrap();
    assert!(refused_run(folder, &run).ends_with("suit-directive-fetch failed"));
    std::fs::write(folder.join("lamp.toml"), "colour = 1").unwrap();
    let message = refused(folder, &run, 1);
    assert!(message.contains("`colour` is unknown"), "{message}");
    std::fs::write(folder.join("lamp.toml"), "sequence-number = ").unwrap();
    let message = refused(folder, &run, 1);
    assert!(message.starts_with("error: lamp.toml at byte 18"), "{message}");
}

/// The lint names rule, byte, section and cure, and refuses what devices will.
#[test]
fn mistakes_in_a_manifest_are_named() {
    let folder = workshop();
    let folder = folder.path();
    let envelope = create(folder, "single");
    accepted(folder, &["suit", "lint", &envelope, "--strict"]);
    let source = std::fs::read_to_string(folder.join("single.yaml")).unwrap();
    let source = source.replace("            image-size: {file: app-b.bin}\n", "");
    std::fs::write(folder.join("single.yaml"), source).unwrap();
    accepted(folder, &["suit", "create", "single.yaml", "-k", "author.cbor", "-o", "wrong.suit"]);
    // One of the two alternatives sets the size, so that is all that can be said.
    accepted(folder, &["suit", "lint", "wrong.suit"]);
    let source = std::fs::read_to_string(folder.join("single.yaml")).unwrap();
    let source = source.replace("            image-size: {file: app-a.bin}\n", "");
    std::fs::write(folder.join("single.yaml"), source).unwrap();
    accepted(folder, &["suit", "create", "single.yaml", "-o", "wrong.suit"]);
    let object = json(folder, &["suit", "lint", "wrong.suit"]);
    let rules: Vec<_> = object["findings"].as_array().unwrap().iter().collect();
    let rules: Vec<_> = rules.iter().map(|it| it["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["unsigned", "unbounded-fetch"]);
    assert_eq!(object["error"]["kind"], "unsigned");
    assert!(object["findings"][1]["cure"].as_str().unwrap().contains("image-size"));
}

/// What changed is shown part by part, and nothing else.
#[test]
fn manifests_are_compared() {
    let folder = workshop();
    let folder = folder.path();
    let envelope = create(folder, "components");
    let object = json(folder, &["suit", "diff", &envelope, &envelope]);
    assert_eq!(object["same"], true);
    let source = std::fs::read_to_string(folder.join("components.yaml")).unwrap();
    let source = source.replace("sequence-number: 1", "sequence-number: 2");
    let source = source.replace("https://example.com/radio.bin", "https://example.org/radio.bin");
    std::fs::write(folder.join("new.yaml"), source).unwrap();
    accepted(folder, &["suit", "create", "new.yaml", "-o", "new.suit"]);
    let object = json(folder, &["suit", "diff", &envelope, "new.suit"]);
    let changes = object["changes"].as_array().unwrap();
    let parts: Vec<_> = changes.iter().map(|it| it["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["manifest", "suit-install"]);
    let edits = changes[1]["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 2);
    assert_eq!(edits[1]["line"], "suit-parameter-uri: \"https://example.org/radio.bin\"");
}

/// Writes the definition of a lamp with these components and what its server has.
fn device(folder: &Path, components: &[&str], more: &str) {
    let mut definition = "vendor = [{ domain = \"example.com\" }]
class = [{ domain = \"example.com\", name = \"lamp-1\" }]
"
    .to_owned();
    let (head, tail) = more.split_once("---").unwrap_or(("", more));
    definition += head;
    for component in components {
        definition += &format!("\n[[components]]\nidentifier = {component}\n");
    }
    definition += tail;
    std::fs::write(folder.join("device.toml"), definition).unwrap();
}

/// What the simulated device did, without how commands ended.
fn actions(folder: &Path, envelope: &str, more: &[&str]) -> Vec<String> {
    let run = ["suit", "run", envelope, "-k", "author.pem", "-d", "device.toml"];
    let object = json(folder, &[&run[..], more].concat());
    assert_eq!(object["ok"], true, "{object}");
    let events = object["events"].as_array().unwrap();
    events.iter().filter_map(|it| it["action"].as_str()).map(str::to_owned).collect()
}

const APP_SERVER: &str = "\n[server]\n\"https://example.com/app.bin\" = \"app.bin\"
\"https://example.com/radio.bin\" = \"radio.bin\"\n";

/// A dependency that the envelope carries is looked into, proven under the same anchors, and run where
/// its dependent says so; at boot once more.
#[test]
fn dependencies_are_simulated() {
    let folder = workshop();
    let folder = folder.path();
    let radio = "manifest-sequence-number: 1
components: [[radio.suit, radio]]
shared-sequence:
  - override-parameters:
      vendor-identifier: {domain: example.com}
      class-identifier: {domain: example.com, name: lamp-1}
      image-digest: {file: radio.bin}
      image-size: {file: radio.bin}
  - vendor-identifier
  - class-identifier
install:
  - override-parameters: {uri: \"https://example.com/radio.bin\"}
  - fetch
  - image-match
validate: [image-match]
";
    std::fs::write(folder.join("radio.yaml"), radio).unwrap();
    accepted(folder, &["suit", "create", "radio.yaml", "-k", "author.cbor", "-o", "radio.suit"]);
    let envelope = create(folder, "dependency");
    let components =
        ["[\"app\"]", "[\"radio.suit\"]", "[\"radio.suit\", \"radio\"]", "[\"root.suit\"]"];
    device(folder, &components, APP_SERVER);
    let done = actions(folder, &envelope, &[]);
    let looked = "looks into the envelope in radio.suit: verified";
    assert_eq!(done.iter().filter(|action| *action == looked).count(), 2, "{done:?}");
    let radio =
        "fetches \"https://example.com/radio.bin\" into radio.suit/radio, at most 3003 bytes";
    assert!(done.iter().any(|action| action == radio), "{done:?}");
    assert_eq!(done.last().unwrap(), "runs app");
    // A report of another payload for the dependency's component tells where it ended.
    let other = APP_SERVER.replace("= \"radio.bin\"", "= \"app-b.bin\"");
    std::fs::write(folder.join("app-b.bin"), vec![9; 3003]).unwrap();
    device(folder, &components, &other);
    let run = ["suit", "run", &envelope, "-k", "author.pem", "-d", "device.toml"];
    refused_run(folder, &[&run[..], &["--report", "dep.report"]].concat());
    let told = json(folder, &["suit", "report", "dep.report", "--manifest", &envelope]);
    assert_eq!((&told["ok"], &told["success"]), (&true.into(), &false.into()), "{told}");
    let events = told["events"].as_array().unwrap();
    let inside = events.iter().rfind(|it| it["manifest"] == serde_json::json!([1])).unwrap();
    assert_eq!((&inside["ended"], &inside["command"]), (&"badly".into(), &3.into()), "{inside}");
    assert!(told["conclusion"].as_str().unwrap().contains("of dependency 1 at byte"), "{told}");
    device(folder, &components, APP_SERVER);
    // Signed by another, the same dependency is refused.
    accepted(folder, &["suit", "create", "radio.yaml", "-k", "owner.cbor", "-o", "radio.suit"]);
    let envelope = create(folder, "dependency");
    let run = ["suit", "run", &envelope, "-k", "author.pem", "-d", "device.toml"];
    let message = refused_run(folder, &run);
    assert!(message.contains("does not verify"), "{message}");
}

/// An encrypted image is decrypted by the device that it is for, and by no other.
#[test]
fn encrypted_images_are_simulated() {
    let folder = workshop();
    let folder = folder.path();
    for name in ["device", "other"] {
        let file = format!("{name}.cbor");
        accepted(folder, &["key", "generate", "--alg", "A128KW", "-o", &file]);
    }
    let envelope = create(folder, "encrypted");
    assert_eq!(std::fs::read(folder.join("app.sealed")).unwrap().len(), 3002 + 16);
    let server = "keys = [\"device.cbor\"]\n---
[server]\n\"https://example.com/app.sealed\" = \"app.sealed\"\n";
    device(folder, &["[\"app\"]"], server);
    let done = actions(folder, &envelope, &[]);
    assert!(done.contains(&"decrypts 3002 bytes".to_owned()), "{done:?}");
    device(folder, &["[\"app\"]"], &server.replace("device.cbor", "other.cbor"));
    let run = ["suit", "run", &envelope, "-k", "author.pem", "-d", "device.toml"];
    assert!(refused_run(folder, &run).ends_with("suit-directive-fetch failed"));

    // For a device's public key, beside one that shares a key with the author; without a tag.
    let agree = ["key", "generate", "--alg", "ECDH-ES+A128KW", "-o", "agree.cbor"];
    accepted(folder, &agree);
    accepted(
        folder,
        &["key", "convert", "agree.cbor", "--public", "--format", "pem", "-o", "agree.pub"],
    );
    let source = std::fs::read_to_string(folder.join("encrypted.yaml")).unwrap();
    let both = "      - key: agree.pub\n      - key: device.cbor\n";
    let source = source.replace("      - key: device.cbor\n", both).replace("A128GCM", "A128CTR");
    std::fs::write(folder.join("both.yaml"), source).unwrap();
    let object =
        json(folder, &["suit", "create", "both.yaml", "-k", "author.cbor", "-o", &envelope]);
    assert_eq!(object["ciphertexts"], serde_json::json!(["app.sealed"]));
    for own in ["agree.cbor", "device.cbor"] {
        device(folder, &["[\"app\"]"], &server.replace("device.cbor", own));
        assert_eq!(actions(folder, &envelope, &[]).last().unwrap(), "runs app", "{own}");
    }

    // The agreed key is bound to the protocol's name (firmware encryption, 5.2.4).
    let encrypt = [
        "cose",
        "encrypt",
        "app.bin",
        "--alg",
        "A128GCM",
        "--recipient",
        "agree.pub",
        "-o",
        "info",
    ];
    let bind = ["--ciphertext", "app.sealed", "--supp-pub", "SUIT Payload Encryption"];
    let source = std::fs::read_to_string(folder.join("encrypted.yaml")).unwrap();
    let members = source.find("encrypted-payloads").unwrap()..source.find("shared-seq").unwrap();
    let mut source = source.replace("{encrypted: app.sealed}", "{file: info}");
    source.replace_range(members, "");
    std::fs::write(folder.join("made.yaml"), source).unwrap();
    device(folder, &["[\"app\"]"], &server.replace("device.cbor", "agree.cbor"));
    let create = ["suit", "create", "made.yaml", "-k", "author.cbor", "-o", &envelope];
    accepted(folder, &[&encrypt[..], &bind].concat());
    accepted(folder, &create);
    assert_eq!(actions(folder, &envelope, &[]).last().unwrap(), "runs app");
    accepted(folder, &[&encrypt[..], &bind[..2]].concat());
    accepted(folder, &create);
    assert!(refused_run(folder, &run).ends_with("suit-directive-fetch failed"), "bound to nothing");
}

/// What was installed is removed again; what the maker's own command makes is checked by its digest.
#[test]
fn uninstalling_and_patching_are_simulated() {
    let folder = workshop();
    let folder = folder.path();
    let envelope = create(folder, "uninstall");
    let server = "\n[server]\n\"https://example.com/extra.bin\" = \"extra.bin\"\n";
    device(folder, &["[\"extra\", \"app\"]", "[\"extra\", \"data\"]", "[\"extra.suit\"]"], server);
    actions(folder, &envelope, &["--procedure", "update"]);
    let done = actions(folder, &envelope, &["--procedure", "uninstall"]);
    assert!(done.contains(&"removes extra/app".to_owned()), "{done:?}");

    let envelope = create(folder, "delta");
    let server = "\n[server]\n\"https://example.com/app.patch\" = \"app.patch\"
[custom]\n\"-65537\" = true\n";
    device(folder, &["[\"app\"]", "[\"staging\"]"], server);
    let run = ["suit", "run", &envelope, "-k", "author.pem", "-d", "device.toml"];
    // The simulated command makes nothing, so the digest is not that of the new image.
    assert!(refused_run(folder, &run).ends_with("suit-condition-image-match failed"));
}
