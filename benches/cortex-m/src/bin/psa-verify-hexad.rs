//! PSA token: reading and verifying, by hexad-eat on hexad-rustcrypto.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::attest;
use hexad_rustcrypto::RustCrypto;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| attest::psa_verify(criterion, "hexad", RustCrypto))
}
