//! The device, simulated: a bootloader that verifies, updates and boots, and a key to attest with.

use std::io;
use std::path::Path;
use std::task::Poll;

use hexad_cose_core::{Algorithm, HashAlgorithm, Key, Verified};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::parameter::VendorIdentifier;
use hexad_suit::platform::Record;
use hexad_suit::{
    Component, DeviceIds, Envelope, Failure, Manifest, Platform, Procedure, Processor, Step,
    TrustAnchors,
};

use super::device::{Booted, COMPONENT, Device, Identity, Refusal};
use super::slots::{self, Slot, Slots, sha_256};
use super::web::Web;

/// The algorithms under which the device believes its author.
const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256];
/// How many components a manifest for this device may have.
const COMPONENTS: usize = 1;

/// A device: what it is, its flash, and what it has booted.
#[derive(Debug)]
pub struct Simulated {
    pub identity: Identity,
    slots: Slots,
    pub running: Option<Running>,
}

/// What the device has booted by.
#[derive(Clone, Debug)]
pub struct Running {
    record: slots::Record,
    /// The manifest's digest, as the author signed it.
    pub manifest_digest: (HashAlgorithm, Vec<u8>),
    /// `suit-coswid`: what the software is, in its author's words.
    pub coswid: Vec<u8>,
}

impl Simulated {
    /// A device whose flash is the file `flash`, with slots for images of `image_size` bytes.
    pub fn make(identity: Identity, flash: &Path, image_size: usize) -> io::Result<Self> {
        Ok(Self { identity, slots: Slots::open(flash, image_size)?, running: None })
    }

    /// The image that runs, as it is in the flash now: its size, and its SHA-256.
    pub fn measure(&mut self, running: &Running) -> Result<(u64, Vec<u8>), Refusal> {
        let mut image = vec![0; running.record.image_size];
        self.slots.read_image(running.record.slot, 0, &mut image)?;
        Ok((image.len() as u64, sha_256(&image).as_bytes().to_vec()))
    }
}

impl Device for Simulated {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn update(&mut self, envelope: &[u8], web: &Web) -> Result<Vec<i64>, Refusal> {
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
        Ok(bootloader.commands)
    }

    fn boot(&mut self) -> Result<Booted, Refusal> {
        self.running = None;
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

        let signed = envelope.authentication().digest();
        let running = Running {
            record,
            manifest_digest: (signed.algorithm(), signed.bytes().to_vec()),
            coswid: manifest.coswid().present().map_or_else(Vec::new, |tag| tag.bytes().to_vec()),
        };
        let (image_size, image_digest) = self.measure(&running)?;
        self.running = Some(running);
        Ok(Booted { sequence_number: manifest.sequence_number(), image_size, image_digest })
    }

    fn attest(&mut self, nonce: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.token(nonce).map_err(Refusal::Attest)
    }

    fn power_fails_after(&mut self, words: u32) -> Result<(), Refusal> {
        self.slots.supply(Some(words));
        Ok(())
    }

    fn reset(&mut self) -> Result<(), Refusal> {
        self.slots.supply(None);
        self.running = None;
        Ok(())
    }

    fn change_image(&mut self) -> Result<(), Refusal> {
        let running = self.running.as_ref().ok_or(Refusal::Empty)?;
        Ok(self.slots.tamper(running.record.slot)?)
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
                Step::Busy | Step::Dependency { .. } => {}
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
    commands: Vec<i64>,
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
            commands: Vec::new(),
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
        self.commands.push(record.command);
    }
}
