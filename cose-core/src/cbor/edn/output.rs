//! The encoding as it grows. The head of an item is known when the item ends: until then its place is
//! remembered, and all heads are put in at the end, so that nothing is moved.

use alloc::vec::Vec;

use super::super::encoder::encode_head;

/// How the text wants the head of an item encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indicator {
    /// In the fewest bytes: the text does not say.
    Shortest,
    /// `_i`: in the first byte.
    Immediate,
    /// `_0` to `_3`: with this additional information, 24 to 27.
    Bytes(u8),
    /// `_`: of indefinite length.
    Indefinite,
}

impl Indicator {
    /// The head of `major` type with `argument`; `None` when it does not fit.
    pub fn head(self, major: u8, argument: u64) -> Option<EncodedHead> {
        let (mut bytes, mut length) = encode_head(major, argument);
        match self {
            Self::Shortest => {}
            Self::Immediate if length == 1 => {}
            Self::Immediate => return None,
            Self::Indefinite => {
                (bytes, length) = ([major << 5 | 31, 0, 0, 0, 0, 0, 0, 0, 0], 1);
            }
            Self::Bytes(info) => {
                let width = 1_usize << info.saturating_sub(24).min(3);
                if length > width.saturating_add(1) {
                    return None;
                }
                let argument = argument.to_be_bytes();
                let (first, rest) = bytes.split_first_mut()?;
                *first = major << 5 | info;
                rest.get_mut(..width)?
                    .copy_from_slice(argument.get(argument.len().checked_sub(width)?..)?);
                length = width.saturating_add(1);
            }
        }
        Some(EncodedHead { bytes, length })
    }
}

/// A head and how many of the bytes it is long.
#[derive(Clone, Copy)]
pub(super) struct EncodedHead {
    bytes: [u8; 9],
    length: usize,
}

impl EncodedHead {
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// The place of a head that is not yet known.
#[derive(Clone, Copy)]
pub(super) struct Place {
    index: usize,
    /// The size of all that was complete before it.
    size: usize,
}

#[derive(Default)]
pub(super) struct Output {
    /// Everything but the heads that have places.
    content: Vec<u8>,
    /// Where in `content` a head stands, and which; none while its item is open.
    heads: Vec<(usize, Option<EncodedHead>)>,
    /// The size of `content` and the heads that are known.
    size: usize,
}

impl Output {
    /// Appends bytes as they stand.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.content.extend_from_slice(bytes);
        self.size = self.size.saturating_add(bytes.len());
    }

    /// Appends a head that is known.
    pub fn head(&mut self, head: EncodedHead) {
        self.raw(head.as_bytes());
    }

    /// Keeps a place for a head.
    pub fn open(&mut self) -> Place {
        let place = Place { index: self.heads.len(), size: self.size };
        self.heads.push((self.content.len(), None));
        place
    }

    /// How many bytes stand behind `place`.
    pub fn length(&self, place: Place) -> u64 {
        u64::try_from(self.size.saturating_sub(place.size)).unwrap_or(u64::MAX)
    }

    /// The bytes behind `place`, in which no place is.
    pub fn since(&self, place: Place) -> &[u8] {
        let start = self.heads.get(place.index).map_or(0, |(start, _)| *start);
        self.content.get(start..).unwrap_or_default()
    }

    /// Puts a head in its place.
    pub fn close(&mut self, place: Place, head: EncodedHead) {
        if let Some((_, kept)) = self.heads.get_mut(place.index) {
            *kept = Some(head);
            self.size = self.size.saturating_add(head.length);
        }
    }

    /// The whole encoding.
    pub fn finish(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size);
        let mut from = 0;
        for (position, head) in self.heads {
            bytes.extend_from_slice(self.content.get(from..position).unwrap_or_default());
            bytes.extend_from_slice(head.as_ref().map_or(&[], EncodedHead::as_bytes));
            from = position;
        }
        bytes.extend_from_slice(self.content.get(from..).unwrap_or_default());
        bytes
    }
}
