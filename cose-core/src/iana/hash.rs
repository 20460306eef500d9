//! Hash algorithms (RFC 9054).

/// A hash algorithm (RFC 9054).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-256, -16.
    Sha256,
    /// SHA-384, -43.
    Sha384,
    /// SHA-512, -44.
    Sha512,
    /// SHAKE128 with 256 bits of output, -18.
    Shake128,
    /// SHAKE256 with 512 bits of output, -45.
    Shake256,
}

impl HashAlgorithm {
    /// The algorithm with this COSE number, if it is one of those offered.
    #[must_use]
    pub const fn from_id(id: i64) -> Option<Self> {
        match id {
            -16 => Some(Self::Sha256),
            -43 => Some(Self::Sha384),
            -44 => Some(Self::Sha512),
            -18 => Some(Self::Shake128),
            -45 => Some(Self::Shake256),
            _ => None,
        }
    }

    /// The COSE number.
    #[must_use]
    pub const fn id(self) -> i64 {
        match self {
            Self::Sha256 => -16,
            Self::Sha384 => -43,
            Self::Sha512 => -44,
            Self::Shake128 => -18,
            Self::Shake256 => -45,
        }
    }

    /// The size of the digest in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha256 | Self::Shake128 => 32,
            Self::Sha384 => 48,
            Self::Sha512 | Self::Shake256 => 64,
        }
    }
}
