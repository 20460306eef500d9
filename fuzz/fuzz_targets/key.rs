//! A `COSE_Key` that is read can be written, and read again as the same key.

#![no_main]

use hexad_cose_core::Key;
use hexad_cose_core::cbor::{Encoder, check_deterministic};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Key::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(data, parse) {
        return;
    }
    let key = Key::parse(data).expect("it was accepted before");
    assert!(key.public().is_some() != key.symmetric().is_some(), "one kind of key");
    assert!(key.private().is_none() || key.public().is_some());
    let mut encoded = Vec::new();
    let mut encoder = Encoder::appending(&mut encoded);
    let written = match key.private() {
        Some(_) => key.encode_private(&mut encoder),
        None => key.encode_public(&mut encoder),
    };
    assert_eq!(written.is_ok(), key.public().is_some(), "secrets are not written unasked");
    if written.is_ok() {
        assert_eq!(check_deterministic(&encoded), Ok(()));
        let again = Key::parse(&encoded).expect("what was written is a key");
        assert_eq!(again.public(), key.public());
        assert_eq!(again.private(), key.private());
        assert_eq!((again.kid(), again.algorithm()), (key.kid(), key.algorithm()));
    }
});
