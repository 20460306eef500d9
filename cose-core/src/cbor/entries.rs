//! Going through a map whose keys are labels, each of which may stand once.

use super::cursor::{Cursor, Items};
use crate::error::{Error, ErrorKind};
use crate::labels::Label;

/// How many entries a map may have when its keys are not in ascending order. Where they ascend, as
/// deterministic encoding demands, there is no limit.
pub const MAX_UNORDERED: usize = 64;

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
    /// The entries from the first one on.
    first: Cursor<'b>,
    /// Where each key so far begins, counted from `first`, as long as there is room.
    begins: [u32; MAX_UNORDERED],
    passed: usize,
}

impl<'b> Entries<'b> {
    /// Enters the map at `cursor`.
    ///
    /// # Errors
    /// As [`Cursor::map`].
    pub fn enter(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let items = cursor.map()?;
        Ok(Self { items, greatest: None, first: *cursor, begins: [0; MAX_UNORDERED], passed: 0 })
    }

    /// Takes the key of the next entry, whose value follows at `cursor`; `None` at the map's end.
    ///
    /// # Errors
    /// As [`Items::next`] and [`Label::parse`]; `DuplicateKey` at a key for the second time; `TooMany`
    /// at a key that is out of order behind more than [`MAX_UNORDERED`] entries.
    pub fn next(&mut self, cursor: &mut Cursor<'b>) -> Result<Option<Label<'b>>, Error> {
        if !self.items.next(cursor)? {
            return Ok(None);
        }
        let here = *cursor;
        let key = Label::parse(cursor)?;
        if self.greatest.is_none_or(|greatest| rank(&greatest) < rank(&key)) {
            self.greatest = Some(key);
        } else {
            self.unlike_earlier(key, here)?;
        }
        let begin = here.offset().saturating_sub(self.first.offset());
        if let (Some(space), Ok(begin)) = (self.begins.get_mut(self.passed), u32::try_from(begin)) {
            *space = begin;
            self.passed = self.passed.saturating_add(1);
        } else {
            // From here on only ascending keys can be told apart.
            self.passed = usize::MAX;
        }
        Ok(Some(key))
    }

    /// Refuses `key` if it is among those that were passed.
    fn unlike_earlier(&self, key: Label<'b>, here: Cursor<'b>) -> Result<(), Error> {
        let begins = self.begins.get(..self.passed).ok_or(here.error(ErrorKind::TooMany))?;
        let (entries, offset) = (self.first.rest().bytes(), self.first.offset());
        for &begin in begins {
            let begin = usize::try_from(begin).unwrap_or(usize::MAX);
            let entry = entries.get(begin..).unwrap_or_default();
            let mut earlier = Cursor::at(entry, offset.saturating_add(begin));
            if Label::parse(&mut earlier)? == key {
                return Err(here.error(ErrorKind::DuplicateKey));
            }
        }
        Ok(())
    }
}

/// What orders labels as their encodings are ordered (RFC 8949, 4.2.1).
fn rank<'a>(label: &Label<'a>) -> (u8, u64, &'a [u8]) {
    match *label {
        Label::Integer(value @ 0..) => (0, value.unsigned_abs(), &[]),
        Label::Integer(value) => (1, value.unsigned_abs(), &[]),
        Label::Text(text) => (2, u64::try_from(text.len()).unwrap_or(u64::MAX), text.as_bytes()),
    }
}
