//! The one error of this crate: which rule a token breaks, and at which byte.

use core::fmt;

use crate::labels;

/// Why a token was refused (or can't be written), and where.
///
/// ```
/// use hexad_eat::{Claims, ErrorKind, labels};
///
/// let short_nonce = [0xa1, 0x0a, 0x43, 1, 2, 3];
/// let error = Claims::parse(&short_nonce).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Claim(labels::EAT_NONCE));
/// assert_eq!(error.to_string(), "eat_nonce breaks its rule at byte 2");
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

    /// The byte of the input at which it is broken (of a map that lacks a claim: the map's first
    /// byte). When writing, the size in bytes that was reached; 0 where the input is not at hand.
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
        Self::new(ErrorKind::Cose(error.kind()), error.offset())
    }
}

/// The rules that a token can break. Claims are named by their [`labels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What CBOR or COSE found: malformed, not of the type that the CDDL demands, not verified, or a
    /// buffer too small.
    Cose(hexad_cose_core::ErrorKind),
    /// The value of this claim is of the right type, but its length, range or form is not allowed.
    Claim(i64),
    /// This claim is a floating-point number, which EAT disallows (RFC 9711, 4.3.1).
    FloatingPoint(i64),
    /// This claim is mandatory here, and missing.
    Missing(i64),
    /// The first claim must only be present with the second (RFC 9711, 4.2.4, 4.2.5, 4.2.7 to 4.2.9).
    Requires(i64, i64),
    /// `eat_profile` is not the one that is expected.
    Profile,
    /// The message is not of the kind that the profile demands, or carries no payload.
    Protection,
    /// The profile demands a key identifier or a UEID (RFC 9711, 6.3).
    KeyIdentification,
    /// The encoding is not preferred serialization with definite lengths (RFC 9711, 6.3).
    Serialization,
    /// No nonce of the token is the one that was given out.
    Nonce,
    /// The token has expired (`exp`).
    Expired,
    /// The token is not valid yet (`nbf`), or was issued in the future (`iat`).
    NotYetValid,
    /// The token was issued too long ago (`iat`).
    TooOld,
    /// Not JSON, or not of the form that a token has in JSON.
    Json,
    /// No detached claims-set, or another one, stands for this digest (RFC 9711, 4.2.18.2).
    Digest,
    /// A status that claims more trust than what it sums up (draft-ietf-rats-ear-03, 3).
    Status,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claim = |label| labels::name(label).unwrap_or("a claim");
        f.write_str(match *self {
            Self::Cose(kind) => return kind.fmt(f),
            Self::Claim(label) => return write!(f, "{} breaks its rule", claim(label)),
            Self::FloatingPoint(label) => {
                return write!(f, "{} is a floating-point number", claim(label));
            }
            Self::Missing(label) => return write!(f, "{} is missing", claim(label)),
            Self::Requires(label, other) => {
                return write!(f, "{} stands without {}", claim(label), claim(other));
            }
            Self::Profile => "the eat_profile is not the expected one",
            Self::Protection => "the token is not protected as the profile demands",
            Self::KeyIdentification => "neither kid nor ueid identifies the key",
            Self::Serialization => "not in preferred serialization with definite lengths",
            Self::Nonce => "the nonce is not the one that was given out",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::TooOld => "the token was issued too long ago",
            Self::Json => "not the JSON of a token",
            Self::Digest => "a digest and a detached claims-set do not belong together",
            Self::Status => "a status above what it sums up",
        })
    }
}
