//! A `COSE_Key` that is read can be written, and read again as the same key.

#![no_main]

use hexad_cose_core::cbor::{Encoder, check_deterministic};
use hexad_cose_core::{Key, PublicKey};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Key::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(data, parse) {
        return;
    }
    let key = Key::parse(data).expect("it was accepted before");
    let alone = key.public().is_none() && key.private().is_some();
    let kinds = [key.public().is_some(), key.symmetric().is_some(), alone];
    assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1, "one kind of key");
    let mut encoded = Vec::new();
    let mut encoder = Encoder::appending(&mut encoded);
    let written = match key.private() {
        Some(_) => key.encode_private(&mut encoder),
        None => key.encode_public(&mut encoder),
    };
    // The primes of an RSA key are not kept, and secrets are not written unasked.
    let rsa = matches!(key.public(), Some(PublicKey::Rsa { .. })) && key.private().is_some();
    assert_eq!(written.is_ok(), !rsa && (key.public().is_some() || alone));
    if written.is_ok() {
        assert_eq!(check_deterministic(&encoded), Ok(()));
        let again = Key::parse(&encoded).expect("what was written is a key");
        assert_eq!(again.public(), key.public());
        assert_eq!(again.private(), key.private());
        assert_eq!((again.kid(), again.algorithm()), (key.kid(), key.algorithm()));
    }
});
