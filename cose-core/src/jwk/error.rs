//! Why a JWK and a `COSE_Key` do not stand for one another.

use core::fmt;

use crate::error::ErrorKind;

/// What is wrong with a JWK, and where; or, at 0, with a key that can't be written as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JwkError {
    kind: JwkErrorKind,
    offset: usize,
}

/// The kinds of [`JwkError`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwkErrorKind {
    /// Not JSON, or not an object with members of the right types.
    Json,
    /// A member for the second time (RFC 7517, 4).
    DuplicateMember,
    /// A member that the type of key needs is missing.
    Missing(&'static str),
    /// The value of this member has no counterpart on the other side.
    Unsupported(&'static str),
    /// The value of this member is not base64url without padding.
    InvalidValue(&'static str),
    /// The members make up no `COSE_Key`.
    Key(ErrorKind),
}

impl JwkError {
    pub(super) const fn new(kind: JwkErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> JwkErrorKind {
        self.kind
    }

    /// The byte of the text at which it is wrong.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl fmt::Display for JwkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl fmt::Display for JwkErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json => f.write_str("not the JSON object of a key"),
            Self::DuplicateMember => f.write_str("a member of the JWK stands twice"),
            Self::Missing(member) => write!(f, "the JWK lacks {member}"),
            Self::Unsupported(member) => write!(f, "the JWK's {member} is not offered"),
            Self::InvalidValue(member) => {
                write!(f, "the JWK's {member} is not base64url without padding")
            }
            Self::Key(kind) => kind.fmt(f),
        }
    }
}

impl core::error::Error for JwkError {}
