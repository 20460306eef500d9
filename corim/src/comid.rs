//! `concise-mid-tag`: what a maker says of modules.

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::error::{Error, ErrorKind};
use crate::map::{self, Codec, Extensions, List};
use crate::triples::Triples;
use crate::values::{Entity, Id};

/// A CoMID: parsed from its encoding as a view, or filled in to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comid<'b> {
    /// `language`: a language tag of the text in it.
    pub language: Option<&'b str>,
    /// `tag-identity`
    pub tag_identity: TagIdentity<'b>,
    /// `entities`
    pub entities: List<'b, Entity<'b>>,
    /// `linked-tags`
    pub linked_tags: List<'b, LinkedTag<'b>>,
    /// `triples`
    pub triples: Triples<'b>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Comid<'b> {
    /// A CoMID of these triples.
    #[must_use]
    pub const fn new(tag_id: Id<'b>, triples: Triples<'b>) -> Self {
        Self {
            language: None,
            tag_identity: TagIdentity { tag_id, tag_version: None },
            entities: List::NONE,
            linked_tags: List::NONE,
            triples,
            extensions: Extensions::NONE,
        }
    }

    /// Reads one CoMID, without tag, that is all of `bytes`.
    ///
    /// # Errors
    /// `Cbor`; `Missing` and `Empty` at a map or list; `Choice`, `Size`, `DigestLength`, `Mask` and
    /// `Order` at a value.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let comid = <Self as Codec<'_>>::parse(&mut cursor)?;
        cursor.finish()?;
        Ok(comid)
    }

    /// Writes it without tag into `buffer`, in deterministic encoding; what was written.
    ///
    /// # Errors
    /// `Cbor` with `BufferTooSmall`, and the rules that [`parse`](Self::parse) checks.
    pub fn encode<'w>(&self, buffer: &'w mut [u8]) -> Result<&'w [u8], Error> {
        let mut encoder = Encoder::new(buffer);
        Codec::encode(self, &mut encoder)?;
        Ok(encoder.finish())
    }
}

impl<'b> Codec<'b> for Comid<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let mut comid = Self::new(Id::Text(""), Triples::default());
        let (mut identity, mut triples) = (None, None);
        comid.extensions = map::read(cursor, &[0, 1, 2, 3, 4], |label, cursor| {
            match label {
                0 => comid.language = Some(cursor.text()?),
                1 => identity = Some(TagIdentity::parse(cursor)?),
                2 => comid.entities = List::parse(cursor)?,
                3 => comid.linked_tags = List::parse(cursor)?,
                _ => triples = Some(Triples::parse(cursor)?),
            }
            Ok(())
        })?;
        comid.tag_identity = identity.ok_or(Error::new(ErrorKind::Missing(1), here))?;
        comid.triples = triples.ok_or(Error::new(ErrorKind::Missing(4), here))?;
        Ok(comid)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(0, self.language)?;
            members.value(1, Some(&self.tag_identity))?;
            members.list(2, &self.entities)?;
            members.list(3, &self.linked_tags)?;
            members.value(4, Some(&self.triples))
        })
    }
}

/// `tag-identity-map`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TagIdentity<'b> {
    /// `tag-id`
    pub tag_id: Id<'b>,
    /// `tag-version`: absent means 0.
    pub tag_version: Option<u64>,
}

impl<'b> Codec<'b> for TagIdentity<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let (mut tag_id, mut tag_version) = (None, None);
        let others = map::read(cursor, &[0, 1], |label, cursor| {
            match label {
                0 => tag_id = Some(Id::parse(cursor)?),
                _ => tag_version = Some(cursor.unsigned()?),
            }
            Ok(())
        })?;
        others.require_none(here)?;
        let tag_id = tag_id.ok_or(Error::new(ErrorKind::Missing(0), here))?;
        Ok(Self { tag_id, tag_version })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, Some(&self.tag_id))?;
            members.unsigned(1, self.tag_version)
        })
    }
}

/// `linked-tag-map`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkedTag<'b> {
    /// `linked-tag-id`
    pub linked_tag_id: Id<'b>,
    /// `tag-rel`
    pub tag_rel: TagRel,
}

/// `tag-rel-type-choice`: what this tag does with the linked one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagRel {
    /// 0: adds to it.
    Supplements,
    /// 1: stands in its place.
    Replaces,
    /// Another number, of a profile.
    Other(i64),
}

impl<'b> Codec<'b> for LinkedTag<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let (mut linked_tag_id, mut tag_rel) = (None, None);
        let others = map::read(cursor, &[0, 1], |label, cursor| {
            match label {
                0 => linked_tag_id = Some(Id::parse(cursor)?),
                _ => {
                    tag_rel = Some(match cursor.integer()? {
                        0 => TagRel::Supplements,
                        1 => TagRel::Replaces,
                        other => TagRel::Other(other),
                    });
                }
            }
            Ok(())
        })?;
        others.require_none(here)?;
        let missing = |label| Error::new(ErrorKind::Missing(label), here);
        let linked_tag_id = linked_tag_id.ok_or(missing(0))?;
        Ok(Self { linked_tag_id, tag_rel: tag_rel.ok_or(missing(1))? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let rel = match self.tag_rel {
            TagRel::Supplements => 0,
            TagRel::Replaces => 1,
            TagRel::Other(other) => other,
        };
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, Some(&self.linked_tag_id))?;
            members.integer(1, Some(rel))
        })
    }
}
