//! The one error of this crate: which rule a manifest breaks, and at which byte.

use core::fmt;

/// Why a manifest was refused (or can't be written), and where.
///
/// ```
/// use hexad_corim::{Corim, ErrorKind};
///
/// let error = Corim::parse(&[0xa0]).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Missing(0));
/// assert_eq!(error.offset(), 0);
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

/// The rules that a manifest can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not well-formed, not of the type that the CDDL demands, or the buffer is too small; for a signed
    /// manifest, what COSE found.
    Cbor(hexad_cose_core::ErrorKind),
    /// The mandatory member with this label is missing from its map.
    Missing(i64),
    /// A list or a map without content where the CDDL demands some (`[ + … ]`, `non-empty`).
    Empty,
    /// A tag in front of a value that this choice does not have.
    Choice,
    /// A byte string that is not of the size that its type has: a UUID, a UEID, a MAC or an IP address.
    Size,
    /// A digest that is not of its algorithm's length.
    DigestLength,
    /// A mask that is not as long as its value.
    Mask,
    /// A range or a validity whose end is before its start.
    Order,
    /// The protected content type is not `application/rim+cbor`.
    ContentType,
    /// A signed manifest says nothing of its signer: neither `corim-meta` nor CWT claims with an issuer.
    Signer,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cbor(kind) => return kind.fmt(f),
            Self::Missing(label) => return write!(f, "member {label} is missing"),
            Self::Empty => "nothing where there must be something",
            Self::Choice => "a tag that may not stand here",
            Self::Size => "a byte string that is not of its type's size",
            Self::DigestLength => "the digest has not the length of its algorithm",
            Self::Mask => "the mask is not as long as the value",
            Self::Order => "the end is before the start",
            Self::ContentType => "the content type is not application/rim+cbor",
            Self::Signer => "nothing is said of the signer",
        })
    }
}
