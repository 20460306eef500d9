extern crate std;
use std::{string::String, vec::Vec};

use proptest::prelude::*;

use super::is_utf8;

/// RFC 3629, 4: every two bytes, and three with each second and third of a few; as the standard library
/// says.
#[test]
fn short_strings() {
    let thirds = [0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff];
    for number in 0..=u16::MAX {
        let [a, b] = number.to_be_bytes();
        assert_eq!(is_utf8(&[a, b]), core::str::from_utf8(&[a, b]).is_ok());
        for c in thirds {
            assert_eq!(is_utf8(&[a, b, c]), core::str::from_utf8(&[a, b, c]).is_ok());
        }
    }
}

/// The edges of four bytes: the first and last of them, and their neighbours; an end in the midst.
#[test]
fn four_bytes() {
    let valid = [[0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf]];
    for bytes in valid {
        assert!(is_utf8(&bytes));
        assert!((1..4).all(|end| !is_utf8(&bytes[..end])));
    }
    let beyond = [[0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80]];
    assert!(beyond.iter().all(|bytes| !is_utf8(bytes)));
    assert!(!is_utf8(&[0xf8, 0x88, 0x80, 0x80, 0x80]));
    assert!(!is_utf8(&[0xff, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]));
}

proptest! {
    /// Any bytes, and text with one byte changed: as the standard library says.
    #[test]
    fn as_the_library_says(mut bytes: Vec<u8>, text: String, at: prop::sample::Index, byte: u8) {
        prop_assert_eq!(is_utf8(&bytes), core::str::from_utf8(&bytes).is_ok());
        bytes = text.into_bytes();
        prop_assert!(is_utf8(&bytes));
        if !bytes.is_empty() {
            let place = at.index(bytes.len());
            bytes[place] = byte;
            prop_assert_eq!(is_utf8(&bytes), core::str::from_utf8(&bytes).is_ok());
        }
    }
}
