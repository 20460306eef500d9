//! Checking signatures: which of them the assembly checks.

use hexad_cose_core::crypto::{CryptoError, Signed, Verify};
use hexad_cose_core::{Algorithm, PublicKey};

use crate::{CortexM4, Sha256};

impl Verify for CortexM4 {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        #[cfg(p256_assembly)]
        if let (
            PublicKey::Ec2 { curve: hexad_cose_core::Curve::P256, x, y },
            Signed::Digest(digest),
        ) = (key, signed)
        {
            if !key.serves(algorithm) {
                return Err(CryptoError::Unsupported);
            }
            let point = crate::p256::Point::new(x, y).ok_or(CryptoError::InvalidKey)?;
            return point.verify(digest.as_bytes(), signature);
        }
        hexad_rustcrypto::verify::<Sha256>(algorithm, key, signed, signature)
    }
}
