//! Values of the claims that describe software: manifests, measurements and their results, letters of
//! approval (RFC 9711, 4.2.14 to 4.2.17).

use hexad_cose_core::ErrorKind as Cose;
use hexad_cose_core::cbor::{Cursor, Encoder, Type, check_well_formed};

use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::list::{Codec, List};

/// Bytes, text or, of a body, what else its format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body<'b> {
    /// A byte string.
    Bytes(&'b [u8]),
    /// A text string.
    Text(&'b str),
    /// One encoded item that is neither, such as a `SUIT_Reference`; an identifier is none.
    Item(&'b [u8]),
}

impl<'b> Body<'b> {
    fn read(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(match cursor.peek()? {
            Type::Text => Self::Text(cursor.text()?),
            Type::Bytes => Self::Bytes(cursor.bytes()?),
            _ => Self::Item(cursor.item()?.bytes()),
        })
    }

    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Bytes(bytes) => encoder.bytes(bytes)?,
            Self::Text(text) => encoder.text(text)?,
            Self::Item(item) => {
                check_well_formed(item)?;
                encoder.raw(item)?
            }
        };
        Ok(())
    }
}

/// An element of `manifests` or `measurements`: a body and the CoAP content format that says what it
/// is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Formatted<'b> {
    /// The CoAP content format.
    pub content_type: u16,
    /// The manifest, or the measurements.
    pub body: Body<'b>,
}

impl<'b> Formatted<'b> {
    /// `application/swid+cbor`: an untagged CoSWID. It must hold a payload in `manifests`, and
    /// evidence in `measurements`.
    pub const COSWID: u16 = 258;

    /// A CoSWID without its CBOR tag, in its encoding.
    #[must_use]
    pub const fn coswid(tag: &'b [u8]) -> Self {
        Self { content_type: Self::COSWID, body: Body::Bytes(tag) }
    }

    /// The bytes of a CoSWID, if it is one.
    #[must_use]
    pub const fn as_coswid(&self) -> Option<&'b [u8]> {
        match (self.content_type, self.body) {
            (Self::COSWID, Body::Bytes(tag)) => Some(tag),
            _ => None,
        }
    }
}

impl<'b> Codec<'b> for Formatted<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let content_type = cursor.unsigned_as()?;
        let body = match content_type {
            Self::COSWID => Body::Bytes(cursor.bytes()?),
            _ => Body::read(cursor)?,
        };
        Ok(Self { content_type, body })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.array(2)?.unsigned(self.content_type.into())?;
        self.body.write(encoder)
    }
}

/// How a comparison of a measurement with its reference came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// 1: equal to the reference.
    Success,
    /// 2: not equal.
    Fail,
    /// 3: not run, or could not.
    NotRun,
    /// 4: there was nothing to compare.
    Absent,
}

impl Comparison {
    /// The number on the wire.
    #[must_use]
    pub const fn value(self) -> u64 {
        match self {
            Self::Success => 1,
            Self::Fail => 2,
            Self::NotRun => 3,
            Self::Absent => 4,
        }
    }
}

/// One result in `measres`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IndividualResult<'b> {
    /// What was measured, as the measurement system names it.
    pub result_id: Body<'b>,
    /// How it came out.
    pub result: Comparison,
}

impl<'b> Codec<'b> for IndividualResult<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let wrong = Error::new(ErrorKind::Claim(labels::MEASRES), cursor.offset());
        let result_id = Body::read(cursor)?;
        if matches!(result_id, Body::Item(_)) {
            return Err(wrong);
        }
        let here = cursor.offset();
        let result = match cursor.unsigned()? {
            1 => Comparison::Success,
            2 => Comparison::Fail,
            3 => Comparison::NotRun,
            4 => Comparison::Absent,
            _ => return Err(Error::new(ErrorKind::Claim(labels::MEASRES), here)),
        };
        Ok(Self { result_id, result })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if matches!(self.result_id, Body::Item(_)) {
            return Err(Error::new(ErrorKind::Claim(labels::MEASRES), encoder.written()));
        }
        self.result_id.write(encoder.array(2)?)?;
        encoder.unsigned(self.result.value())?;
        Ok(())
    }
}

/// An element of `measres`: the results of one measurement system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasurementResults<'b> {
    /// The system's name.
    pub measurement_system: &'b str,
    /// One or more results.
    pub results: List<'b, IndividualResult<'b>>,
}

impl<'b> Codec<'b> for MeasurementResults<'b> {
    fn parse(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let measurement_system = cursor.text()?;
        Ok(Self { measurement_system, results: List::parse_array(cursor, depth)? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if self.results.is_empty() {
            return Err(Error::new(ErrorKind::Claim(labels::MEASRES), encoder.written()));
        }
        encoder.array(2)?.text(self.measurement_system)?;
        self.results.encode_array(encoder)
    }
}

/// An element of `dloas`: where a Digital Letter of Approval is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dloa<'b> {
    /// The registrar's URL.
    pub registrar: &'b str,
    /// Which platform was certified.
    pub platform_label: &'b str,
    /// Which application, if the letter is about one.
    pub application_label: Option<&'b str>,
}

impl<'b> Codec<'b> for Dloa<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.array()?;
        let mut texts = [None; 3];
        for text in &mut texts {
            if items.next(cursor)? {
                *text = Some(cursor.text()?);
            } else {
                break;
            }
        }
        match texts {
            [Some(registrar), Some(platform_label), application_label]
                if application_label.is_none() || !items.next(cursor)? =>
            {
                Ok(Self { registrar, platform_label, application_label })
            }
            _ => Err(here.error(Cose::Length).into()),
        }
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.array(2 + usize::from(self.application_label.is_some()))?;
        encoder.text(self.registrar)?.text(self.platform_label)?;
        if let Some(label) = self.application_label {
            encoder.text(label)?;
        }
        Ok(())
    }
}
