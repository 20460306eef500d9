//! Key agreement: ECDH on the NIST curves, X25519 and X448 (RFC 9053, 6.3.1).

use core::fmt;

#[cfg(any(feature = "p256", feature = "p384", feature = "p521"))]
use ::ecdsa::elliptic_curve::{
    self, AffinePoint, CurveArithmetic, FieldBytesSize, Generate,
    sec1::{FromSec1Point, ModulusSize, ToSec1Point},
};
#[cfg(feature = "curve448")]
use ed448_goldilocks_plus::x448;
use hexad_cose_core::crypto::{Agree, AgreeEphemeral, CryptoError, SharedSecret};
use hexad_cose_core::{Algorithm, Curve, Key, KeyOperation, PublicKey, PublicKeyBuf};
use rand_core::{CryptoRng, TryCryptoRng};
#[cfg(feature = "curve25519")]
use x25519_dalek as x25519;
use zeroize::Zeroizing;

use crate::RustCrypto;
#[cfg(any(feature = "p256", feature = "p384", feature = "p521"))]
use crate::point::Point;

/// A private key for key agreement, wiped when dropped and never printed.
///
/// ```
/// # #[cfg(feature = "curve25519")] {
/// use hexad_cose_core::{Curve, crypto::Agree};
/// use hexad_rustcrypto::{AgreementKey, RustCrypto};
///
/// let alice = AgreementKey::from_bytes(Curve::X25519, &[1; 32])?;
/// let bob = AgreementKey::from_bytes(Curve::X25519, &[2; 32])?;
/// let of_alice = RustCrypto.agree(&alice, &bob.public().as_public())?;
/// let of_bob = RustCrypto.agree(&bob, &alice.public().as_public())?;
/// assert_eq!(of_alice.as_bytes(), of_bob.as_bytes());
/// # }
/// # Ok::<(), hexad_cose_core::crypto::CryptoError>(())
/// ```
#[derive(Clone)]
pub struct AgreementKey {
    secret: Secret,
    public: PublicKeyBuf,
}

#[derive(Clone)]
enum Secret {
    #[cfg(feature = "p256")]
    P256(p256::SecretKey),
    #[cfg(feature = "p384")]
    P384(p384::SecretKey),
    #[cfg(feature = "p521")]
    P521(p521::SecretKey),
    #[cfg(feature = "curve25519")]
    X25519(x25519::StaticSecret),
    #[cfg(feature = "curve448")]
    X448(x448::StaticSecret),
}

impl AgreementKey {
    /// A new key on `curve`.
    ///
    /// # Errors
    /// `Unsupported` for a curve that is not offered.
    pub fn generate(curve: Curve, random: &mut impl CryptoRng) -> Result<Self, CryptoError> {
        Self::try_generate(curve, random)
    }

    /// As [`generate`](Self::generate), with a source of randomness that can fail.
    ///
    /// # Errors
    /// `Device` when `random` fails; `Unsupported`.
    pub fn try_generate(curve: Curve, random: &mut impl TryCryptoRng) -> Result<Self, CryptoError> {
        match curve {
            #[cfg(feature = "p256")]
            Curve::P256 => Secret::P256(generate(random)?),
            #[cfg(feature = "p384")]
            Curve::P384 => Secret::P384(generate(random)?),
            #[cfg(feature = "p521")]
            Curve::P521 => Secret::P521(generate(random)?),
            #[cfg(feature = "curve25519")]
            Curve::X25519 => {
                let mut d = Zeroizing::new([0; 32]);
                random.try_fill_bytes(&mut d[..]).map_err(|_| CryptoError::Device)?;
                Secret::X25519(x25519::StaticSecret::from(*d))
            }
            #[cfg(feature = "curve448")]
            Curve::X448 => {
                let mut d = Zeroizing::new([0; 56]);
                random.try_fill_bytes(&mut d[..]).map_err(|_| CryptoError::Device)?;
                Secret::X448(x448::StaticSecret::from(*d))
            }
            _ => return Err(CryptoError::Unsupported),
        }
        .with_public()
    }

    /// The key on `curve` whose private value (`d`) is `d`.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length, and on a NIST curve for zero or a value that is not below the
    /// order; `Unsupported` for a curve that is not offered.
    pub fn from_bytes(curve: Curve, d: &[u8]) -> Result<Self, CryptoError> {
        if d.len() != curve.coordinate_len() {
            return Err(CryptoError::InvalidKey);
        }
        let invalid = CryptoError::InvalidKey;
        match curve {
            #[cfg(feature = "p256")]
            Curve::P256 => Secret::P256(p256::SecretKey::from_slice(d).map_err(|_| invalid)?),
            #[cfg(feature = "p384")]
            Curve::P384 => Secret::P384(p384::SecretKey::from_slice(d).map_err(|_| invalid)?),
            #[cfg(feature = "p521")]
            Curve::P521 => Secret::P521(p521::SecretKey::from_slice(d).map_err(|_| invalid)?),
            #[cfg(feature = "curve25519")]
            Curve::X25519 => {
                let d = <[u8; 32]>::try_from(d).map(Zeroizing::new);
                Secret::X25519(x25519::StaticSecret::from(*d.map_err(|_| invalid)?))
            }
            #[cfg(feature = "curve448")]
            Curve::X448 => {
                let d = <[u8; 56]>::try_from(d).map(Zeroizing::new);
                Secret::X448(x448::StaticSecret::from(*d.map_err(|_| invalid)?))
            }
            _ => return Err(CryptoError::Unsupported),
        }
        .with_public()
    }

    /// The private half of a `COSE_Key`, whose public half, if it is there, must belong to it.
    ///
    /// # Errors
    /// `InvalidKey` without `d`, when the two halves are not of one key, or when `key_ops` lets the
    /// key derive neither keys nor bits; those of [`from_bytes`](Self::from_bytes).
    pub fn from_cose(key: &Key<'_>) -> Result<Self, CryptoError> {
        let (Some(curve), Some(d)) = (key.curve(), key.private()) else {
            return Err(CryptoError::InvalidKey);
        };
        let own = key.algorithm().unwrap_or(Algorithm::ECDH_ES_HKDF_256);
        let derives = [KeyOperation::DeriveKey, KeyOperation::DeriveBits];
        if !derives.iter().any(|operation| key.allows(own, *operation)) {
            return Err(CryptoError::InvalidKey);
        }
        let agreement = Self::from_bytes(curve, d)?;
        match key.public() {
            Some(public) if !agreement.public.matches(&public) => Err(CryptoError::InvalidKey),
            _ => Ok(agreement),
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
            #[cfg(feature = "p256")]
            Secret::P256(key) => use_it(&Zeroizing::new(<[u8; 32]>::from(key.to_bytes()))[..]),
            #[cfg(feature = "p384")]
            Secret::P384(key) => use_it(&Zeroizing::new(<[u8; 48]>::from(key.to_bytes()))[..]),
            #[cfg(feature = "p521")]
            Secret::P521(key) => use_it(&Zeroizing::new(<[u8; 66]>::from(key.to_bytes()))[..]),
            #[cfg(feature = "curve25519")]
            Secret::X25519(key) => use_it(&Zeroizing::new(key.to_bytes())[..]),
            #[cfg(feature = "curve448")]
            Secret::X448(key) => use_it(key.as_bytes()),
        }
    }
}

impl Secret {
    /// The secret with the public half that belongs to it.
    fn with_public(self) -> Result<AgreementKey, CryptoError> {
        let public = match &self {
            #[cfg(feature = "p256")]
            Self::P256(key) => {
                let point = key.public_key().to_sec1_point(false);
                PublicKeyBuf::from_point(Curve::P256, point.as_bytes())
            }
            #[cfg(feature = "p384")]
            Self::P384(key) => {
                let point = key.public_key().to_sec1_point(false);
                PublicKeyBuf::from_point(Curve::P384, point.as_bytes())
            }
            #[cfg(feature = "p521")]
            Self::P521(key) => {
                let point = key.public_key().to_sec1_point(false);
                PublicKeyBuf::from_point(Curve::P521, point.as_bytes())
            }
            #[cfg(feature = "curve25519")]
            Self::X25519(key) => {
                let public = x25519::PublicKey::from(key);
                PublicKeyBuf::from_point(Curve::X25519, public.as_bytes())
            }
            #[cfg(feature = "curve448")]
            Self::X448(key) => {
                let public = x448::PublicKey::from(key);
                PublicKeyBuf::from_point(Curve::X448, public.as_bytes())
            }
        };
        let public = public.ok_or(CryptoError::InvalidKey)?;
        Ok(AgreementKey { secret: self, public })
    }
}

impl fmt::Debug for AgreementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgreementKey").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Agree for RustCrypto {
    type Key = AgreementKey;

    fn agree(
        &mut self,
        key: &AgreementKey,
        peer: &PublicKey<'_>,
    ) -> Result<SharedSecret, CryptoError> {
        if peer.curve() != key.public.as_public().curve() {
            return Err(CryptoError::InvalidKey);
        }
        match (&key.secret, peer) {
            #[cfg(feature = "p256")]
            (Secret::P256(key), PublicKey::Ec2 { x, y, .. }) => agree_on(key, x, y),
            #[cfg(feature = "p384")]
            (Secret::P384(key), PublicKey::Ec2 { x, y, .. }) => agree_on(key, x, y),
            #[cfg(feature = "p521")]
            (Secret::P521(key), PublicKey::Ec2 { x, y, .. }) => agree_on(key, x, y),
            #[cfg(feature = "curve25519")]
            (Secret::X25519(key), PublicKey::Okp { x, .. }) => {
                let peer = <[u8; 32]>::try_from(*x).map_err(|_| CryptoError::InvalidKey)?;
                let shared = key.diffie_hellman(&peer.into());
                // Zeros come of a point of small order, and are known to everyone.
                if shared.was_contributory() {
                    SharedSecret::new(shared.as_bytes()).ok_or(CryptoError::InvalidKey)
                } else {
                    Err(CryptoError::InvalidKey)
                }
            }
            #[cfg(feature = "curve448")]
            (Secret::X448(key), PublicKey::Okp { x, .. }) => {
                let peer = <[u8; 56]>::try_from(*x).map_err(|_| CryptoError::InvalidKey)?;
                let shared = key.diffie_hellman(&peer.into());
                // As with X25519.
                if shared.was_contributory() {
                    SharedSecret::new(shared.as_bytes()).ok_or(CryptoError::InvalidKey)
                } else {
                    Err(CryptoError::InvalidKey)
                }
            }
            _ => Err(CryptoError::InvalidKey),
        }
    }
}

impl AgreeEphemeral for RustCrypto {
    fn agree_ephemeral(
        &mut self,
        peer: &PublicKey<'_>,
        random: &mut impl TryCryptoRng,
    ) -> Result<(PublicKeyBuf, SharedSecret), CryptoError> {
        let curve = peer.curve().ok_or(CryptoError::Unsupported)?;
        let ephemeral = AgreementKey::try_generate(curve, random)?;
        let shared = self.agree(&ephemeral, peer)?;
        Ok((ephemeral.public, shared))
    }
}

#[cfg(any(feature = "p256", feature = "p384", feature = "p521"))]
fn generate<K: Generate>(random: &mut impl TryCryptoRng) -> Result<K, CryptoError> {
    K::try_generate_from_rng(random).map_err(|_| CryptoError::Device)
}

/// The x-coordinate of the product of `key` and the point, which must be on the curve.
#[cfg(any(feature = "p256", feature = "p384", feature = "p521"))]
fn agree_on<C>(
    key: &elliptic_curve::SecretKey<C>,
    x: &[u8],
    y: &hexad_cose_core::Y<'_>,
) -> Result<SharedSecret, CryptoError>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let point = Point::new(x, y).ok_or(CryptoError::InvalidKey)?;
    let peer = elliptic_curve::PublicKey::<C>::from_sec1_bytes(point.as_bytes());
    let shared = key.diffie_hellman(&peer.map_err(|_| CryptoError::InvalidKey)?);
    SharedSecret::new(shared.raw_secret_bytes()).ok_or(CryptoError::InvalidKey)
}
