//! The sequence number that an update was installed with, in flash: it never goes back.

use embedded_storage::nor_flash::NorFlash;

use super::to_usize;
use crate::platform::Failure;

/// How many bytes a record takes, a multiple of what any NOR flash writes at once: the number, its
/// complement, and padding.
const RECORD: usize = 32;

/// Two erase blocks that hold the highest sequence number, for
/// [`Platform::store_sequence_number`](crate::Platform::store_sequence_number).
///
/// Each number is a record behind the last; when a block is full, the next goes to the other block, and
/// only then is the full one erased. A record that a power cut has torn does not match its complement and
/// counts as none, so the highest number before it remains.
///
/// ```
/// use embedded_storage::nor_flash::NorFlash;
/// use hexad_suit::Failure;
/// use hexad_suit::flash::SequenceNumber;
///
/// fn kept<F: NorFlash>(flash: &mut F) -> Result<u64, Failure> {
///     let store = SequenceNumber::new::<F>(0x8_0000);
///     store.keep(flash, 7)?;
///     store.highest(flash)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SequenceNumber {
    start: u32,
    block: u32,
}

impl SequenceNumber {
    /// In the two erase blocks of an `F` from byte `start` on.
    #[must_use]
    pub fn new<F: NorFlash>(start: u32) -> Self {
        Self { start, block: u32::try_from(F::ERASE_SIZE).unwrap_or(u32::MAX) }
    }

    /// The highest number that was kept; 0 if none ever was.
    ///
    /// # Errors
    /// `Failed` when the flash fails.
    pub fn highest<F: NorFlash>(self, flash: &mut F) -> Result<u64, Failure> {
        let (one, _) = self.look(flash, 0)?;
        let (other, _) = self.look(flash, 1)?;
        Ok(one.max(other).unwrap_or(0))
    }

    /// Keeps a number; a lower one than was kept before changes nothing.
    ///
    /// # Errors
    /// `Failed` when the flash fails.
    pub fn keep<F: NorFlash>(self, flash: &mut F, number: u64) -> Result<(), Failure> {
        let blocks = [self.look(flash, 0)?, self.look(flash, 1)?];
        let [(one, _), (other, _)] = blocks;
        if one.max(other).is_some_and(|highest| highest >= number) {
            return Ok(());
        }
        // The block with the highest number is written on as long as it has room.
        let current = if other > one { 1 } else { 0 };
        let next = 1u32.wrapping_sub(current);
        let [first, second] = blocks.map(|(_, free)| free);
        let free = if current == 0 { first } else { second };
        match free {
            Some(at) => write(flash, at, number),
            None => {
                self.erase(flash, next)?;
                write(flash, self.at(next)?, number)?;
                self.erase(flash, current)
            }
        }
    }

    fn at(self, block: u32) -> Result<u32, Failure> {
        let before = block.checked_mul(self.block).ok_or(Failure::Failed)?;
        self.start.checked_add(before).ok_or(Failure::Failed)
    }

    fn erase<F: NorFlash>(self, flash: &mut F, block: u32) -> Result<(), Failure> {
        let at = self.at(block)?;
        let end = at.checked_add(self.block).ok_or(Failure::Failed)?;
        flash.erase(at, end).map_err(|_| Failure::Failed)
    }

    /// The highest number in a block, and where the next record goes: behind everything that was ever
    /// written, whole or torn.
    fn look<F: NorFlash>(
        self,
        flash: &mut F,
        block: u32,
    ) -> Result<(Option<u64>, Option<u32>), Failure> {
        let (mut highest, mut free) = (None, None);
        let records = to_usize(self.block).checked_div(RECORD).unwrap_or(0);
        for place in 0..records {
            let before = place.checked_mul(RECORD).and_then(|before| u32::try_from(before).ok());
            let at = before.and_then(|before| self.at(block).ok()?.checked_add(before));
            let at = at.ok_or(Failure::Failed)?;
            let mut record = [0; RECORD];
            flash.read(at, &mut record).map_err(|_| Failure::Failed)?;
            if record.iter().all(|byte| *byte == 0xff) {
                free = free.or(Some(at));
                continue;
            }
            // An erase that was cut short may have left a record behind an empty place.
            free = None;
            let [number, complement] = [record.get(..8), record.get(8..16)].map(|bytes| {
                bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
            });
            if number == !complement {
                highest = highest.max(Some(number));
            }
        }
        Ok((highest, free))
    }
}

fn write<F: NorFlash>(flash: &mut F, at: u32, number: u64) -> Result<(), Failure> {
    let mut record = [0xff; RECORD];
    let halves = number.to_le_bytes().into_iter().chain((!number).to_le_bytes());
    for (byte, value) in record.iter_mut().zip(halves) {
        *byte = value;
    }
    flash.write(at, &record).map_err(|_| Failure::Failed)
}
