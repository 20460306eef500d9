//! Evidence that was verified before, by digest: a device that sends the same token again costs a hash, not a
//! signature. Whether it is still fresh is for the appraisal, each time.

use core::fmt;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use hexad_cose_core::crypto::{Hash, Hasher, Verify};
use hexad_cose_core::{CryptoError, HashAlgorithm, Key};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{Error, Token};

use crate::evidence::{Evidence, EvidenceError};

/// Verified evidence, at most so many pieces of at most so many bytes each; the oldest goes first. The caller owns it:
/// the engine keeps nothing.
///
/// The memory is at most the number of pieces times the size of the largest token, times a small factor for what is
/// made of it.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Algorithm, Key};
/// use hexad_eat::profile::AnyClaims;
/// use hexad_operator::cache::{EvidenceCache, VerifyError};
///
/// fn nonces<C: Hash + Verify>(
///     cache: &mut EvidenceCache,
///     token: &[u8],
///     device_key: &Key<'_>,
///     crypto: &mut C,
/// ) -> Result<usize, VerifyError> {
///     let profile = AnyClaims { algorithms: &[Algorithm::ESP256] };
///     let evidence = cache.verify(token, device_key, &profile, crypto)?;
///     Ok(evidence.nonces.len())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct EvidenceCache {
    entries: HashMap<[u8; 32], Arc<Evidence>>,
    /// The digests, in the order in which they came.
    order: VecDeque<[u8; 32]>,
    most: usize,
    largest: usize,
}

impl EvidenceCache {
    /// Keeps at most `most` pieces of evidence, of tokens of at most `largest` bytes.
    #[must_use]
    pub fn new(most: usize, largest: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), most, largest }
    }

    /// How many pieces are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none are kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The evidence in `token`, signed by `key`: kept from before, or verified now. What was kept was verified under
    /// the same key by an algorithm of the same list.
    ///
    /// # Errors
    /// [`VerifyError`]. What is refused is not kept.
    pub fn verify<C: Hash + Verify>(
        &mut self,
        token: &[u8],
        key: &Key<'_>,
        profile: &AnyClaims<'_>,
        crypto: &mut C,
    ) -> Result<Arc<Evidence>, VerifyError> {
        let digest = digest(token, key, profile, crypto)?;
        if let Some(evidence) = self.entries.get(&digest) {
            return Ok(Arc::clone(evidence));
        }
        let claims = Token::parse(token)?.check(key, profile, crypto)?.run(crypto)?;
        let evidence = Arc::new(Evidence::from_claims(&claims)?);
        if token.len() <= self.largest && self.most > 0 {
            while self.order.len() >= self.most {
                if let Some(oldest) = self.order.pop_front() {
                    self.entries.remove(&oldest);
                }
            }
            self.order.push_back(digest);
            self.entries.insert(digest, Arc::clone(&evidence));
        }
        Ok(evidence)
    }
}

/// The digest of all that the verification depends on: the key, the algorithms, and the token.
fn digest(
    token: &[u8],
    key: &Key<'_>,
    profile: &AnyClaims<'_>,
    crypto: &mut impl Hash,
) -> Result<[u8; 32], Error> {
    let public = key.public().ok_or(CryptoError::InvalidKey.at(0))?;
    let thumbprint = public.thumbprint(HashAlgorithm::Sha256, crypto)?;
    let start = crypto.start(HashAlgorithm::Sha256);
    let mut hasher = start.map_err(|error| error.at(0))?;
    hasher.update(thumbprint.as_bytes());
    // Numbers of one size, and how many: nothing else can be hashed as the same bytes.
    hasher.update(&(profile.algorithms.len() as u64).to_be_bytes());
    for algorithm in profile.algorithms {
        hasher.update(&algorithm.0.to_be_bytes());
    }
    hasher.update(token);
    let digest = hasher.finish().map_err(|error| error.at(0))?;
    Ok(digest.as_bytes().try_into().map_err(|_| CryptoError::Device.at(0))?)
}

/// Why a token gives no evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The token is malformed, or is not signed by the key.
    Token(Error),
    /// Its claims are not evidence.
    Evidence(EvidenceError),
}

impl From<Error> for VerifyError {
    fn from(error: Error) -> Self {
        Self::Token(error)
    }
}

impl From<hexad_cose_core::Error> for VerifyError {
    fn from(error: hexad_cose_core::Error) -> Self {
        Self::Token(error.into())
    }
}

impl From<EvidenceError> for VerifyError {
    fn from(error: EvidenceError) -> Self {
        Self::Evidence(error)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(error) => error.fmt(f),
            Self::Evidence(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for VerifyError {}
