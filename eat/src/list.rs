//! Claims that hold several values: read in place from their encoding, or given as a slice to be
//! written.

use core::fmt;

use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Raw, Type};
use hexad_cose_core::{ErrorKind as Cose, Label};

use crate::error::Error;

/// A value in a list. Implemented by this crate's types only.
pub trait Element<'b>: Copy + PartialEq + fmt::Debug + Codec<'b> {}

impl<'b, T: Copy + PartialEq + fmt::Debug + Codec<'b>> Element<'b> for T {}

mod sealed {
    use super::{Cursor, Encoder, Error, Label};

    /// How a value is read and written.
    pub trait Codec<'b>: Sized {
        /// Reads and validates the value at `cursor`, inside `depth` submodules. An entry of a map
        /// begins with its key.
        fn parse(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error>;
        /// Writes the value; of an entry of a map, the key, too.
        fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;
        /// The key of an entry of a map, where it is a text.
        fn name(&self) -> &'b str {
            ""
        }
        /// The key of an entry of a map.
        fn key(&self) -> Label<'b> {
            Label::Text(self.name())
        }
    }
}

pub(crate) use sealed::Codec;

/// The values of a claim, or none where the claim is absent.
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

impl<'b, T: Element<'b>> List<'b, T> {
    /// No values: the claim is absent.
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

    /// Whether the claim is absent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads `[+ T]`.
    pub(crate) fn parse_array(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        Self::parse_at_least(1, cursor, depth)
    }

    fn parse_at_least(least: usize, cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.array()?;
        let (first, mut end) = (*cursor, *cursor);
        let mut count = 0usize;
        while items.next(cursor)? {
            T::parse(cursor, depth)?;
            end = *cursor;
            count = count.saturating_add(1);
        }
        if count < least {
            return Err(here.error(Cose::Length).into());
        }
        Ok(Self::encoded(first, end, count))
    }

    /// Reads `T / [+ T]`; no `T` itself is an array.
    pub(crate) fn parse_one_or_array(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        match cursor.peek()? {
            Type::Array => Self::parse_array(cursor, depth),
            _ => Self::parse_one_or_more(cursor, depth),
        }
    }

    /// Reads `T / [2* T]`; no `T` itself is an array.
    pub(crate) fn parse_one_or_more(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        if cursor.peek()? == Type::Array {
            return Self::parse_at_least(2, cursor, depth);
        }
        let here = *cursor;
        T::parse(cursor, depth)?;
        Ok(Self::encoded(here, *cursor, 1))
    }

    /// Reads `{+ text => …}`.
    pub(crate) fn parse_map(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let here = *cursor;
        let mut entries = Entries::enter(cursor)?;
        let (first, mut end) = (*cursor, *cursor);
        let mut count = 0usize;
        loop {
            let mut entry = *cursor;
            if entries.next(cursor)?.is_none() {
                break;
            }
            T::parse(&mut entry, depth)?;
            (*cursor, end) = (entry, entry);
            count = count.saturating_add(1);
        }
        if count == 0 {
            return Err(here.error(Cose::Length).into());
        }
        Ok(Self::encoded(first, end, count))
    }

    fn encoded(from: Cursor<'b>, to: Cursor<'b>, count: usize) -> Self {
        Self { source: Source::Encoded { values: from.rest().until(&to), count } }
    }

    /// Writes `[+ T]`.
    pub(crate) fn encode_array(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.array(self.len())?;
        self.encode_values(encoder)
    }

    /// What was read is written as it was received, so that who writes links nothing that reads.
    fn encode_values(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.source {
            Source::Encoded { values, .. } => Ok(encoder.raw(values.bytes()).map(drop)?),
            Source::Slice(slice) => slice.iter().try_for_each(|value| value.encode(encoder)),
        }
    }

    /// Writes `T / [2* T]`.
    pub(crate) fn encode_one_or_more(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if self.len() > 1 {
            encoder.array(self.len())?;
        }
        self.encode_values(encoder)
    }

    /// Writes `{+ text => …}` with the keys in order, in whichever they were given; what was read, as it
    /// was received.
    pub(crate) fn encode_map(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.encode_map_with(encoder, T::encode)
    }

    /// The same, each entry by `write`.
    pub(crate) fn encode_map_with(
        &self,
        encoder: &mut Encoder<'_>,
        write: impl Fn(&T, &mut Encoder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        encoder.map(self.len())?;
        let Source::Slice(slice) = self.source else {
            return self.encode_values(encoder);
        };
        let mut last: Option<&T> = None;
        for _ in slice {
            let after = |value: &&T| last.is_none_or(|last| last.key() < value.key());
            let next = slice.iter().filter(after).min_by_key(|value| value.key());
            // Fewer different keys than entries: one stands twice.
            let duplicate = hexad_cose_core::Error::new(Cose::DuplicateKey, encoder.written());
            let next = next.ok_or(duplicate)?;
            write(next, encoder)?;
            last = Some(next);
        }
        Ok(())
    }

    /// The entry of a map with this key.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<T> {
        self.find(Label::Text(name))
    }

    fn find(&self, key: Label<'_>) -> Option<T> {
        self.iter().find(|value| value.key() == key)
    }
}

impl<'b, T: Element<'b>> Default for List<'b, T> {
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

impl<'b, T: Element<'b>> IntoIterator for List<'b, T> {
    type Item = T;
    type IntoIter = Iter<'b, T>;

    fn into_iter(self) -> Iter<'b, T> {
        self.iter()
    }
}

/// The order of entries with keys does not count.
impl<'b, T: Element<'b>> PartialEq for List<'b, T> {
    fn eq(&self, other: &Self) -> bool {
        let keyed = self.iter().any(|value| value.key() != Label::Text(""));
        self.len() == other.len()
            && if keyed {
                self.iter().all(|value| other.find(value.key()) == Some(value))
            } else {
                self.iter().eq(other.iter())
            }
    }
}

impl<'b, T: Element<'b>> fmt::Debug for List<'b, T> {
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

impl<'b, T: Element<'b>> Iterator for Iter<'b, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Some((first, rest)) = self.slice.split_first() {
            self.slice = rest;
            return Some(*first);
        }
        self.left = self.left.checked_sub(1)?;
        // Validated when the token was parsed, so this can't fail.
        T::parse(&mut self.cursor, 0).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.left.saturating_add(self.slice.len());
        (left, Some(left))
    }
}
