//! `measured-component`: the state of one part of an entity, where no file system holds it
//! (draft-ietf-rats-eat-measured-component), for `measurements`.

use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Raw, write_map};
use hexad_cose_core::{ErrorKind as Cose, Label};

use crate::entity::Version;
use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::list::{Codec, List};

/// What a measurement gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measurement<'b> {
    /// A digest.
    Digest {
        /// The "Named Information Hash Algorithm" registry's number or name.
        algorithm: Label<'b>,
        /// Its value.
        value: &'b [u8],
    },
    /// What was measured, as it is: the content of a register, say.
    Raw(&'b [u8]),
}

impl<'b> Measurement<'b> {
    /// A SHA-256 digest.
    #[must_use]
    pub const fn sha_256(value: &'b [u8; 32]) -> Self {
        Self::Digest { algorithm: Label::Integer(1), value }
    }

    fn read_digest(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let wrong = Error::new(WRONG, cursor.offset());
        cursor.array_of(2)?;
        let digest = Self::Digest { algorithm: Label::parse(cursor)?, value: cursor.bytes()? };
        if digest.is_valid() { Ok(digest) } else { Err(wrong) }
    }

    /// Whether a digest is as long as its algorithm says, of those whose length is known here.
    fn is_valid(&self) -> bool {
        let Self::Digest { algorithm, value } = self else {
            return true;
        };
        match algorithm {
            Label::Integer(1 | 10) | Label::Text("sha-256" | "sha3-256") => value.len() == 32,
            Label::Integer(7 | 11) | Label::Text("sha-384" | "sha3-384") => value.len() == 48,
            Label::Integer(8 | 12) | Label::Text("sha-512" | "sha3-512") => value.len() == 64,
            _ => !value.is_empty(),
        }
    }
}

/// A measured component: parsed from its encoding as a view, or filled in to be written.
///
/// Its CoAP content format, by which it stands in `measurements`, is not registered yet: it is the one that
/// a profile agrees on.
///
/// ```
/// use hexad_cose_core::cbor::Encoder;
/// use hexad_eat::{Body, Formatted, MeasuredComponent, Measurement, Version};
///
/// const CONTENT_FORMAT: u16 = 65_000; // for experiments (RFC 7252, 12.3)
///
/// let component = MeasuredComponent {
///     version: Some(Version::new("1.4.0")),
///     ..MeasuredComponent::new("boot loader", Measurement::sha_256(&[0xab; 32]))
/// };
/// let mut buffer = [0; 128];
/// let mut encoder = Encoder::new(&mut buffer);
/// component.encode(&mut encoder)?;
/// let body = Body::Bytes(encoder.as_bytes());
/// let measurements = [Formatted { content_type: CONTENT_FORMAT, body }];
///
/// let Body::Bytes(encoded) = measurements[0].body else { panic!("not in CBOR") };
/// assert_eq!(MeasuredComponent::parse(encoded)?, component);
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredComponent<'b> {
    /// `name`: the same in every release.
    pub name: &'b str,
    /// `version`
    pub version: Option<Version<'b>>,
    /// `measurement`
    pub measurement: Measurement<'b>,
    /// `authorities`: who can sign the component, by their keys, as the profile says.
    pub authorities: List<'b, &'b [u8]>,
    /// `flags`: what the profile makes of them.
    pub flags: Option<&'b [u8; 8]>,
}

const WRONG: ErrorKind = ErrorKind::Claim(labels::MEASUREMENTS);

impl<'b> MeasuredComponent<'b> {
    /// A component of which no more is said.
    #[must_use]
    pub fn new(name: &'b str, measurement: Measurement<'b>) -> Self {
        Self { name, version: None, measurement, authorities: List::NONE, flags: None }
    }

    /// Reads one measured component that is all of `bytes`.
    ///
    /// # Errors
    /// `Cose` for what is malformed, of the wrong type, duplicate, or left over; `Missing` of
    /// `measurements` without a name or a measurement; `Claim` of it for an unknown member, two
    /// measurements, and a length that is not allowed.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let component = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(component)
    }

    fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let missing = Error::new(ErrorKind::Missing(labels::MEASUREMENTS), cursor.offset());
        let (mut id, mut measurement) = (None, None);
        let mut component = Self::new("", Measurement::Raw(&[]));
        let mut entries = Entries::enter(cursor)?;
        while let Some(label) = entries.next(cursor)? {
            let wrong = Error::new(WRONG, cursor.offset());
            match label {
                Label::Integer(1) => id = Some(component_id(cursor)?),
                Label::Integer(2 | 5) if measurement.is_some() => return Err(wrong),
                Label::Integer(2) => measurement = Some(Measurement::read_digest(cursor)?),
                Label::Integer(3) => component.authorities = List::parse_array(cursor, 0)?,
                Label::Integer(4) => {
                    component.flags = Some(cursor.bytes()?.try_into().map_err(|_| wrong)?);
                }
                Label::Integer(5) => measurement = Some(Measurement::Raw(cursor.bytes()?)),
                _ => return Err(wrong),
            }
        }
        (component.name, component.version) = id.ok_or(missing)?;
        component.measurement = measurement.ok_or(missing)?;
        Ok(component)
    }

    /// Whether it says something that only the profile of the token gives a meaning. Who does not know that
    /// profile has to refuse the token.
    #[must_use]
    pub fn needs_profile(&self) -> bool {
        self.flags.is_some() || !self.authorities.is_empty()
    }

    /// Writes the component in deterministic encoding.
    ///
    /// # Errors
    /// `Cose` with `BufferTooSmall`; `Claim` for the wrong length of a digest.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if !self.measurement.is_valid() {
            return Err(Error::new(WRONG, encoder.written()));
        }
        write_map(encoder, |members| {
            members.put(1, |encoder| {
                encoder.array(1 + usize::from(self.version.is_some()))?.text(self.name)?;
                match &self.version {
                    Some(version) => version.write(labels::MEASUREMENTS, encoder),
                    None => Ok(()),
                }
            })?;
            if let Measurement::Digest { algorithm, value } = self.measurement {
                members.put(2, |encoder| {
                    algorithm.encode(encoder.array(2)?)?;
                    encoder.bytes(value).map(drop)
                })?;
            }
            if !self.authorities.is_empty() {
                members.put(3, |encoder| self.authorities.encode_array(encoder))?;
            }
            members.bytes(4, self.flags.map(<[u8; 8]>::as_slice))?;
            match self.measurement {
                Measurement::Raw(value) => Ok(members.bytes(5, Some(value))?),
                Measurement::Digest { .. } => Ok(()),
            }
        })
    }
}

/// `component-id`
fn component_id<'b>(cursor: &mut Cursor<'b>) -> Result<(&'b str, Option<Version<'b>>), Error> {
    let here = *cursor;
    let mut items = cursor.array()?;
    if !items.next(cursor)? {
        return Err(here.error(Cose::Length).into());
    }
    let name = cursor.text()?;
    let version = match items.next(cursor)? {
        true => Some(Version::read(cursor, labels::MEASUREMENTS)?),
        false => None,
    };
    match version.is_some() && items.next(cursor)? {
        true => Err(here.error(Cose::Length).into()),
        false => Ok((name, version)),
    }
}

impl<'b> Codec<'b> for &'b [u8] {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        Ok(cursor.byte_string().map(Raw::bytes)?)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        Ok(encoder.bytes(self).map(drop)?)
    }
}

#[cfg(test)]
mod tests;
