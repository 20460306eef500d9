//! SHA-2 (FIPS 180-4).

use core::fmt;

use aws_lc_rs::digest::{Context, SHA256, SHA384, SHA512};
use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::crypto::{CryptoError, Digest, Hash, Hasher};

use crate::AwsLc;

/// A hash that is being computed.
#[derive(Clone)]
pub struct RunningHash(Context);

impl Hash for AwsLc {
    type Hasher = RunningHash;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<RunningHash, CryptoError> {
        Ok(RunningHash(Context::new(match algorithm {
            HashAlgorithm::Sha256 => &SHA256,
            HashAlgorithm::Sha384 => &SHA384,
            HashAlgorithm::Sha512 => &SHA512,
            _ => return Err(CryptoError::Unsupported),
        })))
    }
}

impl Hasher for RunningHash {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(Digest::new(self.0.finish().as_ref()))
    }
}

impl fmt::Debug for RunningHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RunningHash").field(&self.0.algorithm()).finish()
    }
}
