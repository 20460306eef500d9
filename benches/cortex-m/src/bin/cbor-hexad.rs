//! CBOR: skip, well-formedness and determinism, by hexad-cose-core.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cbor;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| cbor::hexad(criterion))
}
