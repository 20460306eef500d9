//! How deep the stack goes: what lies below it is painted, and looked at afterwards.

/// How much is painted, in words. What goes deeper is reported as this much.
const WORDS: usize = 16 * 1024;
const PAINT: u32 = 0xc0de_cafe;
/// Left alone right below the stack pointer: it belongs to the painter.
const MARGIN: usize = 32;

/// How many bytes of the stack a call of `body` takes.
#[inline(never)]
pub fn depth(body: &mut impl FnMut()) -> usize {
    let top = cortex_m::register::msp::read() as usize / 4 - MARGIN;
    let bottom = top - WORDS;
    paint(bottom, top);
    call(body);
    let untouched = (bottom..top).take_while(|word| peek(*word) == PAINT).count();
    // What calling costs is part of the margin.
    (WORDS - untouched + MARGIN) * 4
}

#[inline(never)]
fn call(body: &mut impl FnMut()) {
    body();
}

#[inline(never)]
fn paint(bottom: usize, top: usize) {
    for word in bottom..top {
        // SAFETY: RAM below the stack pointer, above all static data (the images have megabytes of it
        // and no interrupts): nobody's.
        unsafe { core::ptr::write_volatile((word * 4) as *mut u32, PAINT) };
    }
}

fn peek(word: usize) -> u32 {
    // SAFETY: as in `paint`; any content is a valid number.
    unsafe { core::ptr::read_volatile((word * 4) as *const u32) }
}
