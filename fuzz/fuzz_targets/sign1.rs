//! A `COSE_Sign1` gives its payload only when the signature holds.

#![no_main]

use hexad_cose_core::{Algorithm, Curve, Expect, Key, Label, Sign1};
use hexad_fuzz::{PRIVATE, accepts_exactly};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use libfuzzer_sys::fuzz_target;

const ALGORITHMS: [Algorithm; 2] = [Algorithm::ESP256, Algorithm::ES256];

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Sign1::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(data, parse) {
        return;
    }
    let message = Sign1::parse(data).expect("it was accepted before");
    let headers = message.headers();
    for raw in [headers.protected(), headers.unprotected()] {
        let end = raw.offset() + raw.bytes().len();
        assert_eq!(data.get(raw.offset()..end), Some(raw.bytes()), "a view of the input");
    }
    if headers.get_protected(Label::Integer(1)).is_some() {
        assert!(headers.get_unprotected(Label::Integer(1)).is_none(), "a label in both buckets");
    }
    let signer = SigningKey::from_bytes(Curve::P256, &PRIVATE).expect("a valid key");
    let key = Key::from_public(signer.public());
    if let Ok(check) = message.check(&key, Expect::any(&ALGORITHMS), &mut RustCrypto) {
        assert!(ALGORITHMS.contains(&check.algorithm()), "an algorithm that was not accepted");
        if let Ok(verified) = check.run(&mut RustCrypto) {
            let payload = message.unverified_payload().map(|payload| payload.bytes());
            assert_eq!(Some(verified.payload()), payload);
        }
    }
});
