//! Whether bytes are one well-formed item, within limits, with unique keys, deterministically encoded.

use core::cmp::Ordering;

use super::compare::compare;
use super::cursor::{Cursor, Raw};
use super::entries::MAX_WALKED;
use super::item::{Head, MAX_DEPTH, Type};
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

/// Checks that `bytes` are one well-formed item in which no map has a key twice (RFC 8949, 5.6): keys of
/// any type, which are the same if their values are, however they are encoded.
///
/// Maps inside keys are compared entry by entry as they stand. CBOR wrapped in byte strings is not looked
/// into.
///
/// ```
/// use hexad_cose_core::{Error, ErrorKind, cbor::check_unique_keys};
///
/// // {1: 0, [2]: 0, 1: 0}, the second 1 in two bytes
/// let twice = check_unique_keys(&[0xa3, 0x01, 0, 0x81, 0x02, 0, 0x18, 0x01, 0]);
/// assert_eq!(twice, Err(Error::new(ErrorKind::DuplicateKey, 6)));
/// ```
///
/// # Errors
/// As [`check_well_formed`]; `DuplicateKey` at a key for the second time; `TooMany` at a key out of
/// ascending order when more than [`MAX_WALKED`] bytes would have been gone through again.
pub fn check_unique_keys(bytes: &[u8]) -> Result<(), Error> {
    Limits::new().check_unique_keys(Raw::new(bytes, 0))
}

/// Checks that `bytes` are one item in the deterministic encoding of RFC 8949, 4.2.1: arguments, floats
/// and bignums in their shortest form, no indefinite lengths, map keys in bytewise order and unique.
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
    Limits::new().check_deterministic(Raw::new(bytes, 0))
}

/// How deep and how much an item may be as a whole: what a caller asks for beyond what holds always,
/// [`MAX_DEPTH`].
///
/// ```
/// use hexad_cose_core::{ErrorKind, cbor::{Limits, Raw}};
///
/// let item = Raw::new(&[0x82, 0x81, 0x80, 0x01], 0);
/// assert!(Limits::new().depth(3).items(4).check_well_formed(item).is_ok());
/// let error = Limits::new().depth(2).check_well_formed(item).unwrap_err();
/// assert_eq!((error.kind(), error.offset()), (ErrorKind::TooDeep, 2));
/// let error = Limits::new().items(3).check_well_formed(item).unwrap_err();
/// assert_eq!((error.kind(), error.offset()), (ErrorKind::TooMany, 3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    depth: usize,
    items: usize,
}

impl Limits {
    /// What holds always: [`MAX_DEPTH`], and as many items as the input has bytes for.
    #[must_use]
    pub const fn new() -> Self {
        Self { depth: MAX_DEPTH, items: usize::MAX }
    }

    /// At most `depth` arrays, maps and tags inside one another, and never more than [`MAX_DEPTH`]; 0 for
    /// none at all.
    #[must_use]
    pub const fn depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// At most `items` items: each array, map, tag, key, value and element is one, chunks of a string are
    /// none.
    #[must_use]
    pub const fn items(self, items: usize) -> Self {
        Self { items, ..self }
    }

    /// As the function [`check_well_formed`], within these limits.
    ///
    /// # Errors
    /// As there; `TooDeep` and `TooMany` at the item that goes beyond a limit.
    pub fn check_well_formed(self, item: Raw<'_>) -> Result<(), Error> {
        self.check(item, Rule::WellFormed)
    }

    /// As the function [`check_unique_keys`], within these limits.
    ///
    /// # Errors
    /// As there; `TooDeep` and `TooMany` at the item that goes beyond a limit.
    pub fn check_unique_keys(self, item: Raw<'_>) -> Result<(), Error> {
        self.check(item, Rule::UniqueKeys)
    }

    /// As the function [`check_deterministic`], within these limits.
    ///
    /// # Errors
    /// As there; `TooDeep` and `TooMany` at the item that goes beyond a limit.
    pub fn check_deterministic(self, item: Raw<'_>) -> Result<(), Error> {
        self.check(item, Rule::Deterministic)
    }

    fn check(self, item: Raw<'_>, rule: Rule) -> Result<(), Error> {
        let mut cursor = item.cursor();
        cursor.skip()?;
        cursor.finish()?;
        Walk { cursor: item.cursor(), rule, limits: self, walked: 0 }.run()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    WellFormed,
    UniqueKeys,
    Deterministic,
}

/// A walk over an item that is well-formed.
struct Walk<'b> {
    cursor: Cursor<'b>,
    rule: Rule,
    limits: Limits,
    /// How many bytes were gone through again.
    walked: usize,
}

/// An array, map or tag whose items are being walked over.
#[derive(Clone, Copy)]
struct Level<'b> {
    /// How many are left, unless the length is indefinite.
    left: Option<usize>,
    keys: Option<Keys<'b>>,
}

/// The keys of a map.
#[derive(Clone, Copy)]
struct Keys<'b> {
    /// The first entry.
    first: Cursor<'b>,
    /// Where the current key or value begins.
    item: Cursor<'b>,
    is_key: bool,
    /// The greatest key so far: one beyond it can't be a duplicate.
    greatest: Option<Raw<'b>>,
}

impl<'b> Walk<'b> {
    fn run(mut self) -> Result<(), Error> {
        let mut open: [Option<Level<'b>>; MAX_DEPTH] = [None; MAX_DEPTH];
        let mut depth = 0_usize;
        let mut is_bignum = false;
        loop {
            let here = self.cursor;
            let Some(items) = self.limits.items.checked_sub(1) else {
                return Err(here.error(ErrorKind::TooMany));
            };
            self.limits.items = items;
            let head = self.cursor.head()?;
            if self.rule == Rule::Deterministic && !is_deterministic(head, is_bignum, self.cursor) {
                return Err(here.error(ErrorKind::NotDeterministic));
            }
            is_bignum = head.item_type() == Type::Tag && matches!(head.argument, 2 | 3);
            if let Some(level) = self.enter(head)? {
                if depth >= self.limits.depth {
                    return Err(here.error(ErrorKind::TooDeep));
                }
                *open.get_mut(depth).ok_or(here.error(ErrorKind::TooDeep))? = Some(level);
                depth = depth.saturating_add(1);
            } else if let Some(level) = top(&mut open, depth) {
                self.complete(level)?;
            }
            // Leave the levels that end here, each of which is an item of the one above.
            loop {
                let Some(level) = top(&mut open, depth) else {
                    return Ok(());
                };
                let ended = match level.left {
                    Some(left) => left == 0,
                    None => self.cursor.take_break()?,
                };
                if !ended {
                    break;
                }
                depth = depth.saturating_sub(1);
                if let Some(level) = top(&mut open, depth) {
                    self.complete(level)?;
                }
            }
        }
    }

    /// Passes over what belongs to `head`, unless it is items: then their level.
    fn enter(&mut self, head: Head) -> Result<Option<Level<'b>>, Error> {
        let left = if head.is_indefinite() {
            None
        } else {
            Some(usize::try_from(head.argument).unwrap_or(usize::MAX))
        };
        Ok(match head.item_type() {
            Type::Bytes | Type::Text if head.is_indefinite() => {
                // No content of its own, so it matters not where it is.
                self.cursor.skip_string(head, self.cursor.offset())?;
                None
            }
            Type::Bytes | Type::Text => {
                self.cursor.take(head.argument)?;
                None
            }
            Type::Array => Some(Level { left, keys: None }),
            Type::Map => {
                let (first, item) = (self.cursor, self.cursor);
                let keys = Keys { first, item, is_key: true, greatest: None };
                Some(Level { left: left.map(|left| left.saturating_mul(2)), keys: Some(keys) })
            }
            Type::Tag => Some(Level { left: Some(1), keys: None }),
            _ => None,
        })
    }

    /// An item of `level` ends at the position.
    fn complete(&mut self, level: &mut Level<'b>) -> Result<(), Error> {
        level.left = level.left.map(|left| left.saturating_sub(1));
        let Some(keys) = &mut level.keys else {
            return Ok(());
        };
        if keys.is_key {
            match self.rule {
                Rule::WellFormed => {}
                Rule::UniqueKeys => self.unlike_earlier(keys)?,
                Rule::Deterministic => keys.ascend(self.cursor)?,
            }
        }
        keys.is_key = !keys.is_key;
        keys.item = self.cursor;
        Ok(())
    }

    /// Refuses a key if it is among those before it.
    fn unlike_earlier(&mut self, keys: &mut Keys<'b>) -> Result<(), Error> {
        let key = keys.item.rest().until(&self.cursor);
        let order = match keys.greatest {
            None => Ordering::Greater,
            Some(greatest) => compare(key.cursor(), greatest.cursor())?,
        };
        match order {
            Ordering::Greater => keys.greatest = Some(key),
            Ordering::Equal => return Err(key.error(ErrorKind::DuplicateKey)),
            Ordering::Less => {
                let before = key.offset().saturating_sub(keys.first.offset());
                self.walked = self.walked.saturating_add(before);
                if self.walked > MAX_WALKED {
                    return Err(key.error(ErrorKind::TooMany));
                }
                let mut earlier = keys.first;
                while earlier.offset() < key.offset() {
                    if compare(earlier, key.cursor())?.is_eq() {
                        return Err(key.error(ErrorKind::DuplicateKey));
                    }
                    earlier.skip()?;
                    earlier.skip()?;
                }
            }
        }
        Ok(())
    }
}

impl<'b> Keys<'b> {
    /// Refuses a key that ends at `end` unless it is greater than the one before.
    fn ascend(&mut self, end: Cursor<'b>) -> Result<(), Error> {
        let key = self.item.rest().until(&end);
        let order = self.greatest.map_or(Ordering::Greater, |last| key.bytes().cmp(last.bytes()));
        self.greatest = Some(key);
        match order {
            Ordering::Greater => Ok(()),
            Ordering::Equal => Err(key.error(ErrorKind::DuplicateKey)),
            Ordering::Less => Err(key.error(ErrorKind::NotDeterministic)),
        }
    }
}

/// The innermost of `depth` levels.
fn top<'o, 'b>(open: &'o mut [Option<Level<'b>>], depth: usize) -> Option<&'o mut Level<'b>> {
    depth.checked_sub(1).and_then(|level| open.get_mut(level)).and_then(Option::as_mut)
}

/// Whether an item may begin so in deterministic encoding; of a bignum (RFC 8949, 3.4.3), whether no
/// integer has its value and no zeros lead. What belongs to `head` follows at `content`.
fn is_deterministic(head: Head, is_bignum: bool, content: Cursor<'_>) -> bool {
    let leads_with_zero = content.rest().bytes().first() == Some(&0);
    let is_short =
        is_bignum && head.item_type() == Type::Bytes && (head.argument <= 8 || leads_with_zero);
    !head.is_indefinite() && head.is_shortest() && !is_short
}

#[cfg(test)]
#[cfg(feature = "alloc")]
mod tests;
