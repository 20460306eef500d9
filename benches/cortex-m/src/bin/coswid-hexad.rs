//! CoSWID: reading, by hexad-coswid.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::attest;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| attest::coswid(criterion, "hexad"))
}
