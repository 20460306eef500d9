//! Why something can't be made into a tag, and where.

use core::fmt;

/// Why an input can't be converted, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
}

impl Error {
    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// The byte of the input at which it is wrong: of a value, an element or a component, its first; 0
    /// for the whole.
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

/// What can be wrong with an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not well-formed XML; or it has a document type, which SWID tags have not.
    Xml,
    /// Not JSON, or a name twice in an object.
    Json,
    /// Not CBOR, or of another kind than a set of tags.
    Cbor,
    /// Not a document of this kind: the root element, or the member that tells what it is.
    Document,
    /// The mandatory attribute or member of this name is missing.
    Missing(&'static str),
    /// The value of the attribute or member of this name is not of its type.
    Value(&'static str),
    /// A path with empty, `.` or `..` parts, or deeper than tags may be.
    Path,
    /// Directories or elements deeper than tags may be.
    TooDeep,
    /// Nothing in it can be made into a tag.
    Empty,
    /// Compressed, which this crate does not open.
    Compressed,
    /// What was made of it breaks a rule of RFC 9393.
    Tag(crate::ErrorKind),
}

impl ErrorKind {
    pub(super) const fn at(self, offset: usize) -> Error {
        Error { kind: self, offset }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xml => "not well-formed XML without a document type",
            Self::Json => "not JSON with unique names",
            Self::Cbor => "not a set of tags in CBOR",
            Self::Document => "not a document of this kind",
            Self::Missing(name) => return write!(f, "{name} is missing"),
            Self::Value(name) => return write!(f, "{name} has not a value of its type"),
            Self::Path => "a path that leads out of its directory, or is empty",
            Self::TooDeep => "deeper than tags may be",
            Self::Empty => "nothing in it can be made into a tag",
            Self::Compressed => "compressed",
            Self::Tag(kind) => return kind.fmt(f),
        })
    }
}

/// What the encoder says, which can't fail while it fills a vector.
impl From<hexad_cose_core::Error> for Error {
    fn from(error: hexad_cose_core::Error) -> Self {
        ErrorKind::Tag(crate::ErrorKind::Cbor(error.kind())).at(0)
    }
}
