//! HMAC (RFC 2104) with SHA-2.

use hexad_cose_core::{Algorithm, CryptoError, Digest, Mac, Segments};
use hmac::{Hmac, KeyInit};
use sha2::{Sha256, Sha384, Sha512};

use crate::RustCrypto;

impl Mac for RustCrypto {
    type Key = [u8];

    fn mac(
        &mut self,
        algorithm: Algorithm,
        key: &[u8],
        message: &Segments<'_>,
    ) -> Result<Digest, CryptoError> {
        match algorithm {
            Algorithm::HMAC_256_64 | Algorithm::HMAC_256 => {
                tag(Hmac::<Sha256>::new_from_slice(key), message)
            }
            Algorithm::HMAC_384 => tag(Hmac::<Sha384>::new_from_slice(key), message),
            Algorithm::HMAC_512 => tag(Hmac::<Sha512>::new_from_slice(key), message),
            _ => Err(CryptoError::Unsupported),
        }
    }
}

/// The full tag of `message` under a MAC that was given its key.
fn tag<M: hmac::Mac, E>(mac: Result<M, E>, message: &Segments<'_>) -> Result<Digest, CryptoError> {
    let mut mac = mac.map_err(|_| CryptoError::InvalidKey)?;
    message.for_each(|piece| mac.update(piece));
    Ok(Digest::new(&mac.finalize().into_bytes()))
}
