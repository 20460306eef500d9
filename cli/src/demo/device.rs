//! The device: a bootloader that verifies, updates and boots, and a key to attest with.

use std::fmt;
use std::io;
use std::path::Path;
use std::task::Poll;

use hexad_cose_core::{Algorithm, HashAlgorithm, Key, PublicKeyBuf, Verified};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::parameter::{Uuid, VendorIdentifier};
use hexad_suit::platform::Record;
use hexad_suit::{
    Component, DeviceIds, Envelope, Failure, Manifest, Platform, Procedure, Processor, Step,
    TrustAnchors, labels,
};

use super::flash::FlashError;
use super::slots::{self, Slot, Slots, sha_256};
use super::web::Web;

/// The component that the device has: `[h'617070']`.
pub const COMPONENT: &[u8] = b"app";
/// The algorithms under which the device believes its author.
const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256];
/// How many components a manifest for this device may have.
const COMPONENTS: usize = 1;

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
    /// What it attests with.
    pub attestation_key: SigningKey,
}

/// A device: what it is, and its flash.
#[derive(Debug)]
pub struct Device {
    pub identity: Identity,
    slots: Slots,
}

/// What runs on the device after it has booted.
#[derive(Clone, Debug)]
pub struct Booted {
    /// The manifest that it booted by: its sequence number.
    pub sequence_number: u64,
    /// The manifest's digest, as the author signed it.
    pub manifest_digest: (HashAlgorithm, Vec<u8>),
    /// `suit-coswid`: what the software is, in its author's words.
    pub coswid: Vec<u8>,
    /// The image's size in bytes.
    pub image_size: u64,
    /// SHA-256 of the image, measured at boot.
    pub image_digest: [u8; 32],
}

/// Why the device refused.
#[derive(Debug)]
pub enum Refusal {
    /// The envelope, its signature, or a condition or directive of its manifest.
    Suit(hexad_suit::Error),
    /// The flash, or what does not fit into it.
    Flash(FlashError),
    /// What the manifest asked to fetch.
    Fetch(io::Error),
    /// Nothing is installed.
    Empty,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suit(error) => write!(f, "{error}"),
            Self::Flash(error) => write!(f, "the flash: {error}"),
            Self::Fetch(error) => write!(f, "fetching: {error}"),
            Self::Empty => f.write_str("nothing is installed"),
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
    /// A device whose flash is the file `flash`, with slots for images of `image_size` bytes.
    pub fn open(identity: Identity, flash: &Path, image_size: usize) -> io::Result<Self> {
        Ok(Self { identity, slots: Slots::open(flash, image_size)? })
    }

    /// Installs what `envelope` says, fetching from `web`, into the slot that is not in use. Until
    /// all has succeeded, the device boots what it booted before. What it did, command by command.
    pub fn update(&mut self, envelope: &[u8], web: &Web) -> Result<Vec<Record>, Refusal> {
        let installed = self.slots.record()?;
        let author = self.identity.author;
        let keys = [Key::from_public(author.as_public())];
        let anchors = TrustAnchors::new(&keys, ALGORITHMS);
        let manifest = Envelope::parse(envelope)?.authenticate(&anchors, &mut RustCrypto)?;
        manifest.require_newer_than(installed.map_or(0, |record| record.sequence_number))?;
        manifest.require_compatibility_check()?;

        let slot = installed.map_or(Slot::A, |record| record.slot.other());
        self.slots.write_envelope(slot, envelope)?;
        let (identity, slots) = (&self.identity, &mut self.slots);
        let mut bootloader = Bootloader::new(slots, slot, envelope.len());
        identity.run(&manifest, Procedure::Update, &mut bootloader, Some(web))?;
        Ok(bootloader.records)
    }

    /// Boots what is installed: verifies its manifest again, runs the validate, load and invoke
    /// sequences, and measures the image that was invoked.
    pub fn boot(&mut self) -> Result<Booted, Refusal> {
        let record = self.slots.record()?.ok_or(Refusal::Empty)?;
        let envelope = self.slots.read_envelope(&record)?;
        let author = self.identity.author;
        let keys = [Key::from_public(author.as_public())];
        let anchors = TrustAnchors::new(&keys, ALGORITHMS);
        let envelope = Envelope::parse(&envelope)?;
        let manifest = envelope.authenticate(&anchors, &mut RustCrypto)?;
        manifest.require_not_older_than(record.sequence_number)?;

        let (identity, slots) = (&self.identity, &mut self.slots);
        let mut bootloader = Bootloader::new(slots, record.slot, record.envelope_size);
        bootloader.image_size = record.image_size;
        identity.run(&manifest, Procedure::Invoke, &mut bootloader, None)?;

        let mut image = vec![0; record.image_size];
        self.slots.read_image(record.slot, 0, &mut image)?;
        let mut image_digest = [0; 32];
        image_digest.copy_from_slice(sha_256(&image).as_bytes());
        let signed = envelope.authentication().digest();
        Ok(Booted {
            sequence_number: manifest.sequence_number(),
            manifest_digest: (signed.algorithm(), signed.bytes().to_vec()),
            coswid: manifest.coswid().present().map_or_else(Vec::new, |tag| tag.bytes().to_vec()),
            image_size: record.image_size as u64,
            image_digest,
        })
    }
}

impl Identity {
    /// Runs a procedure to its end, fetching from `web` where there is one.
    fn run(
        &self,
        manifest: &Verified<Manifest<'_>>,
        procedure: Procedure,
        bootloader: &mut Bootloader<'_>,
        web: Option<&Web>,
    ) -> Result<(), Refusal> {
        let vendors = [VendorIdentifier::Uuid(&self.vendor)];
        let classes = [self.class];
        let ids = DeviceIds { vendors: &vendors, classes: &classes, devices: &[] };
        let mut processor: Processor<'_, _, COMPONENTS> =
            Processor::new(manifest, procedure, &ids)?;
        loop {
            match processor.step(bootloader)? {
                Step::Fetch { uri, limit, .. } => bootloader.fetch(uri, limit, web)?,
                // This platform is never busy: it answers at once.
                Step::Busy => {}
                Step::Done(_) => return Ok(()),
            }
        }
    }
}

/// What the bootloader does for the processor, in one slot of the flash.
struct Bootloader<'d> {
    slots: &'d mut Slots,
    slot: Slot,
    envelope_size: usize,
    image_size: usize,
    block: [u8; 1024],
    hash: RustCrypto,
    records: Vec<Record>,
}

impl<'d> Bootloader<'d> {
    fn new(slots: &'d mut Slots, slot: Slot, envelope_size: usize) -> Self {
        Self {
            slots,
            slot,
            envelope_size,
            image_size: 0,
            block: [0; 1024],
            hash: RustCrypto,
            records: Vec::new(),
        }
    }

    /// Transfers what is at `uri` into the slot: no more than `limit` bytes, or than fit.
    fn fetch(&mut self, uri: &str, limit: Option<u64>, web: Option<&Web>) -> Result<(), Refusal> {
        let room = self.slots.image_room() as u64;
        let web = web.ok_or(Refusal::Fetch(io::ErrorKind::NetworkDown.into()))?;
        let image = web.get(uri, limit.unwrap_or(room).min(room)).map_err(Refusal::Fetch)?;
        self.slots.write_image(self.slot, &image)?;
        self.image_size = image.len();
        Ok(())
    }
}

impl Platform for Bootloader<'_> {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.hash
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        component.identifier.is(&[COMPONENT])
    }

    fn size(&mut self, _: &Component<'_>) -> Option<u64> {
        Some(self.image_size as u64)
    }

    fn read(&mut self, _: &Component<'_>, offset: u64, limit: u64) -> Poll<Result<&[u8], Failure>> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let left = self.image_size.saturating_sub(offset);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let length = left.min(limit).min(self.block.len());
        let block = self.block.get_mut(..length).unwrap_or_default();
        let read = self.slots.read_image(self.slot, offset, block);
        Poll::Ready(read.map(|()| &*block).map_err(|_| Failure::Failed))
    }

    fn fetched(&mut self, _: &Component<'_>) -> Poll<Result<u64, Failure>> {
        Poll::Ready(Ok(self.image_size as u64))
    }

    fn write(&mut self, _: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        self.image_size = content.len();
        let written = self.slots.write_image(self.slot, content);
        Poll::Ready(written.map_err(|_| Failure::Failed))
    }

    fn invoke(&mut self, _: &Component<'_>, _: Option<&[u8]>) -> Poll<Result<(), Failure>> {
        // The image is data here; a device would jump into it.
        Poll::Ready(Ok(()))
    }

    /// The boot record makes the slot the one that is booted, all at once.
    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>> {
        let record = slots::Record {
            sequence_number,
            slot: self.slot,
            envelope_size: self.envelope_size,
            image_size: self.image_size,
        };
        Poll::Ready(self.slots.store(record).map_err(|_| Failure::Failed))
    }

    fn record(&mut self, record: &Record) {
        self.records.push(*record);
    }
}

/// What a command did, in the words of the standard.
pub fn in_words(record: &Record) -> String {
    let name = labels::command_name(record.command).unwrap_or("command");
    let outcome = match record.result {
        Ok(()) => "ok".to_owned(),
        Err(error) => error.to_string(),
    };
    format!("{name}: {outcome}")
}
