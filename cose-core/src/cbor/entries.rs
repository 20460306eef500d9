//! Going through a map whose keys are labels, each of which may stand once.

use super::cursor::{Cursor, Items, Raw};
use crate::error::{Error, ErrorKind};
use crate::labels::Label;

/// How many bytes of one map are gone through again because of keys out of ascending order: each such
/// key costs a walk over the entries before it. Where keys ascend, as deterministic encoding demands,
/// nothing is.
pub const MAX_WALKED: usize = 1 << 20;

/// The entries of a map that a [`Cursor`] has entered.
///
/// ```
/// use hexad_cose_core::{ErrorKind, Label, cbor::{Cursor, Entries}};
///
/// let twice = [0xa2, 0x01, 0x26, 0x01, 0x26];
/// let mut cursor = Cursor::new(&twice);
/// let mut entries = Entries::enter(&mut cursor)?;
/// assert_eq!(entries.next(&mut cursor)?, Some(Label::Integer(1)));
/// cursor.skip()?;
/// assert_eq!(entries.next(&mut cursor).unwrap_err().kind(), ErrorKind::DuplicateKey);
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Entries<'b> {
    items: Items,
    /// The greatest key so far: one beyond it can't be a duplicate.
    greatest: Option<Label<'b>>,
    /// The first entry.
    first: Cursor<'b>,
    walked: usize,
}

impl<'b> Entries<'b> {
    /// Enters the map at `cursor`.
    ///
    /// # Errors
    /// As [`Cursor::map`].
    #[inline]
    pub fn enter(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let items = cursor.map()?;
        Ok(Self { items, greatest: None, first: *cursor, walked: 0 })
    }

    /// Takes the key of the next entry, whose value follows at `cursor`; `None` at the map's end.
    ///
    /// # Errors
    /// As [`Items::next`] and [`Label::parse`]; `DuplicateKey` at a key for the second time; `TooMany`
    /// at a key out of order when more than [`MAX_WALKED`] bytes would have been gone through again.
    #[inline]
    pub fn next(&mut self, cursor: &mut Cursor<'b>) -> Result<Option<Label<'b>>, Error> {
        if !self.items.next(cursor)? {
            return Ok(None);
        }
        let here = *cursor;
        let key = Label::parse(cursor)?;
        match self.greatest {
            Some(greatest) if greatest >= key => self.unlike_earlier(key, here)?,
            _ => self.greatest = Some(key),
        }
        Ok(Some(key))
    }

    /// Refuses `key` if it is among those before `here`.
    #[cold]
    fn unlike_earlier(&mut self, key: Label<'b>, here: Cursor<'b>) -> Result<(), Error> {
        let before = here.offset().saturating_sub(self.first.offset());
        self.walked = self.walked.saturating_add(before);
        if self.walked > MAX_WALKED {
            return Err(here.error(ErrorKind::TooMany));
        }
        let mut earlier = self.first;
        while earlier.offset() < here.offset() {
            if Label::parse(&mut earlier)? == key {
                return Err(here.error(ErrorKind::DuplicateKey));
            }
            earlier.skip()?;
        }
        Ok(())
    }
}

/// The value under `label` in an encoded `map`.
///
/// # Errors
/// Those of CBOR, when the map is not well-formed up to that entry.
pub(crate) fn find<'b>(map: Raw<'b>, label: Label<'_>) -> Result<Option<Raw<'b>>, Error> {
    let mut cursor = map.cursor();
    let mut items = cursor.map()?;
    while items.next(&mut cursor)? {
        let found = Label::parse(&mut cursor)? == label;
        let value = cursor.item()?;
        if found {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
