//! Several keys at once (RFC 9052, 7).

use super::Key;
use crate::cbor::{Cursor, Items};
use crate::error::{Error, ErrorKind};

/// A `COSE_KeySet`: an array of keys. Those that are malformed, or of a type or curve that is not
/// offered, are passed over, as the standard asks.
///
/// ```
/// use hexad_cose_core::KeySet;
///
/// # let encoded = [0x82, 0xa1, 0x01, 0x18, 0x63, 0xa3, 0x01, 0x04, 0x02, 0x41, 0x31, 0x20, 0x41, 0x07];
/// // [{1: 99}, {1: 4, 2: h'31', -1: h'07'}]
/// let keys = KeySet::parse(&encoded)?;
/// assert_eq!(keys.iter().count(), 1);
/// assert!(keys.find(b"1").next().is_some());
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct KeySet<'b> {
    /// Behind the head of the array.
    first: Cursor<'b>,
    items: Items,
}

impl<'b> KeySet<'b> {
    /// Reads a set that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR; `Length` for a set without keys; `TrailingBytes`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let items = cursor.array()?;
        let set = Self { first: cursor, items };
        let (mut left, mut any) = (items, false);
        while left.next(&mut cursor)? {
            cursor.skip()?;
            any = true;
        }
        cursor.finish()?;
        if any { Ok(set) } else { Err(Error::new(ErrorKind::Length, 0)) }
    }

    /// The keys that are offered.
    #[must_use]
    pub const fn iter(&self) -> Keys<'b> {
        Keys { cursor: self.first, items: self.items }
    }

    /// The keys with the identifier `kid`: it need not be unique (RFC 9052, 3.1).
    pub fn find(&self, kid: &[u8]) -> impl Iterator<Item = Key<'b>> {
        self.iter().filter(move |key| key.kid() == Some(kid))
    }
}

impl<'b> IntoIterator for &KeySet<'b> {
    type Item = Key<'b>;
    type IntoIter = Keys<'b>;

    fn into_iter(self) -> Keys<'b> {
        self.iter()
    }
}

/// The keys of a [`KeySet`], in order.
#[derive(Clone, Debug)]
pub struct Keys<'b> {
    cursor: Cursor<'b>,
    items: Items,
}

impl<'b> Iterator for Keys<'b> {
    type Item = Key<'b>;

    fn next(&mut self) -> Option<Key<'b>> {
        // The items are well-formed: `KeySet::parse` went through them.
        while self.items.next(&mut self.cursor).ok()? {
            let item = self.cursor.item().ok()?;
            if let Ok(key) = Key::parse_at(&mut item.cursor()) {
                return Some(key);
            }
        }
        None
    }
}
