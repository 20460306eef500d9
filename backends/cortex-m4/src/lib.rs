#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(any(p256_assembly, software_agrees))]
mod agree;
mod hash;
#[cfg(any(p256_assembly, software_signs))]
mod key;
#[cfg(p256_assembly)]
mod p256;
mod sha256;
mod software;
mod verify;

#[cfg(any(p256_assembly, software_agrees))]
pub use agree::AgreementKey;
pub use hash::RunningHash;
#[cfg(any(p256_assembly, software_signs))]
pub use key::SigningKey;
pub use sha256::Sha256;

/// A tag that is being computed, wiped when dropped and never printed.
pub type RunningTag = hexad_rustcrypto::RunningTag<Sha256>;

/// The check of a signature over a message that arrives in pieces.
#[cfg(software_streams)]
pub type RunningVerification<'c> = hexad_rustcrypto::RunningVerification<'c, Sha256>;

/// The backend: assembly where the target runs it, else software; no state, nothing to configure.
#[derive(Clone, Copy, Debug, Default)]
pub struct CortexM4;
