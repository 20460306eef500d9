//! What is signed or authenticated, in the pieces in which it lies in memory.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use crate::cbor::encode_head;

/// A message in pieces: a `Sig_structure` or `MAC_structure` (RFC 9052, 4.4 and 6.3), or plain bytes.
/// Nothing is concatenated; a hash or a signer is given one piece after another.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'c> {
    /// Plain bytes that come first; of a structure: the head of the array and the context string.
    start: &'c [u8],
    /// Then byte strings, each written as a head and its content.
    fields: [&'c [u8]; 3],
    count: usize,
}

impl<'c> Segments<'c> {
    /// Plain bytes, as a certificate or a CMS structure signs them.
    #[must_use]
    pub const fn plain(bytes: &'c [u8]) -> Self {
        Self { start: bytes, fields: [&[]; 3], count: 0 }
    }

    /// A structure: `start`, then three byte strings.
    pub(crate) const fn structure(start: &'static [u8], fields: [&'c [u8]; 3]) -> Self {
        Self { start, fields, count: 3 }
    }

    /// Hands all pieces, in order, to `take`: for a primitive that wants them at once.
    pub fn with_slices<R>(&self, take: impl FnOnce(&[&[u8]]) -> R) -> R {
        let [a, b, c] = self.fields;
        let heads = self.fields.map(|field| bytes_head(field.len()));
        let head = |index: usize| {
            heads.get(index).and_then(|(head, length)| head.get(..*length)).unwrap_or_default()
        };
        let slices = [self.start, head(0), a, head(1), b, head(2), c];
        take(slices.get(..1 + 2 * self.count).unwrap_or(&slices))
    }

    /// Hands each piece to `take`, in order.
    pub fn for_each(&self, mut take: impl FnMut(&[u8])) {
        self.with_slices(|slices| {
            for slice in slices {
                take(slice);
            }
        });
    }

    /// The whole in one piece, for a backend that takes nothing else.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut whole = Vec::new();
        self.for_each(|piece| whole.extend_from_slice(piece));
        whole
    }
}

/// The head of a byte string of `length` bytes.
fn bytes_head(length: usize) -> ([u8; 9], usize) {
    encode_head(2, u64::try_from(length).unwrap_or(u64::MAX))
}
