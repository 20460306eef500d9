//! Whether bytes are one well-formed item, and whether it is deterministically encoded.

use super::cursor::Cursor;
use super::item::{MAX_DEPTH, Type};
use crate::error::{Error, ErrorKind};

/// Checks that `bytes` are one well-formed item with nothing behind it (RFC 8949, appendix C), and
/// that its text is UTF-8.
///
/// # Errors
/// As [`Cursor::skip`], and `TrailingBytes`.
pub fn check_well_formed(bytes: &[u8]) -> Result<(), Error> {
    let mut cursor = Cursor::new(bytes);
    cursor.skip()?;
    cursor.finish()
}

/// Checks that `bytes` are one item in the deterministic encoding of RFC 8949, 4.2.1: arguments and
/// floats in their shortest form, no indefinite lengths, map keys in bytewise order and unique.
///
/// ```
/// use hexad_cose_core::{Error, ErrorKind, cbor::check_deterministic};
///
/// assert_eq!(check_deterministic(&[0xa2, 0x01, 0x02, 0x03, 0x04]), Ok(()));
/// let unordered = check_deterministic(&[0xa2, 0x03, 0x04, 0x01, 0x02]);
/// assert_eq!(unordered, Err(Error::new(ErrorKind::NotDeterministic, 3)));
/// ```
///
/// # Errors
/// As [`check_well_formed`]; `NotDeterministic` at the item, or the key, that breaks a rule;
/// `DuplicateKey` at the second of two equal keys.
pub fn check_deterministic(bytes: &[u8]) -> Result<(), Error> {
    check_well_formed(bytes)?;
    let mut cursor = Cursor::new(bytes);
    let mut open: [Option<Level<'_>>; MAX_DEPTH] = [None; MAX_DEPTH];
    let mut depth = 0usize;
    loop {
        let here = cursor;
        let head = cursor.head()?;
        if head.is_indefinite() || !head.is_shortest() {
            return Err(here.error(ErrorKind::NotDeterministic));
        }
        let items = usize::try_from(head.argument).unwrap_or(usize::MAX);
        let level = match head.item_type() {
            Type::Bytes | Type::Text => {
                cursor.take(head.argument)?;
                None
            }
            Type::Array if items > 0 => Some(Level::new(items, None)),
            Type::Map if items > 0 => Some(Level::new(items.saturating_mul(2), Some(cursor))),
            Type::Tag => Some(Level::new(1, None)),
            _ => None,
        };
        if let Some(level) = level {
            *open.get_mut(depth).ok_or(here.error(ErrorKind::TooDeep))? = Some(level);
            depth = depth.saturating_add(1);
            continue;
        }
        // An item is complete: tell the levels above, up to one that expects more.
        loop {
            let above = depth.checked_sub(1).and_then(|level| open.get_mut(level));
            let Some(Some(level)) = above else {
                return Ok(());
            };
            if level.complete(cursor)? {
                break;
            }
            depth = depth.saturating_sub(1);
        }
    }
}

/// An array, map or tag whose items are being checked.
#[derive(Clone, Copy)]
struct Level<'b> {
    left: usize,
    /// Of a map: where the current key or value begins.
    entry: Option<Cursor<'b>>,
    last_key: &'b [u8],
}

impl<'b> Level<'b> {
    fn new(left: usize, entry: Option<Cursor<'b>>) -> Self {
        Self { left, entry, last_key: &[] }
    }

    /// An item of this level ends at `cursor`: checks a key's order; whether another follows.
    fn complete(&mut self, cursor: Cursor<'b>) -> Result<bool, Error> {
        if let Some(entry) = self.entry {
            let is_key = self.left.is_multiple_of(2);
            if is_key {
                let whole = entry.rest().bytes();
                let length = whole.len().saturating_sub(cursor.rest().bytes().len());
                let key = whole.get(..length).unwrap_or_default();
                if key == self.last_key {
                    return Err(entry.error(ErrorKind::DuplicateKey));
                }
                if key < self.last_key {
                    return Err(entry.error(ErrorKind::NotDeterministic));
                }
                self.last_key = key;
            }
            self.entry = Some(cursor);
        }
        self.left = self.left.saturating_sub(1);
        Ok(self.left != 0)
    }
}
