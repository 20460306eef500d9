//! Labels of COSE maps (RFC 9052, 1.5: integer or text), each at most once.

use crate::cbor::{Cursor, Raw, Type};
use crate::error::{Error, ErrorKind};

/// A label of a header or key map.
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
    #[inline]
    pub fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        match cursor.peek()? {
            Type::Text => cursor.text().map(Self::Text),
            _ => cursor.integer().map(Self::Integer),
        }
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

/// How many labels outside -32 to 31 one map may have; each costs a walk over those before it.
const MAX_RARE: u8 = 32;

/// Reads the labels of a map in order and refuses the second of two equal ones.
#[derive(Clone, Copy)]
pub(crate) struct Labels<'b> {
    /// A bit for each label from -32 to 31 that was seen.
    common: u64,
    rare: u8,
    /// The map itself, walked again for labels that have no bit.
    map: Raw<'b>,
    /// A map before it whose labels count, too.
    before: Option<Raw<'b>>,
}

impl<'b> Labels<'b> {
    /// For the map whose encoding begins at `map`.
    pub const fn new(map: Raw<'b>) -> Self {
        Self { common: 0, rare: 0, map, before: None }
    }

    /// Goes on with another map that may not have the labels of this one either.
    pub const fn and(self, map: Raw<'b>) -> Self {
        Self { map, before: Some(self.map), ..self }
    }

    /// Takes the label at `cursor`.
    #[inline]
    pub fn next(&mut self, cursor: &mut Cursor<'b>) -> Result<Label<'b>, Error> {
        let here = cursor.rest();
        let label = Label::parse(cursor)?;
        if self.insert(label, here)? { Ok(label) } else { Err(here.error(ErrorKind::DuplicateKey)) }
    }

    /// Whether `label`, which stands at `here`, is new.
    #[inline]
    fn insert(&mut self, label: Label<'b>, here: Raw<'b>) -> Result<bool, Error> {
        if let Label::Integer(integer @ -32..=31) = label {
            let bit = 1u64 << (integer + 32);
            let new = self.common & bit == 0;
            self.common |= bit;
            return Ok(new);
        }
        self.rare = self.rare.saturating_add(1);
        if self.rare > MAX_RARE {
            return Err(here.error(ErrorKind::TooMany));
        }
        let before = match self.before {
            Some(map) => find(map, label, usize::MAX)?,
            None => None,
        };
        Ok(before.is_none() && find(self.map, label, here.offset())?.is_none())
    }
}

/// The value under `label` in `map`, looking only at entries that begin before byte `end`.
pub(crate) fn find<'b>(
    map: Raw<'b>,
    label: Label<'_>,
    end: usize,
) -> Result<Option<Raw<'b>>, Error> {
    let mut cursor = map.cursor();
    let mut entries = cursor.map()?;
    while cursor.offset() < end && entries.next(&mut cursor)? {
        if cursor.offset() >= end {
            break;
        }
        let found = Label::parse(&mut cursor)? == label;
        let value = cursor.item()?;
        if found {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
