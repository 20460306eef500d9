//! The compression of SHA-256 (FIPS 180-4, 6.2.2) in assembly.
#![expect(unsafe_code, reason = "assembly can't be written or called in any other way")]

/// Takes `blocks` into `state`.
#[inline]
pub fn compress(state: &mut [u32; 8], blocks: &[[u8; 64]]) {
    if !blocks.is_empty() {
        // SAFETY: the function reads `blocks.len()` blocks, of which there is at least one, reads and
        // writes the eight words of the state, and follows the calling convention; besides, it writes
        // to its own stack alone, 304 bytes.
        unsafe { assembly(state, blocks.as_ptr(), blocks.len()) }
    }
}

/// `count` is greater than zero.
#[unsafe(naked)]
unsafe extern "C" fn assembly(state: *mut [u32; 8], blocks: *const [u8; 64], count: usize) {
    core::arch::naked_asm!(include_str!("armv7m.s"), options(raw));
}
