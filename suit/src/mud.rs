//! SUIT_MUD_container: where the MUD file of this software is and who signs it (draft-ietf-suit-mud).

use hexad_cose_core::cbor::{Cursor, Entries};
use hexad_cose_core::{ErrorKind as Cbor, Label};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::labels::{mud as label, tag};
use crate::parameter::text_key;
use crate::read;

/// The content of `suit-manifest-mud`.
#[derive(Clone, Copy, Debug)]
pub struct ManifestMud<'b> {
    url: &'b str,
    ski: Digest<'b>,
}

impl<'b> ManifestMud<'b> {
    /// Reads the container that is all of what `cursor` holds.
    pub(crate) fn parse(mut cursor: Cursor<'b>) -> Result<Self, Error> {
        let start = cursor.offset();
        let (mut url, mut ski) = (None, None);
        let mut entries = Entries::enter(&mut cursor)?;
        loop {
            let at = cursor.offset();
            match entries.next(&mut cursor)? {
                None => break,
                Some(Label::Integer(label::URL)) => {
                    if !cursor.optional_tag(tag::URI)? {
                        return Err(cursor.error(Cbor::UnexpectedTag).into());
                    }
                    url = Some(cursor.text()?);
                }
                Some(Label::Integer(label::SKI)) => {
                    ski = Some(read::at(&mut cursor, Digest::take)?);
                }
                Some(Label::Integer(key)) => {
                    return Err(Error::new(ErrorKind::UnexpectedElement(key), at));
                }
                Some(Label::Text(_)) => return Err(text_key(at)),
            }
        }
        cursor.finish()?;
        let missing = |label| Error::new(ErrorKind::MissingElement(label), start);
        Ok(Self { url: url.ok_or(missing(label::URL))?, ski: ski.ok_or(missing(label::SKI))? })
    }

    /// suit-mud-url: where the MUD file is.
    #[must_use]
    pub const fn url(self) -> &'b str {
        self.url
    }

    /// suit-mud-ski: the COSE Key Thumbprint (RFC 9679) of the key that signs the MUD file.
    #[must_use]
    pub const fn ski(self) -> Digest<'b> {
        self.ski
    }
}
