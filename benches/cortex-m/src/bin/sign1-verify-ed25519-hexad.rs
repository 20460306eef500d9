//! `COSE_Sign1`: verifying with Ed25519, by hexad-cose-core on hexad-rustcrypto.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use hexad_cose_core::Curve;
use hexad_rustcrypto::RustCrypto;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::verify(criterion, Curve::Ed25519, "hexad", RustCrypto)
    })
}
