//! `hexad coswid` from files and other bills of materials to tags, and back.

use serde_json::{Value, json};

use super::{accepted, json as run, refused};

/// What makes a tag of `scan`.
fn create<'a>(scan: &'a str, output: &'a str) -> [&'a str; 12] {
    let (name, version) = ("--name", "--software-version");
    [
        "coswid",
        "create",
        name,
        "app",
        version,
        "1.4.0",
        "--creator",
        "Example",
        "--scan",
        scan,
        "-o",
        output,
    ]
}

/// A folder gives the same bytes each time, in whatever order its files were written; a digest is that
/// of the file (FIPS 180-2, appendix B.1, for "abc").
#[test]
fn a_folder_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (tree, names) in [("one", ["b/c", "a", "b/a"]), ("two", ["a", "b/a", "b/c"])] {
        std::fs::create_dir_all(path.join(tree).join("b")).unwrap();
        for name in names {
            std::fs::write(path.join(tree).join(name), "abc").unwrap();
        }
        accepted(path, &create(tree, &format!("{tree}.coswid")));
    }
    let read = |name: &str| std::fs::read(path.join(name)).unwrap();
    assert_eq!(read("one.coswid"), read("two.coswid"));
    let shown = run(path, &["coswid", "inspect", "one.coswid"]);
    assert_eq!((&shown["software_name"], &shown["tag_type"]), (&json!("app"), &json!("primary")));
    let files = shown["files"].as_array().unwrap();
    assert_eq!(files.len(), 3);
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(files.iter().all(|file| file["hash"] == json!({"alg": 1, "value": abc})), "{files:?}");
}

/// A signed tag is verified by its key, and by no other.
#[test]
fn a_tag_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("image.bin"), [7; 100]).unwrap();
    for key in ["maker", "other"] {
        accepted(path, &["key", "generate", "-o", &format!("{key}.cbor")]);
    }
    let create = create("image.bin", "app.coswid");
    accepted(path, &[&create[..], &["-k", "maker.cbor", "--hash", "sha-512"]].concat());
    let shown = run(path, &["coswid", "verify", "app.coswid", "-k", "maker.cbor"]);
    assert_eq!((&shown["ok"], &shown["files"][0]["hash"]["alg"]), (&json!(true), &json!(8)));
    refused(path, &["coswid", "verify", "app.coswid", "-k", "other.cbor"], 1);
}

/// An ELF of two segments: the file, its image with the gap erased, and nothing of `.bss`.
#[test]
fn an_elf_is_scanned() {
    let mut elf = b"\x7fELF\x01\x01\x01".to_vec();
    elf.resize(16, 0);
    let half = |value: u16| value.to_le_bytes().to_vec();
    let word = |value: u32| value.to_le_bytes().to_vec();
    // An executable for ARM with two program headers behind this one.
    for part in [half(2), half(40), word(1), word(0x8000), word(52), word(0), word(0)] {
        elf.extend(part);
    }
    for part in [half(52), half(32), half(2), half(40), half(0), half(0)] {
        elf.extend(part);
    }
    // type, offset, virtual and physical address, size in the file and in memory, flags, alignment
    for (offset, address) in [(116, 0x8000), (118, 0x8004)] {
        for value in [1, offset, 0x2000_0000, address, 2, 8, 5, 1] {
            elf.extend(word(value));
        }
    }
    elf.extend([1, 2, 3, 4]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("app.elf"), &elf).unwrap();
    std::fs::write(path.join("app.elf.bin"), [1, 2, 0xff, 0xff, 3, 4]).unwrap();
    accepted(path, &create("app.elf", "app.coswid"));
    accepted(path, &create("app.elf.bin", "flat.coswid"));
    let files = |name: &str| run(path, &["coswid", "inspect", name])["files"].take();
    let (of_elf, flat) = (files("app.coswid"), files("flat.coswid"));
    assert_eq!(of_elf.as_array().unwrap().len(), 2);
    assert_eq!(of_elf[1], flat[0]);
    std::fs::write(path.join("app.elf"), &elf[..117]).unwrap();
    refused(path, &create("app.elf", "cut.coswid"), 1);
}

/// A tag in XML and back is the same bytes; what has no place is said.
#[test]
fn tags_are_converted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("image.bin"), [7; 100]).unwrap();
    accepted(path, &create("image.bin", "app.coswid"));
    accepted(path, &["coswid", "convert", "app.coswid", "--to", "swid", "-o", "app.xml"]);
    accepted(path, &["coswid", "convert", "app.xml", "-o", "again.coswid"]);
    let read = |name: &str| std::fs::read(path.join(name)).unwrap();
    assert_eq!(read("app.coswid"), read("again.coswid"));
    let bom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "a", "version": "1", "bom-ref": "id-a"},
        {"type": "library", "name": "b", "version": "2", "bom-ref": "id-b"},
        {"type": "library", "name": "c"}]});
    std::fs::write(path.join("bom.json"), bom.to_string()).unwrap();
    let convert = ["coswid", "convert", "bom.json", "-o", "bom.coswid"];
    let refusal = run(path, &convert);
    assert_eq!(refusal["error"]["kind"], "missing", "nobody is named as the creator");
    let shown = run(path, &[&convert[..], &["--creator", "Example"]].concat());
    let names: Vec<&Value> =
        shown["tags"].as_array().unwrap().iter().map(|tag| &tag["software_name"]).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(shown["tags"][1]["notes"][0].as_str().unwrap().starts_with("component c at byte"));
    let several = [&convert[..], &["--creator", "Example", "--to", "swid"]].concat();
    refused(path, &several, 2);
    accepted(path, &[&several[..], &["--select", "id-b"]].concat());
    assert!(String::from_utf8(read("bom.coswid")).unwrap().contains(r#"name="b""#));
}
