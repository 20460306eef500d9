//! SHA-2 (FIPS 180-4).

use hexad_cose_core::crypto::{CryptoError, Digest, Hash, Hasher};
use hexad_cose_core::{HashAlgorithm, Segments};
#[cfg(feature = "sha512")]
use sha2::Digest as _;

use crate::CortexM4;
use crate::sha256::Running;

/// A hash that is being computed.
#[derive(Clone, Debug)]
pub struct RunningHash(State);

#[derive(Clone, Debug)]
enum State {
    Sha256(Running),
    #[cfg(feature = "sha512")]
    Sha384(sha2::Sha384),
    #[cfg(feature = "sha512")]
    Sha512(sha2::Sha512),
}

impl Hash for CortexM4 {
    type Hasher = RunningHash;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<RunningHash, CryptoError> {
        Ok(RunningHash(match algorithm {
            HashAlgorithm::Sha256 => State::Sha256(Running::new()),
            #[cfg(feature = "sha512")]
            HashAlgorithm::Sha384 => State::Sha384(sha2::Sha384::new()),
            #[cfg(feature = "sha512")]
            HashAlgorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
            _ => return Err(CryptoError::Unsupported),
        }))
    }

    /// SHA-256 without the detour of a hash that could be another.
    fn digest(
        &mut self,
        algorithm: HashAlgorithm,
        message: &Segments<'_>,
    ) -> Result<Digest, CryptoError> {
        if algorithm == HashAlgorithm::Sha256 {
            let mut hash = Running::new();
            message.for_each(|piece| hash.update(piece));
            return Ok(hash.finish());
        }
        #[cfg(feature = "sha512")]
        {
            let mut hasher = self.start(algorithm)?;
            message.for_each(|piece| hasher.update(piece));
            hasher.finish()
        }
        #[cfg(not(feature = "sha512"))]
        Err(CryptoError::Unsupported)
    }
}

impl Hasher for RunningHash {
    fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Sha256(hash) => hash.update(data),
            #[cfg(feature = "sha512")]
            State::Sha384(hash) => hash.update(data),
            #[cfg(feature = "sha512")]
            State::Sha512(hash) => hash.update(data),
        }
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(match self.0 {
            State::Sha256(mut hash) => hash.finish(),
            #[cfg(feature = "sha512")]
            State::Sha384(hash) => Digest::new(&hash.finalize()),
            #[cfg(feature = "sha512")]
            State::Sha512(hash) => Digest::new(&hash.finalize()),
        })
    }
}
