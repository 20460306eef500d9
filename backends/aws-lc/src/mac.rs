//! HMAC (RFC 2104) with SHA-2.

use core::fmt;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, Key};
use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::{CryptoError, Digest, Hasher, Mac};

use crate::AwsLc;

/// A tag that is being computed. Its state, from which tags could be made, is never printed.
#[derive(Clone)]
pub struct RunningTag {
    context: Context,
    length: usize,
}

impl Mac for AwsLc {
    type Key = [u8];
    type Tag = RunningTag;

    /// Takes a key of any length but zero.
    fn start(&mut self, algorithm: Algorithm, key: &[u8]) -> Result<RunningTag, CryptoError> {
        let length = algorithm.tag_len().ok_or(CryptoError::Unsupported)?;
        let hmac = match algorithm {
            Algorithm::HMAC_256_64 | Algorithm::HMAC_256 => HMAC_SHA256,
            Algorithm::HMAC_384 => HMAC_SHA384,
            Algorithm::HMAC_512 => HMAC_SHA512,
            _ => return Err(CryptoError::Unsupported),
        };
        if key.is_empty() {
            return Err(CryptoError::InvalidKey);
        }
        Ok(RunningTag { context: Context::with_key(&Key::new(hmac, key)), length })
    }
}

impl Hasher for RunningTag {
    fn update(&mut self, data: &[u8]) {
        self.context.update(data);
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(Digest::new(self.context.sign().as_ref()).truncated(self.length))
    }
}

impl fmt::Debug for RunningTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningTag").field("length", &self.length).finish_non_exhaustive()
    }
}
