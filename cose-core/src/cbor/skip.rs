//! Passing over whole items without recursion.

use super::cursor::Cursor;
use super::item::{Head, MAX_DEPTH, Type};
use crate::error::{Error, ErrorKind};

impl Cursor<'_> {
    /// Passes over the next item, whatever it is, and checks that it is well-formed
    /// (RFC 8949, appendix C) and its text UTF-8.
    ///
    /// # Errors
    /// `UnexpectedEnd`, `ReservedValue`, `UnexpectedBreak`, `InvalidUtf8`, `IndefiniteLength` for a
    /// chunk of an indefinite-length string that is not a string of its kind and definite length, and
    /// `TooDeep` beyond [`MAX_DEPTH`].
    pub fn skip(&mut self) -> Result<(), Error> {
        // Items still to come at each open level; the outermost "level" is the item itself.
        let mut open = [Open::Definite(0); MAX_DEPTH];
        let mut depth = 0usize;
        loop {
            let here = self.rest();
            let head = self.head()?;
            let entered = match head.item_type() {
                Type::Bytes | Type::Text if head.is_indefinite() => {
                    self.skip_chunks(head)?;
                    None
                }
                Type::Bytes => {
                    self.take(head.argument)?;
                    None
                }
                Type::Text => {
                    let text = self.take(head.argument)?;
                    core::str::from_utf8(text).map_err(|_| here.error(ErrorKind::InvalidUtf8))?;
                    None
                }
                Type::Array if head.is_indefinite() => Some(Open::Array),
                Type::Map if head.is_indefinite() => Some(Open::Key),
                Type::Array => Some(Open::Definite(self.items(head, 1)?.left)),
                Type::Map => Some(Open::Definite(self.items(head, 2)?.left.saturating_mul(2))),
                Type::Tag => Some(Open::Definite(1)),
                Type::Break => {
                    let level = depth.checked_sub(1).and_then(|level| open.get(level));
                    if !matches!(level, Some(Open::Array | Open::Key)) {
                        return Err(here.error(ErrorKind::UnexpectedBreak));
                    }
                    depth = depth.saturating_sub(1);
                    None
                }
                _ => None,
            };
            if let Some(entered) = entered {
                let level = open.get_mut(depth).ok_or(here.error(ErrorKind::TooDeep))?;
                *level = entered;
                depth = depth.saturating_add(1);
                if !matches!(entered, Open::Definite(0)) {
                    continue;
                }
                depth = depth.saturating_sub(1);
            }
            // An item is complete: count it at the level above, which may complete that one too.
            loop {
                let Some(level) = depth.checked_sub(1).and_then(|level| open.get_mut(level)) else {
                    return Ok(());
                };
                match level {
                    Open::Definite(left) => {
                        *left = left.saturating_sub(1);
                        if *left != 0 {
                            break;
                        }
                        depth = depth.saturating_sub(1);
                    }
                    Open::Array => break,
                    Open::Key => {
                        *level = Open::Value;
                        break;
                    }
                    Open::Value => {
                        *level = Open::Key;
                        break;
                    }
                }
            }
        }
    }

    /// Passes over the chunks of an indefinite-length string and its break.
    pub(super) fn skip_chunks(&mut self, string: Head) -> Result<(), Error> {
        while !self.take_break()? {
            let here = self.rest();
            let chunk = self.head()?;
            if chunk.item_type() != string.item_type() || chunk.is_indefinite() {
                return Err(here.error(ErrorKind::IndefiniteLength));
            }
            let content = self.take(chunk.argument)?;
            if chunk.item_type() == Type::Text {
                core::str::from_utf8(content).map_err(|_| here.error(ErrorKind::InvalidUtf8))?;
            }
        }
        Ok(())
    }
}

/// A level that [`Cursor::skip`] has entered and not left.
#[derive(Clone, Copy)]
enum Open {
    /// So many items of a definite length are left.
    Definite(usize),
    /// An indefinite-length array.
    Array,
    /// An indefinite-length map, before a key (where it may end).
    Key,
    /// An indefinite-length map, before a value.
    Value,
}
