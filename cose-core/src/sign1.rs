//! `COSE_Sign1`: one signer (RFC 9052, 4.2).

use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::{Check, Expect, Verified};
use crate::crypto::{CryptoError, Hash, Sign, SignAsync, Signed};
use crate::error::{Error, ErrorKind};
use crate::header::{ContentType, Headers, NewHeaders};
use crate::iana::{Algorithm, tag};
use crate::key::{Key, KeyOperation};
use crate::segments::Segments;

/// Head and context string of the `Sig_structure` of a `COSE_Sign1` (RFC 9052, 4.4).
const SIG_STRUCTURE: &[u8] = b"\x84\x6aSignature1";

/// A `COSE_Sign1` as it stands in its encoding; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::{Algorithm, Expect, Key, Sign1};
/// # use hexad_cose_core::{Error, Hash, Verify};
///
/// # fn verify<'b>(bytes: &'b [u8], key: &Key<'b>, crypto: &mut (impl Hash + Verify)) -> Result<&'b [u8], Error> {
/// let check = Sign1::parse(bytes)?.check(key, Expect::alg(Algorithm::ESP256), crypto)?;
/// let message = check.run(crypto)?;
/// let payload = message.payload(); // exists on the verified type alone
/// # Ok(payload)
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sign1<'b> {
    headers: Headers<'b>,
    payload: Option<Raw<'b>>,
    signature: Raw<'b>,
}

impl<'b> Sign1<'b> {
    /// Reads one message, tagged (18) or not, that is all of `bytes`.
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
        cursor.optional_tag(tag::SIGN1)?;
        cursor.array_of(4)?;
        let headers = Headers::parse(cursor)?;
        let payload = if cursor.take_null() { None } else { Some(cursor.byte_string()?) };
        let signature = cursor.byte_string()?;
        Ok(Self { headers, payload, signature })
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

    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &'b [u8] {
        self.signature.bytes()
    }

    /// What has to be proven for this message to be `key`'s, as the caller expects it. Hashes, but
    /// runs no signature algorithm.
    ///
    /// # Errors
    /// `CriticalParameter`, `UnprotectedAlgorithm`, `AlgorithmNotAccepted`, `KeyMismatch`; `Payload`
    /// when there is none or two; `Unsupported` or `Backend` from the hash.
    pub fn check<'c>(
        self,
        key: &Key<'c>,
        expect: Expect<'c>,
        hash: &mut impl Hash,
    ) -> Result<Check<'c, Self>, Error>
    where
        'b: 'c,
    {
        let algorithm = expect.accept(&self.headers, key, KeyOperation::Verify)?;
        let mismatch = self.headers.protected().error(ErrorKind::KeyMismatch);
        let public = key.public().ok_or(mismatch)?;
        let payload: &'c [u8] = match (self.payload, expect.payload) {
            (Some(embedded), None) => embedded.bytes(),
            (None, Some(detached)) => detached,
            _ => return Err(self.signature.error(ErrorKind::Payload)),
        };
        let message = Segments::structure(
            SIG_STRUCTURE,
            [self.headers.signed(), expect.external_aad, payload],
        );
        let offset = self.signature.offset();
        let signed = Signed::new(algorithm, message, hash).map_err(|error| error.at(offset))?;
        Ok(Check::new(algorithm, public, signed, self.signature.bytes(), offset, self))
    }

    /// Begins a new message, signed with `algorithm`.
    #[must_use]
    pub const fn builder<'a>(algorithm: Algorithm) -> Sign1Builder<'a> {
        Sign1Builder {
            headers: NewHeaders { algorithm, content_type: None, kid: None },
            external_aad: &[],
            tagged: true,
            outer_tag: None,
        }
    }
}

impl<'b> Verified<Sign1<'b>> {
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

/// A `COSE_Sign1` to be made: its header parameters are chosen first, then its payload is written
/// into the caller's buffer, then it is signed there.
#[derive(Clone, Copy, Debug)]
pub struct Sign1Builder<'a> {
    headers: NewHeaders<'a>,
    external_aad: &'a [u8],
    tagged: bool,
    outer_tag: Option<u64>,
}

impl<'a> Sign1Builder<'a> {
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

    /// With externally supplied data (RFC 9052, 4.4).
    #[must_use]
    pub const fn external_aad(mut self, external_aad: &'a [u8]) -> Self {
        self.external_aad = external_aad;
        self
    }

    /// With this tag around the message: 61 for a CWT (RFC 8392, 6).
    #[must_use]
    pub const fn within_tag(mut self, number: u64) -> Self {
        self.outer_tag = Some(number);
        self
    }

    /// Without the tag 18.
    #[must_use]
    pub const fn untagged(mut self) -> Self {
        self.tagged = false;
        self
    }

    /// With `payload` inside the message.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn payload<'w>(self, payload: &[u8], buffer: &'w mut [u8]) -> Result<Unsigned<'w>, Error>
    where
        'a: 'w,
    {
        self.payload_with(|encoder| encoder.raw(payload).map(|_| ()), buffer)
    }

    /// With what `content` encodes as the payload inside the message. `content` runs twice and must
    /// write the same both times.
    ///
    /// # Errors
    /// `BufferTooSmall`, and those of `content`.
    pub fn payload_with<'w, E: From<Error>>(
        self,
        content: impl Fn(&mut Encoder<'_>) -> Result<(), E>,
        buffer: &'w mut [u8],
    ) -> Result<Unsigned<'w>, E>
    where
        'a: 'w,
    {
        let mut encoder = Encoder::new(buffer);
        let protected = self.start(&mut encoder)?;
        encoder.wrapped(&content)?;
        let end = encoder.written();
        let mut counting = Encoder::counting();
        content(&mut counting)?;
        let payload = Payload::Embedded(end.saturating_sub(counting.written()), end);
        Ok(self.unsigned(buffer, protected, payload, end))
    }

    /// With `payload` elsewhere: it is signed, and null stands in the message.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn detached<'w>(
        self,
        payload: &'w [u8],
        buffer: &'w mut [u8],
    ) -> Result<Unsigned<'w>, Error>
    where
        'a: 'w,
    {
        let mut encoder = Encoder::new(buffer);
        let protected = self.start(&mut encoder)?;
        encoder.null()?;
        let end = encoder.written();
        Ok(self.unsigned(buffer, protected, Payload::Detached(payload), end))
    }

    /// Writes all that stands before the payload; where the protected bucket stands.
    fn start(&self, encoder: &mut Encoder<'_>) -> Result<(usize, usize), Error> {
        if let Some(number) = self.outer_tag {
            encoder.tag(number)?;
        }
        if self.tagged {
            encoder.tag(tag::SIGN1)?;
        }
        encoder.array(4)?.wrapped(|inner| self.headers.encode_protected(inner))?;
        let end = encoder.written();
        let mut counting = Encoder::counting();
        self.headers.encode_protected(&mut counting)?;
        self.headers.encode_unprotected(encoder)?;
        Ok((end.saturating_sub(counting.written()), end))
    }

    const fn unsigned<'w>(
        self,
        buffer: &'w mut [u8],
        protected: (usize, usize),
        payload: Payload<'w>,
        written: usize,
    ) -> Unsigned<'w>
    where
        'a: 'w,
    {
        Unsigned {
            algorithm: self.headers.algorithm,
            external_aad: self.external_aad,
            buffer,
            protected,
            payload,
            written,
        }
    }
}

/// Where the payload of a message to be signed is.
#[derive(Clone, Copy, Debug)]
enum Payload<'w> {
    /// In the buffer, from one offset to another.
    Embedded(usize, usize),
    Detached(&'w [u8]),
}

/// A message in the caller's buffer that lacks only its signature.
#[derive(Debug)]
#[must_use = "the message is not complete before it is signed"]
pub struct Unsigned<'w> {
    algorithm: Algorithm,
    external_aad: &'w [u8],
    buffer: &'w mut [u8],
    protected: (usize, usize),
    payload: Payload<'w>,
    written: usize,
}

impl<'w> Unsigned<'w> {
    /// What has to be signed: for a device that is asked later, or a signer elsewhere. Its answer
    /// goes to [`attach`](Self::attach).
    ///
    /// # Errors
    /// `Unsupported` or `Backend` from the hash.
    pub fn to_be_signed(&self, hash: &mut impl Hash) -> Result<Signed<'_>, Error> {
        let part = |(start, end)| self.buffer.get(start..end).unwrap_or_default();
        let payload = match self.payload {
            Payload::Embedded(start, end) => part((start, end)),
            Payload::Detached(payload) => payload,
        };
        let fields = [part(self.protected), self.external_aad, payload];
        Signed::new(self.algorithm, Segments::structure(SIG_STRUCTURE, fields), hash)
            .map_err(|error| error.at(self.written))
    }

    /// Signs now; the finished message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Unsupported`, `KeyMismatch` or `Backend` from the signer.
    pub fn sign<B: Sign + Hash>(self, key: &B::Key, backend: &mut B) -> Result<&'w [u8], Error> {
        let mut signature = [0; MAX_SIGNATURE];
        let signed = self.to_be_signed(backend)?;
        let length = backend
            .sign(self.algorithm, key, &signed, &mut signature)
            .map_err(|error| error.at(self.written))?;
        self.attach(signature.get(..length).unwrap_or_default())
    }

    /// Signs on a device that the executor waits for, hashing with `hash`; the finished message.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub async fn sign_async<B: SignAsync>(
        self,
        key: &B::Key,
        backend: &mut B,
        hash: &mut impl Hash,
    ) -> Result<&'w [u8], Error> {
        let mut signature = [0; MAX_SIGNATURE];
        let signed = self.to_be_signed(hash)?;
        let length = backend
            .sign(self.algorithm, key, &signed, &mut signature)
            .await
            .map_err(|error| error.at(self.written))?;
        self.attach(signature.get(..length).unwrap_or_default())
    }

    /// Puts `signature` into the message; the finished message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Backend` when the signature is empty.
    pub fn attach(self, signature: &[u8]) -> Result<&'w [u8], Error> {
        if signature.is_empty() {
            return Err(CryptoError::Device.at(self.written));
        }
        let mut encoder = Encoder::resuming(self.buffer, self.written);
        encoder.bytes(signature)?;
        Ok(encoder.finish())
    }
}

/// The longest signature of the algorithms offered: ECDSA on P-521.
const MAX_SIGNATURE: usize = 132;
