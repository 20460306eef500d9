//! What several parts of a manifest share: identifiers, digests, entities, times, URIs.

use hexad_cose_core::cbor::{Cursor, Encoder, Type};

use crate::error::{Error, ErrorKind};
use crate::map::{self, Codec, Extensions, List};

/// Text or a UUID: `corim-id-type-choice` and `tag-id-type-choice`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Id<'b> {
    /// Text.
    Text(&'b str),
    /// A UUID (RFC 9562).
    Uuid([u8; 16]),
}

impl<'b> Codec<'b> for Id<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        if cursor.peek()? == Type::Text {
            return Ok(Self::Text(cursor.text()?));
        }
        sized(cursor).map(Self::Uuid)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Text(text) => encoder.text(text)?,
            Self::Uuid(uuid) => encoder.bytes(uuid)?,
        };
        Ok(())
    }
}

/// Takes a byte string of `N` bytes.
pub(crate) fn sized<const N: usize>(cursor: &mut Cursor<'_>) -> Result<[u8; N], Error> {
    let here = cursor.offset();
    cursor.bytes()?.try_into().map_err(|_| Error::new(ErrorKind::Size, here))
}

/// A digest and its algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest<'b> {
    /// The algorithm: a number or a name of the Named Information Hash Algorithm registry (RFC 6920).
    pub alg: Algorithm<'b>,
    /// The value, of the algorithm's length where that is known.
    pub value: &'b [u8],
}

/// How a digest names its algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm<'b> {
    /// A number of the registry.
    Number(i64),
    /// A name of the registry.
    Name(&'b str),
}

impl<'b> Digest<'b> {
    /// A SHA-256 digest.
    #[must_use]
    pub const fn sha_256(value: &'b [u8; 32]) -> Self {
        Self { alg: Algorithm::Number(1), value }
    }

    fn check(&self, offset: usize) -> Result<(), Error> {
        let length = match self.alg {
            Algorithm::Number(1 | 10) | Algorithm::Name("sha-256" | "sha3-256") => 32,
            Algorithm::Number(7 | 11) | Algorithm::Name("sha-384" | "sha3-384") => 48,
            Algorithm::Number(8 | 12) | Algorithm::Name("sha-512" | "sha3-512") => 64,
            _ => return Ok(()),
        };
        if self.value.len() == length {
            return Ok(());
        }
        Err(Error::new(ErrorKind::DigestLength, offset))
    }
}

impl<'b> Codec<'b> for Digest<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let alg = match cursor.peek()? {
            Type::Text => Algorithm::Name(cursor.text()?),
            _ => Algorithm::Number(cursor.integer()?),
        };
        let here = cursor.offset();
        let digest = Self { alg, value: cursor.bytes()? };
        digest.check(here)?;
        Ok(digest)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(0)?;
        encoder.array(2)?;
        match self.alg {
            Algorithm::Number(number) => encoder.integer(number)?,
            Algorithm::Name(name) => encoder.text(name)?,
        };
        encoder.bytes(self.value)?;
        Ok(())
    }
}

/// `entity-map`: an organisation and its roles, numbers whose meaning depends on what it stands in. In a
/// CoRIM 1 is the manifest's creator and 2 its signer, in a CoMID 0 is the tag's creator, 1 the creator
/// and 2 the maintainer of the module.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Entity<'b> {
    /// `entity-name`
    pub entity_name: &'b str,
    /// `reg-id`: a URI that identifies the organisation.
    pub reg_id: Option<&'b str>,
    /// `role`: one or more.
    pub role: List<'b, i64>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Entity<'b> {
    /// An organisation with these roles.
    #[must_use]
    pub fn new(entity_name: &'b str, role: &'b [i64]) -> Self {
        Self { entity_name, role: role.into(), ..Self::default() }
    }
}

impl<'b> Codec<'b> for Entity<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let mut entity = Self::default();
        let mut name = None;
        entity.extensions = map::read(cursor, &[0, 1, 2], |label, cursor| {
            match label {
                0 => name = Some(cursor.text()?),
                1 => entity.reg_id = Some(uri(cursor)?),
                _ => entity.role = List::parse(cursor)?,
            }
            Ok(())
        })?;
        entity.entity_name = name.ok_or(Error::new(ErrorKind::Missing(0), here))?;
        if entity.role.is_empty() {
            return Err(Error::new(ErrorKind::Missing(2), here));
        }
        Ok(entity)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(0, Some(self.entity_name))?;
            if let Some(reg_id) = self.reg_id {
                members.put(1, |encoder| write_uri(encoder, reg_id))?;
            }
            members.value(2, Some(&self.role))
        })
    }
}

/// `validity-map`: from when to when, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Validity {
    /// `not-before`
    pub not_before: Option<i64>,
    /// `not-after`
    pub not_after: i64,
}

impl Validity {
    /// Whether `time`, in seconds since 1970, lies in it.
    #[must_use]
    pub fn contains(&self, time: i64) -> bool {
        time <= self.not_after && self.not_before.is_none_or(|start| start <= time)
    }

    fn check(&self, offset: usize) -> Result<(), Error> {
        match self.not_before {
            Some(start) if start > self.not_after => Err(Error::new(ErrorKind::Order, offset)),
            _ => Ok(()),
        }
    }
}

impl<'b> Codec<'b> for Validity {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let (mut not_before, mut not_after) = (None, None);
        let others = map::read(cursor, &[0, 1], |label, cursor| {
            let time = if label == 0 { &mut not_before } else { &mut not_after };
            *time = Some(seconds(cursor)?);
            Ok(())
        })?;
        others.require_none(here)?;
        let not_after = not_after.ok_or(Error::new(ErrorKind::Missing(1), here))?;
        let validity = Self { not_before, not_after };
        validity.check(here)?;
        Ok(validity)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(0)?;
        map::write(encoder, &Extensions::NONE, |members| {
            if let Some(time) = self.not_before {
                members.put(0, |encoder| Ok(encoder.tag(1)?.integer(time).map(drop)?))?;
            }
            members.put(1, |encoder| Ok(encoder.tag(1)?.integer(self.not_after).map(drop)?))
        })
    }
}

/// A time in whole seconds behind tag 1.
fn seconds(cursor: &mut Cursor<'_>) -> Result<i64, Error> {
    let here = cursor.offset();
    if cursor.tag()? == 1 {
        return Ok(cursor.integer()?);
    }
    Err(Error::new(ErrorKind::Choice, here))
}

/// A URI behind tag 32; without the tag it is taken, too, as tools in use write it.
pub(crate) fn uri<'b>(cursor: &mut Cursor<'b>) -> Result<&'b str, Error> {
    cursor.optional_tag(32)?;
    Ok(cursor.text()?)
}

pub(crate) fn write_uri(encoder: &mut Encoder<'_>, uri: &str) -> Result<(), Error> {
    encoder.tag(32)?.text(uri)?;
    Ok(())
}
