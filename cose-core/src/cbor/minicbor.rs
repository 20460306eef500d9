//! Values of `minicbor`'s traits, for those who have them: written into an [`Encoder`], read from a [`Raw`].

use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Write};

use super::cursor::Raw;
use super::encoder::Encoder;
use crate::error::{Error, ErrorKind};

impl Write for Encoder<'_> {
    type Error = Error;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.raw(bytes).map(drop)
    }
}

impl Encoder<'_> {
    /// Writes a value as its `Encode` does. Whether that is deterministic encoding is the value's affair;
    /// [`check_deterministic`](super::check_deterministic) can tell.
    ///
    /// ```
    /// use hexad_cose_core::cbor::Encoder;
    ///
    /// let mut buffer = [0; 8];
    /// let mut encoder = Encoder::new(&mut buffer);
    /// encoder.array(2)?.encode(&Some("a"))?.encode(&(1_u8, -1_i64))?;
    /// assert_eq!(encoder.as_bytes(), [0x82, 0x61, b'a', 0x82, 0x01, 0x20]);
    /// # Ok::<(), hexad_cose_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `BufferTooSmall`; `InvalidValue` when the value itself can't be encoded.
    pub fn encode(&mut self, value: &impl Encode<()>) -> Result<&mut Self, Error> {
        match minicbor::encode(value, &mut *self) {
            Ok(()) => Ok(self),
            Err(error) => {
                let invalid = Error::new(ErrorKind::InvalidValue, self.written());
                Err(error.into_write().unwrap_or(invalid))
            }
        }
    }
}

impl<'b> Raw<'b> {
    /// The value of the one item that these bytes are, as its `Decode` reads it. That sees no more than
    /// `minicbor` checks: no duplicate keys, for one.
    ///
    /// ```
    /// use hexad_cose_core::{Error, ErrorKind, cbor::Cursor};
    ///
    /// // [1, ["a", 2]]
    /// let mut cursor = Cursor::new(&[0x82, 0x01, 0x82, 0x61, b'a', 0x02]);
    /// cursor.array_of(2)?;
    /// cursor.skip()?;
    /// let item = cursor.item()?;
    /// assert_eq!(item.decode::<(&str, u8)>(), Ok(("a", 2)));
    /// let error = item.decode::<(&str, bool)>().unwrap_err();
    /// assert_eq!(error, Error::new(ErrorKind::InvalidValue, 5));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnexpectedEnd`, `UnexpectedTag`, `Missing` for an absent field, `InvalidValue` for all else that
    /// is wrong with the value; `TrailingBytes` behind it.
    pub fn decode<T: Decode<'b, ()>>(self) -> Result<T, Error> {
        let mut decoder = Decoder::new(self.bytes());
        let at = |position: usize| self.offset().saturating_add(position);
        let value = decoder.decode::<T>().map_err(|error| {
            let kind = if error.is_end_of_input() {
                ErrorKind::UnexpectedEnd
            } else if error.is_tag_mismatch() {
                ErrorKind::UnexpectedTag
            } else if error.is_missing_value() {
                ErrorKind::Missing
            } else {
                ErrorKind::InvalidValue
            };
            Error::new(kind, at(error.position().unwrap_or(decoder.position())))
        })?;
        if decoder.position() == self.bytes().len() {
            return Ok(value);
        }
        Err(Error::new(ErrorKind::TrailingBytes, at(decoder.position())))
    }
}

#[cfg(test)]
mod tests;
