//! The board's UART 0 (Arm CMSDK APB UART).
#![expect(unsafe_code, reason = "registers of the UART and its interrupt")]

use cortex_m::asm::wfi;
use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use hexad_link::Port;

const DATA: *mut u32 = 0x4000_4000 as *mut u32;
const STATE: *mut u32 = 0x4000_4004 as *mut u32;
const CONTROL: *mut u32 = 0x4000_4008 as *mut u32;
const INTERRUPT_CLEAR: *mut u32 = 0x4000_400c as *mut u32;
const BAUD_DIVIDER: *mut u32 = 0x4000_4010 as *mut u32;

/// In `STATE`.
const TRANSMIT_FULL: u32 = 1 << 0;
const RECEIVE_FULL: u32 = 1 << 1;
/// In `CONTROL`: both ways, with an interrupt for what arrives.
const ENABLE: u32 = 1 << 0 | 1 << 1 | 1 << 3;
const RECEIVE_INTERRUPT: u32 = 1 << 1;

/// The interrupt of what arrives. It only ends `wfi`: all interrupts are masked.
#[derive(Clone, Copy)]
struct Arrived;

// SAFETY: UART 0's receive interrupt has this number on the board (Arm DAI 0386).
unsafe impl InterruptNumber for Arrived {
    fn number(self) -> u16 {
        0
    }
}

/// The UART.
pub struct Uart(());

impl Uart {
    /// Switches the UART on.
    pub fn open() -> Self {
        cortex_m::interrupt::disable();
        // SAFETY: registers of the UART, which has one user; no handler can run.
        unsafe {
            BAUD_DIVIDER.write_volatile(16);
            CONTROL.write_volatile(ENABLE);
            // What came too early is dropped; QEMU looks for more when it is read.
            DATA.read_volatile();
            NVIC::unmask(Arrived);
        }
        Self(())
    }
}

impl Port for Uart {
    fn receive(&mut self) -> u8 {
        loop {
            // Cleared before the look: what arrives after it ends the wait.
            NVIC::unpend(Arrived);
            // SAFETY: registers of the UART, which has one user.
            unsafe {
                INTERRUPT_CLEAR.write_volatile(RECEIVE_INTERRUPT);
                if STATE.read_volatile() & RECEIVE_FULL != 0 {
                    return DATA.read_volatile() as u8;
                }
            }
            wfi();
        }
    }

    fn send(&mut self, byte: u8) {
        // SAFETY: registers of the UART, which has one user.
        unsafe {
            while STATE.read_volatile() & TRANSMIT_FULL != 0 {}
            DATA.write_volatile(byte.into());
        }
    }
}
