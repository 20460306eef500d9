//! Digests and tags.

use core::fmt;

use subtle::ConstantTimeEq;

/// A digest or a tag: up to 64 bytes. Compared in constant time.
#[derive(Clone, Copy)]
pub struct Digest {
    bytes: [u8; 64],
    length: usize,
}

impl Digest {
    /// A digest of these bytes; of those beyond 64, none.
    #[must_use]
    pub fn new(digest: &[u8]) -> Self {
        let mut bytes = [0; 64];
        let length = digest.len().min(bytes.len());
        if let (Some(to), Some(from)) = (bytes.get_mut(..length), digest.get(..length)) {
            to.copy_from_slice(from);
        }
        Self { bytes, length }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Whether `expected` is this digest, in a time that does not tell where they differ.
    #[must_use]
    pub fn matches(&self, expected: &[u8]) -> bool {
        self.as_bytes().ct_eq(expected).into()
    }

    /// The first `length` bytes as a digest of their own, as for a truncated tag.
    #[must_use]
    pub fn truncated(mut self, length: usize) -> Self {
        self.length = self.length.min(length);
        self
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.as_bytes())
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(")?;
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}
