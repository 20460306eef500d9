//! COSE keys (RFC 9052, 7 and RFC 9053, 7), read in place.

mod operation;
mod parameters;
mod public;
mod secret;
mod set;
mod thumbprint;
mod write;

use core::fmt;

pub use operation::KeyOperation;
pub use public::{PublicKey, PublicKeyBuf, Y};
pub use secret::Secret;
pub use set::{KeySet, Keys};

use crate::cbor::{Cursor, Raw, Type, find};
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, Curve};
use crate::labels::Label;
use operation::KeyOperations;
use parameters::Parameters;

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
    operations: Option<KeyOperations>,
    base_iv: Option<&'b [u8]>,
    material: Material<'b>,
    /// The whole map, of a key that was parsed.
    encoded: Option<Raw<'b>>,
}

/// What a key is made of.
#[derive(Clone, Copy)]
enum Material<'b> {
    Symmetric {
        k: &'b [u8],
    },
    Asymmetric {
        public: PublicKey<'b>,
        private: Option<&'b [u8]>,
    },
    /// A private key whose public half is not written down (RFC 9053, 7.1.1 and 7.2).
    PrivateOnly {
        curve: Curve,
        d: &'b [u8],
    },
}

impl<'b> Key<'b> {
    const fn new(material: Material<'b>) -> Self {
        Self {
            kid: None,
            algorithm: None,
            operations: None,
            base_iv: None,
            material,
            encoded: None,
        }
    }

    /// A public key that is restricted to nothing but what its type and curve allow.
    #[must_use]
    pub const fn from_public(public: PublicKey<'b>) -> Self {
        Self::new(Material::Asymmetric { public, private: None })
    }

    /// A symmetric key, restricted to `algorithm`.
    #[must_use]
    pub const fn from_symmetric(k: &'b [u8], algorithm: Algorithm) -> Self {
        Self::new(Material::Symmetric { k }).with_algorithm(algorithm)
    }

    /// The same public key with its private half `d`, which must be as long as the curve says. A
    /// symmetric key stays as it is.
    #[must_use]
    pub const fn with_private(mut self, d: &'b [u8]) -> Self {
        if let Material::Asymmetric { public, .. } = self.material {
            self.material = Material::Asymmetric { public, private: Some(d) };
        }
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

    /// The same key with the base of its partial IVs (RFC 9052, 3.1).
    #[must_use]
    pub const fn with_base_iv(mut self, base_iv: &'b [u8]) -> Self {
        self.base_iv = Some(base_iv);
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
        Ok(Self {
            kid: parameters.kid,
            algorithm: parameters.algorithm,
            operations: parameters.operations,
            base_iv: parameters.base_iv,
            material: Material::parse(&parameters, start)?,
            encoded: Some(start.until(cursor)),
        })
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

    /// The base of the key's partial IVs.
    #[must_use]
    pub const fn base_iv(&self) -> Option<&'b [u8]> {
        self.base_iv
    }

    /// The curve, of a key on one.
    #[must_use]
    pub const fn curve(&self) -> Option<Curve> {
        match &self.material {
            Material::Symmetric { .. } => None,
            Material::Asymmetric { public, .. } => public.curve(),
            Material::PrivateOnly { curve, .. } => Some(*curve),
        }
    }

    /// The public key, of an asymmetric key that has it written down.
    #[must_use]
    pub const fn public(&self) -> Option<PublicKey<'b>> {
        match self.material {
            Material::Asymmetric { public, .. } => Some(public),
            Material::Symmetric { .. } | Material::PrivateOnly { .. } => None,
        }
    }

    /// The private value of an asymmetric key, if it is there: `d`, or the seed of an AKP key.
    #[must_use]
    pub const fn private(&self) -> Option<&'b [u8]> {
        match self.material {
            Material::Asymmetric { private, .. } => private,
            Material::PrivateOnly { d, .. } => Some(d),
            Material::Symmetric { .. } => None,
        }
    }

    /// The value (`k`) of a symmetric key.
    #[must_use]
    pub const fn symmetric(&self) -> Option<&'b [u8]> {
        match self.material {
            Material::Symmetric { k } => Some(k),
            Material::Asymmetric { .. } | Material::PrivateOnly { .. } => None,
        }
    }

    /// A symmetric key as messages take it.
    ///
    /// # Errors
    /// `KeyMismatch` when it is not symmetric.
    pub fn secret(&self) -> Result<Secret<'b>, Error> {
        match self.material {
            Material::Symmetric { k } => {
                Ok(Secret::restricted(k, self.algorithm, self.operations, self.base_iv))
            }
            _ => Err(Error::new(ErrorKind::KeyMismatch, 0)),
        }
    }

    /// The encoded value of another parameter, of a key that was parsed: the primes of an RSA key.
    #[must_use]
    pub fn parameter(&self, label: Label<'_>) -> Option<Raw<'b>> {
        // It was parsed before, so it parses again.
        find(self.encoded?, label).ok().flatten()
    }

    /// The whole map as received, secret parts and all, of a key that was parsed.
    #[must_use]
    pub const fn encoded(&self) -> Option<Raw<'b>> {
        self.encoded
    }

    /// Whether the key may serve `algorithm` for `operation`: by its type and curve, its `alg` and
    /// its `key_ops`.
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm, operation: KeyOperation) -> bool {
        let fits = match &self.material {
            Material::Asymmetric { public, .. } => public.serves(algorithm),
            Material::PrivateOnly { curve, .. } => curve.serves(algorithm),
            Material::Symmetric { .. } => is_symmetric(algorithm),
        };
        fits && self.restrictions_allow(algorithm, operation)
    }

    /// The public key, when it may check signatures by `algorithm`: as [`allows`](Self::allows).
    #[must_use]
    pub fn verifier(&self, algorithm: Algorithm) -> Option<PublicKey<'b>> {
        self.public().filter(|public| {
            public.verifies(algorithm) && self.restrictions_allow(algorithm, KeyOperation::Verify)
        })
    }

    fn restrictions_allow(&self, algorithm: Algorithm, operation: KeyOperation) -> bool {
        self.algorithm.is_none_or(|own| same_family(own, algorithm))
            && self.operations.is_none_or(|allowed| allowed.contain(operation))
    }
}

impl<'b> Material<'b> {
    /// What the parameters of the map at `start` make up.
    fn parse(parameters: &Parameters<'b>, start: Raw<'b>) -> Result<Self, Error> {
        let missing = start.error(ErrorKind::Missing);
        match parameters.kty.ok_or(missing)? {
            kty @ (1 | 2) => Self::parse_on_curve(parameters, kty == 1, missing),
            3 => {
                let n = bytes(parameters.minus[0]).ok_or(missing)??;
                let e = bytes(parameters.minus[1]).ok_or(missing)??;
                let private = bytes(parameters.minus[2]).transpose()?;
                Ok(Self::Asymmetric { public: PublicKey::Rsa { n, e }, private })
            }
            4 => Ok(Self::Symmetric { k: bytes(parameters.minus[0]).ok_or(missing)?? }),
            5 => {
                let public = bytes(parameters.minus[0]).ok_or(missing)??;
                Ok(Self::Asymmetric { public: PublicKey::HssLms { public }, private: None })
            }
            7 => {
                let algorithm = parameters.algorithm.ok_or(missing)?;
                let public = bytes(parameters.minus[0]).ok_or(missing)??;
                let private = bytes(parameters.minus[1]).transpose()?;
                Ok(Self::Asymmetric { public: PublicKey::Akp { algorithm, public }, private })
            }
            _ => Err(start.error(ErrorKind::Unsupported)),
        }
    }

    fn parse_on_curve(
        parameters: &Parameters<'b>,
        okp: bool,
        missing: Error,
    ) -> Result<Self, Error> {
        let mut cursor = parameters.minus[0].ok_or(missing)?;
        let unsupported = cursor.error(ErrorKind::Unsupported);
        let curve = Curve::from_id(cursor.integer()?).ok_or(unsupported)?;
        if okp != curve.is_okp() {
            return Err(unsupported);
        }
        let private = parameters.minus[3].map(|d| coordinate(d, curve)).transpose()?;
        let x = match (parameters.minus[1], private) {
            (Some(x), _) => coordinate(x, curve)?,
            (None, Some(d)) => return Ok(Self::PrivateOnly { curve, d }),
            (None, None) => return Err(missing),
        };
        let public = if okp {
            PublicKey::Okp { curve, x }
        } else {
            let mut y = parameters.minus[2].ok_or(missing)?;
            let y = match y.peek()? {
                Type::Bool => Y::Odd(y.boolean()?),
                _ => Y::Coordinate(coordinate(y, curve)?),
            };
            PublicKey::Ec2 { curve, x, y }
        };
        Ok(Self::Asymmetric { public, private })
    }
}

impl fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .field("operations", &self.operations)
            .field("public", &self.public())
            .finish_non_exhaustive()
    }
}

/// Whether `algorithm` works with a symmetric key.
const fn is_symmetric(algorithm: Algorithm) -> bool {
    use crate::iana::KeyManagement::{Derive, Direct};
    algorithm.key_len().is_some() || matches!(algorithm.key_management(), Some(Direct | Derive(_)))
}

/// A fully-specified algorithm and the older one of which it is a case (RFC 9864) do the same with
/// the same key; a key made for the one may serve the other.
pub(crate) fn same_family(own: Algorithm, other: Algorithm) -> bool {
    let general = |algorithm| match algorithm {
        Algorithm::ESP256 => Algorithm::ES256,
        Algorithm::ESP384 => Algorithm::ES384,
        Algorithm::ESP512 => Algorithm::ES512,
        Algorithm::ED25519 | Algorithm::ED448 => Algorithm::EDDSA,
        other => other,
    };
    own == other || general(own) == general(other)
}

/// The byte string of a parameter, if the parameter is there.
fn bytes(parameter: Option<Cursor<'_>>) -> Option<Result<&[u8], Error>> {
    parameter.map(|mut cursor| cursor.bytes())
}

/// A byte string that must be as long as the coordinates of `curve`.
fn coordinate<'b>(mut cursor: Cursor<'b>, curve: Curve) -> Result<&'b [u8], Error> {
    let wrong = cursor.error(ErrorKind::Length);
    let bytes = cursor.bytes()?;
    if bytes.len() == curve.coordinate_len() { Ok(bytes) } else { Err(wrong) }
}
