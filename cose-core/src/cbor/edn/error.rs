//! The one error of the parser: what is wrong, and at which byte of the text.

use core::fmt;

/// Why a text is not diagnostic notation, and where.
///
/// ```
/// use hexad_cose_core::cbor::{EdnErrorKind, parse_diagnostic};
///
/// let error = parse_diagnostic("[1, h'0g']").unwrap_err();
/// assert_eq!((error.kind(), error.offset()), (EdnErrorKind::Digit, 7));
/// assert_eq!(error.to_string(), "not a digit of this base at byte 7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdnError {
    kind: EdnErrorKind,
    offset: usize,
}

impl EdnError {
    /// An error of `kind` at byte `offset` of the text.
    #[must_use]
    pub const fn new(kind: EdnErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> EdnErrorKind {
        self.kind
    }

    /// The byte of the text at which it is wrong; always on a character's boundary.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl fmt::Display for EdnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for EdnError {}

/// What can be wrong with a text in diagnostic notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EdnErrorKind {
    /// Something else stands where an item has to begin, or the text ends there.
    Item,
    /// Neither a comma nor the bracket that closes the item.
    Separator,
    /// No colon behind the key of a map.
    Colon,
    /// No closing parenthesis behind the item in a tag or behind the number of a simple value.
    Parenthesis,
    /// A string or a comment that does not end, told where it begins.
    Unclosed,
    /// Something stands behind the item.
    Trailing,
    /// A prefix of a string that is not offered.
    Prefix,
    /// Not a digit of the base in which a byte string is written, or too few or too many of them.
    Digit,
    /// An escape that is none of JSON's and not `\u{…}`, or not of a character.
    Escape,
    /// A control character other than a line's end that stands unescaped in a string.
    Control,
    /// A text that is not UTF-8, as the bytes in its middle are not.
    InvalidUtf8,
    /// A text behind a byte string that it would have to continue, or chunks of both kinds.
    Mixed,
    /// Something else than a string of definite length among the chunks of a string.
    Chunk,
    /// Not a number, though it begins like one.
    Number,
    /// A number too large for what stands for it: a float, a tag number, or 2048 digits.
    Range,
    /// An encoding indicator that is unknown, not of this item, or too narrow for its value.
    Indicator,
    /// Not the number of a simple value: 24 to 31 are reserved (RFC 8949, 3.3).
    Simple,
    /// Items nested deeper than [`MAX_DEPTH`](crate::cbor::MAX_DEPTH), or too many brackets open.
    TooDeep,
}

impl fmt::Display for EdnErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Item => "expected an item",
            Self::Separator => "expected a comma or the closing bracket",
            Self::Colon => "expected a colon and a value",
            Self::Parenthesis => "expected a closing parenthesis",
            Self::Unclosed => "this string or comment does not end",
            Self::Trailing => "expected the end behind the item",
            Self::Prefix => "this prefix of a string is not offered",
            Self::Digit => "not a digit of this base",
            Self::Escape => "not an escape",
            Self::Control => "a control character in a string",
            Self::InvalidUtf8 => "a text of bytes that are not UTF-8",
            Self::Mixed => "a byte string continued by text",
            Self::Chunk => "expected a string of definite length, all chunks of one kind",
            Self::Number => "not a number",
            Self::Range => "a number out of range",
            Self::Indicator => "an encoding indicator that does not fit",
            Self::Simple => "not a simple value",
            Self::TooDeep => "items are nested too deep",
        })
    }
}
