extern crate std;
use std::vec::Vec;

use super::*;
use crate::cbor::{check_deterministic, parse_diagnostic};

/// RFC 8949, 3.4.3: at the edges of major types 0 and 1 and of what fits, in both directions; the
/// notation's parser has an arithmetic of its own.
#[test]
fn the_edges_of_every_range() {
    let edges =
        [0, 23, 24, u64::MAX.into(), 1 << 64, (1 << 64) + 1, 1 << 100, i128::MAX - 1, i128::MAX];
    for value in edges.into_iter().flat_map(|value| [value, !value]) {
        let mut bytes = Vec::new();
        Encoder::appending(&mut bytes).big_integer(value).unwrap();
        assert_eq!(parse_diagnostic(&std::format!("{value}")).as_ref(), Ok(&bytes));
        assert_eq!(check_deterministic(&bytes), Ok(()), "{value}");
        let mut cursor = Cursor::new(&bytes);
        assert_eq!(cursor.big_integer(), Ok(value));
        assert_eq!(cursor.finish(), Ok(()));
    }
}

/// Leading zeros are read over; what does not fit, another tag or type, is refused where it begins.
#[test]
fn what_else_is_read_and_refused() {
    let read = |text: &str| Cursor::new(&parse_diagnostic(text).unwrap()).big_integer();
    assert_eq!(read("2(h'')"), Ok(0));
    assert_eq!(read("3(h'')"), Ok(-1));
    assert_eq!(read("2(h'0000000000000000000000000000000000000005')"), Ok(5));
    for text in
        ["2(h'80000000000000000000000000000000')", "3(h'0100000000000000000000000000000000')"]
    {
        assert_eq!(read(text), Err(Error::new(ErrorKind::IntegerRange, 0)), "{text}");
    }
    assert_eq!(read("4(h'01')"), Err(Error::new(ErrorKind::UnexpectedTag, 0)));
    assert_eq!(read("2(''_)"), Err(Error::new(ErrorKind::IndefiniteLength, 1)));
    let unexpected = ErrorKind::UnexpectedType { expected: Type::Unsigned };
    assert_eq!(read("1.0").unwrap_err().kind(), unexpected);
}
