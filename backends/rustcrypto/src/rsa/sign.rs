//! Private RSA keys.

extern crate alloc;

use alloc::boxed::Box;

use ::rsa::traits::{PrivateKeyParts, PublicKeyParts};
use ::rsa::{Pkcs1v15Sign, PrivateKey, Pss};
use chacha20::ChaCha20Rng;
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::CryptoError;
use hkdf::Hkdf;
use rand_core::{CryptoRng, SeedableRng};
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::{MODULUS, integer};

/// A private key, wiped when dropped, and the numbers of its public half.
#[derive(Clone)]
pub struct Secret {
    key: PrivateKey,
    n: Box<[u8]>,
    e: Box<[u8]>,
}

impl Secret {
    pub fn new(key: PrivateKey) -> Result<Self, CryptoError> {
        let bits = usize::try_from(key.n().bit_width()).unwrap_or(usize::MAX);
        if !MODULUS.contains(&bits) {
            return Err(CryptoError::InvalidKey);
        }
        let n = key.n_bytes();
        let e = key.e_bytes();
        Ok(Self { key, n, e })
    }

    pub fn generate(bits: usize, random: &mut impl CryptoRng) -> Result<Self, CryptoError> {
        if !MODULUS.contains(&bits) {
            return Err(CryptoError::InvalidKey);
        }
        Self::new(PrivateKey::new(random, bits).map_err(|_| CryptoError::Device)?)
    }

    pub fn from_primes(p: &[u8], q: &[u8], e: &[u8]) -> Result<Self, CryptoError> {
        let key = PrivateKey::from_p_q(integer(p)?, integer(q)?, integer(e)?);
        Self::new(key.map_err(|_| CryptoError::InvalidKey)?)
    }

    pub fn n(&self) -> &[u8] {
        &self.n
    }

    pub fn e(&self) -> &[u8] {
        &self.e
    }

    pub fn d(&self) -> Zeroizing<Box<[u8]>> {
        Zeroizing::new(self.key.d().to_be_bytes())
    }

    /// Gives d, p, q, dP, dQ and qInv to `use_it`; `None` unless there are two primes.
    pub fn with_numbers<R>(&self, use_it: impl FnOnce([&[u8]; 6]) -> R) -> Option<R> {
        let [p, q] = self.key.primes() else { return None };
        let inverse = Zeroizing::new(self.key.qinv()?.retrieve());
        let numbers = [self.key.d(), p, q, self.key.dp()?, self.key.dq()?, &inverse];
        let [d, p, q, dp, dq, inverse] =
            &numbers.map(|number| Zeroizing::new(number.to_be_bytes_trimmed_vartime()));
        Some(use_it([d, p, q, dp, dq, inverse]))
    }

    #[cfg(feature = "pem")]
    pub const fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Signs a digest; the signature's size.
    ///
    /// Salt and blinding are drawn from a generator that key and digest seed, as RFC 6979 does for
    /// ECDSA: no source of randomness that could fail is needed, and no one without the key can
    /// foresee them.
    pub fn sign(
        &self,
        algorithm: Algorithm,
        digest: &[u8],
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let mut seed = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(digest), &self.d())
            .expand(b"RSA signature", &mut seed[..])
            .map_err(|_| CryptoError::InvalidKey)?;
        let mut random = ChaCha20Rng::from_seed(*seed);
        let random = &mut random;
        let key = &self.key;
        let made = match algorithm {
            Algorithm::PS256 => key.sign_with_rng(random, Pss::<Sha256>::new_blinded(), digest),
            Algorithm::PS384 => key.sign_with_rng(random, Pss::<Sha384>::new_blinded(), digest),
            Algorithm::PS512 => key.sign_with_rng(random, Pss::<Sha512>::new_blinded(), digest),
            Algorithm::RS256 => key.sign_with_rng(random, Pkcs1v15Sign::new::<Sha256>(), digest),
            Algorithm::RS384 => key.sign_with_rng(random, Pkcs1v15Sign::new::<Sha384>(), digest),
            Algorithm::RS512 => key.sign_with_rng(random, Pkcs1v15Sign::new::<Sha512>(), digest),
            _ => return Err(CryptoError::Unsupported),
        }
        .map_err(|_| CryptoError::InvalidKey)?;
        let space = signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?;
        space.copy_from_slice(&made);
        Ok(made.len())
    }
}
