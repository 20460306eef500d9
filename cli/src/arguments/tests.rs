use super::*;

/// `--aad` and the like: pairs of digits, or nothing at all.
#[test]
fn hexadecimal_arguments() {
    assert_eq!(hexadecimal("00Ff").unwrap().as_slice(), [0, 0xff]);
    assert_eq!(hexadecimal("").unwrap().as_slice(), b"");
    assert!(hexadecimal("0").is_err() && hexadecimal("0g").is_err());
}

/// A key identifier is bytes: it is shown so that it can be typed in again.
#[test]
fn key_identifiers_read_back_as_shown() {
    for bytes in [&b"author-1"[..], b"0x11", &[0xff, 0], b"", b"a\nb"] {
        assert_eq!(kid(&shown(bytes)).unwrap().as_slice(), bytes);
    }
}

/// Algorithms go by the registry's name or number, and only those that are offered.
#[test]
fn algorithms_by_name_or_number() {
    assert_eq!(algorithm("esp256"), Ok(Algorithm::ESP256));
    assert_eq!(algorithm("HMAC 256/64"), Ok(Algorithm::HMAC_256_64));
    assert_eq!(algorithm("-7"), Ok(Algorithm::ES256));
    assert!(algorithm("RS256").unwrap_err().contains("ESP512"));
}
