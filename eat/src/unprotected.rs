//! `Uccs`: a claims-set that no message protects, for a channel that does (RFC 9781).

use hexad_cose_core::ErrorKind as Cose;
use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::claims::Claims;
use crate::error::Error;

/// An unprotected claims-set under its tag. Who received it over a channel that has authenticated the
/// sender, and protects what it carries, may believe the sender; nobody else may (RFC 9781, 3).
///
/// ```
/// use hexad_cose_core::cbor::Encoder;
/// use hexad_eat::{Claims, Nonce, Uccs};
///
/// let nonces = [Nonce::new(b"12345678")?];
/// let mut buffer = [0; 32];
/// let mut encoder = Encoder::new(&mut buffer);
/// Uccs::encode(&Claims { eat_nonce: (&nonces).into(), ..Claims::default() }, &mut encoder)?;
/// assert_eq!(encoder.as_bytes()[..3], [0xd9, 0x02, 0x59]);
///
/// let uccs = Uccs::parse(encoder.as_bytes())?;
/// assert_eq!(uccs.unprotected_claims().eat_nonce.len(), 1);
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uccs<'b> {
    claims: Claims<'b>,
}

impl<'b> Uccs<'b> {
    /// The tag of an unprotected CWT claims-set.
    pub const TAG: u64 = 601;

    /// Reads one tagged claims-set that is all of `bytes`.
    ///
    /// # Errors
    /// `Cose` with `UnexpectedTag`; and as [`Claims::parse`].
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let unexpected = cursor.error(Cose::UnexpectedTag);
        if cursor.tag()? != Self::TAG {
            return Err(unexpected.into());
        }
        let claims = Claims::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(Self { claims })
    }

    /// The claims, for which nothing but the channel vouches.
    #[must_use]
    pub const fn unprotected_claims(&self) -> &Claims<'b> {
        &self.claims
    }

    /// Writes `claims` under the tag.
    ///
    /// # Errors
    /// As [`Claims::encode`].
    pub fn encode(claims: &Claims<'_>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        claims.encode(encoder.tag(Self::TAG)?)
    }
}
