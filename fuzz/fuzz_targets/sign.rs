//! A `COSE_Sign` shows what is there, and each signature holds for what was signed alone.

#![no_main]

use hexad_cose_core::{Algorithm, Curve, Expect, Key, NewHeaders, Sign};
use hexad_fuzz::cose::{changed, no_changed_bit_opens, unprotected, walk_headers};
use hexad_fuzz::{PRIVATE, accepts_exactly};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use libfuzzer_sys::fuzz_target;

const EXPECT: Expect<'_> = Expect::alg(Algorithm::ED25519);

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Sign::parse(data).map(drop).map_err(|error| error.offset());
    if accepts_exactly(data, parse) {
        let message = Sign::parse(data).expect("it was accepted before");
        walk_headers(data, message.headers(), &message);
        for one in message.signatures() {
            walk_headers(data, one.headers(), &one);
        }
        if verified(data) != 0 {
            let payload = message.unverified_payload().expect("a payload was verified");
            no_changed_bit_opens(data, payload, |changed| verified(changed) != 0);
            let protected = message.headers().protected();
            no_changed_bit_opens(data, protected, |changed| verified(changed) != 0);
        }
    }
    // The input as a payload, and its first bytes as what is changed.
    let [at @ .., _] = *data.first_chunk::<4>().unwrap_or(&[0; 4]);
    let signer = signer();
    let mut buffer = vec![0; data.len() + 512];
    let draft = Sign::builder(NewHeaders::default()).payload(data, &mut buffer).expect("room");
    let mut signing = draft.signers(2).expect("room");
    for kid in [b"a", b"b"] {
        let headers = NewHeaders::new(Algorithm::ED25519).kid(kid);
        signing.sign(headers, &signer, &mut RustCrypto).expect("a signature");
    }
    let message = signing.finish().expect("both have signed");
    assert_eq!(verified(message), 2);
    let parsed = Sign::parse(message).expect("it was made here");
    let signers = parsed.signatures().map(|one| *one.headers());
    let free = unprotected(signers.chain([*parsed.headers()]));
    if let Some(changed) = changed(message, at, &free) {
        assert!(verified(&changed) < 2, "with a protected bit changed");
    }
});

fn signer() -> SigningKey {
    SigningKey::from_bytes(Curve::Ed25519, &PRIVATE).expect("a valid key")
}

/// How many signatures hold.
fn verified(message: &[u8]) -> usize {
    let signer = signer();
    let key = Key::from_public(signer.public());
    let Ok(message) = Sign::parse(message) else { return 0 };
    message
        .signatures()
        .filter(|one| {
            let check = message.check(one, &key, EXPECT, &mut RustCrypto);
            check.and_then(|check| check.run(&mut RustCrypto)).is_ok()
        })
        .count()
}
