//! COSE keys (RFC 9052, 7 and RFC 9053, 7), read in place.

use core::fmt;

use crate::cbor::{Cursor, Encoder, Entries, Type};
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, Curve, key as label};

/// An operation that `key_ops` can restrict a key to (RFC 9052, table 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyOperation {
    /// 1: create signatures.
    Sign = 1,
    /// 2: verify signatures.
    Verify = 2,
    /// 9: create tags.
    MacCreate = 9,
    /// 10: check tags.
    MacVerify = 10,
}

/// The y-coordinate of a point: itself, or its sign in a compressed point (RFC 9053, 7.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Y<'b> {
    /// As long as the curve's coordinates.
    Coordinate(&'b [u8]),
    /// Whether y is odd.
    Odd(bool),
}

/// A public key, in pieces that point into a [`Key`] or wherever the caller keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'b> {
    /// A point of a NIST curve; the coordinates are as long as the curve says.
    Ec2 {
        /// P-256, P-384 or P-521.
        curve: Curve,
        /// x-coordinate.
        x: &'b [u8],
        /// y-coordinate.
        y: Y<'b>,
    },
    /// An octet key pair's public half.
    Okp {
        /// Ed25519.
        curve: Curve,
        /// The public key.
        x: &'b [u8],
    },
}

impl PublicKey<'_> {
    /// The curve.
    #[must_use]
    pub const fn curve(&self) -> Curve {
        match self {
            Self::Ec2 { curve, .. } | Self::Okp { curve, .. } => *curve,
        }
    }
}

/// A public key that owns its bytes, for anchors that are kept or were converted from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKeyBuf {
    curve: Curve,
    x: [u8; MAX_COORDINATE],
    y: [u8; MAX_COORDINATE],
}

/// The size in bytes of the longest coordinate: that of P-521.
const MAX_COORDINATE: usize = 66;

impl PublicKeyBuf {
    /// A key on `curve` with the coordinates `x` and, on a NIST curve, `y` (empty otherwise).
    /// `None` when one is not as long as the curve says.
    #[must_use]
    pub fn new(curve: Curve, x: &[u8], y: &[u8]) -> Option<Self> {
        let length = curve.coordinate_len();
        let y_length = if curve == Curve::Ed25519 { 0 } else { length };
        let mut key = Self { curve, x: [0; MAX_COORDINATE], y: [0; MAX_COORDINATE] };
        if x.len() != length || y.len() != y_length {
            return None;
        }
        key.x.get_mut(..length)?.copy_from_slice(x);
        key.y.get_mut(..y_length)?.copy_from_slice(y);
        Some(key)
    }

    /// A key on a NIST curve from an uncompressed point (SEC 1, 2.3.3: 4, x, y), or on Ed25519 from
    /// the 32 bytes of the public key. `None` for anything else.
    #[must_use]
    pub fn from_point(curve: Curve, point: &[u8]) -> Option<Self> {
        if curve == Curve::Ed25519 {
            return Self::new(curve, point, &[]);
        }
        let (x, y) = point.strip_prefix(&[4])?.split_at_checked(curve.coordinate_len())?;
        Self::new(curve, x, y)
    }

    /// Whether `other` is the same key, however its point is written.
    #[must_use]
    pub fn matches(&self, other: &PublicKey<'_>) -> bool {
        match (self.as_public(), *other) {
            (
                PublicKey::Ec2 { x, y: Y::Coordinate(y), .. },
                PublicKey::Ec2 { curve, x: ox, y: oy },
            ) => {
                let same_y = match oy {
                    Y::Coordinate(oy) => y == oy,
                    Y::Odd(odd) => y.last().is_some_and(|last| (last & 1 == 1) == odd),
                };
                curve == self.curve && x == ox && same_y
            }
            (own, other) => own == other,
        }
    }

    /// The key as a view of these bytes.
    #[must_use]
    pub fn as_public(&self) -> PublicKey<'_> {
        let length = self.curve.coordinate_len();
        let x = self.x.get(..length).unwrap_or_default();
        match self.curve {
            Curve::Ed25519 => PublicKey::Okp { curve: self.curve, x },
            curve => {
                let y = Y::Coordinate(self.y.get(..length).unwrap_or_default());
                PublicKey::Ec2 { curve, x, y }
            }
        }
    }
}

/// A `COSE_Key` as it stands in its encoding. Secret parts are never printed.
///
/// ```
/// use hexad_cose_core::{Algorithm, Key, PublicKey};
///
/// # let mut encoded = vec![0xa4, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20];
/// # encoded.extend([7; 32]); encoded.extend([0x03, 0x32]);
/// // {1: 1, -1: 6, -2: h'07…', 3: -19}
/// let key = Key::parse(&encoded)?;
/// assert_eq!(key.algorithm(), Some(Algorithm::ED25519));
/// assert!(matches!(key.public(), Some(PublicKey::Okp { .. })));
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Key<'b> {
    kid: Option<&'b [u8]>,
    algorithm: Option<Algorithm>,
    /// One bit for each operation; `None` when the key does not restrict them.
    operations: Option<u16>,
    public: Option<PublicKey<'b>>,
    secret: Option<&'b [u8]>,
}

impl<'b> Key<'b> {
    /// A public key that is restricted to nothing but what its curve allows.
    #[must_use]
    pub const fn from_public(public: PublicKey<'b>) -> Self {
        Self { kid: None, algorithm: None, operations: None, public: Some(public), secret: None }
    }

    /// A symmetric key, restricted to `algorithm`.
    #[must_use]
    pub const fn from_symmetric(k: &'b [u8], algorithm: Algorithm) -> Self {
        Self {
            kid: None,
            algorithm: Some(algorithm),
            operations: None,
            public: None,
            secret: Some(k),
        }
    }

    /// The same public key with its private half `d`, which must be as long as the curve says.
    #[must_use]
    pub const fn with_private(mut self, d: &'b [u8]) -> Self {
        self.secret = Some(d);
        self
    }

    /// The same key under the identifier `kid`.
    #[must_use]
    pub const fn with_kid(mut self, kid: &'b [u8]) -> Self {
        self.kid = Some(kid);
        self
    }

    /// The same key, restricted to `algorithm`.
    #[must_use]
    pub const fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Reads one `COSE_Key` that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR; `DuplicateKey`; `Missing` without `kty` or a parameter that the type needs;
    /// `Unsupported` for a type or curve that is not offered; `Length` when a coordinate is not as
    /// long as its curve says; `TrailingBytes`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let key = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(key)
    }

    /// Reads the `COSE_Key` at `cursor`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let start = cursor.rest();
        let parameters = Parameters::parse(cursor)?;
        let missing = start.error(ErrorKind::Missing);
        let mut key = Self {
            kid: parameters.kid,
            algorithm: parameters.algorithm,
            operations: parameters.operations,
            public: None,
            secret: None,
        };
        match parameters.kty.ok_or(missing)? {
            kty @ (1 | 2) => {
                let mut cursor = parameters.minus[0].ok_or(missing)?;
                let unsupported = cursor.error(ErrorKind::Unsupported);
                let curve = Curve::from_id(cursor.integer()?).ok_or(unsupported)?;
                if (kty == 1) != (curve == Curve::Ed25519) {
                    return Err(unsupported);
                }
                let x = coordinate(parameters.minus[1].ok_or(missing)?, curve)?;
                key.public = Some(if kty == 1 {
                    PublicKey::Okp { curve, x }
                } else {
                    let mut y = parameters.minus[2].ok_or(missing)?;
                    let y = match y.peek()? {
                        Type::Bool => Y::Odd(y.boolean()?),
                        _ => Y::Coordinate(coordinate(y, curve)?),
                    };
                    PublicKey::Ec2 { curve, x, y }
                });
                if let Some(d) = parameters.minus[3] {
                    key.secret = Some(coordinate(d, curve)?);
                }
            }
            4 => {
                let mut k = parameters.minus[0].ok_or(missing)?;
                key.secret = Some(k.bytes()?);
            }
            _ => return Err(start.error(ErrorKind::Unsupported)),
        }
        Ok(key)
    }

    /// The key identifier.
    #[must_use]
    pub const fn kid(&self) -> Option<&'b [u8]> {
        self.kid
    }

    /// The algorithm that the key is restricted to.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The public key, of an asymmetric key.
    #[must_use]
    pub const fn public(&self) -> Option<PublicKey<'b>> {
        self.public
    }

    /// The private key (`d`) of an asymmetric key, if it is there.
    #[must_use]
    pub const fn private(&self) -> Option<&'b [u8]> {
        if self.public.is_some() { self.secret } else { None }
    }

    /// The value (`k`) of a symmetric key.
    #[must_use]
    pub const fn symmetric(&self) -> Option<&'b [u8]> {
        if self.public.is_some() { None } else { self.secret }
    }

    /// Whether the key may serve `algorithm` for `operation`: by its type and curve, its `alg` and
    /// its `key_ops`.
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm, operation: KeyOperation) -> bool {
        let fits = match self.public {
            Some(public) => public.curve().serves(algorithm),
            None => algorithm.tag_len().is_some(),
        };
        fits && self.algorithm.is_none_or(|own| same_family(own, algorithm))
            && self.operations.is_none_or(|allowed| allowed & (1 << operation as u8) != 0)
    }

    /// Writes the public half (of a symmetric key: nothing that is secret either, so only the type,
    /// which no one can use) as a `COSE_Key` in deterministic encoding.
    ///
    /// # Errors
    /// `BufferTooSmall`; `KeyMismatch` for a symmetric key.
    pub fn encode_public(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.encode(encoder, None)
    }

    /// Writes the key with its private half as a `COSE_Key` in deterministic encoding.
    ///
    /// # Errors
    /// `BufferTooSmall`; `KeyMismatch` when there is no private half.
    pub fn encode_private(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
        self.encode(encoder, Some(self.private().ok_or(mismatch)?))
    }

    fn encode(&self, encoder: &mut Encoder<'_>, d: Option<&[u8]>) -> Result<(), Error> {
        let (kty, curve, x, y) = match self.public {
            Some(PublicKey::Ec2 { curve, x, y }) => (2, curve, x, Some(y)),
            Some(PublicKey::Okp { curve, x }) => (1, curve, x, None),
            None => return Err(Error::new(ErrorKind::KeyMismatch, 0)),
        };
        let optional = [self.kid.is_some(), self.algorithm.is_some(), y.is_some(), d.is_some()];
        encoder.map(3 + optional.into_iter().filter(|there| *there).count())?;
        encoder.integer(label::KTY)?.unsigned(kty)?;
        if let Some(kid) = self.kid {
            encoder.integer(label::KID)?.bytes(kid)?;
        }
        if let Some(algorithm) = self.algorithm {
            encoder.integer(label::ALG)?.integer(algorithm.0)?;
        }
        encoder.integer(label::CRV)?.integer(curve.id())?;
        encoder.integer(label::X)?.bytes(x)?;
        match y {
            Some(Y::Coordinate(y)) => encoder.integer(label::Y)?.bytes(y)?,
            Some(Y::Odd(odd)) => encoder.integer(label::Y)?.boolean(odd)?,
            None => encoder,
        };
        if let Some(d) = d {
            encoder.integer(label::D)?.bytes(d)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .field("operations", &self.operations)
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// A fully-specified algorithm and the older one of which it is a case (RFC 9864) do the same with
/// the same key; a key made for the one may serve the other.
fn same_family(own: Algorithm, other: Algorithm) -> bool {
    let general = |algorithm| match algorithm {
        Algorithm::ESP256 => Algorithm::ES256,
        Algorithm::ESP384 => Algorithm::ES384,
        Algorithm::ESP512 => Algorithm::ES512,
        Algorithm::ED25519 => Algorithm::EDDSA,
        other => other,
    };
    own == other || general(own) == general(other)
}

/// A byte string that must be as long as the coordinates of `curve`.
fn coordinate<'b>(mut cursor: Cursor<'b>, curve: Curve) -> Result<&'b [u8], Error> {
    let wrong = cursor.error(ErrorKind::Length);
    let bytes = cursor.bytes()?;
    if bytes.len() == curve.coordinate_len() { Ok(bytes) } else { Err(wrong) }
}

/// The parameters of a `COSE_Key`, each at most once, before its type gives them a meaning.
#[derive(Default)]
struct Parameters<'b> {
    kty: Option<i64>,
    kid: Option<&'b [u8]>,
    algorithm: Option<Algorithm>,
    operations: Option<u16>,
    /// The values under -1, -2, -3 and -4.
    minus: [Option<Cursor<'b>>; 4],
}

impl<'b> Parameters<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut parameters = Self::default();
        let mut entries = Entries::enter(cursor)?;
        while let Some(label) = entries.next(cursor)? {
            let Some(integer) = label.integer() else {
                cursor.skip()?;
                continue;
            };
            let minus = match integer {
                label::KTY => {
                    let unsupported = cursor.error(ErrorKind::Unsupported);
                    parameters.kty = match cursor.peek()? {
                        Type::Text => return Err(unsupported),
                        _ => Some(cursor.integer()?),
                    };
                    continue;
                }
                label::KID => {
                    parameters.kid = Some(cursor.bytes()?);
                    continue;
                }
                label::ALG => {
                    let unsupported = cursor.error(ErrorKind::Unsupported);
                    parameters.algorithm = match cursor.peek()? {
                        Type::Text => return Err(unsupported),
                        _ => Some(Algorithm(cursor.integer()?)),
                    };
                    continue;
                }
                label::KEY_OPS => {
                    parameters.operations = Some(operations(cursor)?);
                    continue;
                }
                -1 => 0,
                -2 => 1,
                -3 => 2,
                -4 => 3,
                _ => {
                    cursor.skip()?;
                    continue;
                }
            };
            if let Some(value) = parameters.minus.get_mut(minus) {
                *value = Some(cursor.item()?.cursor());
            }
        }
        Ok(parameters)
    }
}

/// `key_ops` as a set of bits; operations without a number, or with one over 15, cannot be ours.
fn operations(cursor: &mut Cursor<'_>) -> Result<u16, Error> {
    let mut operations = 0;
    let empty = cursor.error(ErrorKind::Length);
    let mut items = cursor.array()?;
    let mut any = false;
    while items.next(cursor)? {
        any = true;
        match cursor.peek()? {
            Type::Text => cursor.skip()?,
            _ => {
                if let Ok(operation @ 0..=15) = u8::try_from(cursor.integer()?) {
                    operations |= 1 << operation;
                }
            }
        }
    }
    if any { Ok(operations) } else { Err(empty) }
}
