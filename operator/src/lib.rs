#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod appraisal;
pub mod challenge;
pub mod evidence;
pub mod mud_reference;
pub mod network;
pub mod release;
