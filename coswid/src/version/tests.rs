use core::cmp::Ordering::{Equal, Greater, Less};

use super::*;

/// RFC 9393, section 4.1: sorted "by these numbers (i.e., not by the digits in the numbers)".
#[test]
fn multipartnumeric_compares_numbers() {
    let cases = [
        ("1.2.3", "1.2.3", Some(Equal)),
        ("1.21", "1.4.5", Some(Greater)),
        ("1.2", "1.2.0", Some(Less)),
        ("1.002", "1.2", Some(Equal)),
        ("99999999999999999999999999", "100000000000000000000000000", Some(Less)),
        ("1..2", "1", None),
        ("", "1", None),
        ("1.2a", "1.2", None),
    ];
    for (left, right, order) in cases {
        assert_eq!(compare(VersionScheme::Multipartnumeric, left, right), order, "{left} {right}");
    }
}

/// RFC 9393, section 4.1: the numbers first, "and then the textual suffix".
#[test]
fn suffix_decides_last() {
    let cases = [
        ("1.2.3a", "1.2.3b", Some(Less)),
        ("1.2.3", "1.2.3a", Some(Less)),
        ("1.10a", "1.9z", Some(Greater)),
        ("2.0.rc1", "2.0.rc1", Some(Equal)),
        ("a", "1", None),
    ];
    for (left, right, order) in cases {
        let scheme = VersionScheme::MultipartnumericSuffix;
        assert_eq!(compare(scheme, left, right), order, "{left} {right}");
    }
}

/// RFC 9393, section 4.1: "e.g., 1.25 is less than 1.3".
#[test]
fn decimal_compares_values() {
    let cases = [
        ("1.25", "1.3", Some(Less)),
        ("1.30", "1.3", Some(Equal)),
        ("-2", "-1", Some(Less)),
        ("-0", "0.0", Some(Equal)),
        ("-1", "1", Some(Less)),
        ("10", "9", Some(Greater)),
        ("1.2.3", "1", None),
        ("1.", "1", None),
    ];
    for (left, right, order) in cases {
        assert_eq!(compare(VersionScheme::Decimal, left, right), order, "{left} {right}");
    }
}

/// Semantic Versioning 2.0.0, section 11, its own chain of examples.
#[test]
fn semver_precedence() {
    let ascending = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "2.0.0",
        "2.1.0",
        "2.1.1",
    ];
    for pair in ascending.windows(2) {
        assert_eq!(compare(VersionScheme::Semver, pair[0], pair[1]), Some(Less), "{pair:?}");
        assert_eq!(compare(VersionScheme::Semver, pair[1], pair[0]), Some(Greater), "{pair:?}");
    }
    assert_eq!(compare(VersionScheme::Semver, "1.0.0+a", "1.0.0+b"), Some(Equal));
    for invalid in ["1.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "v1.0.0"] {
        assert_eq!(compare(VersionScheme::Semver, invalid, "1.0.0"), None, "{invalid}");
    }
}

/// A scheme of private use has no order here; an alphanumeric one sorts as text.
#[test]
fn other_schemes() {
    let private = VersionScheme::Other(crate::iana::Label::Name("example/dates"));
    assert_eq!(compare(private, "1", "2"), None);
    assert_eq!(compare(VersionScheme::Alphanumeric, "R2.D2", "R2.D1"), Some(Greater));
}
