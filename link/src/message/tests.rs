//! Messages by hand, and all others there and back.

extern crate std;

use std::vec::Vec;

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Error, ErrorKind};
use proptest::prelude::*;

use super::{BLOCK, Block, Request, Response};

fn request(request: &Request<'_>) -> Vec<u8> {
    let mut buffer = [0; 1152];
    let mut encoder = Encoder::new(&mut buffer);
    request.encode(&mut encoder).unwrap();
    encoder.as_bytes().to_vec()
}

fn response(response: &Response<'_>) -> Vec<u8> {
    let mut buffer = [0; 1152];
    let mut encoder = Encoder::new(&mut buffer);
    response.encode(&mut encoder).unwrap();
    encoder.as_bytes().to_vec()
}

/// The arrays of the table in the README.
#[test]
fn messages_are_written_as_they_are_described() {
    let block = Block { offset: 1, total: 300, bytes: &[7] };
    for (message, bytes) in [
        (Request::Boot, &[0x81, 0][..]),
        (Request::Envelope(block), &[0x84, 1, 1, 0x19, 0x01, 0x2c, 0x41, 7]),
        (Request::Payload(block), &[0x84, 2, 1, 0x19, 0x01, 0x2c, 0x41, 7]),
        (Request::Attest(&[9]), &[0x82, 3, 0x41, 9]),
    ] {
        assert_eq!(request(&message), bytes);
        assert_eq!(Request::parse(bytes), Ok(message));
    }
    let booted =
        Response::Booted { sequence_number: 1, image_size: 2, image_digest: &[3], answer: 4 };
    for (message, bytes) in [
        (booted, &[0x85, 0, 1, 2, 0x41, 3, 4][..]),
        (Response::More(5), &[0x82, 1, 5]),
        (Response::Fetch { uri: "a", limit: Some(4) }, &[0x83, 2, 0x61, b'a', 4]),
        (Response::Fetch { uri: "a", limit: None }, &[0x83, 2, 0x61, b'a', 0xf6]),
        (Response::Installed { sequence_number: 1, commands: &[3] }, &[0x83, 3, 1, 0x41, 3]),
        (Response::Evidence(&[8]), &[0x82, 4, 0x41, 8]),
        (Response::Refused("no"), &[0x82, 5, 0x62, b'n', b'o']),
    ] {
        assert_eq!(response(&message), bytes);
        assert_eq!(Response::parse(bytes), Ok(message));
    }
}

#[test]
fn what_is_no_message_is_refused_at_its_byte() {
    for (bytes, kind, offset) in [
        (&[0x82, 0][..], ErrorKind::UnexpectedEnd, 2),
        (&[0x81, 6], ErrorKind::InvalidValue, 0),
        (&[0x9f, 0, 0xff], ErrorKind::InvalidValue, 0),
        (&[0x82, 1, 0x40], ErrorKind::InvalidValue, 0),
        (&[0x81, 0, 0], ErrorKind::TrailingBytes, 2),
        (&[0x84, 1, 0, 0, 0x41, 0], ErrorKind::InvalidValue, 4),
    ] {
        assert_eq!(Request::parse(bytes), Err(Error::new(kind, offset)), "{bytes:02x?}");
    }
    assert!(Response::parse(&[0x82, 5, 0x61, 0xff]).is_err());
}

/// A block is taken when it is the next one, and not twice.
#[test]
fn blocks_follow_one_another() {
    let mut taken = 0;
    let block = Block { offset: 0, total: 4, bytes: &[1, 2] };
    assert_eq!(block.after(&mut taken), Some(&[1, 2][..]));
    assert_eq!(block.after(&mut taken), None);
    assert_eq!(Block { offset: 3, total: 4, bytes: &[4] }.after(&mut taken), None);
    assert_eq!(Block { offset: 2, total: 4, bytes: &[3, 4] }.after(&mut taken), Some(&[3, 4][..]));
    assert_eq!(taken, 4);
}

proptest! {
    /// Nothing that arrives does harm, and what is read is written as it was read, in its shortest form.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(message) = Request::parse(&bytes) {
            let written = request(&message);
            prop_assert_eq!(Request::parse(&written), Ok(message));
        }
        if let Ok(message) = Response::parse(&bytes) {
            let written = response(&message);
            prop_assert_eq!(Response::parse(&written), Ok(message));
        }
    }

    #[test]
    fn blocks_arrive(offset in any::<u32>(), bytes in proptest::collection::vec(any::<u8>(), 0..BLOCK)) {
        let end = offset.checked_add(u32::try_from(bytes.len()).unwrap());
        let block = Block { offset, total: end.unwrap_or(u32::MAX), bytes: &bytes };
        let encoded = request(&Request::Payload(block));
        prop_assert_eq!(Request::parse(&encoded).is_ok(), end.is_some());
    }
}
