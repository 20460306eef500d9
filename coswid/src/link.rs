//! `link-entry`: how the tag relates to another tag or resource (RFC 9393, section 2.7).

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::error::{Error, ErrorKind};
use crate::iana::{Ownership, Rel, Use};
use crate::labels;
use crate::map::{self, Codec, Extensions};

/// `link-entry`: a relation to another tag or resource.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Link<'b> {
    /// `media`: a W3C media query for the platform that the link is for.
    pub media: Option<&'b str>,
    /// `artifact`: absolute path of the installer, with rel "installationmedia".
    pub artifact: Option<&'b str>,
    /// `href`: a URI reference, also `swid:` and a tag-id.
    pub href: &'b str,
    /// `ownership`
    pub ownership: Option<Ownership<'b>>,
    /// `rel`: what the target is to this tag.
    pub rel: Rel<'b>,
    /// `media-type`: a hint of what the target is.
    pub media_type: Option<&'b str>,
    /// `use`
    pub usage: Option<Use<'b>>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

const KNOWN: &[i64] = &[
    labels::MEDIA,
    labels::LANG,
    labels::ARTIFACT,
    labels::HREF,
    labels::OWNERSHIP,
    labels::REL,
    labels::MEDIA_TYPE,
    labels::USE,
];

impl<'b> Link<'b> {
    /// A link to `href`.
    #[must_use]
    pub fn new(rel: Rel<'b>, href: &'b str) -> Self {
        Self {
            media: None,
            artifact: None,
            href,
            ownership: None,
            rel,
            media_type: None,
            usage: None,
            lang: None,
            extensions: Extensions::NONE,
        }
    }
}

impl<'b> Codec<'b> for Link<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let here = cursor.offset();
        let mut link = Self::new(Rel::SeeAlso, "");
        let (mut rel, mut href) = (None, None);
        link.extensions = map::read(cursor, KNOWN, |label, cursor| {
            match label {
                labels::MEDIA => link.media = Some(cursor.text()?),
                labels::LANG => link.lang = Some(cursor.text()?),
                labels::ARTIFACT => link.artifact = Some(cursor.text()?),
                labels::HREF => href = Some(cursor.text()?),
                labels::OWNERSHIP => {
                    link.ownership = Some(map::label(cursor, &Ownership::RANGE)?.into());
                }
                labels::REL => rel = Some(Rel::from(map::label(cursor, &Rel::RANGE)?)),
                labels::MEDIA_TYPE => link.media_type = Some(cursor.text()?),
                _ => link.usage = Some(map::label(cursor, &Use::RANGE)?.into()),
            }
            Ok(())
        })?;
        let missing = |label| Error::new(ErrorKind::Missing(label), here);
        link.href = href.ok_or(missing(labels::HREF))?;
        link.rel = rel.ok_or(missing(labels::REL))?;
        Ok(link)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::MEDIA, self.media)?;
            members.text(labels::LANG, self.lang)?;
            members.text(labels::ARTIFACT, self.artifact)?;
            members.text(labels::HREF, Some(self.href))?;
            let ownership = self.ownership.map(Into::into);
            map::put_label(members, labels::OWNERSHIP, ownership, &Ownership::RANGE)?;
            map::put_label(members, labels::REL, Some(self.rel.into()), &Rel::RANGE)?;
            members.text(labels::MEDIA_TYPE, self.media_type)?;
            map::put_label(members, labels::USE, self.usage.map(Into::into), &Use::RANGE)
        })
    }
}
