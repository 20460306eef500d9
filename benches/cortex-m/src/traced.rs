//! One bench alone, for a host that traces it: the emulator's command line is `trace BENCH`.

use core::fmt::{self, Arguments, Write};

use cortex_m_semihosting::{nr, syscall};

/// The name of the bench to be traced.
pub struct Name {
    line: [u8; 128],
    length: usize,
}

/// The bench that the command line names, if any.
pub fn bench() -> Option<Name> {
    const START: &[u8] = b"trace ";
    let mut line = [0; 128];
    let block = [line.as_mut_ptr() as usize, line.len()];
    // SAFETY: the emulator writes at most so many bytes to the line.
    let status = unsafe { syscall(nr::GET_CMDLINE, &block) };
    if status != 0 || !line.starts_with(START) {
        return None;
    }
    line.copy_within(START.len().., 0);
    let length = line.iter().position(|byte| *byte == 0)?;
    Some(Name { line, length })
}

impl Name {
    /// Whether this is what `name` comes to.
    pub fn is(&self, name: Arguments<'_>) -> bool {
        let mut rest = Rest(self.line.get(..self.length).unwrap_or_default());
        rest.write_fmt(name).is_ok() && rest.0.is_empty()
    }
}

/// What is left to be compared.
struct Rest<'n>(&'n [u8]);

impl Write for Rest<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text.as_bytes()).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// Runs `body` twice: first so that all is as in a measurement, then between two marks.
pub fn run(body: &mut impl FnMut()) {
    body();
    hexad_bench_mark();
    body();
    hexad_bench_mark();
}

/// The mark: what runs between its two calls is traced.
#[inline(never)]
#[unsafe(no_mangle)]
extern "C" fn hexad_bench_mark() {
    cortex_m::asm::nop();
}
