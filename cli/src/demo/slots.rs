//! How the device's flash is divided: a boot record in two pages, then two slots, each with room for
//! an envelope and an image.

use std::io;
use std::path::Path;

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Digest, HashAlgorithm, Segments};
use hexad_rustcrypto::RustCrypto;

use super::flash::{FileFlash, FlashError, PAGE};

/// Room for an envelope in each slot, in bytes.
const ENVELOPE_ROOM: usize = 4 * PAGE;
/// The least room for an image in each slot, in bytes.
const LEAST_IMAGE_ROOM: usize = 16 * PAGE;

/// Which of the two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    A,
    B,
}

impl Slot {
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// The boot record: which slot holds the software that was installed last, and how large it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub sequence_number: u64,
    pub slot: Slot,
    pub envelope_size: usize,
    pub image_size: usize,
}

/// The flash of a device, divided.
#[derive(Debug)]
pub struct Slots {
    flash: FileFlash,
    image_room: usize,
}

impl Slots {
    /// Opens the flash in the file `path`, with slots for images of at least `image_size` bytes.
    pub fn open(path: &Path, image_size: usize) -> io::Result<Self> {
        let image_room = image_size.next_multiple_of(PAGE).max(LEAST_IMAGE_ROOM);
        let flash = FileFlash::open(path, 2 * PAGE + 2 * (ENVELOPE_ROOM + image_room))?;
        Ok(Self { flash, image_room })
    }

    /// Room for an image, in bytes.
    pub const fn image_room(&self) -> usize {
        self.image_room
    }

    /// The boot record: of the two pages, the intact one with the higher sequence number.
    pub fn record(&mut self) -> Result<Option<Record>, FlashError> {
        let mut newest = None;
        for slot in [Slot::A, Slot::B] {
            let mut bytes = [0; RECORD_SIZE];
            self.flash.read(address(record_page(slot))?, &mut bytes)?;
            let record = Record::decode(&bytes, slot);
            newest = record
                .into_iter()
                .chain(newest)
                .max_by_key(|record: &Record| record.sequence_number);
        }
        Ok(newest)
    }

    /// Writes the boot record. Each slot has a page for its own, so that the other one stays whole;
    /// a record that is half-written does not match its digest and does not count.
    pub fn store(&mut self, record: Record) -> Result<(), FlashError> {
        self.replace(record_page(record.slot), PAGE, &record.encode())
    }

    /// Replaces the envelope in a slot.
    pub fn write_envelope(&mut self, slot: Slot, envelope: &[u8]) -> Result<(), FlashError> {
        self.replace(self.start(slot), ENVELOPE_ROOM, envelope)
    }

    /// The envelope that `record` speaks of.
    pub fn read_envelope(&mut self, record: &Record) -> Result<Vec<u8>, FlashError> {
        if record.envelope_size > ENVELOPE_ROOM {
            return Err(FlashError::OutOfBounds);
        }
        let mut envelope = vec![0; record.envelope_size];
        self.flash.read(address(self.start(record.slot))?, &mut envelope)?;
        Ok(envelope)
    }

    /// Replaces the image in a slot.
    pub fn write_image(&mut self, slot: Slot, image: &[u8]) -> Result<(), FlashError> {
        self.replace(self.start(slot) + ENVELOPE_ROOM, self.image_room, image)
    }

    /// Reads from the image in a slot, from byte `offset` on.
    pub fn read_image(
        &mut self,
        slot: Slot,
        offset: usize,
        bytes: &mut [u8],
    ) -> Result<(), FlashError> {
        if offset.checked_add(bytes.len()).is_none_or(|end| end > self.image_room) {
            return Err(FlashError::OutOfBounds);
        }
        self.flash.read(address(self.start(slot) + ENVELOPE_ROOM + offset)?, bytes)
    }

    /// Lets the power fail in the midst of the word after so many others; `None`: never.
    pub fn supply(&mut self, words: Option<u32>) {
        self.flash.power = words.map(|words| usize::try_from(words).unwrap_or(usize::MAX));
    }

    /// Changes a bit of the image in a slot by other means than the flash has.
    pub fn tamper(&mut self, slot: Slot) -> Result<(), FlashError> {
        let at = address(self.start(slot) + ENVELOPE_ROOM)?;
        let mut byte = [0];
        self.flash.read(at, &mut byte)?;
        self.flash.overwrite(at, &byte.map(|byte| byte ^ 1))
    }

    fn start(&self, slot: Slot) -> usize {
        let first = 2 * PAGE;
        match slot {
            Slot::A => first,
            Slot::B => first + ENVELOPE_ROOM + self.image_room,
        }
    }

    /// Erases `room` bytes from `start` on and writes `content` into them, padded to whole words.
    fn replace(&mut self, start: usize, room: usize, content: &[u8]) -> Result<(), FlashError> {
        if content.len() > room {
            return Err(FlashError::OutOfBounds);
        }
        self.flash.erase(address(start)?, address(start + room)?)?;
        let mut words = content.to_vec();
        words.resize(content.len().next_multiple_of(FileFlash::WRITE_SIZE), 0xff);
        self.flash.write(address(start)?, &words)
    }
}

const fn record_page(slot: Slot) -> usize {
    match slot {
        Slot::A => 0,
        Slot::B => PAGE,
    }
}

fn address(offset: usize) -> Result<u32, FlashError> {
    u32::try_from(offset).map_err(|_| FlashError::OutOfBounds)
}

/// Sequence number, size of the envelope, size of the image; SHA-256 of these.
const RECORD_SIZE: usize = 3 * 8 + 32;

impl Record {
    fn encode(&self) -> Vec<u8> {
        let [envelope, image] = [self.envelope_size, self.image_size].map(|size| size as u64);
        let mut bytes = [self.sequence_number, envelope, image].map(u64::to_be_bytes).concat();
        let digest = sha_256(&bytes);
        bytes.extend(digest.as_bytes());
        bytes
    }

    fn decode(bytes: &[u8; RECORD_SIZE], slot: Slot) -> Option<Self> {
        let (sequence_number, rest) = bytes.split_first_chunk()?;
        let (envelope_size, rest) = rest.split_first_chunk()?;
        let (image_size, digest) = rest.split_first_chunk()?;
        let record = Self {
            sequence_number: u64::from_be_bytes(*sequence_number),
            slot,
            envelope_size: usize::try_from(u64::from_be_bytes(*envelope_size)).ok()?,
            image_size: usize::try_from(u64::from_be_bytes(*image_size)).ok()?,
        };
        let intact = record.encode().ends_with(digest);
        intact.then_some(record)
    }
}

/// SHA-256 of `bytes`.
pub fn sha_256(bytes: &[u8]) -> Digest {
    let digest = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(bytes));
    digest.unwrap_or_else(|error| unreachable!("SHA-256 in software: {error}"))
}
