//! SHA-2 (FIPS 180-4) and SHAKE (FIPS 202).

use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::crypto::{CryptoError, Digest, Hash, Hasher};
use hmac::EagerHash;
use hmac::digest::OutputSizeUser;
use hmac::digest::consts::U32;
use sha2::Digest as _;
#[cfg(feature = "sha512")]
use sha2::{Sha384, Sha512};
#[cfg(feature = "shake")]
use shake::{ExtendableOutput, Shake128, Shake256, XofReader};

use crate::RustCrypto;

/// SHA-256, whoever computes it: what [`RunningTag`](crate::RunningTag), [`derive`](crate::derive) and
/// [`verify`](crate::verify) can stand on in the place of `sha2`'s.
pub trait Sha256: EagerHash + OutputSizeUser<OutputSize = U32> {}

impl<T: EagerHash + OutputSizeUser<OutputSize = U32>> Sha256 for T {}

/// A hash that is being computed.
#[derive(Clone, Debug)]
pub struct RunningHash(State);

#[derive(Clone, Debug)]
enum State {
    Sha256(sha2::Sha256),
    #[cfg(feature = "sha512")]
    Sha384(Sha384),
    #[cfg(feature = "sha512")]
    Sha512(Sha512),
    #[cfg(feature = "shake")]
    Shake128(Shake128),
    #[cfg(feature = "shake")]
    Shake256(Shake256),
}

impl Hash for RustCrypto {
    type Hasher = RunningHash;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<RunningHash, CryptoError> {
        Ok(RunningHash(match algorithm {
            HashAlgorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            #[cfg(feature = "sha512")]
            HashAlgorithm::Sha384 => State::Sha384(Sha384::new()),
            #[cfg(feature = "sha512")]
            HashAlgorithm::Sha512 => State::Sha512(Sha512::new()),
            #[cfg(feature = "shake")]
            HashAlgorithm::Shake128 => State::Shake128(Shake128::default()),
            #[cfg(feature = "shake")]
            HashAlgorithm::Shake256 => State::Shake256(Shake256::default()),
            _ => return Err(CryptoError::Unsupported),
        }))
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
            #[cfg(feature = "shake")]
            State::Shake128(hash) => shake::digest::Update::update(hash, data),
            #[cfg(feature = "shake")]
            State::Shake256(hash) => shake::digest::Update::update(hash, data),
        }
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(match self.0 {
            State::Sha256(hash) => Digest::new(&hash.finalize()),
            #[cfg(feature = "sha512")]
            State::Sha384(hash) => Digest::new(&hash.finalize()),
            #[cfg(feature = "sha512")]
            State::Sha512(hash) => Digest::new(&hash.finalize()),
            #[cfg(feature = "shake")]
            State::Shake128(hash) => squeeze::<32>(hash),
            #[cfg(feature = "shake")]
            State::Shake256(hash) => squeeze::<64>(hash),
        })
    }
}

/// The first `N` bytes of output: as many as COSE takes of the function (RFC 9054, 3.3).
#[cfg(feature = "shake")]
fn squeeze<const N: usize>(hash: impl ExtendableOutput) -> Digest {
    let mut output = [0; N];
    hash.finalize_xof().read(&mut output);
    Digest::new(&output)
}
