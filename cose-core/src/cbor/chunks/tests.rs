extern crate std;
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::ErrorKind;
use crate::cbor::parse_diagnostic;

/// RFC 8949, 3.2.3: chunk by chunk, in order, empty ones too.
#[test]
fn strings_are_read_chunk_by_chunk() {
    for (text, expected) in [
        ("'abc'", &["abc"][..]),
        ("''", &[""]),
        ("''_", &[]),
        ("(_ 'a', '', 'bc'_2)", &["a", "", "bc"]),
    ] {
        let bytes = [parse_diagnostic(text).unwrap(), [0x05].to_vec()].concat();
        let mut cursor = Cursor::new(&bytes);
        let chunks: Vec<_> = cursor.byte_chunks().unwrap().collect();
        assert_eq!(chunks, expected.iter().map(|chunk| chunk.as_bytes()).collect::<Vec<_>>());
        assert_eq!(cursor.unsigned(), Ok(5), "{text}");
        let bytes = parse_diagnostic(&text.replace('\'', "\"")).unwrap();
        let mut cursor = Cursor::new(&bytes);
        assert_eq!(cursor.text_chunks().unwrap().collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(cursor.finish(), Ok(()));
    }
    let mut cursor = Cursor::new(&[0x7f, 0x62, 0xc3, 0xbc, 0x61, b'b', 0xff]);
    assert_eq!(cursor.text_chunks().unwrap().collect::<String>(), "üb");
}

/// All chunks are checked before the first is given: one kind, definite lengths, whole characters.
#[test]
fn wrong_chunks_are_refused_at_once() {
    use ErrorKind::{IndefiniteLength, InvalidUtf8, ReservedValue, UnexpectedEnd};
    for (bytes, kind, offset) in [
        (&[0x5f, 0x41, 0x00][..], UnexpectedEnd, 3),
        (&[0x5f, 0x42, 0x00], UnexpectedEnd, 3),
        (&[0x5f, 0x41, 0x00, 0x61, 0x61, 0xff], IndefiniteLength, 3),
        (&[0x5f, 0x5f, 0xff, 0xff], IndefiniteLength, 1),
        (&[0x5f, 0x00, 0xff], IndefiniteLength, 1),
        (&[0x5f, 0x5c, 0xff], ReservedValue, 1),
        (&[0x42, 0x00], UnexpectedEnd, 2),
    ] {
        let error = Cursor::new(bytes).byte_chunks().unwrap_err();
        assert_eq!((error.kind(), error.offset()), (kind, offset), "{bytes:02x?}");
    }
    // "ü" cut in two is no text, though the whole would be.
    for bytes in [&[0x7f, 0x61, 0xc3, 0x61, 0xbc, 0xff][..], &[0x7f, 0x61, 0xff, 0xff]] {
        let error = Cursor::new(bytes).text_chunks().unwrap_err();
        assert_eq!((error.kind(), error.offset()), (InvalidUtf8, 1));
    }
    assert_eq!(Cursor::new(&[0x61, 0xff]).text_chunks().unwrap_err().kind(), InvalidUtf8);
    let error = Cursor::new(&[0x60]).byte_chunks().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedType { expected: Type::Bytes });
}
