//! Reading CBOR in place: a position in borrowed bytes that moves from item to item.

use super::item::{BREAK, Head, Type};
use crate::error::{Error, ErrorKind};

/// A byte string or an encoded item as it stands in the input, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'b> {
    bytes: &'b [u8],
    offset: usize,
}

impl<'b> Raw<'b> {
    /// `bytes` that stand at byte `offset` of the outermost input.
    #[must_use]
    pub const fn new(bytes: &'b [u8], offset: usize) -> Self {
        Self { bytes, offset }
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(self) -> &'b [u8] {
        self.bytes
    }

    /// Where they begin, counted from the start of the outermost input.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }

    /// A cursor over the bytes, whose errors count from the start of the outermost input.
    #[must_use]
    pub const fn cursor(self) -> Cursor<'b> {
        Cursor::at(self.bytes, self.offset)
    }

    /// These bytes up to `cursor`, which has moved on inside them.
    #[must_use]
    pub fn until(self, cursor: &Cursor<'_>) -> Self {
        let length = cursor.offset().wrapping_sub(self.offset);
        Self { bytes: self.bytes.get(..length).unwrap_or(self.bytes), offset: self.offset }
    }

    /// An error of `kind` at the first of these bytes.
    #[must_use]
    pub const fn error(self, kind: ErrorKind) -> Error {
        Error::new(kind, self.offset)
    }
}

/// What is left of an array (elements) or a map (entries) that a [`Cursor`] has entered.
#[derive(Clone, Copy, Debug)]
pub struct Items {
    /// So many, or all up to a break.
    pub(super) left: usize,
}

impl Items {
    /// No input is long enough to hold so many.
    const INDEFINITE: Self = Self { left: usize::MAX };

    /// So many items.
    #[inline]
    pub(crate) const fn new(left: usize) -> Self {
        Self { left }
    }

    /// Whether another element (or entry: key, then value) follows at `cursor`; takes the break
    /// that ends an indefinite length.
    ///
    /// # Errors
    /// `UnexpectedEnd` when an indefinite-length item is not ended.
    #[inline(never)]
    pub fn next(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, Error> {
        match self.left {
            0 => Ok(false),
            usize::MAX => cursor.take_break().map(|ended| !ended),
            left => {
                self.left = left.wrapping_sub(1);
                Ok(true)
            }
        }
    }

    /// How many are left, if the length is definite.
    #[must_use]
    pub const fn definite(&self) -> Option<usize> {
        if self.left == usize::MAX { None } else { Some(self.left) }
    }
}

/// A position in CBOR that moves forward over borrowed bytes.
///
/// Each method reads the item at the position or says why it can't, with the offset of that item
/// counted from the start of the outermost input, also inside byte strings that hold CBOR.
/// After an error the position is unspecified.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'b> {
    pub(super) rest: &'b [u8],
    /// Offset of the byte after the last of `rest`.
    pub(super) end: usize,
}

impl<'b> Cursor<'b> {
    /// A cursor at the first byte of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self::at(bytes, 0)
    }

    /// A cursor over `bytes` that stand at byte `offset` of a larger input.
    #[must_use]
    pub const fn at(bytes: &'b [u8], offset: usize) -> Self {
        // Never wraps: no input is longer than memory.
        Self { rest: bytes, end: offset.wrapping_add(bytes.len()) }
    }

    /// The position, counted from the start of the outermost input.
    #[must_use]
    #[inline]
    pub const fn offset(&self) -> usize {
        // Never wraps: `end` counts the bytes of `rest`, too.
        self.end.wrapping_sub(self.rest.len())
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left.
    #[must_use]
    pub const fn rest(&self) -> Raw<'b> {
        Raw::new(self.rest, self.offset())
    }

    /// An error of `kind` at the position.
    #[must_use]
    pub const fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.offset())
    }

    /// Says that nothing may be left.
    ///
    /// # Errors
    /// `TrailingBytes` at the first byte that is left.
    pub const fn finish(&self) -> Result<(), Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.error(ErrorKind::TrailingBytes)) }
    }

    /// The type of the item at the position, which stays.
    ///
    /// # Errors
    /// `UnexpectedEnd` when nothing is left.
    #[inline]
    pub fn peek(&self) -> Result<Type, Error> {
        match self.rest.first() {
            Some(&first) => Ok(Type::of(first)),
            None => Err(self.error(ErrorKind::UnexpectedEnd)),
        }
    }

    /// Takes the head of the next item: its type and argument. What the head announces (the bytes of
    /// a string, the items of an array) follows at the position.
    ///
    /// # Errors
    /// `UnexpectedEnd`; `ReservedValue` for additional information 28 to 30, an indefinite length
    /// where none can be, and simple values below 32 in two bytes.
    #[inline]
    pub fn head(&mut self) -> Result<Head, Error> {
        let Some((&first, rest)) = self.rest.split_first() else {
            return Err(self.error(ErrorKind::UnexpectedEnd));
        };
        let info = first & 0x1f;
        if info < 24 {
            self.rest = rest;
            return Ok(Head { first, argument: u64::from(info) });
        }
        self.long_head(first, rest)
    }

    #[inline(never)]
    fn long_head(&mut self, first: u8, rest: &'b [u8]) -> Result<Head, Error> {
        let (argument, rest) = match first & 0x1f {
            24 => rest.split_first_chunk().map(|(&[a], rest)| (u64::from(a), rest)),
            25 => rest.split_first_chunk().map(|(a, rest)| (u16::from_be_bytes(*a).into(), rest)),
            26 => rest.split_first_chunk().map(|(a, rest)| (u32::from_be_bytes(*a).into(), rest)),
            27 => rest.split_first_chunk().map(|(a, rest)| (u64::from_be_bytes(*a), rest)),
            31 if matches!(first >> 5, 2..=5 | 7) => Some((0, rest)),
            _ => return Err(self.error(ErrorKind::ReservedValue)),
        }
        .ok_or(Error::new(ErrorKind::UnexpectedEnd, self.end))?;
        if first == 0xf8 && argument < 32 {
            return Err(self.error(ErrorKind::ReservedValue));
        }
        self.rest = rest;
        Ok(Head { first, argument })
    }

    /// Takes a head of major type `major`, which `expected` names in the error.
    #[inline(never)]
    pub(super) fn expect(&mut self, major: u8, expected: Type) -> Result<Head, Error> {
        match self.rest.first() {
            Some(&first) if first >> 5 == major => self.head(),
            _ => Err(self.unexpected(expected)),
        }
    }

    #[cold]
    pub(crate) fn unexpected(&self, expected: Type) -> Error {
        if self.rest.is_empty() {
            self.error(ErrorKind::UnexpectedEnd)
        } else {
            self.error(ErrorKind::UnexpectedType { expected })
        }
    }

    /// Takes an unsigned integer.
    ///
    /// # Errors
    /// `UnexpectedType` when something else stands here.
    #[inline(never)]
    pub fn unsigned(&mut self) -> Result<u64, Error> {
        self.expect(0, Type::Unsigned).map(|head| head.argument)
    }

    /// Takes an unsigned integer that fits `T` (`u8`, `u16`, `u32`, `usize`).
    ///
    /// # Errors
    /// `UnexpectedType`; `IntegerRange` when it does not fit.
    pub fn unsigned_as<T: TryFrom<u64>>(&mut self) -> Result<T, Error> {
        let error = self.error(ErrorKind::IntegerRange);
        T::try_from(self.unsigned()?).map_err(|_| error)
    }

    /// Takes an integer, of either sign.
    ///
    /// # Errors
    /// `UnexpectedType`; `IntegerRange` outside `i64`.
    #[inline(never)]
    pub fn integer(&mut self) -> Result<i64, Error> {
        let error = self.error(ErrorKind::IntegerRange);
        match self.rest.first() {
            Some(&first) if first >> 5 <= 1 => {
                let argument = i64::try_from(self.head()?.argument).map_err(|_| error)?;
                Ok(if first >> 5 == 0 { argument } else { !argument })
            }
            _ => Err(self.unexpected(Type::Unsigned)),
        }
    }

    /// Takes a byte string of definite length.
    ///
    /// # Errors
    /// `UnexpectedType`; `IndefiniteLength`; `UnexpectedEnd` when the input is shorter.
    #[inline(never)]
    pub fn bytes(&mut self) -> Result<&'b [u8], Error> {
        // What is left to this method by those that take short strings: a length in two bytes.
        if let Some((&[0x59, high, low], rest)) = self.rest.split_first_chunk() {
            let length = u16::from_be_bytes([high, low]);
            if let Some((bytes, rest)) = rest.split_at_checked(length.into()) {
                self.rest = rest;
                return Ok(bytes);
            }
        }
        let head = self.expect(2, Type::Bytes)?;
        self.string(head)
    }

    /// Takes a byte string of definite length, with its offset: the place where its content begins.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    #[inline(never)]
    pub fn byte_string(&mut self) -> Result<Raw<'b>, Error> {
        let bytes = self.bytes()?;
        Ok(Raw::new(bytes, self.offset().wrapping_sub(bytes.len())))
    }

    /// Takes a byte string of definite length and gives a cursor over the CBOR in it.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    pub fn wrapped(&mut self) -> Result<Self, Error> {
        self.byte_string().map(Raw::cursor)
    }

    /// Takes a text string of definite length.
    ///
    /// # Errors
    /// `UnexpectedType`; `IndefiniteLength`; `UnexpectedEnd`; `InvalidUtf8`.
    pub fn text(&mut self) -> Result<&'b str, Error> {
        let error = self.error(ErrorKind::InvalidUtf8);
        let head = self.expect(3, Type::Text)?;
        core::str::from_utf8(self.string(head)?).map_err(|_| error)
    }

    /// Takes the content that the `head` of a definite-length string announces.
    #[inline]
    pub(crate) fn string(&mut self, head: Head) -> Result<&'b [u8], Error> {
        if head.is_indefinite() {
            return Err(Error::new(ErrorKind::IndefiniteLength, self.offset().saturating_sub(1)));
        }
        self.take(head.argument)
    }

    /// Takes `count` bytes as they stand.
    #[inline]
    pub(super) fn take(&mut self, count: u64) -> Result<&'b [u8], Error> {
        let split = usize::try_from(count).ok().and_then(|count| self.rest.split_at_checked(count));
        let Some((taken, rest)) = split else {
            return Err(Error::new(ErrorKind::UnexpectedEnd, self.end));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Enters an array; its elements follow at the position.
    ///
    /// # Errors
    /// `UnexpectedType`; `UnexpectedEnd` when it announces more elements than bytes are left.
    #[inline(never)]
    pub fn array(&mut self) -> Result<Items, Error> {
        let head = self.expect(4, Type::Array)?;
        self.items(head, 1)
    }

    /// Enters an array of definite length that must have `count` elements.
    ///
    /// # Errors
    /// `UnexpectedType`; `IndefiniteLength`; `Length` when the number is another.
    #[inline(never)]
    pub fn array_of(&mut self, count: u8) -> Result<(), Error> {
        let here = self.rest();
        let head = self.expect(4, Type::Array)?;
        if head.is_indefinite() {
            Err(here.error(ErrorKind::IndefiniteLength))
        } else if head.argument == u64::from(count) {
            Ok(())
        } else {
            Err(here.error(ErrorKind::Length))
        }
    }

    /// Enters a map; its entries, a key and a value each, follow at the position.
    ///
    /// # Errors
    /// `UnexpectedType`; `UnexpectedEnd` when it announces more entries than bytes are left.
    #[inline(never)]
    pub fn map(&mut self) -> Result<Items, Error> {
        let head = self.expect(5, Type::Map)?;
        self.items(head, 2)
    }

    /// The items that a head announces, each of at least `size` bytes.
    #[inline]
    pub(super) fn items(&self, head: Head, size: usize) -> Result<Items, Error> {
        if head.is_indefinite() {
            return Ok(Items::INDEFINITE);
        }
        match usize::try_from(head.argument) {
            Ok(left) if left <= self.rest.len() / size => Ok(Items::new(left)),
            _ => Err(Error::new(ErrorKind::UnexpectedEnd, self.end)),
        }
    }

    /// Takes a break if one stands here.
    #[inline(never)]
    pub(super) fn take_break(&mut self) -> Result<bool, Error> {
        match self.rest.split_first() {
            Some((&BREAK, rest)) => {
                self.rest = rest;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(self.error(ErrorKind::UnexpectedEnd)),
        }
    }

    /// Takes a tag number; the tagged item follows at the position.
    ///
    /// # Errors
    /// `UnexpectedType` when no tag stands here.
    pub fn tag(&mut self) -> Result<u64, Error> {
        self.expect(6, Type::Tag).map(|head| head.argument)
    }

    /// Takes the tag `number` if a tag stands here, and says whether one did.
    ///
    /// # Errors
    /// `UnexpectedTag` when another tag stands here.
    #[inline(never)]
    pub fn optional_tag(&mut self, number: u64) -> Result<bool, Error> {
        if self.rest.first().is_none_or(|first| first >> 5 != 6) {
            return Ok(false);
        }
        let here = self.rest();
        if self.tag()? == number { Ok(true) } else { Err(here.error(ErrorKind::UnexpectedTag)) }
    }

    /// Takes a boolean.
    ///
    /// # Errors
    /// `UnexpectedType` when something else stands here.
    pub fn boolean(&mut self) -> Result<bool, Error> {
        match self.rest.split_first() {
            Some((&first @ (0xf4 | 0xf5), rest)) => {
                self.rest = rest;
                Ok(first == 0xf5)
            }
            _ => Err(self.unexpected(Type::Bool)),
        }
    }

    /// Takes `null` if it stands here, and says whether it did.
    #[inline]
    pub fn take_null(&mut self) -> bool {
        match self.rest.split_first() {
            Some((0xf6, rest)) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes a simple value (RFC 8949, 3.3): 0 to 19 and 32 to 255, and those that have names, 20 to 23
    /// for `false`, `true`, `null` and `undefined`.
    ///
    /// # Errors
    /// `UnexpectedType` when something else stands here; `ReservedValue`; `UnexpectedEnd`.
    pub fn simple(&mut self) -> Result<u8, Error> {
        let error = self.error(ErrorKind::ReservedValue);
        match self.peek()? {
            Type::Simple | Type::Bool | Type::Null | Type::Undefined => {
                u8::try_from(self.head()?.argument).map_err(|_| error)
            }
            _ => Err(self.unexpected(Type::Simple)),
        }
    }

    /// Takes a float of any width.
    ///
    /// # Errors
    /// `UnexpectedType` when something else stands here.
    pub fn float(&mut self) -> Result<f64, Error> {
        if self.peek()? == Type::Float {
            self.head().map(Head::float)
        } else {
            Err(self.unexpected(Type::Float))
        }
    }

    /// Takes the next item, whatever it is, as it stands.
    ///
    /// # Errors
    /// As [`skip`](Self::skip).
    pub fn item(&mut self) -> Result<Raw<'b>, Error> {
        let start = self.rest();
        self.skip()?;
        Ok(start.until(self))
    }
}
