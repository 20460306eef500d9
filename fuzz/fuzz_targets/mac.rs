//! A `COSE_Mac` shows what is there, and gives its payload only to a recipient and unchanged.

#![no_main]

use hexad_cose_core::{Algorithm, Expect, Mac};
use hexad_fuzz::accepts_exactly;
use hexad_fuzz::cose::{
    changed, content_keys, headers_of_mac, no_changed_bit_opens, recipients, unprotected,
    walk_headers, walk_recipients,
};
use hexad_rustcrypto::RustCrypto;
use libfuzzer_sys::fuzz_target;

const ALGORITHM: Algorithm = Algorithm::HMAC_256;

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Mac::parse(data).map(drop).map_err(|error| error.offset());
    if accepts_exactly(data, parse) {
        let message = Mac::parse(data).expect("it was accepted before");
        walk_headers(data, message.headers(), &message);
        assert_ne!(walk_recipients(data, message.recipients(), 0), 0, "nobody's message");
        if verified(data) != 0 {
            let payload = message.unverified_payload().expect("a payload was verified");
            no_changed_bit_opens(data, payload, |changed| verified(changed) != 0);
            let protected = message.headers().protected();
            no_changed_bit_opens(data, protected, |changed| verified(changed) != 0);
        }
    }
    // The input as a payload, and its first bytes as what is changed.
    let [at @ .., _] = *data.first_chunk::<4>().unwrap_or(&[0; 4]);
    let (key, recipients) = recipients(ALGORITHM).expect("a key for two");
    let mut buffer = vec![0; data.len() + 512];
    let draft = Mac::builder(ALGORITHM).payload(data, &mut buffer).expect("room");
    let message = draft.mac(&key.secret(), &recipients, &mut RustCrypto).expect("a message");
    assert_eq!(verified(message), 2);
    let parsed = Mac::parse(message).expect("it was made here");
    let free = unprotected(headers_of_mac(&parsed));
    if let Some(changed) = changed(message, at, &free) {
        assert!(verified(&changed) < 2, "with a protected bit changed");
    }
});

/// For how many recipients the tag holds.
fn verified(message: &[u8]) -> usize {
    let Ok(message) = Mac::parse(message) else { return 0 };
    content_keys(message.recipients(), ALGORITHM)
        .iter()
        .filter(|key| {
            message.verify(&key.secret(), Expect::alg(ALGORITHM), &mut RustCrypto).is_ok()
        })
        .count()
}
