//! Key agreement: ECDH on P-256 and X25519 (RFC 9053, 6.3.1).

use core::fmt;

use hexad_cose_core::crypto::{Agree, AgreeEphemeral, CryptoError, SharedSecret};
#[cfg(p256_assembly)]
use hexad_cose_core::{Algorithm, KeyOperation};
use hexad_cose_core::{Curve, Key, PublicKey, PublicKeyBuf};
#[cfg(software_agrees)]
use hexad_rustcrypto::{AgreementKey as SoftwareKey, RustCrypto};
use rand_core::{CryptoRng, TryCryptoRng};

use crate::CortexM4;
#[cfg(p256_assembly)]
use crate::p256::{Point, PrivateKey};

/// A private key for key agreement, wiped when dropped and never printed.
///
/// ```
/// # #[cfg(feature = "p256")] {
/// use hexad_cortex_m4::{AgreementKey, CortexM4};
/// use hexad_cose_core::{Curve, crypto::Agree};
///
/// let alice = AgreementKey::from_bytes(Curve::P256, &[1; 32])?;
/// let bob = AgreementKey::from_bytes(Curve::P256, &[2; 32])?;
/// let of_alice = CortexM4.agree(&alice, &bob.public().as_public())?;
/// let of_bob = CortexM4.agree(&bob, &alice.public().as_public())?;
/// assert_eq!(of_alice.as_bytes(), of_bob.as_bytes());
/// # }
/// # Ok::<(), hexad_cose_core::crypto::CryptoError>(())
/// ```
#[derive(Clone)]
pub struct AgreementKey(Secret);

#[derive(Clone)]
enum Secret {
    #[cfg(p256_assembly)]
    P256 { d: PrivateKey, public: PublicKeyBuf },
    #[cfg(software_agrees)]
    Software(SoftwareKey),
}

impl AgreementKey {
    /// A new key on `curve`.
    ///
    /// # Errors
    /// `Unsupported` for a curve that is not offered; `Device` when nothing that `random` gives is a
    /// key of P-256.
    pub fn generate(curve: Curve, random: &mut impl CryptoRng) -> Result<Self, CryptoError> {
        Self::try_generate(curve, random)
    }

    /// As [`generate`](Self::generate), with a source of randomness that can fail.
    ///
    /// # Errors
    /// `Device` when `random` fails; `Unsupported`.
    pub fn try_generate(curve: Curve, random: &mut impl TryCryptoRng) -> Result<Self, CryptoError> {
        match curve {
            #[cfg(p256_assembly)]
            Curve::P256 => PrivateKey::generate(random).map(Self::on_p256),
            #[cfg(software_agrees)]
            _ => SoftwareKey::try_generate(curve, random).map(Self::software),
            #[cfg(not(software_agrees))]
            _ => Err(CryptoError::Unsupported),
        }
    }

    /// The key on `curve` whose private value (`d`) is `d`.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length, and on P-256 for zero or a value that is not below the order;
    /// `Unsupported` for a curve that is not offered.
    pub fn from_bytes(curve: Curve, d: &[u8]) -> Result<Self, CryptoError> {
        match curve {
            #[cfg(p256_assembly)]
            Curve::P256 => PrivateKey::new(d).map(Self::on_p256).ok_or(CryptoError::InvalidKey),
            #[cfg(software_agrees)]
            _ => SoftwareKey::from_bytes(curve, d).map(Self::software),
            #[cfg(not(software_agrees))]
            _ if d.len() != curve.coordinate_len() => Err(CryptoError::InvalidKey),
            #[cfg(not(software_agrees))]
            _ => Err(CryptoError::Unsupported),
        }
    }

    /// The private half of a `COSE_Key`, whose public half, if it is there, must belong to it.
    ///
    /// # Errors
    /// `InvalidKey` without `d`, when the two halves are not of one key, or when `key_ops` lets the
    /// key derive neither keys nor bits; those of [`from_bytes`](Self::from_bytes).
    pub fn from_cose(key: &Key<'_>) -> Result<Self, CryptoError> {
        #[cfg(p256_assembly)]
        if key.curve() == Some(Curve::P256) {
            let d = key.private().ok_or(CryptoError::InvalidKey)?;
            let (d, public) = PrivateKey::new(d).ok_or(CryptoError::InvalidKey)?;
            let algorithm = key.algorithm().unwrap_or(Algorithm::ECDH_ES_HKDF_256);
            let derives = [KeyOperation::DeriveKey, KeyOperation::DeriveBits];
            if !derives.iter().any(|operation| key.allows(algorithm, *operation))
                || key.public().is_some_and(|other| !public.matches(&other))
            {
                return Err(CryptoError::InvalidKey);
            }
            return Ok(Self(Secret::P256 { d, public }));
        }
        #[cfg(software_agrees)]
        return SoftwareKey::from_cose(key).map(Self::software);
        #[cfg(not(software_agrees))]
        Err(CryptoError::Unsupported)
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKeyBuf {
        match &self.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { public, .. } => public,
            #[cfg(software_agrees)]
            Secret::Software(key) => key.public(),
        }
    }

    /// Gives the private value to `use_it`, in a copy that is wiped afterwards: to store it.
    pub fn with_secret<R>(&self, use_it: impl FnOnce(&[u8]) -> R) -> R {
        match &self.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { d, .. } => use_it(&d.to_bytes()[..]),
            #[cfg(software_agrees)]
            Secret::Software(key) => key.with_secret(use_it),
        }
    }

    #[cfg(p256_assembly)]
    fn on_p256((d, public): (PrivateKey, PublicKeyBuf)) -> Self {
        Self(Secret::P256 { d, public })
    }

    #[cfg(software_agrees)]
    const fn software(key: SoftwareKey) -> Self {
        Self(Secret::Software(key))
    }
}

impl fmt::Debug for AgreementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgreementKey").field("public", self.public()).finish_non_exhaustive()
    }
}

impl Agree for CortexM4 {
    type Key = AgreementKey;

    fn agree(
        &mut self,
        key: &AgreementKey,
        peer: &PublicKey<'_>,
    ) -> Result<SharedSecret, CryptoError> {
        match &key.0 {
            #[cfg(p256_assembly)]
            Secret::P256 { d, .. } => {
                let PublicKey::Ec2 { curve: Curve::P256, x, y } = peer else {
                    return Err(CryptoError::InvalidKey);
                };
                d.agree(&Point::new(x, y).ok_or(CryptoError::InvalidKey)?)
            }
            #[cfg(software_agrees)]
            Secret::Software(key) => RustCrypto.agree(key, peer),
        }
    }
}

impl AgreeEphemeral for CortexM4 {
    fn agree_ephemeral(
        &mut self,
        peer: &PublicKey<'_>,
        random: &mut impl TryCryptoRng,
    ) -> Result<(PublicKeyBuf, SharedSecret), CryptoError> {
        let curve = peer.curve().ok_or(CryptoError::Unsupported)?;
        let own = AgreementKey::try_generate(curve, random)?;
        let secret = self.agree(&own, peer)?;
        Ok((*own.public(), secret))
    }
}
