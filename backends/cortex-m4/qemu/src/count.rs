//! Counting instructions by SysTick, in QEMU with `-icount shift=0`: an instruction takes a nanosecond
//! of the guest's time, and SysTick ticks once in 40 of them (25 MHz).

use core::hint::black_box;

use cortex_m::Peripherals;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// How many instructions pass in one tick; and how often a body is repeated, so that one instruction
/// more in each is one tick more.
const TICK: u32 = 40;

/// The counter.
pub struct Counter {
    timer: SYST,
    /// The ticks around no body.
    empty: u32,
}

impl Counter {
    /// Starts it. Once an image.
    pub fn start() -> Self {
        let peripherals = Peripherals::take().expect("the peripherals are free");
        let mut counter = Self { timer: peripherals.SYST, empty: 0 };
        counter.timer.set_clock_source(SystClkSource::Core);
        counter.timer.set_reload(0x00ff_ffff);
        counter.timer.enable_counter();
        counter.empty = counter.ticks(|| ());
        counter
    }

    /// The instructions of one `body`, which takes at most 16 million.
    pub fn count<R>(&mut self, body: impl FnMut() -> R) -> u32 {
        self.ticks(body) - self.empty
    }

    /// The ticks of [`TICK`] bodies. The timer is set anew, so that a tick always starts at the same
    /// instruction: equal counts are equal, and not nearly.
    #[inline(never)]
    fn ticks<R>(&mut self, mut body: impl FnMut() -> R) -> u32 {
        self.timer.clear_current();
        let before = SYST::get_current();
        for _ in 0..TICK {
            black_box(body());
        }
        before.wrapping_sub(SYST::get_current()) & 0x00ff_ffff
    }
}
