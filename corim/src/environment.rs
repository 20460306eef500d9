//! `environment-map`: what a claim is about, by its class, as one instance, or as a group.

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::error::{Error, ErrorKind};
use crate::key::CryptoKey;
use crate::map::{self, Codec, Extensions, non_empty};
use crate::values::sized;

/// `environment-map`: one member at least.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Environment<'b> {
    /// `class`
    pub class: Option<Class<'b>>,
    /// `instance`
    pub instance: Option<Instance<'b>>,
    /// `group`
    pub group: Option<Group<'b>>,
}

impl<'b> Environment<'b> {
    /// All of a class.
    #[must_use]
    pub const fn of_class(class: Class<'b>) -> Self {
        Self { class: Some(class), instance: None, group: None }
    }
}

impl<'b> Codec<'b> for Environment<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut environment = Self::default();
        let others = map::read(cursor, &[0, 1, 2], |label, cursor| {
            match label {
                0 => environment.class = Some(Class::parse(cursor)?),
                1 => environment.instance = Some(Instance::parse(cursor)?),
                _ => environment.group = Some(Group::parse(cursor)?),
            }
            Ok(())
        })?;
        others.require_none(here.offset())?;
        non_empty(here)?;
        Ok(environment)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if *self == Self::default() {
            return Err(Error::new(ErrorKind::Empty, 0));
        }
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, self.class.as_ref())?;
            members.value(1, self.instance.as_ref())?;
            members.value(2, self.group.as_ref())
        })
    }
}

/// `class-map`: one member at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Class<'b> {
    /// `class-id`
    pub class_id: Option<ClassId<'b>>,
    /// `vendor`
    pub vendor: Option<&'b str>,
    /// `model`
    pub model: Option<&'b str>,
    /// `layer`
    pub layer: Option<u64>,
    /// `index`
    pub index: Option<u64>,
}

impl<'b> Codec<'b> for Class<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut class = Self::default();
        let others = map::read(cursor, &[0, 1, 2, 3, 4], |label, cursor| {
            match label {
                0 => class.class_id = Some(ClassId::parse(cursor)?),
                1 => class.vendor = Some(cursor.text()?),
                2 => class.model = Some(cursor.text()?),
                3 => class.layer = Some(cursor.unsigned()?),
                _ => class.index = Some(cursor.unsigned()?),
            }
            Ok(())
        })?;
        others.require_none(here.offset())?;
        non_empty(here)?;
        Ok(class)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if *self == Self::default() {
            return Err(Error::new(ErrorKind::Empty, 0));
        }
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, self.class_id.as_ref())?;
            members.text(1, self.vendor)?;
            members.text(2, self.model)?;
            members.unsigned(3, self.layer)?;
            members.unsigned(4, self.index)
        })
    }
}

/// `class-id-type-choice`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClassId<'b> {
    /// The content of an object identifier in DER, tag 111 (RFC 9090).
    Oid(&'b [u8]),
    /// A UUID, tag 37.
    Uuid([u8; 16]),
    /// Bytes that are opaque here, tag 560; an implementation ID of PSA is such.
    Bytes(&'b [u8]),
    /// A choice that a profile adds: the tag, and the encoded item behind it.
    Other(u64, &'b [u8]),
}

impl<'b> Codec<'b> for ClassId<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(match cursor.tag()? {
            37 => Self::Uuid(sized(cursor)?),
            111 => Self::Oid(cursor.bytes()?),
            560 => Self::Bytes(cursor.bytes()?),
            other => Self::Other(other, cursor.item()?.bytes()),
        })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Oid(oid) => encoder.tag(111)?.bytes(oid)?,
            Self::Uuid(uuid) => encoder.tag(37)?.bytes(uuid)?,
            Self::Bytes(bytes) => encoder.tag(560)?.bytes(bytes)?,
            Self::Other(tag, item) => encoder.tag(*tag)?.raw(map::one_item(item)?)?,
        };
        Ok(())
    }
}

/// `instance-id-type-choice`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instance<'b> {
    /// A UEID of 7 to 33 bytes, tag 550 (RFC 9711, section 4.2.1).
    Ueid(&'b [u8]),
    /// A UUID, tag 37.
    Uuid([u8; 16]),
    /// A key, a certificate, the digest of one, or opaque bytes.
    Key(CryptoKey<'b>),
}

/// Whether a UEID is of a size that it may have.
pub(crate) fn check_ueid(ueid: &[u8], offset: usize) -> Result<(), Error> {
    if (7..=33).contains(&ueid.len()) { Ok(()) } else { Err(Error::new(ErrorKind::Size, offset)) }
}

impl<'b> Codec<'b> for Instance<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let mut inside = *cursor;
        match inside.tag()? {
            37 => {
                *cursor = inside;
                sized(cursor).map(Self::Uuid)
            }
            550 => {
                *cursor = inside;
                let ueid = cursor.bytes()?;
                check_ueid(ueid, here)?;
                Ok(Self::Ueid(ueid))
            }
            _ => CryptoKey::parse(cursor).map(Self::Key),
        }
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Ueid(ueid) => {
                check_ueid(ueid, 0)?;
                encoder.tag(550)?.bytes(ueid)?;
            }
            Self::Uuid(uuid) => {
                encoder.tag(37)?.bytes(uuid)?;
            }
            Self::Key(key) => key.encode(encoder)?,
        }
        Ok(())
    }
}

/// `group-id-type-choice`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group<'b> {
    /// A UUID, tag 37.
    Uuid([u8; 16]),
    /// Bytes that are opaque here, tag 560.
    Bytes(&'b [u8]),
}

impl<'b> Codec<'b> for Group<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        match cursor.tag()? {
            37 => sized(cursor).map(Self::Uuid),
            560 => Ok(Self::Bytes(cursor.bytes()?)),
            _ => Err(Error::new(ErrorKind::Choice, here)),
        }
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Uuid(uuid) => encoder.tag(37)?.bytes(uuid)?,
            Self::Bytes(bytes) => encoder.tag(560)?.bytes(bytes)?,
        };
        Ok(())
    }
}
