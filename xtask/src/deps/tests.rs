use super::*;

fn edge(from: &str, to: &str) -> Edge {
    Edge { from: from.into(), to: to.into(), optional: false }
}

/// What the architecture draws is allowed.
#[test]
fn allowed() {
    for (from, to) in [
        ("hexad-rustcrypto", "hexad-cose-core"),
        ("hexad-suit", "hexad-cose-core"),
        ("hexad-operator", "hexad-suit"),
        ("hexad-controller", "hexad-operator"),
        ("hexad", "hexad-controller"),
        ("hexad", "hexad-operator"),
        ("hexad", "hexad-rustcrypto"),
        ("hexad", "hexad-link"),
        ("hexad-firmware", "hexad-link"),
        ("hexad-conformance", "hexad-suit"),
        ("hexad-rustcrypto", "p256"),
        ("hexad-cortex-m4", "hexad-rustcrypto"),
        ("hexad-cose-core", "subtle"),
        ("serde", "sha2"),
    ] {
        assert_eq!(broken(&edge(from, to)), None, "{from} -> {to}");
    }
    let joined = Edge { optional: true, ..edge("hexad-eat", "hexad-coswid") };
    assert_eq!(broken(&joined), None);
}

/// Everything else is not, and the message names the part of the rule.
#[test]
fn refused() {
    for (from, to, rule) in [
        ("hexad-cose-core", "hexad-suit", "cose-core depends on no crate"),
        ("hexad-cose-core", "sha2", "never name an algorithm"),
        ("hexad-suit", "p256", "never name an algorithm"),
        ("hexad-operator", "hmac", "never name an algorithm"),
        ("hexad-suit", "hexad-rustcrypto", "a standard depends on cose-core alone"),
        ("hexad-eat", "hexad-coswid", "do not depend on one another"),
        ("hexad-rustcrypto", "hexad-suit", "a backend depends on cose-core and the software"),
        ("hexad-rustcrypto", "hexad-cortex-m4", "a backend depends on cose-core and the software"),
        ("hexad-operator", "hexad-rustcrypto", "the operator depends on"),
        ("hexad-operator", "hexad-controller", "the operator depends on"),
        ("hexad-controller", "hexad-rustcrypto", "the controller depends on"),
        ("hexad-link", "hexad-suit", "the line to a device depends on cose-core alone"),
        ("hexad-ffi", "hexad", "programs do not depend on one another"),
        ("hexad", "hexad-conformance", "nothing depends on a tool"),
    ] {
        let why = broken(&edge(from, to)).unwrap_or_default();
        assert!(why.contains(rule), "{from} -> {to}: {why}");
    }
}

/// The workspace itself keeps the rule.
#[test]
fn workspace() {
    assert_eq!(run(), Ok(()));
}
