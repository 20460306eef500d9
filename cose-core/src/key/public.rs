//! Public keys: views, and one that owns its bytes.

use crate::iana::{Algorithm, Curve};

/// The y-coordinate of a point: itself, or its sign in a compressed point (RFC 9053, 7.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Y<'b> {
    /// As long as the curve's coordinates.
    Coordinate(&'b [u8]),
    /// Whether y is odd.
    Odd(bool),
}

/// A public key, in pieces that point into a [`Key`](super::Key) or wherever the caller keeps them.
// A word to tell the variants apart: behind a single byte, the rest is copied byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u32)]
pub enum PublicKey<'b> {
    /// A point of a curve in Weierstrass form; the coordinates are as long as the curve says.
    Ec2 {
        /// P-256, P-384, P-521 or secp256k1.
        curve: Curve,
        /// x-coordinate.
        x: &'b [u8],
        /// y-coordinate.
        y: Y<'b>,
    },
    /// An octet key pair's public half, as long as the curve says.
    Okp {
        /// Ed25519, Ed448, X25519 or X448.
        curve: Curve,
        /// The public key.
        x: &'b [u8],
    },
    /// An RSA key (RFC 8230, 4): unsigned integers, big-endian.
    Rsa {
        /// The modulus.
        n: &'b [u8],
        /// The public exponent.
        e: &'b [u8],
    },
    /// A key of hash-based signatures (RFC 8778, 4).
    HssLms {
        /// The public key as in RFC 8554, 6.1.
        public: &'b [u8],
    },
    /// A key of an algorithm that says all about it (AKP): ML-DSA.
    Akp {
        /// The one algorithm that the key serves.
        algorithm: Algorithm,
        /// The public key.
        public: &'b [u8],
    },
}

impl Y<'_> {
    /// Whether y is odd.
    fn is_odd(&self) -> bool {
        match *self {
            Self::Coordinate(y) => y.last().is_some_and(|last| last & 1 == 1),
            Self::Odd(odd) => odd,
        }
    }
}

impl<'b> PublicKey<'b> {
    /// The curve, of a key on one.
    #[must_use]
    pub const fn curve(&self) -> Option<Curve> {
        match self {
            Self::Ec2 { curve, .. } | Self::Okp { curve, .. } => Some(*curve),
            Self::Rsa { .. } | Self::HssLms { .. } | Self::Akp { .. } => None,
        }
    }

    /// Whether the key's type and curve serve `algorithm`.
    #[must_use]
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        self.verifies(algorithm) || self.curve().is_some_and(|curve| curve.serves(algorithm))
    }

    /// Whether the key's type and curve serve the signature algorithm `algorithm`.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Ec2 { curve, .. } | Self::Okp { curve, .. } => curve.signs(algorithm),
            Self::Rsa { .. } => matches!(
                algorithm,
                Algorithm::PS256
                    | Algorithm::PS384
                    | Algorithm::PS512
                    | Algorithm::RS256
                    | Algorithm::RS384
                    | Algorithm::RS512
            ),
            Self::HssLms { .. } => algorithm == Algorithm::HSS_LMS,
            Self::Akp { algorithm: own, .. } => *own == algorithm,
        }
    }

    /// Whether `other` is the same key, however the points are written: compressed or not.
    #[must_use]
    pub fn matches(&self, other: &PublicKey<'_>) -> bool {
        match (*self, *other) {
            (
                PublicKey::Ec2 { curve, x, y },
                PublicKey::Ec2 { curve: on, x: other_x, y: other_y },
            ) => {
                let same_y = match (y, other_y) {
                    (Y::Coordinate(y), Y::Coordinate(other_y)) => y == other_y,
                    _ => y.is_odd() == other_y.is_odd(),
                };
                curve == on && x == other_x && same_y
            }
            (own, other) => own == other,
        }
    }

    /// A key on `curve` from a point as PKIX writes it (SEC 1, 2.3.3), compressed or not, or from
    /// the public key of an octet key pair. `None` for anything else.
    #[must_use]
    pub fn from_point(curve: Curve, point: &'b [u8]) -> Option<Self> {
        let length = curve.coordinate_len();
        if curve.is_okp() {
            return (point.len() == length).then_some(Self::Okp { curve, x: point });
        }
        let (&first, coordinates) = point.split_first()?;
        let (x, y) = coordinates.split_at_checked(length)?;
        let y = match (first, y.len()) {
            (2 | 3, 0) => Y::Odd(first == 3),
            (4, rest) if rest == length => Y::Coordinate(y),
            _ => return None,
        };
        Some(Self::Ec2 { curve, x, y })
    }
}

/// A public key on a curve that owns its bytes, for anchors that are kept or were converted from
/// elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKeyBuf {
    curve: Curve,
    x: [u8; MAX_COORDINATE],
    y: [u8; MAX_COORDINATE],
}

/// The size in bytes of the longest coordinate: that of P-521.
const MAX_COORDINATE: usize = 66;

impl PublicKeyBuf {
    /// A key on `curve` with the coordinates `x` and `y` (of an octet key pair: empty).
    /// `None` when one is not as long as the curve says.
    #[must_use]
    pub fn new(curve: Curve, x: &[u8], y: &[u8]) -> Option<Self> {
        let length = curve.coordinate_len();
        let y_length = if curve.is_okp() { 0 } else { length };
        let mut key = Self { curve, x: [0; MAX_COORDINATE], y: [0; MAX_COORDINATE] };
        if x.len() != length || y.len() != y_length {
            return None;
        }
        key.x.get_mut(..length)?.copy_from_slice(x);
        key.y.get_mut(..y_length)?.copy_from_slice(y);
        Some(key)
    }

    /// A key from an uncompressed point (SEC 1, 2.3.3: 4, x, y), or from the public key of an octet
    /// key pair. `None` for anything else.
    #[must_use]
    pub fn from_point(curve: Curve, point: &[u8]) -> Option<Self> {
        match PublicKey::from_point(curve, point)? {
            PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => Self::new(curve, x, y),
            PublicKey::Okp { x, .. } => Self::new(curve, x, &[]),
            _ => None,
        }
    }

    /// The curve.
    #[must_use]
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// Whether `other` is the same key, however its point is written.
    #[must_use]
    pub fn matches(&self, other: &PublicKey<'_>) -> bool {
        self.as_public().matches(other)
    }

    /// The key as a view of these bytes.
    #[must_use]
    pub fn as_public(&self) -> PublicKey<'_> {
        let length = self.curve.coordinate_len();
        let x = self.x.get(..length).unwrap_or_default();
        let curve = self.curve;
        if curve.is_okp() {
            return PublicKey::Okp { curve, x };
        }
        PublicKey::Ec2 { curve, x, y: Y::Coordinate(self.y.get(..length).unwrap_or_default()) }
    }
}
