//! Ed25519 by ed25519-dalek on what a `COSE_Sign1` signs: what verifying can't do without.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ed25519_dalek::{Signature, VerifyingKey};
use hexad_bench_cortex_m::{ED25519_KEY, cose};
use hexad_cose_core::{Curve, Signed};
use hexad_rustcrypto::RustCrypto;
use signature::MultipartVerifier;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::primitive(criterion, Curve::Ed25519, "primitive", RustCrypto, |signed, signature| {
            let (Ok(key), Ok(signature)) =
                (VerifyingKey::try_from(ED25519_KEY), Signature::from_slice(signature))
            else {
                return false;
            };
            // As the backend: nothing holds under a key of small order.
            if key.is_weak() {
                return false;
            }
            let Signed::Message(message) = signed else { return false };
            message.with_slices(|slices| key.multipart_verify(slices, &signature).is_ok())
        });
    })
}
