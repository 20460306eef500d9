#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "std")]
pub mod convert;
mod entity;
mod error;
mod hash;
mod iana;
#[cfg(feature = "alloc")]
pub mod inspect;
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
pub use signed::{CosignedTag, SignedTag};
pub use tag::{
    CBOR_TAG, CONTENT_FORMAT, ConciseSwidTag, MEDIA_TYPE, PayloadOrEvidence, TagId, TagType,
};
