//! A sequence as lines: names of the standard, depth, the byte where each thing stands.

use std::path::Path;

use crate::drafts::example;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::{Envelope, inspect};

/// The install sequence of example 3, with its two alternatives.
pub fn alternatives_and_parameters(folder: &Path) {
    let bytes = example(folder, 3);
    let manifest = Envelope::parse(&bytes).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
    let lines = inspect::commands(manifest.install().present().unwrap());
    let shown: Vec<String> = lines
        .iter()
        .map(|line| format!("{}{} {}", "  ".repeat(line.depth), line.name, line.value))
        .collect();
    let expected = [
        "suit-directive-try-each ",
        "  alternative 0 ",
        "    suit-directive-override-parameters ",
        "      suit-parameter-component-slot 0",
        "    suit-condition-component-slot record, sysinfo on success",
        "    suit-directive-override-parameters ",
        "      suit-parameter-uri \"http://example.com/file1.bin\"",
        "  alternative 1 ",
        "    suit-directive-override-parameters ",
        "      suit-parameter-component-slot 1",
        "    suit-condition-component-slot record, sysinfo on success",
        "    suit-directive-override-parameters ",
        "      suit-parameter-uri \"http://example.com/file2.bin\"",
        "suit-directive-fetch record on failure",
        "suit-condition-image-match record, sysinfo always",
    ];
    assert_eq!(shown, expected);
    // Each line's offset is that of what it shows: the try-each's label, the last image-match's.
    assert_eq!(bytes[lines[0].offset], 15);
    assert_eq!(lines[14].offset, bytes.len() - 2);
    assert!(lines.is_sorted_by_key(|line| line.offset));
}

/// Digests and identifiers are shown as people write them.
pub fn digests_and_identifiers(folder: &Path) {
    let bytes = example(folder, 0);
    let manifest = Envelope::parse(&bytes).unwrap().unverified_manifest(&mut RustCrypto).unwrap();
    let lines = inspect::commands(manifest.shared_sequence().unwrap());
    let values: Vec<&str> = lines.iter().map(|line| line.value.as_str()).collect();
    let digest = "SHA-256 h'00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210'";
    let policy = "record, sysinfo always";
    let (vendor, class) =
        ("fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe", "1492af14-2569-5e48-bf42-9b2d51f2ab45");
    assert_eq!(values, ["", vendor, class, digest, "34768", policy, policy]);
}
