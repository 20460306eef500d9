#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod bundle;
mod claims;
pub mod cmw;
pub mod ear;
mod entity;
mod error;
pub mod fdo;
pub mod freshness;
#[cfg(feature = "alloc")]
pub mod inspect;
#[cfg(feature = "std")]
pub mod json;
pub mod labels;
mod list;
mod measured;
mod media;
mod message;
pub mod profile;
pub mod psa;
mod software;
mod submods;
pub mod teep;
mod token;
mod unprotected;

pub use bundle::{Bundle, DetachedClaims, MainToken};
pub use claims::Claims;
pub use entity::{DebugStatus, Location, OemId, Sueid, Ueid, Version};
pub use error::{Error, ErrorKind};
pub use hexad_cose_core::cbor::Number;
pub use hexad_cose_core::cwt::{Audience, Claim, Confirmation, Others};
#[cfg(feature = "std")]
pub use json::{JsonBundle, JsonClaims, Jwt, Nested};
pub use list::{Element, Iter, List};
pub use measured::{MeasuredComponent, Measurement};
pub use media::MediaType;
pub use message::{IntendedUse, Nonce, ProfileId};
pub use profile::{ConstrainedDevice, Profile};
pub use software::{Body, Comparison, Dloa, Formatted, IndividualResult, MeasurementResults};
pub use submods::{MAX_SUBMODULE_DEPTH, NamedSubmodule, Submodule, SubmoduleClaims};
pub use token::{BootState, Token, TokenBuilder, TokenCheck, TokenPending};
pub use unprotected::Uccs;
