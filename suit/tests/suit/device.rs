//! A device of plain memory with a real hash, which can be slow and can fail.

use std::task::Poll;

use hexad_cose_core::Verified;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::command::CustomArgument;
use hexad_suit::parameter::{CustomValue, VendorIdentifier};
use hexad_suit::platform::Record;
use hexad_suit::{
    Component, DeviceIds, Error, Failure, Manifest, Outcome, Platform, Procedure, Processor, Step,
};

pub const VENDOR: [u8; 16] = [0xfa; 16];
pub const CLASS: [u8; 16] = [0x14; 16];
pub const DEVICE: [u8; 16] = [0xde; 16];

/// The identity of the device.
pub const IDS: DeviceIds<'static> = DeviceIds {
    vendors: &[VendorIdentifier::Uuid(&VENDOR), VendorIdentifier::Pen(&[0x19, 0x01])],
    classes: &[CLASS],
    devices: &[DEVICE],
};

/// What the device has done, in order.
pub type Log = Vec<String>;

#[derive(Debug, Default)]
pub struct Device {
    pub contents: Vec<Vec<u8>>,
    /// What can be fetched: URIs with what they name.
    pub server: Vec<(&'static str, Vec<u8>)>,
    /// The storage does not know how much its components hold, as a raw flash partition.
    pub is_raw: bool,
    /// Answer "later" this many times before every answer.
    pub patience: usize,
    pub log: Log,
    pub records: Vec<Record>,
    pub stored: Option<u64>,
    /// Fail the request whose log line this is.
    pub failing: Option<&'static str>,
    waited: usize,
    fetching: Option<String>,
    piece: Vec<u8>,
    crypto: RustCrypto,
}

impl Device {
    pub fn new(components: usize) -> Self {
        Self { contents: vec![Vec::new(); components], ..Self::default() }
    }

    /// Runs a procedure to its end, with room for four components.
    pub fn run(
        &mut self,
        manifest: &Verified<Manifest<'_>>,
        procedure: Procedure,
    ) -> Result<Outcome, Error> {
        let mut processor: Processor<'_, Self, 4> = Processor::new(manifest, procedure, &IDS)?;
        let mut busy = 0;
        loop {
            match processor.step(self)? {
                Step::Fetch { uri, component, limit, .. } => {
                    self.log.push(format!("begin {uri} for {} within {limit:?}", component.index));
                    self.fetching = Some(uri.to_owned());
                }
                Step::Busy | Step::Dependency { .. } => {
                    busy += 1;
                    assert!(busy < 10_000, "never comes to an end");
                }
                Step::Done(outcome) => {
                    let again = processor.step(self)?;
                    assert_eq!(again, Step::Done(outcome), "a procedure stays done");
                    return Ok(outcome);
                }
            }
        }
    }

    fn wait(&mut self) -> bool {
        if self.waited < self.patience {
            self.waited += 1;
            return true;
        }
        self.waited = 0;
        false
    }

    /// Logs what is done, unless the answer is "later" or a failure.
    fn done(&mut self, what: String) -> Poll<Result<(), Failure>> {
        if self.wait() {
            return Poll::Pending;
        }
        let fails = self.failing == Some(what.as_str());
        self.log.push(what);
        Poll::Ready(if fails { Err(Failure::Failed) } else { Ok(()) })
    }
}

impl Platform for Device {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.crypto
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        component.index < self.contents.len()
    }

    fn slot(&mut self, _: &Component<'_>) -> Option<u64> {
        Some(1)
    }

    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        let size = self.contents[component.index].len();
        if self.is_raw { None } else { u64::try_from(size).ok() }
    }

    /// Three bytes at a time.
    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        if self.wait() {
            return Poll::Pending;
        }
        let content = &self.contents[component.index];
        let piece = content.iter().skip(usize::try_from(offset).unwrap());
        self.piece = piece.take(usize::try_from(limit).unwrap().min(3)).copied().collect();
        Poll::Ready(Ok(&self.piece))
    }

    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        if self.wait() {
            return Poll::Pending;
        }
        let uri = self.fetching.take().expect("fetched without a fetch");
        let Some((_, image)) = self.server.iter().find(|(own, _)| *own == uri) else {
            return Poll::Ready(Err(Failure::Failed));
        };
        self.log.push(format!("fetched {uri}"));
        self.contents[component.index].clone_from(image);
        Poll::Ready(Ok(u64::try_from(image.len()).unwrap()))
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        core::task::ready!(self.done(format!("write {}", component.index)))?;
        self.contents[component.index] = content.to_vec();
        Poll::Ready(Ok(()))
    }

    fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        size: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let what = format!("copy {} to {} size {size:?}", source.index, component.index);
        core::task::ready!(self.done(what))?;
        self.contents[component.index] = self.contents[source.index].clone();
        Poll::Ready(Ok(()))
    }

    fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Poll<Result<(), Failure>> {
        core::task::ready!(self.done(format!("swap {} and {}", source.index, component.index)))?;
        self.contents.swap(source.index, component.index);
        Poll::Ready(Ok(()))
    }

    fn invoke(
        &mut self,
        component: &Component<'_>,
        arguments: Option<&[u8]>,
    ) -> Poll<Result<(), Failure>> {
        self.done(format!("invoke {} with {arguments:?}", component.index))
    }

    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>> {
        core::task::ready!(self.done(format!("store {sequence_number}")))?;
        self.stored = Some(sequence_number);
        Poll::Ready(Ok(()))
    }

    /// Knows -300 as a condition that holds for text, and -301 as a directive.
    fn custom_command(
        &mut self,
        component: &Component<'_>,
        label: i64,
        argument: CustomArgument<'_>,
    ) -> Poll<Result<bool, Failure>> {
        match label {
            -300 => Poll::Ready(Ok(matches!(argument, CustomArgument::Text(_)))),
            -301 => self.done(format!("custom {}", component.index)).map_ok(|()| true),
            _ => Poll::Ready(Err(Failure::Unsupported)),
        }
    }

    fn custom_parameter(
        &mut self,
        component: &Component<'_>,
        label: i64,
        value: CustomValue<'_>,
    ) -> Result<(), Failure> {
        if label != -302 {
            return Err(Failure::Unsupported);
        }
        self.log.push(format!("custom parameter {value:?} for {}", component.index));
        Ok(())
    }

    fn record(&mut self, record: &Record) {
        self.records.push(*record);
    }
}
