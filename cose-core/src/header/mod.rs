//! The two header buckets of a COSE message (RFC 9052, 3).

mod insert;
mod write;

pub use insert::insert_unprotected;
pub use write::{NewHeaders, Parameter};

use crate::cbor::{Cursor, Encoder, Entries, Raw, Type, find};
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, header as label};
use crate::labels::Label;

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
    /// How many entries the protected bucket has: none counts as a zero-length string when signed.
    protected_entries: usize,
    unprotected: Raw<'b>,
    algorithm: Option<Label<'b>>,
    algorithm_protected: bool,
    critical: Option<Raw<'b>>,
    kid: Option<&'b [u8]>,
    content_type: Option<ContentType<'b>>,
    iv: Option<&'b [u8]>,
    partial_iv: Option<&'b [u8]>,
}

impl<'b> Headers<'b> {
    /// Reads both buckets at `cursor`.
    ///
    /// # Errors
    /// Those of CBOR; `DuplicateKey` also for a label in both buckets; `InvalidValue` for `crit`
    /// outside the protected bucket or empty, for IV beside Partial IV (RFC 9052, 3.1), and for a
    /// protected map without entries that is neither a zero-length string nor `a0` (RFC 9052, 3);
    /// `TrailingBytes` inside the protected bucket.
    pub fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let protected = cursor.byte_string()?;
        let mut headers = Self {
            protected,
            protected_entries: 0,
            unprotected: cursor.rest(),
            algorithm: None,
            algorithm_protected: false,
            critical: None,
            kid: None,
            content_type: None,
            iv: None,
            partial_iv: None,
        };
        let mut bucket = protected.cursor();
        if !bucket.is_empty() {
            headers.protected_entries = headers.parse_bucket(&mut bucket, true)?;
            bucket.finish()?;
            if headers.protected_entries == 0 && protected.bytes() != [0xa0] {
                return Err(protected.error(ErrorKind::InvalidValue));
            }
        }
        let before = cursor.rest();
        headers.parse_bucket(cursor, false)?;
        headers.unprotected = before.until(cursor);
        if headers.iv.is_some() && headers.partial_iv.is_some() {
            return Err(protected.error(ErrorKind::InvalidValue));
        }
        Ok(headers)
    }

    /// Reads the bucket at `cursor`; how many entries it has.
    fn parse_bucket(&mut self, cursor: &mut Cursor<'b>, protected: bool) -> Result<usize, Error> {
        let mut entries = Entries::enter(cursor)?;
        let mut count = 0;
        loop {
            let here = *cursor;
            let Some(label) = entries.next(cursor)? else {
                return Ok(count);
            };
            if !protected && self.get_protected(label).is_some() {
                return Err(here.error(ErrorKind::DuplicateKey));
            }
            count += 1;
            match label {
                Label::Integer(label::ALG) => {
                    self.algorithm = Some(Label::parse(cursor)?);
                    self.algorithm_protected = protected;
                }
                Label::Integer(label::CRIT) => {
                    let invalid = cursor.error(ErrorKind::InvalidValue);
                    let critical = cursor.item()?;
                    let mut items = critical.cursor();
                    let mut labels = items.array()?;
                    let mut any = false;
                    while labels.next(&mut items)? {
                        Label::parse(&mut items)?;
                        any = true;
                    }
                    if !protected || !any {
                        return Err(invalid);
                    }
                    self.critical = Some(critical);
                }
                Label::Integer(label::CONTENT_TYPE) => {
                    self.content_type = Some(ContentType::parse(cursor)?);
                }
                Label::Integer(label::KID) => self.kid = Some(cursor.bytes()?),
                Label::Integer(label::IV) => self.iv = Some(cursor.bytes()?),
                Label::Integer(label::PARTIAL_IV) => self.partial_iv = Some(cursor.bytes()?),
                _ => cursor.skip()?,
            }
        }
    }

    /// The algorithm, wherever it stands and unless it is named by text. It is the sender's word.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        match self.algorithm {
            Some(Label::Integer(number)) => Some(Algorithm(number)),
            _ => None,
        }
    }

    /// The algorithm of a message that carries a signature or tag: protected, unless the caller
    /// takes it `unprotected`, too.
    ///
    /// # Errors
    /// `UnprotectedAlgorithm` at the protected bucket.
    pub(crate) fn signed_algorithm(&self, unprotected: bool) -> Result<Algorithm, Error> {
        match self.algorithm() {
            Some(algorithm) if self.algorithm_protected || unprotected => Ok(algorithm),
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
    pub const fn content_type(&self) -> Option<ContentType<'b>> {
        self.content_type
    }

    /// The full initialization vector.
    #[must_use]
    pub const fn iv(&self) -> Option<&'b [u8]> {
        self.iv
    }

    /// The partial initialization vector.
    #[must_use]
    pub const fn partial_iv(&self) -> Option<&'b [u8]> {
        self.partial_iv
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
        if self.protected_entries == 0 {
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

    /// The protected bucket as it is signed: a map without entries is a zero-length string
    /// (RFC 9052, 4.4).
    pub(crate) const fn signed(&self) -> &'b [u8] {
        if self.protected_entries == 0 { &[] } else { self.protected.bytes() }
    }

    /// Checks that everything critical is present, and understood: by this crate or the caller.
    pub(crate) fn check_critical(&self, understood: &[Label<'_>]) -> Result<(), Error> {
        let Some(critical) = self.critical else {
            return Ok(());
        };
        let mut cursor = critical.cursor();
        let mut items = cursor.array()?;
        while items.next(&mut cursor)? {
            let error = cursor.error(ErrorKind::CriticalParameter);
            let label = Label::parse(&mut cursor)?;
            let known = match label {
                Label::Integer(label::ALG..=label::PARTIAL_IV) => true,
                label => understood.contains(&label),
            };
            if !known || self.get_protected(label).is_none() {
                return Err(error);
            }
        }
        Ok(())
    }
}
