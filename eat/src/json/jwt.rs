//! `Jwt`: a JSON-encoded claims-set that someone vouches for (RFC 7519; RFC 9711, 3), for reading.

use hexad_cose_core::crypto::{Hash, Mac, Verify};
use hexad_cose_core::jws::Jws;
use hexad_cose_core::{Algorithm, ErrorKind as Cose, Key, Verified};

use super::JsonClaims;
use crate::error::{Error, ErrorKind};

/// A JWT; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Algorithm, Key, Verified};
/// use hexad_eat::{Error, JsonClaims, Jwt};
///
/// fn verify(
///     text: &str,
///     key: &Key<'_>,
///     nonce: &[u8],
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Verified<JsonClaims>, Error> {
///     let claims = Jwt::parse(text)?.verify(key, &[Algorithm::ESP256], crypto)?;
///     hexad_eat::freshness::check_nonce(&claims.claims(), nonce)?;
///     Ok(claims)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Jwt<'t> {
    jws: Jws<'t>,
}

impl<'t> Jwt<'t> {
    /// Reads one JWT that is all of `text`, a JWS in compact serialization. Encrypted ones are refused.
    ///
    /// # Errors
    /// `Cose` as [`Jws::parse`].
    pub fn parse(text: &'t str) -> Result<Self, Error> {
        Ok(Self { jws: Jws::parse(text)? })
    }

    /// The message, with its header parameters: the sender's word.
    #[must_use]
    pub const fn jws(&self) -> &Jws<'t> {
        &self.jws
    }

    /// The claims-set, of which nothing is known yet: to be shown, or to find a key by its UEID, never
    /// to be acted on.
    ///
    /// # Errors
    /// As [`JsonClaims::parse`]; offsets are those in the payload.
    pub fn unverified_claims(&self) -> Result<JsonClaims, Error> {
        JsonClaims::parse(text(self.jws.unverified_payload().bytes())?)
    }

    /// The claims, when `key` vouches for them by one of the `algorithms`.
    ///
    /// # Errors
    /// `Cose` as [`Jws::check`], and with `VerificationFailed`; then as [`JsonClaims::parse`].
    pub fn verify(
        &self,
        key: &Key<'_>,
        algorithms: &[Algorithm],
        backend: &mut (impl Hash + Verify),
    ) -> Result<Verified<JsonClaims>, Error> {
        let payload = self.jws.check(key, algorithms, backend)?.run(backend)?;
        payload.try_map(|payload| JsonClaims::parse(text(payload)?))
    }

    /// The claims, when a MAC under a symmetric `key` vouches for them.
    ///
    /// # Errors
    /// `Cose` as [`Jws::verify_mac`]; then as [`JsonClaims::parse`].
    pub fn verify_mac(
        &self,
        key: &Key<'_>,
        algorithms: &[Algorithm],
        backend: &mut impl Mac<Key = [u8]>,
    ) -> Result<Verified<JsonClaims>, Error> {
        let payload = self.jws.verify_mac(&key.secret()?, algorithms, backend)?;
        payload.try_map(|payload| JsonClaims::parse(text(payload)?))
    }

    /// The attestation result, when `key` vouches for it by one of the `algorithms`.
    ///
    /// # Errors
    /// As [`verify`](Self::verify) and [`JsonClaims::parse_ear`].
    pub fn verify_ear(
        &self,
        key: &Key<'_>,
        algorithms: &[Algorithm],
        backend: &mut (impl Hash + Verify),
    ) -> Result<Verified<JsonClaims>, Error> {
        let payload = self.jws.check(key, algorithms, backend)?.run(backend)?;
        payload.try_map(|payload| JsonClaims::parse_ear(text(payload)?))
    }
}

fn text(payload: &[u8]) -> Result<&str, Error> {
    core::str::from_utf8(payload)
        .map_err(|error| Error::new(ErrorKind::Cose(Cose::InvalidUtf8), error.valid_up_to()))
}
