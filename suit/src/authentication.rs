//! SUIT_Authentication: the manifest's digest, and who signed it (section 8.3).

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::iana::tag;
use hexad_cose_core::{Algorithm, Error as CoseError, ErrorKind as Cbor, Key};

use crate::digest::Digest;
use crate::error::Error;
use crate::read::{Left, Reader};

/// Whom the recipient believes: keys, and the algorithms that it accepts under them.
///
/// A key that has a `kid` is tried on blocks with that `kid` and on blocks without any; a key without
/// one is tried on every block. A key whose `alg` or `key_ops` exclude the block's algorithm is not
/// tried at all.
///
/// ```
/// use hexad_cose_core::{Algorithm, Key};
/// use hexad_suit::TrustAnchors;
///
/// # fn show(author: Key<'_>) {
/// let keys = [author];
/// let anchors = TrustAnchors::new(&keys, &[Algorithm::ESP256, Algorithm::ES256]);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TrustAnchors<'a> {
    pub(crate) keys: &'a [Key<'a>],
    pub(crate) algorithms: &'a [Algorithm],
}

impl<'a> TrustAnchors<'a> {
    /// Believes any of `keys` under any of `algorithms` that the key can serve.
    #[must_use]
    pub const fn new(keys: &'a [Key<'a>], algorithms: &'a [Algorithm]) -> Self {
        Self { keys, algorithms }
    }

    /// The keys to try on a message with this `kid`, with their places.
    pub(crate) fn candidates<'k>(
        &self,
        kid: Option<&'k [u8]>,
    ) -> impl Iterator<Item = (usize, &'a Key<'a>)> + use<'a, 'k> {
        self.keys.iter().enumerate().filter(move |(_, key)| match (kid, key.kid()) {
            (Some(named), Some(own)) => named == own,
            _ => true,
        })
    }
}

/// SUIT_Authentication_Block: one author's word for the digest, as it is encoded. Nothing in it is proven.
///
/// The message is read when it is checked ([`Proof`](crate::Proof)), so that a device which checks one
/// kind holds no code for the others.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum AuthenticationBlock<'b> {
    /// COSE_Sign1.
    Sign1(Raw<'b>),
    /// COSE_Sign.
    Sign(Raw<'b>),
    /// COSE_Mac0.
    Mac0(Raw<'b>),
    /// COSE_Mac.
    Mac(Raw<'b>),
}

impl<'b> AuthenticationBlock<'b> {
    /// Checks the block that is all of what `reader` holds: its kind, and that its payload is elsewhere.
    #[inline(never)]
    pub(crate) fn check(reader: &mut Reader<'b>) {
        let start = reader.offset();
        if Self::enter(reader).is_none() {
            reader.refuse_cbor(Cbor::UnexpectedTag, start);
        }
        let mut items = reader.array();
        // Both buckets of headers stand before the payload.
        for _ in 0..2 {
            if !reader.more(&mut items) {
                reader.refuse_cbor(Cbor::Length, start);
            }
            reader.skip();
        }
        if !reader.more(&mut items) || !reader.null() {
            reader.refuse_cbor(Cbor::Payload, start);
        }
        while reader.more(&mut items) {
            reader.skip();
        }
        reader.finish();
    }

    /// Takes the tag, which is the kind of the message.
    fn enter(reader: &mut Reader<'b>) -> Option<fn(Raw<'b>) -> Self> {
        Some(match reader.tag() {
            tag::SIGN1 => Self::Sign1,
            tag::SIGN => Self::Sign,
            tag::MAC0 => Self::Mac0,
            tag::MAC => Self::Mac,
            _ => return None,
        })
    }

    /// The tagged message, as it is encoded.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        match self {
            Self::Sign1(encoded)
            | Self::Sign(encoded)
            | Self::Mac0(encoded)
            | Self::Mac(encoded) => encoded,
        }
    }
}

/// The content of `suit-authentication-wrapper`.
#[derive(Clone, Copy, Debug)]
pub struct Authentication<'b> {
    encoded_digest: Raw<'b>,
    digest: Digest<'b>,
    blocks: Raw<'b>,
    left: Left,
}

impl<'b> Authentication<'b> {
    /// Takes the wrapper, a byte string, with at most `limit` blocks.
    pub(crate) fn take(reader: &mut Reader<'b>, limit: usize) -> Self {
        let outer = reader.enter();
        let here = reader.offset();
        let mut left = reader.array();
        if !reader.more(&mut left) {
            reader.refuse_cbor(Cbor::Length, here);
        }
        let inside = reader.enter();
        let encoded_digest = reader.rest();
        let digest = Digest::take(reader);
        reader.leave(inside);
        let authentication = Self { encoded_digest, digest, blocks: reader.rest(), left };
        let mut count = 0usize;
        while reader.more(&mut left) {
            let inside = reader.enter();
            let at = reader.offset();
            AuthenticationBlock::check(reader);
            reader.leave(inside);
            count = count.saturating_add(1);
            if count > limit {
                reader.refuse_cbor(Cbor::TooMany, at);
            }
        }
        reader.leave(outer);
        authentication
    }

    /// The digest of the manifest, as the sender claims it.
    #[must_use]
    pub const fn digest(&self) -> Digest<'b> {
        self.digest
    }

    /// The encoded SUIT_Digest: the detached payload of every block.
    #[must_use]
    pub const fn payload(&self) -> Raw<'b> {
        self.encoded_digest
    }

    /// The authentication blocks in their order.
    pub fn blocks(&self) -> impl Iterator<Item = AuthenticationBlock<'b>> + use<'b> {
        let (mut reader, mut left) = (Reader::new(self.blocks), self.left);
        core::iter::from_fn(move || {
            if !reader.more(&mut left) {
                return None;
            }
            let encoded = reader.byte_string();
            AuthenticationBlock::enter(&mut Reader::new(encoded)).map(|block| block(encoded))
        })
    }

    /// What to say when no block was accepted, before any was tried.
    pub(crate) const fn refused(&self) -> Refusal {
        Refusal { offset: self.encoded_digest.offset(), most_telling: None }
    }
}

/// Why no block was accepted: the error that says most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal {
    offset: usize,
    most_telling: Option<CoseError>,
}

impl Refusal {
    /// Notes why a block was not accepted under a key; a wrong signature says more than a key or an
    /// algorithm that did not fit.
    ///
    /// A backend that failed leaves the question open, so that ends the attempt.
    pub(crate) fn note(&mut self, error: CoseError) -> Result<(), Error> {
        if error.kind() == Cbor::Backend {
            return Err(error.into());
        }
        let settled = |earlier: CoseError| earlier.kind() == Cbor::VerificationFailed;
        if !self.most_telling.is_some_and(settled) {
            self.most_telling = Some(error);
        }
        Ok(())
    }

    pub(crate) fn into_error(self) -> Error {
        match self.most_telling {
            Some(error) => error.into(),
            None => Error::new(crate::ErrorKind::NotAuthenticated, self.offset),
        }
    }
}
