//! `COSE_Sign`: any number of signers (RFC 9052, 4.1).

use super::body::Body;
use super::builder::{Builder, Draft, kind};
use super::signature::{Signature, Signatures, accept, check};
use super::streamed::{StreamedSignature, StreamedVerification};
use super::structure::{self, Part, Structure};
use super::unsigned;
use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::{Check, Verified};
use crate::crypto::{self, Hash, SignAsync, VerifyStream};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::{Headers, NewHeaders};
use crate::iana::tag;
use crate::key::Key;
use crate::segments::Segments;

/// A `COSE_Sign` as it stands in its encoding; nothing in it is proven. Each signature is checked by
/// itself; whether one of them is enough, or which, is the caller's policy.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, Expect, Key, Sign, crypto::{Hash, Verify}};
///
/// # fn verify<'b>(bytes: &'b [u8], key: &Key<'b>, crypto: &mut (impl Hash + Verify)) -> Result<(), Error> {
/// let message = Sign::parse(bytes)?;
/// for signature in message.signatures().filter(|one| one.headers().kid() == key.kid()) {
///     let check = message.check(&signature, key, Expect::alg(Algorithm::ESP256), crypto)?;
///     let payload = check.run(crypto)?.payload();
///     # let _ = payload;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sign<'b> {
    body: Body<'b>,
    signatures: Signatures<'b>,
}

impl<'b> Sign<'b> {
    /// Reads one message, tagged (98) or not, that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Headers::parse`]; `UnexpectedTag`; `Length` when it is not an array of
    /// four, or nobody signed; `TrailingBytes`.
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
        let body = Body::parse(cursor, tag::SIGN, 4)?;
        let signatures = Signatures::parse(cursor)?;
        Ok(Self { body, signatures })
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

    /// What each signer added.
    #[must_use]
    pub fn signatures(&self) -> Signatures<'b> {
        self.signatures.clone()
    }

    /// What has to be proven for `signature`, one of this message's, to be `key`'s.
    ///
    /// # Errors
    /// As [`Sign1::check`](super::Sign1::check), of the signer's header parameters;
    /// `CriticalParameter` also of those of the body.
    pub fn check<'c>(
        &self,
        signature: &Signature<'b>,
        key: &Key<'c>,
        expect: Expect<'c>,
        hash: &mut impl Hash,
    ) -> Result<Check<'c, Self>, Error>
    where
        'b: 'c,
    {
        let accepted = self.accept(signature, key, &expect)?;
        let payload = self.body.expected_content(&expect)?;
        let own = signature.headers().signed();
        let strings = [self.headers().signed(), own, expect.external_aad, payload];
        let message = Segments::structure(structure::SIGNATURE, &strings);
        check(accepted, message, signature.raw(), hash, self.clone())
    }

    /// As [`check`](Self::check), for a detached payload of `length` bytes that arrives in pieces.
    ///
    /// # Errors
    /// As [`Sign1::check_streamed`](super::Sign1::check_streamed).
    pub fn check_streamed<'c, H: Hash>(
        &self,
        signature: &Signature<'b>,
        key: &Key<'c>,
        expect: Expect<'c>,
        length: u64,
        hash: &mut H,
    ) -> Result<StreamedSignature<'c, H::Hasher, Self>, Error>
    where
        'b: 'c,
    {
        let accepted = self.accept(signature, key, &expect)?;
        let before = self.before_streamed(signature, &expect)?;
        StreamedSignature::start(accepted, &before, length, signature.raw(), hash, self.clone())
    }

    /// Checks `signature`, one of this message's, of any algorithm, over a detached payload of `length`
    /// bytes that arrives in pieces.
    ///
    /// # Errors
    /// As [`Sign1::verify_streamed`](super::Sign1::verify_streamed).
    pub fn verify_streamed<'c, B: Hash + VerifyStream>(
        &self,
        signature: &Signature<'b>,
        key: &Key<'c>,
        expect: Expect<'c>,
        length: u64,
        backend: &mut B,
    ) -> Result<StreamedVerification<'c, B::Hasher, B::Verifier<'c>, Self>, Error>
    where
        'b: 'c,
    {
        let accepted = self.accept(signature, key, &expect)?;
        let before = self.before_streamed(signature, &expect)?;
        let (raw, message) = (signature.raw(), self.clone());
        StreamedVerification::start(accepted, &before, length, raw, backend, message)
    }

    /// What `signature` signs before a payload that arrives in pieces.
    fn before_streamed<'c>(
        &self,
        signature: &Signature<'b>,
        expect: &Expect<'c>,
    ) -> Result<Segments<'c>, Error>
    where
        'b: 'c,
    {
        if self.body.content.is_some() || expect.payload.is_some() {
            return Err(self.body.content_error());
        }
        let own = signature.headers().signed();
        let strings = [self.headers().signed(), own, expect.external_aad];
        Ok(Segments::structure(structure::SIGNATURE, &strings))
    }

    fn accept<'c>(
        &self,
        signature: &Signature<'b>,
        key: &Key<'c>,
        expect: &Expect<'c>,
    ) -> Result<(crate::Algorithm, crate::PublicKey<'c>), Error> {
        self.headers().check_critical(expect.understood)?;
        accept(signature.headers(), key, expect)
    }

    /// Begins a new message, with these header parameters of its body: usually none that name an
    /// algorithm ([`NewHeaders::default`]).
    #[must_use]
    pub fn builder<'a>(headers: impl Into<NewHeaders<'a>>) -> Builder<'a, kind::Sign> {
        Builder::new(headers)
    }
}

impl<'b> Verified<Sign<'b>> {
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

impl<'w> Draft<'w, kind::Sign> {
    /// Goes on to the signatures, of which there will be `count`.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Length` for none.
    pub fn signers(self, count: usize) -> Result<Signing<'w>, Error> {
        if count == 0 {
            return Err(Error::new(ErrorKind::Length, self.written));
        }
        let mut encoder = Encoder::resuming(self.buffer, self.written);
        encoder.array(count)?;
        let written = encoder.written();
        Ok(Signing { structure: self.structure, buffer: self.buffer, written, left: count })
    }
}

/// A `COSE_Sign` in the caller's buffer to which its signers add their signatures, one after another.
///
/// ```
/// use hexad_cose_core::{Algorithm, Error, NewHeaders, Sign, crypto};
///
/// # fn make<B: crypto::Sign + crypto::Hash>(a: &B::Key, b: &B::Key, backend: &mut B) -> Result<(), Error> {
/// let mut buffer = [0; 512];
/// let draft = Sign::builder(NewHeaders::default()).payload(b"hello", &mut buffer)?;
/// let mut signing = draft.signers(2)?;
/// signing.sign(NewHeaders::new(Algorithm::ESP256).kid(b"a"), a, backend)?;
/// signing.sign(NewHeaders::new(Algorithm::ESP256).kid(b"b"), b, backend)?;
/// let message = signing.finish()?;
/// # let _ = message; Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the message is not complete before all have signed"]
pub struct Signing<'w> {
    /// What is signed, without the signer's own protected parameters.
    structure: Structure<'w>,
    buffer: &'w mut [u8],
    written: usize,
    left: usize,
}

impl<'w> Signing<'w> {
    /// Adds a signature. After an error the message is as before.
    ///
    /// # Errors
    /// `BufferTooSmall`; `DuplicateKey`; `Missing` when the headers name no algorithm; `Length` when
    /// all have signed; `Unsupported`, `KeyMismatch` or `Backend` from the signer.
    pub fn sign<'h, B: crypto::Sign + Hash>(
        &mut self,
        headers: impl Into<NewHeaders<'h>>,
        key: &B::Key,
        backend: &mut B,
    ) -> Result<(), Error> {
        let headers = headers.into();
        let algorithm = headers.algorithm().ok_or(Error::new(ErrorKind::Missing, self.written))?;
        let (structure, written) = self.begin(&headers)?;
        let end = unsigned::sign(algorithm, &structure, self.buffer, written, key, backend)?;
        self.signed(end);
        Ok(())
    }

    /// Adds a signature by a device that the executor waits for, hashing with `hash`.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub async fn sign_async<B: SignAsync>(
        &mut self,
        headers: NewHeaders<'_>,
        key: &B::Key,
        backend: &mut B,
        hash: &mut impl Hash,
    ) -> Result<(), Error> {
        let algorithm = headers.algorithm().ok_or(Error::new(ErrorKind::Missing, self.written))?;
        let (structure, written) = self.begin(&headers)?;
        let end =
            unsigned::sign_async(algorithm, &structure, self.buffer, written, key, backend, hash)
                .await?;
        self.signed(end);
        Ok(())
    }

    /// Writes what stands before a signature; what is signed, and how much is written then.
    fn begin(&mut self, headers: &NewHeaders<'_>) -> Result<(Structure<'w>, usize), Error> {
        if self.left == 0 {
            return Err(Error::new(ErrorKind::Length, self.written));
        }
        let mut encoder = Encoder::resuming(self.buffer, self.written);
        encoder.array(3)?;
        let (start, end) = headers.encode(&mut encoder)?;
        let written = encoder.written();
        Ok((self.structure.with_second(Part::Written(start, end)), written))
    }

    fn signed(&mut self, end: usize) {
        self.written = end;
        self.left = self.left.saturating_sub(1);
    }

    /// The finished message.
    ///
    /// # Errors
    /// `Length` when not all have signed.
    pub fn finish(self) -> Result<&'w [u8], Error> {
        if self.left == 0 {
            Ok(self.buffer.get(..self.written).unwrap_or_default())
        } else {
            Err(Error::new(ErrorKind::Length, self.written))
        }
    }
}
