#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod comid;
mod corim;
mod cotl;
mod environment;
mod error;
mod key;
mod map;
mod measurement;
mod signed;
mod triples;
mod values;

pub use comid::{Comid, LinkedTag, TagIdentity, TagRel};
pub use corim::{CBOR_TAG, ConciseTag, Corim, Locator, Profile};
pub use cotl::Cotl;
pub use environment::{Class, ClassId, Environment, Group, Instance};
pub use error::{Error, ErrorKind};
pub use key::CryptoKey;
pub use map::{Extensions, Iter, List};
pub use measurement::{
    Flags, IntRange, IntegrityRegister, Measurement, MeasurementKey, MeasurementValues, RawValue,
    Registers, Svn, Version,
};
pub use signed::{MEDIA_TYPE, Meta, SignedCorim};
pub use triples::{
    ConditionalTriple, CoswidTriple, DomainTriple, KeyTriple, MeasurementTriple, SeriesRecord,
    SeriesTriple, Triples,
};
pub use values::{Algorithm, Digest, Entity, Id, Validity};
