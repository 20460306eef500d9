//! PSA claims from their encoding.

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Entries, Raw, Type};
use hexad_cose_core::cwt::Others;

use super::{Claims, Labels, Revision, SecurityLifecycle, SoftwareComponent};
use crate::entity::Ueid;
use crate::error::{Error, ErrorKind};
use crate::list::{Codec, List};
use crate::message::Nonce;

const KNOWN: &[i64] = &[10, 256, 265, 268, 2394, 2395, 2396, 2398, 2399, 2400];
const KNOWN_V2: &[i64] = &[10, 256, 265, 2394, 2395, 2396, 2397, 2398, 2399, 2400];
const KNOWN_IOT1: &[i64] =
    &[-75000, -75001, -75002, -75003, -75004, -75005, -75006, -75007, -75008, -75009, -75010];

/// What was read so far.
#[derive(Default)]
struct Found<'b> {
    nonce: Option<Nonce<'b>>,
    instance_id: Option<Ueid<'b>>,
    implementation_id: Option<&'b [u8; 32]>,
    client_id: Option<i32>,
    security_lifecycle: Option<SecurityLifecycle>,
    boot_seed: Option<&'b [u8]>,
    certification_reference: Option<&'b str>,
    software_components: List<'b, SoftwareComponent<'b>>,
    no_measurements: bool,
    verification_service_indicator: Option<&'b str>,
}

impl<'b> Claims<'b> {
    /// Reads the claims of one token that are all of `bytes`, of whichever generation they say they are.
    /// Nothing is known of who made them: see [`Tokens`](super::Tokens).
    ///
    /// # Errors
    /// `Cose` for what is malformed, of the wrong type, duplicate, or left over; `Profile` for the profile
    /// of none; `Missing` and `Claim`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::parse_all(Raw::new(bytes, 0))
    }

    pub(super) fn parse_all(claims: Raw<'b>) -> Result<Self, Error> {
        let revision = revision(claims)?;
        let labels = revision.labels();
        let mut found = Found::default();
        let mut cursor = claims.cursor();
        let mut entries = Entries::enter(&mut cursor)?;
        while let Some(key) = entries.next(&mut cursor)? {
            match key {
                Label::Integer(label) => found.take(label, &labels, &mut cursor)?,
                Label::Text(_) => cursor.skip()?,
            }
        }
        let known = match revision {
            Revision::Rfc9783 => KNOWN,
            Revision::V2 => KNOWN_V2,
            Revision::Iot1 => KNOWN_IOT1,
        };
        let others = Others::of(claims.until(&cursor), known);
        cursor.finish()?;
        let missing = |label| Error::new(ErrorKind::Missing(label), claims.offset());
        if found.software_components.is_empty() != found.no_measurements {
            return Err(missing(labels.software_components));
        }
        let claims_set = Self {
            revision,
            nonce: found.nonce.ok_or(missing(labels.nonce))?,
            instance_id: found.instance_id.ok_or(missing(labels.instance_id))?,
            implementation_id: found.implementation_id.ok_or(missing(labels.implementation_id))?,
            client_id: found.client_id.ok_or(missing(labels.client_id))?,
            security_lifecycle: found
                .security_lifecycle
                .ok_or(missing(labels.security_lifecycle))?,
            boot_seed: found.boot_seed,
            certification_reference: found.certification_reference,
            software_components: found.software_components,
            verification_service_indicator: found.verification_service_indicator,
            others,
        };
        claims_set.check(claims.offset())?;
        Ok(claims_set)
    }
}

impl<'b> Found<'b> {
    fn take(&mut self, label: i64, labels: &Labels, cursor: &mut Cursor<'b>) -> Result<(), Error> {
        let wrong = Error::new(ErrorKind::Claim(label), cursor.offset());
        if label == labels.nonce {
            self.nonce = Some(Nonce::parse(cursor, 0).map_err(|error| named(error, label))?);
        } else if label == labels.instance_id {
            self.instance_id = Some(Ueid::read(cursor, label)?);
        } else if label == labels.implementation_id {
            self.implementation_id = Some(cursor.bytes()?.try_into().map_err(|_| wrong)?);
        } else if label == labels.client_id {
            self.client_id = Some(i32::try_from(cursor.integer()?).map_err(|_| wrong)?);
        } else if label == labels.security_lifecycle {
            let value = u16::try_from(cursor.unsigned()?).map_err(|_| wrong)?;
            self.security_lifecycle = Some(SecurityLifecycle::new(value).map_err(|_| wrong)?);
        } else if label == labels.boot_seed {
            self.boot_seed = Some(cursor.bytes()?);
        } else if label == labels.certification_reference {
            self.certification_reference = Some(cursor.text()?);
        } else if label == labels.software_components {
            self.software_components = List::parse_array(cursor, 0)?;
        } else if Some(label) == labels.no_measurements {
            if cursor.unsigned()? != 1 {
                return Err(wrong);
            }
            self.no_measurements = true;
        } else if label == labels.verification_service_indicator {
            self.verification_service_indicator = Some(cursor.text()?);
        } else {
            cursor.skip()?;
        }
        Ok(())
    }
}

/// The same error of the claim under the label that it has here.
const fn named(error: Error, label: i64) -> Error {
    match error.kind() {
        ErrorKind::Claim(_) => Error::new(ErrorKind::Claim(label), error.offset()),
        _ => error,
    }
}

/// The generation by the profile claim. The oldest may do without one, but not with that of another.
fn revision(claims: Raw<'_>) -> Result<Revision, Error> {
    let mut cursor = claims.cursor();
    let mut entries = Entries::enter(&mut cursor)?;
    let mut revision = None;
    let mut is_iot1 = false;
    while let Some(key) = entries.next(&mut cursor)? {
        let unknown = Error::new(ErrorKind::Profile, cursor.offset());
        let (Label::Integer(label @ (265 | -75000)), Type::Text) = (key, cursor.peek()?) else {
            is_iot1 |= matches!(key, Label::Integer(-75010..=-75001));
            if key == Label::Integer(265) || key == Label::Integer(-75000) {
                return Err(unknown);
            }
            cursor.skip()?;
            continue;
        };
        let profile = cursor.text()?;
        let of = |revision: &Revision| {
            revision.profile() == profile && revision.labels().profile == label
        };
        let all = [Revision::Rfc9783, Revision::V2, Revision::Iot1];
        // Two profiles in one token: it is of neither.
        if revision.is_some() {
            return Err(unknown);
        }
        revision = Some(all.into_iter().find(of).ok_or(unknown)?);
    }
    match revision {
        Some(revision) => Ok(revision),
        None if is_iot1 => Ok(Revision::Iot1),
        None => Err(Error::new(ErrorKind::Missing(265), claims.offset())),
    }
}
