//! The device: two slots in a NOR flash, a bootloader that verifies, updates and boots, and a key to
//! attest with.

use std::fmt;
use std::path::Path;
use std::task::Poll;

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use hexad_cose_core::{Algorithm, Hash, HashAlgorithm, Hasher, Key, PublicKeyBuf};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::parameter::{Uuid, VendorIdentifier};
use hexad_suit::{
    Component, DeviceIds, Envelope, Failure, Manifest, Platform, Procedure, Processor, Step,
    TrustAnchors,
};

use super::flash::{FileFlash, FlashError, PAGE};
use super::web::Web;

/// The component that the device has.
pub const COMPONENT: &[u8] = b"app";
/// The algorithms under which the device believes its author.
const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256];
/// Room for an envelope in each slot, in bytes.
const ENVELOPE_ROOM: usize = 4 * PAGE;
/// The least room for an image in each slot, in bytes.
const IMAGE_ROOM: usize = 16 * PAGE;
/// What begins a record: four bytes that no erased flash has.
const MAGIC: [u8; 4] = *b"HxBt";

/// What the device's maker burnt in.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Whose manifests it installs.
    pub author: PublicKeyBuf,
    /// `suit-parameter-vendor-identifier`.
    pub vendor: Uuid,
    /// `suit-parameter-class-identifier`.
    pub class: Uuid,
    /// `ueid` (RFC 9711, 4.2.1).
    pub ueid: [u8; 17],
    /// `oemid`: a Private Enterprise Number (RFC 9711, 4.2.3).
    pub oem_id: u32,
}

/// A device: what it is, and what is in its flash.
#[derive(Debug)]
pub struct Device {
    pub(super) identity: Identity,
    pub(super) key: SigningKey,
    flash: FileFlash,
    image_room: usize,
}

/// What the boot record says: which slot holds the software that was installed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Record {
    sequence_number: u64,
    slot: u8,
    envelope_size: u32,
    image_size: u32,
}

/// What runs on the device after it has booted.
#[derive(Clone, Debug)]
pub struct Booted {
    /// The sequence number of the manifest that it booted by.
    pub sequence_number: u64,
    /// The manifest's digest, as the author signed it.
    pub manifest_digest: (HashAlgorithm, Vec<u8>),
    /// The image's size in bytes.
    pub image_size: u64,
    /// SHA-256 of the image, measured at boot.
    pub image_digest: [u8; 32],
    /// How often the manifest made the device do something.
    pub commands: usize,
}

/// Why the device refused.
#[derive(Debug)]
pub enum Refusal {
    /// The envelope, its signature, or a condition or directive of its manifest.
    Suit(hexad_suit::Error),
    /// The flash.
    Flash(FlashError),
    /// Nothing is installed.
    Empty,
    /// The envelope or the image does not fit into a slot.
    TooLarge,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suit(error) => write!(f, "{error}"),
            Self::Flash(error) => write!(f, "the flash failed: {error:?}"),
            Self::Empty => f.write_str("nothing is installed"),
            Self::TooLarge => f.write_str("it does not fit into a slot"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<hexad_suit::Error> for Refusal {
    fn from(error: hexad_suit::Error) -> Self {
        Self::Suit(error)
    }
}

impl From<FlashError> for Refusal {
    fn from(error: FlashError) -> Self {
        Self::Flash(error)
    }
}

impl Device {
    /// Powers a device up whose flash is the file `flash`, with slots for images of `image_size` bytes.
    pub fn open(
        identity: Identity,
        key: SigningKey,
        flash: &Path,
        image_size: usize,
    ) -> Result<Self, Refusal> {
        let image_room = image_size.next_multiple_of(PAGE).max(IMAGE_ROOM);
        let capacity = 2 * PAGE + 2 * (ENVELOPE_ROOM + image_room);
        let flash = FileFlash::open(flash, capacity).map_err(FlashError::from)?;
        Ok(Self { identity, key, flash, image_room })
    }

    /// Installs what `envelope` says, fetching from `web`; until the very end the device stays as it
    /// was. How many commands it ran.
    pub fn update(&mut self, envelope: &[u8], web: &Web) -> Result<usize, Refusal> {
        if envelope.len() > ENVELOPE_ROOM {
            return Err(Refusal::TooLarge);
        }
        let installed = self.record()?;
        let identity = self.identity.clone();
        let keys = [Key::from_public(identity.author.as_public())];
        let anchors = TrustAnchors::new(&keys, ALGORITHMS);
        let manifest = Envelope::parse(envelope)?.authenticate(&anchors, &mut RustCrypto)?;
        manifest.require_newer_than(installed.map_or(0, |record| record.sequence_number))?;
        manifest.require_compatibility_check()?;

        let slot = installed.map_or(0, |record| 1 - record.slot.min(1));
        let start = self.slot_start(slot);
        self.erase(start, ENVELOPE_ROOM + self.image_room)?;
        write(&mut self.flash, start, envelope)?;

        let ids = identity.ids();
        let mut bootloader = Bootloader::new(self, slot, 0);
        run(&manifest, Procedure::Update, &ids.as_ids(), &mut bootloader, Some(web))?;
        let Bootloader { size: image_size, commands, .. } = bootloader;

        let record = Record {
            sequence_number: manifest.sequence_number(),
            slot,
            envelope_size: u32::try_from(envelope.len()).map_err(|_| Refusal::TooLarge)?,
            image_size: u32::try_from(image_size).map_err(|_| Refusal::TooLarge)?,
        };
        self.store(record)?;
        Ok(commands)
    }

    /// Boots what is installed: verifies its manifest again, runs its validate, load and invoke
    /// sequences, and measures the image.
    pub fn boot(&mut self) -> Result<Booted, Refusal> {
        let record = self.record()?.ok_or(Refusal::Empty)?;
        let start = self.slot_start(record.slot);
        let mut envelope = vec![0; to_usize(record.envelope_size)];
        self.flash.read(start, &mut envelope)?;

        let identity = self.identity.clone();
        let keys = [Key::from_public(identity.author.as_public())];
        let anchors = TrustAnchors::new(&keys, ALGORITHMS);
        let envelope = Envelope::parse(&envelope)?;
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto)?;
        manifest.require_not_older_than(record.sequence_number)?;
        let ids = identity.ids();
        let mut bootloader = Bootloader::new(self, record.slot, record.image_size.into());
        run(&manifest, Procedure::Invoke, &ids.as_ids(), &mut bootloader, None)?;
        let commands = bootloader.commands;

        let mut image = vec![0; to_usize(record.image_size)];
        self.flash.read(start + to_u32(ENVELOPE_ROOM), &mut image)?;
        let mut measurement = [0; 32];
        let digest = RustCrypto
            .start(HashAlgorithm::Sha256)
            .and_then(|mut hasher| {
                hasher.update(&image);
                hasher.finish()
            })
            .map_err(|error| hexad_suit::Error::from(error.at(0)))?;
        measurement.copy_from_slice(digest.as_bytes());
        let signed = envelope.authentication().digest();
        Ok(Booted {
            sequence_number: manifest.sequence_number(),
            manifest_digest: (signed.algorithm(), signed.bytes().to_vec()),
            image_size: record.image_size.into(),
            image_digest: measurement,
            commands,
        })
    }

    /// Where a slot begins: behind the two pages of the boot record.
    fn slot_start(&self, slot: u8) -> u32 {
        let size = ENVELOPE_ROOM + self.image_room;
        to_u32(2 * PAGE + usize::from(slot) * size)
    }

    fn erase(&mut self, start: u32, size: usize) -> Result<(), FlashError> {
        self.flash.erase(start, start + to_u32(size))
    }

    /// The boot record: of the two pages, the one that is intact and newer.
    fn record(&mut self) -> Result<Option<Record>, FlashError> {
        let mut newest: Option<Record> = None;
        for page in 0..2 {
            let mut bytes = [0; Record::SIZE];
            self.flash.read(page * to_u32(PAGE), &mut bytes)?;
            let record = Record::decode(&bytes);
            newest = newest.max_by_sequence(record);
        }
        Ok(newest)
    }

    /// Writes the boot record into the page of the older one. It counts from the moment at which its
    /// last bytes, the check, are written.
    fn store(&mut self, record: Record) -> Result<(), FlashError> {
        let page = u32::from(record.slot) * to_u32(PAGE);
        self.erase(page, PAGE)?;
        write(&mut self.flash, page, &record.encode())
    }
}

impl Record {
    const SIZE: usize = 4 + 8 + 4 + 4 + 4 + 32;

    fn body(self) -> [u8; Self::SIZE - 32] {
        let mut body = [0; Self::SIZE - 32];
        let parts = [
            &MAGIC[..],
            &self.sequence_number.to_be_bytes(),
            &u32::from(self.slot).to_be_bytes(),
            &self.envelope_size.to_be_bytes(),
            &self.image_size.to_be_bytes(),
        ];
        for (to, from) in body.iter_mut().zip(parts.concat()) {
            *to = from;
        }
        body
    }

    fn encode(self) -> Vec<u8> {
        let body = self.body();
        [&body[..], &check(&body)].concat()
    }

    fn decode(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let body = bytes.strip_prefix(&MAGIC)?;
        let (sequence_number, body) = body.split_first_chunk()?;
        let (slot, body) = body.split_first_chunk()?;
        let (envelope_size, body) = body.split_first_chunk()?;
        let (image_size, _) = body.split_first_chunk()?;
        let record = Self {
            sequence_number: u64::from_be_bytes(*sequence_number),
            slot: u8::try_from(u32::from_be_bytes(*slot)).ok().filter(|slot| *slot < 2)?,
            envelope_size: u32::from_be_bytes(*envelope_size),
            image_size: u32::from_be_bytes(*image_size),
        };
        (record.encode() == bytes).then_some(record)
    }
}
