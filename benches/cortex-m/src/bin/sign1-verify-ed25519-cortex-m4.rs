//! `COSE_Sign1`: verifying with Ed25519, by hexad-cose-core on hexad-cortex-m4.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use hexad_cortex_m4::CortexM4;
use hexad_cose_core::Curve;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::verify(criterion, Curve::Ed25519, "hexad-cortex-m4", CortexM4)
    })
}
