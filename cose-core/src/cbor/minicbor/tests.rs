use minicbor::data::Tagged;

use super::*;
use crate::cbor::Cursor;

/// A full buffer is this crate's error, with the size that was reached; nothing is lost of what was there.
#[test]
fn a_full_buffer_is_told() {
    let mut buffer = [0; 4];
    let mut encoder = Encoder::new(&mut buffer);
    encoder.array(2).unwrap().encode(&1_u8).unwrap();
    let error = encoder.encode(&"four").map(drop).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::BufferTooSmall, 3));
    let counted = Encoder::counting().encode(&"four").unwrap().written();
    assert_eq!(counted, 5);
}

/// What is wrong is told by kind, and by its offset in the outermost input.
#[test]
fn what_can_not_be_decoded_is_told() {
    let told = |bytes: &[u8]| {
        let error = Raw::new(bytes, 10).decode::<(u8, Tagged<7, u8>)>().unwrap_err();
        (error.kind(), error.offset())
    };
    assert_eq!(told(&[0x82, 0x01]), (ErrorKind::UnexpectedEnd, 12));
    assert_eq!(told(&[0x82, 0x01, 0xc8, 0x00]).0, ErrorKind::UnexpectedTag);
    assert_eq!(told(&[0x82, 0x20, 0xc7, 0x00]), (ErrorKind::InvalidValue, 11));
    assert_eq!(told(&[0x82, 0x01, 0xc7, 0x00, 0x00]), (ErrorKind::TrailingBytes, 14));
    let mut cursor = Cursor::new(&[0x82, 0x01, 0xc7, 0x02]);
    let (one, two) = cursor.item().unwrap().decode::<(u8, Tagged<7, u8>)>().unwrap();
    assert_eq!((one, *two.value()), (1, 2));
}
