//! SUIT_Authentication: the manifest's digest, and who signed it (section 8.3).

use hexad_cose_core::cbor::{Cursor, Items, Raw};
use hexad_cose_core::iana::tag;
use hexad_cose_core::{Algorithm, Error as CoseError, ErrorKind as Cbor, Key};

use crate::digest::Digest;
use crate::error::Error;
use crate::read;

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
    /// Reads the block that is all of `encoded`: its kind, and that its payload is elsewhere.
    #[inline(never)]
    pub(crate) fn check(encoded: Raw<'b>) -> Result<(), Error> {
        let mut cursor = encoded.cursor();
        Self::enter(&mut cursor, encoded)?;
        let mut items = cursor.array()?;
        // Both buckets of headers stand before the payload.
        for _ in 0..2 {
            if !items.next(&mut cursor)? {
                return Err(encoded.error(Cbor::Length).into());
            }
            read::skip(&mut cursor)?;
        }
        if !items.next(&mut cursor)? || !cursor.take_null() {
            return Err(encoded.error(Cbor::Payload).into());
        }
        while items.next(&mut cursor)? {
            read::skip(&mut cursor)?;
        }
        Ok(cursor.finish()?)
    }

    /// Takes the tag, which is the kind of the message.
    fn enter(cursor: &mut Cursor<'b>, encoded: Raw<'b>) -> Result<Self, Error> {
        Ok(match cursor.tag()? {
            tag::SIGN1 => Self::Sign1(encoded),
            tag::SIGN => Self::Sign(encoded),
            tag::MAC0 => Self::Mac0(encoded),
            tag::MAC => Self::Mac(encoded),
            _ => return Err(encoded.error(Cbor::UnexpectedTag).into()),
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
    blocks: Cursor<'b>,
    items: Items,
}

impl<'b> Authentication<'b> {
    /// Reads the wrapper that is all of what `cursor` holds, with at most `limit` blocks.
    pub(crate) fn parse(mut cursor: Cursor<'b>, limit: usize) -> Result<Self, Error> {
        let here = cursor;
        let mut items = cursor.array()?;
        if !items.next(&mut cursor)? {
            return Err(here.error(Cbor::Length).into());
        }
        let encoded_digest = read::byte_string(&mut cursor)?;
        let mut inside = encoded_digest.cursor();
        let digest = Digest::take(&mut inside)?;
        inside.finish()?;
        let authentication = Self { encoded_digest, digest, blocks: cursor, items };
        let mut count = 0usize;
        while items.next(&mut cursor)? {
            let block = read::byte_string(&mut cursor)?;
            AuthenticationBlock::check(block)?;
            count = count.saturating_add(1);
            if count > limit {
                return Err(block.error(Cbor::TooMany).into());
            }
        }
        cursor.finish()?;
        Ok(authentication)
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
        let (mut cursor, mut items) = (self.blocks, self.items);
        core::iter::from_fn(move || {
            if !items.next(&mut cursor).ok()? {
                return None;
            }
            let encoded = read::byte_string(&mut cursor).ok()?;
            AuthenticationBlock::enter(&mut encoded.cursor(), encoded).ok()
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
