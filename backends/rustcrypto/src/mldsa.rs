//! ML-DSA (FIPS 204), pure and with an empty context, as COSE uses it.

use hexad_cose_core::crypto::CryptoError;
use hexad_cose_core::{Algorithm, Segments};
use ml_dsa::{
    EncodedSignature, EncodedVerifyingKey, KeyInit, Keypair, MlDsa44, MlDsa65, MlDsa87,
    MlDsaParams, Signature, SigningKey, VerifyingKey,
};
use signature::{MultipartSigner, MultipartVerifier};
use zeroize::Zeroizing;

/// The size of a seed, from which both halves of a key come, in bytes.
pub const SEED: usize = 32;

/// The longest public key, in bytes: that of ML-DSA-87.
pub const MAX_PUBLIC: usize = 2592;

/// Checks a signature over a message.
pub fn verify(
    algorithm: Algorithm,
    public: &[u8],
    message: &Segments<'_>,
    signature: &[u8],
) -> Result<(), CryptoError> {
    match algorithm {
        Algorithm::ML_DSA_44 => verify_with::<MlDsa44>(public, message, signature),
        Algorithm::ML_DSA_65 => verify_with::<MlDsa65>(public, message, signature),
        Algorithm::ML_DSA_87 => verify_with::<MlDsa87>(public, message, signature),
        _ => Err(CryptoError::Unsupported),
    }
}

fn verify_with<P: MlDsaParams>(
    public: &[u8],
    message: &Segments<'_>,
    signature: &[u8],
) -> Result<(), CryptoError> {
    let public =
        <&EncodedVerifyingKey<P>>::try_from(public).map_err(|_| CryptoError::InvalidKey)?;
    let signature =
        <&EncodedSignature<P>>::try_from(signature).map_err(|_| CryptoError::Rejected)?;
    let signature = Signature::<P>::decode(signature).ok_or(CryptoError::Rejected)?;
    let key = VerifyingKey::<P>::decode(public);
    message
        .with_slices(|slices| key.multipart_verify(slices, &signature))
        .map_err(|_| CryptoError::Rejected)
}

/// A private key, kept as its seed, and its public half.
#[derive(Clone)]
pub struct Secret {
    algorithm: Algorithm,
    seed: Zeroizing<[u8; SEED]>,
    public: [u8; MAX_PUBLIC],
    length: usize,
}

impl Secret {
    pub fn new(algorithm: Algorithm, seed: &[u8]) -> Result<Self, CryptoError> {
        let seed = <[u8; SEED]>::try_from(seed).map_err(|_| CryptoError::InvalidKey)?;
        let mut secret =
            Self { algorithm, seed: Zeroizing::new(seed), public: [0; MAX_PUBLIC], length: 0 };
        match algorithm {
            Algorithm::ML_DSA_44 => secret.derive_public::<MlDsa44>(),
            Algorithm::ML_DSA_65 => secret.derive_public::<MlDsa65>(),
            Algorithm::ML_DSA_87 => secret.derive_public::<MlDsa87>(),
            _ => return Err(CryptoError::Unsupported),
        }
        Ok(secret)
    }

    fn expand<P: MlDsaParams>(&self) -> SigningKey<P> {
        SigningKey::<P>::new(&(*self.seed).into())
    }

    fn derive_public<P: MlDsaParams>(&mut self) {
        let public = self.expand::<P>().verifying_key().encode();
        self.length = public.len();
        self.public.iter_mut().zip(&public).for_each(|(to, from)| *to = *from);
    }

    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub fn public(&self) -> &[u8] {
        self.public.get(..self.length).unwrap_or_default()
    }

    pub fn seed(&self) -> &[u8] {
        &self.seed[..]
    }

    /// Signs a message, without randomness (FIPS 204, 3.4); the signature's size.
    pub fn sign(&self, message: &Segments<'_>, signature: &mut [u8]) -> Result<usize, CryptoError> {
        match self.algorithm {
            Algorithm::ML_DSA_44 => self.sign_with::<MlDsa44>(message, signature),
            Algorithm::ML_DSA_65 => self.sign_with::<MlDsa65>(message, signature),
            Algorithm::ML_DSA_87 => self.sign_with::<MlDsa87>(message, signature),
            _ => Err(CryptoError::Unsupported),
        }
    }

    fn sign_with<P: MlDsaParams>(
        &self,
        message: &Segments<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let key = self.expand::<P>();
        let made: Signature<P> = message
            .with_slices(|slices| key.try_multipart_sign(slices))
            .map_err(|_| CryptoError::InvalidKey)?;
        let made = made.encode();
        let space = signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?;
        space.copy_from_slice(&made);
        Ok(made.len())
    }
}
