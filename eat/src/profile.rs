//! Profiles as types that check: which algorithms, encodings and claims a token may have (RFC 9711, 6).

use hexad_cose_core::cbor::{Cursor, Raw, Type};
use hexad_cose_core::iana::tag;
use hexad_cose_core::{Algorithm, Headers};

use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::message::ProfileId;
use crate::token::Token;

/// What a receiver expects of a token beyond its signature, and what it reads from it.
///
/// ```
/// use hexad_cose_core::{Algorithm, Headers, cbor::Raw};
/// use hexad_eat::{Claims, ConstrainedDevice, Error, ErrorKind, Profile, labels};
///
/// /// The Constrained Device Standard Profile, and a UEID must be there.
/// struct Ours;
///
/// impl Profile for Ours {
///     type Content<'b> = Claims<'b>;
///
///     fn algorithms(&self) -> &[Algorithm] {
///         ConstrainedDevice.algorithms()
///     }
///
///     fn read<'b>(&self, headers: &Headers<'b>, payload: Raw<'b>) -> Result<Claims<'b>, Error> {
///         let claims = ConstrainedDevice::read_as(headers, payload, Some("tag:example.com,2026:ours"))?;
///         match claims.ueid {
///             Some(_) => Ok(claims),
///             None => Err(Error::new(ErrorKind::Missing(labels::UEID), payload.offset())),
///         }
///     }
/// }
/// ```
pub trait Profile {
    /// What is read from a token: its claims, or what the profile makes of them.
    type Content<'b>;

    /// The algorithms that the receiver accepts.
    fn algorithms(&self) -> &[Algorithm];

    /// The COSE tags of the messages that the receiver accepts: unless the profile says otherwise,
    /// `COSE_Sign1` and `COSE_Mac0`.
    fn messages(&self) -> &[u64] {
        &[tag::SIGN1, tag::MAC0]
    }

    /// Reads the content from the `payload` (or plaintext) of a message whose protection holds, and checks
    /// what the profile demands. The `headers` are those of the message; of a `COSE_Sign`, of the signer.
    ///
    /// # Errors
    /// As the profile says.
    fn read<'b>(&self, headers: &Headers<'b>, payload: Raw<'b>)
    -> Result<Self::Content<'b>, Error>;
}

/// Every kind of message (RFC 8392, 7).
const ANY: &[u64] = &[tag::SIGN1, tag::MAC0, tag::SIGN, tag::MAC, tag::ENCRYPT0, tag::ENCRYPT];

/// No profile: any claims, in any message, by these algorithms.
///
/// # Errors
/// As [`Claims::parse`].
#[derive(Clone, Copy, Debug)]
pub struct AnyClaims<'a> {
    /// The algorithms that the receiver accepts.
    pub algorithms: &'a [Algorithm],
}

impl Profile for AnyClaims<'_> {
    type Content<'b> = Claims<'b>;

    fn algorithms(&self) -> &[Algorithm] {
        self.algorithms
    }

    fn messages(&self) -> &[u64] {
        ANY
    }

    fn read<'b>(&self, _headers: &Headers<'b>, payload: Raw<'b>) -> Result<Claims<'b>, Error> {
        claims(payload)
    }
}

/// A token inside of another (RFC 8392, 7.2 and A.7): what the outer one, protected by these algorithms,
/// gives is the inner one, which is proven for itself by its own key and profile.
///
/// # Errors
/// As [`Token::parse`]; `Protection` for one without a tag (RFC 8392, 7.1).
#[derive(Clone, Copy, Debug)]
pub struct NestedCwt<'a> {
    /// The algorithms that the receiver accepts for the outer one.
    pub algorithms: &'a [Algorithm],
}

impl Profile for NestedCwt<'_> {
    type Content<'b> = Token<'b>;

    fn algorithms(&self) -> &[Algorithm] {
        self.algorithms
    }

    fn messages(&self) -> &[u64] {
        ANY
    }

    fn read<'b>(&self, _headers: &Headers<'b>, payload: Raw<'b>) -> Result<Token<'b>, Error> {
        match payload.cursor().peek()? {
            Type::Tag => Token::parse_all(payload),
            _ => Err(Error::new(ErrorKind::Protection, payload.offset())),
        }
    }
}

/// The Constrained Device Standard Profile (RFC 9711, 6.3): CBOR of definite lengths in preferred
/// serialization, `COSE_Sign1` by ES256, ES384 or ES512, the key identified by `kid` or UEID, and an
/// EAT nonce.
///
/// It demands no `eat_profile`, as RFC 9711 does not; where one is given it must be the profile's own.
///
/// # Errors
/// `Serialization`, `Missing` for the nonce, `KeyIdentification`, `Profile`; and as [`Claims::parse`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConstrainedDevice;

impl ConstrainedDevice {
    /// The profile's identifier.
    pub const ID: ProfileId<'static> = ProfileId::Uri("urn:ietf:rfc:rfc9711");

    /// Reads a token of a profile that is derived from this one, with an identifier of its own that
    /// must be there; `None` for this profile itself.
    ///
    /// # Errors
    /// As [`ConstrainedDevice`].
    pub fn read_as<'b>(
        headers: &Headers<'b>,
        payload: Raw<'b>,
        derived: Option<&str>,
    ) -> Result<Claims<'b>, Error> {
        check_preferred(payload)?;
        let claims = claims(payload)?;
        let error = |kind| Error::new(kind, payload.offset());
        let named = match derived {
            Some(uri) => claims.eat_profile == Some(ProfileId::Uri(uri)),
            None => claims.eat_profile.is_none_or(|profile| profile == Self::ID),
        };
        if !named {
            return Err(error(ErrorKind::Profile));
        }
        if claims.eat_nonce.is_empty() {
            return Err(error(ErrorKind::Missing(labels::EAT_NONCE)));
        }
        if headers.kid().is_none() && claims.ueid.is_none() {
            return Err(error(ErrorKind::KeyIdentification));
        }
        Ok(claims)
    }
}

impl Profile for ConstrainedDevice {
    type Content<'b> = Claims<'b>;

    fn algorithms(&self) -> &[Algorithm] {
        &[Algorithm::ES256, Algorithm::ES384, Algorithm::ES512]
    }

    fn messages(&self) -> &[u64] {
        &[tag::SIGN1]
    }

    fn read<'b>(&self, headers: &Headers<'b>, payload: Raw<'b>) -> Result<Claims<'b>, Error> {
        Self::read_as(headers, payload, None)
    }
}

/// The one claims-set in `payload`.
pub(crate) fn claims(payload: Raw<'_>) -> Result<Claims<'_>, Error> {
    let mut cursor = payload.cursor();
    let claims = Claims::parse_at(&mut cursor)?;
    cursor.finish()?;
    Ok(claims)
}

/// Checks that every head in `encoded` is as short as can be and of definite length (RFC 8949, 4.1).
pub(crate) fn check_preferred(encoded: Raw<'_>) -> Result<(), Error> {
    let mut cursor: Cursor<'_> = encoded.cursor();
    while !cursor.is_empty() {
        let mut item = cursor;
        let head = cursor.head()?;
        if head.is_indefinite() || !head.is_shortest() {
            return Err(Error::new(ErrorKind::Serialization, item.offset()));
        }
        if matches!(head.item_type(), Type::Bytes | Type::Text) {
            item.skip()?;
            cursor = item;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
