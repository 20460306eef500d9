//! `entity-entry`: an organisation and what it has to do with the tag (RFC 9393, section 2.6).

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::error::{Error, ErrorKind};
use crate::hash::HashEntry;
use crate::iana::Role;
use crate::labels;
use crate::map::{self, Codec, Extensions, OneOrMore};

impl<'b> Codec<'b> for Role<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        map::label(cursor, &Self::RANGE).map(Self::from)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write_label(encoder, (*self).into(), &Self::RANGE)
    }
}

/// `entity-entry`: an organisation and its roles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Entity<'b> {
    /// `entity-name`: the organisation's name.
    pub entity_name: &'b str,
    /// `reg-id`: a URI that identifies the organisation within a scope; not to be dereferenced.
    pub reg_id: Option<&'b str>,
    /// `role`: one or more.
    pub role: OneOrMore<'b, Role<'b>>,
    /// `thumbprint`: hash of the signing entity's certificate.
    pub thumbprint: Option<HashEntry<'b>>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

const KNOWN: &[i64] =
    &[labels::LANG, labels::ENTITY_NAME, labels::REG_ID, labels::ROLE, labels::THUMBPRINT];

impl<'b> Entity<'b> {
    /// An entity with this name and these roles.
    #[must_use]
    pub fn new(entity_name: &'b str, role: &'b [Role<'b>]) -> Self {
        Self { entity_name, role: role.into(), ..Self::default() }
    }

    /// The same with a `reg-id`, a URI.
    #[must_use]
    pub fn reg_id(self, reg_id: &'b str) -> Self {
        Self { reg_id: Some(reg_id), ..self }
    }

    /// Whether it has this role.
    #[must_use]
    pub fn has_role(&self, role: Role<'_>) -> bool {
        self.role.iter().any(|one| one == role)
    }
}

impl<'b> Codec<'b> for Entity<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let here = cursor.offset();
        let mut entity = Self::default();
        let mut entity_name = None;
        entity.extensions = map::read(cursor, KNOWN, |label, cursor| {
            match label {
                labels::LANG => entity.lang = Some(cursor.text()?),
                labels::ENTITY_NAME => entity_name = Some(cursor.text()?),
                labels::REG_ID => entity.reg_id = Some(cursor.text()?),
                labels::ROLE => entity.role = OneOrMore::parse(cursor, 0)?,
                _ => entity.thumbprint = Some(HashEntry::parse(cursor)?),
            }
            Ok(())
        })?;
        let missing = |label| Error::new(ErrorKind::Missing(label), here);
        entity.entity_name = entity_name.ok_or(missing(labels::ENTITY_NAME))?;
        if entity.role.is_empty() {
            return Err(missing(labels::ROLE));
        }
        Ok(entity)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if self.role.is_empty() {
            return Err(Error::new(ErrorKind::Missing(labels::ROLE), 0));
        }
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::LANG, self.lang)?;
            members.text(labels::ENTITY_NAME, Some(self.entity_name))?;
            members.text(labels::REG_ID, self.reg_id)?;
            map::put_entries(members, labels::ROLE, &self.role)?;
            match self.thumbprint {
                None => Ok(()),
                Some(hash) => members.put(labels::THUMBPRINT, |encoder| hash.encode(encoder)),
            }
        })
    }
}
