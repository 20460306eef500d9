//! Tags from bills of materials in CycloneDX JSON (ECMA-424).

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::bom::{Node, Parts, document, file_name, strongest};
use super::map::Map;
use super::names::{self, VERSION_SCHEMES};
use super::{Converted, Error, ErrorKind, Measured, Tree};
use crate::iana::{Label, Rel, Role};
use crate::labels;

/// A tag for each component: that of `metadata.component` first, with a link to each of the others as its
/// component; then `components` in their order, with those inside of them. `creator` is the tag-creator;
/// without it, the first author, manufacturer or supplier that `metadata` names is.
///
/// Taken are name and group, version, `bom-ref` or `swid` as tag-id, supplier, manufacturer and publisher,
/// description, licenses, purl and cpe, and the strongest hash, as that of a file of the component's name.
/// A component without version has no tag, which is noted with the one before it.
///
/// ```
/// use hexad_coswid::{ConciseSwidTag, HashAlgorithm, convert::from_cyclonedx};
///
/// let bom = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6",
///   "components": [{"type": "library", "name": "zlib", "version": "1.3.1", "purl": "pkg:generic/zlib@1.3.1"}]}"#;
/// let converted = from_cyclonedx(bom, Some("Example Ltd"))?;
/// let tag = ConciseSwidTag::parse(&converted[0].tag)?;
/// assert_eq!((tag.software_name, tag.software_version), ("zlib", Some("1.3.1")));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// `Json`; `Document` when it does not say that it is CycloneDX; `Missing` and `Value` at a member, also
/// `Missing("creator")` when nobody is named; `TooDeep`; `Empty`; `Tag` at a component.
pub fn from_cyclonedx(text: &str, creator: Option<&str>) -> Result<Vec<Converted>, Error> {
    document(text, |root| {
        if root.text("bomFormat")?.as_deref() != Some("CycloneDX") {
            return Err(ErrorKind::Document.at(root.offset()));
        }
        let metadata = root.get("metadata")?;
        let creator = match creator {
            Some(creator) => creator.to_string(),
            None => {
                named_creator(metadata)?.ok_or(ErrorKind::Missing("creator").at(root.offset()))?
            }
        };
        let main = metadata.map(|metadata| metadata.get("component")).transpose()?.flatten();
        let mut components = Vec::new();
        let mut pending: Vec<Node<'_, '_>> = root.array("components")?;
        pending.reverse();
        while let Some(component) = pending.pop() {
            components.push(component);
            let mut inner = component.array("components")?;
            inner.reverse();
            pending.append(&mut inner);
        }
        let mut converted = Vec::new();
        let mut passed = Vec::new();
        for (at, component) in main.iter().chain(&components).enumerate() {
            let others: &[Node<'_, '_>] = if main.is_some() && at == 0 { &components } else { &[] };
            match tag(*component, &creator, others)? {
                Some(made) => converted.push(made),
                None => passed.push(format!(
                    "component {} at byte {}: it has no version",
                    component.text("name")?.unwrap_or_default(),
                    component.offset()
                )),
            }
        }
        match converted.last_mut() {
            Some(last) => last.notes.append(&mut passed),
            None => return Err(ErrorKind::Empty.at(root.offset())),
        }
        Ok(converted)
    })
}

/// Who made the bill of materials, by its own word.
fn named_creator(metadata: Option<Node<'_, '_>>) -> Result<Option<String>, Error> {
    let Some(metadata) = metadata else { return Ok(None) };
    let authors = metadata.array("authors")?;
    let author = authors.first().map(|author| author.text("name")).transpose()?.flatten();
    if author.is_some() {
        return Ok(author);
    }
    for name in ["manufacturer", "manufacture", "supplier"] {
        if let Some(organisation) = metadata.get(name)? {
            return organisation.text("name");
        }
    }
    Ok(None)
}

fn tag(
    component: Node<'_, '_>,
    creator: &str,
    others: &[Node<'_, '_>],
) -> Result<Option<Converted>, Error> {
    let Some(version) = component.text("version")? else { return Ok(None) };
    let mut notes = Vec::new();
    let here = component.offset();
    let name = component.text("name")?.ok_or(ErrorKind::Missing("name").at(here))?;
    let mut map = Map::default();
    map.tag_id(labels::TAG_ID, &tag_id(component)?)?;
    let swid = component.get("swid")?;
    let swid_version = swid.map(|swid| swid.integer("tagVersion")).transpose()?.flatten();
    map.integer(labels::TAG_VERSION, swid_version.unwrap_or(0))?;
    match component.text("group")? {
        Some(group) => map.text(labels::SOFTWARE_NAME, &format!("{group}/{name}"))?,
        None => map.text(labels::SOFTWARE_NAME, &name)?,
    }
    map.text(labels::SOFTWARE_VERSION, &version)?;
    let mut parts = Parts::default();
    parts.entity(creator, None, Role::TagCreator);
    for (member, role) in [("supplier", Role::Distributor), ("manufacturer", Role::SoftwareCreator)]
    {
        let Some(organisation) = component.get(member)? else { continue };
        if let Some(name) = organisation.text("name")? {
            let url = organisation.array("url")?.first().and_then(|url| url.string());
            parts.entity(&name, url, role);
        }
    }
    if let Some(publisher) = component.text("publisher")? {
        parts.entity(&publisher, None, Role::SoftwareCreator);
    }
    for license in component.array("licenses")? {
        let inner = license.get("license")?.unwrap_or(license);
        let url = match (inner.text("id")?, inner.text("url")?) {
            (Some(id), _) => Some(format!("https://spdx.org/licenses/{id}.html")),
            (None, url) => url,
        };
        match url {
            Some(url) => parts.link(Rel::Other(Label::Name("license")), &url)?,
            None => notes.push(format!("license at byte {}", license.offset())),
        }
    }
    if let Some(purl) = component.text("purl")? {
        parts.link(Rel::SeeAlso, &purl)?;
    }
    for other in others {
        if other.text("version")?.is_some() {
            parts.link(Rel::Component, &format!("swid:{}", tag_id(*other)?))?;
        }
    }
    parts.put(&mut map)?;
    let mut meta = Map::default();
    if let Some(description) = component.text("description")? {
        meta.text(labels::DESCRIPTION, &description)?;
    }
    if let Some(cpe) = component.text("cpe")? {
        meta.put(hexad_cose_core::Label::Text("cpe"), |encoder| encoder.text(&cpe).map(drop))?;
    }
    for property in component.array("properties")? {
        if property.text("name")?.as_deref() != Some("versionScheme") {
            continue;
        }
        let scheme = property.text("value")?.unwrap_or_default();
        if let Label::Index(index) = names::label(VERSION_SCHEMES, &scheme) {
            map.integer(labels::VERSION_SCHEME, index.into())?;
        }
    }
    if !meta.is_empty() {
        map.map(labels::SOFTWARE_META, &meta)?;
    }
    let hashes = component.array("hashes")?;
    if let Some(hash) = strongest(&hashes, "alg", "content")? {
        let mut tree = Tree::default();
        let path = if component.text("type")?.as_deref() == Some("file") {
            &name
        } else {
            file_name(&name)
        };
        tree.insert(path, Measured { size: None, hash: Some(hash) })
            .map_err(|error| error.kind().at(here))?;
        map.map(labels::PAYLOAD, &tree.payload()?)?;
    } else if !hashes.is_empty() {
        notes.push(format!("hashes at byte {here}: by algorithms that are broken or unknown"));
    }
    if let Some(patch) = swid.map(|swid| swid.boolean("patch")).transpose()?.filter(|patch| *patch)
    {
        map.boolean(labels::PATCH, patch)?;
    }
    Ok(Some(Converted { tag: map.finish(here)?, notes }))
}

/// The id that the component has, most global first.
fn tag_id(component: Node<'_, '_>) -> Result<String, Error> {
    if let Some(swid) = component.get("swid")?
        && let Some(id) = swid.text("tagId")?
    {
        return Ok(id);
    }
    if let Some(id) = component.text("bom-ref")? {
        return Ok(id);
    }
    if let Some(purl) = component.text("purl")? {
        return Ok(purl);
    }
    let missing = ErrorKind::Missing("bom-ref").at(component.offset());
    let name = component.text("name")?.ok_or(missing)?;
    let version = component.text("version")?.ok_or(missing)?;
    Ok(match component.text("group")? {
        Some(group) => format!("{group}/{name}@{version}"),
        None => format!("{name}@{version}"),
    })
}
