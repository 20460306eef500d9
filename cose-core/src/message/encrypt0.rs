//! `COSE_Encrypt0`: a content encrypted under a key that both sides know (RFC 9052, 5.2).

use super::body::Body;
use super::builder::{Builder, kind};
use super::decryption::{Decryption, Opening};
use super::seal::{seal, seal_detached, seal_with};
use super::structure;
use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::Verified;
use crate::crypto::Aead;
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::{Headers, NewHeaders};
use crate::iana::tag;
use crate::key::Secret;

/// A `COSE_Encrypt0` as it stands in its encoding; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::{Algorithm, Encrypt0, Error, Expect, Secret, crypto};
///
/// # fn open<B: crypto::Aead<Key = [u8]>>(bytes: &[u8], crypto: &mut B) -> Result<(), Error> {
/// let key = Secret::new(&[0x11; 16][..], Algorithm::A128GCM);
/// let mut buffer = [0; 256];
/// let plaintext = Encrypt0::parse(bytes)?
///     .decrypt(&key, Expect::alg(Algorithm::A128GCM), &mut buffer, crypto)?;
/// # let _ = plaintext; Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Encrypt0<'b> {
    body: Body<'b>,
}

impl<'b> Encrypt0<'b> {
    /// Reads one message, tagged (16) or not, that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Headers::parse`]; `UnexpectedTag`; `Length` when it is not an array of
    /// three; `TrailingBytes`.
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
        Body::parse(cursor, tag::ENCRYPT0, 3).map(|body| Self { body })
    }

    /// The header parameters: the sender's word.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        &self.body.headers
    }

    /// The ciphertext with its tag, unless it is carried elsewhere.
    #[must_use]
    pub const fn ciphertext(&self) -> Option<Raw<'b>> {
        self.body.content
    }

    pub(super) const fn body(&self) -> &Body<'b> {
        &self.body
    }

    /// Decrypts into `plaintext`, which is as long as the ciphertext with its tag at least.
    ///
    /// # Errors
    /// `CriticalParameter`, `UnprotectedAlgorithm`; `AlgorithmNotAccepted` also for an algorithm that
    /// authenticates nothing; `KeyMismatch`; `Missing` or `Length` of the initialization vector;
    /// `Payload` when there is no ciphertext or two; `BufferTooSmall`; `VerificationFailed`;
    /// `Unsupported` or `Backend` from the backend. Nothing of the plaintext stands in the buffer then.
    pub fn decrypt<'o, B: Aead>(
        &self,
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<Verified<&'o [u8]>, Error> {
        self.decryption(key, expect)?.run(key.value(), plaintext, backend)
    }

    /// As [`decrypt`](Self::decrypt), as a value for a device that is waited for.
    ///
    /// # Errors
    /// As [`decrypt`](Self::decrypt), but for what the backend says.
    pub fn decryption<'c, K: ?Sized>(
        &self,
        key: &Secret<'_, K>,
        expect: Expect<'c>,
    ) -> Result<Decryption<'c>, Error>
    where
        'b: 'c,
    {
        Decryption::new(&self.body, structure::ENCRYPT0, key, &expect)?.require_authenticated(true)
    }

    /// Decrypts with a cipher of RFC 9459 (AES-CTR, AES-CBC), which authenticates nothing: whoever
    /// changes the ciphertext changes the plaintext, and only something else can tell. Their algorithm
    /// stands in the unprotected bucket, so the caller has to accept it there.
    ///
    /// # Errors
    /// As [`decrypt`](Self::decrypt); `AlgorithmNotAccepted` for an algorithm with a tag;
    /// `InvalidValue` for a protected header or external data, which nothing would protect.
    pub fn decrypt_unauthenticated<'o, B: Aead>(
        &self,
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<&'o [u8], Error> {
        Decryption::new(&self.body, structure::ENCRYPT0, key, &expect)?
            .require_authenticated(false)?
            .open(key.value(), plaintext, backend)
    }

    /// Reads and decrypts a message where it stands: the plaintext takes the place of the ciphertext,
    /// and nothing is copied.
    ///
    /// # Errors
    /// As [`parse`](Self::parse) and [`decrypt`](Self::decrypt). The message is destroyed when the
    /// ciphertext does not open.
    pub fn decrypt_in_place<'o, B: Aead>(
        message: &'o mut [u8],
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        backend: &mut B,
    ) -> Result<Verified<&'o [u8]>, Error> {
        let ciphertext =
            Encrypt0::parse(message)?.body.content.filter(|_| expect.payload.is_none());
        let offset = ciphertext.ok_or(Error::new(ErrorKind::Payload, 0))?.offset();
        let missing = Error::new(ErrorKind::UnexpectedEnd, offset);
        let (front, ciphertext) = message.split_at_mut_checked(offset).ok_or(missing)?;
        // The same headers again, from the half that is not written to.
        let mut cursor = Cursor::new(front);
        cursor.optional_tag(tag::ENCRYPT0)?;
        cursor.array_of(3)?;
        let headers = Headers::parse(&mut cursor)?;
        let opening = Opening::new(&headers, structure::ENCRYPT0, key, &expect)?
            .require_authenticated(true, headers.protected())?;
        opening.open(key.value(), ciphertext, offset, backend).map(Verified::new)
    }

    /// Begins a new message: an [`Algorithm`](crate::Algorithm), and an initialization vector that the
    /// key has not been used with.
    #[must_use]
    pub fn builder<'a>(headers: impl Into<NewHeaders<'a>>) -> Builder<'a, kind::Encrypt0> {
        Builder::new(headers)
    }
}

impl Builder<'_, kind::Encrypt0> {
    /// Encrypts `plaintext` into the message; the finished message.
    ///
    /// # Errors
    /// `BufferTooSmall`; `DuplicateKey`; `KeyMismatch` when the headers name no algorithm for content,
    /// or the key may not serve it; `Missing` or `Length` of the initialization vector; `InvalidValue`
    /// for a protected header or external data with a cipher that protects neither; `Unsupported` or
    /// `Backend` from the backend.
    pub fn seal<'w, B: Aead>(
        self,
        plaintext: &[u8],
        key: &Secret<'_, B::Key>,
        buffer: &'w mut [u8],
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let end = seal(&self, plaintext, key, buffer, backend)?;
        Ok(buffer.get(..end).unwrap_or_default())
    }

    /// As [`seal`](Self::seal), of what `content` encodes, which is written where its ciphertext will
    /// stand. `content` runs twice and must write the same both times.
    ///
    /// # Errors
    /// As [`seal`](Self::seal), and those of `content`.
    pub fn seal_with<'w, B: Aead, E: From<Error>>(
        self,
        content: impl Fn(&mut Encoder<'_>) -> Result<(), E>,
        key: &Secret<'_, B::Key>,
        buffer: &'w mut [u8],
        backend: &mut B,
    ) -> Result<&'w [u8], E> {
        let end = seal_with(&self, content, key, buffer, backend)?;
        Ok(buffer.get(..end).unwrap_or_default())
    }

    /// As [`seal`](Self::seal), with the ciphertext written into `ciphertext` and null in its place;
    /// the finished message, and the ciphertext.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub fn seal_detached<'w, B: Aead>(
        self,
        plaintext: &[u8],
        key: &Secret<'_, B::Key>,
        buffer: &'w mut [u8],
        ciphertext: &'w mut [u8],
        backend: &mut B,
    ) -> Result<(&'w [u8], &'w [u8]), Error> {
        let (end, length) = seal_detached(&self, plaintext, key, buffer, ciphertext, backend)?;
        let ciphertext: &[u8] = ciphertext;
        let buffer: &[u8] = buffer;
        Ok((buffer.get(..end).unwrap_or_default(), ciphertext.get(..length).unwrap_or_default()))
    }
}
