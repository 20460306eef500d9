#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod access;
pub mod authentication;
#[cfg(feature = "alloc")]
pub mod builder;
pub mod command;
pub mod common;
pub mod component;
pub mod decryption;
pub mod delegation;
pub mod dependency;
pub mod digest;
pub mod encryption;
pub mod envelope;
mod error;
pub mod flash;
#[cfg(feature = "alloc")]
pub mod inspect;
pub mod labels;
#[cfg(feature = "alloc")]
pub mod lint;
pub mod manifest;
pub mod metadata;
pub mod mud;
mod options;
pub mod parameter;
pub mod platform;
pub mod processor;
mod proof;
mod read;
pub mod report;
mod sequence;
mod signers;
pub mod text;
pub mod version;
pub mod wait;
mod write;

pub use authentication::TrustAnchors;
pub use component::ComponentIdentifier;
pub use envelope::Envelope;
pub use error::{Error, ErrorKind};
pub use manifest::{Manifest, Severable};
pub use options::Options;
pub use platform::{Ciphertext, Component, DeviceIds, Failure, Identity, Platform, Record};
pub use processor::{Outcome, Procedure, Processor, Step};
pub use proof::Proof;
pub use signers::{Demand, Signers};
