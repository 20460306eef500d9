//! Key agreement.

use core::fmt;
use core::future::Future;
use core::task::Poll;

use rand_core::TryCryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::CryptoError;
use crate::key::{PublicKey, PublicKeyBuf};

/// The shared secret of a key agreement: up to 66 bytes (P-521), wiped when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SharedSecret {
    bytes: [u8; Self::MAX],
    length: usize,
}

impl SharedSecret {
    /// The longest secret, in bytes: an x-coordinate of P-521.
    pub const MAX: usize = 66;

    /// The secret in these bytes: an x-coordinate as long as those of its curve (RFC 9053, 6.3.1).
    /// `None` for more than [`MAX`](Self::MAX).
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::MAX];
        bytes.get_mut(..secret.len())?.copy_from_slice(secret);
        Some(Self { bytes, length: secret.len() })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(..)")
    }
}

/// Key agreement (ECDH on the curve of the key), answered at once.
pub trait Agree {
    /// The own private key, or its handle.
    type Key: ?Sized;

    /// The secret that `key` shares with `peer`. A point that is not on the curve, and a secret of
    /// nothing but zeros (RFC 7748, 6.1), are refused.
    ///
    /// # Errors
    /// `InvalidKey` for such a point or secret, and for keys of two curves; `Unsupported`; `Device`.
    fn agree(&mut self, key: &Self::Key, peer: &PublicKey<'_>)
    -> Result<SharedSecret, CryptoError>;
}

/// Key agreement with a key pair that is made for it and forgotten: the sender's side of ECDH-ES.
pub trait AgreeEphemeral {
    /// A new public key on `peer`'s curve, and the secret that it shares with `peer`. A device with a
    /// generator of its own may leave `random` alone.
    ///
    /// # Errors
    /// As [`Agree::agree`]; `Device` also when `random` fails.
    fn agree_ephemeral(
        &mut self,
        peer: &PublicKey<'_>,
        random: &mut impl TryCryptoRng,
    ) -> Result<(PublicKeyBuf, SharedSecret), CryptoError>;
}

/// Key agreement on a device that an executor waits for.
pub trait AgreeAsync {
    /// The own private key, or its handle.
    type Key: ?Sized;

    /// As [`Agree::agree`].
    ///
    /// # Errors
    /// As [`Agree::agree`].
    fn agree(
        &mut self,
        key: &Self::Key,
        peer: &PublicKey<'_>,
    ) -> impl Future<Output = Result<SharedSecret, CryptoError>>;
}

/// Key agreement on a device that is started and asked again later.
pub trait AgreePoll {
    /// The own private key, or its handle.
    type Key: ?Sized;
    /// An agreement under way.
    type Job;

    /// Starts the agreement that [`Agree::agree`] describes. The inputs are taken over before it
    /// returns.
    ///
    /// # Errors
    /// `Unsupported`, `InvalidKey`, `Device`.
    fn start(&mut self, key: &Self::Key, peer: &PublicKey<'_>) -> Result<Self::Job, CryptoError>;

    /// The secret, when there is one. Not called again after that.
    ///
    /// # Errors
    /// When ready: `InvalidKey` or `Device`.
    fn poll(&mut self, job: &mut Self::Job) -> Poll<Result<SharedSecret, CryptoError>>;
}
