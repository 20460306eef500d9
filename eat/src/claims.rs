//! `Claims-Set`: what an entity says of itself (RFC 9711, 4; RFC 8392, 3).

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Number, Type, write_map};
use hexad_cose_core::cwt::{Audience, Confirmation, Others, Writer};

use crate::entity::{DebugStatus, Location, OemId, Sueid, Ueid, Version};
use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::list::List;
use crate::message::{IntendedUse, Nonce, ProfileId};
use crate::software::{Dloa, Formatted, MeasurementResults};
use crate::submods::NamedSubmodule;

/// A claims-set: parsed from its encoding as a view, or filled in to be written.
///
/// ```
/// use hexad_cose_core::cbor::Encoder;
/// use hexad_eat::{Claims, DebugStatus, Nonce, OemId};
///
/// let nonces = [Nonce::new(b"12345678")?];
/// let claims = Claims {
///     eat_nonce: (&nonces).into(),
///     oemid: Some(OemId::PrivateEnterpriseNumber(64242)),
///     oemboot: Some(true),
///     dbgstat: Some(DebugStatus::DisabledPermanently),
///     ..Claims::default()
/// };
/// let mut buffer = [0; 64];
/// let mut encoder = Encoder::new(&mut buffer);
/// claims.encode(&mut encoder)?;
/// assert_eq!(Claims::parse(encoder.as_bytes())?, claims);
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Claims<'b> {
    /// `iss`: who issued the token.
    pub iss: Option<&'b str>,
    /// `sub`: whom it is about.
    pub sub: Option<&'b str>,
    /// `aud`: whom it is for, one or several.
    pub aud: Option<Audience<'b>>,
    /// `exp`: not to be accepted from then on, in seconds since 1970-01-01T00:00Z.
    pub exp: Option<Number>,
    /// `nbf`: not to be accepted before, in seconds since 1970-01-01T00:00Z.
    pub nbf: Option<Number>,
    /// `iat`: when the token was made, in whole seconds since 1970-01-01T00:00Z.
    pub iat: Option<i64>,
    /// `cti`: tells the token from others of its issuer.
    pub cti: Option<&'b [u8]>,
    /// `cnf`: the key that the token is about.
    pub cnf: Option<Confirmation<'b>>,
    /// `eat_nonce`: what the verifier gave out; several for verification in stages.
    pub eat_nonce: List<'b, Nonce<'b>>,
    /// `ueid`: which entity it is.
    pub ueid: Option<Ueid<'b>>,
    /// `sueids`: identifiers that change with its life cycle.
    pub sueids: List<'b, Sueid<'b>>,
    /// `oemid`: who made the hardware.
    pub oemid: Option<OemId<'b>>,
    /// `hwmodel`: which product of the `oemid`, 1 to 32 bytes.
    pub hwmodel: Option<&'b [u8]>,
    /// `hwversion`: which version of the `hwmodel`.
    pub hwversion: Option<Version<'b>>,
    /// `uptime`: seconds since boot.
    pub uptime: Option<u64>,
    /// `oemboot`: whether the software that it booted is authorized by the `oemid`.
    pub oemboot: Option<bool>,
    /// `dbgstat`
    pub dbgstat: Option<DebugStatus>,
    /// `location`
    pub location: Option<Location>,
    /// `eat_profile`: which profile the token keeps to.
    pub eat_profile: Option<ProfileId<'b>>,
    /// `submods`
    pub submods: List<'b, NamedSubmodule<'b>>,
    /// `bootcount`: how many times it was booted.
    pub bootcount: Option<u64>,
    /// `bootseed`: tells one boot session from another. Public.
    pub bootseed: Option<&'b [u8]>,
    /// `dloas`: certifications.
    pub dloas: List<'b, Dloa<'b>>,
    /// `swname`: a name of the software, in free form.
    pub swname: Option<&'b str>,
    /// `swversion`: which version of the `swname`.
    pub swversion: Option<Version<'b>>,
    /// `manifests`: what the makers of the software say of it, unmodified.
    pub manifests: List<'b, Formatted<'b>>,
    /// `measurements`: what was found on the entity by the entity.
    pub measurements: List<'b, Formatted<'b>>,
    /// `measres`: how measurements compared with their references.
    pub measres: List<'b, MeasurementResults<'b>>,
    /// `intuse`: what the token is for.
    pub intuse: Option<IntendedUse>,
    /// All other claims.
    pub others: Others<'b>,
}

/// The labels of the members above.
const KNOWN: &[i64] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 10, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268,
    269, 270, 271, 272, 273, 274, 275,
];

impl<'b> Claims<'b> {
    /// Reads one claims-set that is all of `bytes`, and validates every claim that it knows. Nothing
    /// is known of who made it: see [`Token`](crate::Token).
    ///
    /// Which claims must stand together is not demanded here but by
    /// [`check_presence`](Self::check_presence), because examples of RFC 9711 lack some.
    ///
    /// # Errors
    /// `Cose` for what is malformed, of the wrong type, duplicate, nested too deep, or left over;
    /// `Claim` and `FloatingPoint` at the claim.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let claims = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(claims)
    }

    /// Reads the claims-set at `cursor`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Self::parse_inside(cursor, 0)
    }

    /// Reads the claims-set at `cursor`, which `depth` submodules enclose.
    pub(crate) fn parse_inside(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let from = *cursor;
        let mut claims = Self::default();
        let mut entries = Entries::enter(cursor)?;
        while let Some(key) = entries.next(cursor)? {
            match key {
                Label::Integer(label) => claims.take(label, cursor, depth)?,
                Label::Text(_) => cursor.skip()?,
            }
        }
        claims.others = Others::of(from.rest().until(cursor), KNOWN);
        Ok(claims)
    }

    /// Takes the value of a claim at `cursor`.
    fn take(&mut self, label: i64, cursor: &mut Cursor<'b>, depth: usize) -> Result<(), Error> {
        match label {
            labels::ISS => self.iss = Some(cursor.text()?),
            labels::SUB => self.sub = Some(cursor.text()?),
            labels::AUD => self.aud = Some(Audience::parse_at(cursor)?),
            labels::EXP => self.exp = Some(Number::parse(cursor)?),
            labels::NBF => self.nbf = Some(Number::parse(cursor)?),
            labels::IAT => self.iat = Some(whole_time(label, cursor)?),
            labels::CTI => self.cti = Some(cursor.bytes()?),
            labels::CNF => self.cnf = Some(Confirmation::parse_at(cursor)?),
            labels::EAT_NONCE => self.eat_nonce = List::parse_one_or_more(cursor, depth)?,
            labels::UEID => self.ueid = Some(Ueid::read(cursor, label)?),
            labels::SUEIDS => self.sueids = List::parse_map(cursor, depth)?,
            labels::OEMID => self.oemid = Some(OemId::read(cursor)?),
            labels::HWMODEL => {
                let error = Error::new(ErrorKind::Claim(label), cursor.offset());
                let model = cursor.bytes()?;
                check_hwmodel(model).map_err(|_| error)?;
                self.hwmodel = Some(model);
            }
            labels::HWVERSION => self.hwversion = Some(Version::read(cursor, label)?),
            labels::UPTIME => self.uptime = Some(cursor.unsigned()?),
            labels::OEMBOOT => self.oemboot = Some(cursor.boolean()?),
            labels::DBGSTAT => self.dbgstat = Some(DebugStatus::read(cursor)?),
            labels::LOCATION => self.location = Some(Location::read(cursor)?),
            labels::EAT_PROFILE => self.eat_profile = Some(ProfileId::read(cursor)?),
            labels::SUBMODS => self.submods = List::parse_map(cursor, depth)?,
            labels::BOOTCOUNT => self.bootcount = Some(cursor.unsigned()?),
            labels::BOOTSEED => self.bootseed = Some(cursor.bytes()?),
            labels::DLOAS => self.dloas = List::parse_array(cursor, depth)?,
            labels::SWNAME => self.swname = Some(cursor.text()?),
            labels::SWVERSION => self.swversion = Some(Version::read(cursor, label)?),
            labels::MANIFESTS => self.manifests = List::parse_array(cursor, depth)?,
            labels::MEASUREMENTS => self.measurements = List::parse_array(cursor, depth)?,
            labels::MEASRES => self.measres = List::parse_array(cursor, depth)?,
            labels::INTUSE => self.intuse = Some(IntendedUse::read(cursor)?),
            _ => cursor.skip()?,
        }
        Ok(())
    }

    /// Whether every claim that depends on another has it: `hwmodel`, `oemboot` and a `dbgstat` of
    /// disabled-permanently need `oemid`, `hwversion` needs `hwmodel`, `swversion` needs `swname`
    /// (RFC 9711, 4.2.4, 4.2.5, 4.2.7 to 4.2.9). Submodules inherit nothing and are not looked into.
    ///
    /// # Errors
    /// `Requires`.
    pub fn check_presence(&self) -> Result<(), Error> {
        let oemid = self.oemid.is_some();
        let permanently = self.dbgstat == Some(DebugStatus::DisabledPermanently);
        let rules = [
            (self.hwmodel.is_some(), labels::HWMODEL, oemid, labels::OEMID),
            (self.hwversion.is_some(), labels::HWVERSION, self.hwmodel.is_some(), labels::HWMODEL),
            (self.swversion.is_some(), labels::SWVERSION, self.swname.is_some(), labels::SWNAME),
            (self.oemboot.is_some(), labels::OEMBOOT, oemid, labels::OEMID),
            (permanently, labels::DBGSTAT, oemid, labels::OEMID),
        ];
        for (present, claim, required, other) in rules {
            if present && !required {
                return Err(Error::new(ErrorKind::Requires(claim, other), 0));
            }
        }
        Ok(())
    }

    /// Writes the claims-set in deterministic encoding; lists that were read, as they were received.
    ///
    /// # Errors
    /// `Cose` with `BufferTooSmall`, with `DuplicateKey` for a submodule or SUEID named twice, or with
    /// `NotDeterministic` for a claim of `others` that stands twice or among the known ones; `Claim`.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        write_map(encoder, |members| {
            let mut writer = Writer::new(members, self.others);
            self.put_cwt_claims(&mut writer)?;
            self.put_eat_claims(&mut writer)?;
            Ok(writer.finish()?)
        })
    }

    fn put_cwt_claims(&self, writer: &mut Writer<'_, '_, '_, 'b>) -> Result<(), Error> {
        writer.text(labels::ISS, self.iss)?;
        writer.text(labels::SUB, self.sub)?;
        writer.put(labels::AUD, self.aud, |aud, encoder| aud.encode(encoder))?;
        writer.put(labels::EXP, self.exp, Number::encode)?;
        writer.put(labels::NBF, self.nbf, Number::encode)?;
        writer.integer(labels::IAT, self.iat)?;
        writer.bytes(labels::CTI, self.cti)?;
        writer
            .put(labels::CNF, self.cnf, |cnf, encoder| Ok(encoder.raw(cnf.as_bytes()).map(drop)?))
    }

    fn put_eat_claims(&self, writer: &mut Writer<'_, '_, '_, 'b>) -> Result<(), Error> {
        let nonces = some_of(&self.eat_nonce);
        writer.put(labels::EAT_NONCE, nonces, List::encode_one_or_more)?;
        writer.bytes(labels::UEID, self.ueid.as_ref().map(Ueid::as_bytes))?;
        writer.put(labels::SUEIDS, some_of(&self.sueids), List::encode_map)?;
        writer.put(labels::OEMID, self.oemid.as_ref(), OemId::write)?;
        writer.put(labels::HWMODEL, self.hwmodel, |model, encoder| {
            check_hwmodel(model)?;
            encoder.bytes(model).map(drop).map_err(Error::from)
        })?;
        writer.put(labels::HWVERSION, self.hwversion, |version, encoder| {
            version.write(labels::HWVERSION, encoder)
        })?;
        writer.unsigned(labels::UPTIME, self.uptime)?;
        writer.boolean(labels::OEMBOOT, self.oemboot)?;
        writer.unsigned(labels::DBGSTAT, self.dbgstat.map(DebugStatus::value))?;
        writer.put(labels::LOCATION, self.location.as_ref(), Location::write)?;
        writer.put(labels::EAT_PROFILE, self.eat_profile.as_ref(), ProfileId::write)?;
        writer.put(labels::SUBMODS, some_of(&self.submods), List::encode_map)?;
        writer.unsigned(labels::BOOTCOUNT, self.bootcount)?;
        writer.bytes(labels::BOOTSEED, self.bootseed)?;
        writer.put(labels::DLOAS, some_of(&self.dloas), List::encode_array)?;
        writer.text(labels::SWNAME, self.swname)?;
        writer.put(labels::SWVERSION, self.swversion, |version, encoder| {
            version.write(labels::SWVERSION, encoder)
        })?;
        writer.put(labels::MANIFESTS, some_of(&self.manifests), List::encode_array)?;
        writer.put(labels::MEASUREMENTS, some_of(&self.measurements), List::encode_array)?;
        writer.put(labels::MEASRES, some_of(&self.measres), List::encode_array)?;
        Ok(writer.unsigned(labels::INTUSE, self.intuse.map(|intuse| intuse.value().into()))?)
    }
}

/// The list, unless the claim is absent.
pub(crate) fn some_of<'l, 'b, T: crate::list::Element<'b>>(
    list: &'l List<'b, T>,
) -> Option<&'l List<'b, T>> {
    (!list.is_empty()).then_some(list)
}

/// Takes a time that must be whole seconds.
pub(crate) fn whole_time(label: i64, cursor: &mut Cursor<'_>) -> Result<i64, Error> {
    let here = cursor.offset();
    match cursor.peek()? {
        Type::Float => Err(Error::new(ErrorKind::FloatingPoint(label), here)),
        _ => Ok(cursor.integer()?),
    }
}

/// `hwmodel` is of 1 to 32 bytes.
fn check_hwmodel(model: &[u8]) -> Result<(), Error> {
    match model.len() {
        1..=32 => Ok(()),
        _ => Err(Error::new(ErrorKind::Claim(labels::HWMODEL), 0)),
    }
}

#[cfg(test)]
mod tests;
