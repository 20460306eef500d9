//! The same as the [`Cursor`]'s own methods, inlined, for what every message goes through: its array,
//! its headers, its strings. Each tries the shortest encoding and calls the method for all others.
//! Everywhere else the call is smaller, and fast enough.

use super::cursor::{Cursor, Items, Raw};
use crate::error::{Error, ErrorKind};

impl<'b> Cursor<'b> {
    /// Does what is too long to stand inline on a copy of the position, so that the position itself can
    /// stay in registers around it.
    #[inline(always)]
    pub(crate) fn slowly<R>(&mut self, take: impl FnOnce(&mut Self) -> R) -> R {
        let mut copy = *self;
        let taken = take(&mut copy);
        *self = copy;
        taken
    }

    /// Takes an unsigned integer of one byte: 0 to 23.
    #[inline(always)]
    pub(crate) fn small_unsigned(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first().filter(|(first, _)| **first < 24)?;
        self.rest = rest;
        Some(first)
    }

    /// Takes an integer of one byte: -24 to 23.
    #[inline(always)]
    pub(crate) fn small_integer(&mut self) -> Option<i8> {
        let (&first, rest) = self.rest.split_first()?;
        let magnitude = (first & 0x1f).cast_signed();
        if first > 0x37 || magnitude > 23 {
            return None;
        }
        self.rest = rest;
        Some(if first < 0x20 { magnitude } else { !magnitude })
    }

    /// As [`bytes`](Self::bytes).
    #[inline(always)]
    pub(crate) fn hot_bytes(&mut self) -> Result<&'b [u8], Error> {
        match self.short_bytes() {
            Some(bytes) => Ok(bytes),
            None => self.slowly(Self::bytes),
        }
    }

    /// Takes a byte string of up to 255 bytes whose head is the shortest, if one stands here.
    #[inline(always)]
    fn short_bytes(&mut self) -> Option<&'b [u8]> {
        let (&first, rest) = self.rest.split_first()?;
        let (length, rest) = match first {
            0x40..=0x57 => (first & 0x1f, rest),
            0x58 => rest.split_first().map(|(length, rest)| (*length, rest))?,
            _ => return None,
        };
        let (bytes, rest) = rest.split_at_checked(length.into())?;
        self.rest = rest;
        Some(bytes)
    }

    /// As [`byte_string`](Self::byte_string).
    #[inline(always)]
    pub(crate) fn hot_byte_string(&mut self) -> Result<Raw<'b>, Error> {
        let bytes = self.hot_bytes()?;
        Ok(Raw::new(bytes, self.offset().wrapping_sub(bytes.len())))
    }

    /// As [`array_of`](Self::array_of), of fewer than 24 elements.
    #[inline(always)]
    pub(crate) fn hot_array_of(&mut self, count: u8) -> Result<(), Error> {
        match self.rest.split_first() {
            Some((&first, rest)) if first == 0x80 | count => {
                self.rest = rest;
                Ok(())
            }
            _ => self.slowly(|cursor| cursor.array_of(count)),
        }
    }

    /// As [`map`](Self::map).
    #[inline(always)]
    pub(crate) fn hot_map(&mut self) -> Result<Items, Error> {
        match self.rest.split_first() {
            Some((&first, rest)) if first & 0xe0 == 0xa0 && first < 0xb8 => {
                let left = usize::from(first & 0x1f);
                if left.saturating_mul(2) > rest.len() {
                    return Err(Error::new(ErrorKind::UnexpectedEnd, self.end));
                }
                self.rest = rest;
                Ok(Items::new(left))
            }
            _ => self.slowly(Self::map),
        }
    }

    /// As [`optional_tag`](Self::optional_tag), of a number below 24.
    #[inline(always)]
    pub(crate) fn hot_optional_tag(&mut self, number: u8) -> Result<(), Error> {
        match self.rest.split_first() {
            Some((&first, rest)) if first ^ 0xc0 == number => {
                self.rest = rest;
                Ok(())
            }
            Some((&first, _)) if first & 0xe0 == 0xc0 => {
                self.slowly(|cursor| cursor.optional_tag(number.into())).map(|_| ())
            }
            _ => Ok(()),
        }
    }
}

impl Items {
    /// As [`next`](Self::next).
    #[inline(always)]
    pub(crate) fn hot_next(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, Error> {
        match self.left {
            0 => Ok(false),
            usize::MAX => cursor.slowly(Cursor::take_break).map(|ended| !ended),
            left => {
                self.left = left.wrapping_sub(1);
                Ok(true)
            }
        }
    }
}
