//! `COSE_Mac0`: one tag under a key that both sides know (RFC 9052, 6.2).

use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::{Expect, Verified};
use crate::crypto::Mac;
use crate::error::{Error, ErrorKind};
use crate::header::{ContentType, Headers, NewHeaders};
use crate::iana::{Algorithm, tag};
use crate::key::{Key, KeyOperation};
use crate::segments::Segments;

/// Head and context string of the `MAC_structure` of a `COSE_Mac0` (RFC 9052, 6.3).
const MAC_STRUCTURE: &[u8] = b"\x84\x64MAC0";

/// A `COSE_Mac0` as it stands in its encoding; nothing in it is proven.
#[derive(Clone, Copy, Debug)]
pub struct Mac0<'b> {
    headers: Headers<'b>,
    payload: Option<Raw<'b>>,
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
        cursor.optional_tag(tag::MAC0)?;
        cursor.array_of(4)?;
        let headers = Headers::parse(cursor)?;
        let payload = if cursor.take_null() { None } else { Some(cursor.byte_string()?) };
        let tag = cursor.byte_string()?;
        Ok(Self { headers, payload, tag })
    }

    /// The header parameters: the sender's word.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        &self.headers
    }

    /// Whether the payload is carried elsewhere.
    #[must_use]
    pub const fn is_detached(&self) -> bool {
        self.payload.is_none()
    }

    /// The payload, of which nothing is known yet: to be shown, never to be acted on.
    #[must_use]
    pub const fn unverified_payload(&self) -> Option<Raw<'b>> {
        self.payload
    }

    /// Checks the tag under a symmetric `key`, as the caller expects it.
    ///
    /// # Errors
    /// `CriticalParameter`, `UnprotectedAlgorithm`, `AlgorithmNotAccepted`, `KeyMismatch`; `Payload`
    /// when there is none or two; `VerificationFailed`; `Unsupported` or `Backend` from the backend.
    pub fn verify<'k>(
        self,
        key: &Key<'k>,
        expect: Expect<'_>,
        backend: &mut impl Mac<Key = [u8]>,
    ) -> Result<Verified<Self>, Error> {
        let algorithm = expect.accept(&self.headers, key, KeyOperation::MacVerify)?;
        let mismatch = self.headers.protected().error(ErrorKind::KeyMismatch);
        let secret = key.symmetric().ok_or(mismatch)?;
        let length = algorithm.tag_len().ok_or(mismatch)?;
        let payload = match (self.payload, expect.payload) {
            (Some(embedded), None) => embedded.bytes(),
            (None, Some(detached)) => detached,
            _ => return Err(self.tag.error(ErrorKind::Payload)),
        };
        let fields = [self.headers.signed(), expect.external_aad, payload];
        let tag = backend
            .mac(algorithm, secret, &Segments::structure(MAC_STRUCTURE, fields))
            .map_err(|error| error.at(self.tag.offset()))?;
        if tag.truncated(length).matches(self.tag.bytes()) {
            Ok(Verified::new(self))
        } else {
            Err(self.tag.error(ErrorKind::VerificationFailed))
        }
    }

    /// Begins a new message, authenticated with `algorithm`.
    #[must_use]
    pub const fn builder<'a>(algorithm: Algorithm) -> Mac0Builder<'a> {
        Mac0Builder {
            headers: NewHeaders { algorithm, content_type: None, kid: None },
            external_aad: &[],
            tagged: true,
        }
    }
}

impl<'b> Verified<Mac0<'b>> {
    /// The payload that the message carries; empty when it was detached, and the caller has it.
    #[must_use]
    pub fn payload(&self) -> &'b [u8] {
        self.get().payload.map_or(&[], Raw::bytes)
    }

    /// The payload with its offset in the input.
    #[must_use]
    pub fn payload_raw(&self) -> Raw<'b> {
        self.get().payload.unwrap_or(Raw::new(&[], 0))
    }
}

/// A `COSE_Mac0` to be made.
#[derive(Clone, Copy, Debug)]
pub struct Mac0Builder<'a> {
    headers: NewHeaders<'a>,
    external_aad: &'a [u8],
    tagged: bool,
}

impl<'a> Mac0Builder<'a> {
    /// With a key identifier, unprotected.
    #[must_use]
    pub const fn kid(mut self, kid: &'a [u8]) -> Self {
        self.headers.kid = Some(kid);
        self
    }

    /// With a content type, protected.
    #[must_use]
    pub const fn content_type(mut self, content_type: ContentType<'a>) -> Self {
        self.headers.content_type = Some(content_type);
        self
    }

    /// With externally supplied data (RFC 9052, 6.3).
    #[must_use]
    pub const fn external_aad(mut self, external_aad: &'a [u8]) -> Self {
        self.external_aad = external_aad;
        self
    }

    /// Without the tag 17.
    #[must_use]
    pub const fn untagged(mut self) -> Self {
        self.tagged = false;
        self
    }

    /// Writes the message with `payload` inside and its tag under `key`; the finished message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `KeyMismatch` when the algorithm makes no tag; `Unsupported` or `Backend`
    /// from the backend.
    pub fn payload<'w, B: Mac>(
        self,
        payload: &[u8],
        buffer: &'w mut [u8],
        key: &B::Key,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        self.finish(payload, true, buffer, key, backend)
    }

    /// As [`payload`](Self::payload), with the payload elsewhere and null in its place.
    ///
    /// # Errors
    /// As [`payload`](Self::payload).
    pub fn detached<'w, B: Mac>(
        self,
        payload: &[u8],
        buffer: &'w mut [u8],
        key: &B::Key,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        self.finish(payload, false, buffer, key, backend)
    }

    fn finish<'w, B: Mac>(
        self,
        payload: &[u8],
        embed: bool,
        buffer: &'w mut [u8],
        key: &B::Key,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let mut protected = [0; MAX_PROTECTED];
        let mut inner = Encoder::new(&mut protected);
        self.headers.encode_protected(&mut inner)?;
        let fields = [inner.as_bytes(), self.external_aad, payload];
        let algorithm = self.headers.algorithm;
        let length = algorithm.tag_len().ok_or(Error::new(ErrorKind::KeyMismatch, 0))?;
        let tag = backend
            .mac(algorithm, key, &Segments::structure(MAC_STRUCTURE, fields))
            .map_err(|error| error.at(0))?;
        let mut encoder = Encoder::new(buffer);
        if self.tagged {
            encoder.tag(tag::MAC0)?;
        }
        encoder.array(4)?.bytes(inner.as_bytes())?;
        self.headers.encode_unprotected(&mut encoder)?;
        if embed {
            encoder.bytes(payload)?
        } else {
            encoder.null()?
        };
        encoder.bytes(tag.truncated(length).as_bytes())?;
        Ok(encoder.finish())
    }
}

/// Room for the protected bucket of a new message: an algorithm and a media type.
const MAX_PROTECTED: usize = 128;
