//! `concise-swid-tag`: the tag itself, and the rules that hold its members together (RFC 9393,
//! sections 2.3 and 2.4).

use core::fmt;

use hexad_cose_core::cbor::{Cursor, Encoder, Type};

use crate::entity::Entity;
use crate::error::{Error, ErrorKind};
use crate::iana::{Rel, Role, VersionScheme};
use crate::labels;
use crate::link::Link;
use crate::map::{self, Extensions, OneOrMore};
use crate::meta::SoftwareMeta;
use crate::resources::{Evidence, Files, Payload};

/// The CBOR tag of a CoSWID, signed or not (RFC 9393, section 8).
pub const CBOR_TAG: u64 = 1_398_229_316;

/// The CoAP content format of `application/swid+cbor` (RFC 9393, section 6.5).
pub const CONTENT_FORMAT: u16 = 258;

/// The media type of a CoSWID (RFC 9393, section 6.4).
pub const MEDIA_TYPE: &str = "application/swid+cbor";

/// `tag-id`: names the tag globally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagId<'b> {
    /// Text, such as `example.com/app-1.2.3`; without two underscores in a row.
    Text(&'b str),
    /// A UUID (RFC 4122).
    Uuid([u8; 16]),
}

impl<'b> TagId<'b> {
    /// The UUID that `text` spells in its string form, with or without `urn:uuid:`; else the text.
    ///
    /// ```
    /// use hexad_coswid::TagId;
    ///
    /// let id = TagId::from_text("2df9de35-0aff-4a86-ace6-f7dddd1ade4c");
    /// assert!(matches!(id, TagId::Uuid([0x2d, 0xf9, ..])));
    /// assert_eq!(TagId::from_text("example.com/app"), TagId::Text("example.com/app"));
    /// ```
    #[must_use]
    pub fn from_text(text: &'b str) -> Self {
        Self::uuid(text.strip_prefix("urn:uuid:").unwrap_or(text))
            .map_or(Self::Text(text), Self::Uuid)
    }

    fn uuid(text: &str) -> Option<[u8; 16]> {
        let mut uuid = [0; 16];
        let mut nibbles = 0usize;
        for (at, character) in text.bytes().enumerate() {
            if matches!(at, 8 | 13 | 18 | 23) {
                if character != b'-' {
                    return None;
                }
                continue;
            }
            let digit = u8::try_from(char::from(character).to_digit(16)?).ok()?;
            let byte = uuid.get_mut(nibbles >> 1)?;
            *byte = *byte << 4 | digit;
            nibbles = nibbles.saturating_add(1);
        }
        (nibbles == 32).then_some(uuid)
    }

    /// Reads `text / bstr .size 16`.
    pub(crate) fn read(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        if cursor.peek()? == Type::Text {
            return Ok(Self::Text(cursor.text()?));
        }
        let uuid = cursor.bytes()?.try_into();
        Ok(Self::Uuid(uuid.map_err(|_| here.error(hexad_cose_core::ErrorKind::Length))?))
    }

    pub(crate) fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Text(text) => encoder.text(text)?,
            Self::Uuid(uuid) => encoder.bytes(uuid)?,
        };
        Ok(())
    }

    /// A textual tag-id may not hold what separates it in a software identifier (section 6.7).
    fn check(&self, offset: usize) -> Result<(), Error> {
        match self {
            // A search for text would bring code that can panic.
            Self::Text(text) if text.as_bytes().windows(2).any(|two| two == b"__") => {
                Err(Error::new(ErrorKind::TagId, offset))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for TagId<'_> {
    /// The text, or the UUID in its string form with `urn:uuid:` (section 6.7).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Uuid(uuid) => {
                f.write_str("urn:uuid:")?;
                for (at, byte) in uuid.iter().enumerate() {
                    if matches!(at, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

/// What a tag is about (RFC 9393, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagType {
    /// Installed software.
    Primary,
    /// Adds to another tag.
    Supplemental,
    /// Software before its installation.
    Corpus,
    /// An installed patch.
    Patch,
}

/// `payload-or-evidence`: one excludes the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PayloadOrEvidence<'b> {
    /// What the software consists of, as its maker says.
    Payload(Payload<'b>),
    /// What was found on the device.
    Evidence(Evidence<'b>),
}

/// A CoSWID: parsed from its encoding as a view, or filled in to be written.
///
/// ```
/// use hexad_coswid::{
///     ConciseSwidTag, Entity, File, HashEntry, Payload, PayloadOrEvidence, Role, TagId,
/// };
///
/// let digest = [0x5a; 32];
/// let files = [File::new("app.bin").size(4096).hash(HashEntry::sha_256(&digest))];
/// let roles = [Role::TagCreator, Role::SoftwareCreator];
/// let makers = [Entity::new("Example Ltd", &roles).reg_id("https://example.com")];
/// let tag = ConciseSwidTag {
///     software_version: Some("1.2.3"),
///     payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::files(&files))),
///     ..ConciseSwidTag::new(TagId::Text("example.com/app-1.2.3"), "app", &makers)
/// };
/// let mut buffer = [0; 256];
/// let encoded = tag.encode(&mut buffer)?;
///
/// let parsed = ConciseSwidTag::parse(encoded)?;
/// assert_eq!(parsed, tag);
/// for found in parsed.files() {
///     assert_eq!(found.file.hash, Some(HashEntry::sha_256(&digest)));
/// }
/// # Ok::<(), hexad_coswid::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConciseSwidTag<'b> {
    /// `tag-id`
    pub tag_id: TagId<'b>,
    /// `software-name`
    pub software_name: &'b str,
    /// `entity`: one or more.
    pub entity: OneOrMore<'b, Entity<'b>>,
    /// `payload` or `evidence`
    pub payload_or_evidence: Option<PayloadOrEvidence<'b>>,
    /// `link`
    pub link: OneOrMore<'b, Link<'b>>,
    /// `software-meta`
    pub software_meta: OneOrMore<'b, SoftwareMeta<'b>>,
    /// `corpus`: absent means false.
    pub corpus: bool,
    /// `patch`: absent means false.
    pub patch: bool,
    /// `media`: a W3C media query for the platform that the tag is for.
    pub media: Option<&'b str>,
    /// `supplemental`: absent means false.
    pub supplemental: bool,
    /// `tag-version`: grows with each correction of the tag; starts at 0.
    pub tag_version: i64,
    /// `software-version`
    pub software_version: Option<&'b str>,
    /// `version-scheme`
    pub version_scheme: Option<VersionScheme<'b>>,
    /// `lang`: language tag of the text in the tag.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

const KNOWN: &[i64] = &[
    labels::TAG_ID,
    labels::SOFTWARE_NAME,
    labels::ENTITY,
    labels::EVIDENCE,
    labels::LINK,
    labels::SOFTWARE_META,
    labels::PAYLOAD,
    labels::CORPUS,
    labels::PATCH,
    labels::MEDIA,
    labels::SUPPLEMENTAL,
    labels::TAG_VERSION,
    labels::SOFTWARE_VERSION,
    labels::VERSION_SCHEME,
    labels::LANG,
];

impl<'b> ConciseSwidTag<'b> {
    /// A tag of version 0 with only the mandatory members.
    #[must_use]
    pub fn new(tag_id: TagId<'b>, software_name: &'b str, entity: &'b [Entity<'b>]) -> Self {
        Self {
            tag_id,
            software_name,
            entity: entity.into(),
            payload_or_evidence: None,
            link: OneOrMore::NONE,
            software_meta: OneOrMore::NONE,
            corpus: false,
            patch: false,
            media: None,
            supplemental: false,
            tag_version: 0,
            software_version: None,
            version_scheme: None,
            lang: None,
            extensions: Extensions::NONE,
        }
    }

    /// Reads one unsigned tag, with or without [`CBOR_TAG`], that is all of `bytes`, and validates
    /// every member.
    ///
    /// That an entity is the tag-creator is not demanded here but by
    /// [`tag_creator`](Self::tag_creator), because published tags (those in RFC 9711, appendix A)
    /// lack one.
    ///
    /// # Errors
    /// `Cbor` for what is malformed, of the wrong type, duplicate, or left over; `Missing`,
    /// `SingleInArray`, `IndexRange`, `TagId`, `HashLength` and `FsName` at the member;
    /// `PayloadAndEvidence`, `PatchAndSupplemental`, `PatchWithoutLink` and
    /// `MissingSoftwareVersion` at the tag.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let tag = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(tag)
    }

    /// Reads the tag at `cursor`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.optional_tag(CBOR_TAG)?;
        let here = cursor.offset();
        let mut tag = Self::new(TagId::Text(""), "", &[]);
        let (mut tag_id, mut software_name, mut tag_version) = (None, None, None);
        let (mut payload, mut evidence) = (None, None);
        tag.extensions = map::read(cursor, KNOWN, |label, cursor| {
            match label {
                labels::TAG_ID => {
                    let here = cursor.offset();
                    let id = TagId::read(cursor)?;
                    id.check(here)?;
                    tag_id = Some(id);
                }
                labels::SOFTWARE_NAME => software_name = Some(cursor.text()?),
                labels::ENTITY => tag.entity = OneOrMore::parse(cursor, 0)?,
                labels::EVIDENCE => evidence = Some(Evidence::parse(cursor)?),
                labels::LINK => tag.link = OneOrMore::parse(cursor, 0)?,
                labels::SOFTWARE_META => tag.software_meta = OneOrMore::parse(cursor, 0)?,
                labels::PAYLOAD => payload = Some(Payload::parse(cursor)?),
                labels::CORPUS => tag.corpus = cursor.boolean()?,
                labels::PATCH => tag.patch = cursor.boolean()?,
                labels::MEDIA => tag.media = Some(cursor.text()?),
                labels::SUPPLEMENTAL => tag.supplemental = cursor.boolean()?,
                labels::TAG_VERSION => tag_version = Some(cursor.integer()?),
                labels::SOFTWARE_VERSION => tag.software_version = Some(cursor.text()?),
                labels::VERSION_SCHEME => {
                    tag.version_scheme = Some(map::label(cursor, &VersionScheme::RANGE)?.into());
                }
                _ => tag.lang = Some(cursor.text()?),
            }
            Ok(())
        })?;
        let missing = |label| Error::new(ErrorKind::Missing(label), here);
        tag.tag_id = tag_id.ok_or(missing(labels::TAG_ID))?;
        tag.software_name = software_name.ok_or(missing(labels::SOFTWARE_NAME))?;
        tag.tag_version = tag_version.ok_or(missing(labels::TAG_VERSION))?;
        tag.payload_or_evidence = match (payload, evidence) {
            (Some(_), Some(_)) => return Err(Error::new(ErrorKind::PayloadAndEvidence, here)),
            (Some(payload), None) => Some(PayloadOrEvidence::Payload(payload)),
            (None, evidence) => evidence.map(PayloadOrEvidence::Evidence),
        };
        tag.check(here)?;
        Ok(tag)
    }

    /// The co-constraints (RFC 9393, section 2.4), and that there is an entity.
    fn check(&self, offset: usize) -> Result<(), Error> {
        let kind = if self.entity.is_empty() {
            ErrorKind::Missing(labels::ENTITY)
        } else if self.patch && self.supplemental {
            ErrorKind::PatchAndSupplemental
        } else if self.patch && !self.link.iter().any(|link| link.rel == Rel::Patches) {
            ErrorKind::PatchWithoutLink
        } else if (self.corpus || !(self.patch || self.supplemental))
            && self.software_version.is_none()
        {
            ErrorKind::MissingSoftwareVersion
        } else {
            return Ok(());
        };
        Err(Error::new(kind, offset))
    }

    /// What the tag is about: the first rule of RFC 9393, section 3, that fits.
    #[must_use]
    pub const fn tag_type(&self) -> TagType {
        match (self.supplemental, self.corpus, self.patch) {
            (false, false, false) => TagType::Primary,
            (true, _, _) => TagType::Supplemental,
            (_, true, _) => TagType::Corpus,
            (_, _, true) => TagType::Patch,
        }
    }

    /// The entity that created the tag, which every tag must name (RFC 9393, section 2.6).
    ///
    /// # Errors
    /// `MissingTagCreator`.
    pub fn tag_creator(&self) -> Result<Entity<'b>, Error> {
        let creator = self.entity.iter().find(|entity| entity.has_role(Role::TagCreator));
        creator.ok_or(Error::new(ErrorKind::MissingTagCreator, 0))
    }

    /// The payload, if it has one.
    #[must_use]
    pub const fn payload(&self) -> Option<&Payload<'b>> {
        match &self.payload_or_evidence {
            Some(PayloadOrEvidence::Payload(payload)) => Some(payload),
            _ => None,
        }
    }

    /// The evidence, if it has some.
    #[must_use]
    pub const fn evidence(&self) -> Option<&Evidence<'b>> {
        match &self.payload_or_evidence {
            Some(PayloadOrEvidence::Evidence(evidence)) => Some(evidence),
            _ => None,
        }
    }

    /// All files of the payload or the evidence.
    #[must_use]
    pub fn files(&self) -> Files<'b> {
        match &self.payload_or_evidence {
            Some(PayloadOrEvidence::Payload(payload)) => payload.resources.files(),
            Some(PayloadOrEvidence::Evidence(evidence)) => evidence.resources.files(),
            None => Files::of(OneOrMore::NONE, OneOrMore::NONE),
        }
    }

    /// Writes the tag with [`CBOR_TAG`] into `buffer`, in deterministic encoding; what was written.
    ///
    /// # Errors
    /// `Cbor` with `BufferTooSmall`; `MissingTagCreator`; and the rules that [`parse`](Self::parse)
    /// checks.
    pub fn encode<'w>(&self, buffer: &'w mut [u8]) -> Result<&'w [u8], Error> {
        let mut encoder = Encoder::new(buffer);
        encoder.tag(CBOR_TAG)?;
        self.encode_untagged(&mut encoder)?;
        Ok(encoder.finish())
    }

    /// Writes the tag without [`CBOR_TAG`], as an EAT carries it (RFC 9711, section 4.2.15).
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_untagged(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(0)?;
        self.tag_id.check(0)?;
        self.tag_creator()?;
        map::write(encoder, &self.extensions, |members| {
            members.put(labels::TAG_ID, |encoder| self.tag_id.write(encoder))?;
            members.text(labels::SOFTWARE_NAME, Some(self.software_name))?;
            map::put_entries(members, labels::ENTITY, &self.entity)?;
            if let Some(evidence) = self.evidence() {
                members.put(labels::EVIDENCE, |encoder| evidence.encode(encoder))?;
            }
            map::put_entries(members, labels::LINK, &self.link)?;
            map::put_entries(members, labels::SOFTWARE_META, &self.software_meta)?;
            if let Some(payload) = self.payload() {
                members.put(labels::PAYLOAD, |encoder| payload.encode(encoder))?;
            }
            members.boolean(labels::CORPUS, self.corpus.then_some(true))?;
            members.boolean(labels::PATCH, self.patch.then_some(true))?;
            members.text(labels::MEDIA, self.media)?;
            members.boolean(labels::SUPPLEMENTAL, self.supplemental.then_some(true))?;
            members.integer(labels::TAG_VERSION, Some(self.tag_version))?;
            members.text(labels::SOFTWARE_VERSION, self.software_version)?;
            let scheme = self.version_scheme.map(Into::into);
            map::put_label(members, labels::VERSION_SCHEME, scheme, &VersionScheme::RANGE)?;
            members.text(labels::LANG, self.lang)
        })
    }
}

#[cfg(test)]
mod tests;
