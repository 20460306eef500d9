//! Labels of COSE maps (RFC 9052, 1.5): an integer or text.

use core::cmp::Ordering;

use crate::cbor::{Cursor, Encoder, Type, is_utf8};
use crate::error::{Error, ErrorKind};

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
        let here = *cursor;
        RawLabel::parse(cursor)?.label(here)
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
    #[inline(never)]
    fn cmp(&self, other: &Self) -> Ordering {
        RawLabel::from(*self).cmp(&RawLabel::from(*other))
    }
}

impl PartialOrd for Label<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A label in the terms of its encoding, for comparing: the order of these is that of deterministic
/// encodings, and text needs not become a `str`, whose check is the library's larger one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawLabel<'b> {
    /// 0 and 1 for integers, 3 for text.
    major: u8,
    /// The argument of the head: of text, its length.
    argument: u64,
    text: &'b [u8],
}

impl<'b> RawLabel<'b> {
    /// Reads the label at `cursor`, as [`Label::parse`].
    #[inline(never)]
    pub fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let head = cursor.head()?;
        let (label, kind) = match head.major() {
            major @ (0 | 1) => {
                let fits = i64::try_from(head.argument).is_ok();
                let label = Self { major, argument: head.argument, text: &[] };
                (fits.then_some(label), ErrorKind::IntegerRange)
            }
            major @ 3 => {
                let text = cursor.string(head)?;
                let label = Self { major, argument: head.argument, text };
                (is_utf8(text).then_some(label), ErrorKind::InvalidUtf8)
            }
            _ => return Err(here.unexpected(Type::Unsigned)),
        };
        label.ok_or(here.error(kind))
    }

    /// An integer of one byte.
    pub const fn unsigned(integer: u8) -> Self {
        Self { major: 0, argument: integer as u64, text: &[] }
    }

    /// The order of the encodings.
    // Out of line: three comparisons, wherever labels are searched for.
    #[inline(never)]
    fn order(&self, other: &Self) -> Ordering {
        (self.major, self.argument, self.text).cmp(&(other.major, other.argument, other.text))
    }

    /// The label, which stands at `here`.
    pub fn label(self, here: Cursor<'b>) -> Result<Label<'b>, Error> {
        match self.integer() {
            Some(integer) => Ok(Label::Integer(integer)),
            None => match core::str::from_utf8(self.text) {
                Ok(text) => Ok(Label::Text(text)),
                Err(_) => Err(here.error(ErrorKind::InvalidUtf8)),
            },
        }
    }

    /// The number, unless the label is text.
    pub const fn integer(self) -> Option<i64> {
        let argument = self.argument.cast_signed();
        match self.major {
            0 => Some(argument),
            1 => Some(!argument),
            _ => None,
        }
    }
}

impl<'b> From<Label<'b>> for RawLabel<'b> {
    fn from(label: Label<'b>) -> Self {
        match label {
            Label::Integer(integer) => {
                let major = u8::from(integer < 0);
                let argument = if integer < 0 { !integer } else { integer };
                Self { major, argument: argument.cast_unsigned(), text: &[] }
            }
            Label::Text(text) => Self {
                major: 3,
                argument: u64::try_from(text.len()).unwrap_or(u64::MAX),
                text: text.as_bytes(),
            },
        }
    }
}

impl Ord for RawLabel<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

impl PartialOrd for RawLabel<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for RawLabel<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Equal
    }
}

impl Eq for RawLabel<'_> {}
