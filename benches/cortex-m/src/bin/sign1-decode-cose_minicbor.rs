//! `COSE_Sign1`: decoding, by cose_minicbor.
#![no_std]
#![no_main]

use core::hint::black_box;
use cortex_m_rt::entry;

use cose_minicbor::cose::CoseSign1;
use hexad_bench_cortex_m::{SIGN1_P256, cose};

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::each(criterion, "sign1/decode", "cose_minicbor", &SIGN1_P256, |message| {
            // It takes a message without its tag.
            black_box(minicbor::decode::<CoseSign1<'_>>(&message[1..])).is_ok()
        });
    })
}
