//! The simulated device: what its definition says it is, in memory.

use std::collections::BTreeSet;
use std::task::Poll;

use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{HashAlgorithm, Segments, Verified};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::command::CustomArgument;
use hexad_suit::decryption::DeviceKeys;
use hexad_suit::encryption::EncryptionInfo;
use hexad_suit::metadata::ComponentMetadata;
use hexad_suit::parameter::CustomValue;
use hexad_suit::platform::Record;
use hexad_suit::version::VersionMatch;
use hexad_suit::wait::WaitInfo;
use hexad_suit::{
    Ciphertext, Component, ComponentIdentifier, Error, ErrorKind, Failure, Manifest, Platform,
    Procedure, Processor, Step,
};

use super::definition::{Definition, Storage};
use crate::arguments::shown;
use crate::input::hex;
use crate::keys::RECIPIENTS;

/// How many components a manifest may have here, and how deep sequences may be nested.
const COMPONENTS: usize = 64;
const NESTING: usize = 8;
/// How many manifests there may be below the root.
const DEPENDENCIES: usize = 16;
/// How much is decrypted at a time.
const PIECE: usize = 4096;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// What the device did.
    Action(String),
    /// How a command ended.
    Command(Record),
}

#[derive(Debug)]
pub struct Device<'d> {
    definition: &'d Definition,
    sequence_number: u64,
    storage: Vec<Storage>,
    /// What was asked of the server.
    fetching: Option<Fetching>,
    /// Which manifests need which components, by their names.
    references: BTreeSet<(String, String)>,
    events: Vec<Event>,
    records: Vec<Record>,
    crypto: RustCrypto,
}

/// A transfer under way: what is fetched, how much of it may be stored, and how it is decrypted.
#[derive(Clone, Debug)]
struct Fetching {
    uri: String,
    limit: Option<u64>,
    encryption: Option<Vec<u8>>,
}

impl<'d> Device<'d> {
    /// The device that a definition describes.
    pub fn new(definition: &'d Definition) -> Self {
        Self {
            definition,
            sequence_number: definition.sequence_number,
            storage: definition.storage.clone(),
            fetching: None,
            references: BTreeSet::new(),
            events: Vec::new(),
            records: Vec::new(),
            crypto: RustCrypto,
        }
    }

    pub const fn sequence_number(&self) -> u64 {
        self.sequence_number
    }

    /// The components: names, sizes and SHA-256 digests of what they hold.
    pub fn contents(&self) -> impl Iterator<Item = (String, usize, String)> {
        self.storage.iter().map(|storage| {
            let digest =
                RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(&storage.content));
            let digest = digest.map(|digest| hex(digest.as_bytes())).unwrap_or_default();
            (storage.name(), storage.content.len(), digest)
        })
    }

    /// What happened since this was asked last.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// How the commands of the last procedure ended.
    pub fn last_records(&self) -> &[Record] {
        &self.records
    }

    /// Runs a procedure to its end; `verify` proves the envelope of a dependency, which `held` gets with
    /// the name of the component that it is in.
    pub fn run<'m>(
        &mut self,
        manifest: &'m Verified<Manifest<'m>>,
        procedure: Procedure,
        verify: &dyn Fn(&'m [u8]) -> Result<Verified<Manifest<'m>>, Error>,
        held: &mut Vec<(String, Manifest<'m>)>,
    ) -> Result<(), Error>
    where
        'd: 'm,
    {
        self.records.clear();
        let definition = self.definition;
        let mut processor: Processor<'m, Self, COMPONENTS, NESTING, DEPENDENCIES> =
            Processor::new(manifest, procedure, &definition.ids)?;
        loop {
            match processor.step(self)? {
                Step::Fetch { component, uri, limit, encryption, .. } => {
                    let name = self.name(component.identifier);
                    let most = limit.map(|it| format!(", at most {it} bytes")).unwrap_or_default();
                    self.act(format!("fetches \"{uri}\" into {name}{most}"));
                    let encryption = encryption.map(|info| info.encoded().bytes().to_vec());
                    self.fetching = Some(Fetching { uri: uri.to_owned(), limit, encryption });
                }
                Step::Dependency { component, envelope, .. } => {
                    let name = self.name(component.identifier);
                    let content = self.of(&component).map(|it| it.content.clone());
                    let content = content.unwrap_or_default();
                    // What the device holds now, in memory that lasts.
                    let carried = manifest.get().integrated_payloads();
                    let lasting = carried.iter().map(|(_, bytes)| bytes);
                    let lasting =
                        lasting.chain(definition.payloads()).find(|bytes| **bytes == content);
                    let found = envelope.filter(|bytes| *bytes == content).or(lasting);
                    let found = found.ok_or(Error::new(ErrorKind::NotAuthenticated, 0));
                    let manifest = found.and_then(verify);
                    let outcome = match &manifest {
                        Ok(_) => "verified".to_owned(),
                        Err(error) => error.to_string(),
                    };
                    self.act(format!("looks into the envelope in {name}: {outcome}"));
                    held.extend(manifest.as_ref().ok().map(|it| (name, *it.get())));
                    processor.supply(manifest);
                }
                Step::Busy => {}
                Step::Done(_) => return Ok(()),
            }
        }
    }

    /// Decrypts with the keys of the device.
    fn decrypted(&self, info: EncryptionInfo<'_>, mut bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
        let keys = self.definition.keys();
        let keys = DeviceKeys::new(&keys, RECIPIENTS, &self.definition.contents);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut decryption = keys.begin(info, length, &mut RustCrypto)?;
        let mut plaintext = Vec::new();
        for piece in bytes.chunks_mut(PIECE) {
            plaintext.extend_from_slice(decryption.update(piece)?);
        }
        decryption.finish()?;
        Ok(plaintext)
    }

    /// Decrypts, if that is how it is, and stores what may be stored.
    fn store_decrypted(
        &mut self,
        component: &Component<'_>,
        info: EncryptionInfo<'_>,
        ciphertext: Vec<u8>,
        limit: Option<u64>,
    ) -> Result<u64, Failure> {
        let plaintext = match self.decrypted(info, ciphertext) {
            Ok(plaintext) => plaintext,
            Err(error) => {
                self.act(format!("can't decrypt: {}", error.kind()));
                return Err(Failure::Failed);
            }
        };
        self.act(format!("decrypts {} bytes", plaintext.len()));
        self.store_limited(component, plaintext, limit)
    }

    fn store_limited(
        &mut self,
        component: &Component<'_>,
        content: Vec<u8>,
        limit: Option<u64>,
    ) -> Result<u64, Failure> {
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if limit.is_some_and(|limit| limit < length) {
            self.act(format!("{length} bytes are more than there may be"));
            return Err(Failure::Failed);
        }
        self.act(format!("stores {length} bytes"));
        self.store(component, content).map(|()| length)
    }

    fn act(&mut self, text: String) {
        self.events.push(Event::Action(text));
    }

    fn name(&self, identifier: ComponentIdentifier<'_>) -> String {
        let found = self.storage.iter().find(|storage| storage.is(identifier));
        found.map_or_else(|| identifier.to_string(), Storage::name)
    }

    /// A component and the manifest that needs it, by their names.
    fn reference(
        &self,
        component: &Component<'_>,
        manifest: Option<ComponentIdentifier<'_>>,
    ) -> (String, String) {
        let by = manifest.map_or_else(|| "the root manifest".to_owned(), |it| self.name(it));
        (self.name(component.identifier), by)
    }

    fn of(&mut self, component: &Component<'_>) -> Result<&mut Storage, Failure> {
        let found = self.storage.iter_mut().find(|storage| storage.is(component.identifier));
        found.ok_or(Failure::Failed)
    }

    /// Stores what fits.
    fn store(&mut self, component: &Component<'_>, content: Vec<u8>) -> Result<(), Failure> {
        let storage = self.of(component)?;
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if storage.capacity.is_some_and(|capacity| capacity < length) {
            let text = format!("{} has no room for {length} bytes", storage.name());
            self.act(text);
            return Err(Failure::Failed);
        }
        storage.content = content;
        Ok(())
    }
}

impl Platform for Device<'_> {
    type Hash = RustCrypto;

    fn hash(&mut self) -> &mut RustCrypto {
        &mut self.crypto
    }

    fn has(&mut self, component: &Component<'_>) -> bool {
        self.of(component).is_ok()
    }

    fn slot(&mut self, component: &Component<'_>) -> Option<u64> {
        self.of(component).ok().and_then(|storage| storage.slot)
    }

    fn size(&mut self, component: &Component<'_>) -> Option<u64> {
        let storage = self.of(component).ok()?;
        u64::try_from(storage.content.len()).ok()
    }

    fn read(
        &mut self,
        component: &Component<'_>,
        offset: u64,
        limit: u64,
    ) -> Poll<Result<&[u8], Failure>> {
        let content = match self.of(component) {
            Ok(storage) => &storage.content,
            Err(failure) => return Poll::Ready(Err(failure)),
        };
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let length = usize::try_from(limit).unwrap_or(usize::MAX);
        let end = start.saturating_add(length).min(content.len());
        Poll::Ready(Ok(content.get(start..end).unwrap_or_default()))
    }

    fn fetched(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        let Some(Fetching { uri, limit, encryption }) = self.fetching.take() else {
            return Poll::Ready(Err(Failure::Failed));
        };
        let Some(content) = self.definition.server.get(&uri).cloned() else {
            self.act(format!("there is nothing at \"{uri}\""));
            return Poll::Ready(Err(Failure::Failed));
        };
        Poll::Ready(match &encryption {
            Some(info) => {
                self.store_decrypted(component, EncryptionInfo::new(info), content, limit)
            }
            None => self.store_limited(component, content, limit),
        })
    }

    fn write(&mut self, component: &Component<'_>, content: &[u8]) -> Poll<Result<(), Failure>> {
        let name = self.name(component.identifier);
        self.act(format!("writes {} bytes into {name}", content.len()));
        Poll::Ready(self.store(component, content.to_vec()))
    }

    fn copy(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
        size: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let (from, to) = (self.name(source.identifier), self.name(component.identifier));
        let mut content = match self.of(source) {
            Ok(storage) => storage.content.clone(),
            Err(failure) => return Poll::Ready(Err(failure)),
        };
        content.truncate(size.and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX));
        self.act(format!("copies {} bytes from {from} to {to}", content.len()));
        Poll::Ready(self.store(component, content))
    }

    fn swap(
        &mut self,
        component: &Component<'_>,
        source: &Component<'_>,
    ) -> Poll<Result<(), Failure>> {
        let (one, other) = (self.name(component.identifier), self.name(source.identifier));
        self.act(format!("swaps {one} with {other}"));
        let content = |device: &mut Self, of| device.of(of).map(|it| it.content.clone());
        Poll::Ready(content(self, component).and_then(|first| {
            let second = content(self, source)?;
            self.store(component, second)?;
            self.store(source, first)
        }))
    }

    fn decrypt(
        &mut self,
        component: &Component<'_>,
        ciphertext: Ciphertext<'_>,
        encryption: EncryptionInfo<'_>,
        limit: Option<u64>,
    ) -> Poll<Result<(), Failure>> {
        let bytes = match ciphertext {
            Ciphertext::Content(content) => content.to_vec(),
            Ciphertext::Component { source, size } => {
                let mut content = self.of(&source)?.content.clone();
                let size = size.and_then(|it| usize::try_from(it).ok());
                content.truncate(size.unwrap_or(usize::MAX));
                content
            }
        };
        Poll::Ready(self.store_decrypted(component, encryption, bytes, limit).map(drop))
    }

    fn references(&mut self, component: &Component<'_>) -> Poll<Result<u64, Failure>> {
        let name = self.name(component.identifier);
        let count = self.references.iter().filter(|(of, _)| *of == name).count();
        Poll::Ready(Ok(u64::try_from(count).unwrap_or(u64::MAX)))
    }

    fn link(
        &mut self,
        component: &Component<'_>,
        manifest: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        let reference = self.reference(component, manifest);
        self.references.insert(reference);
        Poll::Ready(Ok(()))
    }

    fn unlink(
        &mut self,
        component: &Component<'_>,
        manifest: Option<ComponentIdentifier<'_>>,
    ) -> Poll<Result<(), Failure>> {
        let reference = self.reference(component, manifest);
        self.act(format!("{} no longer needs {}", reference.1, reference.0));
        self.references.remove(&reference);
        if self.references.iter().all(|(of, _)| *of != reference.0)
            && let Ok(storage) = self.of(component)
        {
            storage.content.clear();
            self.act(format!("removes {}", reference.0));
        }
        Poll::Ready(Ok(()))
    }

    fn now(&mut self) -> Poll<Result<u64, Failure>> {
        Poll::Ready(self.definition.now.ok_or(Failure::Unsupported))
    }

    fn battery(&mut self) -> Poll<Result<u64, Failure>> {
        Poll::Ready(self.definition.battery.ok_or(Failure::Unsupported))
    }

    fn is_authorized(&mut self, _: &Component<'_>, priority: i64) -> Poll<Result<bool, Failure>> {
        let least = self.definition.authorized.ok_or(Failure::Unsupported);
        Poll::Ready(least.map(|least| priority <= least))
    }

    fn has_version(
        &mut self,
        component: &Component<'_>,
        required: VersionMatch<'_>,
    ) -> Poll<Result<bool, Failure>> {
        let version = self.of(component)?.version.clone();
        Poll::Ready(version.map(|it| required.is_met_by(it)).ok_or(Failure::Unsupported))
    }

    fn wait(
        &mut self,
        component: &Component<'_>,
        events: WaitInfo<'_>,
    ) -> Poll<Result<(), Failure>> {
        let name = self.name(component.identifier);
        for event in events.events() {
            self.act(format!("waits for {event:?}, with {name} to go on"));
        }
        Poll::Ready(Ok(()))
    }

    fn metadata(
        &mut self,
        component: &Component<'_>,
        metadata: ComponentMetadata<'_>,
    ) -> Result<(), Failure> {
        let name = self.name(component.identifier);
        for member in metadata.iter() {
            self.act(format!("notes of {name}: {member:?}"));
        }
        Ok(())
    }

    fn invoke(
        &mut self,
        component: &Component<'_>,
        arguments: Option<&[u8]>,
    ) -> Poll<Result<(), Failure>> {
        let name = self.name(component.identifier);
        let with = arguments.map(|it| format!(" with {}", shown(it))).unwrap_or_default();
        self.act(format!("runs {name}{with}"));
        Poll::Ready(Ok(()))
    }

    fn store_sequence_number(&mut self, sequence_number: u64) -> Poll<Result<(), Failure>> {
        self.act(format!("keeps sequence number {sequence_number}"));
        self.sequence_number = sequence_number;
        Poll::Ready(Ok(()))
    }

    fn custom_command(
        &mut self,
        component: &Component<'_>,
        label: i64,
        argument: CustomArgument<'_>,
    ) -> Poll<Result<bool, Failure>> {
        let name = self.name(component.identifier);
        let argument = match argument {
            CustomArgument::Bytes(bytes) => format!(" with 0x{}", hex(bytes)),
            CustomArgument::Text(text) => format!(" with \"{text}\""),
            CustomArgument::Integer(integer) => format!(" with {integer}"),
            CustomArgument::Nil => String::new(),
        };
        self.act(format!("custom command {label} of {name}{argument}"));
        Poll::Ready(self.definition.custom.get(&label).copied().ok_or(Failure::Unsupported))
    }

    fn custom_parameter(
        &mut self,
        component: &Component<'_>,
        label: i64,
        value: CustomValue<'_>,
    ) -> Result<(), Failure> {
        let name = self.name(component.identifier);
        self.act(format!("custom parameter {label} of {name} is {value:?}"));
        Ok(())
    }

    fn record(&mut self, record: &Record) {
        self.records.push(*record);
        self.events.push(Event::Command(*record));
    }
}
