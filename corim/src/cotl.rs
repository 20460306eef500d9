//! `concise-tl-tag`: which tags are to be used together, and when.

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::comid::TagIdentity;
use crate::error::{Error, ErrorKind};
use crate::map::{self, Codec, Extensions, List};
use crate::values::Validity;

/// A CoTL: parsed from its encoding as a view, or filled in to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cotl<'b> {
    /// `tag-identity`
    pub tag_identity: TagIdentity<'b>,
    /// `tags-list`: one or more.
    pub tags_list: List<'b, TagIdentity<'b>>,
    /// `tl-validity`
    pub tl_validity: Validity,
}

impl<'b> Cotl<'b> {
    /// Reads one CoTL, without tag, that is all of `bytes`.
    ///
    /// # Errors
    /// `Cbor`; `Missing`, `Empty`, `Size` and `Order`.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let cotl = <Self as Codec<'_>>::parse(&mut cursor)?;
        cursor.finish()?;
        Ok(cotl)
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

impl<'b> Codec<'b> for Cotl<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let (mut identity, mut tags, mut validity) = (None, None, None);
        let others = map::read(cursor, &[0, 1, 2], |label, cursor| {
            match label {
                0 => identity = Some(TagIdentity::parse(cursor)?),
                1 => tags = Some(List::parse(cursor)?),
                _ => validity = Some(Validity::parse(cursor)?),
            }
            Ok(())
        })?;
        others.require_none(here)?;
        let missing = |label| Error::new(ErrorKind::Missing(label), here);
        Ok(Self {
            tag_identity: identity.ok_or(missing(0))?,
            tags_list: tags.ok_or(missing(1))?,
            tl_validity: validity.ok_or(missing(2))?,
        })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, Some(&self.tag_identity))?;
            members.value(1, Some(&self.tags_list))?;
            members.value(2, Some(&self.tl_validity))
        })
    }
}
