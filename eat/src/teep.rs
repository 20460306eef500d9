//! The EAT profile of TEEP (draft-ietf-teep-protocol, "EAT Profile"): attestation results for a Trusted
//! Application Manager.

use hexad_cose_core::cbor::Raw;
use hexad_cose_core::iana::tag;
use hexad_cose_core::{Algorithm, Headers};

use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::message::ProfileId;
use crate::profile::{self, Profile};

/// The profile by which a TAM reads attestation results: CBOR in preferred serialization with definite
/// lengths, the verifier's key by its thumbprint in `kid`, at most one nonce, and the claims that the
/// profile requires. An encrypted one is read by [`NestedCwt`](crate::profile::NestedCwt) first.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Key, Verified};
/// use hexad_eat::{Claims, Error, Token, teep};
///
/// fn verify<'b>(
///     bytes: &'b [u8],
///     verifier: &Key<'b>,
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Verified<Claims<'b>>, Error> {
///     Token::parse(bytes)?.check(verifier, &teep::Results::DRAFT, crypto)?.run(crypto)
/// }
/// ```
///
/// # Errors
/// `Serialization`; `KeyIdentification`; `Profile` for another one than this, where one is named; `Missing`
/// and `Requires`; `Claim` of `eat_nonce` for several; and as [`Claims::parse`].
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// The URI of the profile.
    pub profile: &'a str,
    /// The algorithms that are accepted.
    pub algorithms: &'a [Algorithm],
}

impl Results<'_> {
    /// The URI that the draft has until it is an RFC, and the signature algorithms of its cipher suites.
    pub const DRAFT: Results<'static> = Results {
        profile: "urn:ietf:rfc:rfcXXXX",
        algorithms: &[Algorithm::ESP256, Algorithm::ED25519],
    };

    fn check(
        &self,
        headers: &Headers<'_>,
        claims: &Claims<'_>,
        offset: usize,
    ) -> Result<(), Error> {
        let error = |kind| Err(Error::new(kind, offset));
        // The thumbprint of a key (RFC 9679).
        if !headers.kid().is_some_and(|kid| matches!(kid.len(), 32 | 48 | 64)) {
            return error(ErrorKind::KeyIdentification);
        }
        if claims.eat_profile.is_some_and(|profile| profile != ProfileId::Uri(self.profile)) {
            return error(ErrorKind::Profile);
        }
        let required = [
            (claims.cnf.is_some(), labels::CNF),
            (claims.ueid.is_some(), labels::UEID),
            (claims.oemid.is_some(), labels::OEMID),
            (claims.hwmodel.is_some(), labels::HWMODEL),
            (claims.hwversion.is_some(), labels::HWVERSION),
            (!claims.manifests.is_empty(), labels::MANIFESTS),
        ];
        if let Some((_, label)) = required.into_iter().find(|(present, _)| !present) {
            return error(ErrorKind::Missing(label));
        }
        match claims.eat_nonce.len() {
            0 | 1 => claims.check_presence(),
            _ => error(ErrorKind::Claim(labels::EAT_NONCE)),
        }
    }
}

impl Profile for Results<'_> {
    type Content<'b> = Claims<'b>;

    fn algorithms(&self) -> &[Algorithm] {
        self.algorithms
    }

    fn messages(&self) -> &[u64] {
        &[tag::SIGN1]
    }

    fn read<'b>(&self, headers: &Headers<'b>, payload: Raw<'b>) -> Result<Claims<'b>, Error> {
        profile::check_preferred(payload)?;
        let claims = profile::claims(payload)?;
        self.check(headers, &claims, payload.offset())?;
        Ok(claims)
    }
}

#[cfg(test)]
mod tests;
