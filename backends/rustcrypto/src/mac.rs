//! HMAC (RFC 2104) with SHA-2, and AES-CBC-MAC (RFC 9053, 3.2).

use core::fmt;

#[cfg(feature = "aes")]
use aes::{Aes128, Aes256};
#[cfg(feature = "aes")]
use cbc_mac::CbcMac;
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::{CryptoError, Digest, Hasher, Mac};
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Sha256, Sha384, Sha512};

use crate::RustCrypto;

/// A tag that is being computed. Its state, from which tags could be made, is wiped when dropped and
/// never printed.
#[derive(Clone)]
pub struct RunningTag {
    state: State,
    length: usize,
}

#[derive(Clone)]
enum State {
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
    #[cfg(feature = "aes")]
    Aes128(CbcMac<Aes128>),
    #[cfg(feature = "aes")]
    Aes256(CbcMac<Aes256>),
}

impl Mac for RustCrypto {
    type Key = [u8];
    type Tag = RunningTag;

    /// HMAC takes a key of any length but zero, AES-CBC-MAC one of the length in its name.
    fn start(&mut self, algorithm: Algorithm, key: &[u8]) -> Result<RunningTag, CryptoError> {
        let length = algorithm.tag_len().ok_or(CryptoError::Unsupported)?;
        if key.is_empty() {
            return Err(CryptoError::InvalidKey);
        }
        let state = match algorithm {
            Algorithm::HMAC_256_64 | Algorithm::HMAC_256 => State::Sha256(keyed(key)?),
            Algorithm::HMAC_384 => State::Sha384(keyed(key)?),
            Algorithm::HMAC_512 => State::Sha512(keyed(key)?),
            #[cfg(feature = "aes")]
            Algorithm::AES_MAC_128_64 | Algorithm::AES_MAC_128_128 => State::Aes128(keyed(key)?),
            #[cfg(feature = "aes")]
            Algorithm::AES_MAC_256_64 | Algorithm::AES_MAC_256_128 => State::Aes256(keyed(key)?),
            _ => return Err(CryptoError::Unsupported),
        };
        Ok(RunningTag { state, length })
    }
}

fn keyed<M: KeyInit>(key: &[u8]) -> Result<M, CryptoError> {
    M::new_from_slice(key).map_err(|_| CryptoError::InvalidKey)
}

impl Hasher for RunningTag {
    fn update(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Sha256(mac) => mac.update(data),
            State::Sha384(mac) => mac.update(data),
            State::Sha512(mac) => mac.update(data),
            #[cfg(feature = "aes")]
            State::Aes128(mac) => mac.update(data),
            #[cfg(feature = "aes")]
            State::Aes256(mac) => mac.update(data),
        }
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        let tag = match self.state {
            State::Sha256(mac) => Digest::new(&mac.finalize().into_bytes()),
            State::Sha384(mac) => Digest::new(&mac.finalize().into_bytes()),
            State::Sha512(mac) => Digest::new(&mac.finalize().into_bytes()),
            #[cfg(feature = "aes")]
            State::Aes128(mac) => Digest::new(&mac.finalize().into_bytes()),
            #[cfg(feature = "aes")]
            State::Aes256(mac) => Digest::new(&mac.finalize().into_bytes()),
        };
        Ok(tag.truncated(self.length))
    }
}

impl fmt::Debug for RunningTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningTag").field("length", &self.length).finish_non_exhaustive()
    }
}
