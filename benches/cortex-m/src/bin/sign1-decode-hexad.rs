//! `COSE_Sign1`: decoding, by hexad-cose-core.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| cose::decode(criterion))
}
