//! A device that is exactly the one that a manifest is made for.
//!
//! The digests in the drafts' examples are patterns that no image has. So what the device fetches or
//! copies counts as the image that the author meant: its digest is the one that the manifest has set
//! for the component. What the manifest or the envelope carries itself is hashed as it is.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

use hexad_cose_core::cbor::Cursor;
use hexad_cose_core::crypto::{Hash, Hasher};
use hexad_cose_core::{CryptoError, Digest, HashAlgorithm, Verified};
use hexad_rustcrypto::{RunningHash, RustCrypto};
use hexad_suit::parameter::{Uuid, VendorIdentifier};
use hexad_suit::platform::Record;
use hexad_suit::{
    Component, Error, Failure, Identity, Manifest, Platform, Procedure, Processor, Step, labels,
};

/// How many components a manifest under test may have.
const COMPONENTS: usize = 64;

/// What a component holds.
#[derive(Clone, Debug)]
enum Content {
    Empty,
    /// The image that the manifest's author meant.
    AsMeant,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// What the manifest has set for a component, as the records of its commands tell.
#[derive(Clone, Debug, Default)]
struct Meant {
    digest: Option<Vec<u8>>,
    size: Option<u64>,
}

/// The size of an image whose manifest does not say.
const UNKNOWN_SIZE: u64 = 64;

/// The device, with a trace of all that was done on it.
#[derive(Debug)]
pub struct Device<'b> {
    envelope: &'b [u8],
    contents: Vec<Content>,
    meant: Vec<Meant>,
    hash: DecreedHash,
    piece: Vec<u8>,
    fetching: Option<usize>,
    slot: u64,
    trace: Vec<String>,
    stored: Option<u64>,
}

impl<'b> Device<'b> {
    /// A device for the manifest in `envelope`. Its components are empty, unless the manifest only
    /// boots what was installed before.
    #[must_use]
    pub fn for_manifest(envelope: &'b [u8], manifest: &Manifest<'_>) -> Self {
        let boots_only =
            manifest.install().present().is_none() && manifest.payload_fetch().present().is_none();
        let content = if boots_only { Content::AsMeant } else { Content::Empty };
        let count = manifest.components().len();
        Self {
            envelope,
            contents: vec![content; count],
            meant: vec![Meant::default(); count],
            hash: DecreedHash::default(),
            piece: Vec::new(),
            fetching: None,
            slot: 0,
            trace: Vec::new(),
            stored: None,
        }
    }

    /// Gives the components' updates this slot.
    pub fn set_slot(&mut self, slot: u64) {
        self.slot = slot;
    }

    /// Puts an image into the component that no manifest means.
    pub fn corrupt(&mut self, component: usize) {
        if let Some(content) = self.contents.get_mut(component) {
            *content = Content::Bytes(b"something else".to_vec());
        }
    }

    /// Runs a procedure to its end.
    ///
    /// # Errors
    /// Those of the processor.
    pub fn run(
        &mut self,
        manifest: &Verified<Manifest<'_>>,
        procedure: Procedure,
    ) -> Result<(), Error> {
        let mut processor: Processor<'_, Self, COMPONENTS, 8> =
            Processor::new(manifest, procedure, &Anyone)?;
        loop {
            match processor.step(self)? {
                Step::Fetch { component, uri, limit, .. } => {
                    let limit = limit.map_or(String::new(), |limit| format!(" up to {limit}"));
                    self.trace.push(format!("fetch {uri} into {}{limit}", component.index));
                    self.fetching = Some(component.index);
                }
                Step::Busy => {}
                Step::Done(_) => return Ok(()),
            }
        }
    }

    /// What was done so far, a line an event; forgets it.
    pub fn take_trace(&mut self) -> Vec<String> {
        std::mem::take(&mut self.trace)
    }

    /// The sequence number that was stored.
    #[must_use]
    pub fn stored_sequence_number(&self) -> Option<u64> {
        self.stored
    }

    fn put(&mut self, component: &Component<'_>, content: Content) -> Poll<Result<(), Failure>> {
        Poll::Ready(match self.contents.get_mut(component.index) {
            Some(held) => {
                *held = content;
                Ok(())
            }
            None => Err(Failure::Failed),
        })
    }

    fn held(&self, component: &Component<'_>) -> Result<Content, Failure> {
        match self.contents.get(component.index) {
            Some(Content::Empty) | None => Err(Failure::Failed),
            Some(content) => Ok(content.clone()),
        }
    }

    /// Notes the digest and size that override-parameters at `offset` has set for a component.
    fn note(&mut self, offset: usize, component: usize) -> Option<()> {
        let meant = self.meant.get_mut(component)?;
        let mut cursor = Cursor::at(self.envelope.get(offset..)?, offset);
        cursor.skip().ok()?;
        let mut entries = cursor.map().ok()?;
        while entries.next(&mut cursor).ok()? {
            match cursor.integer().ok()? {
                labels::parameter::IMAGE_DIGEST => {
                    let mut digest = cursor.wrapped().ok()?;
                    digest.array_of(2).ok()?;
                    digest.skip().ok()?;
                    meant.digest = Some(digest.bytes().ok()?.to_vec());
                }
                labels::parameter::IMAGE_SIZE => meant.size = Some(cursor.unsigned().ok()?),
                _ => cursor.skip().ok()?,
            }
        }
        Some(())
    }
}

impl Platform for Device<'_> {
    type Hash = DecreedHash;

    fn hash(&mut self) -> &mut DecreedHash {
        &mut self.hash
    }

    fn has(&mut self, _: &Component<'_>) -> bool {
        true
    }

    fn slot(&mut self, _: &Component<'_>) -> Option<u64> {
        Some(self.slot)
    }

    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        match self.contents.get(component.index)? {
            Content::Empty => Some(0),
            Content::AsMeant => Some(self.meant.get(component.index)?.size.unwrap_or(UNKNOWN_SIZE)),
            Content::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
        }
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        let content = self.held(component)?;
        let decreed = match content {
            Content::Bytes(_) | Content::Empty => None,
            Content::AsMeant => {
                self.meant.get(component.index).and_then(|meant| meant.digest.clone())
            }
        };
        *self.hash.decreed.borrow_mut() = decreed;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.piece = match content {
            Content::Bytes(bytes) => {
                let offset = usize::try_from(offset).map_err(|_| Failure::Failed)?;
                bytes.into_iter().skip(offset).take(limit).collect()
            }
            _ => vec![0; limit.min(4096)],
        };
        Poll::Ready(Ok(&self.piece))
    }

    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        if self.fetching.take() != Some(component.index) {
            return Poll::Ready(Err(Failure::Failed));
        }
        match self.put(component, Content::AsMeant) {
            Poll::Ready(Ok(())) => Poll::Ready(self.size(component).ok_or(Failure::Failed)),
            _ => Poll::Ready(Err(Failure::Failed)),
        }
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("write {} bytes into {}", content.len(), component.index));
        self.put(component, Content::Bytes(content.to_vec()))
    }

    fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        _: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("copy {} into {}", source.index, component.index));
        let content = self.held(source)?;
        self.put(component, content)
    }

    fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("swap {} with {}", source.index, component.index));
        self.contents.swap(source.index, component.index);
        Poll::Ready(Ok(()))
    }

    fn invoke(&mut self, component: &Component<'_>, _: Option<&[u8]>) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("invoke {}", component.index));
        Poll::Ready(self.held(component).map(|_| ()))
    }

    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>> {
        self.trace.push(format!("store sequence number {sequence_number}"));
        self.stored = Some(sequence_number);
        Poll::Ready(Ok(()))
    }

    fn record(&mut self, record: &Record) {
        let section = labels::manifest_element_name(record.section).unwrap_or("?");
        let section = if record.shared { "suit-shared-sequence" } else { section };
        let command = labels::command_name(record.command).unwrap_or("custom");
        let command = command.trim_start_matches("suit-condition-");
        let command = command.trim_start_matches("suit-directive-");
        let component = record.component.map_or(String::new(), |index| format!(" {index}"));
        let result = record.result.map_or_else(|kind| format!(": {kind}"), |()| String::new());
        self.trace.push(format!("{}: {command}{component}{result}", &section["suit-".len()..]));
        if let (labels::directive::OVERRIDE_PARAMETERS, Some(component)) =
            (record.command, record.component)
        {
            self.note(record.offset, component);
        }
    }
}

/// An identity that matches every vendor, class and device.
struct Anyone;

impl Identity for Anyone {
    fn is_vendor(&self, _: &Component<'_>, _: VendorIdentifier<'_>) -> bool {
        true
    }

    fn is_class(&self, _: &Component<'_>, _: &Uuid) -> bool {
        true
    }

    fn is_device(&self, _: &Component<'_>, _: &Uuid) -> bool {
        true
    }
}

/// A hash whose result is decreed for images that are only meant, and computed for all others.
#[derive(Debug, Default)]
pub struct DecreedHash {
    decreed: Rc<RefCell<Option<Vec<u8>>>>,
}

/// A [`DecreedHash`] under way.
#[derive(Debug)]
pub struct DecreedHasher {
    decreed: Rc<RefCell<Option<Vec<u8>>>>,
    computed: RunningHash,
}

impl Hash for DecreedHash {
    type Hasher = DecreedHasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<DecreedHasher, CryptoError> {
        *self.decreed.borrow_mut() = None;
        Ok(DecreedHasher {
            decreed: Rc::clone(&self.decreed),
            computed: RustCrypto.start(algorithm)?,
        })
    }
}

impl Hasher for DecreedHasher {
    fn update(&mut self, data: &[u8]) {
        self.computed.update(data);
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        match self.decreed.take() {
            Some(digest) => Ok(Digest::new(&digest)),
            None => self.computed.finish(),
        }
    }
}
