//! The board mps2-an386 as QEMU has it: what a crate for a real board would bring.

#![no_std]

mod chip;
mod uart;

pub use chip::Chip;
pub use uart::Uart;
