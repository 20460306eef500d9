//! SHA-256 by sha2.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use sha2::{Digest, Sha256};

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::hash(criterion, "sha2", |bytes| black_box(Sha256::digest(bytes)).len() == 32)
    })
}
