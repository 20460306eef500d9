//! The NOR flash: in the board's PSRAM, by the rules of such a chip, with a power supply that may fail
//! between any two words or in the midst of one.
#![expect(unsafe_code, reason = "the memory that is the chip")]

use cortex_m::asm::wfi;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use hexad_link::chip::{CAPACITY, POWER, POWER_IS_OUT, SECTOR, WORD};

/// Where the PSRAM begins; the chip is its beginning.
const PSRAM: usize = 0x2100_0000;
/// How a word is erased.
const ERASED: u32 = u32::MAX;

/// The chip.
pub struct Chip(());

impl Chip {
    /// The one chip of the board.
    pub const fn open() -> Self {
        Self(())
    }

    /// Calls the function at byte `offset`.
    ///
    /// # Safety
    /// Position-independent Thumb code stands there, a function of this type that leaves alone what is
    /// not its own.
    pub unsafe fn call(&mut self, offset: u32) -> u32 {
        cortex_m::asm::dsb();
        cortex_m::asm::isb();
        // Bit 0 says that it is Thumb code.
        let entry = PSRAM.wrapping_add(offset as usize) | 1;
        // SAFETY: by this function's own condition; `usize` and function pointers are words.
        unsafe { core::mem::transmute::<usize, extern "C" fn() -> u32>(entry)() }
    }

    fn load(&self, at: u32) -> u32 {
        // SAFETY: `at` was checked to be a word of the chip or is its power supply, which lies in the
        // PSRAM as well, and nothing else refers to the PSRAM.
        unsafe { word(at).read_volatile() }
    }

    /// Changes a word, if the power lasts.
    fn store(&mut self, at: u32, value: u32) {
        let power = self.load(POWER);
        // The word is half changed when the power fails.
        let half = self.load(at) & !0xffff | value & 0xffff;
        let (value, left) = match power {
            0 => (value, 0),
            1 => (half, POWER_IS_OUT),
            more => (value, more.wrapping_sub(1)),
        };
        // SAFETY: as in `load`.
        unsafe {
            word(at).write_volatile(value);
            word(POWER).write_volatile(left);
        }
        while left == POWER_IS_OUT {
            wfi();
        }
    }
}

fn word(at: u32) -> *mut u32 {
    PSRAM.wrapping_add(at as usize) as *mut u32
}

impl ErrorType for Chip {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Chip {
    const READ_SIZE: usize = WORD as usize;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let (words, _) = bytes.as_chunks_mut();
        for (at, word) in (offset..).step_by(Self::READ_SIZE).zip(words) {
            *word = self.load(at).to_le_bytes();
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        CAPACITY as usize
    }
}

impl NorFlash for Chip {
    const WRITE_SIZE: usize = WORD as usize;
    const ERASE_SIZE: usize = SECTOR as usize;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for at in (from..to).step_by(Self::WRITE_SIZE) {
            self.store(at, ERASED);
        }
        Ok(())
    }

    /// Clears bits; a bit that would have to be set is an error, as only erasing sets it.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let (words, _) = bytes.as_chunks();
        for (at, word) in (offset..).step_by(Self::WRITE_SIZE).zip(words) {
            let word = u32::from_le_bytes(*word);
            if self.load(at) & word != word {
                return Err(NorFlashErrorKind::Other);
            }
            self.store(at, word);
        }
        Ok(())
    }
}
