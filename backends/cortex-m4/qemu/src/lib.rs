//! What the images share: how one begins and ends, how it is counted, and numbers that look random.
#![no_std]

extern crate alloc;

pub mod count;
pub mod random;

use core::mem::MaybeUninit;
use core::panic::PanicInfo;

use cortex_m_semihosting::{debug, hprintln};
use embedded_alloc::LlffHeap;

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

const HEAP_SIZE: usize = 1 << 20;
static mut HEAP_SPACE: [MaybeUninit<u8>; HEAP_SIZE] = [MaybeUninit::uninit(); HEAP_SIZE];

/// Runs an image's work and ends QEMU with success.
pub fn run(work: impl FnOnce()) -> ! {
    // SAFETY: called once, at the start of an image that has one thread and no interrupts; nothing else
    // names the space.
    unsafe { HEAP.init(&raw mut HEAP_SPACE as usize, HEAP_SIZE) }
    work();
    debug::exit(debug::EXIT_SUCCESS);
    unreachable!("QEMU has ended")
}

/// Says why, and ends QEMU with failure.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("FAILED: {}", info);
    debug::exit(debug::EXIT_FAILURE);
    loop {}
}
