//! HMAC with SHA-2 (RFC 2104).

use hexad_cose_core::crypto::{Hasher, Mac};
use hexad_cose_core::{Algorithm, CryptoError, Digest};
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Sha256, Sha384, Sha512};

use crate::RustCrypto;

/// A tag that is being computed.
#[derive(Clone, Debug)]
pub struct HmacTag {
    state: State,
    length: usize,
}

#[derive(Clone, Debug)]
enum State {
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl Mac for RustCrypto {
    type Key = [u8];
    type Tag = HmacTag;

    fn start(&mut self, algorithm: Algorithm, key: &[u8]) -> Result<HmacTag, CryptoError> {
        let invalid = |_| CryptoError::InvalidKey;
        let state = match algorithm {
            Algorithm::HMAC_256 | Algorithm::HMAC_256_64 => {
                State::Sha256(Hmac::new_from_slice(key).map_err(invalid)?)
            }
            Algorithm::HMAC_384 => State::Sha384(Hmac::new_from_slice(key).map_err(invalid)?),
            Algorithm::HMAC_512 => State::Sha512(Hmac::new_from_slice(key).map_err(invalid)?),
            _ => return Err(CryptoError::Unsupported),
        };
        Ok(HmacTag { state, length: algorithm.tag_len().ok_or(CryptoError::Unsupported)? })
    }
}

impl Hasher for HmacTag {
    fn update(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Sha256(tag) => tag.update(data),
            State::Sha384(tag) => tag.update(data),
            State::Sha512(tag) => tag.update(data),
        }
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(match self.state {
            State::Sha256(tag) => Digest::new(&tag.finalize().into_bytes()),
            State::Sha384(tag) => Digest::new(&tag.finalize().into_bytes()),
            State::Sha512(tag) => Digest::new(&tag.finalize().into_bytes()),
        }
        .truncated(self.length))
    }
}
