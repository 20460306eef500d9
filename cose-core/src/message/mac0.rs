//! `COSE_Mac0`: one tag under a key that both sides know (RFC 9052, 6.2).

use super::body::Body;
use super::builder::{Builder, Draft, kind};
use super::mac::{accept, tag_of, verify};
use super::streamed::StreamedMac;
use super::structure;
use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::Verified;
use crate::crypto;
use crate::error::Error;
use crate::expect::Expect;
use crate::header::{Headers, NewHeaders};
use crate::iana::tag;
use crate::key::Secret;
use crate::segments::Segments;

/// A `COSE_Mac0` as it stands in its encoding; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, Expect, Mac0, Secret, crypto};
///
/// # fn verify<B: crypto::Mac<Key = [u8]>>(bytes: &[u8], crypto: &mut B) -> Result<(), Error> {
/// let key = Secret::new(&[0x11; 32][..], Algorithm::HMAC_256);
/// let message = Mac0::parse(bytes)?.verify(&key, Expect::alg(Algorithm::HMAC_256), crypto)?;
/// let payload = message.payload(); // exists on the verified type alone
/// # let _ = payload; Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mac0<'b> {
    body: Body<'b>,
    tag: Raw<'b>,
}

impl<'b> Mac0<'b> {
    /// Reads one message, tagged (17) or not, that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Headers::parse`]; `UnexpectedTag`; `Length` when it is not an array of
    /// four; `TrailingBytes`.
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
        let body = Body::parse(cursor, tag::MAC0, 4)?;
        let tag = cursor.byte_string()?;
        Ok(Self { body, tag })
    }

    /// The header parameters: the sender's word.
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

    /// Checks the tag under `key`, as the caller expects it.
    ///
    /// # Errors
    /// `CriticalParameter`, `UnprotectedAlgorithm`, `AlgorithmNotAccepted`, `KeyMismatch`; `Payload`
    /// when there is none or two; `VerificationFailed`; `Unsupported` or `Backend` from the backend.
    pub fn verify<B: crypto::Mac>(
        self,
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        backend: &mut B,
    ) -> Result<Verified<Self>, Error> {
        let algorithm = accept(self.headers(), key, &expect)?;
        let payload = self.body.expected_content(&expect)?;
        let strings = [self.headers().signed(), expect.external_aad, payload];
        let message = Segments::structure(structure::MAC0, &strings);
        verify(algorithm, key, &message, self.tag, backend)?;
        Ok(Verified::new(self))
    }

    /// As [`verify`](Self::verify), for a detached payload of `length` bytes that arrives in pieces:
    /// they go to [`StreamedMac::update`].
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_streamed<B: crypto::Mac>(
        self,
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
        let before = Segments::structure(structure::MAC0, &strings);
        let hasher = backend.start(algorithm, key.value());
        let hasher = hasher.map_err(|error| error.at(self.tag.offset()))?;
        Ok(StreamedMac::start(hasher, &before, length, self.tag, self))
    }

    /// Begins a new message: an [`Algorithm`](crate::Algorithm), or more header parameters.
    #[must_use]
    pub fn builder<'a>(headers: impl Into<NewHeaders<'a>>) -> Builder<'a, kind::Mac0> {
        Builder::new(headers)
    }
}

impl<'b> Verified<Mac0<'b>> {
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

impl<'w> Draft<'w, kind::Mac0> {
    /// Adds the tag under `key`; the finished message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Missing` when the headers name no algorithm; `KeyMismatch` when the key may
    /// not serve it; `Unsupported` or `Backend` from the backend.
    pub fn mac<B: crypto::Mac>(
        self,
        key: &Secret<'_, B::Key>,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let tag = tag_of(&self, key, backend)?;
        let mut encoder = Encoder::resuming(self.buffer, self.written);
        encoder.bytes(tag.as_bytes())?;
        Ok(encoder.finish())
    }
}
