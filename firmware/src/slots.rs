//! Two slots for software, and the record of what was installed into each.

use embedded_storage::nor_flash::{NorFlash, NorFlashErrorKind, ReadNorFlash};
use hexad_board::Chip;
use hexad_link::{chip::SECTOR, chip::SLOTS, chip::Slot, frame::crc_32};

/// What was installed into a slot, written when all of it was there and had proved good.
#[derive(Clone, Copy)]
pub struct Record {
    pub slot: Slot,
    pub sequence_number: u64,
    pub envelope_size: u32,
    pub image_size: u32,
}

/// A record in the flash: its numbers, the least significant byte first, and their CRC-32.
type Encoded = [u8; 20];

impl Record {
    /// The record of what was installed last. Each slot has a sector for its own, so that the other one
    /// stays whole; one that is half-written does not match its CRC and does not count.
    pub fn newest(chip: &mut Chip) -> Result<Option<Self>, NorFlashErrorKind> {
        let mut newest = None;
        for slot in SLOTS {
            let mut bytes = [0; _];
            chip.read(slot.record, &mut bytes)?;
            let records = Self::decode(slot, &bytes).into_iter().chain(newest);
            newest = records.max_by_key(|record: &Self| record.sequence_number);
        }
        Ok(newest)
    }

    /// An empty record of the slot that is not in use.
    pub fn unused(installed: Option<Self>) -> Self {
        let [a, b] = SLOTS;
        let slot = if installed.is_some_and(|record| record.slot == a) { b } else { a };
        Self { slot, sequence_number: 0, envelope_size: 0, image_size: 0 }
    }

    pub fn write(&self, chip: &mut Chip) -> Result<(), NorFlashErrorKind> {
        chip.erase(self.slot.record, self.slot.record.saturating_add(SECTOR))?;
        chip.write(self.slot.record, &self.encode())
    }

    fn decode(slot: Slot, bytes: &Encoded) -> Option<Self> {
        let (number, sizes) = bytes.split_first_chunk()?;
        let (envelope, sizes) = sizes.split_first_chunk()?;
        let record = Self {
            slot,
            sequence_number: u64::from_le_bytes(*number),
            envelope_size: u32::from_le_bytes(*envelope),
            image_size: u32::from_le_bytes(*sizes.first_chunk()?),
        };
        (record.encode() == *bytes).then_some(record)
    }

    fn encode(&self) -> Encoded {
        let [a, b, c, d, e, f, g, h] = self.sequence_number.to_le_bytes();
        let [i, j, k, l] = self.envelope_size.to_le_bytes();
        let [m, n, o, p] = self.image_size.to_le_bytes();
        let fields = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p];
        let [q, r, s, t] = crc_32(&fields).to_le_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t]
    }
}
