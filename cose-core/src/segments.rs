//! What is signed, authenticated or bound to a ciphertext, in the pieces in which it lies in memory.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use crate::cbor::encode_head;

/// The most byte strings of a structure: those of a `Countersign_structure` (RFC 9338, 3.3).
pub(crate) const MAX_FIELDS: usize = 5;

/// A message in pieces: one of the structures of COSE (RFC 9052, 4.4, 5.3 and 6.3; RFC 9338, 3.3), or
/// plain bytes. Nothing is concatenated; a hash or a signer is given one piece after another.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'c> {
    /// Plain bytes that come first; of a structure: the head of the array and the context string.
    start: &'c [u8],
    /// Then byte strings, each written as a head and its content.
    fields: [&'c [u8]; MAX_FIELDS],
    count: usize,
    /// Whether the last of them stands in an array of its own (`other_fields`).
    last_in_array: bool,
}

impl<'c> Segments<'c> {
    /// Plain bytes, as a certificate or a CMS structure signs them.
    #[must_use]
    pub const fn plain(bytes: &'c [u8]) -> Self {
        Self { start: bytes, fields: [&[]; MAX_FIELDS], count: 0, last_in_array: false }
    }

    /// A structure: `start`, then byte strings, of which no structure has more than there is room for.
    pub(crate) fn structure(start: &'static [u8], strings: &[&'c [u8]]) -> Self {
        let field = |index: usize| strings.get(index).copied().unwrap_or_default();
        let fields = [field(0), field(1), field(2), field(3), field(4)];
        Self { start, fields, count: strings.len().min(MAX_FIELDS), last_in_array: false }
    }

    /// The same structure with its last byte string in an array of its own.
    pub(crate) const fn with_last_in_array(mut self) -> Self {
        self.last_in_array = true;
        self
    }

    /// Hands all pieces, in order, to `take`: for a primitive that wants them at once.
    pub fn with_slices<R>(&self, take: impl FnOnce(&[&[u8]]) -> R) -> R {
        let mut heads = [([0; HEAD], 0); MAX_FIELDS];
        for (index, (head, field)) in heads.iter_mut().zip(self.fields).take(self.count).enumerate()
        {
            let in_array = self.last_in_array && index.saturating_add(1) == self.count;
            *head = string_head(field.len(), in_array);
        }
        let mut slices: [&[u8]; 1 + 2 * MAX_FIELDS] = [&[]; 1 + 2 * MAX_FIELDS];
        let mut used = 0usize;
        let pieces =
            heads.iter().zip(self.fields).take(self.count).flat_map(|((head, length), field)| {
                [head.get(..*length).unwrap_or_default(), field]
            });
        for (slice, piece) in slices.iter_mut().zip(core::iter::once(self.start).chain(pieces)) {
            *slice = piece;
            used = used.saturating_add(1);
        }
        take(slices.get(..used).unwrap_or_default())
    }

    /// Hands each piece to `take`, in order, but for empty ones.
    pub fn for_each(&self, mut take: impl FnMut(&[u8])) {
        take(self.start);
        for (index, field) in self.fields.iter().take(self.count).enumerate() {
            let in_array = self.last_in_array && index.saturating_add(1) == self.count;
            match u8::try_from(field.len()) {
                // A head of one byte, which of most fields is all there is: CBOR's type 2.
                Ok(length @ 0..24) if !in_array => take(&[2 << 5 | length]),
                _ => {
                    let (head, length) = string_head(field.len(), in_array);
                    take(head.get(..length).unwrap_or_default());
                }
            }
            if !field.is_empty() {
                take(field);
            }
        }
    }

    /// Writes the whole into the start of `buffer`, for a primitive that takes nothing else; `None`
    /// when it does not fit.
    pub fn write<'w>(&self, buffer: &'w mut [u8]) -> Option<&'w [u8]> {
        let mut length = Some(0usize);
        self.for_each(|piece| {
            length = length.and_then(|start| {
                let end = start.checked_add(piece.len())?;
                buffer.get_mut(start..end)?.copy_from_slice(piece);
                Some(end)
            });
        });
        buffer.get(..length?)
    }

    /// The whole in one piece, for a primitive that takes nothing else.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut whole = Vec::new();
        self.for_each(|piece| whole.extend_from_slice(piece));
        whole
    }
}

/// The longest head of a byte string, behind the head of an array of one.
const HEAD: usize = 10;

/// The head of a byte string of `length` bytes, in an array of its own or not.
fn string_head(length: usize, in_array: bool) -> ([u8; HEAD], usize) {
    let (head, used) = encode_head(2, u64::try_from(length).unwrap_or(u64::MAX));
    let [a, b, c, d, e, f, g, h, i] = head;
    if in_array {
        ([0x81, a, b, c, d, e, f, g, h, i], used.saturating_add(1))
    } else {
        ([a, b, c, d, e, f, g, h, i, 0], used)
    }
}
