extern crate std;
use std::vec;
use std::vec::Vec;

use super::{Cursor, Encoder, Entries, MAX_DEPTH, check_deterministic, check_well_formed};
use crate::error::{Error, ErrorKind};
use crate::labels::Label;

fn refused(bytes: &[u8]) -> (ErrorKind, usize) {
    let error = check_well_formed(bytes).unwrap_err();
    (error.kind(), error.offset())
}

/// RFC 8949, appendix F.1: each class of malformed input, with the byte that is to blame.
#[test]
fn malformed_items_are_refused_where_they_break() {
    use ErrorKind::{
        IndefiniteLength, InvalidUtf8, ReservedValue, TrailingBytes, UnexpectedBreak, UnexpectedEnd,
    };
    let cases: [(&[u8], ErrorKind, usize); 18] = [
        (&[], UnexpectedEnd, 0),
        (&[0x18], UnexpectedEnd, 1),
        (&[0x19, 0x01], UnexpectedEnd, 2),
        (&[0x1b, 1, 2, 3, 4, 5, 6, 7], UnexpectedEnd, 8),
        (&[0x41], UnexpectedEnd, 1),
        (&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], UnexpectedEnd, 10),
        (&[0x82, 0x00], UnexpectedEnd, 2),
        (&[0xa1, 0x01], UnexpectedEnd, 2),
        (&[0xbf, 0x00, 0x00], UnexpectedEnd, 3),
        (&[0xc0], UnexpectedEnd, 1),
        (&[0x1c], ReservedValue, 0),
        (&[0x1f], ReservedValue, 0),
        (&[0xf8, 0x18], ReservedValue, 0),
        (&[0x5f, 0x61, 0x61, 0xff], IndefiniteLength, 1),
        (&[0x5f, 0x5f, 0x41, 0x00, 0xff, 0xff], IndefiniteLength, 1),
        (&[0xff], UnexpectedBreak, 0),
        (&[0x62, 0xc3, 0x28], InvalidUtf8, 0),
        (&[0x01, 0x02], TrailingBytes, 1),
    ];
    for (bytes, kind, offset) in cases {
        assert_eq!(refused(bytes), (kind, offset), "{bytes:02x?}");
    }
    // A break may not stand in for a value, nor end a definite length or a tag's content.
    for bytes in [&[0xbf, 0x00, 0xff][..], &[0x82, 0x00, 0xff], &[0x9f, 0xc1, 0xff, 0xff]] {
        assert_eq!(refused(bytes).0, UnexpectedBreak, "{bytes:02x?}");
    }
}

/// A count can promise more items than bytes are left; no loop and no size follows from it.
#[test]
fn announced_counts_are_held_against_the_input() {
    for head in [0x9b_u8, 0xbb] {
        let mut bytes = vec![head];
        bytes.extend([0xff; 8]);
        assert_eq!(refused(&bytes).0, ErrorKind::UnexpectedEnd);
        let mut cursor = Cursor::new(&bytes);
        let entered = if head == 0x9b { cursor.array() } else { cursor.map() };
        assert_eq!(entered.unwrap_err().kind(), ErrorKind::UnexpectedEnd);
    }
}

/// Items are skipped without recursion, and no deeper than the stated limit.
#[test]
fn depth_is_limited() {
    let nested = |depth: usize| {
        let mut bytes = vec![0x81; depth];
        bytes.push(0x00);
        bytes
    };
    assert_eq!(check_well_formed(&nested(MAX_DEPTH)), Ok(()));
    assert_eq!(refused(&nested(MAX_DEPTH + 1)), (ErrorKind::TooDeep, MAX_DEPTH));
    assert_eq!(refused(&nested(100_000)), (ErrorKind::TooDeep, MAX_DEPTH));
    for head in [0xc1, 0x9f, 0xbf] {
        assert_eq!(refused(&vec![head; 100_000]), (ErrorKind::TooDeep, MAX_DEPTH));
    }
}

/// What should stand there is named.
#[test]
fn errors_name_the_type() {
    let error = Cursor::new(&[0xa0]).bytes().unwrap_err();
    assert_eq!(std::format!("{error}"), "expected a byte string at byte 0");
    let error = Cursor::new(&[0x20]).unsigned().unwrap_err();
    let text = "expected an unsigned integer at byte 0";
    assert_eq!(std::format!("{error}"), text);
}

/// Offsets count from the outermost input, also inside wrapped CBOR.
#[test]
fn offsets_count_from_the_outermost_input() {
    // [0, h'82 01 ff']: the break stands at byte 5.
    let bytes = [0x82, 0x00, 0x43, 0x82, 0x01, 0xff];
    let mut cursor = Cursor::new(&bytes);
    cursor.array_of(2).unwrap();
    cursor.skip().unwrap();
    let mut inner = cursor.wrapped().unwrap();
    assert_eq!(inner.skip(), Err(Error::new(ErrorKind::UnexpectedBreak, 5)));
}

/// Integers at the edges of what fits.
#[test]
fn integers_are_range_checked() {
    let encode = |major: u8, argument: u64| {
        let mut bytes = vec![major << 5 | 27];
        bytes.extend(argument.to_be_bytes());
        bytes
    };
    let integer = |bytes: &[u8]| Cursor::new(bytes).integer();
    assert_eq!(integer(&encode(0, i64::MAX.unsigned_abs())), Ok(i64::MAX));
    assert_eq!(integer(&encode(1, i64::MAX.unsigned_abs())), Ok(i64::MIN));
    for major in [0, 1] {
        let error = integer(&encode(major, 1 << 63)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IntegerRange);
    }
    assert_eq!(Cursor::new(&[0x18, 0xff]).unsigned_as::<u8>(), Ok(255));
    let error = Cursor::new(&[0x19, 0x01, 0x00]).unsigned_as::<u8>().unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::IntegerRange, 0));
}

/// RFC 8949, 3.3: simple values by number, those with names too; nothing else of major type 7.
#[test]
fn simple_values() {
    for (bytes, value) in [
        (&[0xe0][..], 0),
        (&[0xf3], 19),
        (&[0xf4], 20),
        (&[0xf5], 21),
        (&[0xf6], 22),
        (&[0xf7], 23),
        (&[0xf8, 32], 32),
        (&[0xf8, 255], 255),
    ] {
        let mut cursor = Cursor::new(bytes);
        assert_eq!(cursor.simple(), Ok(value));
        assert_eq!(cursor.finish(), Ok(()));
        let mut buffer = [0; 2];
        assert_eq!(Encoder::new(&mut buffer).simple(value).unwrap().as_bytes(), bytes);
    }
    let kind = |bytes: &[u8]| Cursor::new(bytes).simple().unwrap_err().kind();
    assert_eq!(kind(&[0xf8, 31]), ErrorKind::ReservedValue);
    assert_eq!(kind(&[0xfc]), ErrorKind::ReservedValue);
    assert_eq!(kind(&[0xf8]), ErrorKind::UnexpectedEnd);
    for bytes in [&[0xf9, 0, 0][..], &[0xff], &[0x00]] {
        assert!(matches!(kind(bytes), ErrorKind::UnexpectedType { .. }), "{bytes:02x?}");
    }
}

/// RFC 8949, 4.2.1: one rule after another.
#[test]
fn deterministic_encoding_is_checked_rule_by_rule() {
    use ErrorKind::{DuplicateKey, NotDeterministic};
    let accepted: [&[u8]; 6] = [
        &[0x18, 0x18],
        &[0xa3, 0x01, 0x00, 0x20, 0x00, 0x61, 0x61, 0x00],
        &[0xf9, 0x7e, 0x00],
        &[0xfa, 0x47, 0xc3, 0x50, 0x00],
        &[0x82, 0xa1, 0x02, 0xa0, 0xc1, 0x01],
        &[0xa2, 0x81, 0x01, 0x00, 0x81, 0x02, 0x00],
    ];
    for bytes in accepted {
        assert_eq!(check_deterministic(bytes), Ok(()), "{bytes:02x?}");
    }
    let refused: [(&[u8], ErrorKind, usize); 11] = [
        (&[0x18, 0x17], NotDeterministic, 0),
        (&[0x82, 0x00, 0x19, 0x00, 0xff], NotDeterministic, 2),
        (&[0x58, 0x01, 0x00], NotDeterministic, 0),
        (&[0x9f, 0xff], NotDeterministic, 0),
        (&[0x5f, 0xff], NotDeterministic, 0),
        (&[0xa2, 0x02, 0x00, 0x01, 0x00], NotDeterministic, 3),
        (&[0xa2, 0x61, 0x61, 0x00, 0x20, 0x00], NotDeterministic, 4),
        (&[0xa2, 0x01, 0x00, 0x01, 0x00], DuplicateKey, 3),
        (&[0xfa, 0x3f, 0x80, 0x00, 0x00], NotDeterministic, 0),
        (&[0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], NotDeterministic, 0),
        (&[0xf9, 0x7e, 0x01], NotDeterministic, 0),
    ];
    for (bytes, kind, offset) in refused {
        assert_eq!(check_deterministic(bytes), Err(Error::new(kind, offset)), "{bytes:02x?}");
    }
}

/// Keys in any order are told apart; ascending ones without a limit, others as long as that is not
/// too much work.
#[test]
fn duplicate_keys_are_refused_in_any_order() {
    fn walk(bytes: &[u8]) -> Result<usize, Error> {
        let mut cursor = Cursor::new(bytes);
        let mut entries = Entries::enter(&mut cursor)?;
        let mut count = 0;
        while entries.next(&mut cursor)?.is_some() {
            cursor.skip()?;
            count += 1;
        }
        Ok(count)
    }
    fn map(keys: impl Iterator<Item = i64> + Clone) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::appending(&mut bytes);
        encoder.map(keys.clone().count()).unwrap();
        for key in keys {
            encoder.integer(key).unwrap().null().unwrap();
        }
        bytes
    }
    assert_eq!(walk(&map(0..1000)), Ok(1000));
    assert_eq!(walk(&map((0..64).rev())), Ok(64));
    let too_many = walk(&map((0..1000).rev())).unwrap_err();
    assert_eq!(too_many.kind(), ErrorKind::TooMany);
    for keys in [[4, 1, 4], [4, 4, 1], [1, 4, 1], [-1, 1, -1]] {
        let error = walk(&map(keys.into_iter())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DuplicateKey, "{keys:?}");
    }
}

/// The order of labels is that of their deterministic encodings.
#[test]
fn labels_are_ordered_as_they_are_encoded() {
    let labels = [
        Label::Integer(0),
        Label::Integer(23),
        Label::Integer(24),
        Label::Integer(i64::MAX),
        Label::Integer(-1),
        Label::Integer(-25),
        Label::Integer(i64::MIN),
        Label::Text(""),
        Label::Text("b"),
        Label::Text("aa"),
    ];
    let encoded = labels.map(|label| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::appending(&mut bytes);
        match label {
            Label::Integer(integer) => encoder.integer(integer).unwrap(),
            Label::Text(text) => encoder.text(text).unwrap(),
        };
        bytes
    });
    assert!(labels.is_sorted());
    assert!(encoded.is_sorted());
}

/// A buffer that is too small is an error, not a cut-off item.
#[test]
fn a_full_buffer_is_an_error() {
    let mut buffer = [0; 3];
    let mut encoder = Encoder::new(&mut buffer);
    encoder.unsigned(1).unwrap();
    let error = encoder.text("four").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall);
}
