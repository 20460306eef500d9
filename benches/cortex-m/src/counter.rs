//! What is counted: instructions by SysTick in QEMU, or cycles by the DWT on a board.

use core::hint::black_box;

use cortex_m::Peripherals;
#[cfg(feature = "dwt")]
use cortex_m::peripheral::DWT;
#[cfg(not(feature = "dwt"))]
use cortex_m::peripheral::SYST;
#[cfg(not(feature = "dwt"))]
use cortex_m::peripheral::syst::SystClkSource;

/// How many units one measurement spans at least, so that a tick is less than a thousandth of it.
const SPAN: u64 = 400_000;
/// How often a body is repeated at most.
const MOST: u32 = 4_000;

/// A counter that runs on by itself.
pub struct Counter {
    /// What one tick stands for, in 1/256.
    scale: u64,
    /// What repeating costs by itself, in 1/256 of a unit.
    overhead: u64,
}

impl Counter {
    /// Starts the counter; learns what a tick stands for, and what counting costs.
    pub fn new(peripherals: Peripherals) -> Self {
        start(peripherals);
        let mut counter = Self { scale: 256, overhead: 0 };
        if cfg!(not(feature = "dwt")) {
            // Half of the instructions of a loop that is known.
            const ROUNDS: u32 = 2_000_000;
            let ticks = u64::from(elapsed(|| known(ROUNDS)));
            counter.scale = (u64::from(ROUNDS) * 2 * 256 + ticks / 2) / ticks;
        }
        counter.overhead = counter.repeated(
            &mut || {
                black_box(&());
            },
            MOST,
        );
        counter
    }

    /// What a call of `body` costs, rounded to a whole unit.
    pub fn measure(&self, body: &mut impl FnMut()) -> u64 {
        let once = u64::from(elapsed(|| call(body))) * self.scale / 256;
        let times = u32::try_from(SPAN / once.max(1)).unwrap_or(MOST).clamp(1, MOST);
        let cost = self.repeated(body, times).saturating_sub(self.overhead);
        (cost + 128) / 256
    }

    /// The mean of so many calls, in 1/256 of a unit.
    fn repeated(&self, body: &mut impl FnMut(), times: u32) -> u64 {
        let ticks = elapsed(|| {
            for _ in 0..times {
                call(body);
            }
        });
        u64::from(ticks) * self.scale / u64::from(times)
    }
}

/// A call that the compiler can neither merge with the next one nor leave out.
#[inline(never)]
fn call(body: &mut impl FnMut()) {
    body();
    black_box(());
}

/// Two instructions a round.
#[inline(never)]
fn known(rounds: u32) {
    // SAFETY: the loop counts a register down, touches no memory, and ends.
    unsafe {
        core::arch::asm!(
            "2: subs {rounds}, {rounds}, #1",
            "bne 2b",
            rounds = inout(reg) rounds => _,
            options(nomem, nostack)
        );
    }
}

#[cfg(not(feature = "dwt"))]
fn start(mut peripherals: Peripherals) {
    peripherals.SYST.set_clock_source(SystClkSource::Core);
    peripherals.SYST.set_reload(0x00ff_ffff);
    peripherals.SYST.clear_current();
    peripherals.SYST.enable_counter();
}

#[cfg(feature = "dwt")]
fn start(mut peripherals: Peripherals) {
    peripherals.DCB.enable_trace();
    peripherals.DWT.enable_cycle_counter();
}

/// The ticks that `work` takes. SysTick counts down, in 24 bits.
#[cfg(not(feature = "dwt"))]
fn elapsed(work: impl FnOnce()) -> u32 {
    let before = SYST::get_current();
    work();
    before.wrapping_sub(SYST::get_current()) & 0x00ff_ffff
}

/// The cycles that `work` takes.
#[cfg(feature = "dwt")]
fn elapsed(work: impl FnOnce()) -> u32 {
    let before = DWT::cycle_count();
    work();
    DWT::cycle_count().wrapping_sub(before)
}
