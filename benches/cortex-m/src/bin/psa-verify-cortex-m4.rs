//! PSA token: reading and verifying, by hexad-eat on hexad-cortex-m4.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::attest;
use hexad_cortex_m4::CortexM4;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        attest::psa_verify(criterion, "hexad-cortex-m4", CortexM4)
    })
}
