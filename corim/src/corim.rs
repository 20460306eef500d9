//! `corim-map`: tags under one name, for a profile and a time.

use hexad_cose_core::cbor::{Cursor, Encoder, Raw, Type};

use crate::comid::Comid;
use crate::cotl::Cotl;
use crate::error::{Error, ErrorKind};
use crate::map::{self, Codec, Extensions, List};
use crate::values::{Digest, Entity, Id, Validity, uri, write_uri};

/// The CBOR tag of a CoRIM that is not signed.
pub const CBOR_TAG: u64 = 501;

/// A CoRIM: parsed from its encoding as a view, or filled in to be written.
///
/// ```
/// use hexad_corim::{
///     Class, Comid, ConciseTag, Corim, Digest, Environment, Id, Measurement, MeasurementTriple,
///     MeasurementValues, Triples,
/// };
///
/// let digest = [0x5a; 32];
/// let digests = [Digest::sha_256(&digest)];
/// let mut values = MeasurementValues::default();
/// values.digests = (&digests).into();
/// let measurements = [Measurement::new(values)];
/// let class = Class { vendor: Some("Example Ltd"), model: Some("lamp"), ..Class::default() };
/// let environment = Environment::of_class(class);
/// let references = [MeasurementTriple { environment, measurements: (&measurements).into() }];
/// let mut triples = Triples::default();
/// triples.reference = (&references).into();
/// let tags = [ConciseTag::Comid(Comid::new(Id::Uuid([7; 16]), triples))];
/// let corim = Corim::new(Id::Text("example.com/lamp/1.4"), &tags);
///
/// let mut buffer = [0; 256];
/// let parsed = Corim::parse(corim.encode(&mut buffer)?)?;
/// assert_eq!(parsed, corim);
/// for comid in parsed.comids() {
///     for triple in comid.triples.reference {
///         assert_eq!(triple.environment.class, Some(class));
///     }
/// }
/// # Ok::<(), hexad_corim::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corim<'b> {
    /// `id`
    pub id: Id<'b>,
    /// `tags`: one or more.
    pub tags: List<'b, ConciseTag<'b>>,
    /// `dependent-rims`
    pub dependent_rims: List<'b, Locator<'b>>,
    /// `profile`: what extends or restricts this format. Who does not know it must not use the manifest.
    pub profile: Option<Profile<'b>>,
    /// `rim-validity`
    pub rim_validity: Option<Validity>,
    /// `entities`
    pub entities: List<'b, Entity<'b>>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Corim<'b> {
    /// A CoRIM of these tags.
    #[must_use]
    pub fn new(id: Id<'b>, tags: &'b [ConciseTag<'b>]) -> Self {
        Self {
            id,
            tags: tags.into(),
            dependent_rims: List::NONE,
            profile: None,
            rim_validity: None,
            entities: List::NONE,
            extensions: Extensions::NONE,
        }
    }

    /// Reads one CoRIM with [`CBOR_TAG`] or without, that is all of `bytes`.
    ///
    /// # Errors
    /// `Cbor`; `Missing` and `Empty` at a map or list; `Choice`, `Size`, `DigestLength`, `Mask` and
    /// `Order` at a value, also inside the tags.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let corim = Self::parse_at(&mut cursor)?;
        cursor.finish()?;
        Ok(corim)
    }

    /// Reads the CoRIM at `cursor`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `TrailingBytes`.
    pub fn parse_at(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.optional_tag(CBOR_TAG)?;
        let here = cursor.offset();
        let mut corim = Self::new(Id::Text(""), &[]);
        let mut id = None;
        corim.extensions = map::read(cursor, &[0, 1, 2, 3, 4, 5], |label, cursor| {
            match label {
                0 => id = Some(Id::parse(cursor)?),
                1 => corim.tags = List::parse(cursor)?,
                2 => corim.dependent_rims = List::parse(cursor)?,
                3 => corim.profile = Some(Profile::parse(cursor)?),
                4 => corim.rim_validity = Some(Validity::parse(cursor)?),
                _ => corim.entities = List::parse(cursor)?,
            }
            Ok(())
        })?;
        corim.id = id.ok_or(Error::new(ErrorKind::Missing(0), here))?;
        if corim.tags.is_empty() {
            return Err(Error::new(ErrorKind::Missing(1), here));
        }
        Ok(corim)
    }

    /// The CoMIDs among the tags.
    pub fn comids(&self) -> impl Iterator<Item = Comid<'b>> + use<'b> {
        self.tags.iter().filter_map(|tag| match tag {
            ConciseTag::Comid(comid) => Some(comid),
            _ => None,
        })
    }

    /// Writes it with [`CBOR_TAG`] into `buffer`, in deterministic encoding; what was written.
    ///
    /// # Errors
    /// `Cbor` with `BufferTooSmall`, and the rules that [`parse`](Self::parse) checks.
    pub fn encode<'w>(&self, buffer: &'w mut [u8]) -> Result<&'w [u8], Error> {
        let mut encoder = Encoder::new(buffer);
        encoder.tag(CBOR_TAG)?;
        map::write(&mut encoder, &self.extensions, |members| {
            members.value(0, Some(&self.id))?;
            members.value(1, Some(&self.tags))?;
            members.list(2, &self.dependent_rims)?;
            members.value(3, self.profile.as_ref())?;
            members.value(4, self.rim_validity.as_ref())?;
            members.list(5, &self.entities)
        })?;
        Ok(encoder.finish())
    }
}

/// `concise-tag-type-choice`: a tag, wrapped in a byte string behind the CBOR tag of its kind.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "a view without a heap has no other place to be in")]
pub enum ConciseTag<'b> {
    /// An encoded CoSWID (RFC 9393), tag 505: well-formed CBOR here; `hexad-coswid` reads it.
    Coswid(Raw<'b>),
    /// A CoMID, tag 506.
    Comid(Comid<'b>),
    /// A CoTL, tag 508.
    Cotl(Cotl<'b>),
    /// A tag that a profile adds: the CBOR tag, and the encoded item behind it.
    Other(u64, Raw<'b>),
}

/// Where a tag stands does not tell it from another.
impl PartialEq for ConciseTag<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Coswid(one), Self::Coswid(other)) => one.bytes() == other.bytes(),
            (Self::Comid(one), Self::Comid(other)) => one == other,
            (Self::Cotl(one), Self::Cotl(other)) => one == other,
            (Self::Other(one, left), Self::Other(other, right)) => {
                one == other && left.bytes() == right.bytes()
            }
            _ => false,
        }
    }
}

impl<'b> Codec<'b> for ConciseTag<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let kind = cursor.tag()?;
        if !matches!(kind, 505 | 506 | 508) {
            return Ok(Self::Other(kind, cursor.item()?));
        }
        let mut content = cursor.wrapped()?;
        let tag = match kind {
            505 => Self::Coswid(content.item()?),
            506 => Self::Comid(Codec::parse(&mut content)?),
            _ => Self::Cotl(Codec::parse(&mut content)?),
        };
        content.finish()?;
        Ok(tag)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Coswid(coswid) => {
                encoder.tag(505)?.bytes(map::one_item(coswid.bytes())?)?;
            }
            Self::Comid(comid) => {
                encoder.tag(506)?.wrapped(|encoder| Codec::encode(comid, encoder))?;
            }
            Self::Cotl(cotl) => {
                encoder.tag(508)?.wrapped(|encoder| Codec::encode(cotl, encoder))?;
            }
            Self::Other(tag, item) => {
                encoder.tag(*tag)?.raw(map::one_item(item.bytes())?)?;
            }
        }
        Ok(())
    }
}

/// `profile-type-choice`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile<'b> {
    /// A URI, tag 32.
    Uri(&'b str),
    /// The content of an object identifier in DER, tag 111.
    Oid(&'b [u8]),
}

impl<'b> Codec<'b> for Profile<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut inside = *cursor;
        if cursor.peek()? == Type::Tag && inside.tag()? == 111 {
            *cursor = inside;
            return Ok(Self::Oid(cursor.bytes()?));
        }
        uri(cursor).map(Self::Uri)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Uri(uri) => write_uri(encoder, uri),
            Self::Oid(oid) => Ok(encoder.tag(111)?.bytes(oid).map(drop)?),
        }
    }
}

/// A URI behind tag 32.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Uri<'b>(&'b str);

impl<'b> Codec<'b> for Uri<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        uri(cursor).map(Self)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        write_uri(encoder, self.0)
    }
}

/// `corim-locator-map`: where another manifest is, and what it must be. Of the lists that the CDDL allows,
/// each is given as one item where it holds one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Locator<'b> {
    /// `href`: one or more encoded URIs.
    href: OneOrMore<'b>,
    /// `thumbprint`: one or more encoded digests.
    thumbprint: Option<OneOrMore<'b>>,
}

/// One value, or an array of them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum OneOrMore<'b> {
    Encoded(&'b [u8]),
    Uri(&'b str),
    Digest(Digest<'b>),
}

impl<'b> Locator<'b> {
    /// A manifest at a URI, of this digest.
    #[must_use]
    pub const fn new(href: &'b str, thumbprint: Option<Digest<'b>>) -> Self {
        let thumbprint = match thumbprint {
            None => None,
            Some(digest) => Some(OneOrMore::Digest(digest)),
        };
        Self { href: OneOrMore::Uri(href), thumbprint }
    }

    /// The URIs, each of which leads to the manifest.
    pub fn href(&self) -> impl Iterator<Item = &'b str> + use<'b> {
        let (list, one) = match self.href {
            OneOrMore::Uri(uri) => (None, Some(uri)),
            OneOrMore::Encoded(bytes) => {
                let mut cursor = Cursor::new(bytes);
                match cursor.peek() {
                    Ok(Type::Array) => (List::<Uri<'b>>::parse(&mut cursor).ok(), None),
                    _ => (None, uri(&mut cursor).ok()),
                }
            }
            OneOrMore::Digest(_) => (None, None),
        };
        one.into_iter().chain(list.unwrap_or_default().into_iter().map(|uri| uri.0))
    }

    /// The digests, of which the manifest must have one.
    pub fn thumbprint(&self) -> impl Iterator<Item = Digest<'b>> + use<'b> {
        let (list, one) = match self.thumbprint {
            Some(OneOrMore::Encoded(bytes)) => {
                let mut cursor = Cursor::new(bytes);
                match is_list(cursor.rest()) {
                    true => (List::parse(&mut cursor).ok(), None),
                    false => (None, Digest::parse(&mut cursor).ok()),
                }
            }
            Some(OneOrMore::Digest(digest)) => (None, Some(digest)),
            _ => (None, None),
        };
        one.into_iter().chain(list.unwrap_or_default())
    }
}

/// Whether an array of digests stands here rather than one, which is an array, too.
fn is_list(raw: Raw<'_>) -> bool {
    let mut cursor = raw.cursor();
    cursor.array().is_ok() && matches!(cursor.peek(), Ok(Type::Array))
}

impl<'b> Codec<'b> for Locator<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = cursor.offset();
        let (mut href, mut thumbprint) = (None, None);
        let others = map::read(cursor, &[0, 1], |label, cursor| {
            let start = *cursor;
            match label {
                0 if cursor.peek()? == Type::Array => List::<Uri<'b>>::parse(cursor).map(drop)?,
                0 => uri(cursor).map(drop)?,
                _ if is_list(cursor.rest()) => List::<Digest<'b>>::parse(cursor).map(drop)?,
                _ => Digest::parse(cursor).map(drop)?,
            }
            let value = Some(OneOrMore::Encoded(start.rest().until(cursor).bytes()));
            *(if label == 0 { &mut href } else { &mut thumbprint }) = value;
            Ok(())
        })?;
        others.require_none(here)?;
        Ok(Self { href: href.ok_or(Error::new(ErrorKind::Missing(0), here))?, thumbprint })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, Some(&self.href))?;
            members.value(1, self.thumbprint.as_ref())
        })
    }
}

impl<'b> Codec<'b> for OneOrMore<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(Self::Encoded(cursor.item()?.bytes()))
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Encoded(bytes) => Ok(encoder.raw(bytes).map(drop)?),
            Self::Uri(uri) => write_uri(encoder, uri),
            Self::Digest(digest) => digest.encode(encoder),
        }
    }
}
