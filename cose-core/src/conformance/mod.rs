//! The suite that every backend runs in its tests: published vectors, and inputs that must be refused.
//!
//! There is one function a capability. A backend calls those for what it offers from its own tests. An
//! algorithm that it answers with `Unsupported` is passed over; one that it answers wrongly fails the
//! test, with the name of the vector. Each function gives the algorithms that were offered, so that a
//! backend can hold them against its list.
//!
//! A device that an executor waits for, or that is started and asked again later, runs the same suite
//! in [`Awaited`] or [`Polled`]; one that takes messages in pieces, in [`Streamed`]. [`Delayed`] makes such a device of a backend that answers at once: for
//! the tests of code that waits.
//!
//! ```
//! use hexad_cose_core::conformance::{self, Delayed, Polled};
//! use hexad_rustcrypto::RustCrypto;
//!
//! conformance::hash(&mut RustCrypto);
//! conformance::verify(&mut Polled(Delayed::new(RustCrypto, 3)));
//! ```

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a suite that runs inside a test fails as a test does"
)]

mod aead;
mod agree;
mod delayed;
mod forms;
mod hash;
mod kdf;
mod mac;
mod signature;
mod wrap;

use alloc::vec::Vec;
use core::fmt::Debug;

pub use aead::aead;
pub use agree::{agree, agree_ephemeral};
pub use delayed::{Delayed, DelayedAnswer, DelayedBytes, DelayedContent, DelayedSecret};
pub use forms::{Awaited, Polled, Streamed};
pub use hash::hash;
pub use kdf::kdf;
pub use mac::mac;
pub use signature::{sign, verify};
pub use wrap::key_wrap;

use crate::crypto::CryptoError;

/// The algorithms that a backend was found to offer.
#[derive(Debug)]
struct Offered<A>(Vec<A>);

impl<A: Copy + PartialEq> Offered<A> {
    const fn none() -> Self {
        Self(Vec::new())
    }

    fn add(&mut self, algorithm: A) {
        if !self.0.contains(&algorithm) {
            self.0.push(algorithm);
        }
    }

    /// All of them, of which there must be one.
    fn finish(self) -> Vec<A> {
        assert!(!self.0.is_empty(), "the backend offers none of the algorithms of the suite");
        self.0
    }
}

/// An answer, or `None` when the algorithm is not offered. Any other error fails the test.
fn offered<T>(answer: Result<T, CryptoError>, source: &str) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(CryptoError::Unsupported) => None,
        Err(error) => panic!("{source}: {error}"),
    }
}

/// Fails the test unless `answer` is `expected`.
fn refused<T: Debug>(
    answer: Result<T, CryptoError>,
    expected: CryptoError,
    what: &str,
    source: &str,
) {
    match answer {
        Err(error) if error == expected => (),
        other => panic!("{source}: {what}: expected {expected:?}, got {other:?}"),
    }
}

/// The bytes of `hex`, which may be broken into lines.
fn decode(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|digit| !digit.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| {
        let digits = core::str::from_utf8(pair).unwrap_or_default();
        u8::from_str_radix(digits, 16).unwrap_or_else(|error| panic!("{digits}: {error}"))
    };
    digits.chunks(2).map(byte).collect()
}

/// `bytes` with one bit of the byte at `at` changed.
fn changed(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    if let Some(byte) = changed.get_mut(at) {
        *byte ^= 1;
    }
    changed
}
