//! The runtime alone.
#![no_std]
#![no_main]

mod common;

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    loop {
        cortex_m::asm::nop();
    }
}
