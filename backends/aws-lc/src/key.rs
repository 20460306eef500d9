//! Private keys that sign, in AWS-LC's memory, wiped when they are dropped.

use core::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPairComponents, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING,
    ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use hexad_cose_core::crypto::{CryptoError, Sign, Signed};
use hexad_cose_core::{Algorithm, Curve, Key, KeyOperation, Label, PublicKey, PublicKeyBuf};
use zeroize::Zeroizing;

use crate::AwsLc;
use crate::verify::{import, trimmed};

/// A private key of a signature algorithm that is offered, never printed.
///
/// ```
/// use hexad_aws_lc::{AwsLc, SigningKey};
/// use hexad_cose_core::{Algorithm, Curve, Expect, Key, Sign1};
///
/// let key = SigningKey::generate(Curve::P256)?;
/// let mut buffer = [0; 128];
/// let message = Sign1::builder(Algorithm::ESP256)
///     .payload(b"hello", &mut buffer)?
///     .sign(&key, &mut AwsLc)?;
///
/// let anchor = Key::from_public(key.public());
/// let check = Sign1::parse(message)?.check(&anchor, Expect::alg(Algorithm::ESP256), &mut AwsLc)?;
/// assert_eq!(check.run(&mut AwsLc)?.payload(), b"hello");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub struct SigningKey {
    secret: Secret,
    /// What the `COSE_Key` that it came from restricts it to.
    restricted_to: Option<Algorithm>,
}

enum Secret {
    Ecdsa(EcdsaKeyPair, PublicKeyBuf),
    Ed25519(Ed25519KeyPair, PublicKeyBuf),
    MlDsa(Algorithm, PqdsaKeyPair),
    Rsa { pair: RsaKeyPair, n: Vec<u8>, e: Vec<u8> },
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
    /// `Unsupported` for a curve that is not offered; `Device` when the generator fails.
    pub fn generate(curve: Curve) -> Result<Self, CryptoError> {
        if curve == Curve::Ed25519 {
            return on_ed25519(Ed25519KeyPair::generate().map_err(|_| CryptoError::Device)?);
        }
        let pair = EcdsaKeyPair::generate(ecdsa(curve)?.0).map_err(|_| CryptoError::Device)?;
        on_curve(curve, pair)
    }

    /// The key on `curve` whose private value (`d`) is `d`.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length, zero, or a value that is not below the order; `Unsupported`
    /// for a curve that is not offered.
    pub fn from_bytes(curve: Curve, d: &[u8]) -> Result<Self, CryptoError> {
        let invalid = CryptoError::InvalidKey;
        if d.len() != curve.coordinate_len() {
            return Err(invalid);
        }
        if curve == Curve::Ed25519 {
            return on_ed25519(Ed25519KeyPair::from_seed_unchecked(d).map_err(|_| invalid)?);
        }
        let (primitive, oid) = ecdsa(curve)?;
        let der = ec_private_key(d, oid).ok_or(invalid)?;
        on_curve(curve, EcdsaKeyPair::from_private_key_der(primitive, &der).map_err(|_| invalid)?)
    }

    /// A new key of ML-DSA-44, ML-DSA-65 or ML-DSA-87.
    ///
    /// # Errors
    /// `Unsupported` for another algorithm; `Device` when the generator fails.
    pub fn generate_ml_dsa(algorithm: Algorithm) -> Result<Self, CryptoError> {
        let pair = PqdsaKeyPair::generate(ml_dsa(algorithm)?).map_err(|_| CryptoError::Device)?;
        Ok(Secret::MlDsa(algorithm, pair).into())
    }

    /// The key of ML-DSA-44, ML-DSA-65 or ML-DSA-87 that comes of `seed`, 32 bytes (FIPS 204,
    /// algorithm 6): the private half of an AKP key.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length; `Unsupported` for another algorithm.
    pub fn from_seed(algorithm: Algorithm, seed: &[u8]) -> Result<Self, CryptoError> {
        let pair = PqdsaKeyPair::from_seed(ml_dsa(algorithm)?, seed);
        Ok(Secret::MlDsa(algorithm, pair.map_err(|_| CryptoError::InvalidKey)?).into())
    }

    /// A new RSA key with a modulus of 2,048, 3,072, 4,096 or 8,192 bits and the public exponent
    /// 65,537.
    ///
    /// # Errors
    /// `InvalidKey` for another size; `Device` when the generator fails.
    pub fn generate_rsa(bits: usize) -> Result<Self, CryptoError> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            8192 => KeySize::Rsa8192,
            _ => return Err(CryptoError::InvalidKey),
        };
        on_rsa(RsaKeyPair::generate(size).map_err(|_| CryptoError::Device)?)
    }

    /// The private half of a `COSE_Key`, whose public half, if it is there, must belong to it. Of an
    /// RSA key all numbers must be there (RFC 8230, 4). The key then signs with the algorithm alone
    /// that the `COSE_Key` is restricted to.
    ///
    /// # Errors
    /// `InvalidKey` without the private half, when the two halves are not of one key, or when its
    /// `key_ops` do not let it sign; those of [`from_bytes`](Self::from_bytes).
    pub fn from_cose(key: &Key<'_>) -> Result<Self, CryptoError> {
        let mut signing = Self::private_half(key)?;
        let belongs = match (key.public(), signing.public_on_curve()) {
            (None, _) => true,
            (Some(public), Some(own)) => own.matches(&public),
            (Some(public), None) => signing.public() == public,
        };
        let algorithm = key.algorithm().unwrap_or(signing.algorithm());
        if !belongs || !key.allows(algorithm, KeyOperation::Sign) {
            return Err(CryptoError::InvalidKey);
        }
        signing.restricted_to = key.algorithm();
        Ok(signing)
    }

    /// The key in PKCS#8 (RFC 5958), of ML-DSA as a seed: to store it.
    ///
    /// # Errors
    /// `Device` when AWS-LC does not give it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let document = match &self.secret {
            Secret::Ecdsa(pair, _) => pair.to_pkcs8v1(),
            Secret::Ed25519(pair, _) => pair.to_pkcs8v1(),
            Secret::MlDsa(_, pair) => pair.to_pkcs8v1(),
            Secret::Rsa { pair, .. } => {
                let der: Result<Pkcs8V1Der<'_>, _> = pair.as_der();
                let der = der.map_err(|_| CryptoError::Device)?;
                return Ok(Zeroizing::new(der.as_ref().to_vec()));
            }
        };
        let document = document.map_err(|_| CryptoError::Device)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    /// A key in PKCS#8 (RFC 5958), of whatever algorithm of those offered.
    ///
    /// # Errors
    /// `InvalidKey` when it is none of them.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return on_ed25519(pair);
        }
        for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1] {
            if let Ok(pair) = EcdsaKeyPair::from_pkcs8(ecdsa(curve)?.0, der) {
                return on_curve(curve, pair);
            }
        }
        for algorithm in [Algorithm::ML_DSA_44, Algorithm::ML_DSA_65, Algorithm::ML_DSA_87] {
            if let Ok(pair) = PqdsaKeyPair::from_pkcs8(ml_dsa(algorithm)?, der) {
                return Ok(Secret::MlDsa(algorithm, pair).into());
            }
        }
        on_rsa(RsaKeyPair::from_pkcs8(der).map_err(|_| CryptoError::InvalidKey)?)
    }

    fn private_half(key: &Key<'_>) -> Result<Self, CryptoError> {
        let d = key.private().ok_or(CryptoError::InvalidKey)?;
        if let Some(curve) = key.curve() {
            return Self::from_bytes(curve, d);
        }
        match key.public() {
            Some(PublicKey::Akp { algorithm, .. }) => Self::from_seed(algorithm, d),
            Some(PublicKey::Rsa { n, e }) => {
                let number = |label| {
                    let raw = key.parameter(Label::Integer(label));
                    let bytes = raw.and_then(|raw| raw.cursor().bytes().ok());
                    bytes.ok_or(CryptoError::InvalidKey)
                };
                let components = KeyPairComponents {
                    public_key: PublicKeyComponents { n: trimmed(n), e: trimmed(e) },
                    d,
                    p: number(-4)?,
                    q: number(-5)?,
                    dP: number(-6)?,
                    dQ: number(-7)?,
                    qInv: number(-8)?,
                };
                let pair = RsaKeyPair::from_components(&components);
                on_rsa(pair.map_err(|_| CryptoError::InvalidKey)?)
            }
            _ => Err(CryptoError::Unsupported),
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
        match (&self.secret, self.curve()) {
            (Secret::MlDsa(algorithm, _), _) => *algorithm,
            (Secret::Rsa { .. }, _) => Algorithm::PS256,
            (Secret::Ed25519(..), _) => Algorithm::ED25519,
            (Secret::Ecdsa(..), Some(Curve::P384)) => Algorithm::ESP384,
            (Secret::Ecdsa(..), Some(Curve::P521)) => Algorithm::ESP512,
            (Secret::Ecdsa(..), Some(Curve::Secp256k1)) => Algorithm::ES256K,
            (Secret::Ecdsa(..), _) => Algorithm::ESP256,
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey<'_> {
        match &self.secret {
            Secret::Ecdsa(_, public) | Secret::Ed25519(_, public) => public.as_public(),
            Secret::MlDsa(algorithm, pair) => {
                PublicKey::Akp { algorithm: *algorithm, public: pair.public_key().as_ref() }
            }
            Secret::Rsa { n, e, .. } => PublicKey::Rsa { n, e },
        }
    }

    /// The public half of a key on a curve, to keep it.
    #[must_use]
    pub const fn public_on_curve(&self) -> Option<&PublicKeyBuf> {
        match &self.secret {
            Secret::Ecdsa(_, public) | Secret::Ed25519(_, public) => Some(public),
            Secret::MlDsa(..) | Secret::Rsa { .. } => None,
        }
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

impl Sign for AwsLc {
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
        let device = CryptoError::Device;
        match (&key.secret, signed) {
            (Secret::Ecdsa(pair, _), Signed::Digest(digest)) => {
                // A pair is made for one hash: that of its curve's algorithm.
                if algorithm.digest() != key.algorithm().digest() {
                    return Err(CryptoError::Unsupported);
                }
                let made = pair.sign_digest(&import(algorithm, digest)?).map_err(|_| device)?;
                copy(made.as_ref(), signature)
            }
            (Secret::Ed25519(pair, _), Signed::Message(message)) => {
                let made = pair.try_sign(&message.to_vec()).map_err(|_| device)?;
                copy(made.as_ref(), signature)
            }
            (Secret::MlDsa(algorithm, pair), Signed::Message(message)) => {
                let length = ml_dsa(*algorithm)?.signature_len();
                let space = signature.get_mut(..length).ok_or(CryptoError::BufferTooSmall)?;
                pair.sign(&message.to_vec(), space).map_err(|_| device)
            }
            (Secret::Rsa { pair, .. }, Signed::Digest(digest)) => {
                let length = pair.public_modulus_len();
                let space = signature.get_mut(..length).ok_or(CryptoError::BufferTooSmall)?;
                let digest = import(algorithm, digest)?;
                let made = pair.sign_digest(rsa(algorithm)?, &digest, space);
                made.map(|()| length).map_err(|_| device)
            }
            _ => Err(CryptoError::Unsupported),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public()).finish_non_exhaustive()
    }
}

/// Copies `made` into the start of `signature`; its size.
fn copy(made: &[u8], signature: &mut [u8]) -> Result<usize, CryptoError> {
    let space = signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?;
    space.copy_from_slice(made);
    Ok(made.len())
}

fn on_curve(curve: Curve, pair: EcdsaKeyPair) -> Result<SigningKey, CryptoError> {
    let public = PublicKeyBuf::from_point(curve, pair.public_key().as_ref());
    Ok(Secret::Ecdsa(pair, public.ok_or(CryptoError::InvalidKey)?).into())
}

fn on_ed25519(pair: Ed25519KeyPair) -> Result<SigningKey, CryptoError> {
    let public = PublicKeyBuf::from_point(Curve::Ed25519, pair.public_key().as_ref());
    Ok(Secret::Ed25519(pair, public.ok_or(CryptoError::InvalidKey)?).into())
}

fn on_rsa(pair: RsaKeyPair) -> Result<SigningKey, CryptoError> {
    let public = pair.public_key();
    let n = public.modulus().big_endian_without_leading_zero().to_vec();
    let e = public.exponent().big_endian_without_leading_zero().to_vec();
    Ok(Secret::Rsa { pair, n, e }.into())
}

/// What signs on a curve, with the object identifier of the curve in DER (RFC 5480, 2.1.1.1; SEC 2,
/// A.2).
type OnCurve = (&'static EcdsaSigningAlgorithm, &'static [u8]);

fn ecdsa(curve: Curve) -> Result<OnCurve, CryptoError> {
    Ok(match curve {
        Curve::P256 => (
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        ),
        Curve::P384 => (&ECDSA_P384_SHA384_FIXED_SIGNING, &[0x06, 5, 0x2b, 0x81, 0x04, 0x00, 0x22]),
        Curve::P521 => (&ECDSA_P521_SHA512_FIXED_SIGNING, &[0x06, 5, 0x2b, 0x81, 0x04, 0x00, 0x23]),
        Curve::Secp256k1 => {
            (&ECDSA_P256K1_SHA256_FIXED_SIGNING, &[0x06, 5, 0x2b, 0x81, 0x04, 0x00, 0x0a])
        }
        _ => return Err(CryptoError::Unsupported),
    })
}

/// An `ECPrivateKey` (RFC 5915, 3) without its public half, which AWS-LC then computes. All of its
/// lengths are below 128.
fn ec_private_key(d: &[u8], oid: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let [d_len, oid_len] = [d.len(), oid.len()].map(|length| u8::try_from(length).ok());
    let (d_len, oid_len) = (d_len?, oid_len?);
    let length = 3u8.checked_add(2)?.checked_add(d_len)?.checked_add(2)?.checked_add(oid_len)?;
    let der = [&[0x30, length, 0x02, 1, 1, 0x04, d_len], d, &[0xa0, oid_len], oid].concat();
    (length < 128).then(|| Zeroizing::new(der))
}

fn ml_dsa(algorithm: Algorithm) -> Result<&'static PqdsaSigningAlgorithm, CryptoError> {
    match algorithm {
        Algorithm::ML_DSA_44 => Ok(&ML_DSA_44_SIGNING),
        Algorithm::ML_DSA_65 => Ok(&ML_DSA_65_SIGNING),
        Algorithm::ML_DSA_87 => Ok(&ML_DSA_87_SIGNING),
        _ => Err(CryptoError::Unsupported),
    }
}

fn rsa(algorithm: Algorithm) -> Result<&'static dyn RsaEncoding, CryptoError> {
    Ok(match algorithm {
        Algorithm::PS256 => &RSA_PSS_SHA256,
        Algorithm::PS384 => &RSA_PSS_SHA384,
        Algorithm::PS512 => &RSA_PSS_SHA512,
        Algorithm::RS256 => &RSA_PKCS1_SHA256,
        Algorithm::RS384 => &RSA_PKCS1_SHA384,
        Algorithm::RS512 => &RSA_PKCS1_SHA512,
        _ => return Err(CryptoError::Unsupported),
    })
}
