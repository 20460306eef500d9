//! `COSE_Mac0`: checking with HMAC 256/256, by hexad-cose-core on hexad-rustcrypto.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use hexad_rustcrypto::RustCrypto;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| cose::mac(criterion, "hexad", RustCrypto))
}
