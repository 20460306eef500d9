#![no_std]
#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
mod aead;
#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "curve25519",
    feature = "curve448"
))]
mod agree;
#[cfg(feature = "aes")]
mod cipher;
#[cfg(any(feature = "p256", feature = "p384", feature = "p521", feature = "secp256k1"))]
mod ecdsa;
#[cfg(feature = "curve448")]
mod ed448;
#[cfg(feature = "curve25519")]
mod eddsa;
mod hash;
#[cfg(feature = "hss-lms")]
mod hss;
mod kdf;
#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "secp256k1",
    feature = "curve25519",
    feature = "curve448",
    feature = "ml-dsa",
    feature = "rsa-sign"
))]
mod key;
mod mac;
#[cfg(feature = "ml-dsa")]
mod mldsa;
#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
mod open;
#[cfg(feature = "pem")]
mod pem;
#[cfg(any(feature = "p256", feature = "p384", feature = "p521", feature = "secp256k1"))]
mod point;
#[cfg(feature = "rsa")]
mod rsa;
#[cfg(any(feature = "curve25519", feature = "ml-dsa", feature = "hss-lms"))]
mod stream;
mod verify;
#[cfg(feature = "aes")]
mod wrap;

#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
pub use aead::MAX_AAD;
#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "curve25519",
    feature = "curve448"
))]
pub use agree::AgreementKey;
pub use hash::{RunningHash, Sha256};
pub use kdf::derive;
#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "secp256k1",
    feature = "curve25519",
    feature = "curve448",
    feature = "ml-dsa",
    feature = "rsa-sign"
))]
pub use key::SigningKey;
pub use mac::RunningTag;
#[cfg(any(feature = "aes", feature = "chacha20poly1305"))]
pub use open::RunningOpen;
#[cfg(feature = "pem")]
pub use pem::{OwnedPublicKey, PemError, public_key_from_pem, public_key_to_pem};
#[cfg(any(feature = "curve25519", feature = "ml-dsa", feature = "hss-lms"))]
pub use stream::RunningVerification;
pub use verify::verify;

/// The backend: every algorithm in software, with nothing to configure and no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

#[cfg(test)]
#[cfg(feature = "full")]
mod tests;
