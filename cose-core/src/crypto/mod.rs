//! What a cryptographic backend offers, one small trait a capability.
//!
//! A backend implements those that it has: a verify-only bootloader links no signing code, and an
//! accelerator that does ECDSA alone is joined by a software hash as the pair `(hash, signer)`. A key
//! is bytes or whatever handle the backend names (a slot of a secure element).
//!
//! What an accelerator does slowly comes in three forms: answered at once ([`Verify`]), waited for by
//! an executor ([`VerifyAsync`]), or started and asked again later ([`VerifyPoll`]). What does not fit into
//! memory is signed, checked and decrypted piece by piece: [`SignStream`], [`VerifyStream`], [`OpenStream`].

mod aead;
mod agree;
mod digest;
mod hash;
mod joined;
mod kdf;
mod mac;
mod sign;
mod verify;
mod wrap;

use core::fmt;

pub use aead::{Aead, AeadAsync, AeadPoll, OpenStream, Opener};
pub use agree::{Agree, AgreeAsync, AgreeEphemeral, AgreePoll, SharedSecret};
pub use digest::Digest;
pub use hash::{Hash, Hasher};
pub use kdf::{Kdf, KdfAlgorithm};
pub use mac::Mac;
pub use sign::{Pieces, Sign, SignAsync, SignPoll, SignStream};
pub use verify::{Signed, Verifier, Verify, VerifyAsync, VerifyPoll, VerifyStream};
pub use wrap::KeyWrap;

use crate::error::{Error, ErrorKind};

/// Why a backend did not do what it was asked.
// A word, for the sake of what a `Result` holds besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u32)]
pub enum CryptoError {
    /// The signature or tag is wrong: the answer "no".
    Rejected,
    /// The algorithm, curve or key type is not offered: "can't".
    Unsupported,
    /// The key is not a valid key (a point off the curve, a wrong size).
    InvalidKey,
    /// The output buffer is too small.
    BufferTooSmall,
    /// The device failed, or its source of randomness.
    Device,
}

impl CryptoError {
    /// The same as an [`Error`] about the item at `offset`.
    #[must_use]
    pub const fn at(self, offset: usize) -> Error {
        let kind = match self {
            Self::Rejected => ErrorKind::VerificationFailed,
            Self::Unsupported => ErrorKind::Unsupported,
            Self::InvalidKey => ErrorKind::KeyMismatch,
            Self::BufferTooSmall => ErrorKind::BufferTooSmall,
            Self::Device => ErrorKind::Backend,
        };
        Error::new(kind, offset)
    }
}

impl fmt::Display for CryptoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "the signature or tag does not verify",
            Self::Unsupported => "the algorithm is not offered",
            Self::InvalidKey => "the key is not valid",
            Self::BufferTooSmall => "the output buffer is too small",
            Self::Device => "the device failed",
        })
    }
}

impl core::error::Error for CryptoError {}
