//! Going through a map whose keys are labels, each of which may stand once.

use super::cursor::{Cursor, Items, Raw};
use super::item::BREAK;
use crate::error::{Error, ErrorKind};
use crate::labels::{Label, RawLabel};

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
    walk: Walk<'b>,
}

impl<'b> Entries<'b> {
    /// Enters the map at `cursor`.
    ///
    /// # Errors
    /// As [`Cursor::map`].
    #[inline]
    pub fn enter(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let items = cursor.map()?;
        let mut walk = Walk::default();
        walk.enter(*cursor);
        Ok(Self { items, walk })
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
        let key = RawLabel::parse(cursor)?;
        self.walk.require_new(&key, &here)?;
        key.label(here).map(Some)
    }
}

/// What is needed to tell whether a key stands for the second time, in one map or in two that are one
/// (the buckets of a message).
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk<'b> {
    /// The first entry, and the greatest key so far: one beyond it can't be a duplicate.
    map: Map<'b>,
    /// The same of the map before.
    before: Map<'b>,
    walked: usize,
}

#[derive(Clone, Copy, Debug)]
struct Map<'b> {
    first: Cursor<'b>,
    greatest: Option<RawLabel<'b>>,
}

impl Default for Map<'_> {
    fn default() -> Self {
        Self { first: Cursor::new(&[]), greatest: None }
    }
}

impl<'b> Walk<'b> {
    /// Goes on with a map whose first entry is at `first`; keys of the one before count as seen.
    #[inline]
    pub fn enter(&mut self, first: Cursor<'b>) {
        self.before = self.map;
        self.map = Map { first, greatest: None };
    }

    /// Takes a label other than the integers from 0 to 23 in one byte, in the `map` that begins there.
    /// One of these in more bytes, which must not be among those `seen`, is given back; of any
    /// other, the value is skipped, too.
    ///
    /// # Errors
    /// As [`Entries::next`] and [`Cursor::skip`].
    #[inline(never)]
    pub fn label(
        &mut self,
        mut map: Cursor<'b>,
        seen: u32,
        cursor: &mut Cursor<'b>,
    ) -> Result<Option<u8>, Error> {
        map.map()?;
        if self.map.first.offset() != map.offset() {
            self.enter(map);
        }
        let here = *cursor;
        let label = RawLabel::parse(cursor)?;
        if let Some(integer @ 0..=23) = label.integer() {
            let label = u8::try_from(integer).unwrap_or_default();
            let twice = seen & 1u32.rotate_left(label.into()) != 0;
            return if twice { Err(here.error(ErrorKind::DuplicateKey)) } else { Ok(Some(label)) };
        }
        self.require_new(&label, &here)?;
        cursor.skip()?;
        Ok(None)
    }

    /// Refuses the key at `here` if it is among those before it in its map, or those of the map before.
    #[inline(never)]
    fn require_new(&mut self, key: &RawLabel<'b>, here: &Cursor<'b>) -> Result<(), Error> {
        for map in [&self.before, &self.map] {
            if map.greatest.is_none_or(|greatest| greatest < *key) {
                continue;
            }
            let mut earlier = map.first;
            let end = earlier.end.min(here.offset());
            self.walked = self.walked.saturating_add(end.saturating_sub(earlier.offset()));
            if self.walked > MAX_WALKED {
                return Err(here.error(ErrorKind::TooMany));
            }
            while earlier.offset() < end && earlier.rest.first() != Some(&BREAK) {
                if RawLabel::parse(&mut earlier)? == *key {
                    return Err(here.error(ErrorKind::DuplicateKey));
                }
                earlier.skip()?;
            }
        }
        if self.map.greatest.is_none_or(|greatest| greatest < *key) {
            self.map.greatest = Some(*key);
        }
        Ok(())
    }
}

/// The value under `label` in an encoded `map`.
///
/// # Errors
/// Those of CBOR, when the map is not well-formed up to that entry.
pub(crate) fn find<'b>(map: Raw<'b>, label: Label<'_>) -> Result<Option<Raw<'b>>, Error> {
    find_raw(map, &label.into())
}

/// As [`find`].
#[inline(never)]
pub(crate) fn find_raw<'b>(map: Raw<'b>, label: &RawLabel<'_>) -> Result<Option<Raw<'b>>, Error> {
    let mut cursor = map.cursor();
    let mut items = cursor.map()?;
    while items.next(&mut cursor)? {
        let found = RawLabel::parse(&mut cursor)? == *label;
        let value = cursor.item()?;
        if found {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
