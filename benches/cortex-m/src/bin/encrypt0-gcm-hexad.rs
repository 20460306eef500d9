//! `COSE_Encrypt0`: opening with A128GCM, by hexad-cose-core on hexad-rustcrypto.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use hexad_cose_core::Algorithm;
use hexad_rustcrypto::RustCrypto;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::open(criterion, Algorithm::A128GCM, "hexad", RustCrypto)
    })
}
