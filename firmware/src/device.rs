//! What the device does with manifests: it installs what one says, and boots what it has installed.

use core::fmt::{Display, Write};

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use heapless::String;
use hexad_board::{Chip, Uart};
use hexad_cortex_m4::CortexM4;
use hexad_cose_core::crypto::{self, Hash, Hasher};
use hexad_cose_core::{Algorithm, HashAlgorithm, Verified};
use hexad_link::{Identity, Line, Response, chip::ENVELOPE_ROOM, chip::IMAGE_ROOM};
use hexad_suit::digest::Digest;
use hexad_suit::flash::{Partition, Partitions};
use hexad_suit::parameter::VendorIdentifier;
use hexad_suit::{DeviceIds, Envelope, Manifest, Procedure, Processor, Step, TrustAnchors};

use crate::bootloader::{Bootloader, PIECE};
use crate::slots::Record;

/// The algorithms under which the device believes its author.
const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256];
/// The one component that the device has: `[h'617070']`.
const COMPONENT: &[&[u8]] = &[b"app"];

/// Memory for an envelope.
pub type EnvelopeBuffer = [u8; ENVELOPE_ROOM as usize];

/// Why the device refuses, in the words of the crate that found it.
pub struct Refusal(pub String<128>);

impl<E: Display> From<E> for Refusal {
    fn from(error: E) -> Self {
        let mut words = String::new();
        // What does not fit is left out.
        let _ = write!(words, "{error}");
        Self(words)
    }
}

/// The device: who it is, and its flash.
pub struct Device<'i> {
    pub identity: Identity<'i>,
    pub chip: Chip,
    /// The sequence number of what was invoked.
    pub invoked: Option<u64>,
}

impl Device<'_> {
    /// Runs the update that the first bytes of `buffer` describe, with payloads from `line`. Until all
    /// has succeeded, the device boots what it booted before. Says nothing if the host gives the update
    /// up and asks for something else.
    pub fn update(
        &mut self,
        buffer: &EnvelopeBuffer,
        envelope_size: u32,
        line: &mut Line<Uart>,
    ) -> Result<(), Refusal> {
        let installed = Record::newest(&mut self.chip)?;
        let envelope = buffer.get(..envelope_size as usize).unwrap_or_default();
        let (_, manifest) = self.authenticate(envelope)?;
        manifest.require_newer_than(installed.map_or(0, |record| record.sequence_number))?;
        manifest.require_compatibility_check()?;

        let record = Record { envelope_size, ..Record::unused(installed) };
        let start = record.slot.envelope;
        self.chip.erase(start, start.saturating_add(ENVELOPE_ROOM))?;
        self.chip.write(start, buffer)?;
        self.run(&manifest, Procedure::Update, record, Some(line)).map(|_| ())
    }

    /// Boots what is installed: verifies its manifest again, and runs the validate, load and invoke
    /// sequences. The record of what was invoked, and its answer.
    pub fn boot(&mut self, buffer: &mut EnvelopeBuffer) -> Result<(Record, u32), Refusal> {
        self.invoked = None;
        let (record, envelope) = self.installed(buffer)?;
        let (_, manifest) = self.authenticate(envelope)?;
        manifest.require_not_older_than(record.sequence_number)?;
        let answer = self.run(&manifest, Procedure::Invoke, record, None)?;
        let answer = answer.ok_or("the manifest invokes nothing")?;
        self.invoked = Some(record.sequence_number);
        Ok((record, answer))
    }

    /// What is installed: its record, and its envelope in `buffer`.
    pub fn installed<'e>(
        &mut self,
        buffer: &'e mut EnvelopeBuffer,
    ) -> Result<(Record, &'e [u8]), Refusal> {
        let record = Record::newest(&mut self.chip)?.ok_or("nothing is installed")?;
        self.chip.read(record.slot.envelope, buffer)?;
        Ok((record, buffer.get(..record.envelope_size as usize).unwrap_or_default()))
    }

    /// The envelope's manifest and its digest, if the device's author has signed it.
    pub fn authenticate<'e>(
        &self,
        envelope: &'e [u8],
    ) -> Result<(Digest<'e>, Verified<Manifest<'e>>), Refusal> {
        let keys = [self.identity.author];
        let envelope = Envelope::parse(envelope)?;
        let anchors = TrustAnchors::new(&keys, ALGORITHMS);
        let manifest = envelope.authenticate(&anchors, &mut CortexM4)?;
        Ok((envelope.authentication().digest(), manifest))
    }

    /// SHA-256 of the image that `record` speaks of, as it is in the flash now.
    pub fn measure(&mut self, record: &Record) -> Result<crypto::Digest, Refusal> {
        let mut hash = CortexM4.start(HashAlgorithm::Sha256)?;
        let mut piece = [0; PIECE];
        for start in (0..record.image_size).step_by(PIECE) {
            self.chip.read(record.slot.image.saturating_add(start), &mut piece)?;
            let left = record.image_size.saturating_sub(start) as usize;
            hash.update(piece.get(..left).unwrap_or(&piece));
        }
        Ok(hash.finish()?)
    }

    /// Runs a procedure, fetching from `line` where there is one; what was invoked, by its answer.
    fn run(
        &mut self,
        manifest: &Verified<Manifest<'_>>,
        procedure: Procedure,
        record: Record,
        mut line: Option<&mut Line<Uart>>,
    ) -> Result<Option<u32>, Refusal> {
        let offset = record.slot.image;
        let table = [Partition { identifier: COMPONENT, offset, length: IMAGE_ROOM }];
        let mut bootloader = Bootloader::new(Partitions::new(&mut self.chip, &table)?, record);
        let vendors = [VendorIdentifier::Uuid(self.identity.vendor)];
        let classes = [*self.identity.class];
        let ids = DeviceIds { vendors: &vendors, classes: &classes, devices: &[] };
        let mut processor: Processor<'_, _, 1> = Processor::new(manifest, procedure, &ids)?;
        loop {
            match (processor.step(&mut bootloader)?, &mut line) {
                (Step::Fetch { component, uri, limit, .. }, Some(line)) => {
                    if bootloader.storage.begin(&component, limit).is_ok() {
                        line.send(&Response::Fetch { uri, limit });
                        if !bootloader.receive(line) {
                            return Ok(None);
                        }
                    }
                }
                (Step::Done(outcome), Some(line)) => {
                    let sequence_number = outcome.sequence_number;
                    let commands = &bootloader.commands;
                    line.send(&Response::Installed { sequence_number, commands });
                    return Ok(None);
                }
                (Step::Done(_), None) => return Ok(bootloader.invoked),
                // The processor asks what came of a fetch; and this platform is never busy.
                (Step::Fetch { .. } | Step::Dependency { .. } | Step::Busy, _) => {}
            }
        }
    }
}
