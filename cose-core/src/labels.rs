//! Labels of COSE maps (RFC 9052, 1.5): an integer or text.

use core::cmp::Ordering;

use crate::cbor::{Cursor, Encoder, Type};
use crate::error::Error;

/// A label of a map. Labels are ordered as their deterministic encodings are (RFC 8949, 4.2.1):
/// 0, 1, …, -1, -2, …, then text by length and content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'b> {
    /// A registered or private number.
    Integer(i64),
    /// A text label.
    Text(&'b str),
}

impl<'b> Label<'b> {
    /// Reads the label at `cursor`.
    ///
    /// # Errors
    /// `UnexpectedType` for anything but an integer or text; `IntegerRange`; `InvalidUtf8`.
    #[inline(never)]
    pub fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        match cursor.peek()? {
            Type::Text => cursor.text().map(Self::Text),
            _ => cursor.integer().map(Self::Integer),
        }
    }

    /// Writes the label.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn encode(self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Integer(integer) => encoder.integer(integer)?,
            Self::Text(text) => encoder.text(text)?,
        };
        Ok(())
    }

    /// The number, unless the label is text.
    #[must_use]
    pub const fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(integer),
            Self::Text(_) => None,
        }
    }
}

impl Ord for Label<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => {
                (*a < 0).cmp(&(*b < 0)).then(a.unsigned_abs().cmp(&b.unsigned_abs()))
            }
            (Self::Integer(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Integer(_)) => Ordering::Greater,
            (Self::Text(a), Self::Text(b)) => a.len().cmp(&b.len()).then(a.cmp(b)),
        }
    }
}

impl PartialOrd for Label<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
