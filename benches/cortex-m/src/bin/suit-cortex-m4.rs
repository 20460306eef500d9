//! SUIT: an update of one component, by hexad-suit on hexad-cortex-m4.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::suit;
use hexad_cortex_m4::CortexM4;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| suit::update(criterion, "hexad-cortex-m4", CortexM4))
}
