//! What the device does for the processor, in one slot of its flash.

use core::task::Poll;

use heapless::Vec;
use hexad_board::{Chip, Uart};
use hexad_cortex_m4::CortexM4;
use hexad_cose_core::cbor::Encoder;
use hexad_link::{Line, Request, Response, chip::PROGRAM};
use hexad_suit::flash::Partitions;
use hexad_suit::platform::{self, Component, Failure, Platform};

use crate::slots::Record;

/// How many bytes are read from, and written to, the flash at once.
pub const PIECE: usize = 256;

pub struct Bootloader<'d> {
    pub storage: Partitions<'d, &'d mut Chip, PIECE>,
    record: Record,
    crypto: CortexM4,
    /// What the program answered that was invoked; 0 for data.
    pub invoked: Option<u32>,
    /// The labels of the commands, a CBOR sequence; those that there is no room for are left out.
    pub commands: Vec<u8, 128>,
}

impl<'d> Bootloader<'d> {
    pub const fn new(storage: Partitions<'d, &'d mut Chip, PIECE>, record: Record) -> Self {
        Self { storage, record, crypto: CortexM4, invoked: None, commands: Vec::new() }
    }

    /// Takes the payload that was asked for; false if the host asks for something else instead.
    pub fn receive(&mut self, line: &mut Line<Uart>) -> bool {
        let mut taken = 0;
        loop {
            match line.receive() {
                Ok(Request::Payload(block)) => {
                    if let Some(bytes) = block.after(&mut taken) {
                        if self.storage.append(bytes).is_err() || taken == block.total {
                            return true;
                        }
                    }
                    line.send(&Response::More(taken));
                }
                Ok(_) => {
                    line.put_back();
                    return false;
                }
                Err(error) => line.refuse(&error),
            }
        }
    }
}

impl Platform for Bootloader<'_> {
    type Hash = CortexM4;

    fn hash(&mut self) -> &mut CortexM4 {
        &mut self.crypto
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        self.storage.has(component)
    }

    fn size(&mut self, _: &Component<'_>) -> Option<u64> {
        Some(self.record.image_size.into())
    }

    fn read(&mut self, app: &Component<'_>, at: u64, limit: u64) -> Poll<Result<&[u8], Failure>> {
        let left = u64::from(self.record.image_size).saturating_sub(at);
        Poll::Ready(self.storage.read(app, at, limit.min(left)))
    }

    fn fetched(&mut self, _: &Component<'_>) -> Poll<Result<u64, Failure>> {
        let size = self.storage.finish()?;
        self.record.image_size = u32::try_from(size).map_err(|_| Failure::Failed)?;
        Poll::Ready(Ok(size))
    }

    fn write(&mut self, app: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        self.record.image_size = u32::try_from(content.len()).map_err(|_| Failure::Failed)?;
        Poll::Ready(self.storage.write(app, content))
    }

    #[expect(unsafe_code, reason = "the jump into the software")]
    fn invoke(&mut self, app: &Component<'_>, _: Option<&[u8]>) -> Poll<Result<(), Failure>> {
        let is_program = self.storage.read(app, 0, PROGRAM.len() as u64)? == PROGRAM;
        let entry = self.record.slot.image.saturating_add(PROGRAM.len() as u32);
        // SAFETY: a program, by the word of the author, who has signed the manifest that invokes it.
        let call = |chip: &mut &mut Chip| unsafe { chip.call(entry) };
        self.invoked = Some(if is_program { call(self.storage.flash_mut()) } else { 0 });
        Poll::Ready(Ok(()))
    }

    /// The record makes the slot the one that is booted, all at once.
    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>> {
        self.record.sequence_number = sequence_number;
        let stored = self.record.write(self.storage.flash_mut());
        Poll::Ready(stored.map_err(|_| Failure::Failed))
    }

    fn record(&mut self, record: &platform::Record) {
        let mut label = [0; 9];
        let mut encoder = Encoder::new(&mut label);
        if encoder.integer(record.command).is_ok() {
            let _ = self.commands.extend_from_slice(encoder.as_bytes());
        }
    }
}
