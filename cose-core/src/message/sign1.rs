//! `COSE_Sign1`: one signer (RFC 9052, 4.2).

use super::body::Body;
use super::builder::{Builder, Draft, kind};
use super::signature::{accept, check};
use super::streamed::{StreamedSignature, StreamedVerification};
use super::structure;
use super::unsigned::{self, PendingSignature};
use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::{Check, Verified};
use crate::crypto::{self, Hash, SignAsync, SignPoll, Signed, VerifyStream};
use crate::error::Error;
use crate::expect::Expect;
use crate::header::{Headers, NewHeaders};
use crate::iana::tag;
use crate::key::Key;
use crate::segments::Segments;

/// A `COSE_Sign1` as it stands in its encoding; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::{Algorithm, Expect, Key, Sign1};
/// # use hexad_cose_core::{Error, crypto::{Hash, Verify}};
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
    body: Body<'b>,
    signature: Raw<'b>,
}

/// [`tag::SIGN1`], which fits the head of a tag.
const TAG: u8 = 18;
const _: () = assert!(TAG as u64 == tag::SIGN1);

impl<'b> Sign1<'b> {
    /// Reads one message, tagged (18) or not, that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Headers::parse`]; `UnexpectedTag`; `Length` when it is not an array of
    /// four; `TrailingBytes`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let message = Self::hot_parse(&mut cursor)?;
        cursor.finish()?;
        Ok(message)
    }

    /// Reads the message at `cursor`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    #[inline(never)]
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let body = Body::parse(cursor, tag::SIGN1, 4)?;
        let signature = cursor.byte_string()?;
        Ok(Self { body, signature })
    }

    #[inline(always)]
    fn hot_parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let body = Body::hot_parse(cursor, TAG, 4)?;
        let signature = cursor.hot_byte_string()?;
        Ok(Self { body, signature })
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

    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &'b [u8] {
        self.signature.bytes()
    }

    pub(super) const fn signature_raw(&self) -> Raw<'b> {
        self.signature
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
        let accepted = accept(self.headers(), key, &expect)?;
        let payload = self.body.expected_content(&expect)?;
        let strings = [self.headers().signed(), expect.external_aad, payload];
        let message = Segments::structure(structure::SIGNATURE1, &strings);
        check(accepted, message, self.signature, hash, self)
    }

    /// As [`check`](Self::check), for a detached payload of `length` bytes that arrives in pieces:
    /// they go to [`StreamedSignature::update`].
    ///
    /// # Errors
    /// As [`check`](Self::check); `Unsupported` for an algorithm that signs the message itself (EdDSA,
    /// ML-DSA, HSS-LMS), of which there is no digest to wait with: [`verify_streamed`](Self::verify_streamed)
    /// takes those, too.
    pub fn check_streamed<'c, H: Hash>(
        self,
        key: &Key<'c>,
        expect: Expect<'c>,
        length: u64,
        hash: &mut H,
    ) -> Result<StreamedSignature<'c, H::Hasher, Self>, Error>
    where
        'b: 'c,
    {
        let accepted = accept(self.headers(), key, &expect)?;
        let before = self.before_streamed(&expect)?;
        StreamedSignature::start(accepted, &before, length, self.signature, hash, self)
    }

    /// Checks a signature of any algorithm over a detached payload of `length` bytes that arrives in
    /// pieces, on a backend that takes them: they go to [`StreamedVerification::update`].
    ///
    /// ```
    /// use hexad_cose_core::crypto::{Hash, Verify, VerifyStream};
    /// use hexad_cose_core::{Algorithm, Error, Expect, Key, Sign1};
    ///
    /// fn verify<'p>(
    ///     bytes: &[u8],
    ///     key: &Key<'_>,
    ///     (length, pieces): (u64, impl Iterator<Item = &'p [u8]>),
    ///     crypto: &mut (impl Hash + Verify + VerifyStream),
    /// ) -> Result<(), Error> {
    ///     let expect = Expect::alg(Algorithm::ED25519);
    ///     let mut stream = Sign1::parse(bytes)?.verify_streamed(key, expect, length, crypto)?;
    ///     for piece in pieces {
    ///         stream.update(piece)?;
    ///     }
    ///     stream.finish(crypto).map(drop)
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`check`](Self::check); `VerificationFailed` for a signature that is none for any message;
    /// `Unsupported` when the backend can't check the algorithm's signatures piece by piece.
    pub fn verify_streamed<'c, B: Hash + VerifyStream>(
        self,
        key: &Key<'c>,
        expect: Expect<'c>,
        length: u64,
        backend: &mut B,
    ) -> Result<StreamedVerification<'c, B::Hasher, B::Verifier<'c>, Self>, Error>
    where
        'b: 'c,
    {
        let accepted = accept(self.headers(), key, &expect)?;
        let before = self.before_streamed(&expect)?;
        StreamedVerification::start(accepted, &before, length, self.signature, backend, self)
    }

    /// What is signed before a payload that arrives in pieces.
    fn before_streamed<'c>(&self, expect: &Expect<'c>) -> Result<Segments<'c>, Error>
    where
        'b: 'c,
    {
        if self.body.content.is_some() || expect.payload.is_some() {
            return Err(self.body.content_error());
        }
        let strings = [self.headers().signed(), expect.external_aad];
        Ok(Segments::structure(structure::SIGNATURE1, &strings))
    }

    /// Begins a new message: an [`Algorithm`](crate::Algorithm), or more header parameters.
    #[must_use]
    pub fn builder<'a>(headers: impl Into<NewHeaders<'a>>) -> Builder<'a, kind::Sign1> {
        Builder::new(headers)
    }
}

impl<'b> Verified<Sign1<'b>> {
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

impl<'w> Draft<'w, kind::Sign1> {
    /// What has to be signed: for a signer elsewhere. Its answer goes to [`attach`](Self::attach).
    ///
    /// # Errors
    /// `Missing` when the headers name no algorithm; `Unsupported` or `Backend` from the hash.
    pub fn to_be_signed(&self, hash: &mut impl Hash) -> Result<Signed<'_>, Error> {
        let message = self.structure.segments(self.buffer);
        Signed::new(self.algorithm()?, message, hash).map_err(|error| error.at(self.written))
    }

    /// The Sig_structure (RFC 9052, 4.4) in pieces: for a signer elsewhere that takes it whole and does
    /// its own hashing. Its answer goes to [`attach`](Self::attach).
    ///
    /// # Errors
    /// `Missing` when the headers name no algorithm.
    pub fn signature_structure(&self) -> Result<Segments<'_>, Error> {
        self.algorithm()?;
        Ok(self.structure.segments(self.buffer))
    }

    /// Signs now; the finished message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Missing`; `Unsupported`, `KeyMismatch` or `Backend` from the signer.
    pub fn sign<B: crypto::Sign + Hash>(
        self,
        key: &B::Key,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let algorithm = self.algorithm()?;
        let end =
            unsigned::sign(algorithm, &self.structure, self.buffer, self.written, key, backend)?;
        Ok(self.buffer.get(..end).unwrap_or_default())
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
        let algorithm = self.algorithm()?;
        let Self { structure, buffer, written, .. } = self;
        let end = unsigned::sign_async(algorithm, &structure, buffer, written, key, backend, hash)
            .await?;
        Ok(buffer.get(..end).unwrap_or_default())
    }

    /// Starts the signature on a device that is asked again later, hashing with `hash`.
    ///
    /// # Errors
    /// `Missing`; `Unsupported`, `KeyMismatch` or `Backend` from the signer.
    pub fn start<B: SignPoll>(
        self,
        key: &B::Key,
        backend: &mut B,
        hash: &mut impl Hash,
    ) -> Result<PendingSignature<'w, B::Job>, Error> {
        let algorithm = self.algorithm()?;
        let signed = self.to_be_signed(hash)?;
        let job = backend.start(algorithm, key, &signed).map_err(|error| error.at(self.written))?;
        Ok(PendingSignature::new(algorithm, self.buffer, self.written, job))
    }

    /// Puts `signature` into the message; the finished message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Backend` when the signature is empty.
    pub fn attach(self, signature: &[u8]) -> Result<&'w [u8], Error> {
        if signature.is_empty() {
            return Err(crypto::CryptoError::Device.at(self.written));
        }
        let mut encoder = Encoder::resuming(self.buffer, self.written);
        encoder.bytes(signature)?;
        Ok(encoder.finish())
    }
}
