//! A heap, for those who need one: 32 KiB. Images that do not start it are linked without it.

use core::mem::MaybeUninit;

use embedded_alloc::LlffHeap;

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

const SIZE: usize = 32 * 1024;
static mut MEMORY: [MaybeUninit<u8>; SIZE] = [MaybeUninit::uninit(); SIZE];

/// Starts the heap. To be called once, before anything is allocated.
pub fn start() {
    // SAFETY: the images call it once, first of all, and nothing else touches the memory.
    unsafe { HEAP.init(&raw mut MEMORY as usize, SIZE) }
}
