//! PSA token: making and signing, by hexad-eat on hexad-rustcrypto.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::{PRIVATE_KEY, attest};
use hexad_cose_core::Curve;
use hexad_rustcrypto::{RustCrypto, SigningKey};

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        let key = SigningKey::from_bytes(Curve::P256, &PRIVATE_KEY).expect("a key");
        attest::psa_create(criterion, "hexad", &key, RustCrypto);
    })
}
