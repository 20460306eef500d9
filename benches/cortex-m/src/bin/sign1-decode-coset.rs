//! `COSE_Sign1`: decoding, by coset.
#![no_std]
#![no_main]

use core::hint::black_box;
use cortex_m_rt::entry;

use coset::{CoseSign1, TaggedCborSerializable};
use hexad_bench_cortex_m::{SIGN1_P256, cose, heap};

#[entry]
fn main() -> ! {
    heap::start();
    hexad_bench_cortex_m::run(|criterion| {
        cose::each(criterion, "sign1/decode", "coset", &SIGN1_P256, |message| {
            black_box(CoseSign1::from_tagged_slice(message)).is_ok()
        });
    })
}
