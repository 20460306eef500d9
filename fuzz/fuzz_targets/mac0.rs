//! A `COSE_Mac0` verifies under its key alone, and with no bit changed.

#![no_main]

use hexad_cose_core::{Algorithm, Expect, Mac0, Secret};
use hexad_fuzz::{SECRET, accepts_exactly};
use hexad_rustcrypto::RustCrypto;
use libfuzzer_sys::fuzz_target;

const EXPECT: Expect<'_> = Expect::alg(Algorithm::HMAC_256);

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Mac0::parse(data).map(|_| ()).map_err(|error| error.offset());
    if accepts_exactly(data, parse) {
        let message = Mac0::parse(data).expect("it was accepted before");
        assert!(!verifies(data, &[8; 32]), "under another key");
        if verifies(data, SECRET) {
            assert!(message.unverified_payload().is_some());
        }
    }
    // The input as a payload, and its first bytes as what is changed.
    let mut buffer = vec![0; data.len() + 128];
    let message = Mac0::builder(Algorithm::HMAC_256)
        .payload(data, &mut buffer)
        .and_then(|draft| draft.mac(&Secret::new(SECRET, Algorithm::HMAC_256), &mut RustCrypto))
        .expect("the buffer is large enough")
        .to_vec();
    assert!(verifies(&message, SECRET));
    if let [at, bit, ..] = *data {
        let mut changed = message;
        let at = usize::from(at) % changed.len();
        changed[at] ^= 1 << (bit % 8);
        assert!(!verifies(&changed, SECRET), "with byte {at} changed");
    }
});

fn verifies(message: &[u8], secret: &[u8]) -> bool {
    let key = Secret::new(secret, Algorithm::HMAC_256);
    Mac0::parse(message).and_then(|message| message.verify(&key, EXPECT, &mut RustCrypto)).is_ok()
}
