//! Ed25519 (RFC 8032).

use core::cell::{Cell, RefCell};

use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign_byupdate};
use ed25519_dalek::{Signature, SigningKey, StreamVerifier, VerifyingKey};
use hexad_cose_core::Segments;
use hexad_cose_core::crypto::{CryptoError, Pieces};
use sha2::{Digest, Sha512};
use signature::{MultipartSigner, MultipartVerifier};

/// The public key at `x`, not of small order, and a signature.
fn parse(x: &[u8], signature: &[u8]) -> Result<(VerifyingKey, Signature), CryptoError> {
    let key = VerifyingKey::try_from(x).map_err(|_| CryptoError::InvalidKey)?;
    if key.is_weak() {
        return Err(CryptoError::InvalidKey);
    }
    Ok((key, Signature::from_slice(signature).map_err(|_| CryptoError::Rejected)?))
}

/// Checks a signature over a message.
pub fn verify(x: &[u8], message: &Segments<'_>, signature: &[u8]) -> Result<(), CryptoError> {
    let (key, signature) = parse(x, signature)?;
    message
        .with_slices(|slices| key.multipart_verify(slices, &signature))
        .map_err(|_| CryptoError::Rejected)
}

/// Starts the check of a signature over a message that arrives in pieces.
pub fn start(x: &[u8], signature: &[u8]) -> Result<StreamVerifier, CryptoError> {
    let (key, signature) = parse(x, signature)?;
    key.verify_stream(&signature).map_err(|_| CryptoError::Rejected)
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
    put(&made, signature)
}

/// Signs a message that is read twice; the signature's size.
///
/// The nonce is of the message as it was read first. Were it another one the second time, a signature
/// of the first under the same nonce would give the private key away: what was read twice is compared.
pub fn sign_stream(
    key: &SigningKey,
    message: &impl Pieces,
    signature: &mut [u8],
) -> Result<usize, CryptoError> {
    let first = RefCell::new(None);
    let failed = Cell::new(CryptoError::InvalidKey);
    let read = |hash: &mut Sha512| {
        let mut own = Sha512::new();
        message.read(&mut |piece| {
            hash.update(piece);
            own.update(piece);
        })?;
        let own = own.finalize();
        if *first.borrow_mut().get_or_insert(own) == own {
            Ok(())
        } else {
            Err(CryptoError::Device)
        }
    };
    let expanded = ExpandedSecretKey::from(&key.to_bytes());
    let made = raw_sign_byupdate::<Sha512, _>(
        &expanded,
        |hash| {
            read(hash).map_err(|error| {
                failed.set(error);
                signature::Error::new()
            })
        },
        &key.verifying_key(),
    );
    put(&made.map_err(|_| failed.get())?.to_bytes(), signature)
}

fn put(made: &[u8], signature: &mut [u8]) -> Result<usize, CryptoError> {
    signature.get_mut(..made.len()).ok_or(CryptoError::BufferTooSmall)?.copy_from_slice(made);
    Ok(made.len())
}
