//! Conceptual message wrapper (draft-ietf-rats-msg-wrap): evidence, endorsements, results and the like
//! with the type of each, alone or collected.

use hexad_cose_core::cbor::{Cursor, Encoder, Raw, Type};
use hexad_cose_core::{ErrorKind as Cose, Label};

use crate::error::{Error, ErrorKind};
use crate::list::{Codec, List};
use crate::submods::MAX_SUBMODULE_DEPTH;

/// The type of a wrapped message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentType<'b> {
    /// A CoAP content format.
    Format(u16),
    /// A media type.
    Media(&'b str),
}

/// What a message may be for, as bits of an indicator.
pub mod indicator {
    /// Reference values.
    pub const REFERENCE_VALUES: u32 = 1;
    /// Endorsements.
    pub const ENDORSEMENTS: u32 = 1 << 1;
    /// Evidence.
    pub const EVIDENCE: u32 = 1 << 2;
    /// Attestation results.
    pub const ATTESTATION_RESULTS: u32 = 1 << 3;
    /// Appraisal policy.
    pub const APPRAISAL_POLICY: u32 = 1 << 4;
    /// All that are defined.
    pub const ALL: u32 = (1 << 5) - 1;
}

/// A wrapped message, or a collection of them; nothing in it is proven.
///
/// ```
/// use hexad_cose_core::cbor::Encoder;
/// use hexad_eat::cmw::{Cmw, ContentType, indicator};
///
/// let token = [0xd2, 0x80];
/// let wrapped = Cmw::Record {
///     content_type: ContentType::Format(263),
///     value: &token,
///     indicator: Some(indicator::EVIDENCE),
/// };
/// let mut buffer = [0; 16];
/// let mut encoder = Encoder::new(&mut buffer);
/// wrapped.encode(&mut encoder)?;
/// assert_eq!(Cmw::parse(encoder.as_bytes())?, wrapped);
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cmw<'b> {
    /// A message with its type.
    Record {
        /// Its type.
        content_type: ContentType<'b>,
        /// The message.
        value: &'b [u8],
        /// What it may be for: bits of [`indicator`].
        indicator: Option<u32>,
    },
    /// A message with a CBOR tag for its type.
    Tagged {
        /// The tag; for that of a content format see [`Cmw::content_format`].
        tag: u64,
        /// The message.
        value: &'b [u8],
    },
    /// Several, each under a label.
    Collection(Collection<'b>),
}

/// Wrapped messages by their labels, and what they are together.
#[derive(Clone, Copy, Debug)]
pub struct Collection<'b> {
    /// `__cmwc_t`: a URI or an OID.
    collection_type: Option<&'b str>,
    /// One or more; of what was read, the type among them.
    entries: List<'b, Entry<'b>>,
}

/// The order of the entries does not count.
impl PartialEq for Collection<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.collection_type == other.collection_type
            && self.iter().count() == other.iter().count()
            && self.iter().all(|(label, cmw)| other.get(label) == Some(cmw))
    }
}

/// An entry of a collection: a view of it, or one that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'b> {
    /// Tells it from the others.
    pub label: Label<'b>,
    source: Source<'b>,
}

#[derive(Clone, Copy, Debug)]
enum Source<'b> {
    /// Validated.
    Encoded(Raw<'b>),
    Given(&'b Cmw<'b>),
}

const TYPE: &str = "__cmwc_t";

/// The tag of content format 0, and how many of them follow one another without a gap (RFC 9277, 4.3).
const FIRST_TAG: u64 = 1_668_546_817;
const RUN: u64 = 255;

impl<'b> Entry<'b> {
    /// An entry.
    #[must_use]
    pub fn new(label: impl Into<Label<'b>>, cmw: &'b Cmw<'b>) -> Self {
        Self { label: label.into(), source: Source::Given(cmw) }
    }

    /// What is wrapped.
    #[must_use]
    pub fn cmw(&self) -> Cmw<'b> {
        match self.source {
            Source::Given(cmw) => *cmw,
            // Validated when the collection was parsed, so this can't fail.
            Source::Encoded(raw) => {
                Cmw::parse_at(&mut raw.cursor(), 0).unwrap_or(Cmw::Tagged { tag: 0, value: &[] })
            }
        }
    }
}

impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label && self.cmw() == other.cmw()
    }
}

impl<'b> Codec<'b> for Entry<'b> {
    fn parse(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let label = Label::parse(cursor)?;
        let here = *cursor;
        if label == Label::Text(TYPE) {
            cursor.text()?;
        } else {
            Cmw::parse_at(cursor, depth)?;
        }
        Ok(Self { label, source: Source::Encoded(here.rest().until(cursor)) })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.label {
            Label::Integer(number) => encoder.integer(number)?,
            Label::Text(text) => encoder.text(text)?,
        };
        match self.source {
            Source::Given(cmw) => cmw.encode(encoder),
            Source::Encoded(raw) => Ok(encoder.raw(raw.bytes()).map(drop)?),
        }
    }

    fn key(&self) -> Label<'b> {
        self.label
    }
}

impl<'b> Cmw<'b> {
    /// Reads one wrapper that is all of `bytes`.
    ///
    /// # Errors
    /// `Cose` for what is malformed, of the wrong type, empty, with a label twice, nested more than
    /// [`MAX_SUBMODULE_DEPTH`] collections deep, or left over; `Cose` with `InvalidValue` for an indicator
    /// with other bits, or a media type without a slash.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let cmw = Self::parse_at(&mut cursor, 0)?;
        cursor.finish()?;
        Ok(cmw)
    }

    fn parse_at(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        match cursor.peek()? {
            Type::Tag => Ok(Self::Tagged { tag: cursor.tag()?, value: cursor.bytes()? }),
            Type::Map => {
                let depth = depth.saturating_add(1);
                if depth > MAX_SUBMODULE_DEPTH {
                    return Err(cursor.error(Cose::TooDeep).into());
                }
                Collection::parse_at(cursor, depth).map(Self::Collection)
            }
            _ => Self::parse_record(cursor),
        }
    }

    fn parse_record(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let length = cursor.error(Cose::Length);
        let mut items = cursor.array()?;
        let (mut content_type, mut value, mut indicator) = (None, None, None);
        while items.next(cursor)? {
            let wrong = cursor.error(Cose::InvalidValue);
            match (content_type, value, indicator) {
                (None, ..) if cursor.peek()? == Type::Text => {
                    let name = cursor.text()?;
                    if !is_media_type(name) {
                        return Err(wrong.into());
                    }
                    content_type = Some(ContentType::Media(name));
                }
                (None, ..) => content_type = Some(ContentType::Format(cursor.unsigned_as()?)),
                (_, None, _) => value = Some(cursor.bytes()?),
                (.., None) => {
                    let bits: u32 = cursor.unsigned_as()?;
                    if bits & !indicator::ALL != 0 {
                        return Err(wrong.into());
                    }
                    indicator = Some(bits);
                }
                _ => return Err(length.into()),
            }
        }
        let content_type = content_type.ok_or(length)?;
        Ok(Self::Record { content_type, value: value.ok_or(length)?, indicator })
    }

    /// The content format that a record or a tag says (RFC 9277, 4.3).
    ///
    /// ```
    /// use hexad_eat::cmw::Cmw;
    ///
    /// let tag = Cmw::tag_of(30001).unwrap();
    /// assert_eq!(Cmw::Tagged { tag, value: &[] }.content_format(), Some(30001));
    /// ```
    #[must_use]
    pub fn content_format(&self) -> Option<u16> {
        match self {
            Self::Record { content_type: ContentType::Format(number), .. } => Some(*number),
            Self::Tagged { tag, .. } => {
                let distance = tag.checked_sub(FIRST_TAG)?;
                let (run, rest) = (distance / (RUN + 1), distance % (RUN + 1));
                let number = run.checked_mul(RUN)?.checked_add(rest)?;
                let number = u16::try_from(number).ok()?;
                (rest < RUN && number <= MAX_TAGGED_FORMAT).then_some(number)
            }
            _ => None,
        }
    }

    /// The tag that stands for a content format; `None` above 65024, for which there is none (RFC 9277,
    /// 4.3).
    #[must_use]
    pub const fn tag_of(content_format: u16) -> Option<u64> {
        if content_format > MAX_TAGGED_FORMAT {
            return None;
        }
        let [low, high, ..] = content_format.to_le_bytes();
        let number = (high as u64) << 8 | low as u64;
        Some(FIRST_TAG + number / RUN * (RUN + 1) + number % RUN)
    }

    /// Writes the wrapper in deterministic encoding.
    ///
    /// # Errors
    /// `Cose` with `BufferTooSmall`, with `DuplicateKey` for a label that stands twice, with `InvalidValue`
    /// as [`parse`](Self::parse), with `Length` for an empty collection.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let at = encoder.written();
        let wrong = Error::new(ErrorKind::Cose(Cose::InvalidValue), at);
        match *self {
            Self::Record { content_type, value, indicator } => {
                encoder.array(2 + usize::from(indicator.is_some()))?;
                match content_type {
                    ContentType::Format(number) => encoder.unsigned(number.into())?,
                    ContentType::Media(name) if is_media_type(name) => encoder.text(name)?,
                    ContentType::Media(_) => return Err(wrong),
                };
                encoder.bytes(value)?;
                match indicator {
                    Some(bits) if bits & !indicator::ALL != 0 => return Err(wrong),
                    Some(bits) => encoder.unsigned(bits.into())?,
                    None => encoder,
                };
                Ok(())
            }
            Self::Tagged { tag, value } => Ok(encoder.tag(tag)?.bytes(value).map(drop)?),
            Self::Collection(collection) => collection.encode(encoder),
        }
    }
}

/// The greatest content format that has a tag.
const MAX_TAGGED_FORMAT: u16 = 65024;

impl<'b> Collection<'b> {
    /// A collection to be written, of one or more entries, with its type: a URI or an OID.
    #[must_use]
    pub fn new(collection_type: Option<&'b str>, entries: &'b [Entry<'b>]) -> Self {
        Self { collection_type, entries: entries.into() }
    }

    /// What the messages are together (`__cmwc_t`).
    #[must_use]
    pub const fn collection_type(&self) -> Option<&'b str> {
        self.collection_type
    }

    fn parse_at(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let here = *cursor;
        let entries: List<'b, Entry<'b>> = List::parse_map(cursor, depth)?;
        let own = entries.iter().find(|entry| entry.label == Label::Text(TYPE));
        let collection_type = own.and_then(|entry| match entry.source {
            Source::Encoded(raw) => raw.cursor().text().ok(),
            Source::Given(_) => None,
        });
        let collection = Self { collection_type, entries };
        if collection.iter().next().is_none() {
            return Err(here.error(Cose::Length).into());
        }
        Ok(collection)
    }

    /// The wrapped messages with their labels.
    pub fn iter(&self) -> impl Iterator<Item = (Label<'b>, Cmw<'b>)> + use<'b> {
        let messages = self.entries.iter().filter(|entry| entry.label != Label::Text(TYPE));
        messages.map(|entry| (entry.label, entry.cmw()))
    }

    /// The message under a label.
    #[must_use]
    pub fn get<'k>(&self, label: impl Into<Label<'k>>) -> Option<Cmw<'b>> {
        let label = label.into();
        self.iter().find(|(own, _)| *own == label).map(|(_, cmw)| cmw)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let error = |kind, encoder: &Encoder<'_>| {
            Err(hexad_cose_core::Error::new(kind, encoder.written()).into())
        };
        let count = self.iter().count();
        if count == 0 {
            return error(Cose::Length, encoder);
        }
        encoder.map(count.saturating_add(usize::from(self.collection_type.is_some())))?;
        let mut collection_type = self.collection_type;
        let mut last = None;
        for _ in 0..count {
            let after = |label: &Label<'_>| last.is_none_or(|last| last < *label);
            let next = self.iter().map(|(label, _)| label).filter(after).min();
            let entry = next.and_then(|next| self.entries.iter().find(|one| one.label == next));
            // Fewer different labels than entries: one stands twice.
            let Some(entry) = entry else {
                return error(Cose::DuplicateKey, encoder);
            };
            if Label::Text(TYPE) < entry.label {
                put_type(collection_type.take(), encoder)?;
            }
            entry.encode(encoder)?;
            last = next;
        }
        put_type(collection_type, encoder)
    }
}

fn put_type(collection_type: Option<&str>, encoder: &mut Encoder<'_>) -> Result<(), Error> {
    match collection_type {
        Some(text) => Ok(encoder.text(TYPE)?.text(text).map(drop)?),
        None => Ok(()),
    }
}

/// Whether a text may be a media type: a type and a subtype of printable characters (RFC 6838, 4.2).
pub(crate) fn is_media_type(text: &str) -> bool {
    let name = text.split(';').next().unwrap_or_default().trim_end();
    let token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
    name.split_once('/').is_some_and(|(kind, sub)| token(kind) && token(sub) && !sub.contains('/'))
}

#[cfg(test)]
mod tests;
