//! Message authentication codes.

use super::{CryptoError, Digest, Hasher};
use crate::iana::Algorithm;
use crate::segments::Segments;

/// Message authentication codes (RFC 9053, 3).
pub trait Mac {
    /// The secret key, or a handle.
    type Key: ?Sized;
    /// A tag that is being computed.
    type Tag: Hasher;

    /// Starts a tag. What [`Hasher::finish`] gives is the tag in the length of `algorithm`
    /// ([`Algorithm::tag_len`]).
    ///
    /// # Errors
    /// `Unsupported`; `InvalidKey` for a key of the wrong length; `Device`.
    fn start(&mut self, algorithm: Algorithm, key: &Self::Key) -> Result<Self::Tag, CryptoError>;

    /// The tag of a whole message.
    ///
    /// # Errors
    /// As [`start`](Self::start) and [`Hasher::finish`].
    fn mac(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        message: &Segments<'_>,
    ) -> Result<Digest, CryptoError> {
        let mut tag = self.start(algorithm, key)?;
        message.for_each(|piece| tag.update(piece));
        tag.finish()
    }
}
