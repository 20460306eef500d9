//! Reading and writing what manifests are made of: lists, maps, and what is unknown in them.

use core::fmt;

use hexad_cose_core::Label as Key;
use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Members, Raw, write_map};

pub use hexad_cose_core::cbor::Extensions;

use crate::error::{Error, ErrorKind};

pub(crate) mod sealed {
    use super::{Cursor, Encoder, Error};

    /// How a value is read and written.
    pub trait Codec<'b>: Sized {
        /// Reads and validates the value at `cursor`.
        fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error>;
        /// Writes the value.
        fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;
    }
}

pub(crate) use sealed::Codec;

/// An element of a list. Implemented by this crate's types only.
pub trait Entry<'b>: Copy + PartialEq + fmt::Debug + Codec<'b> {}

impl<'b, T: Copy + PartialEq + fmt::Debug + Codec<'b>> Entry<'b> for T {}

/// An array of one or more values, `[ + … ]`, or nothing where the member is absent.
///
/// Parsed it is a view; to write one it is made from a slice.
#[derive(Clone, Copy)]
pub struct List<'b, T> {
    source: Source<'b, T>,
}

#[derive(Clone, Copy)]
enum Source<'b, T> {
    /// `count` validated values, one behind the other.
    Encoded {
        values: Raw<'b>,
        count: usize,
    },
    Slice(&'b [T]),
}

impl<'b, T: Entry<'b>> List<'b, T> {
    /// Nothing: the member is absent.
    pub const NONE: Self = Self { source: Source::Slice(&[]) };

    /// The values, in their order.
    #[must_use]
    pub fn iter(&self) -> Iter<'b, T> {
        match self.source {
            Source::Encoded { values, count } => {
                Iter { cursor: values.cursor(), left: count, slice: &[] }
            }
            Source::Slice(slice) => Iter { cursor: Cursor::new(&[]), left: 0, slice },
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.source {
            Source::Encoded { count, .. } => count,
            Source::Slice(slice) => slice.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads an array of any length, `[ * … ]`.
    pub(crate) fn parse_any(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut items = cursor.array()?;
        let first = *cursor;
        let (mut end, mut count) = (first, 0usize);
        while items.next(cursor)? {
            T::parse(cursor)?;
            end = *cursor;
            count = count.saturating_add(1);
        }
        Ok(Self { source: Source::Encoded { values: between(first, end), count } })
    }

    /// Writes an array of any length.
    pub(crate) fn encode_any(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.array(self.len())?;
        self.iter().try_for_each(|value| value.encode(encoder))
    }
}

impl<'b, T: Entry<'b>> Codec<'b> for List<'b, T> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let list = Self::parse_any(cursor)?;
        if list.is_empty() { Err(Error::new(ErrorKind::Empty, here)) } else { Ok(list) }
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if self.is_empty() {
            return Err(Error::new(ErrorKind::Empty, 0));
        }
        self.encode_any(encoder)
    }
}

impl<'b, T: Entry<'b>> Default for List<'b, T> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<'b, T> From<&'b [T]> for List<'b, T> {
    fn from(slice: &'b [T]) -> Self {
        Self { source: Source::Slice(slice) }
    }
}

impl<'b, T, const N: usize> From<&'b [T; N]> for List<'b, T> {
    fn from(array: &'b [T; N]) -> Self {
        Self { source: Source::Slice(array) }
    }
}

impl<'b, T: Entry<'b>> IntoIterator for List<'b, T> {
    type Item = T;
    type IntoIter = Iter<'b, T>;

    fn into_iter(self) -> Iter<'b, T> {
        self.iter()
    }
}

impl<'b, T: Entry<'b>> PartialEq for List<'b, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<'b, T: Entry<'b>> fmt::Debug for List<'b, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Iterates over the values of a [`List`].
#[derive(Clone, Debug)]
pub struct Iter<'b, T> {
    cursor: Cursor<'b>,
    left: usize,
    slice: &'b [T],
}

impl<'b, T: Entry<'b>> Iterator for Iter<'b, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Some((first, rest)) = self.slice.split_first() {
            self.slice = rest;
            return Some(*first);
        }
        self.left = self.left.checked_sub(1)?;
        // Validated when the manifest was parsed, so this can't fail.
        T::parse(&mut self.cursor).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.left.saturating_add(self.slice.len());
        (left, Some(left))
    }
}

/// Writes a map of the members that `members` puts, in ascending order, and the `extensions`, each in
/// its place.
pub(crate) fn write<'b>(
    encoder: &mut Encoder<'_>,
    extensions: &Extensions<'b>,
    members: impl Fn(&mut Fields<'_, '_, '_, 'b>) -> Result<(), Error>,
) -> Result<(), Error> {
    // Looked for once: going through a map for them at each member costs more than writing it.
    let extensions = extensions.iter().next().map_or(Extensions::NONE, |_| *extensions);
    write_map(encoder, |inner| {
        let mut fields = Fields { members: inner, extensions, last: None };
        members(&mut fields)?;
        fields.extensions_below(None)
    })
}

/// The members of a map that is being written.
pub(crate) struct Fields<'f, 'e, 'w, 'b> {
    members: &'f mut Members<'e, 'w, 'b>,
    extensions: Extensions<'b>,
    /// The last extension that was written.
    last: Option<Key<'b>>,
}

impl<'b> Fields<'_, '_, '_, 'b> {
    /// A member whose value `write` writes.
    pub fn put(
        &mut self,
        label: i64,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.extensions_below(Some(Key::Integer(label)))?;
        self.members.put(label, write)
    }

    /// A text, if there is one.
    pub fn text(&mut self, label: i64, value: Option<&str>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.put(label, |encoder| Ok(encoder.text(value).map(drop)?))
    }

    /// A boolean, if there is one.
    pub fn boolean(&mut self, label: i64, value: Option<bool>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.put(label, |encoder| Ok(encoder.boolean(value).map(drop)?))
    }

    /// An integer, if there is one.
    pub fn integer(&mut self, label: i64, value: Option<i64>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.put(label, |encoder| Ok(encoder.integer(value).map(drop)?))
    }

    /// An unsigned integer, if there is one.
    pub fn unsigned(&mut self, label: i64, value: Option<u64>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.put(label, |encoder| Ok(encoder.unsigned(value).map(drop)?))
    }

    /// The extensions whose labels are below `limit` and were not written yet, in order. One whose label
    /// is that of a member stands out of order, which is refused.
    fn extensions_below(&mut self, limit: Option<Key<'b>>) -> Result<(), Error> {
        loop {
            let last = self.last;
            let left = |key: Key<'b>| {
                last.is_none_or(|last| last < key) && limit.is_none_or(|limit| key < limit)
            };
            let next = self.extensions.iter().filter(|(key, _)| left(*key));
            let Some((key, value)) = next.min_by_key(|(key, _)| *key) else { return Ok(()) };
            self.last = Some(key);
            if self.extensions.iter().filter(|(other, _)| *other == key).count() > 1 {
                return Err(value.error(hexad_cose_core::ErrorKind::DuplicateKey).into());
            }
            self.members.put(key, |encoder| {
                let mut cursor = value.cursor();
                cursor.skip()?;
                cursor.finish()?;
                encoder.raw(value.bytes())?;
                Ok::<(), Error>(())
            })?;
        }
    }
}

/// Goes through the map at `cursor`: `member` takes the value of each label, or says that it does not
/// know it, and the value is passed over. Gives back the unknown ones.
pub(crate) fn read<'b>(
    cursor: &mut Cursor<'b>,
    known: &'static [i64],
    mut member: impl FnMut(i64, &mut Cursor<'b>) -> Result<(), Error>,
) -> Result<Extensions<'b>, Error> {
    let from = *cursor;
    let mut entries = Entries::enter(cursor)?;
    while let Some(key) = entries.next(cursor)? {
        match key {
            Key::Integer(label) if known.contains(&label) => member(label, cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(Extensions::of(between(from, *cursor), known))
}

impl<'b> Fields<'_, '_, '_, 'b> {
    /// A value, if there is one.
    pub fn value<'v, T: Codec<'v>>(&mut self, label: i64, value: Option<&T>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.put(label, |encoder| value.encode(encoder))
    }

    /// A list, if there is something in it.
    pub fn list<'v, T: Entry<'v>>(&mut self, label: i64, list: &List<'v, T>) -> Result<(), Error> {
        self.value(label, Some(list).filter(|list| !list.is_empty()))
    }

    /// A byte string, if there is one.
    pub fn bytes(&mut self, label: i64, value: Option<&[u8]>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.put(label, |encoder| Ok(encoder.bytes(value).map(drop)?))
    }
}

impl<'b> Codec<'b> for &'b str {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(cursor.text()?)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        Ok(encoder.text(self).map(drop)?)
    }
}

impl<'b> Codec<'b> for i64 {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(cursor.integer()?)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        Ok(encoder.integer(*self).map(drop)?)
    }
}

/// Refuses the map at `here` unless something stands in it.
pub(crate) fn non_empty(here: Cursor<'_>) -> Result<(), Error> {
    let (mut map, offset) = (here, here.offset());
    let mut items = map.map()?;
    if items.next(&mut map)? { Ok(()) } else { Err(Error::new(ErrorKind::Empty, offset)) }
}

/// What stands between two positions of the same input.
fn between<'b>(from: Cursor<'b>, to: Cursor<'b>) -> Raw<'b> {
    let length = to.offset().saturating_sub(from.offset());
    Raw::new(from.rest().bytes().get(..length).unwrap_or_default(), from.offset())
}

/// `encoded`, which must be one well-formed item.
pub(crate) fn one_item(encoded: &[u8]) -> Result<&[u8], Error> {
    let mut cursor = Cursor::new(encoded);
    cursor.skip()?;
    cursor.finish()?;
    Ok(encoded)
}
