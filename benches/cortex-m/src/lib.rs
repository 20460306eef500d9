//! A criterion-style harness for a Cortex-M: groups, `bench_function`, parameters and throughput, as
//! criterion has them, but every result is a count that repeats: instructions in QEMU, cycles on a
//! board (feature `dwt`), and how deep the stack went. Each result leaves as a line of JSON, by
//! semihosting.
//!
//! ```ignore
//! #[entry]
//! fn main() -> ! {
//!     hexad_bench_cortex_m::run(|criterion| {
//!         let mut group = criterion.benchmark_group("sign1/decode");
//!         group.throughput(Throughput::Bytes(103));
//!         group.bench_function(BenchmarkId::new("hexad", 20), |b| b.iter(|| Sign1::parse(BYTES)));
//!         group.finish();
//!     })
//! }
//! ```
#![no_std]

pub mod attest;
pub mod cbor;
pub mod cose;
mod counter;
mod criterion;
pub mod heap;
mod inputs;
mod stack;
pub mod suit;
mod traced;

use cortex_m_semihosting::{debug, hprintln};

pub use criterion::{Bencher, BenchmarkGroup, BenchmarkId, Criterion, Throughput};
pub use inputs::*;

use counter::Counter;

/// Runs the benches of an image and ends the emulator.
///
/// # Panics
/// When it is called twice: the counter is taken.
pub fn run(benches: impl FnOnce(&mut Criterion)) -> ! {
    let peripherals = cortex_m::Peripherals::take().expect("an image has one run");
    match traced::bench() {
        Some(bench) => benches(&mut Criterion::tracing(bench)),
        None => benches(&mut Criterion::measuring(Counter::new(peripherals))),
    }
    debug::exit(debug::EXIT_SUCCESS);
    unreachable!("the emulator has ended")
}

/// Says what went wrong, and ends the emulator with a failure.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    hprintln!("{}", info);
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::nop();
    }
}
