//! Ed25519 (RFC 8032).

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use hexad_cose_core::Segments;
use hexad_cose_core::crypto::CryptoError;
use signature::{MultipartSigner, MultipartVerifier};

/// Checks a signature over a message.
pub fn verify(x: &[u8], message: &Segments<'_>, signature: &[u8]) -> Result<(), CryptoError> {
    let key = VerifyingKey::try_from(x).map_err(|_| CryptoError::InvalidKey)?;
    if key.is_weak() {
        return Err(CryptoError::InvalidKey);
    }
    let signature = Signature::from_slice(signature).map_err(|_| CryptoError::Rejected)?;
    message
        .with_slices(|slices| key.multipart_verify(slices, &signature))
        .map_err(|_| CryptoError::Rejected)
}

/// Signs a message; the signature's size.
pub fn sign(
    key: &SigningKey,
    message: &Segments<'_>,
    signature: &mut [u8],
) -> Result<usize, CryptoError> {
    let made = message
        .with_slices(|slices| key.try_multipart_sign(slices))
        .map_err(|_| CryptoError::InvalidKey)?
        .to_bytes();
    signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?.copy_from_slice(&made);
    Ok(made.len())
}
