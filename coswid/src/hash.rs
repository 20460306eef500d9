//! `hash-entry`: an algorithm of the Named Information Hash Algorithm Registry and a value
//! (RFC 9393, section 2.9.1).

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::error::{Error, ErrorKind};

/// A hash algorithm of the "Named Information Hash Algorithm Registry" (RFC 6920, section 9.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HashAlgorithm(pub i64);

impl HashAlgorithm {
    /// 0: not known. For tags that were converted from ISO/IEC 19770-2 alone.
    pub const UNKNOWN: Self = Self(0);
    /// 1: SHA-256.
    pub const SHA_256: Self = Self(1);
    /// 7: SHA-384.
    pub const SHA_384: Self = Self(7);
    /// 8: SHA-512.
    pub const SHA_512: Self = Self(8);

    /// The length of its values in bytes, where it is known.
    #[must_use]
    pub const fn length(self) -> Option<usize> {
        Some(match self.0 {
            1 | 10 => 32,
            2 => 16,
            3 => 15,
            4 => 12,
            5 => 8,
            6 => 4,
            7 | 11 => 48,
            8 | 12 => 64,
            9 => 28,
            _ => return None,
        })
    }

    /// Its name in the registry.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "sha-256",
            2 => "sha-256-128",
            3 => "sha-256-120",
            4 => "sha-256-96",
            5 => "sha-256-64",
            6 => "sha-256-32",
            7 => "sha-384",
            8 => "sha-512",
            9 => "sha3-224",
            10 => "sha3-256",
            11 => "sha3-384",
            12 => "sha3-512",
            _ => return None,
        })
    }
}

/// `hash-entry`: the raw hash of a file, or of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HashEntry<'b> {
    /// `hash-alg-id`
    pub hash_alg_id: HashAlgorithm,
    /// `hash-value`: of the algorithm's length, where that is known.
    pub hash_value: &'b [u8],
}

impl<'b> HashEntry<'b> {
    /// A SHA-256 hash.
    #[must_use]
    pub const fn sha_256(hash_value: &'b [u8; 32]) -> Self {
        Self { hash_alg_id: HashAlgorithm::SHA_256, hash_value }
    }

    fn check(&self, offset: usize) -> Result<(), Error> {
        match self.hash_alg_id.length() {
            Some(length) if length != self.hash_value.len() => {
                Err(Error::new(ErrorKind::HashLength, offset))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let hash_alg_id = HashAlgorithm(cursor.integer()?);
        let here = *cursor;
        let entry = Self { hash_alg_id, hash_value: cursor.bytes()? };
        entry.check(here.offset())?;
        Ok(entry)
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(0)?;
        encoder.array(2)?.integer(self.hash_alg_id.0)?.bytes(self.hash_value)?;
        Ok(())
    }
}
