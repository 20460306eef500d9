#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod cbor;
mod check;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod crypto;
mod error;
mod header;
pub mod iana;
mod key;
mod labels;
mod mac0;
mod segments;
mod sign1;
mod thumbprint;
pub mod x509;

pub use check::{Check, Expect, Pending, Verified};
pub use crypto::{
    CryptoError, Digest, Hash, Hasher, Mac, Sign, SignAsync, Signed, Verify, VerifyAsync,
    VerifyPoll,
};
pub use error::{Error, ErrorKind};
pub use header::{ContentType, Headers};
pub use iana::{Algorithm, Curve, HashAlgorithm};
pub use key::{Key, KeyOperation, PublicKey, PublicKeyBuf, Y};
pub use labels::Label;
pub use mac0::{Mac0, Mac0Builder};
pub use segments::Segments;
pub use sign1::{Sign1, Sign1Builder, Unsigned};
