//! What a definition in TOML says of a device; described in cli/docs/suit-device.md.

use std::collections::BTreeMap;
use std::path::Path;

use hexad_cose_core::{Algorithm, RecipientKey};
use hexad_rustcrypto::AgreementKey;
use hexad_suit::decryption::DeviceKey;
use hexad_suit::parameter::{Uuid, VendorIdentifier};
use hexad_suit::{Component, ComponentIdentifier, Identity};
use serde_json::Value;

use crate::arguments::shown;
use crate::keys::{CIPHERS, CONTENTS, KeyFile};
use crate::suit::source::{Files, Node, Outcome, relative_oid, uuid};

/// A place for an image.
#[derive(Clone, Debug)]
pub struct Storage {
    identifier: Vec<Vec<u8>>,
    pub slot: Option<u64>,
    pub capacity: Option<u64>,
    pub version: Option<Vec<i64>>,
    pub content: Vec<u8>,
}

impl Storage {
    /// Its identifier as it is shown.
    pub fn name(&self) -> String {
        self.identifier.iter().map(|segment| shown(segment)).collect::<Vec<_>>().join("/")
    }

    /// Whether this is its identifier.
    pub fn is(&self, identifier: ComponentIdentifier<'_>) -> bool {
        identifier.segments().eq(self.identifier.iter().map(Vec::as_slice))
    }
}

/// Who the device is.
#[derive(Clone, Debug, Default)]
pub struct Ids {
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

/// A device, as it is at first.
#[derive(Debug, Default)]
pub struct Definition {
    pub ids: Ids,
    pub sequence_number: u64,
    pub storage: Vec<Storage>,
    /// What can be fetched.
    pub server: BTreeMap<String, Vec<u8>>,
    /// Custom commands that are known, and whether they succeed.
    pub custom: BTreeMap<i64, bool>,
    /// Seconds since 1970.
    pub now: Option<u64>,
    /// mWh.
    pub battery: Option<u64>,
    /// The priority from which on updates are allowed.
    pub authorized: Option<i64>,
    /// The algorithms of encrypted payloads.
    pub contents: Vec<Algorithm>,
    keys: Vec<(KeyFile, Option<AgreementKey>)>,
}

/// What a definition may have at its top.
const MEMBERS: [&str; 11] = [
    "authorized",
    "battery",
    "class",
    "components",
    "custom",
    "device",
    "keys",
    "now",
    "sequence-number",
    "server",
    "vendor",
];

impl Definition {
    /// Reads a definition; its files are looked for in `folder`.
    pub fn read(definition: &Value, folder: &Path) -> Outcome<Self> {
        let root = Node::root(definition);
        root.only(&MEMBERS)?;
        let files = Files::new(folder);
        let number = |name| root.get(name).map(|it| it.unsigned()).transpose();
        let mut read = Self {
            ids: ids(&root)?,
            sequence_number: number("sequence-number")?.unwrap_or_default(),
            now: number("now")?,
            battery: number("battery")?,
            authorized: root.get("authorized").map(|it| it.integer()).transpose()?,
            contents: [CONTENTS, CIPHERS].concat(),
            ..Self::default()
        };
        for component in root.require("components")?.elements()? {
            component.only(&["capacity", "content", "identifier", "slot", "version"])?;
            let number = |name| component.get(name).map(|it| it.unsigned()).transpose();
            let content = component.get("content").map(|it| files.bytes(&it)).transpose()?;
            read.storage.push(Storage {
                identifier: component.require("identifier")?.segments()?,
                slot: number("slot")?,
                capacity: number("capacity")?,
                version: component.get("version").map(|it| it.integers()).transpose()?,
                content: content.unwrap_or_default(),
            });
        }
        if let Some(all) = root.get("server") {
            for (uri, file) in all.members()? {
                read.server.insert(uri.to_owned(), files.read(&file)?);
            }
        }
        if let Some(all) = root.get("custom") {
            for (label, succeeds) in all.members()? {
                let label = label.parse().map_err(|_| succeeds.wrong("its key is no label"))?;
                read.custom.insert(label, succeeds.boolean()?);
            }
        }
        if let Some(list) = root.get("keys") {
            for element in list.elements()? {
                let file = KeyFile::read(&files.path(&element)?);
                let file = file.map_err(|failure| element.wrong(failure))?;
                let key = file.key().map_err(|failure| element.wrong(failure))?;
                let own = if key.symmetric().is_some() {
                    None
                } else {
                    Some(file.agreement_key().map_err(|failure| element.wrong(failure))?)
                };
                read.keys.push((file, own));
            }
        }
        Ok(read)
    }

    /// The keys that payloads are encrypted for.
    pub fn keys(&self) -> Vec<DeviceKey<'_, AgreementKey>> {
        self.keys
            .iter()
            .filter_map(|(file, own)| {
                let known = file.key().ok()?;
                let key = match own {
                    Some(own) => RecipientKey::Private(own),
                    None => RecipientKey::Shared(known.secret().ok()?),
                };
                Some(DeviceKey { kid: known.kid(), key })
            })
            .collect()
    }

    /// All that can be in a component but what manifests write themselves.
    pub fn payloads(&self) -> impl Iterator<Item = &[u8]> {
        let held = self.storage.iter().map(|storage| storage.content.as_slice());
        self.server.values().map(Vec::as_slice).chain(held)
    }
}

/// Vendor, class and device identifiers.
fn ids(root: &Node<'_>) -> Outcome<Ids> {
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
    Ok(ids)
}
