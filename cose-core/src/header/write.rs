//! The header parameters that a message is made with.

use super::ContentType;
use crate::cbor::Encoder;
use crate::error::{Error, ErrorKind};
use crate::iana::{Algorithm, header as label};
use crate::labels::Label;

/// A header parameter that [`NewHeaders`] has no method for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its label.
    pub label: Label<'a>,
    /// Its value: one encoded item.
    pub value: &'a [u8],
}

impl<'a> Parameter<'a> {
    /// The parameter `label` with an encoded item as its `value`.
    pub fn new(label: impl Into<Label<'a>>, value: &'a [u8]) -> Self {
        Self { label: label.into(), value }
    }

    /// Writes label and value.
    pub(super) fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.label.encode(encoder)?;
        encoder.raw(self.value)?;
        Ok(())
    }
}

/// The header parameters of a message, signature or recipient that is being made. Algorithm, content
/// type, type and critical labels are protected; key identifier and initialization vectors are not.
///
/// ```
/// use hexad_cose_core::{Algorithm, NewHeaders, Parameter};
///
/// let extra = [Parameter::new(33, &[0x41, 0x00])];
/// let headers = NewHeaders::new(Algorithm::ESP256).kid(b"11").unprotected(&extra);
/// # let _ = headers;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NewHeaders<'a> {
    algorithm: Option<Algorithm>,
    unprotected_algorithm: bool,
    content_type: Option<ContentType<'a>>,
    typ: Option<ContentType<'a>>,
    critical: &'a [i64],
    kid: Option<&'a [u8]>,
    iv: Option<&'a [u8]>,
    partial_iv: Option<&'a [u8]>,
    protected: &'a [Parameter<'a>],
    unprotected: &'a [Parameter<'a>],
    /// The sender's key, of a recipient.
    sender: Option<Parameter<'a>>,
}

/// The value of a parameter.
#[derive(Clone, Copy)]
enum Value<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
    ContentType(ContentType<'a>),
    Labels(&'a [i64]),
    Encoded(&'a [u8]),
}

/// How many parameters of a bucket have names here; the last is the sender's key.
const NAMED: usize = 5;

impl From<Algorithm> for NewHeaders<'_> {
    fn from(algorithm: Algorithm) -> Self {
        Self::new(algorithm)
    }
}

impl<'a> NewHeaders<'a> {
    /// Headers that name `algorithm` and nothing else.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self { algorithm: Some(algorithm), ..Self::default() }
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The same headers with `algorithm` in the unprotected bucket: for algorithms that protect no
    /// header (RFC 9053, 6.1 and 6.2; RFC 9459).
    #[must_use]
    pub const fn unprotected_algorithm(mut self) -> Self {
        self.unprotected_algorithm = true;
        self
    }

    /// With a content type.
    #[must_use]
    pub const fn content_type(mut self, content_type: ContentType<'a>) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// With the type of the whole message (RFC 9596).
    #[must_use]
    pub const fn typ(mut self, typ: ContentType<'a>) -> Self {
        self.typ = Some(typ);
        self
    }

    /// With the labels of parameters that a reader must understand (RFC 9052, 3.1). They have to be
    /// among the protected ones.
    #[must_use]
    pub const fn critical(mut self, labels: &'a [i64]) -> Self {
        self.critical = labels;
        self
    }

    /// With a key identifier.
    #[must_use]
    pub const fn kid(mut self, kid: &'a [u8]) -> Self {
        self.kid = Some(kid);
        self
    }

    /// With a full initialization vector, as long as the algorithm's nonce.
    #[must_use]
    pub const fn iv(mut self, iv: &'a [u8]) -> Self {
        self.iv = Some(iv);
        self
    }

    /// With a partial initialization vector, for a key that has a base of them.
    #[must_use]
    pub const fn partial_iv(mut self, partial_iv: &'a [u8]) -> Self {
        self.partial_iv = Some(partial_iv);
        self
    }

    /// With other parameters in the protected bucket.
    #[must_use]
    pub const fn protected(mut self, parameters: &'a [Parameter<'a>]) -> Self {
        self.protected = parameters;
        self
    }

    /// With other parameters in the unprotected bucket.
    #[must_use]
    pub const fn unprotected(mut self, parameters: &'a [Parameter<'a>]) -> Self {
        self.unprotected = parameters;
        self
    }

    /// The same headers with `algorithm`, whatever they named before.
    pub(crate) const fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// The same headers with the sender's key of a recipient, unprotected.
    pub(crate) fn with_sender<'s>(self, sender: Parameter<'s>) -> NewHeaders<'s>
    where
        'a: 's,
    {
        NewHeaders { sender: Some(sender), ..self }
    }

    /// Whether `label` is among the parameters.
    pub(crate) fn has(&self, label: Label<'_>) -> bool {
        self.bucket(true).chain(self.bucket(false)).any(|(other, _)| other == label)
    }

    /// The initialization vectors: full, partial.
    pub(crate) const fn ivs(&self) -> (Option<&'a [u8]>, Option<&'a [u8]>) {
        (self.iv, self.partial_iv)
    }

    /// The parameters of a bucket, in no order.
    fn bucket(&self, protected: bool) -> impl Iterator<Item = (Label<'a>, Value<'a>)> {
        let others = if protected { self.protected } else { self.unprotected };
        let places = 0..others.len().saturating_add(NAMED);
        places.filter_map(move |place| self.parameter(protected, place))
    }

    /// The parameter of a bucket at this place, if it is there: first those that have names here.
    // Out of line, as everything that goes through a bucket comes here.
    #[inline(never)]
    fn parameter(&self, protected: bool, place: usize) -> Option<(Label<'a>, Value<'a>)> {
        let (label, value) = match (place, protected) {
            (0, _) => {
                let algorithm = self.algorithm.filter(|_| protected != self.unprotected_algorithm);
                (label::ALG, Value::Integer(algorithm?.0))
            }
            (1, true) if self.critical.is_empty() => return None,
            (1, true) => (label::CRIT, Value::Labels(self.critical)),
            (2, true) => (label::CONTENT_TYPE, Value::ContentType(self.content_type?)),
            (3, true) => (label::TYP, Value::ContentType(self.typ?)),
            (1, false) => (label::KID, Value::Bytes(self.kid?)),
            (2, false) => (label::IV, Value::Bytes(self.iv?)),
            (3, false) => (label::PARTIAL_IV, Value::Bytes(self.partial_iv?)),
            _ => {
                let others = if protected { self.protected } else { self.unprotected };
                let other = match place.checked_sub(NAMED) {
                    Some(place) => *others.get(place)?,
                    None => self.sender.filter(|_| !protected)?,
                };
                return Some((other.label, Value::Encoded(other.value)));
            }
        };
        Some((Label::Integer(label), value))
    }

    /// Writes the map of a bucket, its labels in order.
    fn encode_bucket(&self, protected: bool, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.map(self.bucket(protected).count())?;
        let mut written = 0usize;
        let mut next = self.bucket(protected).min_by_key(|(label, _)| *label);
        while let Some((label, value)) = next {
            label.encode(encoder)?;
            value.encode(encoder)?;
            written = written.saturating_add(1);
            next = self
                .bucket(protected)
                .filter(|(other, _)| label < *other)
                .min_by_key(|(label, _)| *label);
        }
        // A label that stands twice was written once.
        let twice = written != self.bucket(protected).count();
        if twice { Err(Error::new(ErrorKind::DuplicateKey, encoder.written())) } else { Ok(()) }
    }

    /// Writes the content of the protected bucket's byte string; nothing when it has no entries.
    pub(crate) fn encode_protected(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if self.bucket(true).next().is_none() {
            return Ok(());
        }
        self.encode_bucket(true, encoder)
    }

    /// Writes the unprotected bucket.
    pub(crate) fn encode_unprotected(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.encode_bucket(false, encoder)
    }

    /// Writes both buckets; where the content of the protected one stands, from and to.
    ///
    /// # Errors
    /// `DuplicateKey` for a label that stands twice in a bucket, or in both.
    pub(crate) fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(usize, usize), Error> {
        let in_both =
            |(label, _): (Label<'_>, _)| self.bucket(false).any(|(other, _)| label == other);
        if self.bucket(true).any(in_both) {
            return Err(Error::new(ErrorKind::DuplicateKey, encoder.written()));
        }
        encoder.wrapped(|inner| self.encode_protected(inner))?;
        let end = encoder.written();
        let mut counting = Encoder::counting();
        self.encode_protected(&mut counting)?;
        self.encode_unprotected(encoder)?;
        Ok((end.saturating_sub(counting.written()), end))
    }
}

impl Value<'_> {
    fn encode(self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Integer(integer) => encoder.integer(integer)?,
            Self::Bytes(bytes) => encoder.bytes(bytes)?,
            Self::ContentType(content_type) => return content_type.encode(encoder),
            Self::Labels(labels) => {
                encoder.array(labels.len())?;
                for label in labels {
                    encoder.integer(*label)?;
                }
                encoder
            }
            Self::Encoded(encoded) => encoder.raw(encoded)?,
        };
        Ok(())
    }
}
