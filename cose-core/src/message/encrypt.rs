//! `COSE_Encrypt`: a content encrypted under a key that recipients come by (RFC 9052, 5.1).

use super::body::Body;
use super::builder::{Builder, kind};
use super::content_key::ContentKey;
use super::decryption::{Decryption, Opening};
use super::opened::StreamedDecryption;
use super::recipient::{NewRecipient, Recipient, RecipientKey, Recipients};
use super::seal::{seal, seal_detached, seal_with};
use super::structure;
use crate::cbor::{Cursor, Encoder, Raw};
use crate::check::Verified;
use crate::crypto::{Aead, Agree, Kdf, KeyWrap, OpenStream};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::{Headers, NewHeaders};
use crate::iana::tag;
use crate::key::Secret;

/// A `COSE_Encrypt` as it stands in its encoding; nothing in it is proven. First one of the recipients
/// gives the content key, then the content is decrypted under it.
///
/// ```
/// use hexad_cose_core::{Algorithm, Encrypt, Error, Expect, RecipientKey, crypto};
///
/// # fn open<B>(bytes: &[u8], own: &<B as crypto::Agree>::Key, crypto: &mut B) -> Result<(), Error>
/// # where B: crypto::Aead<Key = [u8]> + crypto::Agree + crypto::Kdf + crypto::KeyWrap<Key = [u8]> {
/// let expect = Expect::alg(Algorithm::A128GCM).recipients(&[Algorithm::ECDH_ES_A128KW]);
///
/// let message = Encrypt::parse(bytes)?;
/// for recipient in message.recipients().filter(|one| one.headers().kid() == Some(b"us")) {
///     let key = message.content_key(&recipient, &RecipientKey::Private(own), expect, crypto)?;
///     let mut buffer = [0; 256];
///     let plaintext = message.decrypt(&key.secret(), expect, &mut buffer, crypto)?;
///     # let _ = plaintext;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Encrypt<'b> {
    body: Body<'b>,
    recipients: Recipients<'b>,
}

impl<'b> Encrypt<'b> {
    /// Reads one message, tagged (96) or not, that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR and of [`Headers::parse`]; `UnexpectedTag`; `Length` when it is not an array of
    /// four, or has no recipient; `TooDeep` for recipients nested beyond
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
        let body = Body::parse(cursor, tag::ENCRYPT, 4)?;
        let recipients = Recipients::parse(cursor)?;
        Ok(Self { body, recipients })
    }

    /// The header parameters of the body: the sender's word.
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

    /// The recipients.
    #[must_use]
    pub fn recipients(&self) -> Recipients<'b> {
        self.recipients.clone()
    }

    /// The content key, from `recipient`, one of this message's, by `key`. Where that recipient's key
    /// is itself wrapped for recipients nested in it, take it from one of those by
    /// [`Recipient::content_key`], then this one's by [`Recipient::unwrap`].
    ///
    /// # Errors
    /// `CriticalParameter`, `UnprotectedAlgorithm`, `AlgorithmNotAccepted` (of the content, or of the
    /// recipient); `InvalidValue` for other recipients beside one whose key is the content key; and
    /// those of [`Recipient::content_key`].
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

    /// Decrypts into `plaintext`, which is as long as the ciphertext with its tag at least.
    ///
    /// # Errors
    /// As [`Encrypt0::decrypt`](super::Encrypt0::decrypt).
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
        Decryption::new(&self.body, structure::ENCRYPT, key, &expect)?.require_authenticated(true)
    }

    /// Decrypts a detached ciphertext (with its tag) of `length` bytes that arrives piece by piece, where
    /// it stands; also with a cipher that authenticates nothing, if `expect` accepts it.
    ///
    /// # Errors
    /// `CriticalParameter`, `AlgorithmNotAccepted`, `KeyMismatch`, and those of a nonce, as
    /// [`Encrypt0::decrypt`](super::Encrypt0::decrypt); `Payload` when the ciphertext is in the message;
    /// `VerificationFailed` when it is shorter than a tag; `Unsupported` and `Backend` from the backend.
    pub fn streamed<B: OpenStream>(
        &self,
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        length: u64,
        backend: &mut B,
    ) -> Result<StreamedDecryption<B::Opener>, Error> {
        let opening = Opening::new(self.headers(), structure::ENCRYPT, key, &expect)?;
        let at = self.headers().unprotected();
        if self.body.content.is_some() {
            return Err(at.error(ErrorKind::Payload));
        }
        StreamedDecryption::start(&opening, key.value(), length, at.offset(), backend)
    }

    /// Decrypts with a cipher that authenticates nothing.
    ///
    /// # Errors
    /// As [`Encrypt0::decrypt_unauthenticated`](super::Encrypt0::decrypt_unauthenticated).
    pub fn decrypt_unauthenticated<'o, B: Aead>(
        &self,
        key: &Secret<'_, B::Key>,
        expect: Expect<'_>,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<&'o [u8], Error> {
        Decryption::new(&self.body, structure::ENCRYPT, key, &expect)?
            .require_authenticated(false)?
            .open(key.value(), plaintext, backend)
    }

    /// Begins a new message: an [`Algorithm`](crate::Algorithm), and an initialization vector that the
    /// key has not been used with.
    #[must_use]
    pub fn builder<'a>(headers: impl Into<NewHeaders<'a>>) -> Builder<'a, kind::Encrypt> {
        Builder::new(headers)
    }
}

impl Builder<'_, kind::Encrypt> {
    /// Encrypts `plaintext` into the message and adds the recipients; the finished message.
    ///
    /// # Errors
    /// As of `COSE_Encrypt0`; `Length` without recipients.
    pub fn seal<'w, B: Aead>(
        self,
        plaintext: &[u8],
        key: &Secret<'_, B::Key>,
        recipients: &[NewRecipient<'_>],
        buffer: &'w mut [u8],
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        let end = seal(&self, plaintext, key, buffer, backend)?;
        let mut encoder = Encoder::resuming(buffer, end);
        NewRecipient::encode_all(recipients, &mut encoder)?;
        Ok(encoder.finish())
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
        recipients: &[NewRecipient<'_>],
        buffer: &'w mut [u8],
        backend: &mut B,
    ) -> Result<&'w [u8], E> {
        let end = seal_with(&self, content, key, buffer, backend)?;
        let mut encoder = Encoder::resuming(buffer, end);
        NewRecipient::encode_all(recipients, &mut encoder)?;
        Ok(encoder.finish())
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
        recipients: &[NewRecipient<'_>],
        buffer: &'w mut [u8],
        ciphertext: &'w mut [u8],
        backend: &mut B,
    ) -> Result<(&'w [u8], &'w [u8]), Error> {
        let (end, length) = seal_detached(&self, plaintext, key, buffer, ciphertext, backend)?;
        let mut encoder = Encoder::resuming(buffer, end);
        NewRecipient::encode_all(recipients, &mut encoder)?;
        let ciphertext: &[u8] = ciphertext;
        Ok((encoder.finish(), ciphertext.get(..length).unwrap_or_default()))
    }
}
