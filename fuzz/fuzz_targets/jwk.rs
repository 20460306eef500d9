//! A JWK that is read is a `COSE_Key`, and what is written of that is the same key.

#![no_main]

use hexad_cose_core::{Key, jwk};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let encoded = match jwk::read(text) {
        Ok(encoded) => encoded,
        Err(error) => return assert!(error.offset() <= text.len(), "{error}"),
    };
    let key = Key::parse(&encoded).expect("what was read is a key");
    // What a JWK has no form for (a private key alone, an RSA key without primes) is refused.
    let Ok(written) = jwk::write_private(&key) else { return };
    let again = jwk::read(&written).expect("what was written is a JWK");
    assert_eq!(*again, *encoded);
    if key.public().is_some() {
        let public = jwk::write_public(&key).expect("it has a public half");
        let public = jwk::read(&public).expect("what was written is a JWK");
        let public = Key::parse(&public).expect("what was read is a key");
        assert_eq!(public.public(), key.public());
        assert_eq!(public.private(), None);
    }
});
