//! The device's flash chip: how it is divided, and what the device's maker writes into it.
//!
//! On the board mps2-an386 the chip is a range of its PSRAM, which QEMU keeps in a file of the host. So
//! the chip outlives the machine, and the host can write into it before the machine is switched on.

use hexad_cose_core::cbor::{Cursor, Encoder};
use hexad_cose_core::{Error, ErrorKind, Key};

/// The size of a sector in bytes: the least that can be erased, to ones.
pub const SECTOR: u32 = 4096;
/// The size of a word in bytes: the least that can be written, by clearing bits.
pub const WORD: u32 = 4;
/// The size of the chip in bytes.
pub const CAPACITY: u32 = 2 << 20;

/// The sector that holds the [`Identity`].
pub const IDENTITY: u32 = 0;
/// Where one of the two sets of software lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The sector of the boot record.
    pub record: u32,
    /// [`ENVELOPE_ROOM`] bytes for the envelope.
    pub envelope: u32,
    /// [`IMAGE_ROOM`] bytes for the image.
    pub image: u32,
}

/// Room for an envelope in a slot, in bytes.
pub const ENVELOPE_ROOM: u32 = SECTOR;
/// Room for an image in a slot, in bytes.
pub const IMAGE_ROOM: u32 = 512 << 10;
/// The slots.
pub const SLOTS: [Slot; 2] = [slot(SECTOR), slot(SECTOR + SLOT)];

const SLOT: u32 = SECTOR + ENVELOPE_ROOM + IMAGE_ROOM;

const fn slot(start: u32) -> Slot {
    Slot { record: start, envelope: start + SECTOR, image: start + SECTOR + ENVELOPE_ROOM }
}

/// The bytes with which an image begins that is a program: position-independent Thumb code follows, a
/// function without arguments that returns a word. Any other image is data.
pub const PROGRAM: &[u8; 8] = b"hexadapp";

/// The power supply, a word right behind the chip: how many words may still be changed until the power
/// fails in the midst of one; 0 for a supply that does not fail.
pub const POWER: u32 = CAPACITY;
/// What stands in [`POWER`] when the power has failed.
pub const POWER_IS_OUT: u32 = u32::MAX;

/// What the device's maker writes into a device: whom it believes, who it is, and its key.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'b> {
    /// The public key of the author whose manifests the device installs.
    pub author: Key<'b>,
    /// The private key that it attests with.
    pub attestation_key: Key<'b>,
    /// `suit-parameter-vendor-identifier`, a UUID.
    pub vendor: &'b [u8; 16],
    /// `suit-parameter-class-identifier`.
    pub class: &'b [u8; 16],
    /// `ueid` (RFC 9711, 4.2.1).
    pub ueid: &'b [u8],
    /// `oemid`: a Private Enterprise Number (RFC 9711, 4.2.3).
    pub oem_id: u32,
}

impl<'b> Identity<'b> {
    /// Reads the identity at the beginning of its sector.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte; an erased sector holds none.
    pub fn parse(sector: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(sector);
        cursor.array_of(6)?;
        Ok(Self {
            author: Key::parse_at(&mut cursor)?,
            attestation_key: Key::parse_at(&mut cursor)?,
            vendor: uuid(&mut cursor)?,
            class: uuid(&mut cursor)?,
            ueid: cursor.bytes()?,
            oem_id: cursor.unsigned_as()?,
        })
    }

    /// Writes the identity: an array of two COSE_Keys, the second with its private half, three byte
    /// strings and an unsigned integer.
    ///
    /// # Errors
    /// `BufferTooSmall`; `KeyMismatch` for a key that lacks the half to write.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.author.encode_public(encoder.array(6)?)?;
        self.attestation_key.encode_private(encoder)?;
        encoder.bytes(self.vendor)?.bytes(self.class)?.bytes(self.ueid)?;
        encoder.unsigned(self.oem_id.into())?;
        Ok(())
    }
}

fn uuid<'b>(cursor: &mut Cursor<'b>) -> Result<&'b [u8; 16], Error> {
    let at = *cursor;
    cursor.bytes()?.try_into().map_err(|_| at.error(ErrorKind::Length))
}

#[cfg(test)]
mod tests;
