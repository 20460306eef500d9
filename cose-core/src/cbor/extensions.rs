//! The members of a map that its reader does not know: extensions, kept as they are.

use core::fmt;

use super::cursor::{Cursor, Raw};
use crate::error::{Error, ErrorKind};
use crate::labels::Label;

/// The members of a map beside those that its reader knows. Of a map that was read they are a view; to be
/// written they are made from a slice of labels and encoded values.
///
/// ```
/// use hexad_cose_core::cbor::{Extensions, Raw};
///
/// // {1: 2, -1: 7}, of which the reader knows 1.
/// let map = Raw::new(&[0xa2, 0x01, 0x02, 0x20, 0x07], 0);
/// let extensions = Extensions::of(map, &[1]);
/// assert_eq!(extensions, Extensions::from(&[((-1).into(), &[0x07][..])]));
/// ```
#[derive(Clone, Copy)]
pub struct Extensions<'b> {
    members: Unknown<'b>,
}

#[derive(Clone, Copy)]
enum Unknown<'b> {
    /// What is not `known` in a map that was read before.
    Encoded {
        map: Raw<'b>,
        known: &'static [i64],
    },
    Slice(&'b [(Label<'b>, &'b [u8])]),
}

impl<'b> Extensions<'b> {
    /// There are none.
    pub const NONE: Self = Self { members: Unknown::Slice(&[]) };

    /// The members of an encoded map whose labels are not among the `known`: of one that was read to its
    /// end by [`Entries`](super::Entries). Of anything else, some or none.
    #[must_use]
    pub const fn of(map: Raw<'b>, known: &'static [i64]) -> Self {
        Self { members: Unknown::Encoded { map, known } }
    }

    /// Label and encoded value of each.
    pub fn iter(&self) -> impl Iterator<Item = (Label<'b>, Raw<'b>)> + use<'b> {
        let (mut cursor, known, mut slice) = match self.members {
            Unknown::Encoded { map, known } => (map.cursor(), known, [].iter()),
            Unknown::Slice(slice) => (Cursor::new(&[]), &[][..], slice.iter()),
        };
        // The map was read before, so neither this nor what follows can fail.
        let mut items = cursor.map().ok();
        core::iter::from_fn(move || {
            if let Some((key, value)) = slice.next() {
                return Some((*key, Raw::new(value, 0)));
            }
            while items.as_mut()?.next(&mut cursor).ok()? {
                let key = Label::parse(&mut cursor).ok()?;
                let value = cursor.item().ok()?;
                if !matches!(key, Label::Integer(label) if known.contains(&label)) {
                    return Some((key, value));
                }
            }
            items = None;
            None
        })
    }

    /// Refuses the map at `offset` if there are any: for maps that leave no room for them.
    ///
    /// # Errors
    /// `InvalidValue`.
    pub fn require_none(&self, offset: usize) -> Result<(), Error> {
        match self.iter().next() {
            None => Ok(()),
            Some(_) => Err(Error::new(ErrorKind::InvalidValue, offset)),
        }
    }

    /// The encoded value with this label.
    #[must_use]
    pub fn get(&self, label: Label<'_>) -> Option<Raw<'b>> {
        self.iter().find(|(key, _)| *key == label).map(|(_, value)| value)
    }
}

impl<'b> From<&'b [(Label<'b>, &'b [u8])]> for Extensions<'b> {
    fn from(slice: &'b [(Label<'b>, &'b [u8])]) -> Self {
        Self { members: Unknown::Slice(slice) }
    }
}

impl<'b, const N: usize> From<&'b [(Label<'b>, &'b [u8]); N]> for Extensions<'b> {
    fn from(array: &'b [(Label<'b>, &'b [u8]); N]) -> Self {
        Self { members: Unknown::Slice(array) }
    }
}

impl PartialEq for Extensions<'_> {
    fn eq(&self, other: &Self) -> bool {
        let entries = |of: &Self| of.iter().map(|(key, value)| (key, value.bytes()));
        self.iter().count() == other.iter().count()
            && entries(self).all(|(key, value)| other.get(key).is_some_and(|v| v.bytes() == value))
    }
}

impl fmt::Debug for Extensions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (key, value.bytes()))).finish()
    }
}

impl Default for Extensions<'_> {
    fn default() -> Self {
        Self::NONE
    }
}
