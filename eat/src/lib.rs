#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod claims;
pub mod ear;
mod entity;
mod error;
pub mod freshness;
#[cfg(feature = "alloc")]
pub mod inspect;
pub mod labels;
mod list;
mod message;
pub mod profile;
mod software;
mod submods;
mod token;

pub use claims::Claims;
pub use entity::{DebugStatus, Location, OemId, Sueid, Ueid, Version};
pub use error::{Error, ErrorKind};
pub use hexad_cose_core::cbor::Number;
pub use hexad_cose_core::cwt::{Claim, Confirmation, Others};
pub use list::{Element, Iter, List};
pub use message::{IntendedUse, Nonce, ProfileId};
pub use profile::{ConstrainedDevice, Profile};
pub use software::{Body, Comparison, Dloa, Formatted, IndividualResult, MeasurementResults};
pub use submods::{MAX_SUBMODULE_DEPTH, NamedSubmodule, Submodule, SubmoduleClaims};
pub use token::{BootState, Token, TokenBuilder, TokenCheck, TokenPending};
