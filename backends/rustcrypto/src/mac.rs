//! HMAC (RFC 2104) with SHA-2, and AES-CBC-MAC (RFC 9053, 3.2).

use core::fmt;

#[cfg(feature = "aes")]
use aes::{Aes128, Aes256};
#[cfg(feature = "aes")]
use cbc_mac::CbcMac;
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::{CryptoError, Digest, Hasher, Mac};
use hmac::{Hmac, KeyInit, Mac as _};
#[cfg(feature = "sha512")]
use sha2::{Sha384, Sha512};

use crate::{RustCrypto, Sha256};

/// A tag that is being computed. Its state, from which tags could be made, is wiped when dropped and
/// never printed. HMAC 256 is that of `S`.
#[derive(Clone)]
pub struct RunningTag<S: Sha256 = sha2::Sha256> {
    state: State<S>,
    length: usize,
}

#[derive(Clone)]
enum State<S: Sha256> {
    Sha256(Hmac<S>),
    #[cfg(feature = "sha512")]
    Sha384(Hmac<Sha384>),
    #[cfg(feature = "sha512")]
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
        RunningTag::start(algorithm, key)
    }
}

impl<S: Sha256> RunningTag<S> {
    /// Starts a tag: that of [`Mac::start`].
    ///
    /// # Errors
    /// `Unsupported`; `InvalidKey` for an empty key of HMAC, and one of AES-CBC-MAC that has not the
    /// length in its name.
    pub fn start(algorithm: Algorithm, key: &[u8]) -> Result<Self, CryptoError> {
        let length = algorithm.tag_len().ok_or(CryptoError::Unsupported)?;
        if key.is_empty() {
            return Err(CryptoError::InvalidKey);
        }
        let state = match algorithm {
            Algorithm::HMAC_256_64 | Algorithm::HMAC_256 => State::Sha256(keyed(key)?),
            #[cfg(feature = "sha512")]
            Algorithm::HMAC_384 => State::Sha384(keyed(key)?),
            #[cfg(feature = "sha512")]
            Algorithm::HMAC_512 => State::Sha512(keyed(key)?),
            #[cfg(feature = "aes")]
            Algorithm::AES_MAC_128_64 | Algorithm::AES_MAC_128_128 => State::Aes128(keyed(key)?),
            #[cfg(feature = "aes")]
            Algorithm::AES_MAC_256_64 | Algorithm::AES_MAC_256_128 => State::Aes256(keyed(key)?),
            _ => return Err(CryptoError::Unsupported),
        };
        Ok(Self { state, length })
    }
}

fn keyed<M: KeyInit>(key: &[u8]) -> Result<M, CryptoError> {
    M::new_from_slice(key).map_err(|_| CryptoError::InvalidKey)
}

impl<S: Sha256> Hasher for RunningTag<S> {
    fn update(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Sha256(mac) => mac.update(data),
            #[cfg(feature = "sha512")]
            State::Sha384(mac) => mac.update(data),
            #[cfg(feature = "sha512")]
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
            #[cfg(feature = "sha512")]
            State::Sha384(mac) => Digest::new(&mac.finalize().into_bytes()),
            #[cfg(feature = "sha512")]
            State::Sha512(mac) => Digest::new(&mac.finalize().into_bytes()),
            #[cfg(feature = "aes")]
            State::Aes128(mac) => Digest::new(&mac.finalize().into_bytes()),
            #[cfg(feature = "aes")]
            State::Aes256(mac) => Digest::new(&mac.finalize().into_bytes()),
        };
        Ok(tag.truncated(self.length))
    }
}

impl<S: Sha256> fmt::Debug for RunningTag<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningTag").field("length", &self.length).finish_non_exhaustive()
    }
}
