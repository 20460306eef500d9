//! What SHA-256 has in assembly: its compression (FIPS 180-4, 6.2.2), and copying a few bytes.
#![expect(unsafe_code, reason = "assembly can't be written or called in any other way")]

/// Takes `blocks` into `state`.
#[inline]
pub fn compress(state: &mut [u32; 8], blocks: &[[u8; 64]]) {
    if !blocks.is_empty() {
        // SAFETY: the function reads `blocks.len()` blocks, of which there is at least one, reads and
        // writes the eight words of the state, and follows the calling convention; besides, it writes
        // to its own stack alone, 304 bytes.
        unsafe { compress_blocks(state, blocks.as_ptr(), blocks.len()) }
    }
}

/// `count` is greater than zero.
#[unsafe(naked)]
unsafe extern "C" fn compress_blocks(state: *mut [u32; 8], blocks: *const [u8; 64], count: usize) {
    core::arch::naked_asm!(include_str!("armv7m.s"), options(raw));
}

/// Copies the start of `from` to the start of `to`, as much as both have.
///
/// The pieces of a COSE structure are a byte to a few words long. A `memcpy` that is made for more, and
/// never reads a word across its boundary, takes five times as long.
#[inline]
pub fn copy(to: &mut [u8], from: &[u8]) {
    let count = to.len().min(from.len());
    // SAFETY: `count` bytes are read and written, which both slices have; they do not overlap, since
    // one of them is borrowed mutably; and the function follows the calling convention.
    unsafe { copy_bytes(to.as_mut_ptr(), from.as_ptr(), count) }
}

/// Words as long as there are some, then bytes. ARMv7-M loads and stores words at any address.
#[unsafe(naked)]
unsafe extern "C" fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
    core::arch::naked_asm!(
        "    subs    r2, #4",
        "    blo     2f",
        "1:",
        "    ldr     r3, [r1], #4",
        "    subs    r2, #4",
        "    str     r3, [r0], #4",
        "    bhs     1b",
        "2:",
        "    adds    r2, #4",
        "    beq     4f",
        "3:",
        "    ldrb    r3, [r1], #1",
        "    subs    r2, #1",
        "    strb    r3, [r0], #1",
        "    bne     3b",
        "4:",
        "    bx      lr",
    );
}
