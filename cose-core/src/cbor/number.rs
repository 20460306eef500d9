//! Numbers that may be whole or floating-point: `number` of CDDL.

use core::cmp::Ordering;

use super::cursor::Cursor;
use super::encoder::Encoder;
use super::item::Type;
use crate::error::Error;

/// A number, whole or floating-point (`number` of RFC 8610, appendix D): a date of a CWT, say.
///
/// ```
/// use hexad_cose_core::cbor::{Cursor, Number};
///
/// let date = Number::parse(&mut Cursor::new(&[0x1a, 0x56, 0x12, 0xae, 0xb0]))?;
/// assert_eq!(date, Number::Integer(1_444_064_944));
/// assert!(date.compare(1_444_064_945).is_some_and(|order| order.is_lt()));
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
}

impl Number {
    /// Reads the one at `cursor`.
    ///
    /// # Errors
    /// `UnexpectedType`; `IntegerRange` for a whole number outside of `i64`.
    pub fn parse(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        Ok(match cursor.peek()? {
            Type::Float => Self::Float(cursor.float()?),
            _ => Self::Integer(cursor.integer()?),
        })
    }

    /// Writes it in its form.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn encode(self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Integer(value) => encoder.integer(value)?,
            Self::Float(value) => encoder.float(value)?,
        };
        Ok(())
    }

    /// Whether it is neither infinite nor a NaN.
    #[must_use]
    pub const fn is_finite(self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::Float(value) => value.is_finite(),
        }
    }

    /// How it compares with a whole number; `None` for a NaN.
    #[must_use]
    pub fn compare(self, other: i64) -> Option<Ordering> {
        match self {
            Self::Integer(value) => Some(value.cmp(&other)),
            // Times and coordinates are far below 2^53, where an f64 holds every whole number.
            #[expect(clippy::cast_precision_loss, reason = "rounding is monotonic")]
            Self::Float(value) => value.partial_cmp(&(other as f64)),
        }
    }
}

/// The same number in the same form; a NaN equals a NaN.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            _ => false,
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}
