//! Nothing: what the runtime and the harness take of every image.
#![no_std]
#![no_main]

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| criterion.bench_function("empty", |b| b.iter(|| ())))
}
