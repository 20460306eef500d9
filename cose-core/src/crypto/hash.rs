//! Hashing.

use super::{CryptoError, Digest};
use crate::iana::HashAlgorithm;
use crate::segments::Segments;

/// A hash that is being computed.
pub trait Hasher {
    /// Takes the next bytes.
    fn update(&mut self, data: &[u8]);

    /// The digest of all that was taken.
    ///
    /// # Errors
    /// `Device` when the hardware failed.
    fn finish(self) -> Result<Digest, CryptoError>;
}

/// Hashing.
pub trait Hash {
    /// A hash that is being computed.
    type Hasher: Hasher;

    /// Starts a hash.
    ///
    /// # Errors
    /// `Unsupported` when the algorithm is not offered; `Device`.
    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError>;

    /// The digest of a whole message.
    ///
    /// # Errors
    /// As [`start`](Self::start) and [`Hasher::finish`].
    fn digest(
        &mut self,
        algorithm: HashAlgorithm,
        message: &Segments<'_>,
    ) -> Result<Digest, CryptoError> {
        let mut hasher = self.start(algorithm)?;
        message.for_each(|piece| hasher.update(piece));
        hasher.finish()
    }
}
