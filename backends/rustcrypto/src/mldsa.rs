//! ML-DSA (FIPS 204), pure and with an empty context, as COSE uses it.

use core::cell::Cell;

use hexad_cose_core::crypto::{CryptoError, Pieces};
use hexad_cose_core::{Algorithm, Segments};
use ml_dsa::{
    EncodedSignature, EncodedVerifyingKey, KeyInit, Keypair, MlDsa44, MlDsa65, MlDsa87,
    MlDsaParams, Signature, SigningKey, VerifyingKey,
};
use shake::digest::Update;
use shake::{ExtendableOutput, Shake256, XofReader};
use signature::{DigestSigner, MultipartSigner, MultipartVerifier};
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
    let (key, signature) = parse::<P>(public, signature)?;
    message
        .with_slices(|slices| key.multipart_verify(slices, &signature))
        .map_err(|_| CryptoError::Rejected)
}

fn parse<P: MlDsaParams>(
    public: &[u8],
    signature: &[u8],
) -> Result<(VerifyingKey<P>, Signature<P>), CryptoError> {
    let public =
        <&EncodedVerifyingKey<P>>::try_from(public).map_err(|_| CryptoError::InvalidKey)?;
    let signature =
        <&EncodedSignature<P>>::try_from(signature).map_err(|_| CryptoError::Rejected)?;
    let signature = Signature::<P>::decode(signature).ok_or(CryptoError::Rejected)?;
    Ok((VerifyingKey::<P>::decode(public), signature))
}

/// A check whose message arrives in pieces: they go into the message representative (FIPS 204,
/// algorithm 7, line 6), with which the signature is checked at the end.
pub struct Running<'c> {
    algorithm: Algorithm,
    public: &'c [u8],
    signature: &'c [u8],
    representative: Shake256,
}

impl<'c> Running<'c> {
    pub fn start(
        algorithm: Algorithm,
        public: &'c [u8],
        signature: &'c [u8],
    ) -> Result<Self, CryptoError> {
        if !matches!(algorithm, Algorithm::ML_DSA_44 | Algorithm::ML_DSA_65 | Algorithm::ML_DSA_87)
        {
            return Err(CryptoError::Unsupported);
        }
        let mut of_key = Shake256::default();
        of_key.update(public);
        let mut representative = Shake256::default();
        representative.update(&squeeze(of_key));
        // Not of a digest, with a context of no bytes (FIPS 204, algorithm 3).
        representative.update(&[0, 0]);
        Ok(Self { algorithm, public, signature, representative })
    }

    pub fn update(&mut self, piece: &[u8]) {
        self.representative.update(piece);
    }

    pub fn finish(self) -> Result<(), CryptoError> {
        match self.algorithm {
            Algorithm::ML_DSA_44 => self.finish_with::<MlDsa44>(),
            Algorithm::ML_DSA_65 => self.finish_with::<MlDsa65>(),
            _ => self.finish_with::<MlDsa87>(),
        }
    }

    fn finish_with<P: MlDsaParams>(self) -> Result<(), CryptoError> {
        let (key, signature) = parse::<P>(self.public, self.signature)?;
        let representative = squeeze(self.representative).into();
        if key.verify_mu(&representative, &signature) { Ok(()) } else { Err(CryptoError::Rejected) }
    }
}

fn squeeze(shake: Shake256) -> [u8; 64] {
    let mut output = [0; 64];
    shake.finalize_xof().read(&mut output);
    output
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
        let made = message.with_slices(|slices| key.try_multipart_sign(slices));
        put::<P>(&made.map_err(|_| CryptoError::InvalidKey)?, signature)
    }

    /// Signs a message that is read once, as [`sign`](Self::sign) does; the signature's size.
    pub fn sign_stream(
        &self,
        message: &impl Pieces,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        match self.algorithm {
            Algorithm::ML_DSA_44 => self.sign_stream_with::<MlDsa44>(message, signature),
            Algorithm::ML_DSA_65 => self.sign_stream_with::<MlDsa65>(message, signature),
            Algorithm::ML_DSA_87 => self.sign_stream_with::<MlDsa87>(message, signature),
            _ => Err(CryptoError::Unsupported),
        }
    }

    fn sign_stream_with<P: MlDsaParams>(
        &self,
        message: &impl Pieces,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let failed = Cell::new(CryptoError::InvalidKey);
        let made = self.expand::<P>().try_sign_digest(|hash: &mut Shake256| {
            message.read(&mut |piece| hash.update(piece)).map_err(|error| {
                failed.set(error);
                signature::Error::new()
            })
        });
        put::<P>(&made.map_err(|_| failed.get())?, signature)
    }
}

fn put<P: MlDsaParams>(made: &Signature<P>, signature: &mut [u8]) -> Result<usize, CryptoError> {
    let made = made.encode();
    let space = signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?;
    space.copy_from_slice(&made);
    Ok(made.len())
}
