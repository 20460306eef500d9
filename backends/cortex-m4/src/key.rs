//! Private keys that sign, in memory, wiped when they are dropped.

use core::fmt;

#[cfg(p256_assembly)]
use hexad_cose_core::KeyOperation;
use hexad_cose_core::crypto::{CryptoError, Sign, Signed};
#[cfg(software_signs_streams)]
use hexad_cose_core::crypto::{Pieces, SignStream};
use hexad_cose_core::{Algorithm, Curve, Key, PublicKey, PublicKeyBuf};
#[cfg(software_signs)]
use hexad_rustcrypto::{RustCrypto, SigningKey as SoftwareKey};
use rand_core::CryptoRng;

use crate::CortexM4;
#[cfg(p256_assembly)]
use crate::p256::PrivateKey;

/// A private key of a signature algorithm that is offered, never printed.
///
/// ```
/// # #[cfg(feature = "p256")] {
/// use hexad_cortex_m4::{CortexM4, SigningKey};
/// use hexad_cose_core::{Algorithm, Curve, Expect, Key, Sign1};
///
/// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
/// let mut buffer = [0; 128];
/// let message = Sign1::builder(Algorithm::ESP256)
///     .payload(b"hello", &mut buffer)?
///     .sign(&key, &mut CortexM4)?;
///
/// let anchor = Key::from_public(key.public());
/// let check = Sign1::parse(message)?.check(&anchor, Expect::alg(Algorithm::ESP256), &mut CortexM4)?;
/// assert_eq!(check.run(&mut CortexM4)?.payload(), b"hello");
/// # }
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SigningKey(Secret);

#[derive(Clone)]
enum Secret {
    #[cfg(p256_assembly)]
    P256 {
        d: PrivateKey,
        public: PublicKeyBuf,
        /// What the `COSE_Key` that it came from restricts it to.
        restricted_to: Option<Algorithm>,
    },
    #[cfg(software_signs)]
    Software(SoftwareKey),
}

impl SigningKey {
    /// A new key on `curve`.
    ///
    /// # Errors
    /// `Unsupported` for a curve that is not offered; `Device` when nothing that `random` gives is a
    /// key of P-256.
    pub fn generate(curve: Curve, random: &mut impl CryptoRng) -> Result<Self, CryptoError> {
        match curve {
            #[cfg(p256_assembly)]
            Curve::P256 => PrivateKey::generate(random).map(Self::on_p256),
            #[cfg(software_signs)]
            _ => SoftwareKey::generate(curve, random).map(Self::software),
            #[cfg(not(software_signs))]
            _ => Err(CryptoError::Unsupported),
        }
    }

    /// The key on `curve` whose private value (`d`) is `d`.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length, zero, or a value that is not below the order; `Unsupported`
    /// for a curve that is not offered.
    pub fn from_bytes(curve: Curve, d: &[u8]) -> Result<Self, CryptoError> {
        match curve {
            #[cfg(p256_assembly)]
            Curve::P256 => PrivateKey::new(d).map(Self::on_p256).ok_or(CryptoError::InvalidKey),
            #[cfg(software_signs)]
            _ => SoftwareKey::from_bytes(curve, d).map(Self::software),
            #[cfg(not(software_signs))]
            _ if d.len() != curve.coordinate_len() => Err(CryptoError::InvalidKey),
            #[cfg(not(software_signs))]
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
        SoftwareKey::generate_ml_dsa(algorithm, random).map(Self::software)
    }

    /// The key of ML-DSA-44, ML-DSA-65 or ML-DSA-87 that comes of `seed`, 32 bytes (FIPS 204,
    /// algorithm 6): the private half of an AKP key.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length; `Unsupported` for another algorithm.
    #[cfg(feature = "ml-dsa")]
    pub fn from_seed(algorithm: Algorithm, seed: &[u8]) -> Result<Self, CryptoError> {
        SoftwareKey::from_seed(algorithm, seed).map(Self::software)
    }

    /// The private half of a `COSE_Key`, whose public half, if it is there, must belong to it. The key
    /// then signs with the algorithm alone that the `COSE_Key` is restricted to.
    ///
    /// # Errors
    /// `InvalidKey` without the private half, when the two halves are not of one key, or when its
    /// `key_ops` do not let it sign; those of [`from_bytes`](Self::from_bytes).
    pub fn from_cose(key: &Key<'_>) -> Result<Self, CryptoError> {
        #[cfg(p256_assembly)]
        if key.curve() == Some(Curve::P256) {
            let d = key.private().ok_or(CryptoError::InvalidKey)?;
            let (d, public) = PrivateKey::new(d).ok_or(CryptoError::InvalidKey)?;
            let algorithm = key.algorithm().unwrap_or(Algorithm::ESP256);
            let belongs = key.public().is_none_or(|other| public.matches(&other));
            if !belongs || !key.allows(algorithm, KeyOperation::Sign) {
                return Err(CryptoError::InvalidKey);
            }
            return Ok(Self(Secret::P256 { d, public, restricted_to: key.algorithm() }));
        }
        #[cfg(software_signs)]
        return SoftwareKey::from_cose(key).map(Self::software);
        #[cfg(not(software_signs))]
        Err(CryptoError::Unsupported)
    }

    /// The curve, of a key on one.
    #[must_use]
    pub fn curve(&self) -> Option<Curve> {
        self.public().curve()
    }

    /// The algorithm of the key: the fully-specified one of its curve (RFC 9864), or its set of
    /// ML-DSA.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { .. } => Algorithm::ESP256,
            #[cfg(software_signs)]
            Secret::Software(key) => key.algorithm(),
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey<'_> {
        match &self.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { public, .. } => public.as_public(),
            #[cfg(software_signs)]
            Secret::Software(key) => key.public(),
        }
    }

    /// The public half of a key on a curve, to keep it.
    #[must_use]
    pub const fn public_on_curve(&self) -> Option<&PublicKeyBuf> {
        match &self.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { public, .. } => Some(public),
            #[cfg(software_signs)]
            Secret::Software(key) => key.public_on_curve(),
        }
    }

    /// Gives the private value (`d`; of ML-DSA the seed) to `use_it`, in a copy that is wiped
    /// afterwards: to store it.
    pub fn with_secret<R>(&self, use_it: impl FnOnce(&[u8]) -> R) -> R {
        match &self.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { d, .. } => use_it(&d.to_bytes()[..]),
            #[cfg(software_signs)]
            Secret::Software(key) => key.with_secret(use_it),
        }
    }

    #[cfg(p256_assembly)]
    fn on_p256((d, public): (PrivateKey, PublicKeyBuf)) -> Self {
        Self(Secret::P256 { d, public, restricted_to: None })
    }

    #[cfg(software_signs)]
    const fn software(key: SoftwareKey) -> Self {
        Self(Secret::Software(key))
    }
}

impl Sign for CortexM4 {
    type Key = SigningKey;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &SigningKey,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        match &key.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { d, public, restricted_to } => {
                let mut own = Key::from_public(public.as_public());
                if let Some(restricted_to) = restricted_to {
                    own = own.with_algorithm(*restricted_to);
                }
                match signed {
                    Signed::Digest(digest) if own.allows(algorithm, KeyOperation::Sign) => {
                        d.sign(digest.as_bytes(), signature)
                    }
                    _ => Err(CryptoError::Unsupported),
                }
            }
            #[cfg(software_signs)]
            Secret::Software(key) => RustCrypto.sign(algorithm, key, signed, signature),
        }
    }
}

#[cfg(software_signs_streams)]
impl SignStream for CortexM4 {
    fn sign_stream(
        &mut self,
        algorithm: Algorithm,
        key: &SigningKey,
        message: &impl Pieces,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        match &key.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { .. } => Err(CryptoError::Unsupported),
            Secret::Software(key) => RustCrypto.sign_stream(algorithm, key, message, signature),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public()).finish_non_exhaustive()
    }
}
