//! `Token`: a claims-set that someone vouches for (RFC 9711, 3; RFC 8392), read and written.

mod builder;
mod check;

use hexad_cose_core::cbor::{Cursor, Raw};
use hexad_cose_core::crypto::{self, Aead, Hash};
use hexad_cose_core::cwt::skip_tag;
use hexad_cose_core::iana::tag;
use hexad_cose_core::{
    Expect, Headers, Key, Message, NewHeaders, Secret, Sign1, Signature, Verified,
};

pub use builder::{BootState, TokenBuilder};
use check::read;
pub use check::{TokenCheck, TokenPending};

use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::profile::Profile;

/// A token as it stands in its encoding; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Key, Verified};
/// use hexad_eat::{Claims, ConstrainedDevice, Error, Token};
///
/// fn verify<'b>(
///     bytes: &'b [u8],
///     device_key: &Key<'b>,
///     nonce: &[u8],
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Verified<Claims<'b>>, Error> {
///     let check = Token::parse(bytes)?.check(device_key, &ConstrainedDevice, crypto)?;
///     let claims = check.run(crypto)?; // the claims exist from here on
///     hexad_eat::freshness::check_nonce(&claims, nonce)?;
///     Ok(claims)
/// }
/// ```
///
/// Which method proves it follows from its [`message`](Self::message), and the receiver's [`Profile`] says
/// which of these it accepts:
///
/// | message | proven by |
/// | --- | --- |
/// | `COSE_Sign1` | [`check`](Self::check) |
/// | `COSE_Sign` | [`check_signature`](Self::check_signature), of one signer or of each |
/// | `COSE_Mac0`, `COSE_Mac` | [`verify_mac`](Self::verify_mac), of the latter with the key that a recipient gave |
/// | `COSE_Encrypt0`, `COSE_Encrypt` | [`decrypt`](Self::decrypt), of the latter with the key that a recipient gave |
///
/// ```
/// use hexad_cose_core::{Algorithm, Error as Cose, Expect, Key, Message, RecipientKey, Secret, crypto};
/// use hexad_eat::profile::{AnyClaims, NestedCwt};
/// use hexad_eat::{Error, Token};
///
/// /// A token that was signed, then encrypted for `us`: the claims are the signer's.
/// fn open<B>(bytes: &[u8], us: Secret<'_>, device: &Key<'_>, crypto: &mut B) -> Result<(), Error>
/// where
///     B: crypto::Aead<Key = [u8]>
///         + crypto::Agree
///         + crypto::Hash
///         + crypto::Kdf
///         + crypto::KeyWrap<Key = [u8]>
///         + crypto::Verify,
/// {
///     let outer = NestedCwt { algorithms: &[Algorithm::A128GCM] };
///     let token = Token::parse(bytes)?;
///     let Message::Encrypt(message) = token.message() else { return Ok(()) };
///     let expect = Expect::any(outer.algorithms).recipients(&[Algorithm::A128KW]);
///     for recipient in message.recipients().filter(|one| one.headers().kid() == Some(b"us")) {
///         let key = message.content_key(&recipient, &RecipientKey::Shared(us), expect, crypto)?;
///         let mut buffer = [0; 512];
///         let inner = token.decrypt(&key.secret(), &outer, &mut buffer, crypto)?;
///         let profile = AnyClaims { algorithms: &[Algorithm::ESP256] };
///         let claims = inner.check(device, &profile, crypto)?.run(crypto)?;
///         # let _ = claims;
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Token<'b> {
    message: Message<'b>,
}

impl<'b> Token<'b> {
    /// Reads one CWT that is all of `bytes`: a COSE message of any kind, with the CWT tag (61) before the
    /// COSE tag, with the COSE tag alone, or, for a `COSE_Sign1`, without any.
    ///
    /// # Errors
    /// `Cose` as [`Message::parse`]; `Protection` when the CWT tag stands without a COSE tag (RFC 8392,
    /// 6), or payload or ciphertext are detached.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::parse_all(Raw::new(bytes, 0))
    }

    /// As [`parse`](Self::parse), of a `COSE_Sign1` alone: who expects no other message links none.
    ///
    /// # Errors
    /// `Cose` as [`Sign1::parse`], with `UnexpectedTag` for another message; `Protection` as
    /// [`parse`](Self::parse).
    pub fn parse_sign1(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::parse_with(Raw::new(bytes, 0), |cursor| Sign1::parse_at(cursor).map(Message::Sign1))
    }

    pub(crate) fn parse_all(encoded: Raw<'b>) -> Result<Self, Error> {
        Self::parse_with(encoded, |cursor| {
            let number = cursor.clone().tag().unwrap_or(tag::SIGN1);
            Message::parse_as(number, cursor)
        })
    }

    fn parse_with(
        encoded: Raw<'b>,
        parse: impl FnOnce(&mut Cursor<'b>) -> Result<Message<'b>, hexad_cose_core::Error>,
    ) -> Result<Self, Error> {
        let unprotected = |offset| Error::new(ErrorKind::Protection, offset);
        let mut cursor = encoded.cursor();
        skip_tag(&mut cursor).map_err(|error| unprotected(error.offset()))?;
        let message = parse(&mut cursor)?;
        cursor.finish()?;
        match message.unverified_content() {
            Some(_) => Ok(Self { message }),
            None => Err(unprotected(encoded.offset())),
        }
    }

    /// The message, of which nothing is known yet: its kind, its signatures or recipients.
    #[must_use]
    pub const fn message(&self) -> &Message<'b> {
        &self.message
    }

    /// The header parameters: the sender's word. With `kid` a verifier finds the key.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        self.message.headers()
    }

    /// The claims-set, of which nothing is known yet: to be shown, or to find a key by its UEID, never
    /// to be acted on.
    ///
    /// # Errors
    /// `Protection` for one that is encrypted; and as [`Claims::parse`].
    pub fn unverified_claims(&self) -> Result<Claims<'b>, Error> {
        let mut cursor = self.unverified_payload()?.cursor();
        let claims = Claims::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(claims)
    }

    /// The encoded claims-set, or the token in its place, of which nothing is known yet, with its offset
    /// in the input.
    ///
    /// # Errors
    /// `Protection` for one that is encrypted.
    pub fn unverified_payload(&self) -> Result<Raw<'b>, Error> {
        let payload = match &self.message {
            Message::Encrypt0(_) | Message::Encrypt(_) => None,
            message => message.unverified_content(),
        };
        payload.ok_or(Error::new(ErrorKind::Protection, 0))
    }

    /// That the `profile` accepts such a message at all.
    fn accept(&self, profile: &impl Profile) -> Result<(), Error> {
        match profile.messages().contains(&self.message.tag()) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Protection, 0)),
        }
    }

    /// What has to be proven for this `COSE_Sign1` to be the word of `key`'s holder, by an algorithm that
    /// the `profile` accepts. Hashes, but runs no signature algorithm.
    ///
    /// # Errors
    /// `Cose` as [`Sign1::check`]; `Protection` for another message, or one that the profile does not
    /// accept.
    pub fn check<'c, P: Profile>(
        &self,
        key: &Key<'c>,
        profile: &'c P,
        hash: &mut impl Hash,
    ) -> Result<TokenCheck<'c, 'b, P>, Error>
    where
        'b: 'c,
    {
        self.accept(profile)?;
        let Message::Sign1(sign1) = &self.message else {
            return Err(Error::new(ErrorKind::Protection, 0));
        };
        let check = sign1.check(key, Expect::any(profile.algorithms()), hash)?;
        Ok(TokenCheck::new(check, *sign1.headers(), profile))
    }

    /// As [`check`](Self::check), of one `signature` of a `COSE_Sign`. Whether that signer is enough is
    /// the caller's policy. The profile reads the signer's header parameters.
    ///
    /// # Errors
    /// As [`check`](Self::check), and `Cose` as [`Sign::check`](hexad_cose_core::Sign::check).
    pub fn check_signature<'c, P: Profile>(
        &self,
        signature: &Signature<'b>,
        key: &Key<'c>,
        profile: &'c P,
        hash: &mut impl Hash,
    ) -> Result<TokenCheck<'c, 'b, P, hexad_cose_core::Sign<'b>>, Error>
    where
        'b: 'c,
    {
        self.accept(profile)?;
        let Message::Sign(sign) = &self.message else {
            return Err(Error::new(ErrorKind::Protection, 0));
        };
        let check = sign.check(signature, key, Expect::any(profile.algorithms()), hash)?;
        Ok(TokenCheck::new(check, *signature.headers(), profile))
    }

    /// Checks the tag of a `COSE_Mac0` under a symmetric `key`, or of a `COSE_Mac` under the content key
    /// that one of its recipients gave ([`Mac::content_key`](hexad_cose_core::Mac::content_key)); then what
    /// the `profile` demands.
    ///
    /// # Errors
    /// `Cose` as [`Mac0::verify`](hexad_cose_core::Mac0::verify); `Protection` for another message, or one
    /// that the profile does not accept; and those of the profile.
    pub fn verify_mac<P: Profile, B: crypto::Mac>(
        &self,
        key: &Secret<'_, B::Key>,
        profile: &P,
        backend: &mut B,
    ) -> Result<Verified<P::Content<'b>>, Error> {
        self.accept(profile)?;
        let expect = Expect::any(profile.algorithms());
        let headers = self.headers();
        match &self.message {
            Message::Mac0(mac0) => read(profile, headers, mac0.verify(key, expect, backend)?),
            Message::Mac(mac) => read(profile, headers, mac.verify(key, expect, backend)?),
            _ => Err(Error::new(ErrorKind::Protection, 0)),
        }
    }

    /// Decrypts a `COSE_Encrypt0` under a symmetric `key`, or a `COSE_Encrypt` under the content key that one
    /// of its recipients gave ([`Encrypt::content_key`](hexad_cose_core::Encrypt::content_key)), into
    /// `plaintext`, which is as long as the ciphertext with its tag at least; then reads what the `profile`
    /// demands. Whoever has the key can have made it, unless it is another token that was encrypted:
    /// that is read by [`NestedCwt`](crate::profile::NestedCwt).
    ///
    /// # Errors
    /// `Cose` as [`Encrypt0::decrypt`](hexad_cose_core::Encrypt0::decrypt); `Protection` for another
    /// message, or one that the profile does not accept; and those of the profile, with offsets in the
    /// plaintext.
    pub fn decrypt<'o, P: Profile, B: Aead>(
        &self,
        key: &Secret<'_, B::Key>,
        profile: &P,
        plaintext: &'o mut [u8],
        backend: &mut B,
    ) -> Result<Verified<P::Content<'o>>, Error>
    where
        'b: 'o,
    {
        self.accept(profile)?;
        let expect = Expect::any(profile.algorithms());
        let plaintext = match &self.message {
            Message::Encrypt0(message) => message.decrypt(key, expect, plaintext, backend)?,
            Message::Encrypt(message) => message.decrypt(key, expect, plaintext, backend)?,
            _ => return Err(Error::new(ErrorKind::Protection, 0)),
        };
        plaintext.try_map(|plaintext| profile.read(self.headers(), Raw::new(plaintext, 0)))
    }

    /// Begins a token in the caller's `buffer`, with these header parameters: an
    /// [`Algorithm`](hexad_cose_core::Algorithm) alone, or more of them.
    #[must_use]
    pub fn builder<'w, 'c>(
        headers: impl Into<NewHeaders<'w>>,
        buffer: &'w mut [u8],
    ) -> TokenBuilder<'w, 'c> {
        TokenBuilder::new(headers.into(), buffer)
    }
}

#[cfg(test)]
mod tests;
