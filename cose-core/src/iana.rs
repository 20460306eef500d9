//! Numbers from the IANA registries, and what follows from each.
//!
//! COSE algorithms, curves, key types and header parameters: RFC 9052, 9053, 9054, 9864 and the IANA
//! "CBOR Object Signing and Encryption (COSE)" registry.

use core::fmt;

/// CBOR tags of messages.
pub mod tag {
    /// `COSE_Sign1` (RFC 9052, 2).
    pub const SIGN1: u64 = 18;
    /// `COSE_Mac0` (RFC 9052, 2).
    pub const MAC0: u64 = 17;
    /// CWT (RFC 8392, 6).
    pub const CWT: u64 = 61;
}

/// Labels of header parameters (RFC 9052, 3.1).
pub mod header {
    /// Algorithm.
    pub const ALG: i64 = 1;
    /// Parameters that must be understood.
    pub const CRIT: i64 = 2;
    /// Content type of the payload.
    pub const CONTENT_TYPE: i64 = 3;
    /// Key identifier.
    pub const KID: i64 = 4;
    /// Full initialization vector.
    pub const IV: i64 = 5;
    /// Partial initialization vector.
    pub const PARTIAL_IV: i64 = 6;
    /// Certificates in any order (RFC 9360, 2).
    pub const X5BAG: i64 = 32;
    /// The chain of the key's certificate (RFC 9360, 2).
    pub const X5CHAIN: i64 = 33;
    /// The hash of the key's certificate (RFC 9360, 2).
    pub const X5T: i64 = 34;
    /// Where the key's certificate can be fetched (RFC 9360, 2).
    pub const X5U: i64 = 35;
}

/// Labels of `COSE_Key` parameters (RFC 9052, 7.1 and RFC 9053, 7).
pub mod key {
    /// Key type.
    pub const KTY: i64 = 1;
    /// Key identifier.
    pub const KID: i64 = 2;
    /// Algorithm that the key is restricted to.
    pub const ALG: i64 = 3;
    /// Operations that the key is restricted to.
    pub const KEY_OPS: i64 = 4;
    /// Base IV.
    pub const BASE_IV: i64 = 5;
    /// Curve (OKP, EC2).
    pub const CRV: i64 = -1;
    /// Key value (Symmetric).
    pub const K: i64 = -1;
    /// x-coordinate (EC2), public key (OKP).
    pub const X: i64 = -2;
    /// y-coordinate, or its sign (EC2).
    pub const Y: i64 = -3;
    /// Private key (EC2, OKP).
    pub const D: i64 = -4;
}

/// A COSE algorithm by its number. The message's own choice means nothing until the caller has
/// accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Algorithm(pub i64);

impl Algorithm {
    /// ECDSA with SHA-256 (RFC 9053, 2.1), on any curve.
    pub const ES256: Self = Self(-7);
    /// ECDSA with SHA-384 (RFC 9053, 2.1), on any curve.
    pub const ES384: Self = Self(-35);
    /// ECDSA with SHA-512 (RFC 9053, 2.1), on any curve.
    pub const ES512: Self = Self(-36);
    /// ECDSA on P-256 with SHA-256 (RFC 9864).
    pub const ESP256: Self = Self(-9);
    /// ECDSA on P-384 with SHA-384 (RFC 9864).
    pub const ESP384: Self = Self(-51);
    /// ECDSA on P-521 with SHA-512 (RFC 9864).
    pub const ESP512: Self = Self(-52);
    /// EdDSA (RFC 9053, 2.2), on any curve.
    pub const EDDSA: Self = Self(-8);
    /// EdDSA on Ed25519 (RFC 9864).
    pub const ED25519: Self = Self(-19);
    /// HMAC with SHA-256, tag of 8 bytes (RFC 9053, 3.1).
    pub const HMAC_256_64: Self = Self(4);
    /// HMAC with SHA-256 (RFC 9053, 3.1).
    pub const HMAC_256: Self = Self(5);
    /// HMAC with SHA-384 (RFC 9053, 3.1).
    pub const HMAC_384: Self = Self(6);
    /// HMAC with SHA-512 (RFC 9053, 3.1).
    pub const HMAC_512: Self = Self(7);

    /// The hash of an ECDSA algorithm, whose backend is given a digest. `None` for algorithms that
    /// sign the message itself.
    #[must_use]
    pub const fn digest(self) -> Option<HashAlgorithm> {
        match self {
            Self::ES256 | Self::ESP256 => Some(HashAlgorithm::Sha256),
            Self::ES384 | Self::ESP384 => Some(HashAlgorithm::Sha384),
            Self::ES512 | Self::ESP512 => Some(HashAlgorithm::Sha512),
            _ => None,
        }
    }

    /// The size in bytes of the tag that an HMAC algorithm makes. `None` for others.
    #[must_use]
    pub const fn tag_len(self) -> Option<usize> {
        match self {
            Self::HMAC_256_64 => Some(8),
            Self::HMAC_256 => Some(32),
            Self::HMAC_384 => Some(48),
            Self::HMAC_512 => Some(64),
            _ => None,
        }
    }

    /// The name in the IANA registry, of the algorithms that this crate knows.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::ESP256 => "ESP256",
            Self::ESP384 => "ESP384",
            Self::ESP512 => "ESP512",
            Self::EDDSA => "EdDSA",
            Self::ED25519 => "Ed25519",
            Self::HMAC_256_64 => "HMAC 256/64",
            Self::HMAC_256 => "HMAC 256/256",
            Self::HMAC_384 => "HMAC 384/384",
            Self::HMAC_512 => "HMAC 512/512",
            _ => return None,
        })
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "algorithm {}", self.0),
        }
    }
}

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
}

impl HashAlgorithm {
    /// The algorithm with this COSE number, if it is one of those offered.
    #[must_use]
    pub const fn from_id(id: i64) -> Option<Self> {
        match id {
            -16 => Some(Self::Sha256),
            -43 => Some(Self::Sha384),
            -44 => Some(Self::Sha512),
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
        }
    }

    /// The size of the digest in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A curve of a COSE key (RFC 9053, 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256, 1.
    P256,
    /// NIST P-384, 2.
    P384,
    /// NIST P-521, 3.
    P521,
    /// Ed25519, 6.
    Ed25519,
}

impl Curve {
    /// The curve with this number, if it is one of those offered.
    #[must_use]
    pub const fn from_id(id: i64) -> Option<Self> {
        match id {
            1 => Some(Self::P256),
            2 => Some(Self::P384),
            3 => Some(Self::P521),
            6 => Some(Self::Ed25519),
            _ => None,
        }
    }

    /// The COSE number.
    #[must_use]
    pub const fn id(self) -> i64 {
        match self {
            Self::P256 => 1,
            Self::P384 => 2,
            Self::P521 => 3,
            Self::Ed25519 => 6,
        }
    }

    /// The size of a coordinate, and of a private key, in bytes.
    #[must_use]
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 | Self::Ed25519 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Whether `algorithm` signs on this curve.
    #[must_use]
    pub const fn serves(self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::ES256 | Algorithm::ES384 | Algorithm::ES512 => {
                matches!(self, Self::P256 | Self::P384 | Self::P521)
            }
            Algorithm::ESP256 => matches!(self, Self::P256),
            Algorithm::ESP384 => matches!(self, Self::P384),
            Algorithm::ESP512 => matches!(self, Self::P521),
            Algorithm::EDDSA | Algorithm::ED25519 => matches!(self, Self::Ed25519),
            _ => false,
        }
    }
}
