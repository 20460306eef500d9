//! Reading the short items that envelopes and manifests are made of: whatever is longer, rare or wrong is
//! left to the cursor's own methods. Out of line, with results that fit registers as far as they can.

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Entries, Items, Raw};

use crate::error::Error;
use crate::parameter::text_key;

/// Moves on to `rest`, the end of what is left.
#[inline]
pub(crate) const fn move_to<'b>(cursor: &mut Cursor<'b>, rest: &'b [u8]) {
    let here = cursor.rest();
    // Never wraps: `rest` is a part of what is left.
    let taken = here.bytes().len().wrapping_sub(rest.len());
    *cursor = Cursor::at(rest, here.offset().wrapping_add(taken));
}

/// Takes an unsigned integer below 24, if one stands here.
#[inline(never)]
pub(crate) const fn small(cursor: &mut Cursor<'_>) -> Option<u8> {
    match cursor.rest().bytes() {
        [value @ 0..24, rest @ ..] => {
            let value = *value;
            move_to(cursor, rest);
            Some(value)
        }
        _ => None,
    }
}

/// Takes an unsigned integer.
pub(crate) fn unsigned(cursor: &mut Cursor<'_>) -> Result<u64, Error> {
    match small(cursor) {
        Some(value) => Ok(value.into()),
        None => Ok(cursor.unsigned()?),
    }
}

/// Takes an integer that is a label.
pub(crate) fn integer(cursor: &mut Cursor<'_>) -> Result<i64, Error> {
    match small(cursor) {
        Some(value) => Ok(value.into()),
        None => Ok(cursor.integer()?),
    }
}

/// Takes an unsigned integer that fits `usize`: an index.
#[inline(never)]
pub(crate) fn index(cursor: &mut Cursor<'_>) -> Result<usize, Error> {
    match small(cursor) {
        Some(value) => Ok(value.into()),
        None => Ok(cursor.unsigned_as()?),
    }
}

/// How long a byte string of definite length is and the head of it, if that is short.
const fn string_head(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [first @ 0x40..0x58, rest @ ..] => Some(((*first & 0x1f) as usize, rest)),
        [0x58, length, rest @ ..] => Some((*length as usize, rest)),
        _ => None,
    }
}

/// Takes a byte string of definite length, with the place where its content begins.
#[inline(never)]
pub(crate) fn byte_string<'b>(cursor: &mut Cursor<'b>) -> Result<Raw<'b>, Error> {
    if let Some((length, rest)) = string_head(cursor.rest().bytes())
        && let Some((content, rest)) = rest.split_at_checked(length)
    {
        move_to(cursor, rest);
        return Ok(Raw::new(content, cursor.offset().wrapping_sub(length)));
    }
    Ok(cursor.byte_string()?)
}

/// Takes a byte string of definite length.
pub(crate) fn bytes<'b>(cursor: &mut Cursor<'b>) -> Result<&'b [u8], Error> {
    byte_string(cursor).map(Raw::bytes)
}

/// Takes a byte string of definite length and gives a cursor over the CBOR in it.
pub(crate) fn wrapped<'b>(cursor: &mut Cursor<'b>) -> Result<Cursor<'b>, Error> {
    byte_string(cursor).map(Raw::cursor)
}

/// Passes over the next item, whatever it is, and checks that it is well-formed.
#[inline(never)]
pub(crate) fn skip(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    if small(cursor).is_some() {
        return Ok(());
    }
    if let Some((length, rest)) = string_head(cursor.rest().bytes())
        && let Some(rest) = rest.get(length..)
    {
        move_to(cursor, rest);
        return Ok(());
    }
    Ok(cursor.skip()?)
}

/// Going through a map whose keys are labels, each of which may stand once.
///
/// As long as they ascend from 0 to 23, none stands twice. At the first other one, all of them are
/// looked through, once.
pub(crate) struct Keys<'b> {
    /// The map itself.
    map: Cursor<'b>,
    items: Items,
    /// The lowest key that is certainly new.
    from: u8,
    /// The key that was taken last.
    key: Label<'b>,
}

/// What [`Keys::from`] is once all keys are known to be unlike.
const UNIQUE: u8 = u8::MAX;

impl<'b> Keys<'b> {
    /// Enters the map at `cursor`.
    pub(crate) fn enter(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let map = *cursor;
        let items = cursor.map()?;
        Ok(Self { map, items, from: 0, key: Label::Integer(0) })
    }

    /// Takes the next key, if there is one: see [`label`](Self::label).
    #[inline(never)]
    pub(crate) fn next(&mut self, cursor: &mut Cursor<'b>) -> Result<bool, Error> {
        if !self.items.next(cursor)? {
            return Ok(false);
        }
        if let [key @ 0..24, rest @ ..] = cursor.rest().bytes()
            && *key >= self.from
        {
            self.from = key.wrapping_add(1);
            self.key = Label::Integer((*key).into());
            move_to(cursor, rest);
            return Ok(true);
        }
        if self.from != UNIQUE {
            self.require_unique()?;
        }
        self.key = Label::parse(cursor)?;
        Ok(true)
    }

    #[cold]
    #[inline(never)]
    fn require_unique(&mut self) -> Result<(), Error> {
        let mut cursor = self.map;
        let mut entries = Entries::enter(&mut cursor)?;
        while entries.next(&mut cursor)?.is_some() {
            cursor.skip()?;
        }
        self.from = UNIQUE;
        Ok(())
    }

    /// The key that was taken last.
    pub(crate) const fn label(&self) -> Label<'b> {
        self.key
    }

    /// The key that was taken last, at byte `at`, where text has no place.
    pub(crate) fn integer(&self, at: usize) -> Result<i64, Error> {
        match self.key {
            Label::Integer(key) => Ok(key),
            Label::Text(_) => Err(text_key(at)),
        }
    }
}
