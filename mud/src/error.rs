//! Why a MUD file was refused: what is wrong, at which byte, at which node, and how to mend it.

use alloc::string::String;
use core::fmt;

/// What is wrong with a MUD file, or was let pass in it.
///
/// ```
/// use hexad_mud::{ErrorKind, Mud};
///
/// let error = Mud::parse(br#"{"ietf-mud:mud": {"mud-version": 1, "mud-version": 1}}"#).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::DuplicateKey);
/// assert_eq!(error.offset(), 36);
/// assert_eq!(error.pointer(), "");  // not JSON that YANG allows, so that there are no nodes yet
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    fault: Fault,
    pointer: String,
}

impl Error {
    pub(crate) const fn new(fault: Fault, pointer: String) -> Self {
        Self { fault, pointer }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.fault.kind
    }

    /// The byte of the input at which it is wrong; for something that is missing, where the object
    /// starts that should have it.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.fault.offset
    }

    /// The node at which it is wrong, as a JSON pointer (RFC 6901). Empty for the whole document, and
    /// for what is not JSON.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The rule that is broken, and how to mend it.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        self.fault.advice
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.fault.kind, self.fault.offset)?;
        if !self.pointer.is_empty() {
            write!(f, " ({})", self.pointer)?;
        }
        write!(f, ": {}", self.fault.advice)
    }
}

impl core::error::Error for Error {}

/// An error before it is known which node stands at its byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub kind: ErrorKind,
    pub offset: usize,
    pub advice: &'static str,
}

impl Fault {
    pub const fn new(kind: ErrorKind, offset: usize, advice: &'static str) -> Self {
        Self { kind, offset, advice }
    }
}

/// The kinds of mistakes in a MUD file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is longer than the reader's limit.
    TooLarge,
    /// The input is not JSON (RFC 8259).
    Syntax,
    /// The input ends inside a value.
    UnexpectedEnd,
    /// Bytes follow the value.
    TrailingBytes,
    /// Text that is not UTF-8.
    InvalidUtf8,
    /// Nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// A name for the second time in one object (RFC 7493, 2.3), or a node under two names.
    DuplicateKey,
    /// A node that must be there is not (`mandatory` in YANG).
    Missing,
    /// A value of another JSON type than the node's YANG type is written in (RFC 7951, 6).
    UnexpectedType,
    /// A number outside the range of its type.
    OutOfRange,
    /// A value that its YANG type does not allow.
    InvalidValue,
    /// A member name without the module that it needs, or with one that it must not have (RFC 7951, 4).
    Namespace,
    /// A node that no module known here defines.
    UnknownNode,
    /// A node of RFC 8519 that this crate does not offer.
    Unsupported,
    /// A name that was changed before the standard was published.
    OutdatedName,
    /// Two nodes that exclude one another (`choice` or `when` in YANG).
    Conflict,
    /// Two entries of a list with one key.
    DuplicateEntry,
    /// A name that no access control list has.
    UndefinedAcl,
    /// An access control list to which no policy refers.
    UnusedAcl,
    /// A condition that can't hold for the direction of the policy.
    WrongDirection,
    /// A class of controllers that is named by a word without a scheme.
    RelativeUri,
}

impl ErrorKind {
    /// Whether the standards allow what a reader finds so: it is reported for someone to know of, and
    /// not because it was let pass.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::UnknownNode | Self::UnusedAcl | Self::RelativeUri)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the file is too large",
            Self::Syntax => "not JSON",
            Self::UnexpectedEnd => "the input ends inside a value",
            Self::TrailingBytes => "bytes follow the value",
            Self::InvalidUtf8 => "text is not UTF-8",
            Self::TooDeep => "values are nested too deep",
            Self::DuplicateKey => "a duplicate name",
            Self::Missing => "a required node is missing",
            Self::UnexpectedType => "a value of the wrong type",
            Self::OutOfRange => "a number out of range",
            Self::InvalidValue => "an invalid value",
            Self::Namespace => "a name with the wrong module",
            Self::UnknownNode => "an unknown node",
            Self::Unsupported => "a match that is not offered",
            Self::OutdatedName => "an outdated name",
            Self::Conflict => "a contradiction",
            Self::DuplicateEntry => "a duplicate list entry",
            Self::UndefinedAcl => "an undefined access control list",
            Self::UnusedAcl => "an unused access control list",
            Self::WrongDirection => "a condition for the wrong direction",
            Self::RelativeUri => "a class without a scheme",
        })
    }
}
