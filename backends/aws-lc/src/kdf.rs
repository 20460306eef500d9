//! HKDF (RFC 5869) with SHA-2.

use aws_lc_rs::hkdf::{HKDF_SHA256, HKDF_SHA512, KeyType, Salt};
use hexad_cose_core::crypto::{CryptoError, Kdf, KdfAlgorithm};

use crate::AwsLc;

/// How long a key is to be, in bytes.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Kdf for AwsLc {
    fn derive(
        &mut self,
        algorithm: KdfAlgorithm,
        secret: &[u8],
        salt: &[u8],
        info: &[&[u8]],
        key: &mut [u8],
    ) -> Result<(), CryptoError> {
        let hkdf = match algorithm {
            KdfAlgorithm::HkdfSha256 => HKDF_SHA256,
            KdfAlgorithm::HkdfSha512 => HKDF_SHA512,
            _ => return Err(CryptoError::Unsupported),
        };
        let pseudorandom = Salt::new(hkdf, salt).extract(secret);
        let expanded = pseudorandom.expand(info, Length(key.len()));
        let expanded = expanded.map_err(|_| CryptoError::BufferTooSmall)?;
        expanded.fill(key).map_err(|_| CryptoError::Device)
    }
}
