//! Private keys that sign, in memory, wiped when they are dropped.

use core::fmt;

#[cfg(any(feature = "p256", feature = "p384", feature = "p521", feature = "secp256k1"))]
use ::ecdsa::elliptic_curve::Generate;
use hexad_cose_core::crypto::{CryptoError, Sign, Signed};
#[cfg(any(feature = "curve25519", feature = "ml-dsa"))]
use hexad_cose_core::crypto::{Pieces, SignStream};
use hexad_cose_core::{Algorithm, Curve, Key, KeyOperation, PublicKey, PublicKeyBuf};
use rand_core::CryptoRng;

use crate::RustCrypto;
#[cfg(any(feature = "p256", feature = "p384", feature = "p521", feature = "secp256k1"))]
use crate::ecdsa;
#[cfg(feature = "curve448")]
use crate::ed448;
#[cfg(feature = "curve25519")]
use crate::eddsa;
#[cfg(feature = "ml-dsa")]
use crate::mldsa;
#[cfg(feature = "rsa-sign")]
use crate::rsa;

/// A private key of a signature algorithm that is offered, never printed. With feature `ml-dsa` it
/// takes up 2.7 KiB: a public key of ML-DSA-87 has to fit.
///
/// ```
/// # #[cfg(feature = "p256")] {
/// use hexad_cose_core::{Algorithm, Curve, Expect, Key, Sign1};
/// use hexad_rustcrypto::{RustCrypto, SigningKey};
///
/// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
/// let mut buffer = [0; 128];
/// let message = Sign1::builder(Algorithm::ESP256)
///     .payload(b"hello", &mut buffer)?
///     .sign(&key, &mut RustCrypto)?;
///
/// let anchor = Key::from_public(key.public());
/// let check = Sign1::parse(message)?.check(&anchor, Expect::alg(Algorithm::ESP256), &mut RustCrypto)?;
/// assert_eq!(check.run(&mut RustCrypto)?.payload(), b"hello");
/// # }
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    secret: Secret,
    /// What the `COSE_Key` that it came from restricts it to.
    restricted_to: Option<Algorithm>,
}

#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "there may be no heap to keep the large one on")]
enum Secret {
    #[cfg(feature = "p256")]
    P256(p256::ecdsa::SigningKey, PublicKeyBuf),
    #[cfg(feature = "p384")]
    P384(p384::ecdsa::SigningKey, PublicKeyBuf),
    #[cfg(feature = "p521")]
    P521(p521::ecdsa::SigningKey, PublicKeyBuf),
    #[cfg(feature = "secp256k1")]
    Secp256k1(k256::ecdsa::SigningKey, PublicKeyBuf),
    #[cfg(feature = "curve25519")]
    Ed25519(ed25519_dalek::SigningKey, PublicKeyBuf),
    #[cfg(feature = "curve448")]
    Ed448(ed448_goldilocks_plus::SigningKey, PublicKeyBuf),
    #[cfg(feature = "ml-dsa")]
    MlDsa(mldsa::Secret),
    #[cfg(feature = "rsa-sign")]
    Rsa(rsa::Secret),
}

impl From<Secret> for SigningKey {
    fn from(secret: Secret) -> Self {
        Self { secret, restricted_to: None }
    }
}

impl SigningKey {
    /// A new key on `curve`.
    ///
    /// # Errors
    /// `Unsupported` for a curve that is not offered.
    pub fn generate(curve: Curve, random: &mut impl CryptoRng) -> Result<Self, CryptoError> {
        match curve {
            #[cfg(feature = "p256")]
            Curve::P256 => on_p256(Generate::generate_from_rng(random)),
            #[cfg(feature = "p384")]
            Curve::P384 => on_p384(Generate::generate_from_rng(random)),
            #[cfg(feature = "p521")]
            Curve::P521 => on_p521(Generate::generate_from_rng(random)),
            #[cfg(feature = "secp256k1")]
            Curve::Secp256k1 => on_secp256k1(Generate::generate_from_rng(random)),
            #[cfg(feature = "curve25519")]
            Curve::Ed25519 => on_ed25519(ed25519_dalek::SigningKey::generate(random)),
            #[cfg(feature = "curve448")]
            Curve::Ed448 => {
                let mut seed = zeroize::Zeroizing::new([0; 57]);
                random.fill_bytes(&mut seed[..]);
                on_ed448(&seed[..])
            }
            _ => {
                let _ = random;
                Err(CryptoError::Unsupported)
            }
        }
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
        match curve {
            #[cfg(feature = "p256")]
            Curve::P256 => on_p256(
                p256::ecdsa::SigningKey::from_slice(d).map_err(|_| CryptoError::InvalidKey)?,
            ),
            #[cfg(feature = "p384")]
            Curve::P384 => on_p384(
                p384::ecdsa::SigningKey::from_slice(d).map_err(|_| CryptoError::InvalidKey)?,
            ),
            #[cfg(feature = "p521")]
            Curve::P521 => on_p521(
                p521::ecdsa::SigningKey::from_slice(d).map_err(|_| CryptoError::InvalidKey)?,
            ),
            #[cfg(feature = "secp256k1")]
            Curve::Secp256k1 => on_secp256k1(
                k256::ecdsa::SigningKey::from_slice(d).map_err(|_| CryptoError::InvalidKey)?,
            ),
            #[cfg(feature = "curve25519")]
            Curve::Ed25519 => on_ed25519(d.try_into().map_err(|_| CryptoError::InvalidKey)?),
            #[cfg(feature = "curve448")]
            Curve::Ed448 => on_ed448(d),
            _ => Err(CryptoError::Unsupported),
        }
    }

    /// A new key of ML-DSA-44, ML-DSA-65 or ML-DSA-87.
    ///
    /// # Errors
    /// `Unsupported` for another algorithm.
    #[cfg(feature = "ml-dsa")]
    pub fn generate_ml_dsa(
        algorithm: Algorithm,
        random: &mut impl CryptoRng,
    ) -> Result<Self, CryptoError> {
        let mut seed = zeroize::Zeroizing::new([0; mldsa::SEED]);
        random.fill_bytes(&mut seed[..]);
        Self::from_seed(algorithm, &seed[..])
    }

    /// The key of ML-DSA-44, ML-DSA-65 or ML-DSA-87 that comes of `seed`, 32 bytes (FIPS 204,
    /// algorithm 6): the private half of an AKP key.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length; `Unsupported` for another algorithm.
    #[cfg(feature = "ml-dsa")]
    pub fn from_seed(algorithm: Algorithm, seed: &[u8]) -> Result<Self, CryptoError> {
        Ok(Secret::MlDsa(mldsa::Secret::new(algorithm, seed)?).into())
    }

    /// A new RSA key with a modulus of `bits`, 2,048 to 8,192, and the public exponent 65,537. It
    /// takes seconds.
    ///
    /// # Errors
    /// `InvalidKey` for another size; `Device` when no primes are found.
    #[cfg(feature = "rsa-sign")]
    pub fn generate_rsa(bits: usize, random: &mut impl CryptoRng) -> Result<Self, CryptoError> {
        Ok(Secret::Rsa(rsa::Secret::generate(bits, random)?).into())
    }

    /// The RSA key with the prime factors `p` and `q` and the public exponent `e`, each an unsigned
    /// integer, big-endian. Its private exponent is the least.
    ///
    /// # Errors
    /// `InvalidKey` when the numbers do not make a key, or one with a modulus of less than 2,048 or
    /// more than 8,192 bits.
    #[cfg(feature = "rsa-sign")]
    pub fn from_primes(p: &[u8], q: &[u8], e: &[u8]) -> Result<Self, CryptoError> {
        Ok(Secret::Rsa(rsa::Secret::from_primes(p, q, e)?).into())
    }

    /// The private half of a `COSE_Key`, whose public half, if it is there, must belong to it. Of an
    /// RSA key the two primes must be there. The key then signs with the algorithm alone that the
    /// `COSE_Key` is restricted to.
    ///
    /// # Errors
    /// `InvalidKey` without the private half, when the two halves are not of one key, or when its
    /// `key_ops` do not let it sign; those of [`from_bytes`](Self::from_bytes).
    pub fn from_cose(key: &Key<'_>) -> Result<Self, CryptoError> {
        let mut signing = Self::private_half(key)?;
        if key.public().is_some_and(|public| !signing.belongs_to(&public)) {
            return Err(CryptoError::InvalidKey);
        }
        let algorithm = key.algorithm().unwrap_or(signing.algorithm());
        if !key.allows(algorithm, KeyOperation::Sign) {
            return Err(CryptoError::InvalidKey);
        }
        signing.restricted_to = key.algorithm();
        Ok(signing)
    }

    fn private_half(key: &Key<'_>) -> Result<Self, CryptoError> {
        let d = key.private().ok_or(CryptoError::InvalidKey)?;
        if let Some(curve) = key.curve() {
            return Self::from_bytes(curve, d);
        }
        match key.public() {
            #[cfg(feature = "ml-dsa")]
            Some(PublicKey::Akp { algorithm, .. }) => Self::from_seed(algorithm, d),
            #[cfg(feature = "rsa-sign")]
            Some(PublicKey::Rsa { e, .. }) => {
                // RFC 8230, 4: p and q.
                let prime = |label| {
                    let raw = key.parameter(hexad_cose_core::Label::Integer(label));
                    let bytes = raw.and_then(|raw| raw.cursor().bytes().ok());
                    bytes.ok_or(CryptoError::InvalidKey)
                };
                Self::from_primes(prime(-4)?, prime(-5)?, e)
            }
            _ => Err(CryptoError::Unsupported),
        }
    }

    fn belongs_to(&self, public: &PublicKey<'_>) -> bool {
        match self.public_on_curve() {
            Some(own) => own.matches(public),
            None => self.public() == *public,
        }
    }

    /// The curve, of a key on one.
    #[must_use]
    pub fn curve(&self) -> Option<Curve> {
        self.public().curve()
    }

    /// The algorithm of the key: the fully-specified one of its curve (RFC 9864), ES256K, or its set
    /// of ML-DSA. Of an RSA key, which could serve several, PS256.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match &self.secret {
            #[cfg(feature = "p256")]
            Secret::P256(..) => Algorithm::ESP256,
            #[cfg(feature = "p384")]
            Secret::P384(..) => Algorithm::ESP384,
            #[cfg(feature = "p521")]
            Secret::P521(..) => Algorithm::ESP512,
            #[cfg(feature = "secp256k1")]
            Secret::Secp256k1(..) => Algorithm::ES256K,
            #[cfg(feature = "curve25519")]
            Secret::Ed25519(..) => Algorithm::ED25519,
            #[cfg(feature = "curve448")]
            Secret::Ed448(..) => Algorithm::ED448,
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(secret) => secret.algorithm(),
            #[cfg(feature = "rsa-sign")]
            Secret::Rsa(_) => Algorithm::PS256,
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey<'_> {
        match &self.secret {
            #[cfg(feature = "p256")]
            Secret::P256(_, public) => public.as_public(),
            #[cfg(feature = "p384")]
            Secret::P384(_, public) => public.as_public(),
            #[cfg(feature = "p521")]
            Secret::P521(_, public) => public.as_public(),
            #[cfg(feature = "secp256k1")]
            Secret::Secp256k1(_, public) => public.as_public(),
            #[cfg(feature = "curve25519")]
            Secret::Ed25519(_, public) => public.as_public(),
            #[cfg(feature = "curve448")]
            Secret::Ed448(_, public) => public.as_public(),
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(secret) => {
                PublicKey::Akp { algorithm: secret.algorithm(), public: secret.public() }
            }
            #[cfg(feature = "rsa-sign")]
            Secret::Rsa(secret) => PublicKey::Rsa { n: secret.n(), e: secret.e() },
        }
    }

    /// The public half of a key on a curve, to keep it.
    #[must_use]
    pub const fn public_on_curve(&self) -> Option<&PublicKeyBuf> {
        match &self.secret {
            #[cfg(feature = "p256")]
            Secret::P256(_, public) => Some(public),
            #[cfg(feature = "p384")]
            Secret::P384(_, public) => Some(public),
            #[cfg(feature = "p521")]
            Secret::P521(_, public) => Some(public),
            #[cfg(feature = "secp256k1")]
            Secret::Secp256k1(_, public) => Some(public),
            #[cfg(feature = "curve25519")]
            Secret::Ed25519(_, public) => Some(public),
            #[cfg(feature = "curve448")]
            Secret::Ed448(_, public) => Some(public),
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(_) => None,
            #[cfg(feature = "rsa-sign")]
            Secret::Rsa(_) => None,
        }
    }

    /// Gives the private value (`d`; of ML-DSA the seed) to `use_it`, in a copy that is wiped
    /// afterwards: to store it.
    pub fn with_secret<R>(&self, use_it: impl FnOnce(&[u8]) -> R) -> R {
        match &self.secret {
            #[cfg(feature = "p256")]
            Secret::P256(key, _) => {
                use_it(&zeroize::Zeroizing::new(<[u8; 32]>::from(key.to_bytes()))[..])
            }
            #[cfg(feature = "p384")]
            Secret::P384(key, _) => {
                use_it(&zeroize::Zeroizing::new(<[u8; 48]>::from(key.to_bytes()))[..])
            }
            #[cfg(feature = "p521")]
            Secret::P521(key, _) => {
                use_it(&zeroize::Zeroizing::new(<[u8; 66]>::from(key.to_bytes()))[..])
            }
            #[cfg(feature = "secp256k1")]
            Secret::Secp256k1(key, _) => {
                use_it(&zeroize::Zeroizing::new(<[u8; 32]>::from(key.to_bytes()))[..])
            }
            #[cfg(feature = "curve25519")]
            Secret::Ed25519(key, _) => use_it(&zeroize::Zeroizing::new(key.to_bytes())[..]),
            #[cfg(feature = "curve448")]
            Secret::Ed448(key, _) => use_it(key.as_bytes()),
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(secret) => use_it(secret.seed()),
            #[cfg(feature = "rsa-sign")]
            Secret::Rsa(secret) => use_it(&secret.d()),
        }
    }

    /// Gives the private numbers of an RSA key to `use_it`, in copies that are wiped afterwards: d, p,
    /// q, d mod (p - 1), d mod (q - 1), the inverse of q mod p (RFC 8230, 4). `None` for another key.
    #[cfg(feature = "rsa-sign")]
    pub fn with_rsa_secrets<R>(&self, use_it: impl FnOnce([&[u8]; 6]) -> R) -> Option<R> {
        match &self.secret {
            Secret::Rsa(secret) => secret.with_numbers(use_it),
            #[cfg(any(
                feature = "p256",
                feature = "p384",
                feature = "p521",
                feature = "secp256k1",
                feature = "curve25519",
                feature = "curve448",
                feature = "ml-dsa"
            ))]
            _ => None,
        }
    }

    /// The RSA key, of one that is.
    #[cfg(all(feature = "pem", feature = "rsa-sign"))]
    pub(crate) const fn as_rsa(&self) -> Option<&rsa::Secret> {
        if let Secret::Rsa(secret) = &self.secret { Some(secret) } else { None }
    }

    /// The same as a key.
    #[cfg(all(feature = "pem", feature = "rsa-sign"))]
    pub(crate) fn from_rsa(key: ::rsa::PrivateKey) -> Result<Self, CryptoError> {
        Ok(Secret::Rsa(rsa::Secret::new(key)?).into())
    }

    /// Whether the key may sign with `algorithm`.
    fn serves(&self, algorithm: Algorithm) -> bool {
        let key = Key::from_public(self.public());
        match self.restricted_to {
            Some(own) => key.with_algorithm(own).allows(algorithm, KeyOperation::Sign),
            None => key.allows(algorithm, KeyOperation::Sign),
        }
    }
}

impl Sign for RustCrypto {
    type Key = SigningKey;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &SigningKey,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        if !key.serves(algorithm) {
            return Err(CryptoError::Unsupported);
        }
        match (&key.secret, signed) {
            #[cfg(feature = "p256")]
            (Secret::P256(key, _), Signed::Digest(digest)) => {
                ecdsa::sign_on(key, digest.as_bytes(), signature)
            }
            #[cfg(feature = "p384")]
            (Secret::P384(key, _), Signed::Digest(digest)) => {
                ecdsa::sign_on(key, digest.as_bytes(), signature)
            }
            #[cfg(feature = "p521")]
            (Secret::P521(key, _), Signed::Digest(digest)) => {
                ecdsa::sign_on(key, digest.as_bytes(), signature)
            }
            #[cfg(feature = "secp256k1")]
            (Secret::Secp256k1(key, _), Signed::Digest(digest)) => {
                ecdsa::sign_on(key, digest.as_bytes(), signature)
            }
            #[cfg(feature = "curve25519")]
            (Secret::Ed25519(key, _), Signed::Message(message)) => {
                eddsa::sign(key, message, signature)
            }
            #[cfg(feature = "curve448")]
            (Secret::Ed448(key, _), Signed::Message(message)) => {
                ed448::sign(key, message, signature)
            }
            #[cfg(feature = "ml-dsa")]
            (Secret::MlDsa(key), Signed::Message(message)) => key.sign(message, signature),
            #[cfg(feature = "rsa-sign")]
            (Secret::Rsa(key), Signed::Digest(digest)) => {
                key.sign(algorithm, digest.as_bytes(), signature)
            }
            _ => Err(CryptoError::Unsupported),
        }
    }
}

/// EdDSA reads the message twice, ML-DSA once.
#[cfg(any(feature = "curve25519", feature = "ml-dsa"))]
impl SignStream for RustCrypto {
    fn sign_stream(
        &mut self,
        algorithm: Algorithm,
        key: &SigningKey,
        message: &impl Pieces,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        if !key.serves(algorithm) {
            return Err(CryptoError::Unsupported);
        }
        match &key.secret {
            #[cfg(feature = "curve25519")]
            Secret::Ed25519(key, _) => eddsa::sign_stream(key, message, signature),
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(key) => key.sign_stream(message, signature),
            #[cfg(any(
                feature = "p256",
                feature = "p384",
                feature = "p521",
                feature = "secp256k1",
                feature = "curve448",
                feature = "rsa-sign"
            ))]
            _ => Err(CryptoError::Unsupported),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public()).finish_non_exhaustive()
    }
}

#[cfg(feature = "p256")]
fn on_p256(key: p256::ecdsa::SigningKey) -> Result<SigningKey, CryptoError> {
    let public = public_on(Curve::P256, key.verifying_key().to_sec1_point(false).as_bytes())?;
    Ok(Secret::P256(key, public).into())
}

#[cfg(feature = "p384")]
fn on_p384(key: p384::ecdsa::SigningKey) -> Result<SigningKey, CryptoError> {
    let public = public_on(Curve::P384, key.verifying_key().to_sec1_point(false).as_bytes())?;
    Ok(Secret::P384(key, public).into())
}

#[cfg(feature = "p521")]
fn on_p521(key: p521::ecdsa::SigningKey) -> Result<SigningKey, CryptoError> {
    let public = public_on(Curve::P521, key.verifying_key().to_sec1_point(false).as_bytes())?;
    Ok(Secret::P521(key, public).into())
}

#[cfg(feature = "secp256k1")]
fn on_secp256k1(key: k256::ecdsa::SigningKey) -> Result<SigningKey, CryptoError> {
    let public = public_on(Curve::Secp256k1, key.verifying_key().to_sec1_point(false).as_bytes())?;
    Ok(Secret::Secp256k1(key, public).into())
}

#[cfg(feature = "curve25519")]
fn on_ed25519(key: ed25519_dalek::SigningKey) -> Result<SigningKey, CryptoError> {
    let public = public_on(Curve::Ed25519, key.verifying_key().as_bytes())?;
    Ok(Secret::Ed25519(key, public).into())
}

#[cfg(feature = "curve448")]
fn on_ed448(seed: &[u8]) -> Result<SigningKey, CryptoError> {
    let key = ed448_goldilocks_plus::SigningKey::try_from(seed);
    let key = key.map_err(|_| CryptoError::InvalidKey)?;
    let public = public_on(Curve::Ed448, key.verifying_key().as_bytes())?;
    Ok(Secret::Ed448(key, public).into())
}

#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "secp256k1",
    feature = "curve25519",
    feature = "curve448"
))]
fn public_on(curve: Curve, point: &[u8]) -> Result<PublicKeyBuf, CryptoError> {
    PublicKeyBuf::from_point(curve, point).ok_or(CryptoError::InvalidKey)
}
