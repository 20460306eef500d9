//! The simulated device: what its definition says it is, in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::task::Poll;

use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{HashAlgorithm, Segments, Verified};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::command::CustomArgument;
use hexad_suit::parameter::{CustomValue, Uuid, VendorIdentifier};
use hexad_suit::platform::Record;
use hexad_suit::{
    Component, ComponentIdentifier, Error, Failure, Identity, Manifest, Platform, Procedure,
    Processor, Step,
};
use serde_json::Value;

use crate::arguments::shown;
use crate::input::hex;
use crate::suit::source::{Files, Node, Outcome, relative_oid, uuid};

/// How many components a manifest may have here, and how deep sequences may be nested.
const COMPONENTS: usize = 64;
const NESTING: usize = 8;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// What the device did.
    Action(String),
    /// How a command ended.
    Command(Record),
}

/// A place for an image.
#[derive(Clone, Debug)]
struct Storage {
    identifier: Vec<Vec<u8>>,
    slot: Option<u64>,
    capacity: Option<u64>,
    content: Vec<u8>,
}

impl Storage {
    fn name(&self) -> String {
        self.identifier.iter().map(|segment| shown(segment)).collect::<Vec<_>>().join("/")
    }

    fn is(&self, identifier: ComponentIdentifier<'_>) -> bool {
        identifier.segments().eq(self.identifier.iter().map(Vec::as_slice))
    }
}

/// Who the device is.
#[derive(Clone, Debug, Default)]
struct Ids {
    vendors: Vec<Uuid>,
    pens: Vec<Vec<u8>>,
    classes: Vec<Uuid>,
    devices: Vec<Uuid>,
}

impl Identity for Ids {
    fn is_vendor(&self, _: &Component<'_>, identifier: VendorIdentifier<'_>) -> bool {
        match identifier {
            VendorIdentifier::Uuid(uuid) => self.vendors.contains(uuid),
            VendorIdentifier::Pen(oid) => self.pens.iter().any(|own| own == oid),
        }
    }

    fn is_class(&self, _: &Component<'_>, identifier: &Uuid) -> bool {
        self.classes.contains(identifier)
    }

    fn is_device(&self, _: &Component<'_>, identifier: &Uuid) -> bool {
        self.devices.contains(identifier)
    }
}

#[derive(Debug)]
pub struct Device {
    ids: Ids,
    sequence_number: u64,
    storage: Vec<Storage>,
    /// What can be fetched.
    server: BTreeMap<String, Vec<u8>>,
    /// Custom commands that are known, and whether they succeed.
    custom: BTreeMap<i64, bool>,
    /// What was asked of the server: the URI and how much of it may be stored.
    fetching: Option<(String, Option<u64>)>,
    events: Vec<Event>,
    records: Vec<Record>,
    crypto: RustCrypto,
}

impl Device {
    /// The device that a definition describes; its files are looked for in `folder`.
    pub fn new(definition: &Value, folder: &Path) -> Outcome<Self> {
        let root = Node::root(definition);
        let known =
            ["class", "components", "custom", "device", "sequence-number", "server", "vendor"];
        root.only(&known)?;
        let files = Files::new(folder);
        let uuids = |name: &str| -> Outcome<Vec<Uuid>> {
            let Some(list) = root.get(name) else { return Ok(Vec::new()) };
            list.elements()?.map(|element| Ok(uuid(&element)?.into_bytes())).collect()
        };
        let mut ids = Ids { classes: uuids("class")?, devices: uuids("device")?, ..Ids::default() };
        if let Some(vendors) = root.get("vendor") {
            for vendor in vendors.elements()? {
                match vendor.get("pen") {
                    Some(pen) => ids.pens.push(relative_oid(pen.unsigned()?)),
                    None => ids.vendors.push(uuid(&vendor)?.into_bytes()),
                }
            }
        }
        let mut storage = Vec::new();
        for component in root.require("components")?.elements()? {
            component.only(&["capacity", "content", "identifier", "slot"])?;
            let number = |name| component.get(name).map(|it| it.unsigned()).transpose();
            let content = component.get("content").map(|it| files.bytes(&it)).transpose()?;
            storage.push(Storage {
                identifier: component.require("identifier")?.segments()?,
                slot: number("slot")?,
                capacity: number("capacity")?,
                content: content.unwrap_or_default(),
            });
        }
        let mut server = BTreeMap::new();
        if let Some(all) = root.get("server") {
            for (uri, file) in all.members()? {
                server.insert(uri.to_owned(), files.read(&file)?);
            }
        }
        let mut custom = BTreeMap::new();
        if let Some(all) = root.get("custom") {
            for (label, succeeds) in all.members()? {
                let label = label.parse().map_err(|_| succeeds.wrong("its key is no label"))?;
                custom.insert(label, succeeds.boolean()?);
            }
        }
        let number = root.get("sequence-number").map(|number| number.unsigned()).transpose()?;
        Ok(Self {
            ids,
            sequence_number: number.unwrap_or_default(),
            storage,
            server,
            custom,
            fetching: None,
            events: Vec::new(),
            records: Vec::new(),
            crypto: RustCrypto,
        })
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

    /// Runs a procedure to its end.
    pub fn run(
        &mut self,
        manifest: &Verified<Manifest<'_>>,
        procedure: Procedure,
    ) -> Result<(), Error> {
        self.records.clear();
        let ids = self.ids.clone();
        let mut processor: Processor<'_, Self, COMPONENTS, NESTING> =
            Processor::new(manifest, procedure, &ids)?;
        loop {
            match processor.step(self)? {
                Step::Fetch { component, uri, limit, .. } => {
                    let name = self.name(component.identifier);
                    let most = limit.map(|it| format!(", at most {it} bytes")).unwrap_or_default();
                    self.act(format!("fetches \"{uri}\" into {name}{most}"));
                    self.fetching = Some((uri.to_owned(), limit));
                }
                Step::Busy | Step::Dependency { .. } => {}
                Step::Done(_) => return Ok(()),
            }
        }
    }

    fn act(&mut self, text: String) {
        self.events.push(Event::Action(text));
    }

    fn name(&self, identifier: ComponentIdentifier<'_>) -> String {
        let found = self.storage.iter().find(|storage| storage.is(identifier));
        found.map_or_else(|| identifier.to_string(), Storage::name)
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

impl Platform for Device {
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
        let Some((uri, limit)) = self.fetching.take() else {
            return Poll::Ready(Err(Failure::Failed));
        };
        let Some(content) = self.server.get(&uri).cloned() else {
            self.act(format!("there is nothing at \"{uri}\""));
            return Poll::Ready(Err(Failure::Failed));
        };
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if limit.is_some_and(|limit| limit < length) {
            self.act(format!("\"{uri}\" has {length} bytes, more than it may"));
            return Poll::Ready(Err(Failure::Failed));
        }
        self.act(format!("stores {length} bytes"));
        Poll::Ready(self.store(component, content).map(|()| length))
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
        Poll::Ready(self.custom.get(&label).copied().ok_or(Failure::Unsupported))
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
