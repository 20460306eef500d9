//! The key of a message's content, as a recipient gives it.

use core::fmt;

use rand_core::TryCryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::crypto::CryptoError;
use crate::error::{Error, ErrorKind};
use crate::iana::Algorithm;
use crate::key::Secret;

/// A key of up to [`MAX`](Self::MAX) bytes for one algorithm: that of the content, or of the recipient
/// whose nested recipient it comes from. Wiped when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ContentKey {
    bytes: [u8; Self::MAX],
    length: usize,
    #[zeroize(skip)]
    algorithm: Algorithm,
}

impl ContentKey {
    /// The longest key, in bytes: twice what HMAC with SHA-512 asks for.
    pub const MAX: usize = 128;

    /// The key in these bytes, for `algorithm`.
    ///
    /// # Errors
    /// `KeyMismatch` when it is not as long as the algorithm says (HMAC: of any length up to
    /// [`MAX`](Self::MAX), and not empty).
    pub fn new(key: &[u8], algorithm: Algorithm) -> Result<Self, Error> {
        let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
        let exact = algorithm.key_len().ok_or(mismatch)?;
        let any = matches!(
            algorithm,
            Algorithm::HMAC_256_64
                | Algorithm::HMAC_256
                | Algorithm::HMAC_384
                | Algorithm::HMAC_512
        );
        if key.is_empty() || !any && key.len() != exact {
            return Err(mismatch);
        }
        let mut bytes = [0; Self::MAX];
        bytes.get_mut(..key.len()).ok_or(mismatch)?.copy_from_slice(key);
        Ok(Self { bytes, length: key.len(), algorithm })
    }

    /// A new key for `algorithm`, as long as it says.
    ///
    /// # Errors
    /// `KeyMismatch` for an algorithm without a symmetric key; `Backend` when `random` fails.
    pub fn generate(algorithm: Algorithm, random: &mut impl TryCryptoRng) -> Result<Self, Error> {
        Self::filled(algorithm, |key| random.try_fill_bytes(key).map_err(|_| CryptoError::Device))
            .map_err(|error| error.at(0))
    }

    /// A key that `fill` fills.
    pub(super) fn filled(
        algorithm: Algorithm,
        fill: impl FnOnce(&mut [u8]) -> Result<(), CryptoError>,
    ) -> Result<Self, CryptoError> {
        let length = algorithm.key_len().ok_or(CryptoError::InvalidKey)?;
        let mut key = Self { bytes: [0; Self::MAX], length, algorithm };
        fill(key.bytes.get_mut(..length).ok_or(CryptoError::InvalidKey)?)?;
        Ok(key)
    }

    /// The key as messages take it.
    #[must_use]
    pub fn secret(&self) -> Secret<'_> {
        Secret::new(self.as_bytes(), self.algorithm)
    }

    /// The algorithm that the key is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
