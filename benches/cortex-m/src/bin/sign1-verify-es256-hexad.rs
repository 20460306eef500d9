//! `COSE_Sign1`: verifying with ES256, by hexad-cose-core on hexad-rustcrypto.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use hexad_cose_core::Curve;
use hexad_rustcrypto::RustCrypto;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| cose::verify(criterion, Curve::P256, "hexad", RustCrypto))
}
