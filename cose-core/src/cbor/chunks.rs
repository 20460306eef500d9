//! Strings piece by piece: those of indefinite length come in chunks (RFC 8949, 3.2.3).

use super::cursor::Cursor;
use super::item::Type;
use crate::error::Error;

/// The chunks of a byte string, in their order; a string of definite length is one.
///
/// ```
/// use hexad_cose_core::cbor::Cursor;
///
/// // (_ h'0102', h'03')
/// let mut cursor = Cursor::new(&[0x5f, 0x42, 0x01, 0x02, 0x41, 0x03, 0xff]);
/// let mut chunks = cursor.byte_chunks()?;
/// assert_eq!(chunks.next(), Some(&[0x01, 0x02][..]));
/// assert_eq!(chunks.next(), Some(&[0x03][..]));
/// assert_eq!(chunks.next(), None);
/// cursor.finish()?;
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ByteChunks<'b>(Chunks<'b>);

/// The chunks of a text string, in their order, each of them whole characters; a string of definite
/// length is one.
#[derive(Clone, Debug)]
pub struct TextChunks<'b>(Chunks<'b>);

impl<'b> Iterator for ByteChunks<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        self.0.next()
    }
}

impl<'b> Iterator for TextChunks<'b> {
    type Item = &'b str;

    fn next(&mut self) -> Option<&'b str> {
        // UTF-8 was checked when the string was taken.
        core::str::from_utf8(self.0.next()?).ok()
    }
}

impl core::iter::FusedIterator for ByteChunks<'_> {}

impl core::iter::FusedIterator for TextChunks<'_> {}

/// Strings of definite length, one after another, up to the end or a break.
#[derive(Clone, Debug)]
pub(super) struct Chunks<'b>(Cursor<'b>);

impl<'b> Iterator for Chunks<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        match self.0.take_break() {
            Ok(false) => {
                let head = self.0.head().ok()?;
                self.0.take(head.argument).ok()
            }
            // Ended, or nothing is left.
            Ok(true) | Err(_) => None,
        }
    }
}

impl<'b> Cursor<'b> {
    /// Takes a byte string of definite or indefinite length.
    ///
    /// # Errors
    /// `UnexpectedType`; `UnexpectedEnd`; `IndefiniteLength` at a chunk that is not a byte string of
    /// definite length; `ReservedValue`.
    pub fn byte_chunks(&mut self) -> Result<ByteChunks<'b>, Error> {
        self.chunks(2, Type::Bytes).map(ByteChunks)
    }

    /// Takes a text string of definite or indefinite length.
    ///
    /// # Errors
    /// `UnexpectedType`; `UnexpectedEnd`; `IndefiniteLength` at a chunk that is not a text string of
    /// definite length; `ReservedValue`; `InvalidUtf8` at a chunk that is not UTF-8 by itself.
    pub fn text_chunks(&mut self) -> Result<TextChunks<'b>, Error> {
        self.chunks(3, Type::Text).map(TextChunks)
    }

    /// Takes a string of major type `major`.
    pub(super) fn chunks(&mut self, major: u8, string: Type) -> Result<Chunks<'b>, Error> {
        let whole = self.rest();
        let head = self.expect(major, string)?;
        let content = if head.is_indefinite() { self.rest() } else { whole };
        self.skip_string(head, whole.offset())?;
        Ok(Chunks(content.until(self).cursor()))
    }
}

#[cfg(test)]
#[cfg(feature = "alloc")]
mod tests;
