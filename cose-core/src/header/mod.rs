//! The two header buckets of a COSE message (RFC 9052, 3).

mod insert;
mod write;

pub use insert::insert_unprotected;
pub use write::{NewHeaders, Parameter};

use crate::cbor::{Cursor, Encoder, Raw, Type, Walk, find, find_raw};
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, header as label};
use crate::labels::{Label, RawLabel};

/// The content type of a payload (RFC 9052, 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType<'b> {
    /// A CoAP content format.
    Format(u16),
    /// A media type.
    Text(&'b str),
}

impl<'b> ContentType<'b> {
    /// Reads the one at `cursor`.
    ///
    /// # Errors
    /// `UnexpectedType`; `IntegerRange` for a number above 65,535; `InvalidUtf8`.
    pub fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        match cursor.peek()? {
            Type::Text => cursor.text().map(Self::Text),
            _ => cursor.unsigned_as().map(Self::Format),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn encode(self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Format(format) => encoder.unsigned(format.into())?,
            Self::Text(text) => encoder.text(text)?,
        };
        Ok(())
    }
}

/// The header parameters of a message: the protected and the unprotected bucket, with no label twice
/// and every value of the type that its label asks for.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'b> {
    /// The content of the byte string of the protected bucket.
    protected: Raw<'b>,
    unprotected: Raw<'b>,
    kid: Option<&'b [u8]>,
    /// 0, which is reserved, when there is none, or one that is named by text.
    algorithm: Algorithm,
    /// The labels from 0 to 23 in either bucket, one bit for each.
    labels: u32,
    /// Those in the protected bucket.
    protected_labels: u32,
}

impl<'b> Headers<'b> {
    /// Reads both buckets at `cursor`.
    ///
    /// # Errors
    /// Those of CBOR; `DuplicateKey` also for a label in both buckets; `InvalidValue` for `crit`
    /// outside the protected bucket or empty, for IV beside Partial IV (RFC 9052, 3.1), and for a
    /// protected map without entries that is neither a zero-length string nor `a0` (RFC 9052, 3);
    /// `TrailingBytes` inside the protected bucket; `TooMany` for labels out of order as
    /// [`Entries::next`](crate::cbor::Entries::next).
    #[inline(never)]
    pub fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Self::hot_parse(cursor)
    }

    /// The same, inlined.
    #[inline(always)]
    pub(crate) fn hot_parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let protected = cursor.hot_byte_string()?;
        let unprotected = *cursor;
        let (mut kid, mut algorithm) = (None, Algorithm(0));
        // The labels from 0 to 23: the first look at a key costs one bit. The others are walked to.
        let (mut labels, mut protected_labels) = (0u32, 0);
        let mut walk = None;

        let mut bucket = protected.cursor();
        let mut in_protected = !bucket.is_empty();
        if !in_protected {
            bucket = unprotected;
        }
        loop {
            let mut items = bucket.hot_map()?;
            while items.hot_next(&mut bucket)? {
                let label = match bucket.small_unsigned() {
                    Some(label) => label,
                    None => match bucket.slowly(|bucket| {
                        let maps = (protected, unprotected);
                        other_label(&mut walk, maps, in_protected, labels, bucket)
                    })? {
                        Some(label) => label,
                        None => continue,
                    },
                };
                let bit = 1u32.rotate_left(label.into());
                if labels & bit != 0 {
                    // It was taken, and is one byte.
                    let offset = bucket.offset().saturating_sub(1);
                    return Err(Error::new(ErrorKind::DuplicateKey, offset));
                }
                labels |= bit;
                match label {
                    ALG => {
                        algorithm = parse_algorithm(&mut bucket)?;
                    }
                    KID => kid = Some(bucket.hot_bytes()?),
                    _ => bucket.slowly(|bucket| parse_value(label, bucket, in_protected))?,
                }
            }
            if !in_protected {
                break;
            }
            in_protected = false;
            bucket.finish()?;
            protected_labels = labels;
            bucket = unprotected;
        }
        *cursor = bucket;
        let ivs = 1 << IV | 1 << PARTIAL_IV;
        // What begins with less is a zero-length string, `a0`, or has entries.
        let is_odd = protected.bytes().first().is_some_and(|first| *first >= 0xb8)
            && is_empty_map(protected.bytes());
        if is_odd || labels & ivs == ivs {
            return Err(protected.error(ErrorKind::InvalidValue));
        }
        let unprotected = unprotected.rest().until(cursor);
        Ok(Self { protected, unprotected, kid, algorithm, labels, protected_labels })
    }

    /// The algorithm, wherever it stands and unless it is named by text. It is the sender's word.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        match self.algorithm {
            Algorithm(0) => None,
            algorithm => Some(algorithm),
        }
    }

    /// The algorithm of a message that carries a signature or tag: protected, unless the caller
    /// takes it `unprotected`, too.
    ///
    /// # Errors
    /// `UnprotectedAlgorithm` at the protected bucket.
    pub(crate) fn signed_algorithm(&self, unprotected: bool) -> Result<Algorithm, Error> {
        match self.algorithm() {
            Some(algorithm) if self.protected_labels & 1 << ALG != 0 || unprotected => {
                Ok(algorithm)
            }
            _ => Err(self.protected.error(ErrorKind::UnprotectedAlgorithm)),
        }
    }

    /// The key identifier.
    #[must_use]
    pub const fn kid(&self) -> Option<&'b [u8]> {
        self.kid
    }

    /// The content type.
    #[must_use]
    pub fn content_type(&self) -> Option<ContentType<'b>> {
        ContentType::parse(&mut self.value(CONTENT_TYPE)?.cursor()).ok()
    }

    /// The full initialization vector.
    #[must_use]
    pub fn iv(&self) -> Option<&'b [u8]> {
        self.value(IV)?.cursor().bytes().ok()
    }

    /// The partial initialization vector.
    #[must_use]
    pub fn partial_iv(&self) -> Option<&'b [u8]> {
        self.value(PARTIAL_IV)?.cursor().bytes().ok()
    }

    /// The value under a label of one byte. It was parsed before, so it parses again.
    fn value(&self, label: u8) -> Option<Raw<'b>> {
        let there = self.labels & 1u32.rotate_left(label.into()) != 0;
        if there { self.get(Label::Integer(label.into())) } else { None }
    }

    /// The protected bucket as received: the content of its byte string.
    #[must_use]
    pub const fn protected(&self) -> Raw<'b> {
        self.protected
    }

    /// The unprotected bucket as received: an encoded map.
    #[must_use]
    pub const fn unprotected(&self) -> Raw<'b> {
        self.unprotected
    }

    /// The encoded value of another parameter, by its label, from whichever bucket it stands in.
    #[must_use]
    pub fn get(&self, label: Label<'_>) -> Option<Raw<'b>> {
        self.get_protected(label).or_else(|| self.get_unprotected(label))
    }

    /// The type of the whole message (RFC 9596), if it names one.
    ///
    /// # Errors
    /// `UnexpectedType`, `IntegerRange` or `InvalidUtf8` when the value is none.
    pub fn typ(&self) -> Result<Option<ContentType<'b>>, Error> {
        self.get(Label::Integer(label::TYP))
            .map(|value| ContentType::parse(&mut value.cursor()))
            .transpose()
    }

    /// The encoded value of another parameter, by its label, from the protected bucket.
    #[must_use]
    pub fn get_protected(&self, label: Label<'_>) -> Option<Raw<'b>> {
        if !self.protects() {
            return None;
        }
        // It was parsed before, so it parses again.
        find(self.protected, label).ok().flatten()
    }

    /// The encoded value of another parameter, by its label, from the unprotected bucket.
    #[must_use]
    pub fn get_unprotected(&self, label: Label<'_>) -> Option<Raw<'b>> {
        find(self.unprotected, label).ok().flatten()
    }

    /// Whether the protected bucket has entries: else it is a zero-length string or `a0`.
    const fn protects(&self) -> bool {
        self.protected.bytes().len() > 1
    }

    /// The protected bucket as it is signed: a map without entries is a zero-length string
    /// (RFC 9052, 4.4).
    pub(crate) const fn signed(&self) -> &'b [u8] {
        if self.protects() { self.protected.bytes() } else { &[] }
    }

    /// Checks that everything critical is present, and understood: by this crate or the caller.
    pub(crate) fn check_critical(&self, understood: &[Label<'_>]) -> Result<(), Error> {
        if self.labels & 1 << CRIT == 0 { Ok(()) } else { self.check_each_critical(understood) }
    }

    #[cold]
    #[inline(never)]
    fn check_each_critical(&self, understood: &[Label<'_>]) -> Result<(), Error> {
        // They are protected, or the message was refused.
        let Ok(Some(critical)) = find_raw(self.protected, &RawLabel::unsigned(CRIT)) else {
            return Ok(());
        };
        let mut cursor = critical.cursor();
        let mut items = cursor.array()?;
        while items.next(&mut cursor)? {
            let error = cursor.error(ErrorKind::CriticalParameter);
            let label = RawLabel::parse(&mut cursor)?;
            let known = match label.integer() {
                Some(label::ALG..=label::PARTIAL_IV) => true,
                _ => understood.iter().any(|understood| RawLabel::from(*understood) == label),
            };
            let is_there =
                || self.protects() && matches!(find_raw(self.protected, &label), Ok(Some(_)));
            if !known || !is_there() {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// The labels that are read here.
const ALG: u8 = 1;
const CRIT: u8 = 2;
const CONTENT_TYPE: u8 = 3;
const KID: u8 = 4;
const IV: u8 = 5;
const PARTIAL_IV: u8 = 6;

/// Whether a map that fills `bytes`, and begins with a longer head than it need, has no entries.
#[cold]
#[inline(never)]
fn is_empty_map(bytes: &[u8]) -> bool {
    match bytes {
        [0xbf, rest @ ..] => rest.len() == 1,
        [_, count @ ..] => count.iter().all(|byte| *byte == 0),
        [] => true,
    }
}

/// Takes a label other than the integers from 0 to 23 in one byte, as [`Walk::label`].
#[inline(never)]
fn other_label<'b>(
    walk: &mut Option<Walk<'b>>,
    (protected, unprotected): (Raw<'b>, Cursor<'b>),
    in_protected: bool,
    seen: u32,
    bucket: &mut Cursor<'b>,
) -> Result<Option<u8>, Error> {
    let map = if in_protected { protected.cursor() } else { unprotected };
    walk.get_or_insert_with(Walk::default).label(map, seen, bucket)
}

/// Reads the algorithm at `cursor`; 0 for one that is named by text.
#[inline]
fn parse_algorithm(cursor: &mut Cursor<'_>) -> Result<Algorithm, Error> {
    match cursor.small_integer() {
        Some(algorithm) => Ok(Algorithm(algorithm.into())),
        None => {
            let label = cursor.slowly(RawLabel::parse)?;
            Ok(Algorithm(label.integer().unwrap_or_default()))
        }
    }
}

/// Reads the value under `label` at `cursor`, of those that are not kept.
#[inline(never)]
fn parse_value(label: u8, cursor: &mut Cursor<'_>, protected: bool) -> Result<(), Error> {
    match label {
        CRIT => {
            let invalid = cursor.error(ErrorKind::InvalidValue);
            let mut labels = cursor.array()?;
            let mut any = false;
            while labels.next(cursor)? {
                RawLabel::parse(cursor)?;
                any = true;
            }
            if protected && any { Ok(()) } else { Err(invalid) }
        }
        CONTENT_TYPE => {
            let here = *cursor;
            match RawLabel::parse(cursor)?.integer() {
                Some(..0) => Err(here.unexpected(Type::Unsigned)),
                Some(0x1_0000..) => Err(here.error(ErrorKind::IntegerRange)),
                _ => Ok(()),
            }
        }
        IV | PARTIAL_IV => cursor.bytes().map(drop),
        _ => cursor.skip(),
    }
}
