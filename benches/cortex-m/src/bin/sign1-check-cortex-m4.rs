//! `COSE_Sign1`: decoding and hashing, by hexad-cose-core on hexad-cortex-m4.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use hexad_cortex_m4::CortexM4;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| cose::check(criterion, "hexad-cortex-m4", CortexM4))
}
