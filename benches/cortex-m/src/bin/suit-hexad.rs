//! SUIT: an update of one component, by hexad-suit.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::suit;
use hexad_rustcrypto::RustCrypto;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| suit::update(criterion, "hexad", RustCrypto))
}
