#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod appraisal;
pub mod cache;
pub mod challenge;
pub mod endorsement;
pub mod environment;
pub mod evidence;
pub mod mud_reference;
pub mod network;
pub mod passport;
pub mod reference;
pub mod release;
