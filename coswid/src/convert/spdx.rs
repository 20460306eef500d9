//! Tags from bills of materials in SPDX 2 JSON (ISO/IEC 5962).

use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::bom::{Node, Parts, document, file_name, strongest};
use super::map::Map;
use super::{Converted, Error, ErrorKind, Measured, Tree};
use crate::iana::{Label, Rel, Role};
use crate::labels;

/// A tag for each package, in their order. Its tag-id is the document's namespace and the package's
/// `SPDXID`; those that others `CONTAINS` are linked to as components. `creator` is the tag-creator;
/// without it, the first organisation or person among the document's creators is.
///
/// Taken are name, version, supplier and originator, summary, description, the declared license where it
/// is one of the SPDX list, the homepage, the files that the package has with their strongest hash, and
/// `packageFileName` with that of the package. A package without version has no tag, which is noted with
/// the one before it.
///
/// ```
/// use hexad_coswid::{ConciseSwidTag, convert::from_spdx};
///
/// let bom = r#"{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT",
///   "documentNamespace": "https://example.com/bom/1",
///   "creationInfo": {"creators": ["Tool: x-1", "Organization: Example Ltd (a@example.com)"]},
///   "packages": [{"SPDXID": "SPDXRef-zlib", "name": "zlib", "versionInfo": "1.3.1"}]}"#;
/// let converted = from_spdx(bom, None)?;
/// let tag = ConciseSwidTag::parse(&converted[0].tag)?;
/// assert_eq!(tag.tag_id.to_string(), "https://example.com/bom/1#SPDXRef-zlib");
/// assert_eq!(tag.tag_creator()?.entity_name, "Example Ltd");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// `Json`; `Document` when it does not say that it is SPDX 2; `Missing` and `Value` at a member, also
/// `Missing("creator")` when nobody is named; `Path` for a file outside of its package; `Empty`; `Tag` at a
/// package.
pub fn from_spdx(text: &str, creator: Option<&str>) -> Result<Vec<Converted>, Error> {
    document(text, |root| {
        let version = root.text("spdxVersion")?.unwrap_or_default();
        if !version.starts_with("SPDX-2.") {
            return Err(ErrorKind::Document.at(root.offset()));
        }
        let creator = match creator {
            Some(creator) => creator.to_string(),
            None => named_creator(root)?.ok_or(ErrorKind::Missing("creator").at(root.offset()))?,
        };
        let missing = ErrorKind::Missing("documentNamespace").at(root.offset());
        let namespace = root.text("documentNamespace")?.ok_or(missing)?;
        let document = Document::read(root, namespace, creator)?;
        let (mut converted, mut passed) = (Vec::new(), Vec::new());
        for package in root.array("packages")? {
            match document.tag(package)? {
                Some(made) => converted.push(made),
                None => passed.push(format!(
                    "package {} at byte {}: it has no version",
                    package.text("name")?.unwrap_or_default(),
                    package.offset()
                )),
            }
        }
        let Some(last): Option<&mut Converted> = converted.last_mut() else {
            return Err(ErrorKind::Empty.at(root.offset()));
        };
        last.notes.append(&mut passed);
        Ok(converted)
    })
}

/// The first creator that is no tool.
fn named_creator(root: Node<'_, '_>) -> Result<Option<String>, Error> {
    let Some(info) = root.get("creationInfo")? else { return Ok(None) };
    let creators = info.array("creators")?;
    Ok(creators.into_iter().filter_map(Node::string).find_map(|creator| actor(&creator)))
}

/// The name in `Organization: Example Ltd (mail@example.com)` or `Person: …`.
fn actor(text: &str) -> Option<String> {
    let name = text.strip_prefix("Organization:").or_else(|| text.strip_prefix("Person:"))?;
    let name = name.rsplit_once('(').map_or(name, |(name, _)| name).trim();
    (!name.is_empty()).then(|| name.to_string())
}

/// What packages refer to.
struct Document<'t, 'r> {
    namespace: String,
    creator: String,
    files: BTreeMap<String, Node<'t, 'r>>,
    /// What each element contains, by their ids.
    contained: BTreeMap<String, Vec<String>>,
    /// Those packages that have a version, so that a tag is made of them.
    packages: Vec<String>,
}

impl<'t, 'r> Document<'t, 'r> {
    fn read(root: Node<'t, 'r>, namespace: String, creator: String) -> Result<Self, Error> {
        let mut files = BTreeMap::new();
        for file in root.array("files")? {
            let id = file.text("SPDXID")?.ok_or(ErrorKind::Missing("SPDXID").at(file.offset()))?;
            files.insert(id, file);
        }
        let mut contained: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for relationship in root.array("relationships")? {
            let ends =
                [relationship.text("spdxElementId")?, relationship.text("relatedSpdxElement")?];
            let kind = relationship.text("relationshipType")?;
            let [Some(one), Some(other)] = ends else { continue };
            match kind.as_deref() {
                Some("CONTAINS") => contained.entry(one).or_default().push(other),
                Some("CONTAINED_BY") => contained.entry(other).or_default().push(one),
                _ => {}
            }
        }
        let mut packages = Vec::new();
        for package in root.array("packages")? {
            if package.text("versionInfo")?.is_some() {
                packages.extend(package.text("SPDXID")?);
            }
        }
        Ok(Self { namespace, creator, files, contained, packages })
    }

    fn tag(&self, package: Node<'_, '_>) -> Result<Option<Converted>, Error> {
        let Some(version) = package.text("versionInfo")? else { return Ok(None) };
        let here = package.offset();
        let missing = |name| ErrorKind::Missing(name).at(here);
        let mut notes = Vec::new();
        let id = package.text("SPDXID")?.ok_or(missing("SPDXID"))?;
        let name = package.text("name")?.ok_or(missing("name"))?;
        let mut map = Map::default();
        map.text(labels::TAG_ID, &format!("{}#{id}", self.namespace))?;
        map.integer(labels::TAG_VERSION, 0)?;
        map.text(labels::SOFTWARE_NAME, &name)?;
        map.text(labels::SOFTWARE_VERSION, &version)?;
        let mut parts = Parts::default();
        parts.entity(&self.creator, None, Role::TagCreator);
        for (member, role) in
            [("originator", Role::SoftwareCreator), ("supplier", Role::Distributor)]
        {
            if let Some(name) = package.text(member)?.as_deref().and_then(actor) {
                parts.entity(&name, None, role);
            }
        }
        match package.text("licenseDeclared")?.filter(|license| is_stated(license)) {
            Some(license) if is_listed(&license) => {
                let href = format!("https://spdx.org/licenses/{license}.html");
                parts.link(Rel::Other(Label::Name("license")), &href)?;
            }
            Some(license) => notes.push(format!("license {license}")),
            None => {}
        }
        if let Some(homepage) = package.text("homepage")?.filter(|homepage| is_stated(homepage)) {
            parts.link(Rel::SeeAlso, &homepage)?;
        }
        let mut tree = Tree::default();
        let inside: Vec<String> =
            package.array("hasFiles")?.into_iter().filter_map(Node::string).collect();
        let related = self.contained.get(&id).into_iter().flatten();
        for other in inside.iter().chain(related) {
            if self.packages.contains(other) {
                parts.link(Rel::Component, &format!("swid:{}#{other}", self.namespace))?;
            } else if let Some(file) = self.files.get(other) {
                insert(&mut tree, *file)?;
            }
        }
        let hash = strongest(&package.array("checksums")?, "algorithm", "checksumValue")?;
        if let Some(archive) = package.text("packageFileName")?
            && hash.is_some()
        {
            tree.insert(file_name(&archive), Measured { size: None, hash })
                .map_err(|error| error.kind().at(here))?;
        }
        parts.put(&mut map)?;
        let mut meta = Map::default();
        for (member, label) in [("summary", labels::SUMMARY), ("description", labels::DESCRIPTION)]
        {
            if let Some(text) = package.text(member)? {
                meta.text(label, &text)?;
            }
        }
        if !meta.is_empty() {
            map.map(labels::SOFTWARE_META, &meta)?;
        }
        if !tree.is_empty() {
            map.map(labels::PAYLOAD, &tree.payload()?)?;
        }
        Ok(Some(Converted { tag: map.finish(here)?, notes }))
    }
}

fn insert(tree: &mut Tree, file: Node<'_, '_>) -> Result<(), Error> {
    let here = file.offset();
    let name = file.text("fileName")?.ok_or(ErrorKind::Missing("fileName").at(here))?;
    let path = name.strip_prefix("./").unwrap_or(&name);
    let hash = strongest(&file.array("checksums")?, "algorithm", "checksumValue")?;
    tree.insert(path, Measured { size: None, hash }).map_err(|error| error.kind().at(here))
}

fn is_stated(value: &str) -> bool {
    !matches!(value, "NOASSERTION" | "NONE")
}

/// One license of the SPDX list, not an expression or one of the document's own.
fn is_listed(license: &str) -> bool {
    !license.starts_with("LicenseRef-")
        && license.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '+'))
}
