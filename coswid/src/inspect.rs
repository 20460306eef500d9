//! A tag in lines for a reader, with the names of the registries.

use alloc::vec::Vec;

use hexad_cose_core::cbor::{Cursor, Line, Vocabulary, outline};

use crate::error::Error;
use crate::hash::HashAlgorithm;
use crate::labels;
use crate::tag::ConciseSwidTag;

/// How the labels and values of a tag are called (RFC 9393, sections 4 and 6).
pub static VOCABULARY: Vocabulary =
    Vocabulary { label: labels::name, value: value_name, inner: |_| Some(&VOCABULARY) };

/// The lines of one unsigned tag that is all of `bytes`: depth, offset, name and value of each item.
///
/// # Errors
/// As [`ConciseSwidTag::parse`]: only a valid tag is shown.
pub fn lines(bytes: &[u8]) -> Result<Vec<Line>, Error> {
    ConciseSwidTag::parse(bytes)?;
    Ok(outline(Cursor::new(bytes).rest(), Some(&VOCABULARY))?)
}

/// The name of an index in the registry that belongs to a label.
fn value_name(label: i64, value: i64) -> Option<&'static str> {
    Some(match (label, value) {
        (labels::HASH | labels::THUMBPRINT, algorithm) => HashAlgorithm(algorithm).name()?,
        (labels::VERSION_SCHEME, 1) => "multipartnumeric",
        (labels::VERSION_SCHEME, 2) => "multipartnumeric+suffix",
        (labels::VERSION_SCHEME, 3) => "alphanumeric",
        (labels::VERSION_SCHEME, 4) => "decimal",
        (labels::VERSION_SCHEME, 16384) => "semver",
        (labels::ROLE, 1) => "tag-creator",
        (labels::ROLE, 2) => "software-creator",
        (labels::ROLE, 3) => "aggregator",
        (labels::ROLE, 4) => "distributor",
        (labels::ROLE, 5) => "licensor",
        (labels::ROLE, 6) => "maintainer",
        (labels::OWNERSHIP, 1) => "abandon",
        (labels::OWNERSHIP, 2) => "private",
        (labels::OWNERSHIP, 3) => "shared",
        (labels::REL, 1) => "ancestor",
        (labels::REL, 2) => "component",
        (labels::REL, 3) => "feature",
        (labels::REL, 4) => "installationmedia",
        (labels::REL, 5) => "packageinstaller",
        (labels::REL, 6) => "parent",
        (labels::REL, 7) => "patches",
        (labels::REL, 8) => "requires",
        (labels::REL, 9) => "see-also",
        (labels::REL, 10) => "supersedes",
        (labels::REL, 11) => "supplemental",
        (labels::USE, 1) => "optional",
        (labels::USE, 2) => "required",
        (labels::USE, 3) => "recommended",
        _ => return None,
    })
}
