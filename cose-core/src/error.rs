//! The one error of this crate: what is wrong, and at which byte of the input.

use core::fmt;

use crate::cbor::Type;

/// Why an input was refused, and where.
///
/// Small and `Copy`, so that it costs nothing to hand through a bootloader; a server or a command
/// line adds its own words.
///
/// ```
/// use hexad_cose_core::{Error, ErrorKind, cbor::Cursor};
///
/// let error = Cursor::new(&[0x82, 0x01]).skip().unwrap_err();
/// assert_eq!(error, Error::new(ErrorKind::UnexpectedEnd, 2));
/// assert_eq!(error.to_string(), "the input ends inside an item at byte 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
}

impl Error {
    /// An error of `kind` at byte `offset`, counted from the start of the outermost input.
    #[must_use]
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// The byte at which it is wrong, from the start of the outermost input. For an output that
    /// does not fit, the size in bytes that was reached.
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

/// What can be wrong with an input, a key, or the caller's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    // CBOR, RFC 8949
    /// The input ends inside an item (RFC 8949, appendix F.1, "end of input").
    UnexpectedEnd,
    /// Bytes follow the item that should have been the last.
    TrailingBytes,
    /// An item of another type stands here.
    UnexpectedType {
        /// What has to stand here.
        expected: Type,
    },
    /// Additional information 28 to 30, or a two-byte simple value below 32 (RFC 8949, 3).
    ReservedValue,
    /// A break outside an indefinite-length item, or between a key and its value.
    UnexpectedBreak,
    /// An indefinite length where the standard forbids one.
    IndefiniteLength,
    /// A text string that is not UTF-8.
    InvalidUtf8,
    /// A number outside the range that its place allows.
    IntegerRange,
    /// Items nested deeper than [`cbor::MAX_DEPTH`](crate::cbor::MAX_DEPTH).
    TooDeep,
    /// More entries than the stated limit.
    TooMany,
    /// Not in the deterministic encoding of RFC 8949, 4.2.1.
    NotDeterministic,
    /// A map key for the second time (also: one label in both header buckets).
    DuplicateKey,
    /// An array or a string with a number of elements that its place does not allow.
    Length,
    /// A tag that does not belong here.
    UnexpectedTag,
    /// A value that its place does not allow, though its type is right.
    InvalidValue,
    /// Something that must be present is missing.
    Missing,

    // COSE, RFC 9052
    /// A critical header parameter that is not understood (RFC 9052, 3.1).
    CriticalParameter,
    /// `alg` is missing, or stands outside the protected bucket.
    UnprotectedAlgorithm,
    /// The message's algorithm is not one that the caller accepts.
    AlgorithmNotAccepted,
    /// The key cannot serve this algorithm: another type, curve, `alg` or `key_ops`.
    KeyMismatch,
    /// The message carries no payload and the caller gave none, or both have one.
    Payload,
    /// The signature or tag does not fit the message and the key.
    VerificationFailed,
    /// The backend does not offer the algorithm.
    Unsupported,
    /// The backend failed, though it offers the algorithm.
    Backend,
    /// The token has expired (RFC 8392, 3.1.4).
    Expired,
    /// The token is not valid yet, or was issued in the future (RFC 8392, 3.1.5 and 3.1.6).
    NotYetValid,
    /// The token was issued too long ago.
    TooOld,
    /// The token is another issuer's.
    Issuer,
    /// The token is for others.
    Audience,
    /// The output does not fit into the caller's buffer.
    BufferTooSmall,
}

impl ErrorKind {
    /// A number for each kind, by which the error of another crate can hold it in less than a word.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::UnexpectedType { expected } => 0x100 | expected as u16,
            Self::UnexpectedEnd => 0,
            Self::TrailingBytes => 1,
            Self::ReservedValue => 2,
            Self::UnexpectedBreak => 3,
            Self::IndefiniteLength => 4,
            Self::InvalidUtf8 => 5,
            Self::IntegerRange => 6,
            Self::TooDeep => 7,
            Self::TooMany => 8,
            Self::NotDeterministic => 9,
            Self::DuplicateKey => 10,
            Self::Length => 11,
            Self::UnexpectedTag => 12,
            Self::InvalidValue => 13,
            Self::Missing => 14,
            Self::CriticalParameter => 15,
            Self::UnprotectedAlgorithm => 16,
            Self::AlgorithmNotAccepted => 17,
            Self::KeyMismatch => 18,
            Self::Payload => 19,
            Self::VerificationFailed => 20,
            Self::Unsupported => 21,
            Self::Backend => 22,
            Self::Expired => 23,
            Self::NotYetValid => 24,
            Self::TooOld => 25,
            Self::Issuer => 26,
            Self::Audience => 27,
            Self::BufferTooSmall => 28,
        }
    }

    /// The kind with this [`number`](Self::number).
    #[must_use]
    pub const fn from_number(number: u16) -> Option<Self> {
        Some(match number {
            0 => Self::UnexpectedEnd,
            1 => Self::TrailingBytes,
            2 => Self::ReservedValue,
            3 => Self::UnexpectedBreak,
            4 => Self::IndefiniteLength,
            5 => Self::InvalidUtf8,
            6 => Self::IntegerRange,
            7 => Self::TooDeep,
            8 => Self::TooMany,
            9 => Self::NotDeterministic,
            10 => Self::DuplicateKey,
            11 => Self::Length,
            12 => Self::UnexpectedTag,
            13 => Self::InvalidValue,
            14 => Self::Missing,
            15 => Self::CriticalParameter,
            16 => Self::UnprotectedAlgorithm,
            17 => Self::AlgorithmNotAccepted,
            18 => Self::KeyMismatch,
            19 => Self::Payload,
            20 => Self::VerificationFailed,
            21 => Self::Unsupported,
            22 => Self::Backend,
            23 => Self::Expired,
            24 => Self::NotYetValid,
            25 => Self::TooOld,
            26 => Self::Issuer,
            27 => Self::Audience,
            28 => Self::BufferTooSmall,
            _ => {
                let expected = match number ^ 0x100 {
                    0 => Type::Unsigned,
                    1 => Type::Negative,
                    2 => Type::Bytes,
                    3 => Type::Text,
                    4 => Type::Array,
                    5 => Type::Map,
                    6 => Type::Tag,
                    7 => Type::Bool,
                    8 => Type::Null,
                    9 => Type::Undefined,
                    10 => Type::Simple,
                    11 => Type::Float,
                    12 => Type::Break,
                    _ => return None,
                };
                Self::UnexpectedType { expected }
            }
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::UnexpectedType { expected } => return write!(f, "expected {expected}"),
            Self::UnexpectedEnd => "the input ends inside an item",
            Self::TrailingBytes => "bytes follow the last item",
            Self::ReservedValue => "a reserved value",
            Self::UnexpectedBreak => "a break that ends nothing",
            Self::IndefiniteLength => "an indefinite length is not allowed",
            Self::InvalidUtf8 => "text is not UTF-8",
            Self::IntegerRange => "a number out of range",
            Self::TooDeep => "items are nested too deep",
            Self::TooMany => "too many entries",
            Self::NotDeterministic => "not deterministically encoded",
            Self::DuplicateKey => "a duplicate key",
            Self::Length => "a wrong number of elements",
            Self::UnexpectedTag => "an unexpected tag",
            Self::InvalidValue => "an invalid value",
            Self::Missing => "a required entry is missing",
            Self::CriticalParameter => "a critical header parameter is not understood",
            Self::UnprotectedAlgorithm => "no algorithm in the protected header",
            Self::AlgorithmNotAccepted => "the algorithm is not accepted here",
            Self::KeyMismatch => "the key does not fit the algorithm",
            Self::Payload => "the payload is missing, or given twice",
            Self::VerificationFailed => "the signature or tag does not verify",
            Self::Unsupported => "the backend does not offer the algorithm",
            Self::Backend => "the backend failed",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::TooOld => "the token was issued too long ago",
            Self::Issuer => "the token is another issuer's",
            Self::Audience => "the token is for others",
            Self::BufferTooSmall => "the buffer is too small",
        };
        f.write_str(text)
    }
}
