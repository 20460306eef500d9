//! `COSE_Mac`: a tag under a content key that recipients come by (RFC 9052, 6.1).

use super::body::Body;
use super::builder::{Builder, Draft, kind};
use super::content_key::ContentKey;
use super::recipient::{NewRecipient, Recipient, RecipientKey, Recipients};
use super::streamed::StreamedMac;
use super::structure;
use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::Verified;
use crate::crypto::{self, Agree, Digest, Kdf, KeyWrap};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::{Headers, NewHeaders};
use crate::iana::{Algorithm, tag};
use crate::key::{KeyOperation, Secret};
use crate::segments::Segments;

/// A `COSE_Mac` as it stands in its encoding; nothing in it is proven. First one of the recipients
/// gives the content key, then the tag is checked under it.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, Expect, Mac, RecipientKey, Secret, crypto};
///
/// # fn verify<B>(bytes: &[u8], crypto: &mut B) -> Result<(), Error>
/// # where B: crypto::Mac<Key = [u8]> + crypto::Agree + crypto::Kdf + crypto::KeyWrap<Key = [u8]> {
/// let kek = Secret::new(&[0x11; 16][..], Algorithm::A128KW);
/// let expect = Expect::alg(Algorithm::HMAC_256).recipients(&[Algorithm::A128KW]);
///
/// let message = Mac::parse(bytes)?;
/// for recipient in message.recipients().filter(|one| one.headers().kid() == Some(b"us")) {
///     let key = message.content_key(&recipient, &RecipientKey::Shared(kek), expect, crypto)?;
///     let payload = message.clone().verify(&key.secret(), expect, crypto)?.payload();
///     # let _ = payload;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Mac<'b> {
    body: Body<'b>,
    tag: Raw<'b>,
    recipients: Recipients<'b>,
}

impl<'b> Mac<'b> {
    /// Reads one message, tagged (97) or not, that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Headers::parse`]; `UnexpectedTag`; `Length` when it is not an array of
    /// five, or has no recipient; `TooDeep` for recipients nested beyond
    /// [`Recipients::MAX_NESTED`]; `TrailingBytes`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let message = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(message)
    }

    /// Reads the message at `cursor`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let body = Body::parse(cursor, tag::MAC, 5)?;
        let tag = cursor.byte_string()?;
        let recipients = Recipients::parse(cursor)?;
        Ok(Self { body, tag, recipients })
    }

    /// The header parameters of the body: the sender's word.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        &self.body.headers
    }

    /// Whether the payload is carried elsewhere.
    #[must_use]
    pub const fn is_detached(&self) -> bool {
        self.body.content.is_none()
    }

    /// The payload, of which nothing is known yet: to be shown, never to be acted on.
    #[must_use]
    pub const fn unverified_payload(&self) -> Option<Raw<'b>> {
        self.body.content
    }

    pub(super) const fn body(&self) -> &Body<'b> {
        &self.body
    }

    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> &'b [u8] {
        self.tag.bytes()
    }

    pub(super) const fn tag_raw(&self) -> Raw<'b> {
        self.tag
    }

    /// The recipients.
    #[must_use]
    pub fn recipients(&self) -> Recipients<'b> {
        self.recipients.clone()
    }

    /// The key of the tag, from `recipient`, one of this message's, by `key`.
    ///
    /// # Errors
    /// As [`Encrypt::content_key`](super::Encrypt::content_key).
    pub fn content_key<B>(
        &self,
        recipient: &Recipient<'b>,
        key: &RecipientKey<'_, <B as Agree>::Key>,
        expect: Expect<'_>,
        backend: &mut B,
    ) -> Result<ContentKey, Error>
    where
        B: Agree + Kdf + KeyWrap<Key = [u8]>,
    {
        let algorithm = expect.accept(self.headers())?;
        recipient.content_key(algorithm, key, &expect, backend)
    }

    /// Checks the tag under the content key, as the caller expects it.
    ///
    /// # Errors
    /// As [`Mac0::verify`](super::Mac0::verify).
    pub fn verify<B: crypto::Mac>(
        &self,
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        backend: &mut B,
    ) -> Result<Verified<Self>, Error> {
        let algorithm = accept(self.headers(), key, &expect)?;
        let payload = self.body.expected_content(&expect)?;
        let strings = [self.headers().signed(), expect.external_aad, payload];
        let message = Segments::structure(structure::MAC, &strings);
        verify(algorithm, key, &message, self.tag, backend)?;
        Ok(Verified::new(self.clone()))
    }

    /// As [`verify`](Self::verify), for a detached payload of `length` bytes that arrives in pieces.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_streamed<B: crypto::Mac>(
        &self,
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        length: u64,
        backend: &mut B,
    ) -> Result<StreamedMac<'b, B::Tag, Self>, Error> {
        let algorithm = accept(self.headers(), key, &expect)?;
        if self.body.content.is_some() || expect.payload.is_some() {
            return Err(self.body.content_error());
        }
        let strings = [self.headers().signed(), expect.external_aad];
        let before = Segments::structure(structure::MAC, &strings);
        let hasher = backend.start(algorithm, key.value());
        let hasher = hasher.map_err(|error| error.at(self.tag.offset()))?;
        Ok(StreamedMac::start(hasher, &before, length, self.tag, self.clone()))
    }

    /// Begins a new message: an [`Algorithm`], or more header parameters.
    #[must_use]
    pub fn builder<'a>(headers: impl Into<NewHeaders<'a>>) -> Builder<'a, kind::Mac> {
        Builder::new(headers)
    }
}

impl<'b> Verified<Mac<'b>> {
    /// The payload that the message carries; empty when it was detached, and the caller has it.
    #[must_use]
    pub fn payload(&self) -> &'b [u8] {
        self.get().body.content.map_or(&[], Raw::bytes)
    }

    /// The payload with its offset in the input.
    #[must_use]
    pub fn payload_raw(&self) -> Raw<'b> {
        self.get().body.content.unwrap_or(Raw::new(&[], 0))
    }
}

impl<'w> Draft<'w, kind::Mac> {
    /// Adds the tag under the content key, and the recipients; the finished message.
    ///
    /// # Errors
    /// As of `COSE_Mac0`; `Length` without recipients.
    pub fn mac<B: crypto::Mac>(
        self,
        key: &Secret<'_, B::Key>,
        recipients: &[NewRecipient<'_>],
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let tag = tag_of(&self, key, backend)?;
        let mut encoder = Encoder::resuming(self.buffer, self.written);
        encoder.bytes(tag.as_bytes())?;
        NewRecipient::encode_all(recipients, &mut encoder)?;
        Ok(encoder.finish())
    }
}

/// The algorithm of a tag, when the caller accepts it and the key may serve it.
pub(super) fn accept<K: ?Sized>(
    headers: &Headers<'_>,
    key: &Secret<'_, K>,
    expect: &Expect<'_>,
) -> Result<Algorithm, Error> {
    let algorithm = expect.accept(headers)?;
    if algorithm.tag_len().is_some() && key.allows(algorithm, KeyOperation::MacVerify) {
        Ok(algorithm)
    } else {
        Err(headers.protected().error(ErrorKind::KeyMismatch))
    }
}

/// Checks `tag` over `message`.
pub(super) fn verify<B: crypto::Mac>(
    algorithm: Algorithm,
    key: &Secret<'_, B::Key>,
    message: &Segments<'_>,
    tag: Raw<'_>,
    backend: &mut B,
) -> Result<(), Error> {
    let expected = backend.mac(algorithm, key.value(), message);
    if expected.map_err(|error| error.at(tag.offset()))?.matches(tag.bytes()) {
        Ok(())
    } else {
        Err(tag.error(ErrorKind::VerificationFailed))
    }
}

/// The tag of a message that is being made.
pub(super) fn tag_of<B: crypto::Mac, K>(
    draft: &Draft<'_, K>,
    key: &Secret<'_, B::Key>,
    backend: &mut B,
) -> Result<Digest, Error> {
    let algorithm = draft.algorithm()?;
    if algorithm.tag_len().is_none() || !key.allows(algorithm, KeyOperation::MacCreate) {
        return Err(Error::new(ErrorKind::KeyMismatch, draft.written));
    }
    backend
        .mac(algorithm, key.value(), &draft.structure.segments(draft.buffer))
        .map_err(|error| error.at(draft.written))
}
