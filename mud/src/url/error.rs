//! Why no MUD URL could be taken from a message or certificate, or be put into one.

use core::fmt;

use super::InvalidUrl;

/// What is wrong with a message or certificate, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
}

impl Error {
    pub(super) const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// The byte of the input at which it is wrong.
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

/// The kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input ends inside of a header, an option or a TLV.
    UnexpectedEnd,
    /// A message of another protocol, or of a type that no device sends.
    NotExpected,
    /// The option, TLV or extension stands twice: the two could say different things.
    Duplicate,
    /// The extension is not in DER, or of another type than RFC 8520, 11 says.
    Malformed,
    /// What should be a MUD URL is none.
    Url(InvalidUrl),
    /// The URL is too long for an option or TLV of this kind.
    TooLong,
    /// More relay agents than a message may pass.
    TooDeep,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnexpectedEnd => "the input ends inside of an option or header",
            Self::NotExpected => "not a message in which a device says its MUD URL",
            Self::Duplicate => "the MUD URL stands twice",
            Self::Malformed => "the extension is not what RFC 8520, 11 says",
            Self::Url(error) => error.advice(),
            Self::TooLong => "the MUD URL is too long for this kind of message",
            Self::TooDeep => "the message passed more relay agents than it may",
        })
    }
}
