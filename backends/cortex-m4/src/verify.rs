//! Checking signatures: which of them the assembly checks.

#[cfg(software_streams)]
use hexad_cose_core::crypto::VerifyStream;
use hexad_cose_core::crypto::{CryptoError, Signed, Verify};
use hexad_cose_core::{Algorithm, PublicKey};

use crate::CortexM4;

impl Verify for CortexM4 {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        match key {
            #[cfg(p256_assembly)]
            PublicKey::Ec2 { curve: hexad_cose_core::Curve::P256, x, y } => {
                let Signed::Digest(digest) = signed else { return Err(CryptoError::Unsupported) };
                if !key.serves(algorithm) {
                    return Err(CryptoError::Unsupported);
                }
                let point = crate::p256::Point::new(x, y).ok_or(CryptoError::InvalidKey)?;
                point.verify(digest.as_bytes(), signature)
            }
            #[cfg(software_verifies)]
            _ => hexad_rustcrypto::verify::<crate::Sha256>(algorithm, key, signed, signature),
            // Not for the software backend to say, which in a build for others, too, may have curves
            // that nobody asked this one for.
            #[cfg(not(software_verifies))]
            _ => {
                let _ = (algorithm, signed, signature);
                Err(CryptoError::Unsupported)
            }
        }
    }
}

#[cfg(software_streams)]
impl VerifyStream for CortexM4 {
    type Verifier<'c> = crate::RunningVerification<'c>;

    fn start_verify<'c>(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'c>,
        signature: &'c [u8],
    ) -> Result<Self::Verifier<'c>, CryptoError> {
        crate::RunningVerification::start(algorithm, key, signature)
    }
}
