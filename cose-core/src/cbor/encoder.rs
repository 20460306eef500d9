//! Writing CBOR, always in the deterministic encoding of RFC 8949, 4.2.1 (the order of map keys is
//! the caller's, but in [`Encoder::map_sorted`]).

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::item::float;
use crate::error::{Error, ErrorKind};

/// Writes items one after another into a caller's buffer.
///
/// ```
/// use hexad_cose_core::cbor::Encoder;
///
/// let mut buffer = [0; 16];
/// let mut encoder = Encoder::new(&mut buffer);
/// encoder.map(2)?.unsigned(1)?.integer(-7)?.unsigned(4)?.bytes(b"11")?;
/// assert_eq!(encoder.as_bytes(), [0xa2, 0x01, 0x26, 0x04, 0x42, 0x31, 0x31]);
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Encoder<'w> {
    sink: Sink<'w>,
    written: usize,
}

#[derive(Debug)]
enum Sink<'w> {
    Buffer(&'w mut [u8]),
    Count,
    #[cfg(feature = "alloc")]
    Vec(&'w mut Vec<u8>),
}

impl<'w> Encoder<'w> {
    /// An encoder that fills `buffer` from its start.
    #[must_use]
    pub const fn new(buffer: &'w mut [u8]) -> Self {
        Self { sink: Sink::Buffer(buffer), written: 0 }
    }

    /// An encoder that goes on behind the first `written` bytes of `buffer`.
    pub(crate) const fn resuming(buffer: &'w mut [u8], written: usize) -> Self {
        Self { sink: Sink::Buffer(buffer), written }
    }

    /// An encoder that only counts the bytes that it would write.
    #[must_use]
    pub const fn counting() -> Self {
        Self { sink: Sink::Count, written: 0 }
    }

    /// An encoder that appends to `vec`.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn appending(vec: &'w mut Vec<u8>) -> Self {
        let written = vec.len();
        Self { sink: Sink::Vec(vec), written }
    }

    /// How many bytes stand in the output (with [`appending`](Self::appending): those before, too).
    #[must_use]
    pub const fn written(&self) -> usize {
        self.written
    }

    /// What stands in the output; empty when only counting.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.sink {
            Sink::Buffer(buffer) => buffer.get(..self.written).unwrap_or_default(),
            Sink::Count => &[],
            #[cfg(feature = "alloc")]
            Sink::Vec(vec) => vec,
        }
    }

    /// Ends the encoding: what was written, for as long as the buffer lives.
    #[must_use]
    pub fn finish(self) -> &'w [u8] {
        match self.sink {
            Sink::Buffer(buffer) => buffer.get(..self.written).unwrap_or_default(),
            Sink::Count => &[],
            #[cfg(feature = "alloc")]
            Sink::Vec(vec) => vec,
        }
    }

    /// Writes an already encoded item (or several) as it stands.
    ///
    /// # Errors
    /// `BufferTooSmall`, with the size that was reached; nothing is written then.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<&mut Self, Error> {
        let end = self.written.saturating_add(bytes.len());
        match &mut self.sink {
            Sink::Buffer(buffer) => {
                let rest = buffer.get_mut(self.written..).unwrap_or_default();
                match rest.get_mut(..bytes.len()) {
                    Some(space) => space.copy_from_slice(bytes),
                    None => return Err(Error::new(ErrorKind::BufferTooSmall, self.written)),
                }
            }
            Sink::Count => {}
            #[cfg(feature = "alloc")]
            Sink::Vec(vec) => vec.extend_from_slice(bytes),
        }
        self.written = end;
        Ok(self)
    }

    /// What stands in the output from byte `start` on, to be rearranged; none when only counting.
    pub(super) fn since(&mut self, start: usize) -> Option<&mut [u8]> {
        match &mut self.sink {
            Sink::Buffer(buffer) => buffer.get_mut(start..self.written),
            Sink::Count => None,
            #[cfg(feature = "alloc")]
            Sink::Vec(vec) => vec.get_mut(start..),
        }
    }

    /// Whether the output grows as it is written to.
    pub(super) const fn is_growing(&self) -> bool {
        #[cfg(feature = "alloc")]
        let is_growing = matches!(self.sink, Sink::Vec(_));
        #[cfg(not(feature = "alloc"))]
        let is_growing = false;
        is_growing
    }

    /// Writes a head: `major` type 0 to 7 and the shortest form of `argument`.
    fn head(&mut self, major: u8, argument: u64) -> Result<&mut Self, Error> {
        let (head, length) = encode_head(major, argument);
        self.raw(head.get(..length).unwrap_or_default())
    }

    /// Writes an unsigned integer.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn unsigned(&mut self, value: u64) -> Result<&mut Self, Error> {
        self.head(0, value)
    }

    /// Writes an integer.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn integer(&mut self, value: i64) -> Result<&mut Self, Error> {
        let (major, argument) = if value < 0 { (1, !value) } else { (0, value) };
        self.head(major, argument.unsigned_abs())
    }

    /// Writes the negative integer -1 - `argument`: also those below `i64`.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn negative(&mut self, argument: u64) -> Result<&mut Self, Error> {
        self.head(1, argument)
    }

    /// Writes a byte string.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn bytes(&mut self, value: &[u8]) -> Result<&mut Self, Error> {
        self.bytes_head(value.len())?.raw(value)
    }

    /// Writes the head of a byte string whose `length` bytes follow by [`raw`](Self::raw).
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn bytes_head(&mut self, length: usize) -> Result<&mut Self, Error> {
        self.head(2, to_u64(length))
    }

    /// Writes a text string.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn text(&mut self, value: &str) -> Result<&mut Self, Error> {
        self.head(3, to_u64(value.len()))?.raw(value.as_bytes())
    }

    /// Writes the head of an array of `count` items, which follow.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn array(&mut self, count: usize) -> Result<&mut Self, Error> {
        self.head(4, to_u64(count))
    }

    /// Writes the head of a map of `count` entries, which follow: key, value, key, value, with the
    /// keys in the bytewise order of their encodings. Where that order is not known beforehand:
    /// [`map_sorted`](Self::map_sorted).
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn map(&mut self, count: usize) -> Result<&mut Self, Error> {
        self.head(5, to_u64(count))
    }

    /// Writes a tag number; the tagged item follows.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn tag(&mut self, number: u64) -> Result<&mut Self, Error> {
        self.head(6, number)
    }

    /// Writes a boolean.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn boolean(&mut self, value: bool) -> Result<&mut Self, Error> {
        self.raw(if value { &[0xf5] } else { &[0xf4] })
    }

    /// Writes `null`.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn null(&mut self) -> Result<&mut Self, Error> {
        self.raw(&[0xf6])
    }

    /// Writes `undefined`.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn undefined(&mut self) -> Result<&mut Self, Error> {
        self.raw(&[0xf7])
    }

    /// Writes a simple value.
    ///
    /// # Errors
    /// `BufferTooSmall`; `InvalidValue` for 24 to 31, which are reserved (RFC 8949, 3.3).
    pub fn simple(&mut self, value: u8) -> Result<&mut Self, Error> {
        if (24..32).contains(&value) {
            return Err(Error::new(ErrorKind::InvalidValue, self.written));
        }
        self.head(7, value.into())
    }

    /// Writes a float in the shortest of the three widths that keeps its value; every NaN as
    /// `f97e00`.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn float(&mut self, value: f64) -> Result<&mut Self, Error> {
        if value.is_nan() {
            return self.raw(&[0xf9, 0x7e, 0x00]);
        }
        match float::f64_bits_to_f32(value.to_bits()) {
            None => self.raw(&[0xfb])?.raw(&value.to_bits().to_be_bytes()),
            Some(single) => match float::f32_bits_to_f16(single) {
                None => self.raw(&[0xfa])?.raw(&single.to_be_bytes()),
                Some(half) => self.raw(&[0xf9])?.raw(&half.to_be_bytes()),
            },
        }
    }

    /// Writes what `content` writes, wrapped in a byte string (`bstr .cbor`). `content` runs twice,
    /// first to be counted, and must write the same both times.
    ///
    /// ```
    /// use hexad_cose_core::cbor::Encoder;
    ///
    /// let mut buffer = [0; 8];
    /// let mut encoder = Encoder::new(&mut buffer);
    /// encoder.wrapped(|inner| inner.array(1)?.unsigned(7).map(|_| ()))?;
    /// assert_eq!(encoder.as_bytes(), [0x42, 0x81, 0x07]);
    /// # Ok::<(), hexad_cose_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `BufferTooSmall`, and those of `content`.
    pub fn wrapped<E: From<Error>>(
        &mut self,
        content: impl Fn(&mut Encoder<'_>) -> Result<(), E>,
    ) -> Result<&mut Self, E> {
        let mut counting = Encoder::counting();
        content(&mut counting)?;
        self.bytes_head(counting.written)?;
        content(self)?;
        Ok(self)
    }
}

/// The shortest head of `major` type with `argument`, in the first bytes of an array.
pub(crate) fn encode_head(major: u8, argument: u64) -> ([u8; 9], usize) {
    let mut head = [0; 9];
    let [a, b, c, d, e, f, g, h] = argument.to_be_bytes();
    let major = major << 5;
    let length = if argument < 24 {
        head = [major | h, 0, 0, 0, 0, 0, 0, 0, 0];
        1
    } else if argument <= 0xff {
        head = [major | 24, h, 0, 0, 0, 0, 0, 0, 0];
        2
    } else if argument <= 0xffff {
        head = [major | 25, g, h, 0, 0, 0, 0, 0, 0];
        3
    } else if argument <= 0xffff_ffff {
        head = [major | 26, e, f, g, h, 0, 0, 0, 0];
        5
    } else {
        head.copy_from_slice(&[major | 27, a, b, c, d, e, f, g, h]);
        9
    };
    (head, length)
}

/// A length as the argument of a head; no platform has a wider `usize`.
fn to_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
