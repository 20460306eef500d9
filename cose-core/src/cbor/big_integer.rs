//! Integers beyond 64 bits: the whole range of major types 0 and 1, and bignums (RFC 8949, 3.4.3).

use super::cursor::Cursor;
use super::encoder::Encoder;
use super::item::Type;
use crate::error::{Error, ErrorKind};

impl Cursor<'_> {
    /// Takes an integer of either sign, as an integer or as a bignum (tags 2 and 3). A bignum may have
    /// leading zeros. Larger ones than fit are a [`tag`](Self::tag) and [`bytes`](Self::bytes).
    ///
    /// ```
    /// use hexad_cose_core::cbor::Cursor;
    ///
    /// let mut cursor = Cursor::new(&[0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    /// assert_eq!(cursor.big_integer()?, 1 << 64);
    /// # Ok::<(), hexad_cose_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnexpectedType`; `UnexpectedTag` for another tag; `IntegerRange` outside `i128`; those of
    /// [`bytes`](Self::bytes).
    pub fn big_integer(&mut self) -> Result<i128, Error> {
        let here = *self;
        let out_of_range = here.error(ErrorKind::IntegerRange);
        match self.peek()? {
            Type::Unsigned => Ok(self.head()?.argument.into()),
            Type::Negative => Ok(!i128::from(self.head()?.argument)),
            Type::Tag => {
                let tag = self.tag()?;
                if !matches!(tag, 2 | 3) {
                    return Err(here.error(ErrorKind::UnexpectedTag));
                }
                let significant = self.bytes()?.iter().skip_while(|byte| **byte == 0);
                let magnitude =
                    significant.clone().take(17).fold((0_u128, 0), |(value, count), byte| {
                        (value << 8 | u128::from(*byte), count + 1)
                    });
                let magnitude = if magnitude.1 <= 16 { magnitude.0 } else { u128::MAX };
                let magnitude = i128::try_from(magnitude).map_err(|_| out_of_range)?;
                Ok(if tag == 2 { magnitude } else { !magnitude })
            }
            _ => Err(self.unexpected(Type::Unsigned)),
        }
    }
}

impl Encoder<'_> {
    /// Writes an integer of any size in its preferred serialization: an integer if it fits major types 0
    /// and 1, else a bignum without leading zeros.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn big_integer(&mut self, value: i128) -> Result<&mut Self, Error> {
        let is_negative = value < 0;
        let argument = if is_negative { !value } else { value };
        match u64::try_from(argument) {
            Ok(argument) if is_negative => self.negative(argument),
            Ok(argument) => self.unsigned(argument),
            Err(_) => {
                let bytes = argument.to_be_bytes();
                let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                let tag = if is_negative { 3 } else { 2 };
                self.tag(tag)?.bytes(bytes.get(zeros..).unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "alloc")]
mod tests;
