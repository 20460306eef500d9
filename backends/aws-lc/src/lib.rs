#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod aead;
mod agree;
mod cipher;
mod hash;
mod kdf;
mod key;
mod mac;
mod verify;
mod wrap;

pub use agree::AgreementKey;
pub use hash::RunningHash;
pub use key::SigningKey;
pub use mac::RunningTag;

/// The backend: AWS-LC, with nothing to configure and no state. Randomness is its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

#[cfg(test)]
mod tests;
