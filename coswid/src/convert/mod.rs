//! Tags from other descriptions of software, and back: SWID in XML, CycloneDX, SPDX, the sets that uSWID
//! makes, and files that were measured.
//!
//! Each reader puts a tag together in deterministic encoding and has it validated by
//! [`ConciseSwidTag::parse`]: what comes out is a tag. The same input gives the same bytes.

mod bom;
mod cyclonedx;
mod error;
mod map;
mod names;
mod spdx;
mod swid_read;
mod swid_write;
mod time;
mod tree;
mod uswid;

use std::string::String;
use std::vec::Vec;

pub use cyclonedx::from_cyclonedx;
pub use error::{Error, ErrorKind};
pub use spdx::from_spdx;
pub use swid_read::from_swid;
pub use swid_write::to_swid;
pub use tree::{Measured, Tree};
pub use uswid::from_uswid;

use crate::labels;
use crate::tag::ConciseSwidTag;

/// A tag that was made, and what of its source has no place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The tag's encoding, without CBOR tag.
    pub tag: Vec<u8>,
    /// What was left out or mended, a phrase each.
    pub notes: Vec<String>,
}

/// A tag with the members of `tag` and the files of `tree` as its payload; its encoding, without CBOR tag.
///
/// ```
/// use hexad_coswid::convert::{Measured, Tree, create};
/// use hexad_coswid::{ConciseSwidTag, Entity, HashAlgorithm, Role, TagId};
///
/// let mut tree = Tree::default();
/// let digest = vec![0x5a; 32];
/// tree.insert("bin/app", Measured { size: Some(3), hash: Some((HashAlgorithm::SHA_256, digest)) })?;
/// let makers = [Entity::new("Example Ltd", &[Role::TagCreator])];
/// let described = ConciseSwidTag {
///     software_version: Some("1.0"),
///     ..ConciseSwidTag::new(TagId::Text("example.com/app"), "app", &makers)
/// };
/// let encoded = create(&described, &tree)?;
/// let tag = ConciseSwidTag::parse(&encoded)?;
/// let found = tag.files().next().expect("a file");
/// assert_eq!((found.path.names(), found.file.fs_name), (&["bin"][..], "app"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// `Tag`, when the members break a rule, or `tag` has a payload or evidence already.
pub fn create(tag: &ConciseSwidTag<'_>, tree: &Tree) -> Result<Vec<u8>, Error> {
    if tag.payload_or_evidence.is_some() {
        return Err(ErrorKind::Tag(crate::ErrorKind::PayloadAndEvidence).at(0));
    }
    let mut encoded = Vec::new();
    tag.encode_untagged(&mut hexad_cose_core::cbor::Encoder::appending(&mut encoded))
        .map_err(|error| ErrorKind::Tag(error.kind()).at(0))?;
    let mut map = map::Map::decode(&encoded)?;
    if !tree.is_empty() {
        map.map(labels::PAYLOAD, &tree.payload()?)?;
    }
    map.finish(0)
}
