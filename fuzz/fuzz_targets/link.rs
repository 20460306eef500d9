//! Whatever arrives on the line, the next frame is understood; and a message, or an identity, that is read
//! is written as the same one.

#![no_main]

use hexad_cose_core::cbor::Encoder;
use hexad_fuzz::accepts_exactly;
use hexad_link::frame::{self, FRAME, Receiver};
use hexad_link::{Identity, Request, Response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut receiver = Receiver::new();
    for byte in data {
        if receiver.feed(*byte) == Some(Ok(())) {
            messages(receiver.message());
        }
    }
    let mut buffer = [0; FRAME];
    let next = frame::encode(b"next", &mut buffer).expect("a short message");
    let arrived = next.iter().filter_map(|byte| receiver.feed(*byte)).last();
    assert_eq!((arrived, receiver.message()), (Some(Ok(())), &b"next"[..]));

    messages(data);
    if let Ok(identity) = Identity::parse(data) {
        let mut encoded = Vec::new();
        if identity.encode(&mut Encoder::appending(&mut encoded)).is_ok() {
            let again = Identity::parse(&encoded).expect("what was written is an identity");
            assert_eq!((again.vendor, again.class), (identity.vendor, identity.class));
            assert_eq!((again.ueid, again.oem_id), (identity.ueid, identity.oem_id));
        }
    }
});

fn messages(data: &[u8]) {
    let request = |data: &[u8]| Request::parse(data).map(|_| ()).map_err(|error| error.offset());
    if accepts_exactly(data, request) {
        let message = Request::parse(data).expect("it was accepted before");
        let mut encoded = Vec::new();
        message.encode(&mut Encoder::appending(&mut encoded)).expect("a vector has room");
        assert_eq!(Request::parse(&encoded), Ok(message));
    }
    let response = |data: &[u8]| Response::parse(data).map(|_| ()).map_err(|error| error.offset());
    if accepts_exactly(data, response) {
        let message = Response::parse(data).expect("it was accepted before");
        let mut encoded = Vec::new();
        message.encode(&mut Encoder::appending(&mut encoded)).expect("a vector has room");
        assert_eq!(Response::parse(&encoded), Ok(message));
    }
}
