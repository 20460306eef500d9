//! SHA-2.

use hexad_cose_core::crypto::{Hash, Hasher};
use hexad_cose_core::{CryptoError, Digest, HashAlgorithm};
use sha2::Digest as _;
use sha2::{Sha256, Sha384, Sha512};

use crate::RustCrypto;

/// A SHA-2 hash that is being computed.
#[derive(Clone, Debug)]
pub struct Sha2(State);

#[derive(Clone, Debug)]
enum State {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hash for RustCrypto {
    type Hasher = Sha2;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Sha2, CryptoError> {
        Ok(Sha2(match algorithm {
            HashAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            HashAlgorithm::Sha384 => State::Sha384(Sha384::new()),
            HashAlgorithm::Sha512 => State::Sha512(Sha512::new()),
            _ => return Err(CryptoError::Unsupported),
        }))
    }
}

impl Hasher for Sha2 {
    fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Sha256(hash) => hash.update(data),
            State::Sha384(hash) => hash.update(data),
            State::Sha512(hash) => hash.update(data),
        }
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(match self.0 {
            State::Sha256(hash) => Digest::new(&hash.finalize()),
            State::Sha384(hash) => Digest::new(&hash.finalize()),
            State::Sha512(hash) => Digest::new(&hash.finalize()),
        })
    }
}
