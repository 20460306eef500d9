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

    /// Hands each piece to `take`, in order.
    pub fn for_each(&self, mut take: impl FnMut(&[u8])) {
        take(self.start);
        for field in self.fields.iter().take(self.count) {
            let (head, length) = encode_head(2, u64::try_from(field.len()).unwrap_or(u64::MAX));
            take(head.get(..length).unwrap_or_default());
            take(field);
        }
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
