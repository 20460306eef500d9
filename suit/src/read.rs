//! Reading what envelopes and manifests are made of: a position that remembers the first thing that is
//! wrong, so that code which reads much asks for it once.

use hexad_cose_core::cbor::{Cursor, Entries, Raw, Type};
use hexad_cose_core::{Error as CoseError, ErrorKind as Cbor};

use crate::error::{Error, ErrorKind};

/// A position in CBOR. What is read after something was refused is 0 or empty, and no array or map has
/// another item: loops end, and the first refusal stands until [`outcome`](Self::outcome) tells of it.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
    /// Offset of the byte after the last of `rest`.
    end: usize,
    refused: Option<Error>,
}

/// How many items of an array, or entries of a map, are still to come; `usize::MAX`, which no input is
/// long enough to hold, for all up to a break.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left(usize);

impl Left {
    /// None.
    pub(crate) const NONE: Self = Self(0);
}

/// Going through a map, in which no key may stand twice.
///
/// As long as keys ascend from 0 to 23, none does. At the first other one, all of them are looked
/// through, once.
#[derive(Debug)]
pub(crate) struct Keys<'b> {
    left: Left,
    /// The lowest key that is certainly new; above all of these when all were looked through.
    from: u8,
    /// The map itself, and what follows.
    map: &'b [u8],
}

impl Keys<'_> {
    /// How many entries are still to come.
    pub(crate) const fn left(&self) -> Left {
        self.left
    }
}

/// What is left around a byte string that was entered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outer<'b> {
    rest: &'b [u8],
    end: usize,
}

impl<'b> Reader<'b> {
    /// A reader at the first byte of `input`.
    pub(crate) const fn new(input: Raw<'b>) -> Self {
        let end = input.offset().wrapping_add(input.bytes().len());
        Self { rest: input.bytes(), end, refused: None }
    }

    /// Where what is read ends, counted as [`offset`](Self::offset).
    pub(crate) const fn end(&self) -> usize {
        self.end
    }

    /// Goes on in `whole`, a part of which was read to its end, with what follows up to `end`.
    pub(crate) fn resume(&mut self, whole: Raw<'b>, end: usize) {
        let from = self.end.wrapping_sub(whole.offset());
        let to = end.wrapping_sub(whole.offset());
        self.end = end;
        if !self.is_refused() {
            self.rest = whole.bytes().get(from..to).unwrap_or_default();
        }
    }

    /// Goes back to where `rest` was what is left.
    pub(crate) const fn go(&mut self, rest: Raw<'b>) {
        if !self.is_refused() {
            self.rest = rest.bytes();
        }
    }

    /// Notes what another reader has refused.
    pub(crate) fn adopt(&mut self, other: &Self) {
        if let Some(error) = other.refused {
            self.refuse_as(error);
        }
    }

    /// The position, counted from the start of the outermost input.
    #[inline]
    pub(crate) const fn offset(&self) -> usize {
        // Never wraps: `end` counts the bytes of `rest`, too.
        self.end.wrapping_sub(self.rest.len())
    }

    /// What is left.
    pub(crate) const fn rest(&self) -> Raw<'b> {
        Raw::new(self.rest, self.offset())
    }

    /// What stands between `start` and the position.
    pub(crate) fn since(&self, start: Raw<'b>) -> Raw<'b> {
        let length = start.bytes().len().wrapping_sub(self.rest.len());
        Raw::new(start.bytes().get(..length).unwrap_or_default(), start.offset())
    }

    /// Notes that something is wrong, unless something was before.
    #[cold]
    #[inline(never)]
    pub(crate) fn refuse(&mut self, kind: ErrorKind, offset: usize) {
        self.refuse_as(Error::new(kind, offset));
    }

    /// As [`refuse`](Self::refuse), with an error that another function gave.
    #[cold]
    pub(crate) fn refuse_as(&mut self, error: Error) {
        self.refused.get_or_insert(error);
        self.rest = &[];
    }

    /// As [`refuse`](Self::refuse), where the CBOR is wrong.
    #[cold]
    #[inline(never)]
    pub(crate) fn refuse_cbor(&mut self, kind: Cbor, offset: usize) {
        self.refuse_as(CoseError::new(kind, offset).into());
    }

    /// Whether something was refused.
    #[inline]
    pub(crate) const fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// What was refused first.
    pub(crate) fn outcome(&self) -> Result<(), Error> {
        self.refused.map_or(Ok(()), Err)
    }

    /// Reads by a cursor what is rare enough for that.
    pub(crate) fn by_cursor<T>(
        &mut self,
        take: impl FnOnce(&mut Cursor<'b>) -> Result<T, Error>,
    ) -> Option<T> {
        let mut cursor = self.rest().cursor();
        match take(&mut cursor) {
            Ok(taken) => {
                self.rest = cursor.rest().bytes();
                Some(taken).filter(|_| !self.is_refused())
            }
            Err(error) => {
                self.refuse_as(error);
                None
            }
        }
    }

    /// The type of the item at the position; a break where nothing is left.
    pub(crate) fn peek(&self) -> Type {
        self.rest.first().map_or(Type::Break, |first| Type::of(*first))
    }

    /// Whether an item of this major type stands at the position.
    #[inline]
    pub(crate) fn is_at(&self, major: u8) -> bool {
        self.rest.first().is_some_and(|first| first >> 5 == major)
    }

    /// Takes any head of this major type; for an indefinite length, the greatest number.
    #[cold]
    #[inline(never)]
    fn long_head(&mut self, major: u8) -> u64 {
        let at = self.offset();
        let expected = match major {
            0 => Type::Unsigned,
            1 => Type::Negative,
            2 => Type::Bytes,
            3 => Type::Text,
            4 => Type::Array,
            5 => Type::Map,
            _ => Type::Tag,
        };
        if !self.is_at(major) {
            let ended = self.rest.is_empty();
            let kind = if ended { Cbor::UnexpectedEnd } else { Cbor::UnexpectedType { expected } };
            self.refuse_cbor(kind, at);
            return 0;
        }
        let Some(head) = self.by_cursor(|cursor| Ok(cursor.head()?)) else { return 0 };
        match head.is_indefinite() {
            true if matches!(major, 4 | 5) => u64::MAX,
            true => {
                self.refuse_cbor(Cbor::IndefiniteLength, at);
                0
            }
            false => head.argument,
        }
    }

    /// As [`long_head`](Self::long_head), as a length: no input is longer than `usize` can say.
    #[cold]
    #[inline(never)]
    fn long_length(&mut self, major: u8) -> usize {
        usize::try_from(self.long_head(major)).unwrap_or(usize::MAX)
    }

    /// Takes an unsigned integer.
    #[inline(never)]
    pub(crate) fn unsigned(&mut self) -> u64 {
        match self.rest {
            [value @ 0..24, rest @ ..] => {
                self.rest = rest;
                (*value).into()
            }
            _ => self.long_head(0),
        }
    }

    /// Takes an unsigned integer that fits `usize`: an index.
    pub(crate) fn index(&mut self) -> usize {
        let at = self.offset();
        usize::try_from(self.unsigned()).unwrap_or_else(|_| {
            self.refuse_cbor(Cbor::IntegerRange, at);
            0
        })
    }

    /// Takes an integer.
    #[inline(never)]
    pub(crate) fn integer(&mut self) -> i64 {
        match self.rest {
            [value @ 0..24, rest @ ..] => {
                self.rest = rest;
                (*value).into()
            }
            [value @ 0x20..0x38, rest @ ..] => {
                self.rest = rest;
                !i64::from(*value ^ 0x20)
            }
            _ => self.long_integer(),
        }
    }

    #[cold]
    #[inline(never)]
    fn long_integer(&mut self) -> i64 {
        self.by_cursor(|cursor| Ok(cursor.integer()?)).unwrap_or_default()
    }

    /// Takes the content of a string of this major type.
    #[inline(never)]
    fn string(&mut self, major: u8) -> &'b [u8] {
        if let [first, rest @ ..] = self.rest {
            let head = match (*first ^ (major << 5), rest) {
                (length @ 0..24, rest) => Some((length, rest)),
                (24, [length, rest @ ..]) => Some((*length, rest)),
                _ => None,
            };
            if let Some((length, rest)) = head
                && let Some((content, rest)) = rest.split_at_checked(length.into())
            {
                self.rest = rest;
                return content;
            }
        }
        self.long_string(major)
    }

    #[cold]
    #[inline(never)]
    fn long_string(&mut self, major: u8) -> &'b [u8] {
        let length = self.long_length(major);
        let Some((content, rest)) = self.rest.split_at_checked(length) else {
            self.refuse_cbor(Cbor::UnexpectedEnd, self.end);
            return &[];
        };
        self.rest = rest;
        content
    }

    /// Takes a byte string.
    pub(crate) fn bytes(&mut self) -> &'b [u8] {
        self.string(2)
    }

    /// Takes a byte string, with the place where its content begins.
    pub(crate) fn byte_string(&mut self) -> Raw<'b> {
        let content = self.bytes();
        Raw::new(content, self.offset().wrapping_sub(content.len()))
    }

    /// Takes a byte string as it is encoded, its head included.
    pub(crate) fn encoded_byte_string(&mut self) -> Raw<'b> {
        let start = self.rest();
        self.bytes();
        self.since(start)
    }

    /// Takes a text string.
    pub(crate) fn text(&mut self) -> &'b str {
        let at = self.offset();
        core::str::from_utf8(self.string(3)).unwrap_or_else(|_| {
            self.refuse_cbor(Cbor::InvalidUtf8, at);
            ""
        })
    }

    /// Takes the bytes of a text string that was read before.
    pub(crate) fn checked_text(&mut self) -> &'b [u8] {
        self.string(3)
    }

    /// Takes a boolean.
    pub(crate) fn boolean(&mut self) -> bool {
        match self.rest {
            [value @ (0xf4 | 0xf5), rest @ ..] => {
                self.rest = rest;
                *value == 0xf5
            }
            _ => self.by_cursor(|cursor| Ok(cursor.boolean()?)).unwrap_or_default(),
        }
    }

    /// Takes `null` if it stands here, and says whether it did.
    pub(crate) fn null(&mut self) -> bool {
        match self.rest {
            [0xf6, rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes a tag.
    pub(crate) fn tag(&mut self) -> u64 {
        self.by_cursor(|cursor| Ok(cursor.tag()?)).unwrap_or_default()
    }

    /// Takes a tag if one stands here, which must be `number`, and says whether one did.
    pub(crate) fn optional_tag(&mut self, number: u64) -> bool {
        self.is_at(6)
            && self.by_cursor(|cursor| Ok(cursor.optional_tag(number)?)).unwrap_or_default()
    }

    /// Passes over the next item, whatever it is, and checks that it is well-formed.
    #[inline(never)]
    pub(crate) fn skip(&mut self) {
        match self.rest {
            [0..24, rest @ ..] => self.rest = rest,
            [0x40..=0x58, ..] => {
                self.bytes();
            }
            _ => {
                self.by_cursor(|cursor| Ok(cursor.skip()?));
            }
        }
    }

    /// Passes over the next item, which was read before.
    #[inline(never)]
    pub(crate) fn pass(&mut self) {
        match self.rest {
            [0..24, rest @ ..] => self.rest = rest,
            [0x40..=0x58 | 0x60..=0x78, ..] => {
                self.string(if self.is_at(2) { 2 } else { 3 });
            }
            _ => self.skip(),
        }
    }

    /// Enters an array.
    pub(crate) fn array(&mut self) -> Left {
        self.items(4)
    }

    /// Enters a map.
    pub(crate) fn map(&mut self) -> Keys<'b> {
        let map = self.rest;
        Keys { left: self.items(5), from: 0, map }
    }

    #[inline(never)]
    fn items(&mut self, major: u8) -> Left {
        let count = match self.rest {
            [first, rest @ ..] if *first ^ (major << 5) < 24 => {
                self.rest = rest;
                (*first & 0x1f).into()
            }
            _ => self.long_length(major),
        };
        // An entry of a map has two items.
        if count > self.rest.len() >> (major & 1) && count != usize::MAX {
            self.refuse_cbor(Cbor::UnexpectedEnd, self.end);
            return Left::NONE;
        }
        Left(count)
    }

    /// Whether another item of an array follows; takes the break that ends an indefinite length.
    #[inline(never)]
    pub(crate) fn more(&mut self, left: &mut Left) -> bool {
        if left.0 == 0 || self.is_refused() {
            return false;
        }
        if left.0 == usize::MAX {
            return !self.has_ended();
        }
        left.0 = left.0.wrapping_sub(1);
        true
    }

    /// Takes the break at the end of an indefinite length, if it stands here.
    #[cold]
    #[inline(never)]
    fn has_ended(&mut self) -> bool {
        match self.rest {
            [0xff, rest @ ..] => {
                self.rest = rest;
                true
            }
            [_, ..] => false,
            [] => {
                self.refuse_cbor(Cbor::UnexpectedEnd, self.end);
                true
            }
        }
    }

    /// Whether another entry of a map follows, whose key is an integer: takes it.
    #[inline(never)]
    pub(crate) fn key(&mut self, keys: &mut Keys<'b>) -> Option<i64> {
        // Nothing is left where something was refused.
        if let (1..usize::MAX, [key @ 0..24, rest @ ..]) = (keys.left.0, self.rest)
            && *key >= keys.from
        {
            keys.left.0 = keys.left.0.wrapping_sub(1);
            keys.from = key.wrapping_add(1);
            self.rest = rest;
            return Some((*key).into());
        }
        self.other_key(keys)
    }

    #[cold]
    #[inline(never)]
    fn other_key(&mut self, keys: &mut Keys<'b>) -> Option<i64> {
        if !self.more(&mut keys.left) {
            return None;
        }
        self.require_unique(keys);
        if self.is_at(3) {
            self.refuse_cbor(Cbor::UnexpectedType { expected: Type::Unsigned }, self.offset());
        }
        let key = self.integer();
        if self.is_refused() { None } else { Some(key) }
    }

    /// Whether another entry follows, whose key is text: it stays.
    pub(crate) fn is_at_text_key(&mut self, keys: &mut Keys<'b>) -> bool {
        let is_text = keys.left.0 != 0 && self.is_at(3);
        if is_text {
            self.require_unique(keys);
        }
        is_text
    }

    /// Takes the text that is the key of the next entry, of which there is one.
    pub(crate) fn text_key(&mut self, keys: &mut Keys<'b>) -> &'b str {
        if self.more(&mut keys.left) { self.text() } else { "" }
    }

    #[cold]
    #[inline(never)]
    fn require_unique(&mut self, keys: &mut Keys<'b>) {
        if keys.from == u8::MAX {
            return;
        }
        keys.from = u8::MAX;
        let offset = self.end.wrapping_sub(keys.map.len());
        let mut cursor = Cursor::at(keys.map, offset);
        let look = |cursor: &mut Cursor<'b>| -> Result<(), CoseError> {
            let mut entries = Entries::enter(cursor)?;
            while entries.next(cursor)?.is_some() {
                cursor.skip()?;
            }
            Ok(())
        };
        if let Err(error) = look(&mut cursor) {
            self.refuse_as(error.into());
        }
    }

    /// Enters a byte string that holds CBOR.
    #[inline(never)]
    pub(crate) fn enter(&mut self) -> Outer<'b> {
        let content = self.bytes();
        let outer = Outer { rest: self.rest, end: self.end };
        self.end = self.offset();
        self.rest = content;
        outer
    }

    /// Leaves it, where nothing more may stand in it.
    #[inline(never)]
    pub(crate) fn leave(&mut self, outer: Outer<'b>) {
        self.finish();
        self.end = outer.end;
        if !self.is_refused() {
            self.rest = outer.rest;
        }
    }

    /// Says that nothing may be left.
    pub(crate) fn finish(&mut self) {
        if !self.rest.is_empty() {
            self.refuse_cbor(Cbor::TrailingBytes, self.offset());
        }
    }
}

/// Reads at `cursor` what `take` takes.
pub(crate) fn at<'b, T>(
    cursor: &mut Cursor<'b>,
    take: impl FnOnce(&mut Reader<'b>) -> T,
) -> Result<T, Error> {
    let mut reader = Reader::new(cursor.rest());
    let taken = take(&mut reader);
    reader.outcome()?;
    *cursor = reader.rest().cursor();
    Ok(taken)
}
