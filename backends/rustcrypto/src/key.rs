//! Private keys in memory, wiped when they are dropped.

use core::fmt;

use ecdsa::elliptic_curve::Generate;
use hexad_cose_core::{Algorithm, CryptoError, Curve, Key, PublicKeyBuf, Signed};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{ecdsa as nist, eddsa};

/// A private key of one of the curves offered.
///
/// ```
/// use hexad_cose_core::{Algorithm, Curve, Expect, Key, Sign1};
/// use hexad_rustcrypto::{RustCrypto, SigningKey};
///
/// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
/// let mut buffer = [0; 128];
/// let message = Sign1::builder(Algorithm::ESP256)
///     .payload(b"hello", &mut buffer)?
///     .sign(&key, &mut RustCrypto)?;
///
/// let anchor = Key::from_public(key.public().as_public());
/// let check = Sign1::parse(message)?.check(&anchor, Expect::alg(Algorithm::ESP256), &mut RustCrypto)?;
/// assert_eq!(check.run(&mut RustCrypto)?.payload(), b"hello");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    secret: Secret,
    public: PublicKeyBuf,
}

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Secret {
    /// The secret with the public half that belongs to it.
    fn with_public(self) -> Result<SigningKey, CryptoError> {
        let public = match &self {
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                PublicKeyBuf::from_point(Curve::P256, point.as_bytes())
            }
            Self::P384(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                PublicKeyBuf::from_point(Curve::P384, point.as_bytes())
            }
            Self::P521(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                PublicKeyBuf::from_point(Curve::P521, point.as_bytes())
            }
            Self::Ed25519(key) => {
                PublicKeyBuf::from_point(Curve::Ed25519, key.verifying_key().as_bytes())
            }
        };
        let public = public.ok_or(CryptoError::InvalidKey)?;
        Ok(SigningKey { secret: self, public })
    }
}

impl SigningKey {
    /// A new key on `curve`.
    ///
    /// # Errors
    /// `Unsupported` for a curve that is not offered.
    pub fn generate(curve: Curve, random: &mut impl CryptoRng) -> Result<Self, CryptoError> {
        match curve {
            Curve::P256 => Secret::P256(Generate::generate_from_rng(random)),
            Curve::P384 => Secret::P384(Generate::generate_from_rng(random)),
            Curve::P521 => Secret::P521(Generate::generate_from_rng(random)),
            Curve::Ed25519 => Secret::Ed25519(ed25519_dalek::SigningKey::generate(random)),
            _ => return Err(CryptoError::Unsupported),
        }
        .with_public()
    }

    /// The key on `curve` whose private value (`d`) is `d`.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length, zero, or a value that is not below the order;
    /// `Unsupported` for a curve that is not offered.
    pub fn from_bytes(curve: Curve, d: &[u8]) -> Result<Self, CryptoError> {
        if d.len() != curve.coordinate_len() {
            return Err(CryptoError::InvalidKey);
        }
        let invalid = |_| CryptoError::InvalidKey;
        match curve {
            Curve::P256 => Secret::P256(p256::ecdsa::SigningKey::from_slice(d).map_err(invalid)?),
            Curve::P384 => Secret::P384(p384::ecdsa::SigningKey::from_slice(d).map_err(invalid)?),
            Curve::P521 => Secret::P521(p521::ecdsa::SigningKey::from_slice(d).map_err(invalid)?),
            Curve::Ed25519 => Secret::Ed25519(d.try_into().map_err(|_| CryptoError::InvalidKey)?),
            _ => return Err(CryptoError::Unsupported),
        }
        .with_public()
    }

    /// The private half of a `COSE_Key`, whose public half must belong to it.
    ///
    /// # Errors
    /// `InvalidKey` without `d`, or when the two halves are not of one key; those of
    /// [`from_bytes`](Self::from_bytes).
    pub fn from_cose(key: &Key<'_>) -> Result<Self, CryptoError> {
        let (Some(public), Some(d)) = (key.public(), key.private()) else {
            return Err(CryptoError::InvalidKey);
        };
        let signing = Self::from_bytes(public.curve().ok_or(CryptoError::InvalidKey)?, d)?;
        if signing.public.matches(&public) { Ok(signing) } else { Err(CryptoError::InvalidKey) }
    }

    /// The curve.
    #[must_use]
    pub const fn curve(&self) -> Curve {
        match &self.secret {
            Secret::P256(_) => Curve::P256,
            Secret::P384(_) => Curve::P384,
            Secret::P521(_) => Curve::P521,
            Secret::Ed25519(_) => Curve::Ed25519,
        }
    }

    /// The fully-specified algorithm of the curve (RFC 9864): ESP256, ESP384, ESP512 or Ed25519.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match &self.secret {
            Secret::P256(_) => Algorithm::ESP256,
            Secret::P384(_) => Algorithm::ESP384,
            Secret::P521(_) => Algorithm::ESP512,
            Secret::Ed25519(_) => Algorithm::ED25519,
        }
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKeyBuf {
        &self.public
    }

    /// Gives the private value to `use_it`, in a copy that is wiped afterwards: to store it.
    pub fn with_secret<R>(&self, use_it: impl FnOnce(&[u8]) -> R) -> R {
        match &self.secret {
            Secret::P256(key) => use_it(&Zeroizing::new(<[u8; 32]>::from(key.to_bytes()))[..]),
            Secret::P384(key) => use_it(&Zeroizing::new(<[u8; 48]>::from(key.to_bytes()))[..]),
            Secret::P521(key) => use_it(&Zeroizing::new(<[u8; 66]>::from(key.to_bytes()))[..]),
            Secret::Ed25519(key) => use_it(&Zeroizing::new(key.to_bytes())[..]),
        }
    }

    /// Signs with the key's own scheme, if that is `algorithm`; the signature's size.
    pub(crate) fn sign(
        &self,
        algorithm: Algorithm,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        if !self.curve().serves(algorithm) {
            return Err(CryptoError::Unsupported);
        }
        match (&self.secret, signed) {
            (Secret::P256(key), Signed::Digest(digest)) => {
                nist::sign_on(key, digest.as_bytes(), signature)
            }
            (Secret::P384(key), Signed::Digest(digest)) => {
                nist::sign_on(key, digest.as_bytes(), signature)
            }
            (Secret::P521(key), Signed::Digest(digest)) => {
                nist::sign_on(key, digest.as_bytes(), signature)
            }
            (Secret::Ed25519(key), Signed::Message(message)) => {
                eddsa::sign(key, message, signature)
            }
            _ => Err(CryptoError::Unsupported),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public).finish_non_exhaustive()
    }
}
