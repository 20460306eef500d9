//! SWID tags in XML (ISO/IEC 19770-2:2015), written.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use hexad_cose_core::Label as Key;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

use super::names::{self, OWNERSHIPS, RELS, ROLES, USES, VERSION_SCHEMES};
use super::swid_read::{HASHES, NAMESPACE};
use super::time;
use crate::iana::Label;
use crate::map::Extensions;
use crate::tag::{ConciseSwidTag, PayloadOrEvidence, TagId};
use crate::{Directory, Entity, File, HashEntry, Link, Process, Resource, SoftwareMeta};

/// The tag in XML, and a phrase for each thing that SWID has no place for: extensions that are not text
/// under a name, indices without a name, hashes other than SHA-256, SHA-384 and SHA-512.
///
/// ```
/// use hexad_coswid::{ConciseSwidTag, Entity, Role, TagId, convert};
///
/// let makers = [Entity::new("Example & Co", &[Role::TagCreator])];
/// let tag = ConciseSwidTag {
///     software_version: Some("1"),
///     ..ConciseSwidTag::new(TagId::Text("example.com/app"), "app", &makers)
/// };
/// let (xml, notes) = convert::to_swid(&tag);
/// assert!(xml.contains(r#"<Entity name="Example &amp; Co" role="tagCreator"/>"#));
/// assert!(notes.is_empty());
/// assert_eq!(ConciseSwidTag::parse(&convert::from_swid(&xml)?.tag)?, tag);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use]
pub fn to_swid(tag: &ConciseSwidTag<'_>) -> (String, Vec<String>) {
    let mut writing =
        Writing { writer: Writer::new_with_indent(Vec::new(), b' ', 2), notes: Vec::new() };
    writing.event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
    writing.tag(tag);
    let mut bytes = writing.writer.into_inner();
    bytes.push(b'\n');
    (String::from_utf8_lossy(&bytes).into_owned(), writing.notes)
}

struct Writing {
    writer: Writer<Vec<u8>>,
    notes: Vec<String>,
}

/// An element and its attributes while they are put together.
struct Element {
    name: &'static str,
    start: BytesStart<'static>,
}

impl Element {
    fn new(name: &'static str) -> Self {
        Self { name, start: BytesStart::new(name) }
    }

    fn put(&mut self, name: &str, value: impl ToString) {
        self.start.push_attribute((name, value.to_string().as_str()));
    }

    fn text(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }
}

impl Writing {
    fn event(&mut self, event: Event<'_>) {
        // Into a vector there is always room; if not, the caller is told.
        if let Err(error) = self.writer.write_event(event) {
            self.notes.push(format!("not written: {error}"));
        }
    }

    /// An element without content.
    fn empty(&mut self, element: Element) {
        self.event(Event::Empty(element.start));
    }

    fn start(&mut self, element: Element) -> &'static str {
        self.event(Event::Start(element.start));
        element.name
    }

    fn end(&mut self, name: &'static str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// The registry's name of a value.
    fn named<'n>(
        &mut self,
        what: &str,
        registry: &'static [(i32, &'static str, &'static str)],
        value: Label<'n>,
    ) -> Option<&'n str> {
        let name = names::name(registry, value);
        if name.is_none() {
            self.notes.push(format!("{what} {value:?}"));
        }
        name
    }

    /// Text under a name that an attribute can have, other than those that the element has itself.
    fn extensions(&mut self, mut element: Element, extensions: &Extensions<'_>) -> Element {
        for (key, value) in extensions.iter() {
            match (key, value.cursor().text()) {
                (Key::Text(name), Ok(text)) if is_name(name) && !has(&element, name) => {
                    element.put(name, text);
                }
                _ => self.notes.push(format!("extension {key:?} of {}", element.name)),
            }
        }
        element
    }

    fn tag(&mut self, tag: &ConciseSwidTag<'_>) {
        let mut root = Element::new("SoftwareIdentity");
        root.put("xmlns", NAMESPACE);
        for (namespace, algorithm) in HASHES {
            let used = tag
                .files()
                .any(|found| found.file.hash.is_some_and(|hash| hash.hash_alg_id == *algorithm));
            if used {
                root.put(&format!("xmlns:{}", prefix(*algorithm)), namespace);
            }
        }
        let flag = |value: bool| value.then_some(true);
        let scheme = tag
            .version_scheme
            .and_then(|scheme| self.named("version-scheme", VERSION_SCHEMES, scheme.into()));
        let root = root
            .text("xml:lang", tag.lang)
            .text("name", Some(tag.software_name))
            .text("tagId", Some(id(tag.tag_id)))
            .text("tagVersion", Some(tag.tag_version))
            .text("version", tag.software_version)
            .text("versionScheme", scheme)
            .text("corpus", flag(tag.corpus))
            .text("patch", flag(tag.patch))
            .text("supplemental", flag(tag.supplemental))
            .text("media", tag.media);
        let root = self.extensions(root, &tag.extensions);
        let end = self.start(root);
        tag.entity.iter().for_each(|entity| self.entity(&entity));
        tag.link.iter().for_each(|link| self.link(&link));
        tag.software_meta.iter().for_each(|meta| self.meta(&meta));
        match &tag.payload_or_evidence {
            None => {}
            Some(PayloadOrEvidence::Payload(payload)) => {
                let element = Element::new("Payload").text("xml:lang", payload.lang);
                let element = self.extensions(element, &payload.extensions);
                self.resources(element, &payload.resources);
            }
            Some(PayloadOrEvidence::Evidence(evidence)) => {
                let date = evidence.date.and_then(time::format);
                if date.is_none() && evidence.date.is_some() {
                    self.notes.push("date before 1970 or after 9999".to_string());
                }
                let element = Element::new("Evidence")
                    .text("xml:lang", evidence.lang)
                    .text("date", date)
                    .text("deviceId", evidence.device_id)
                    .text("location", evidence.location);
                let element = self.extensions(element, &evidence.extensions);
                self.resources(element, &evidence.resources);
            }
        }
        self.end(end);
    }

    fn entity(&mut self, entity: &Entity<'_>) {
        let roles: Vec<_> =
            entity.role.iter().filter_map(|role| self.named("role", ROLES, role.into())).collect();
        // SWID has a thumbprint without algorithm.
        let thumbprint = entity.thumbprint.map(|hash| hex(hash.hash_value));
        let element = Element::new("Entity")
            .text("xml:lang", entity.lang)
            .text("name", Some(entity.entity_name))
            .text("regid", entity.reg_id)
            .text("role", Some(roles.join(" ")))
            .text("thumbprint", thumbprint);
        let element = self.extensions(element, &entity.extensions);
        self.empty(element);
    }

    fn link(&mut self, link: &Link<'_>) {
        let ownership =
            link.ownership.and_then(|value| self.named("ownership", OWNERSHIPS, value.into()));
        let rel = self.named("rel", RELS, link.rel.into());
        let usage = link.usage.and_then(|value| self.named("use", USES, value.into()));
        let element = Element::new("Link")
            .text("xml:lang", link.lang)
            .text("artifact", link.artifact)
            .text("href", Some(link.href))
            .text("media", link.media)
            .text("ownership", ownership)
            .text("rel", rel)
            .text("type", link.media_type)
            .text("use", usage);
        let element = self.extensions(element, &link.extensions);
        self.empty(element);
    }

    fn meta(&mut self, meta: &SoftwareMeta<'_>) {
        let element = Element::new("Meta")
            .text("xml:lang", meta.lang)
            .text("activationStatus", meta.activation_status)
            .text("channelType", meta.channel_type)
            .text("colloquialVersion", meta.colloquial_version)
            .text("description", meta.description)
            .text("edition", meta.edition)
            .text("entitlementDataRequired", meta.entitlement_data_required)
            .text("entitlementKey", meta.entitlement_key)
            .text("generator", meta.generator.map(id))
            .text("persistentId", meta.persistent_id)
            .text("product", meta.product)
            .text("productFamily", meta.product_family)
            .text("revision", meta.revision)
            .text("summary", meta.summary)
            .text("unspscCode", meta.unspsc_code)
            .text("unspscVersion", meta.unspsc_version);
        let element = self.extensions(element, &meta.extensions);
        self.empty(element);
    }

    fn resources(&mut self, element: Element, resources: &crate::ResourceCollection<'_>) {
        let end = self.start(element);
        resources.directory.iter().for_each(|directory| self.directory(&directory));
        resources.file.iter().for_each(|file| self.file(&file));
        resources.process.iter().for_each(|process| self.process(&process));
        resources.resource.iter().for_each(|resource| self.resource(&resource));
        self.end(end);
    }

    /// As deep as tags that were parsed are; those that were filled in are as deep as their maker made
    /// them.
    fn directory(&mut self, directory: &Directory<'_>) {
        let element = Element::new("Directory")
            .text("xml:lang", directory.lang)
            .text("key", directory.key)
            .text("location", directory.location)
            .text("name", Some(directory.fs_name))
            .text("root", directory.root);
        let element = self.extensions(element, &directory.extensions);
        let end = self.start(element);
        directory.directory.iter().for_each(|directory| self.directory(&directory));
        directory.file.iter().for_each(|file| self.file(&file));
        self.end(end);
    }

    fn file(&mut self, file: &File<'_>) {
        let mut element = Element::new("File")
            .text("xml:lang", file.lang)
            .text("key", file.key)
            .text("location", file.location)
            .text("name", Some(file.fs_name))
            .text("root", file.root)
            .text("size", file.size)
            .text("version", file.file_version);
        if let Some(HashEntry { hash_alg_id, hash_value }) = file.hash {
            if HASHES.iter().any(|(_, known)| *known == hash_alg_id) {
                element.put(&format!("{}:hash", prefix(hash_alg_id)), hex(hash_value));
            } else {
                self.notes.push(format!("hash of {} by algorithm {}", file.fs_name, hash_alg_id.0));
            }
        }
        let element = self.extensions(element, &file.extensions);
        self.empty(element);
    }

    fn process(&mut self, process: &Process<'_>) {
        let element = Element::new("Process")
            .text("xml:lang", process.lang)
            .text("name", Some(process.process_name))
            .text("pid", process.pid);
        let element = self.extensions(element, &process.extensions);
        self.empty(element);
    }

    fn resource(&mut self, resource: &Resource<'_>) {
        let element = Element::new("Resource")
            .text("xml:lang", resource.lang)
            .text("type", Some(resource.resource_type));
        let element = self.extensions(element, &resource.extensions);
        self.empty(element);
    }
}

/// SWID writes a UUID without `urn:uuid:`.
fn id(id: TagId<'_>) -> String {
    let text = id.to_string();
    match id {
        TagId::Uuid(_) => text.trim_start_matches("urn:uuid:").to_string(),
        TagId::Text(_) => text,
    }
}

fn prefix(algorithm: crate::HashAlgorithm) -> &'static str {
    match algorithm {
        crate::HashAlgorithm::SHA_256 => "SHA256",
        crate::HashAlgorithm::SHA_384 => "SHA384",
        _ => "SHA512",
    }
}

/// Whether an attribute can be called so, in ASCII and without prefix.
fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !name.starts_with("xml")
}

fn has(element: &Element, name: &str) -> bool {
    element.start.attributes().flatten().any(|attribute| {
        let own: &str = attribute.key.as_ref();
        own == name
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
