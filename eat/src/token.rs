//! `Token`: a claims-set that someone vouches for (RFC 9711, 3; RFC 8392), read and written.

use core::task::Poll;

use hexad_cose_core::cbor::{Cursor, Raw};
use hexad_cose_core::crypto::{Hash, Mac, Sign, Verify, VerifyAsync, VerifyPoll};
use hexad_cose_core::cwt::skip_tag;
use hexad_cose_core::iana::tag;
use hexad_cose_core::{
    Algorithm, Builder, Check, ContentType, Draft, Expect, Headers, Key, Mac0, Pending, Sign1,
    Verified, kind,
};

use crate::claims::Claims;
use crate::entity::{DebugStatus, OemId, Ueid};
use crate::error::{Error, ErrorKind};
use crate::message::{Nonce, ProfileId};
use crate::profile::Profile;
use crate::software::Formatted;

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
#[derive(Clone, Copy, Debug)]
pub struct Token<'b> {
    message: Message<'b>,
}

#[derive(Clone, Copy, Debug)]
enum Message<'b> {
    Sign1(Sign1<'b>),
    Mac0(Mac0<'b>),
}

impl<'b> Token<'b> {
    /// Reads one CWT that is all of `bytes`: a `COSE_Sign1` or a `COSE_Mac0`, with the CWT tag (61)
    /// before the COSE tag, with the COSE tag alone, or, for a `COSE_Sign1`, without any.
    ///
    /// # Errors
    /// `Cose` as [`Sign1::parse`], with `UnexpectedTag` for another message; `Protection` when the
    /// CWT tag stands without a COSE tag (RFC 8392, 6), or the payload is detached.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let token = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(token)
    }

    fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        skip_tag(cursor).map_err(|error| Error::new(ErrorKind::Protection, error.offset()))?;
        let mut ahead = *cursor;
        let number = ahead.tag().ok();
        let (message, detached) = if number == Some(tag::MAC0) {
            let mac0 = Mac0::parse_at(cursor)?;
            (Message::Mac0(mac0), mac0.is_detached())
        } else {
            let sign1 = Sign1::parse_at(cursor)?;
            (Message::Sign1(sign1), sign1.is_detached())
        };
        if detached {
            return Err(Error::new(ErrorKind::Protection, here));
        }
        Ok(Self { message })
    }

    /// The header parameters: the sender's word. With `kid` a verifier finds the key.
    #[must_use]
    pub const fn headers(&self) -> &Headers<'b> {
        match &self.message {
            Message::Sign1(sign1) => sign1.headers(),
            Message::Mac0(mac0) => mac0.headers(),
        }
    }

    /// The claims-set, of which nothing is known yet: to be shown, or to find a key by its UEID, never
    /// to be acted on.
    ///
    /// # Errors
    /// As [`Claims::parse`].
    pub fn unverified_claims(&self) -> Result<Claims<'b>, Error> {
        let mut cursor = self.unverified_payload().cursor();
        let claims = Claims::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(claims)
    }

    /// The encoded claims-set, of which nothing is known yet, with its offset in the input.
    #[must_use]
    pub fn unverified_payload(&self) -> Raw<'b> {
        let payload = match &self.message {
            Message::Sign1(sign1) => sign1.unverified_payload(),
            Message::Mac0(mac0) => mac0.unverified_payload(),
        };
        // Not detached: seen when the token was parsed.
        payload.unwrap_or(Raw::new(&[], 0))
    }

    /// What has to be proven for this to be the word of `key`'s holder, by an algorithm that the
    /// `profile` accepts. Hashes, but runs no signature algorithm.
    ///
    /// # Errors
    /// `Cose` as [`Sign1::check`]; `Protection` for a `COSE_Mac0`.
    pub fn check<'c, P: Profile>(
        self,
        key: &Key<'c>,
        profile: &'c P,
        hash: &mut impl Hash,
    ) -> Result<TokenCheck<'c, 'b, P>, Error>
    where
        'b: 'c,
    {
        let Message::Sign1(sign1) = self.message else {
            return Err(Error::new(ErrorKind::Protection, 0));
        };
        let check = sign1.check(key, Expect::any(profile.algorithms()), hash)?;
        Ok(TokenCheck { check, profile })
    }

    /// Checks the tag of a `COSE_Mac0` under a symmetric `key`, then what the `profile` demands.
    ///
    /// # Errors
    /// `Cose` as [`Mac0::verify`]; `Protection` for a `COSE_Sign1`; and those of the profile.
    pub fn verify_mac<P: Profile>(
        self,
        key: &Key<'_>,
        profile: &P,
        backend: &mut impl Mac<Key = [u8]>,
    ) -> Result<Verified<P::Content<'b>>, Error> {
        let Message::Mac0(mac0) = self.message else {
            return Err(Error::new(ErrorKind::Protection, 0));
        };
        let expect = Expect::any(profile.algorithms());
        let verified = mac0.verify(&key.secret()?, expect, backend)?;
        let payload = verified.payload_raw();
        verified.try_map(|mac0| profile.read(mac0.headers(), payload))
    }

    /// Begins a token that is signed with `algorithm`, in the caller's `buffer`.
    #[must_use]
    pub fn builder<'w, 'c>(algorithm: Algorithm, buffer: &'w mut [u8]) -> TokenBuilder<'w, 'c> {
        TokenBuilder {
            message: Sign1::builder(algorithm).within_tag(tag::CWT),
            claims: Claims::default(),
            nonce: None,
            buffer,
        }
    }
}

/// A signature that has to be checked before the claims exist; then the profile reads them.
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is verified before the check is run"]
pub struct TokenCheck<'c, 'b, P> {
    check: Check<'c, Sign1<'b>>,
    profile: &'c P,
}

impl<'c, 'b, P: Profile> TokenCheck<'c, 'b, P> {
    /// The check of the COSE message: algorithm, key, digest, signature.
    pub const fn cose(&self) -> &Check<'c, Sign1<'b>> {
        &self.check
    }

    /// Checks now.
    ///
    /// # Errors
    /// `Cose` as [`Check::run`]; and those of the profile.
    pub fn run(self, backend: &mut impl Verify) -> Result<Verified<P::Content<'b>>, Error> {
        read(self.profile, self.check.run(backend)?)
    }

    /// Checks on a device that the executor waits for.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async(
        self,
        backend: &mut impl VerifyAsync,
    ) -> Result<Verified<P::Content<'b>>, Error> {
        read(self.profile, self.check.run_async(backend).await?)
    }

    /// Starts the check on a device that is asked again later.
    ///
    /// # Errors
    /// `Cose` as [`Check::start`].
    pub fn start<B: VerifyPoll>(
        self,
        backend: &mut B,
    ) -> Result<TokenPending<'c, 'b, B::Job, P>, Error> {
        Ok(TokenPending { pending: self.check.start(backend)?, profile: self.profile })
    }
}

/// A check of a token that a device is working on.
#[derive(Debug)]
#[must_use = "nothing is verified before the check has been polled to its end"]
pub struct TokenPending<'c, 'b, J, P> {
    pending: Pending<J, Sign1<'b>>,
    profile: &'c P,
}

impl<'b, J, P: Profile> TokenPending<'_, 'b, J, P> {
    /// Asks the device for the answer.
    ///
    /// # Errors
    /// When ready: `Cose` as [`Pending::poll`]; and those of the profile.
    pub fn poll<B>(&mut self, backend: &mut B) -> Poll<Result<Verified<P::Content<'b>>, Error>>
    where
        B: VerifyPoll<Job = J>,
    {
        self.pending.poll(backend).map(|answer| read(self.profile, answer?))
    }
}

/// Signature first, meaning second.
fn read<'b, P: Profile>(
    profile: &P,
    message: Verified<Sign1<'b>>,
) -> Result<Verified<P::Content<'b>>, Error> {
    let payload = message.payload_raw();
    message.try_map(|sign1| profile.read(sign1.headers(), payload))
}

/// How the entity booted: what `oemboot` and `dbgstat` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BootState {
    /// Whether the software is authorized by the manufacturer that `oemid` names.
    pub oemboot: bool,
    /// The state of the debug facilities.
    pub dbgstat: DebugStatus,
}

/// A token to be signed into the caller's buffer; the key may be a handle of one that never leaves
/// its device.
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
    message: Builder<'w, kind::Sign1>,
    claims: Claims<'c>,
    nonce: Option<Nonce<'c>>,
    buffer: &'w mut [u8],
}

impl<'w, 'c> TokenBuilder<'w, 'c> {
    /// With all these claims, in place of those that were given so far.
    #[must_use]
    pub fn claims(self, claims: Claims<'c>) -> Self {
        Self { claims, nonce: None, ..self }
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
        Self { message: self.message.kid(kid), ..self }
    }

    /// With a protected content type, such as `application/eat+cwt` (RFC 9782).
    #[must_use]
    pub fn content_type(self, content_type: ContentType<'w>) -> Self {
        Self { message: self.message.content_type(content_type), ..self }
    }

    /// Signs now; the finished token: `COSE_Sign1` with both tags, in deterministic encoding.
    ///
    /// # Errors
    /// `Requires` as [`Claims::check_presence`]; and as [`Claims::encode`] and [`Draft::sign`].
    pub fn sign<B: Sign + Hash>(self, key: &B::Key, backend: &mut B) -> Result<&'w [u8], Error> {
        Ok(self.unsigned()?.sign(key, backend)?)
    }

    /// The token without its signature, for a signer that is asked later.
    ///
    /// # Errors
    /// `Requires` as [`Claims::check_presence`]; and as [`Claims::encode`].
    pub fn unsigned(self) -> Result<Draft<'w, kind::Sign1>, Error> {
        let Self { message, claims, nonce, buffer } = self;
        claims.check_presence()?;
        let nonces = nonce.map(|nonce| [nonce]);
        let mut claims = claims;
        if let Some(nonces) = &nonces {
            claims.eat_nonce = nonces.into();
        }
        message.payload_with(|encoder| claims.encode(encoder), buffer)
    }
}

#[cfg(test)]
mod tests;
