use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::format;

use super::{Kind, MAX_DEPTH, Writer, read};
use crate::error::ErrorKind;

fn refused(input: &[u8]) -> (ErrorKind, usize) {
    let fault = read(input).unwrap_err();
    (fault.kind, fault.offset)
}

/// RFC 8259: what is not JSON is refused, at the byte where it ceases to be.
#[test]
fn what_is_not_json_is_refused_with_its_byte() {
    use ErrorKind::{InvalidUtf8, Syntax, TrailingBytes, UnexpectedEnd};
    let cases: [(&[u8], ErrorKind, usize); 36] = [
        (b"", UnexpectedEnd, 0),
        (b" \n", UnexpectedEnd, 2),
        (b"\0", Syntax, 0),
        (b"{", UnexpectedEnd, 1),
        (b"[", UnexpectedEnd, 1),
        (b"[1,]", Syntax, 3),
        (b"[,1]", Syntax, 1),
        (b"[1 2]", Syntax, 3),
        (b"[1}", Syntax, 2),
        (b"{]", Syntax, 1),
        (b"{\"a\"}", Syntax, 4),
        (b"{\"a\":}", Syntax, 5),
        (b"{\"a\":1,}", Syntax, 7),
        (b"{\"a\":1 \"b\":2}", Syntax, 7),
        (b"{a:1}", Syntax, 1),
        (b"{1:1}", Syntax, 1),
        (b"nul", UnexpectedEnd, 3),
        (b"nulL", Syntax, 3),
        (b"True", Syntax, 0),
        (b"01", Syntax, 1),
        (b"-", UnexpectedEnd, 1),
        (b"+1", Syntax, 0),
        (b"1.", UnexpectedEnd, 2),
        (b".5", Syntax, 0),
        (b"1e", UnexpectedEnd, 2),
        (b"NaN", Syntax, 0),
        (b"\"a", UnexpectedEnd, 2),
        (b"\"\\", UnexpectedEnd, 2),
        (b"\"\\x\"", Syntax, 2),
        (b"\"\\u12g4\"", Syntax, 3),
        (b"\"\\ud800\"", Syntax, 7),
        (b"\"\\udc00\\ud800\"", Syntax, 3),
        (b"\"\n\"", Syntax, 1),
        (b"\"\xff\"", InvalidUtf8, 1),
        (b"{} {}", TrailingBytes, 3),
        (b"\xef\xbb\xbf{}", Syntax, 0),
    ];
    for (input, kind, offset) in cases {
        assert_eq!(refused(input), (kind, offset), "{:?}", String::from_utf8_lossy(input));
    }
}

/// RFC 7493, 2.3: names are unique, also when they are written differently.
#[test]
fn duplicate_names_are_refused() {
    assert_eq!(refused(br#"{"a":1,"b":2,"a":3}"#), (ErrorKind::DuplicateKey, 13));
    assert_eq!(refused(br#"{"a":1,"\u0061":3}"#), (ErrorKind::DuplicateKey, 7));
    assert_eq!(refused(br#"[{"x":{"a":1,"a":1}}]"#), (ErrorKind::DuplicateKey, 13));
    assert!(read(br#"[{"a":1},{"a":1}]"#).is_ok());
}

/// Depth is bounded, whatever the input: one level more than the limit is refused at its bracket.
#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(nested(MAX_DEPTH + 1).as_bytes()), (ErrorKind::TooDeep, MAX_DEPTH));
    assert_eq!(refused(nested(100_000).as_bytes()), (ErrorKind::TooDeep, MAX_DEPTH));
    assert_eq!(refused("{\"a\":".repeat(100_000).as_bytes()).0, ErrorKind::TooDeep);
}

/// An object with very many members costs no square of time: this ends at once, or never.
#[test]
fn many_members_are_read_in_time() {
    let members: Vec<_> = (0..200_000).map(|index| format!("\"{index}\":0")).collect();
    assert!(read(format!("{{{}}}", members.join(",")).as_bytes()).is_ok());
}

/// RFC 8259, 7: escapes mean their characters.
#[test]
fn escapes_are_read() {
    let value = read(br#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#).unwrap();
    let Kind::String(text) = value.kind else { panic!("{value:?}") };
    assert_eq!(text, "\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600}z");
}

/// RFC 6901: a pointer leads to the innermost value at a byte, with ~ and / escaped.
#[test]
fn pointers_lead_to_the_value() {
    let input = br#"{"a/b":[0,{"c~d":true}],"e":1}"#;
    let value = read(input).unwrap();
    assert_eq!(value.pointer_to(0), "");
    assert_eq!(value.pointer_to(1), "/a~1b");
    assert_eq!(value.pointer_to(10), "/a~1b/1");
    assert_eq!(value.pointer_to(17), "/a~1b/1/c~0d");
    assert_eq!(value.pointer_to(28), "/e");
}

/// The layout of the example in RFC 8520, 9.
#[test]
fn the_writer_lays_out_as_the_standard() {
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("a").number(1_u8);
        writer.name("b").array(|writer| {
            writer.string("x\"\u{1}");
            writer.object(|_| {});
        });
        writer.name("c").empty();
    });
    let expected = "{\n  \"a\": 1,\n  \"b\": [\n    \"x\\\"\\u0001\",\n    {}\n  ],\n  \"c\": [\n    null\n  ]\n}\n";
    assert_eq!(writer.finish(), expected.to_string());
}
