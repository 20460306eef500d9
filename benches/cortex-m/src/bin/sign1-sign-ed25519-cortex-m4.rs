//! `COSE_Sign1`: making one with Ed25519, by hexad-cose-core on hexad-cortex-m4.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::{PRIVATE_KEY, cose};
use hexad_cortex_m4::{CortexM4, SigningKey};
use hexad_cose_core::{Algorithm, Curve};

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        let key = SigningKey::from_bytes(Curve::Ed25519, &PRIVATE_KEY).expect("a key");
        cose::sign(
            criterion,
            "sign1/sign-ed25519",
            "hexad-cortex-m4",
            Algorithm::ED25519,
            &key,
            CortexM4,
        );
    })
}
