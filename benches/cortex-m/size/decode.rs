//! Reading a `COSE_Sign1`.
#![no_std]
#![no_main]

mod common;

use core::hint::black_box;

use cortex_m_rt::entry;
use hexad_cose_core::Sign1;

#[entry]
fn main() -> ! {
    black_box(Sign1::parse(common::input()).is_ok());
    loop {
        cortex_m::asm::nop();
    }
}
