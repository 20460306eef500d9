//! What all messages begin with: a tag, two header buckets and a content.

use crate::cbor::{Cursor, Raw};
use crate::error::{Error, ErrorKind};
use crate::expect::Expect;
use crate::header::Headers;

/// The start of a message: header parameters and payload or ciphertext.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'b> {
    pub headers: Headers<'b>,
    /// None when it is carried elsewhere.
    pub content: Option<Raw<'b>>,
}

impl<'b> Body<'b> {
    /// Reads the start of an array of `length` at `cursor`, behind `tag` or without a tag.
    #[inline(never)]
    pub fn parse(cursor: &mut Cursor<'b>, tag: u64, length: u8) -> Result<Self, Error> {
        cursor.optional_tag(tag)?;
        cursor.array_of(length)?;
        let headers = Headers::hot_parse(cursor)?;
        let content = optional_bytes(cursor)?;
        Ok(Self { headers, content })
    }

    /// The same, inlined, for a `tag` and a `length` below 24.
    #[inline(always)]
    pub fn hot_parse(cursor: &mut Cursor<'b>, tag: u8, length: u8) -> Result<Self, Error> {
        cursor.hot_optional_tag(tag)?;
        cursor.hot_array_of(length)?;
        let headers = Headers::hot_parse(cursor)?;
        let content = if cursor.take_null() { None } else { Some(cursor.hot_byte_string()?) };
        Ok(Self { headers, content })
    }

    /// The content that was authenticated, by whoever has it: the message, or the caller.
    pub fn expected_content<'c>(&self, expect: &Expect<'c>) -> Result<&'c [u8], Error>
    where
        'b: 'c,
    {
        match (self.content, expect.payload) {
            (Some(embedded), None) => Ok(embedded.bytes()),
            (None, Some(detached)) => Ok(detached),
            _ => Err(self.content_error()),
        }
    }

    /// That the content is missing, or there twice.
    pub fn content_error(&self) -> Error {
        self.content.unwrap_or(self.headers.unprotected()).error(ErrorKind::Payload)
    }
}

/// A byte string, or null in its place.
#[inline(never)]
pub(super) fn optional_bytes<'b>(cursor: &mut Cursor<'b>) -> Result<Option<Raw<'b>>, Error> {
    if cursor.take_null() { Ok(None) } else { cursor.byte_string().map(Some) }
}
