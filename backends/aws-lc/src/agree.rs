//! Key agreement: ECDH on the NIST curves and X25519 (RFC 9053, 6.3.1).

use core::fmt;

use aws_lc_rs::agreement::{
    self, ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey, UnparsedPublicKey, X25519,
};
use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin, EcPrivateKeyBin};
use hexad_cose_core::crypto::{Agree, AgreeEphemeral, CryptoError, SharedSecret};
use hexad_cose_core::{Algorithm, Curve, Key, KeyOperation, PublicKey, PublicKeyBuf};
use rand_core::TryCryptoRng;

use crate::AwsLc;
use crate::verify::point_of;

/// A private key for key agreement, wiped when dropped and never printed.
///
/// ```
/// use hexad_aws_lc::{AgreementKey, AwsLc};
/// use hexad_cose_core::{Curve, crypto::Agree};
///
/// let alice = AgreementKey::generate(Curve::X25519)?;
/// let bob = AgreementKey::generate(Curve::X25519)?;
/// let of_alice = AwsLc.agree(&alice, &bob.public().as_public())?;
/// let of_bob = AwsLc.agree(&bob, &alice.public().as_public())?;
/// assert_eq!(of_alice.as_bytes(), of_bob.as_bytes());
/// # Ok::<(), hexad_cose_core::crypto::CryptoError>(())
/// ```
pub struct AgreementKey {
    key: PrivateKey,
    public: PublicKeyBuf,
}

impl AgreementKey {
    /// A new key on `curve`.
    ///
    /// # Errors
    /// `Unsupported` for a curve that is not offered; `Device` when the generator fails.
    pub fn generate(curve: Curve) -> Result<Self, CryptoError> {
        let key = PrivateKey::generate(primitive(curve)?).map_err(|_| CryptoError::Device)?;
        Self::with_public(curve, key)
    }

    /// The key on `curve` whose private value (`d`) is `d`.
    ///
    /// # Errors
    /// `InvalidKey` for a wrong length, and on a NIST curve for zero or a value that is not below the
    /// order; `Unsupported` for a curve that is not offered.
    pub fn from_bytes(curve: Curve, d: &[u8]) -> Result<Self, CryptoError> {
        let key = PrivateKey::from_private_key(primitive(curve)?, d);
        Self::with_public(curve, key.map_err(|_| CryptoError::InvalidKey)?)
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

    fn with_public(curve: Curve, key: PrivateKey) -> Result<Self, CryptoError> {
        let point = key.compute_public_key().map_err(|_| CryptoError::InvalidKey)?;
        let public = PublicKeyBuf::from_point(curve, point.as_ref());
        Ok(Self { key, public: public.ok_or(CryptoError::InvalidKey)? })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKeyBuf {
        &self.public
    }

    /// Gives the private value to `use_it`, in a copy that is wiped afterwards: to store it.
    ///
    /// # Errors
    /// `Device` when AWS-LC does not give it.
    pub fn with_secret<R>(&self, use_it: impl FnOnce(&[u8]) -> R) -> Result<R, CryptoError> {
        let device = CryptoError::Device;
        if self.key.algorithm() == &X25519 {
            let d: Curve25519SeedBin<'_> = self.key.as_be_bytes().map_err(|_| device)?;
            return Ok(use_it(d.as_ref()));
        }
        let d: EcPrivateKeyBin<'_> = self.key.as_be_bytes().map_err(|_| device)?;
        Ok(use_it(d.as_ref()))
    }
}

impl fmt::Debug for AgreementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgreementKey").field("public", &self.public).finish_non_exhaustive()
    }
}

fn primitive(curve: Curve) -> Result<&'static agreement::Algorithm, CryptoError> {
    match curve {
        Curve::P256 => Ok(&ECDH_P256),
        Curve::P384 => Ok(&ECDH_P384),
        Curve::P521 => Ok(&ECDH_P521),
        Curve::X25519 => Ok(&X25519),
        _ => Err(CryptoError::Unsupported),
    }
}

impl Agree for AwsLc {
    type Key = AgreementKey;

    fn agree(
        &mut self,
        key: &AgreementKey,
        peer: &PublicKey<'_>,
    ) -> Result<SharedSecret, CryptoError> {
        let invalid = CryptoError::InvalidKey;
        if peer.curve() != key.public.as_public().curve() {
            return Err(invalid);
        }
        let point = point_of(peer).ok_or(invalid)?;
        let peer = UnparsedPublicKey::new(key.key.algorithm(), point);
        // A secret of zeros is an error of the primitive.
        agreement::agree(&key.key, peer, invalid, |secret| SharedSecret::new(secret).ok_or(invalid))
    }
}

impl AgreeEphemeral for AwsLc {
    /// `random` is left alone: AWS-LC has its own.
    fn agree_ephemeral(
        &mut self,
        peer: &PublicKey<'_>,
        _random: &mut impl TryCryptoRng,
    ) -> Result<(PublicKeyBuf, SharedSecret), CryptoError> {
        let ephemeral = AgreementKey::generate(peer.curve().ok_or(CryptoError::Unsupported)?)?;
        let shared = self.agree(&ephemeral, peer)?;
        Ok((ephemeral.public, shared))
    }
}
