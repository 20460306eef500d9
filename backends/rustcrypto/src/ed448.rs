//! Ed448 (RFC 8032), with an empty context.

use ed448_goldilocks_plus::{
    CompressedEdwardsY, EdwardsPoint, Signature, SigningKey, VerifyingKey,
};
use hexad_cose_core::Segments;
use hexad_cose_core::crypto::CryptoError;

/// Checks a signature over a message.
pub fn verify(x: &[u8], message: &Segments<'_>, signature: &[u8]) -> Result<(), CryptoError> {
    let x = <&[u8; 57]>::try_from(x).map_err(|_| CryptoError::InvalidKey)?;
    let key = VerifyingKey::from_bytes(x).map_err(|_| CryptoError::InvalidKey)?;
    let signature = Signature::from_slice(signature).map_err(|_| CryptoError::Rejected)?;
    if !is_canonical(CompressedEdwardsY(*x)) {
        return Err(CryptoError::InvalidKey);
    }
    if !is_canonical(signature.r()) {
        return Err(CryptoError::Rejected);
    }
    key.verify_raw(&signature, &message.to_vec()).map_err(|_| CryptoError::Rejected)
}

/// Whether a point is encoded as it has to be (RFC 8032, 5.2.3): the library refuses points with a part
/// of small order, but not every encoding that is none.
fn is_canonical(encoded: CompressedEdwardsY) -> bool {
    let point = Option::<EdwardsPoint>::from(encoded.decompress());
    point.is_some_and(|point| point.compress() == encoded)
}

/// Signs a message; the signature's size.
pub fn sign(
    key: &SigningKey,
    message: &Segments<'_>,
    signature: &mut [u8],
) -> Result<usize, CryptoError> {
    let made = key.sign_raw(&message.to_vec()).to_bytes();
    signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?.copy_from_slice(&made);
    Ok(made.len())
}
