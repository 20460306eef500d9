//! Tokens that are being made: claims, and what protects them.

use hexad_cose_core::cbor::{Cursor, Encoder, Type};
use hexad_cose_core::crypto::{Aead, Hash, Mac, Sign};
use hexad_cose_core::cwt::skip_tag;
use hexad_cose_core::iana::tag;
use hexad_cose_core::kind::{self, Kind, Plain};
use hexad_cose_core::{
    Builder, ContentType, Draft, Encrypt, Encrypt0, Mac0, NewHeaders, NewRecipient, Secret, Sign1,
    Signing,
};

use crate::claims::Claims;
use crate::entity::{DebugStatus, OemId, Ueid};
use crate::error::{Error, ErrorKind};
use crate::message::{Nonce, ProfileId};
use crate::software::Formatted;

/// How the entity booted: what `oemboot` and `dbgstat` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BootState {
    /// Whether the software is authorized by the manufacturer that `oemid` names.
    pub oemboot: bool,
    /// The state of the debug facilities.
    pub dbgstat: DebugStatus,
}

/// A token to be signed, authenticated or encrypted into the caller's buffer; the key may be a handle of one
/// that never leaves its device.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Sign};
/// use hexad_cose_core::Algorithm;
/// use hexad_eat::{BootState, DebugStatus, Error, Formatted, OemId, Token, Ueid};
///
/// fn attest<'w, B: Sign + Hash>(
///     buffer: &'w mut [u8],
///     challenge: &[u8],
///     ueid: Ueid<'_>,
///     measured: &[Formatted<'_>],
///     slot: &B::Key,
///     atecc: &mut B,
/// ) -> Result<&'w [u8], Error> {
///     let state = BootState { oemboot: true, dbgstat: DebugStatus::DisabledSinceBoot };
///     Token::builder(Algorithm::ES256, buffer)
///         .nonce(challenge)?
///         .ueid(ueid)
///         .oem_id(OemId::PrivateEnterpriseNumber(64242))
///         .boot_state(state)
///         .measurements(measured)
///         .sign(slot, atecc)
/// }
/// ```
#[derive(Debug)]
pub struct TokenBuilder<'w, 'c> {
    headers: NewHeaders<'w>,
    claims: Claims<'c>,
    cwt_tag: bool,
    /// In place of the claims.
    nested: Option<&'c [u8]>,
    nonce: Option<Nonce<'c>>,
    buffer: &'w mut [u8],
}

impl<'w, 'c> TokenBuilder<'w, 'c> {
    pub(super) fn new(headers: NewHeaders<'w>, buffer: &'w mut [u8]) -> Self {
        Self {
            headers,
            cwt_tag: true,
            claims: Claims::default(),
            nested: None,
            nonce: None,
            buffer,
        }
    }

    /// With all these claims, in place of those that were given so far.
    #[must_use]
    pub fn claims(self, claims: Claims<'c>) -> Self {
        Self { claims, nested: None, nonce: None, ..self }
    }

    /// With the verifier's nonce, 8 to 64 bytes.
    ///
    /// # Errors
    /// `Claim` when it is of another length.
    pub fn nonce(self, nonce: &'c [u8]) -> Result<Self, Error> {
        Ok(Self { nonce: Some(Nonce::new(nonce)?), ..self })
    }

    /// With the time at which it is made, in seconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn issued_at(mut self, iat: i64) -> Self {
        self.claims.iat = Some(iat);
        self
    }

    /// With the profile that it keeps to.
    #[must_use]
    pub fn profile(mut self, profile: ProfileId<'c>) -> Self {
        self.claims.eat_profile = Some(profile);
        self
    }

    /// With the entity's identifier.
    #[must_use]
    pub fn ueid(mut self, ueid: Ueid<'c>) -> Self {
        self.claims.ueid = Some(ueid);
        self
    }

    /// With the manufacturer of the hardware.
    #[must_use]
    pub fn oem_id(mut self, oemid: OemId<'c>) -> Self {
        self.claims.oemid = Some(oemid);
        self
    }

    /// With how it booted. Needs the [`oem_id`](Self::oem_id).
    #[must_use]
    pub fn boot_state(mut self, state: BootState) -> Self {
        self.claims.oemboot = Some(state.oemboot);
        self.claims.dbgstat = Some(state.dbgstat);
        self
    }

    /// With what was measured. A CoSWID among it must hold evidence.
    #[must_use]
    pub fn measurements(mut self, measurements: &'c [Formatted<'c>]) -> Self {
        self.claims.measurements = measurements.into();
        self
    }

    /// With the unmodified manifests of the software's makers. A CoSWID among them must hold a
    /// payload.
    #[must_use]
    pub fn manifests(mut self, manifests: &'c [Formatted<'c>]) -> Self {
        self.claims.manifests = manifests.into();
        self
    }

    /// With the key's identifier, unprotected.
    #[must_use]
    pub fn kid(self, kid: &'w [u8]) -> Self {
        Self { headers: self.headers.kid(kid), ..self }
    }

    /// With a protected content type, such as `application/eat+cwt` (RFC 9782).
    #[must_use]
    pub fn content_type(self, content_type: ContentType<'w>) -> Self {
        Self { headers: self.headers.content_type(content_type), ..self }
    }

    /// Without the CWT tag (61) before that of the message, as some profiles want it.
    #[must_use]
    pub fn without_cwt_tag(self) -> Self {
        Self { cwt_tag: false, ..self }
    }

    /// With a finished token inside, in place of claims: signed, then encrypted, say. The COSE tag alone
    /// stands before it there (RFC 8392, 7.1).
    ///
    /// # Errors
    /// `Protection` when it has none.
    pub fn nested(self, token: &'c [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(token);
        skip_tag(&mut cursor)?;
        match cursor.peek()? {
            Type::Tag => Ok(Self { nested: Some(cursor.rest().bytes()), ..self }),
            _ => Err(Error::new(ErrorKind::Protection, 0)),
        }
    }

    /// Signs now; the finished token: `COSE_Sign1` with both tags, in deterministic encoding.
    ///
    /// # Errors
    /// `Requires` as [`Claims::check_presence`]; and as [`Claims::encode`] and [`Draft::sign`].
    pub fn sign<B: Sign + Hash>(self, key: &B::Key, backend: &mut B) -> Result<&'w [u8], Error> {
        Ok(self.unsigned()?.sign(key, backend)?)
    }

    /// The `COSE_Sign1` without its signature, for a signer that is asked later.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), but for those of signing.
    pub fn unsigned(self) -> Result<Draft<'w, kind::Sign1>, Error> {
        self.payload_of(Sign1::builder)
    }

    /// A `COSE_Sign` that `count` signers add their signatures to. Its own header parameters usually name no
    /// algorithm ([`NewHeaders::default`]).
    ///
    /// # Errors
    /// As [`unsigned`](Self::unsigned); and as [`Draft::signers`].
    pub fn signers(self, count: usize) -> Result<Signing<'w>, Error> {
        Ok(self.payload_of(hexad_cose_core::Sign::builder)?.signers(count)?)
    }

    /// Adds a tag under a shared `key`; the finished token: `COSE_Mac0` with both tags.
    ///
    /// # Errors
    /// As [`unsigned`](Self::unsigned); and as the `mac` of [`Draft`].
    pub fn mac<B: Mac>(self, key: &Secret<'_, B::Key>, backend: &mut B) -> Result<&'w [u8], Error> {
        Ok(self.payload_of(Mac0::builder)?.mac(key, backend)?)
    }

    /// Adds a tag under a content `key`, which the `recipients` come by; the finished token: `COSE_Mac` with
    /// both tags.
    ///
    /// # Errors
    /// As [`mac`](Self::mac); `Cose` with `Length` without recipients.
    pub fn mac_for<B: Mac>(
        self,
        key: &Secret<'_, B::Key>,
        recipients: &[NewRecipient<'_>],
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        Ok(self.payload_of(hexad_cose_core::Mac::builder)?.mac(key, recipients, backend)?)
    }

    /// Encrypts now under a shared `key`; the finished token: `COSE_Encrypt0` with both tags. The headers
    /// have an initialization vector that the key has not been used with.
    ///
    /// # Errors
    /// As [`unsigned`](Self::unsigned); and as
    /// [`seal`](hexad_cose_core::Builder::seal) of a `COSE_Encrypt0`.
    pub fn encrypt<B: Aead>(
        self,
        key: &Secret<'_, B::Key>,
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        self.finish(Encrypt0::builder, |message, content, buffer| {
            message.seal_with(|encoder| content(encoder), key, buffer, backend)
        })
    }

    /// As [`encrypt`](Self::encrypt), under a content `key`, which the `recipients` come by; the finished
    /// token: `COSE_Encrypt` with both tags.
    ///
    /// # Errors
    /// As [`encrypt`](Self::encrypt); `Cose` with `Length` without recipients.
    pub fn encrypt_for<B: Aead>(
        self,
        key: &Secret<'_, B::Key>,
        recipients: &[NewRecipient<'_>],
        backend: &mut B,
    ) -> Result<&'w [u8], Error> {
        self.finish(Encrypt::builder, |message, content, buffer| {
            message.seal_with(|encoder| content(encoder), key, recipients, buffer, backend)
        })
    }

    /// A message with a payload, to which nothing is added yet.
    fn payload_of<K: Plain>(
        self,
        kind: impl FnOnce(NewHeaders<'w>) -> Builder<'w, K>,
    ) -> Result<Draft<'w, K>, Error> {
        self.finish(kind, |message, content, buffer| {
            message.payload_with(|encoder| content(encoder), buffer)
        })
    }

    /// What `protect` makes of a message of this kind and of what the token says.
    fn finish<K: Kind, T>(
        self,
        kind: impl FnOnce(NewHeaders<'w>) -> Builder<'w, K>,
        protect: impl FnOnce(Builder<'w, K>, &Content<'_>, &'w mut [u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Self { headers, cwt_tag, claims, nested, nonce, buffer } = self;
        let message = kind(headers);
        let message = if cwt_tag { message.within_tag(tag::CWT) } else { message };
        if let Some(token) = nested {
            return protect(message, &|encoder| Ok(encoder.raw(token).map(drop)?), buffer);
        }
        claims.check_presence()?;
        let nonces = nonce.map(|nonce| [nonce]);
        let mut claims = claims;
        if let Some(nonces) = &nonces {
            claims.eat_nonce = nonces.into();
        }
        protect(message, &|encoder| claims.encode(encoder), buffer)
    }
}

/// What writes the content of a token.
type Content<'a> = dyn Fn(&mut Encoder<'_>) -> Result<(), Error> + 'a;
