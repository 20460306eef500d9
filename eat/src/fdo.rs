//! The tokens by which devices prove themselves in FIDO Device Onboard (FDO 1.1, 3.3.6): the EAT profile of
//! TO1.ProveToRV and TO2.ProveDevice.

use hexad_cose_core::cbor::{Cursor, Raw};
use hexad_cose_core::iana::tag;
use hexad_cose_core::{Algorithm, Headers, Label};

use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::profile::{self, Profile};

/// `EAT-FDO`: the claim that holds what the message is about.
pub const EAT_FDO: i64 = -257;
/// `MAROEPrefix`: the header parameter that some restricted operating environments need, unprotected.
pub const MAROE_PREFIX: i64 = -258;
/// `EUPHNonce`: the header parameter with the device's own nonce, unprotected.
pub const EUPH_NONCE: i64 = -259;

/// The claims of such a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claims<'b> {
    /// `EAT-NONCE`: the nonce that this message answers. Which one that is, the protocol knows.
    pub nonce: &'b [u8; 16],
    /// The device's GUID, of `EAT-UEID`.
    pub guid: &'b [u8; 16],
    /// `EAT-FDO`, as it is encoded: of TO2.ProveDevice, the device's part of the key exchange.
    pub payloads: Option<Raw<'b>>,
    /// All claims, these among them.
    pub claims: crate::Claims<'b>,
}

impl<'b> Claims<'b> {
    /// Reads one claims-set that is all of `payload`.
    ///
    /// # Errors
    /// `Missing` and `Claim` of nonce and UEID; and as [`Claims::parse`](crate::Claims::parse).
    fn read(payload: Raw<'b>) -> Result<Self, Error> {
        let claims = profile::claims(payload)?;
        let missing = |label| Error::new(ErrorKind::Missing(label), payload.offset());
        let wrong = |label| Error::new(ErrorKind::Claim(label), payload.offset());
        let mut nonces = claims.eat_nonce.iter();
        let nonce = nonces.next().ok_or(missing(labels::EAT_NONCE))?.as_bytes();
        let nonce = nonce.try_into().map_err(|_| wrong(labels::EAT_NONCE))?;
        if nonces.next().is_some() {
            return Err(wrong(labels::EAT_NONCE));
        }
        let ueid = claims.ueid.ok_or(missing(labels::UEID))?;
        let Some((1, guid)) = ueid.as_bytes().split_first() else {
            return Err(wrong(labels::UEID));
        };
        let guid = guid.try_into().map_err(|_| wrong(labels::UEID))?;
        Ok(Self { nonce, guid, payloads: claims.others.get(EAT_FDO), claims })
    }
}

/// The `EUPHNonce` of a message. Nothing protects it: the protocol proves it by what the owner answers.
///
/// # Errors
/// `Cose` with `UnexpectedType`, or with `Length` when it is not of 16 bytes.
pub fn euph_nonce<'b>(headers: &Headers<'b>) -> Result<Option<&'b [u8; 16]>, Error> {
    let Some(value) = headers.get_unprotected(Label::Integer(EUPH_NONCE)) else {
        return Ok(None);
    };
    let mut cursor: Cursor<'b> = value.cursor();
    let length = cursor.error(hexad_cose_core::ErrorKind::Length);
    Ok(Some(cursor.bytes()?.try_into().map_err(|_| length)?))
}

/// The profile by which a rendezvous server or an owner reads a device's tokens: a `COSE_Sign1`, one nonce
/// of 16 bytes, and a UEID of type RAND that is the device's GUID. Such a token has the COSE tag alone.
///
/// ```
/// use hexad_cose_core::{Algorithm, Curve, Key};
/// use hexad_eat::{Claim, Claims, Token, Ueid, fdo};
/// use hexad_rustcrypto::{RustCrypto, SigningKey};
///
/// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
/// let mut ueid = [0x42; 17]; // the GUID
/// ueid[0] = 1;
/// let payload = [Claim::new(fdo::EAT_FDO, &[0x81, 0x41, 0x00])];
/// let mut buffer = [0; 256];
/// let token = Token::builder(Algorithm::ES256, &mut buffer)
///     .claims(Claims { ueid: Some(Ueid::create(&ueid)?), others: (&payload).into(), ..Claims::default() })
///     .nonce(&[9; 16])?
///     .without_cwt_tag()
///     .sign(&key, &mut RustCrypto)?;
///
/// let device = Key::from_public(key.public());
/// let check = Token::parse(token)?.check(&device, &fdo::Tokens::V1_1, &mut RustCrypto)?;
/// let claims = check.run(&mut RustCrypto)?;
/// assert_eq!((claims.nonce, claims.guid), (&[9; 16], &[0x42; 16]));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// `Missing` and `Claim` of nonce and UEID; and as [`Claims::parse`](crate::Claims::parse).
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    /// The algorithms that are accepted.
    pub algorithms: &'a [Algorithm],
}

impl Tokens<'_> {
    /// The algorithms of FDO 1.1 for keys on P-256 and P-384 (3.3.5).
    pub const V1_1: Tokens<'static> = Tokens { algorithms: &[Algorithm::ES256, Algorithm::ES384] };
}

impl Profile for Tokens<'_> {
    type Content<'b> = Claims<'b>;

    fn algorithms(&self) -> &[Algorithm] {
        self.algorithms
    }

    fn messages(&self) -> &[u64] {
        &[tag::SIGN1]
    }

    fn read<'b>(&self, _headers: &Headers<'b>, payload: Raw<'b>) -> Result<Claims<'b>, Error> {
        Claims::read(payload)
    }
}

#[cfg(test)]
mod tests;
