#![no_std]
#![doc = include_str!("../README.md")]

mod entity;
mod error;
mod hash;
mod iana;
pub mod labels;
mod link;
mod map;
mod meta;
mod resources;
mod signed;
mod tag;
pub mod version;

pub use entity::Entity;
pub use error::{Error, ErrorKind};
pub use hash::{HashAlgorithm, HashEntry};
pub use iana::{Label, Ownership, Rel, Role, Use, VersionScheme};
pub use link::Link;
pub use map::{Entry, Extensions, Iter, OneOrMore};
pub use meta::SoftwareMeta;
pub use resources::{
    Directory, Evidence, File, Files, LocatedFile, MAX_DIRECTORY_DEPTH, Path, Payload, Process,
    Resource, ResourceCollection,
};
pub use signed::SignedTag;
pub use tag::{
    CBOR_TAG, CONTENT_FORMAT, ConciseSwidTag, MEDIA_TYPE, PayloadOrEvidence, TagId, TagType,
};
