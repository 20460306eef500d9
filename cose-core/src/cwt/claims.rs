//! The claims-set of a CWT (RFC 8392, 3).

use core::fmt;

use super::confirmation::Confirmation;
use super::others::{Others, Writer};
use super::time::Clock;
use crate::cbor::{Cursor, Encoder, Entries, Items, Number, Raw, Type, find, write_map};
use crate::check::Verified;
use crate::error::{Error, ErrorKind};
use crate::header::Headers;
use crate::iana::{claim, header};
use crate::labels::Label;
use crate::message::{Mac, Mac0, Sign, Sign1};

/// A claims-set: parsed from its encoding as a view, or filled in to be written. What of it must be
/// there, and what it must say, is the application's choice (RFC 8392, 3): see the checks.
///
/// ```
/// use hexad_cose_core::cbor::{Encoder, Number};
/// use hexad_cose_core::cwt::{Claims, Clock};
///
/// let claims = Claims {
///     iss: Some("coap://as.example.com"),
///     aud: Some("coap://light.example.com".into()),
///     exp: Some(Number::Integer(1_444_064_944)),
///     ..Claims::default()
/// };
/// let mut buffer = [0; 64];
/// let mut encoder = Encoder::new(&mut buffer);
/// claims.encode(&mut encoder)?;
///
/// let claims = Claims::parse(encoder.as_bytes())?;
/// claims.check_issuer("coap://as.example.com")?;
/// claims.check_audience("coap://light.example.com")?;
/// claims.check_validity(Clock { now: 1_444_000_000, leeway: 60 })?;
/// assert!(claims.check_validity(Clock { now: 1_500_000_000, leeway: 60 }).is_err());
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Claims<'b> {
    /// `iss`: who issued the token.
    pub iss: Option<&'b str>,
    /// `sub`: whom it is about.
    pub sub: Option<&'b str>,
    /// `aud`: whom it is for.
    pub aud: Option<Audience<'b>>,
    /// `exp`: not to be accepted from then on, in seconds since 1970-01-01T00:00Z.
    pub exp: Option<Number>,
    /// `nbf`: not to be accepted before, in seconds since 1970-01-01T00:00Z.
    pub nbf: Option<Number>,
    /// `iat`: when the token was made, in seconds since 1970-01-01T00:00Z.
    pub iat: Option<Number>,
    /// `cti`: tells the token from others of its issuer.
    pub cti: Option<&'b [u8]>,
    /// `cnf`: the key whose possession the presenter has to prove (RFC 8747).
    pub cnf: Option<Confirmation<'b>>,
    /// All other claims.
    pub others: Others<'b>,
}

/// The labels of the members above.
const KNOWN: &[i64] = &[
    claim::ISS,
    claim::SUB,
    claim::AUD,
    claim::EXP,
    claim::NBF,
    claim::IAT,
    claim::CTI,
    claim::CNF,
];

impl<'b> Claims<'b> {
    /// Reads one claims-set that is all of `bytes`. Nothing is known of who made it: see
    /// [`verified`](Self::verified).
    ///
    /// # Errors
    /// Those of CBOR; `UnexpectedType` for a claim of another type; `DuplicateKey`; `InvalidValue` for
    /// a date that is infinite or a NaN; `Length` for an audience of nobody; those of
    /// [`Confirmation::parse_at`]; `TrailingBytes`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::parse_all(Raw::new(bytes, 0))
    }

    fn parse_all(content: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = content.cursor();
        let claims = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(claims)
    }

    /// Reads the claims-set at `cursor`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let start = cursor.rest();
        let mut claims = Self::default();
        let mut entries = Entries::enter(cursor)?;
        while let Some(label) = entries.next(cursor)? {
            match label {
                Label::Integer(claim::ISS) => claims.iss = Some(cursor.text()?),
                Label::Integer(claim::SUB) => claims.sub = Some(cursor.text()?),
                Label::Integer(claim::AUD) => claims.aud = Some(Audience::parse_at(cursor)?),
                Label::Integer(claim::EXP) => claims.exp = Some(date(cursor)?),
                Label::Integer(claim::NBF) => claims.nbf = Some(date(cursor)?),
                Label::Integer(claim::IAT) => claims.iat = Some(date(cursor)?),
                Label::Integer(claim::CTI) => claims.cti = Some(cursor.bytes()?),
                Label::Integer(claim::CNF) => claims.cnf = Some(Confirmation::parse_at(cursor)?),
                _ => cursor.skip()?,
            }
        }
        claims.others = Others::of(start.until(cursor), KNOWN);
        Ok(claims)
    }

    /// The claims-set that is the payload of a verified message, or what was decrypted.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), with offsets in the message, or in the plaintext; `UnexpectedType`
    /// also for a nested CWT, which is for [`cwt::parse`](super::parse); `Payload` for a message whose
    /// payload is detached.
    pub fn verified(content: &Verified<impl Content<'b>>) -> Result<Verified<Self>, Error> {
        Self::parse_all(content.get().content()?).map(Verified::new)
    }

    /// Writes the claims-set in deterministic encoding; an audience of several that was read, as it was
    /// received.
    ///
    /// # Errors
    /// `BufferTooSmall`; `InvalidValue` for a date that is infinite or a NaN; `Length` for an audience
    /// of nobody; `NotDeterministic` for a claim of `others` that stands twice or among the known ones;
    /// those of CBOR in one of them.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        write_map(encoder, |members| {
            let mut writer = Writer::new(members, self.others);
            writer.text(claim::ISS, self.iss)?;
            writer.text(claim::SUB, self.sub)?;
            writer.put(claim::AUD, self.aud, |aud, encoder| aud.encode(encoder))?;
            writer.put(claim::EXP, self.exp, put_date)?;
            writer.put(claim::NBF, self.nbf, put_date)?;
            writer.put(claim::IAT, self.iat, put_date)?;
            writer.bytes(claim::CTI, self.cti)?;
            writer
                .put(claim::CNF, self.cnf, |cnf, encoder| encoder.raw(cnf.as_bytes()).map(drop))?;
            writer.finish()
        })
    }

    /// Checks that the token is valid now: not at or after `exp`, not before `nbf`, and not issued in
    /// the future. A date that it has not, it passes.
    ///
    /// # Errors
    /// `Expired` or `NotYetValid`, at the claim.
    pub fn check_validity(&self, clock: Clock) -> Result<(), Error> {
        if self.exp.is_some_and(|exp| clock.has_passed(exp)) {
            return Err(self.error(claim::EXP, ErrorKind::Expired));
        }
        if self.nbf.is_some_and(|nbf| !clock.has_begun(nbf)) {
            return Err(self.error(claim::NBF, ErrorKind::NotYetValid));
        }
        if self.iat.is_some_and(|iat| !clock.has_begun(iat)) {
            return Err(self.error(claim::IAT, ErrorKind::NotYetValid));
        }
        Ok(())
    }

    /// Checks that the token was issued at most `seconds` ago, and not in the future.
    ///
    /// # Errors
    /// `Missing` without `iat`; `TooOld` or `NotYetValid`, at the claim.
    pub fn check_age(&self, seconds: u32, clock: Clock) -> Result<(), Error> {
        let iat = self.iat.ok_or(self.error(claim::IAT, ErrorKind::Missing))?;
        if !clock.has_begun(iat) {
            return Err(self.error(claim::IAT, ErrorKind::NotYetValid));
        }
        if clock.is_older_than(iat, seconds) {
            return Err(self.error(claim::IAT, ErrorKind::TooOld));
        }
        Ok(())
    }

    /// Checks that the token was issued by `issuer`, compared byte by byte.
    ///
    /// # Errors
    /// `Missing` without `iss`; `Issuer` at the claim.
    pub fn check_issuer(&self, issuer: &str) -> Result<(), Error> {
        match self.iss {
            Some(iss) if iss == issuer => Ok(()),
            Some(_) => Err(self.error(claim::ISS, ErrorKind::Issuer)),
            None => Err(self.error(claim::ISS, ErrorKind::Missing)),
        }
    }

    /// Checks that the token is (also) for `audience`, compared byte by byte.
    ///
    /// # Errors
    /// `Missing` without `aud`; `Audience` at the claim.
    pub fn check_audience(&self, audience: &str) -> Result<(), Error> {
        match self.aud {
            Some(aud) if aud.contains(audience) => Ok(()),
            Some(_) => Err(self.error(claim::AUD, ErrorKind::Audience)),
            None => Err(self.error(claim::AUD, ErrorKind::Missing)),
        }
    }

    /// Checks that every claim of `header`, those of a header (RFC 9597), that is here, too, has the
    /// same value here (RFC 9597, 2).
    ///
    /// # Errors
    /// `InvalidValue` at the claim of the header.
    pub fn check_replicated(&self, header: &Claims<'_>) -> Result<(), Error> {
        let (Some(own), Some(map)) = (self.others.map(), header.others.map()) else {
            return Ok(());
        };
        let mut cursor = map.cursor();
        let mut entries = Entries::enter(&mut cursor)?;
        while let Some(label) = entries.next(&mut cursor)? {
            let value = cursor.item()?;
            if find(own, label)?.is_some_and(|own| own.bytes() != value.bytes()) {
                return Err(value.error(ErrorKind::InvalidValue));
            }
        }
        Ok(())
    }

    /// An error at a claim, or at the claims-set where the claim is not in it.
    fn error(&self, label: i64, kind: ErrorKind) -> Error {
        let Some(map) = self.others.map() else {
            return Error::new(kind, 0);
        };
        find(map, Label::Integer(label)).ok().flatten().unwrap_or(map).error(kind)
    }
}

/// Reads a `NumericDate` (RFC 8392, 2; finite: erratum 8617).
fn date(cursor: &mut Cursor<'_>) -> Result<Number, Error> {
    let invalid = cursor.error(ErrorKind::InvalidValue);
    let date = Number::parse(cursor)?;
    if date.is_finite() { Ok(date) } else { Err(invalid) }
}

fn put_date(date: Number, encoder: &mut Encoder<'_>) -> Result<(), Error> {
    if !date.is_finite() {
        return Err(Error::new(ErrorKind::InvalidValue, encoder.written()));
    }
    date.encode(encoder)
}

/// What holds a claims-set: a message with its payload in it, or a plaintext. Not to be implemented
/// elsewhere.
pub trait Content<'b> {
    /// The bytes, with their offset.
    ///
    /// # Errors
    /// `Payload` when they are carried elsewhere.
    fn content(&self) -> Result<Raw<'b>, Error>;
}

fn payload<'b>(payload: Option<Raw<'b>>, headers: &Headers<'b>) -> Result<Raw<'b>, Error> {
    payload.ok_or(headers.unprotected().error(ErrorKind::Payload))
}

impl<'b> Content<'b> for Sign1<'b> {
    fn content(&self) -> Result<Raw<'b>, Error> {
        payload(self.unverified_payload(), self.headers())
    }
}

impl<'b> Content<'b> for Sign<'b> {
    fn content(&self) -> Result<Raw<'b>, Error> {
        payload(self.unverified_payload(), self.headers())
    }
}

impl<'b> Content<'b> for Mac0<'b> {
    fn content(&self) -> Result<Raw<'b>, Error> {
        payload(self.unverified_payload(), self.headers())
    }
}

impl<'b> Content<'b> for Mac<'b> {
    fn content(&self) -> Result<Raw<'b>, Error> {
        payload(self.unverified_payload(), self.headers())
    }
}

impl<'b> Content<'b> for &'b [u8] {
    fn content(&self) -> Result<Raw<'b>, Error> {
        Ok(Raw::new(self, 0))
    }
}

impl<'b> Headers<'b> {
    /// The CWT claims in the protected bucket (RFC 9597), if there are any. As true as the message is.
    ///
    /// # Errors
    /// `InvalidValue` for claims in the unprotected bucket, where nobody vouches for them; those of
    /// [`Claims::parse_at`].
    pub fn cwt_claims(&self) -> Result<Option<Claims<'b>>, Error> {
        let label = Label::Integer(header::CWT_CLAIMS);
        if let Some(unprotected) = self.get_unprotected(label) {
            return Err(unprotected.error(ErrorKind::InvalidValue));
        }
        self.get_protected(label).map(|value| Claims::parse_at(&mut value.cursor())).transpose()
    }
}

/// Whom a token is for: one or several (RFC 8392, 3.1.3).
#[derive(Clone, Copy)]
pub struct Audience<'b>(Form<'b>);

#[derive(Clone, Copy)]
enum Form<'b> {
    One(&'b str),
    /// An encoded array, which was gone through.
    Encoded(Raw<'b>),
    Given(&'b [&'b str]),
}

impl<'b> Audience<'b> {
    /// Reads the text or the array of texts at `cursor`.
    ///
    /// # Errors
    /// Those of CBOR; `UnexpectedType`; `Length` for nobody.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        if cursor.peek()? != Type::Array {
            return cursor.text().map(|one| Self(Form::One(one)));
        }
        let nobody = cursor.error(ErrorKind::Length);
        let start = cursor.rest();
        let mut items = cursor.array()?;
        let mut any = false;
        while items.next(cursor)? {
            cursor.text()?;
            any = true;
        }
        if any { Ok(Self(Form::Encoded(start.until(cursor)))) } else { Err(nobody) }
    }

    /// Writes one as a text, several as an array of them; those that were read, as they were received, so
    /// that who writes links nothing that reads.
    ///
    /// # Errors
    /// `BufferTooSmall`; `Length` for nobody.
    pub fn encode(self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.0 {
            Form::One(one) => encoder.text(one).map(drop),
            Form::Given([]) => Err(Error::new(ErrorKind::Length, encoder.written())),
            Form::Given(given) => {
                encoder.array(given.len())?;
                given.iter().try_for_each(|one| encoder.text(one).map(drop))
            }
            Form::Encoded(array) => encoder.raw(array.bytes()).map(drop),
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'b str> + use<'b> {
        let (one, given, encoded): (_, &[&str], _) = match self.0 {
            Form::One(one) => (Some(one), &[], None),
            Form::Given(given) => (None, given, None),
            Form::Encoded(array) => (None, &[], enter(array)),
        };
        let mut encoded = encoded;
        let from_array = core::iter::from_fn(move || {
            let (cursor, items) = encoded.as_mut()?;
            // They were gone through before, so they parse again.
            if items.next(cursor).ok()? { cursor.text().ok() } else { None }
        });
        one.into_iter().chain(given.iter().copied()).chain(from_array)
    }

    /// Whether `one` is among them, compared byte by byte.
    #[must_use]
    pub fn contains(&self, one: &str) -> bool {
        self.iter().any(|other| other == one)
    }
}

fn enter(array: Raw<'_>) -> Option<(Cursor<'_>, Items)> {
    let mut cursor = array.cursor();
    let items = cursor.array().ok()?;
    Some((cursor, items))
}

impl<'b> From<&'b str> for Audience<'b> {
    fn from(one: &'b str) -> Self {
        Self(Form::One(one))
    }
}

impl<'b> From<&'b [&'b str]> for Audience<'b> {
    fn from(given: &'b [&'b str]) -> Self {
        Self(Form::Given(given))
    }
}

/// The same ones in the same order.
impl PartialEq for Audience<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Audience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
