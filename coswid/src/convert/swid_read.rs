//! SWID tags in XML (ISO/IEC 19770-2:2015), read.

use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

use hexad_cose_core::Label as Key;
use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};

use super::map::Map;
use super::names::{self, OWNERSHIPS, RELS, ROLES, USES, VERSION_SCHEMES};
use super::{Converted, Error, ErrorKind, time};
use crate::hash::HashAlgorithm;
use crate::iana::Label;
use crate::labels;

/// The namespace of SWID tags.
pub(super) const NAMESPACE: &str = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
/// The namespaces of the attribute `hash` and the algorithms that they name.
pub(super) const HASHES: &[(&str, HashAlgorithm)] = &[
    ("http://www.w3.org/2001/04/xmlenc#sha256", HashAlgorithm::SHA_256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", HashAlgorithm::SHA_384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", HashAlgorithm::SHA_512),
];
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// How deep elements may stand: directories as deep as tags have them, and what is around them.
const MAX_DEPTH: usize = 16;

/// A tag from SWID in XML. Strings that spell a UUID become one; `version` and `tagVersion` have the
/// defaults of the schema, `0.0` and `0`. Files in a `Directory` without name stand where it stands. Of
/// several hashes of a file the longest is kept. Attributes of foreign namespaces, an XML signature and
/// elements that CoSWID does not know are left out and named in the notes; unknown attributes without
/// namespace are kept as extensions under their names. `Evidence` without content beside a `Payload` is left
/// out, too: a tag has one of both.
///
/// ```
/// use hexad_coswid::{ConciseSwidTag, convert::from_swid};
///
/// let xml = r#"<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
///     name="app" tagId="example.com/app" version="1.2">
///   <Entity name="Example Ltd" regid="example.com" role="tagCreator softwareCreator"/>
/// </SoftwareIdentity>"#;
/// let converted = from_swid(xml)?;
/// let tag = ConciseSwidTag::parse(&converted.tag)?;
/// assert_eq!(tag.tag_creator()?.entity_name, "Example Ltd");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// `Xml`; `Document` when the root is no `SoftwareIdentity` of the namespace; `Missing`, `Value` and
/// `TooDeep` at an element; `Tag` when the tag breaks a rule of RFC 9393.
pub fn from_swid(xml: &str) -> Result<Converted, Error> {
    let root = read(xml)?;
    if root.name != "SoftwareIdentity" || !root.is_swid {
        return Err(ErrorKind::Document.at(root.offset));
    }
    let mut reading = Reading { notes: Vec::new() };
    let map = reading.identity(&root)?;
    Ok(Converted { tag: map.finish(root.offset)?, notes: reading.notes })
}

/// An element, read whole.
#[derive(Debug)]
struct Element {
    name: String,
    is_swid: bool,
    offset: usize,
    attributes: Vec<Attribute>,
    children: Vec<Element>,
}

#[derive(Debug)]
struct Attribute {
    namespace: Option<String>,
    name: String,
    value: String,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        let own = self.attributes.iter().find(|one| one.namespace.is_none() && one.name == name);
        own.map(|attribute| attribute.value.as_str())
    }

    fn boolean(&self, name: &'static str) -> Result<Option<bool>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(ErrorKind::Value(name).at(self.offset)),
        }
    }

    fn number<T: core::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Error> {
        let number = self.get(name).map(|value| value.trim().parse());
        number.transpose().map_err(|_| ErrorKind::Value(name).at(self.offset))
    }

    fn children<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.is_swid && child.name == name)
    }
}

/// The root element. No document type is taken, so no entity but XML's own five is there to expand.
fn read(xml: &str) -> Result<Element, Error> {
    let mut reader = NsReader::from_str(xml);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let malformed = ErrorKind::Xml.at(offset);
        let event = reader.read_event().map_err(|_| malformed)?;
        let done = match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(ErrorKind::TooDeep.at(offset));
                }
                open.push(element(&start, reader.resolver(), offset)?);
                continue;
            }
            Event::Empty(start) => element(&start, reader.resolver(), offset)?,
            Event::End(_) => open.pop().ok_or(malformed)?,
            Event::DocType(_) => return Err(malformed),
            Event::Eof => return root.filter(|_| open.is_empty()).ok_or(malformed),
            _ => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(done),
            None if root.is_none() => root = Some(done),
            None => return Err(malformed),
        }
    }
}

fn element(
    start: &BytesStart<'_>,
    resolver: &NamespaceResolver,
    offset: usize,
) -> Result<Element, Error> {
    let malformed = ErrorKind::Xml.at(offset);
    let (namespace, local) = resolver.resolve_element(start.name());
    let is_swid = match namespace {
        ResolveResult::Bound(bound) => AsRef::<str>::as_ref(&bound.0) == NAMESPACE,
        ResolveResult::Unbound => false,
        ResolveResult::Unknown(_) => return Err(malformed),
    };
    let name: &str = local.as_ref();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| malformed)?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = resolver.resolve_attribute(attribute.key);
        let namespace = match namespace {
            ResolveResult::Bound(bound) => Some(AsRef::<str>::as_ref(&bound.0).to_owned()),
            ResolveResult::Unbound => None,
            ResolveResult::Unknown(_) => return Err(malformed),
        };
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| malformed)?;
        let name: &str = local.as_ref();
        attributes.push(Attribute { namespace, name: name.to_owned(), value: value.into_owned() });
    }
    Ok(Element { name: name.to_owned(), is_swid, offset, attributes, children: Vec::new() })
}

/// What stands in an attribute: its name in SWID, its label.
type Texts = &'static [(&'static str, i64)];

const META: Texts = &[
    ("activationStatus", labels::ACTIVATION_STATUS),
    ("channelType", labels::CHANNEL_TYPE),
    ("colloquialVersion", labels::COLLOQUIAL_VERSION),
    ("description", labels::DESCRIPTION),
    ("edition", labels::EDITION),
    ("entitlementKey", labels::ENTITLEMENT_KEY),
    ("persistentId", labels::PERSISTENT_ID),
    ("product", labels::PRODUCT),
    ("productFamily", labels::PRODUCT_FAMILY),
    ("revision", labels::REVISION),
    ("summary", labels::SUMMARY),
    ("unspscCode", labels::UNSPSC_CODE),
    ("unspscVersion", labels::UNSPSC_VERSION),
];

struct Reading {
    notes: Vec<String>,
}

impl Reading {
    fn identity(&mut self, root: &Element) -> Result<Map, Error> {
        const OWN: &[&str] = &["corpus", "patch", "supplemental", "tagId", "tagVersion", "version"];
        let missing = |name| ErrorKind::Missing(name).at(root.offset);
        let texts: Texts = &[("media", labels::MEDIA), ("name", labels::SOFTWARE_NAME)];
        let mut map = self.common(root, texts, &[OWN, &["versionScheme"]])?;
        root.get("name").ok_or(missing("name"))?;
        map.tag_id(labels::TAG_ID, root.get("tagId").ok_or(missing("tagId"))?)?;
        map.integer(labels::TAG_VERSION, root.number("tagVersion")?.unwrap_or(0))?;
        let (patch, supplemental) = (root.boolean("patch")?, root.boolean("supplemental")?);
        for (label, value) in [
            (labels::CORPUS, root.boolean("corpus")?),
            (labels::PATCH, patch),
            (labels::SUPPLEMENTAL, supplemental),
        ] {
            if value == Some(true) {
                map.boolean(label, true)?;
            }
        }
        match root.get("version") {
            Some(version) => map.text(labels::SOFTWARE_VERSION, version)?,
            None if patch == Some(true) || supplemental == Some(true) => {}
            None => map.text(labels::SOFTWARE_VERSION, "0.0")?,
        }
        if let Some(scheme) = root.get("versionScheme") {
            put_label(&mut map, labels::VERSION_SCHEME, names::label(VERSION_SCHEMES, scheme))?;
        }
        self.members(root, &mut map, labels::ENTITY, "Entity", Self::entity)?;
        self.members(root, &mut map, labels::LINK, "Link", Self::link)?;
        self.members(root, &mut map, labels::SOFTWARE_META, "Meta", Self::meta)?;
        for (name, label) in [("Payload", labels::PAYLOAD), ("Evidence", labels::EVIDENCE)] {
            let mut found = root.children(name);
            if name == "Evidence"
                && map.get(labels::PAYLOAD).is_some()
                && let Some(bare) = root.children(name).find(|one| one.children.is_empty())
            {
                let offset = bare.offset;
                self.notes.push(format!("Evidence of no files beside Payload at byte {offset}"));
                continue;
            }
            if let Some(first) = found.next() {
                map.map(label, &self.collection(first)?)?;
            }
            if let Some(second) = found.next() {
                self.notes.push(format!("a second {name} at byte {}", second.offset));
            }
        }
        self.unknown(root, &["Entity", "Link", "Meta", "Payload", "Evidence"]);
        Ok(map)
    }

    /// The attributes that are text, `xml:lang`, and those that nobody knows, without those that the
    /// caller takes.
    fn common(&mut self, of: &Element, texts: Texts, taken: &[&[&str]]) -> Result<Map, Error> {
        let mut map = Map::default();
        for Attribute { namespace, name, value } in &of.attributes {
            match namespace.as_deref() {
                None => match texts.iter().find(|(known, _)| known == name) {
                    Some((_, label)) => map.text(*label, value)?,
                    None if taken.iter().any(|names| names.contains(&name.as_str())) => {}
                    None => map.put(Key::Text(name), |encoder| encoder.text(value).map(drop))?,
                },
                Some(XML) if name == "lang" => map.text(labels::LANG, value)?,
                Some(own) if name == "hash" && HASHES.iter().any(|(known, _)| *known == own) => {}
                Some(_) => {
                    self.notes
                        .push(format!("attribute {name} of {} at byte {}", of.name, of.offset));
                }
            }
        }
        Ok(map)
    }

    /// Names the elements that are left out.
    fn unknown(&mut self, of: &Element, known: &[&str]) {
        for child in &of.children {
            if !(child.is_swid && known.contains(&child.name.as_str())) {
                self.notes.push(format!("element {} at byte {}", child.name, child.offset));
            }
        }
    }

    fn members(
        &mut self,
        of: &Element,
        map: &mut Map,
        label: i64,
        name: &str,
        read: fn(&mut Self, &Element) -> Result<Map, Error>,
    ) -> Result<(), Error> {
        let entries = of.children(name).map(|child| {
            self.unknown(child, &["Directory", "File"]);
            read(self, child)?.encode()
        });
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        map.one_or_more(label, &entries)
    }

    fn entity(&mut self, entity: &Element) -> Result<Map, Error> {
        let texts: Texts = &[("name", labels::ENTITY_NAME), ("regid", labels::REG_ID)];
        let mut map = self.common(entity, texts, &[&["role", "thumbprint"]])?;
        let roles = entity.get("role").unwrap_or_default().split_ascii_whitespace();
        let roles = roles.map(|role| encoded(names::label(ROLES, role)));
        map.one_or_more(labels::ROLE, &roles.collect::<Result<Vec<_>, _>>()?)?;
        if let Some(thumbprint) = entity.get("thumbprint") {
            let value =
                unhex(thumbprint).ok_or(ErrorKind::Value("thumbprint").at(entity.offset))?;
            map.hash(labels::THUMBPRINT, HashAlgorithm::UNKNOWN, &value)?;
        }
        Ok(map)
    }

    fn link(&mut self, link: &Element) -> Result<Map, Error> {
        let texts: Texts = &[
            ("artifact", labels::ARTIFACT),
            ("href", labels::HREF),
            ("media", labels::MEDIA),
            ("type", labels::MEDIA_TYPE),
        ];
        let mut map = self.common(link, texts, &[&["ownership", "rel", "use"]])?;
        for (name, label, registry) in [
            ("ownership", labels::OWNERSHIP, OWNERSHIPS),
            ("rel", labels::REL, RELS),
            ("use", labels::USE, USES),
        ] {
            if let Some(value) = link.get(name) {
                put_label(&mut map, label, names::label(registry, value))?;
            }
        }
        Ok(map)
    }

    fn meta(&mut self, meta: &Element) -> Result<Map, Error> {
        let mut map = self.common(meta, META, &[&["entitlementDataRequired", "generator"]])?;
        if let Some(required) = meta.boolean("entitlementDataRequired")? {
            map.boolean(labels::ENTITLEMENT_DATA_REQUIRED, required)?;
        }
        if let Some(generator) = meta.get("generator") {
            map.tag_id(labels::GENERATOR, generator)?;
        }
        Ok(map)
    }

    /// `Payload` or `Evidence`.
    fn collection(&mut self, of: &Element) -> Result<Map, Error> {
        let texts: Texts = &[("deviceId", labels::DEVICE_ID), ("location", labels::LOCATION)];
        let mut map = self.common(of, texts, &[&["date"]])?;
        if let Some(date) = of.get("date") {
            let time = time::parse(date).ok_or(ErrorKind::Value("date").at(of.offset))?;
            map.put(Key::Integer(labels::DATE), |encoder| encoder.tag(1)?.integer(time).map(drop))?;
        }
        self.path_elements(of, &mut map)?;
        self.members(of, &mut map, labels::PROCESS, "Process", |reading, process| {
            let texts: Texts = &[("name", labels::PROCESS_NAME)];
            let mut map = reading.common(process, texts, &[&["pid"]])?;
            if let Some(pid) = process.number("pid")? {
                map.integer(labels::PID, pid)?;
            }
            Ok(map)
        })?;
        self.members(of, &mut map, labels::RESOURCE, "Resource", |reading, resource| {
            reading.common(resource, &[("type", labels::TYPE)], &[])
        })?;
        self.unknown(of, &["Directory", "File", "Process", "Resource"]);
        Ok(map)
    }

    /// The members `directory` and `file` of what `of` holds. As deep as elements may stand.
    fn path_elements(&mut self, of: &Element, map: &mut Map) -> Result<(), Error> {
        let (mut directories, mut files) = (Vec::new(), Vec::new());
        let mut pending: Vec<&Element> = of.children.iter().rev().collect();
        while let Some(child) = pending.pop() {
            match child.name.as_str() {
                "Directory" if child.is_swid && child.get("name").is_none() => {
                    pending.extend(child.children.iter().rev());
                }
                "Directory" if child.is_swid => {
                    let mut entry = self.filesystem(child)?;
                    let mut inner = Map::default();
                    self.path_elements(child, &mut inner)?;
                    self.unknown(child, &["Directory", "File"]);
                    if !inner.is_empty() {
                        entry.map(labels::PATH_ELEMENTS, &inner)?;
                    }
                    directories.push(entry.encode()?);
                }
                "File" if child.is_swid => files.push(self.file(child)?.encode()?),
                _ => {}
            }
        }
        map.one_or_more(labels::DIRECTORY, &directories)?;
        map.one_or_more(labels::FILE, &files)
    }

    fn filesystem(&mut self, item: &Element) -> Result<Map, Error> {
        let texts: Texts = &[
            ("location", labels::LOCATION),
            ("name", labels::FS_NAME),
            ("root", labels::ROOT),
            ("version", labels::FILE_VERSION),
        ];
        let mut map = self.common(item, texts, &[&["key", "size"]])?;
        if let Some(key) = item.boolean("key")? {
            map.boolean(labels::KEY, key)?;
        }
        Ok(map)
    }

    fn file(&mut self, file: &Element) -> Result<Map, Error> {
        let mut map = self.filesystem(file)?;
        if let Some(size) = file.number("size")? {
            map.unsigned(labels::SIZE, size)?;
        }
        let mut hashes: Vec<(HashAlgorithm, Vec<u8>)> = Vec::new();
        for attribute in file.attributes.iter().filter(|attribute| attribute.name == "hash") {
            let namespace = attribute.namespace.as_deref().unwrap_or_default();
            if let Some((_, algorithm)) = HASHES.iter().find(|(known, _)| *known == namespace) {
                let value =
                    unhex(&attribute.value).ok_or(ErrorKind::Value("hash").at(file.offset))?;
                hashes.push((*algorithm, value));
            }
        }
        hashes.sort_by_key(|(_, value)| value.len());
        if let Some((algorithm, value)) = hashes.pop() {
            map.hash(labels::HASH, algorithm, &value)?;
            for (algorithm, _) in hashes {
                let name = algorithm.name().unwrap_or("another");
                self.notes.push(format!("{name} hash of the file at byte {}", file.offset));
            }
        }
        Ok(map)
    }
}

fn put_label(map: &mut Map, label: i64, value: Label<'_>) -> Result<(), Error> {
    map.raw(label, &encoded(value)?)
}

fn encoded(value: Label<'_>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut encoder = hexad_cose_core::cbor::Encoder::appending(&mut bytes);
    match value {
        Label::Index(index) => encoder.integer(index.into())?,
        Label::Name(name) => encoder.text(name)?,
    };
    Ok(bytes)
}

/// The bytes of a hash, in hexadecimal as tags in use have it.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .trim()
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| pair.iter().fold(0u8, |byte, digit| byte << 4 | digit)).collect())
}
