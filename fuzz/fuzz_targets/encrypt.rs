//! A `COSE_Encrypt` shows what is there, and opens only for a recipient and unchanged.

#![no_main]

use hexad_cose_core::{Algorithm, Encrypt, Expect, NewHeaders};
use hexad_fuzz::accepts_exactly;
use hexad_fuzz::cose::{
    changed, content_keys, headers_of_encrypt, no_changed_bit_opens, recipients, unprotected,
    walk_headers, walk_recipients,
};
use hexad_rustcrypto::RustCrypto;
use libfuzzer_sys::fuzz_target;

const ALGORITHM: Algorithm = Algorithm::A128GCM;

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Encrypt::parse(data).map(drop).map_err(|error| error.offset());
    if accepts_exactly(data, parse) {
        let message = Encrypt::parse(data).expect("it was accepted before");
        walk_headers(data, message.headers(), &message);
        assert_ne!(walk_recipients(data, message.recipients(), 0), 0, "nobody's message");
        if !opened(data).is_empty() {
            let ciphertext = message.ciphertext().expect("a ciphertext was opened");
            no_changed_bit_opens(data, ciphertext, |changed| !opened(changed).is_empty());
            let protected = message.headers().protected();
            no_changed_bit_opens(data, protected, |changed| !opened(changed).is_empty());
        }
    }
    // The input as a plaintext, and its first bytes as what is changed.
    let [at @ .., _] = *data.first_chunk::<4>().unwrap_or(&[0; 4]);
    let (key, recipients) = recipients(ALGORITHM).expect("a key for two");
    let mut buffer = vec![0; data.len() + 512];
    let builder = Encrypt::builder(NewHeaders::new(ALGORITHM).iv(&[7; 12]));
    let made = builder.seal(data, &key.secret(), &recipients, &mut buffer, &mut RustCrypto);
    let message = made.expect("a message");
    assert_eq!(opened(message), [data, data]);
    let parsed = Encrypt::parse(message).expect("it was made here");
    let free = unprotected(headers_of_encrypt(&parsed));
    if let Some(changed) = changed(message, at, &free) {
        assert!(opened(&changed).len() < 2, "with a protected bit changed");
    }
});

/// What recipients read.
fn opened(message: &[u8]) -> Vec<Vec<u8>> {
    let Ok(message) = Encrypt::parse(message) else { return Vec::new() };
    let mut buffer = vec![0; message.ciphertext().map_or(0, |ciphertext| ciphertext.bytes().len())];
    content_keys(message.recipients(), ALGORITHM)
        .iter()
        .filter_map(|key| {
            let expect = Expect::alg(ALGORITHM);
            let opened = message.decrypt(&key.secret(), expect, &mut buffer, &mut RustCrypto);
            opened.ok().map(|plaintext| plaintext.to_vec())
        })
        .collect()
}
