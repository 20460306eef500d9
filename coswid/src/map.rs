//! Reading and writing the maps of a tag: lists of one or more, registry values, what is unknown.

use core::fmt;
use core::ops::RangeInclusive;

use hexad_cose_core::Label as Key;
use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Members, Raw, Type, write_map};

pub use hexad_cose_core::cbor::Extensions;

use crate::error::{Error, ErrorKind};
use crate::iana::Label;

/// An entry of a tag that can stand alone or in an array. Implemented by this crate's types only.
pub trait Entry<'b>: Copy + PartialEq + fmt::Debug + Codec<'b> {}

impl<'b, T: Copy + PartialEq + fmt::Debug + Codec<'b>> Entry<'b> for T {}

pub(crate) mod sealed {
    use super::{Cursor, Encoder, Error};

    /// How an entry is read and written.
    pub trait Codec<'b>: Sized {
        /// Reads and validates the entry at `cursor`, which `depth` directories enclose.
        fn parse(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error>;
        /// Writes the entry.
        fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;
    }
}

pub(crate) use sealed::Codec;

/// `one-or-more<T>` of the CDDL (RFC 9393, section 2), or nothing where the member is absent.
///
/// Parsed from a tag it is a view; to write a tag it is made from a slice.
#[derive(Clone, Copy)]
pub struct OneOrMore<'b, T> {
    source: Source<'b, T>,
}

#[derive(Clone, Copy)]
enum Source<'b, T> {
    /// `count` validated entries, one behind the other.
    Encoded {
        entries: Raw<'b>,
        count: usize,
    },
    Slice(&'b [T]),
}

impl<'b, T: Entry<'b>> OneOrMore<'b, T> {
    /// Nothing: the member is absent.
    pub const NONE: Self = Self { source: Source::Slice(&[]) };

    /// The entries, in their order.
    #[must_use]
    pub fn iter(&self) -> Iter<'b, T> {
        match self.source {
            Source::Encoded { entries, count } => {
                Iter { cursor: entries.cursor(), left: count, slice: &[] }
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

    /// Whether the member is absent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads one entry, or an array of two or more; no entry itself is an array.
    pub(crate) fn parse(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let here = *cursor;
        if cursor.peek()? != Type::Array {
            T::parse(cursor, depth)?;
            return Ok(Self::encoded(here, *cursor, 1));
        }
        let mut items = cursor.array()?;
        let first = *cursor;
        let mut end = first;
        let mut count = 0usize;
        while items.next(cursor)? {
            T::parse(cursor, depth)?;
            end = *cursor;
            count = count.saturating_add(1);
        }
        if count < 2 {
            return Err(Error::new(ErrorKind::SingleInArray, here.offset()));
        }
        Ok(Self::encoded(first, end, count))
    }

    fn encoded(from: Cursor<'b>, to: Cursor<'b>, count: usize) -> Self {
        Self { source: Source::Encoded { entries: from.rest().until(&to), count } }
    }

    /// Writes one entry as itself, several as an array; nothing must not be written.
    pub(crate) fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if self.len() > 1 {
            encoder.array(self.len())?;
        }
        self.iter().try_for_each(|entry| entry.encode(encoder))
    }
}

impl<'b, T: Entry<'b>> Default for OneOrMore<'b, T> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<'b, T> From<&'b [T]> for OneOrMore<'b, T> {
    fn from(slice: &'b [T]) -> Self {
        Self { source: Source::Slice(slice) }
    }
}

impl<'b, T, const N: usize> From<&'b [T; N]> for OneOrMore<'b, T> {
    fn from(array: &'b [T; N]) -> Self {
        Self { source: Source::Slice(array) }
    }
}

impl<'b, T: Entry<'b>> IntoIterator for OneOrMore<'b, T> {
    type Item = T;
    type IntoIter = Iter<'b, T>;

    fn into_iter(self) -> Iter<'b, T> {
        self.iter()
    }
}

impl<'b, T: Entry<'b>> PartialEq for OneOrMore<'b, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<'b, T: Entry<'b>> fmt::Debug for OneOrMore<'b, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Iterates over the entries of a [`OneOrMore`].
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
        // Validated when the tag was parsed, so this can't fail.
        T::parse(&mut self.cursor, 0).ok()
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
    Ok(Extensions::of(from.rest().until(cursor), known))
}

/// Reads an "integer label with text escape" whose index must be in `range` and not 0.
pub(crate) fn label<'b>(
    cursor: &mut Cursor<'b>,
    range: &RangeInclusive<i64>,
) -> Result<Label<'b>, Error> {
    let here = *cursor;
    match Key::parse(cursor)? {
        Key::Text(name) => Ok(Label::Name(name)),
        Key::Integer(index) => match i32::try_from(index) {
            Ok(small) if small != 0 && range.contains(&index) => Ok(Label::Index(small)),
            _ => Err(Error::new(ErrorKind::IndexRange, here.offset())),
        },
    }
}

/// Writes an "integer label with text escape" whose index must be in `range` and not 0.
pub(crate) fn write_label(
    encoder: &mut Encoder<'_>,
    label: Label<'_>,
    range: &RangeInclusive<i64>,
) -> Result<(), Error> {
    match label {
        Label::Name(name) => encoder.text(name)?,
        Label::Index(index) if index != 0 && range.contains(&i64::from(index)) => {
            encoder.integer(index.into())?
        }
        Label::Index(_) => return Err(Error::new(ErrorKind::IndexRange, 0)),
    };
    Ok(())
}

/// Puts an "integer label with text escape", if there is one.
pub(crate) fn put_label(
    members: &mut Fields<'_, '_, '_, '_>,
    label: i64,
    value: Option<Label<'_>>,
    range: &RangeInclusive<i64>,
) -> Result<(), Error> {
    match value {
        None => Ok(()),
        Some(value) => members.put(label, |encoder| write_label(encoder, value, range)),
    }
}

/// Puts one entry or more, if there are any.
pub(crate) fn put_entries<'b, T: Entry<'b>>(
    members: &mut Fields<'_, '_, '_, '_>,
    label: i64,
    entries: &OneOrMore<'b, T>,
) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    members.put(label, |encoder| entries.encode(encoder))
}
