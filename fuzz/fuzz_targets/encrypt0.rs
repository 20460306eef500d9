//! A `COSE_Encrypt0` shows what is there, and opens under its key alone and unchanged.

#![no_main]

use hexad_cose_core::{Algorithm, Encrypt0, Error, Expect, NewHeaders, Secret};
use hexad_fuzz::accepts_exactly;
use hexad_fuzz::cose::{changed, no_changed_bit_opens, unprotected, walk_headers};
use hexad_rustcrypto::RustCrypto;
use libfuzzer_sys::fuzz_target;

const ALGORITHM: Algorithm = Algorithm::A128GCM;
const EXPECT: Expect<'_> = Expect::alg(ALGORITHM);
/// The key that the seeds use, with a base of partial initialization vectors.
const KEY: Secret<'_> = key(&[7; 16]);
const OTHER: Secret<'_> = key(&[8; 16]);

const fn key(value: &'static [u8]) -> Secret<'static> {
    Secret::new(value, ALGORITHM).with_base_iv(&[3; 12])
}

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Encrypt0::parse(data).map(drop).map_err(|error| error.offset());
    if accepts_exactly(data, parse) {
        let message = Encrypt0::parse(data).expect("it was accepted before");
        walk_headers(data, message.headers(), &message);
        assert!(open(data, &OTHER).is_err(), "under another key");
        if open(data, &KEY).is_ok() {
            let ciphertext = message.ciphertext().expect("a ciphertext was opened");
            no_changed_bit_opens(data, ciphertext, |changed| open(changed, &KEY).is_ok());
            let protected = message.headers().protected();
            no_changed_bit_opens(data, protected, |changed| open(changed, &KEY).is_ok());
        }
    }
    // The input as a plaintext, and its first bytes as what is changed.
    let [at @ .., partial] = *data.first_chunk::<4>().unwrap_or(&[0; 4]);
    let mut buffer = vec![0; data.len() + 256];
    let partial = [partial];
    let builder = Encrypt0::builder(NewHeaders::new(ALGORITHM).partial_iv(&partial));
    let message = builder.seal(data, &KEY, &mut buffer, &mut RustCrypto).expect("a message");
    assert_eq!(open(message, &KEY).as_deref(), Ok(data));
    let parsed = Encrypt0::parse(message).expect("it was made here");
    if let Some(changed) = changed(message, at, &unprotected([*parsed.headers()])) {
        assert!(open(&changed, &KEY).is_err(), "with a protected bit changed");
    }
});

/// The plaintext, into a buffer and in place.
fn open(message: &[u8], key: &Secret<'_>) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![0; message.len()];
    let apart = Encrypt0::parse(message)
        .and_then(|message| message.decrypt(key, EXPECT, &mut buffer, &mut RustCrypto))
        .map(|plaintext| plaintext.to_vec());
    let mut place = message.to_vec();
    let in_place = Encrypt0::decrypt_in_place(&mut place, key, EXPECT, &mut RustCrypto)
        .map(|plaintext| plaintext.to_vec());
    assert_eq!(apart.as_ref().ok(), in_place.as_ref().ok(), "one reads what the other does not");
    apart
}
