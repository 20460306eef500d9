//! Curves of COSE keys (RFC 9053, 7.1).

use core::fmt;

use super::Algorithm;

/// A curve of a COSE key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256, 1.
    P256,
    /// NIST P-384, 2.
    P384,
    /// NIST P-521, 3.
    P521,
    /// X25519, 4: key agreement only.
    X25519,
    /// X448, 5: key agreement only.
    X448,
    /// Ed25519, 6: signatures only.
    Ed25519,
    /// Ed448, 7: signatures only.
    Ed448,
    /// secp256k1, 8 (RFC 8812): signatures only.
    Secp256k1,
}

impl Curve {
    /// The curve with this number, if it is one of those offered.
    #[must_use]
    pub const fn from_id(id: i64) -> Option<Self> {
        Some(match id {
            1 => Self::P256,
            2 => Self::P384,
            3 => Self::P521,
            4 => Self::X25519,
            5 => Self::X448,
            6 => Self::Ed25519,
            7 => Self::Ed448,
            8 => Self::Secp256k1,
            _ => return None,
        })
    }

    /// The COSE number.
    #[must_use]
    pub const fn id(self) -> i64 {
        match self {
            Self::P256 => 1,
            Self::P384 => 2,
            Self::P521 => 3,
            Self::X25519 => 4,
            Self::X448 => 5,
            Self::Ed25519 => 6,
            Self::Ed448 => 7,
            Self::Secp256k1 => 8,
        }
    }

    /// The name in the IANA registry, which is also that of JWK.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::X25519 => "X25519",
            Self::X448 => "X448",
            Self::Ed25519 => "Ed25519",
            Self::Ed448 => "Ed448",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// The size of a coordinate, and of a private key, in bytes.
    #[must_use]
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 | Self::X25519 | Self::Ed25519 => 32,
            Self::P384 => 48,
            Self::X448 => 56,
            Self::Ed448 => 57,
            Self::P521 => 66,
        }
    }

    /// Whether keys on it are octet key pairs (`OKP`), which have no y-coordinate.
    #[must_use]
    pub const fn is_okp(self) -> bool {
        matches!(self, Self::X25519 | Self::X448 | Self::Ed25519 | Self::Ed448)
    }

    /// Whether `algorithm` signs, or agrees on a key, on this curve.
    #[must_use]
    pub const fn serves(self, algorithm: Algorithm) -> bool {
        let agrees =
            matches!(self, Self::P256 | Self::P384 | Self::P521 | Self::X25519 | Self::X448);
        self.signs(algorithm)
            || agrees
                && matches!(algorithm.key_management(), Some(super::KeyManagement::Agree { .. }))
    }

    /// Whether `algorithm` signs on this curve.
    #[must_use]
    pub const fn signs(self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::ES256 | Algorithm::ES384 | Algorithm::ES512 => {
                matches!(self, Self::P256 | Self::P384 | Self::P521)
            }
            Algorithm::ESP256 => matches!(self, Self::P256),
            Algorithm::ESP384 => matches!(self, Self::P384),
            Algorithm::ESP512 => matches!(self, Self::P521),
            Algorithm::ES256K => matches!(self, Self::Secp256k1),
            Algorithm::EDDSA => matches!(self, Self::Ed25519 | Self::Ed448),
            Algorithm::ED25519 => matches!(self, Self::Ed25519),
            Algorithm::ED448 => matches!(self, Self::Ed448),
            _ => false,
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
