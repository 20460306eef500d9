//! Passing over whole items without recursion.

use super::cursor::Cursor;
use super::item::{Head, MAX_DEPTH};
use super::utf8::is_utf8;
use crate::error::{Error, ErrorKind};

/// What is left to pass over of an array, map or tag: so many items, or what one of these says.
type Left = usize;
/// An indefinite-length array: items up to a break.
const ARRAY: Left = usize::MAX;
/// An indefinite-length map, before a key, where it may end.
const KEY: Left = usize::MAX - 1;
/// An indefinite-length map, before a value.
const VALUE: Left = usize::MAX - 2;

impl Cursor<'_> {
    /// Passes over the next item, whatever it is, and checks that it is well-formed
    /// (RFC 8949, appendix C) and its text UTF-8.
    ///
    /// # Errors
    /// `UnexpectedEnd`, `ReservedValue`, `UnexpectedBreak`, `InvalidUtf8`, `IndefiniteLength` for a
    /// chunk of an indefinite-length string that is not a string of its kind and definite length, and
    /// `TooDeep` beyond [`MAX_DEPTH`].
    pub fn skip(&mut self) -> Result<(), Error> {
        match self.skip_head()? {
            None | Some(0) => Ok(()),
            Some(left) => self.skip_items(left),
        }
    }

    /// Passes over a head and, of a string, its content; of an array, map or tag, what is left then.
    fn skip_head(&mut self) -> Result<Option<Left>, Error> {
        let here = self.offset();
        let head = self.head()?;
        Ok(match head.major() {
            2 | 3 => {
                self.skip_string(head, here)?;
                None
            }
            4 if head.is_indefinite() => Some(ARRAY),
            5 if head.is_indefinite() => Some(KEY),
            4 => Some(self.items(head, 1)?.left),
            5 => Some(self.items(head, 2)?.left.saturating_mul(2)),
            6 => Some(1),
            7 if head.is_indefinite() => {
                return Err(Error::new(ErrorKind::UnexpectedBreak, here));
            }
            _ => None,
        })
    }

    /// Passes over what is left, and over all that is nested in it.
    fn skip_items(&mut self, mut left: Left) -> Result<(), Error> {
        // The levels above this one.
        let mut above = [0; MAX_DEPTH - 1];
        let mut depth = 0usize;
        loop {
            let ended = matches!(left, ARRAY | KEY) && self.take_break()?;
            if !ended {
                left = match left {
                    ARRAY => ARRAY,
                    KEY => VALUE,
                    VALUE => KEY,
                    count => count.saturating_sub(1),
                };
                let too_deep = self.error(ErrorKind::TooDeep);
                if let Some(inner) = self.skip_head()? {
                    let level = above.get_mut(depth).ok_or(too_deep)?;
                    if inner != 0 {
                        *level = left;
                        depth = depth.saturating_add(1);
                        left = inner;
                    }
                }
            }
            // What is complete completes the level above it, too, unless more is left there.
            while ended || left == 0 {
                let Some(level) = depth.checked_sub(1) else {
                    return Ok(());
                };
                depth = level;
                left = above.get(level).copied().unwrap_or_default();
                if left != 0 {
                    break;
                }
            }
        }
    }

    /// Passes over what the head at byte `here` announces: the content of a string, or its chunks and
    /// the break behind them.
    #[inline(never)]
    pub(super) fn skip_string(&mut self, string: Head, here: usize) -> Result<(), Error> {
        let (mut chunk, mut at) = (string, here);
        loop {
            if !chunk.is_indefinite() {
                let content = self.take(chunk.argument)?;
                if chunk.major() == 3 && !is_utf8(content) {
                    return Err(Error::new(ErrorKind::InvalidUtf8, at));
                }
            }
            if !string.is_indefinite() || self.take_break()? {
                return Ok(());
            }
            at = self.offset();
            chunk = self.head()?;
            if chunk.major() != string.major() || chunk.is_indefinite() {
                return Err(Error::new(ErrorKind::IndefiniteLength, at));
            }
        }
    }
}
