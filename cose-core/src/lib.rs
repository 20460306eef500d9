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
#[cfg(feature = "coset")]
pub mod coset;
pub mod crypto;
pub mod cwt;
mod error;
mod expect;
#[cfg(any(doc, doctest))]
pub mod guide;
mod header;
pub mod iana;
#[cfg(feature = "jwk")]
pub mod jwk;
#[cfg(feature = "jwk")]
pub mod jws;
mod key;
mod labels;
mod message;
mod segments;
pub mod x509;

pub use check::{Check, Pending, Verified};
pub use crypto::{CryptoError, Digest, SharedSecret, Signed};
pub use error::{Error, ErrorKind};
pub use expect::Expect;
pub use header::{ContentType, Headers, NewHeaders, Parameter, insert_unprotected};
pub use iana::{Algorithm, Curve, HashAlgorithm};
pub use key::{Key, KeyOperation, KeySet, Keys, PublicKey, PublicKeyBuf, Secret, Y};
pub use labels::Label;
pub use message::{
    Agreement, Builder, ContentKey, Countersignature, Countersignature0, Countersignatures,
    Countersigned, Decryption, Draft, Encrypt, Encrypt0, KdfInfo, Mac, Mac0, Message,
    NewCountersignature, NewRecipient, PartyInfo, PendingAgreement, PendingDecryption,
    PendingSignature, Recipient, RecipientKey, Recipients, Sign, Sign1, Signature, Signatures,
    Signing, StreamedDecryption, StreamedDraft, StreamedMac, StreamedSignature,
    StreamedVerification, kind,
};
pub use segments::Segments;
