//! A symmetric key as messages take it: bytes, or the handle of a key that never leaves a device.

use core::fmt;

use super::operation::KeyOperations;
use super::{KeyOperation, is_symmetric, same_family};
use crate::iana::Algorithm;

/// A symmetric key with what it may be used for. Its value is never printed.
///
/// ```
/// use hexad_cose_core::{Algorithm, Secret};
///
/// struct Slot(u8); // whatever a secure element calls its keys
///
/// let shared = Secret::new(&[0x11; 32][..], Algorithm::HMAC_256);
/// let slot = Secret::new(&Slot(3), Algorithm::A128GCM).with_base_iv(&[0; 12]);
/// # let _ = (shared, slot);
/// ```
pub struct Secret<'k, K: ?Sized = [u8]> {
    value: &'k K,
    algorithm: Option<Algorithm>,
    operations: Option<KeyOperations>,
    base_iv: Option<&'k [u8]>,
}

impl<'k, K: ?Sized> Secret<'k, K> {
    /// The key `value`, for `algorithm` alone: that of the content, or of the recipient that the key
    /// is given to.
    #[must_use]
    pub const fn new(value: &'k K, algorithm: Algorithm) -> Self {
        Self::restricted(value, Some(algorithm), None, None)
    }

    pub(super) const fn restricted(
        value: &'k K,
        algorithm: Option<Algorithm>,
        operations: Option<KeyOperations>,
        base_iv: Option<&'k [u8]>,
    ) -> Self {
        Self { value, algorithm, operations, base_iv }
    }

    /// The same key with the base of its partial IVs (RFC 9052, 3.1).
    #[must_use]
    pub const fn with_base_iv(mut self, base_iv: &'k [u8]) -> Self {
        self.base_iv = Some(base_iv);
        self
    }

    /// The value, for a backend.
    #[must_use]
    pub const fn value(&self) -> &'k K {
        self.value
    }

    /// The base of the key's partial IVs.
    #[must_use]
    pub const fn base_iv(&self) -> Option<&'k [u8]> {
        self.base_iv
    }

    /// The same key for `algorithm` alone.
    pub(crate) const fn restricted_to(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Whether the key may serve `algorithm`, for one operation or another: which of them is asked
    /// when it is used.
    pub(crate) fn allows_any_operation(&self, algorithm: Algorithm) -> bool {
        is_symmetric(algorithm) && self.algorithm.is_none_or(|own| same_family(own, algorithm))
    }

    /// Whether the key may serve `algorithm` for `operation`.
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm, operation: KeyOperation) -> bool {
        is_symmetric(algorithm)
            && self.algorithm.is_none_or(|own| same_family(own, algorithm))
            && self.operations.is_none_or(|allowed| allowed.contain(operation))
    }
}

impl<K: ?Sized> Clone for Secret<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: ?Sized> Copy for Secret<'_, K> {}

impl<K: ?Sized> fmt::Debug for Secret<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("algorithm", &self.algorithm)
            .field("operations", &self.operations)
            .finish_non_exhaustive()
    }
}
