//! `triples-map`: what a CoMID says, as triples of a subject, a relation and an object.

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::key::CryptoKey;
use crate::map::{self, Codec, Extensions, List, non_empty};
use crate::measurement::{Measurement, MeasurementKey};
use crate::values::Id;

/// `triples-map`: one member at least.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Triples<'b> {
    /// `reference-triples`: what an attester must measure.
    pub reference: List<'b, MeasurementTriple<'b>>,
    /// `endorsed-triples`: what else is so of an environment.
    pub endorsed: List<'b, MeasurementTriple<'b>>,
    /// `identity-triples`: keys that identify a device.
    pub identity: List<'b, KeyTriple<'b>>,
    /// `attest-key-triples`: keys that sign evidence.
    pub attest_key: List<'b, KeyTriple<'b>>,
    /// `dependency-triples`: whom a domain trusts.
    pub dependency: List<'b, DomainTriple<'b>>,
    /// `membership-triples`: what a domain consists of.
    pub membership: List<'b, DomainTriple<'b>>,
    /// `coswid-triples`: the software of an environment.
    pub coswid: List<'b, CoswidTriple<'b>>,
    /// `conditional-endorsement-series-triples`
    pub conditional_series: List<'b, SeriesTriple<'b>>,
    /// `conditional-endorsement-triples`
    pub conditional: List<'b, ConditionalTriple<'b>>,
    /// What else stands in the map: triples of a profile.
    pub extensions: Extensions<'b>,
}

impl<'b> Codec<'b> for Triples<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut triples = Self::default();
        triples.extensions = map::read(cursor, &[0, 1, 2, 3, 4, 5, 6, 8, 10], |label, cursor| {
            match label {
                0 => triples.reference = List::parse(cursor)?,
                1 => triples.endorsed = List::parse(cursor)?,
                2 => triples.identity = List::parse(cursor)?,
                3 => triples.attest_key = List::parse(cursor)?,
                4 => triples.dependency = List::parse(cursor)?,
                5 => triples.membership = List::parse(cursor)?,
                6 => triples.coswid = List::parse(cursor)?,
                8 => triples.conditional_series = List::parse(cursor)?,
                _ => triples.conditional = List::parse(cursor)?,
            }
            Ok(())
        })?;
        non_empty(here)?;
        Ok(triples)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        if *self == Self::default() {
            return Err(Error::new(ErrorKind::Empty, 0));
        }
        map::write(encoder, &self.extensions, |members| {
            members.list(0, &self.reference)?;
            members.list(1, &self.endorsed)?;
            members.list(2, &self.identity)?;
            members.list(3, &self.attest_key)?;
            members.list(4, &self.dependency)?;
            members.list(5, &self.membership)?;
            members.list(6, &self.coswid)?;
            members.list(8, &self.conditional_series)?;
            members.list(10, &self.conditional)
        })
    }
}

/// `reference-triple-record`, `endorsed-triple-record` and `stateful-environment-record`: measurements of
/// an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeasurementTriple<'b> {
    /// What is measured.
    pub environment: Environment<'b>,
    /// One or more.
    pub measurements: List<'b, Measurement<'b>>,
}

impl<'b> Codec<'b> for MeasurementTriple<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let environment = Environment::parse(cursor)?;
        Ok(Self { environment, measurements: List::parse(cursor)? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.environment.encode(encoder.array(2)?)?;
        self.measurements.encode(encoder)
    }
}

/// `identity-triple-record` and `attest-key-triple-record`: keys of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KeyTriple<'b> {
    /// Whose keys they are.
    pub environment: Environment<'b>,
    /// One or more.
    pub keys: List<'b, CryptoKey<'b>>,
    /// `mkey` of the conditions: the measured element that must be there.
    pub mkey: Option<MeasurementKey<'b>>,
    /// `authorized-by` of the conditions: whose word it must be.
    pub authorized_by: List<'b, CryptoKey<'b>>,
}

impl<'b> Codec<'b> for KeyTriple<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.array()?;
        let mut next = |cursor: &mut Cursor<'b>| items.next(cursor);
        let length = || Error::from(here.error(hexad_cose_core::ErrorKind::Length));
        let mut triple = Self::default();
        if !next(cursor)? {
            return Err(length());
        }
        triple.environment = Environment::parse(cursor)?;
        if !next(cursor)? {
            return Err(length());
        }
        triple.keys = List::parse(cursor)?;
        if next(cursor)? {
            let conditions = *cursor;
            let others = map::read(cursor, &[0, 1], |label, cursor| {
                match label {
                    0 => triple.mkey = Some(MeasurementKey::parse(cursor)?),
                    _ => triple.authorized_by = List::parse(cursor)?,
                }
                Ok(())
            })?;
            others.require_none(conditions.offset())?;
            non_empty(conditions)?;
            if next(cursor)? {
                return Err(length());
            }
        }
        Ok(triple)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let conditions = self.mkey.is_some() || !self.authorized_by.is_empty();
        self.environment.encode(encoder.array(if conditions { 3 } else { 2 })?)?;
        self.keys.encode(encoder)?;
        if !conditions {
            return Ok(());
        }
        map::write(encoder, &Extensions::NONE, |members| {
            members.value(0, self.mkey.as_ref())?;
            members.list(1, &self.authorized_by)
        })
    }
}

/// `domain-membership-triple-record` and `trust-dependency-triple-record`: environments that belong to a
/// domain, or that it trusts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DomainTriple<'b> {
    /// `domain-id`
    pub domain: Environment<'b>,
    /// `members` or `trustees`: one or more.
    pub others: List<'b, Environment<'b>>,
}

impl<'b> Codec<'b> for DomainTriple<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let domain = Environment::parse(cursor)?;
        Ok(Self { domain, others: List::parse(cursor)? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.domain.encode(encoder.array(2)?)?;
        self.others.encode(encoder)
    }
}

/// `coswid-triple-record`: the tags of an environment's software.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CoswidTriple<'b> {
    /// Where the software is.
    pub environment: Environment<'b>,
    /// The tag-ids of CoSWIDs: one or more.
    pub tag_ids: List<'b, Id<'b>>,
}

impl<'b> Codec<'b> for CoswidTriple<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let environment = Environment::parse(cursor)?;
        Ok(Self { environment, tag_ids: List::parse(cursor)? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.environment.encode(encoder.array(2)?)?;
        self.tag_ids.encode(encoder)
    }
}

/// `conditional-endorsement-series-triple-record`: the first record of the series that matches adds its
/// measurements, where the common condition holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SeriesTriple<'b> {
    /// `environment` of the common condition.
    pub environment: Environment<'b>,
    /// `claims-list` of the common condition: any number.
    pub claims: List<'b, Measurement<'b>>,
    /// `authorized-by` of the common condition.
    pub authorized_by: List<'b, CryptoKey<'b>>,
    /// `series`: one or more.
    pub series: List<'b, SeriesRecord<'b>>,
}

impl<'b> Codec<'b> for SeriesTriple<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let here = *cursor;
        let mut items = cursor.array()?;
        let length = || Error::from(here.error(hexad_cose_core::ErrorKind::Length));
        let mut triple = Self::default();
        if !items.next(cursor)? {
            return Err(length());
        }
        triple.environment = Environment::parse(cursor)?;
        if !items.next(cursor)? {
            return Err(length());
        }
        triple.claims = List::parse_any(cursor)?;
        if items.next(cursor)? {
            triple.authorized_by = List::parse(cursor)?;
            if items.next(cursor)? {
                return Err(length());
            }
        }
        triple.series = List::parse(cursor)?;
        Ok(triple)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let authorized = !self.authorized_by.is_empty();
        let condition = encoder.array(2)?.array(if authorized { 3 } else { 2 })?;
        self.environment.encode(condition)?;
        self.claims.encode_any(encoder)?;
        if authorized {
            self.authorized_by.encode(encoder)?;
        }
        self.series.encode(encoder)
    }
}

/// `conditional-series-record`
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SeriesRecord<'b> {
    /// `condition`: one or more.
    pub condition: List<'b, Measurement<'b>>,
    /// `addition`: one or more.
    pub addition: List<'b, Measurement<'b>>,
}

impl<'b> Codec<'b> for SeriesRecord<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let condition = List::parse(cursor)?;
        Ok(Self { condition, addition: List::parse(cursor)? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.condition.encode(encoder.array(2)?)?;
        self.addition.encode(encoder)
    }
}

/// `conditional-endorsement-triple-record`: endorsements that hold where all conditions do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConditionalTriple<'b> {
    /// `conditions`: one or more.
    pub conditions: List<'b, MeasurementTriple<'b>>,
    /// `endorsements`: one or more.
    pub endorsements: List<'b, MeasurementTriple<'b>>,
}

impl<'b> Codec<'b> for ConditionalTriple<'b> {
    fn parse(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        cursor.array_of(2)?;
        let conditions = List::parse(cursor)?;
        Ok(Self { conditions, endorsements: List::parse(cursor)? })
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.conditions.encode(encoder.array(2)?)?;
        self.endorsements.encode(encoder)
    }
}
