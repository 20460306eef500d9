//! Recipients of a message that is being made.

use rand_core::TryCryptoRng;

use crate::cbor::Encoder;
use crate::crypto::{Agree, AgreeEphemeral, CryptoError, Kdf, KeyWrap, SharedSecret};
use crate::error::{Error, ErrorKind};
use crate::header::{Headers, NewHeaders, Parameter};
use crate::iana::{Algorithm, KeyManagement, header as label};
use crate::key::{KeyOperation, PublicKey, PublicKeyBuf, Secret};
use crate::labels::Label;
use crate::message::content_key::ContentKey;
use crate::message::kdf_context::{KdfContext, KdfInfo};

/// Room for the headers of a recipient with whom a key is derived: they are bound to it.
const MAX_HEADERS: usize = 512;
/// Room for the `COSE_Key` of an ephemeral key.
const MAX_KEY: usize = 160;
/// A wrapped key is eight bytes longer.
const MAX_WRAPPED: usize = ContentKey::MAX + 8;

/// A recipient to be written into a message: how it is to come by the content key.
///
/// ```
/// use hexad_cose_core::{Algorithm, ContentKey, Encrypt, Error, NewHeaders, NewRecipient, Secret, crypto};
/// # use rand_core::TryCryptoRng;
///
/// # fn make<B>(random: &mut impl TryCryptoRng, backend: &mut B) -> Result<(), Error>
/// # where B: crypto::Aead<Key = [u8]> + crypto::KeyWrap<Key = [u8]> {
/// let kek = Secret::new(&[0x11; 16][..], Algorithm::A128KW);
/// let key = ContentKey::generate(Algorithm::A128GCM, random)?;
/// let us = NewHeaders::new(Algorithm::A128KW).kid(b"us");
/// let recipients = [NewRecipient::wrapped(us, &kek, &key, backend)?];
///
/// let mut buffer = [0; 256];
/// let message = Encrypt::builder(NewHeaders::new(Algorithm::A128GCM).iv(&[7; 12]))
///     .seal(b"hello", &key.secret(), &recipients, &mut buffer, backend)?;
/// # let _ = message; Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct NewRecipient<'a> {
    headers: NewHeaders<'a>,
    /// The sender's key, with its label: ephemeral, or static.
    sender: Option<(i64, PublicKeyBuf)>,
    wrapped: [u8; MAX_WRAPPED],
    length: usize,
    nested: &'a [NewRecipient<'a>],
}

impl<'a> NewRecipient<'a> {
    const fn new(headers: NewHeaders<'a>) -> Self {
        Self { headers, sender: None, wrapped: [0; MAX_WRAPPED], length: 0, nested: &[] }
    }

    /// A recipient who shares the content key (RFC 9053, 6.1.1): `direct` stands unprotected.
    #[must_use]
    pub fn direct(headers: NewHeaders<'a>) -> Self {
        Self::new(headers.with_algorithm(Algorithm::DIRECT).unprotected_algorithm())
    }

    /// A recipient who derives the content key, which is for `above`, from a shared `secret` (RFC
    /// 9053, 6.1.2).
    ///
    /// # Errors
    /// `KeyMismatch` when the headers name no such algorithm, or the secret may not serve it; `Missing`
    /// without salt or nonce of the sender, one of which makes the key a new one; `BufferTooSmall` for
    /// headers of more than 512 bytes; `Unsupported` or `Backend`.
    pub fn derived<B: Kdf>(
        headers: NewHeaders<'a>,
        secret: &Secret<'_>,
        above: Algorithm,
        info: Option<&KdfInfo<'_>>,
        backend: &mut B,
    ) -> Result<(Self, ContentKey), Error> {
        let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
        let algorithm = headers.algorithm().ok_or(mismatch)?;
        let Some(KeyManagement::Derive(_)) = algorithm.key_management() else {
            return Err(mismatch);
        };
        if !secret.allows(algorithm, KeyOperation::DeriveKey) {
            return Err(mismatch);
        }
        let recipient = Self::new(headers);
        recipient.require_freshness(info)?;
        let key = recipient.derive(secret.value(), above, info, backend)?;
        Ok((recipient, key))
    }

    /// A recipient who unwraps `key` under a key-encryption key that it shares (RFC 9053, 6.2.1). The
    /// algorithm stands unprotected.
    ///
    /// # Errors
    /// `KeyMismatch` when the headers name no such algorithm, or `kek` may not serve it; `Unsupported`
    /// or `Backend`.
    pub fn wrapped<B: KeyWrap>(
        headers: NewHeaders<'a>,
        kek: &Secret<'_, B::Key>,
        key: &ContentKey,
        backend: &mut B,
    ) -> Result<Self, Error> {
        let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
        let algorithm = headers.algorithm().ok_or(mismatch)?;
        if algorithm.key_management() != Some(KeyManagement::Wrap)
            || !kek.allows(algorithm, KeyOperation::WrapKey)
        {
            return Err(mismatch);
        }
        let mut recipient = Self::new(headers.unprotected_algorithm());
        recipient.wrap(algorithm, kek.value(), key, backend).map_err(|error| error.at(0))?;
        Ok(recipient)
    }

    /// A recipient with the public key `peer`, with whom a key made for this message agrees on the
    /// content key, which is for `above` (ECDH-ES, RFC 9053, 6.3).
    ///
    /// # Errors
    /// `KeyMismatch` when the headers name no such algorithm, or `peer` does not serve it; as
    /// [`derived`](Self::derived), but for `Missing`.
    pub fn agreed<B: AgreeEphemeral + Kdf>(
        headers: NewHeaders<'a>,
        peer: &PublicKey<'_>,
        above: Algorithm,
        info: Option<&KdfInfo<'_>>,
        random: &mut impl TryCryptoRng,
        backend: &mut B,
    ) -> Result<(Self, ContentKey), Error> {
        require(&headers, peer, |wrap, static_sender| wrap.is_none() && !static_sender)?;
        let (recipient, secret) = Self::ephemeral(headers, peer, random, backend)?;
        let key = recipient.derive(secret.as_bytes(), above, info, backend)?;
        Ok((recipient, key))
    }

    /// A recipient with the public key `peer`, who unwraps `key` under what a key made for this
    /// message agrees on with it (ECDH-ES with key wrap, RFC 9053, 6.4).
    ///
    /// # Errors
    /// As [`agreed`](Self::agreed).
    pub fn agreed_and_wrapped<B>(
        headers: NewHeaders<'a>,
        peer: &PublicKey<'_>,
        key: &ContentKey,
        info: Option<&KdfInfo<'_>>,
        random: &mut impl TryCryptoRng,
        backend: &mut B,
    ) -> Result<Self, Error>
    where
        B: AgreeEphemeral + Kdf + KeyWrap<Key = [u8]>,
    {
        let wrap = require(&headers, peer, |wrap, static_sender| wrap.is_some() && !static_sender)?;
        let (mut recipient, secret) = Self::ephemeral(headers, peer, random, backend)?;
        recipient.wrap_under(&secret, wrap, key, info, backend)?;
        Ok(recipient)
    }

    /// A recipient with the public key `peer`, with whom the sender's own `private` key (its public
    /// half is `sender`) agrees on the content key (ECDH-SS, RFC 9053, 6.3).
    ///
    /// # Errors
    /// As [`agreed`](Self::agreed); `Missing` without salt or nonce of the sender, one of which makes
    /// the key a new one.
    pub fn agreed_static<B: Agree + Kdf>(
        headers: NewHeaders<'a>,
        peer: &PublicKey<'_>,
        (private, sender): (&B::Key, &PublicKeyBuf),
        above: Algorithm,
        info: Option<&KdfInfo<'_>>,
        backend: &mut B,
    ) -> Result<(Self, ContentKey), Error> {
        require(&headers, peer, |wrap, static_sender| wrap.is_none() && static_sender)?;
        let (recipient, secret) = Self::fixed(headers, peer, private, sender, info, backend)?;
        let key = recipient.derive(secret.as_bytes(), above, info, backend)?;
        Ok((recipient, key))
    }

    /// As [`agreed_static`](Self::agreed_static), for a `key` that is wrapped under what is agreed on
    /// (ECDH-SS with key wrap, RFC 9053, 6.4).
    ///
    /// # Errors
    /// As [`agreed_static`](Self::agreed_static).
    pub fn agreed_static_and_wrapped<B>(
        headers: NewHeaders<'a>,
        peer: &PublicKey<'_>,
        (private, sender): (&<B as Agree>::Key, &PublicKeyBuf),
        key: &ContentKey,
        info: Option<&KdfInfo<'_>>,
        backend: &mut B,
    ) -> Result<Self, Error>
    where
        B: Agree + Kdf + KeyWrap<Key = [u8]>,
    {
        let wrap = require(&headers, peer, |wrap, static_sender| wrap.is_some() && static_sender)?;
        let (mut recipient, secret) = Self::fixed(headers, peer, private, sender, info, backend)?;
        recipient.wrap_under(&secret, wrap, key, info, backend)?;
        Ok(recipient)
    }

    /// With recipients of its own, for the key under which this one's is wrapped (RFC 9052, appendix
    /// B): up to [`Recipients::MAX_NESTED`](super::Recipients::MAX_NESTED) levels in all.
    #[must_use]
    pub const fn nested(mut self, recipients: &'a [NewRecipient<'a>]) -> Self {
        self.nested = recipients;
        self
    }

    fn ephemeral<B: AgreeEphemeral>(
        headers: NewHeaders<'a>,
        peer: &PublicKey<'_>,
        random: &mut impl TryCryptoRng,
        backend: &mut B,
    ) -> Result<(Self, SharedSecret), Error> {
        let agreed = backend.agree_ephemeral(peer, random);
        let (public, secret) = agreed.map_err(|error| error.at(0))?;
        let mut recipient = Self::new(headers);
        recipient.sender = Some((label::EPHEMERAL_KEY, public));
        Ok((recipient, secret))
    }

    fn fixed<B: Agree>(
        headers: NewHeaders<'a>,
        peer: &PublicKey<'_>,
        private: &B::Key,
        sender: &PublicKeyBuf,
        info: Option<&KdfInfo<'_>>,
        backend: &mut B,
    ) -> Result<(Self, SharedSecret), Error> {
        let mut recipient = Self::new(headers);
        recipient.sender = Some((label::STATIC_KEY, *sender));
        recipient.require_freshness(info)?;
        let secret = backend.agree(private, peer).map_err(|error| error.at(0))?;
        Ok((recipient, secret))
    }

    /// Without anything new in it, the same two parties would derive the same key again.
    fn require_freshness(&self, info: Option<&KdfInfo<'_>>) -> Result<(), Error> {
        let fresh = [label::SALT, label::PARTY_U_NONCE];
        let there = fresh.iter().any(|label| self.headers.has(Label::Integer(*label)))
            || info.is_some_and(|info| info.party_u.nonce.is_some());
        if there { Ok(()) } else { Err(Error::new(ErrorKind::Missing, 0)) }
    }

    /// The key for `above` that is derived from `secret`, bound to the headers of this recipient.
    fn derive<B: Kdf>(
        &self,
        secret: &[u8],
        above: Algorithm,
        info: Option<&KdfInfo<'_>>,
        backend: &mut B,
    ) -> Result<ContentKey, Error> {
        let Some(KeyManagement::Derive(kdf) | KeyManagement::Agree { kdf, .. }) =
            self.headers.algorithm().and_then(Algorithm::key_management)
        else {
            return Err(Error::new(ErrorKind::KeyMismatch, 0));
        };
        let mut buffer = [0; MAX_HEADERS];
        let mut encoder = Encoder::new(&mut buffer);
        self.encode_headers(&mut encoder)?;
        let headers = Headers::parse(&mut crate::cbor::Cursor::new(encoder.finish()))?;
        let context = KdfContext::new(above, &headers, info)?;
        let salt = super::salt(&headers)?;
        context
            .with_slices(|info| {
                ContentKey::filled(above, |key| backend.derive(kdf, secret, salt, info, key))
            })?
            .map_err(|error| error.at(0))
    }

    fn wrap_under<B>(
        &mut self,
        secret: &SharedSecret,
        wrap: Option<Algorithm>,
        key: &ContentKey,
        info: Option<&KdfInfo<'_>>,
        backend: &mut B,
    ) -> Result<(), Error>
    where
        B: Kdf + KeyWrap<Key = [u8]>,
    {
        let algorithm = wrap.ok_or(Error::new(ErrorKind::KeyMismatch, 0))?;
        let kek = self.derive(secret.as_bytes(), algorithm, info, backend)?;
        self.wrap(algorithm, kek.as_bytes(), key, backend).map_err(|error| error.at(0))
    }

    fn wrap<B: KeyWrap>(
        &mut self,
        algorithm: Algorithm,
        kek: &B::Key,
        key: &ContentKey,
        backend: &mut B,
    ) -> Result<(), CryptoError> {
        self.length = backend.wrap(algorithm, kek, key.as_bytes(), &mut self.wrapped)?;
        Ok(())
    }

    /// Writes the two buckets.
    fn encode_headers(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let Some((label, key)) = &self.sender else {
            return self.headers.encode(encoder).map(drop);
        };
        let mut buffer = [0; MAX_KEY];
        let mut key_encoder = Encoder::new(&mut buffer);
        key.as_public().encode(&mut key_encoder)?;
        let sender = Parameter::new(*label, key_encoder.finish());
        self.headers.with_sender(sender).encode(encoder).map(drop)
    }

    /// Writes an array of recipients, which must not be empty.
    pub(in crate::message) fn encode_all(
        recipients: &[NewRecipient<'_>],
        encoder: &mut Encoder<'_>,
    ) -> Result<(), Error> {
        Self::encode_level(recipients, super::Recipients::MAX_NESTED, encoder)
    }

    /// As [`encode_all`](Self::encode_all), with so many levels left.
    fn encode_level(
        recipients: &[NewRecipient<'_>],
        levels: usize,
        encoder: &mut Encoder<'_>,
    ) -> Result<(), Error> {
        let Some(levels) = levels.checked_sub(1) else {
            return Err(Error::new(ErrorKind::TooDeep, encoder.written()));
        };
        if recipients.is_empty() {
            return Err(Error::new(ErrorKind::Length, encoder.written()));
        }
        encoder.array(recipients.len())?;
        for recipient in recipients {
            encoder.array(if recipient.nested.is_empty() { 3 } else { 4 })?;
            recipient.encode_headers(encoder)?;
            encoder.bytes(recipient.wrapped.get(..recipient.length).unwrap_or_default())?;
            if !recipient.nested.is_empty() {
                Self::encode_level(recipient.nested, levels, encoder)?;
            }
        }
        Ok(())
    }
}

/// That the headers name a key agreement of the right kind, which `peer` serves; what it wraps with.
fn require(
    headers: &NewHeaders<'_>,
    peer: &PublicKey<'_>,
    kind: impl FnOnce(Option<Algorithm>, bool) -> bool,
) -> Result<Option<Algorithm>, Error> {
    let mismatch = Error::new(ErrorKind::KeyMismatch, 0);
    let algorithm = headers.algorithm().ok_or(mismatch)?;
    match algorithm.key_management() {
        Some(KeyManagement::Agree { static_sender, wrap, .. })
            if kind(wrap, static_sender) && peer.serves(algorithm) =>
        {
            Ok(wrap)
        }
        _ => Err(mismatch),
    }
}
