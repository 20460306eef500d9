//! ES256 by p256 on the digest that a `COSE_Sign1` signs: what verifying can't do without.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::{P256_KEY, cose};
use hexad_cose_core::{Curve, Signed};
use hexad_rustcrypto::RustCrypto;
use p256::ecdsa::{Signature, VerifyingKey};
use signature::hazmat::PrehashVerifier;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::primitive(criterion, Curve::P256, "primitive", RustCrypto, |signed, signature| {
            let (Ok(key), Ok(signature)) =
                (VerifyingKey::from_sec1_bytes(P256_KEY), Signature::from_slice(signature))
            else {
                return false;
            };
            let Signed::Digest(digest) = signed else { return false };
            key.verify_prehash(digest.as_bytes(), &signature).is_ok()
        });
    })
}
