//! The one error of this crate: which rule a tag breaks, and at which byte.

use core::fmt;

use crate::labels;

/// Why a tag was refused (or can't be written), and where.
///
/// ```
/// use hexad_coswid::{ConciseSwidTag, ErrorKind, labels};
///
/// let error = ConciseSwidTag::parse(&[0xa0]).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Missing(labels::TAG_ID));
/// assert_eq!(error.to_string(), "tag-id is missing at byte 0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
}

impl Error {
    /// An error of `kind` at byte `offset` of the input.
    #[must_use]
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// Which rule is broken.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// The byte of the input at which it is broken (of a map that lacks a member: the map's first
    /// byte); when writing, the size in bytes that was reached, and 0 for a broken rule.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for Error {}

impl From<hexad_cose_core::Error> for Error {
    fn from(error: hexad_cose_core::Error) -> Self {
        Self::new(ErrorKind::Cbor(error.kind()), error.offset())
    }
}

/// The rules that a tag can break. Sections are those of RFC 9393.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not well-formed, not of the type that the CDDL demands (2.10), or the buffer is too small; for
    /// a signed tag, what COSE found.
    Cbor(hexad_cose_core::ErrorKind),
    /// The mandatory member with this label is missing.
    Missing(i64),
    /// An array with fewer than two elements where a single one stands for itself (2).
    SingleInArray,
    /// The reserved index 0, or an index outside the registry's range (2.3, 2.6, 2.7).
    IndexRange,
    /// A textual tag-id that holds two underscores in a row (2.3).
    TagId,
    /// Both payload and evidence (2.3).
    PayloadAndEvidence,
    /// Both patch and supplemental are true (2.4).
    PatchAndSupplemental,
    /// A patch tag without a link whose rel is "patches" (2.4).
    PatchWithoutLink,
    /// A primary or corpus tag without software-version (2.4).
    MissingSoftwareVersion,
    /// No entity has the role tag-creator (2.6).
    MissingTagCreator,
    /// A hash value whose length is not that of its algorithm (2.9.1).
    HashLength,
    /// An fs-name that is empty, is `.` or `..`, or holds path information (2.9.2).
    FsName,
    /// The COSE content type of a signed tag is not `application/swid+cbor` (7).
    ContentType,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cbor(kind) => return kind.fmt(f),
            Self::Missing(label) => {
                return match labels::name(*label) {
                    Some(name) => write!(f, "{name} is missing"),
                    None => write!(f, "item {label} is missing"),
                };
            }
            Self::SingleInArray => "an array of fewer than two elements",
            Self::IndexRange => "an index outside its registry",
            Self::TagId => "the tag-id holds two underscores in a row",
            Self::PayloadAndEvidence => "both payload and evidence",
            Self::PatchAndSupplemental => "both patch and supplemental are true",
            Self::PatchWithoutLink => "a patch tag without a link to what it patches",
            Self::MissingSoftwareVersion => "a primary or corpus tag without software-version",
            Self::MissingTagCreator => "no entity is the tag-creator",
            Self::HashLength => "the hash value has not the length of its algorithm",
            Self::FsName => "an fs-name that is not a plain file name",
            Self::ContentType => "the content type is not application/swid+cbor",
        })
    }
}
