//! What the images of `cargo xtask size` share: primitives that are not there, and what a panic comes to.
#![allow(dead_code, reason = "each image takes what it needs")]

use core::hint::black_box;

use hexad_cose_core::crypto::{CryptoError, Digest, Hash, Hasher, Sign, Signed, Verify};
use hexad_cose_core::{Algorithm, HashAlgorithm, PublicKey};

/// Cryptography without the primitives, as a hardware accelerator is: its calls leave the image.
#[derive(Clone, Copy)]
pub struct Accelerator;

/// A hash that the accelerator computes.
pub struct Running;

impl Hash for Accelerator {
    type Hasher = Running;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Running, CryptoError> {
        black_box(algorithm);
        Ok(Running)
    }
}

impl Hasher for Running {
    fn update(&mut self, data: &[u8]) {
        black_box(data);
    }

    fn finish(self) -> Result<Digest, CryptoError> {
        Ok(Digest::new(black_box(&[0; 32])))
    }
}

impl Verify for Accelerator {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        black_box((algorithm, key, signed, signature));
        if black_box(true) { Ok(()) } else { Err(CryptoError::Rejected) }
    }
}

impl Sign for Accelerator {
    type Key = u8;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        slot: &u8,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        black_box((algorithm, slot, signed, signature));
        Ok(black_box(64))
    }
}

/// What the image reads: the compiler does not know.
pub fn input() -> &'static [u8] {
    static INPUT: [u8; 1024] = [0; 1024];
    black_box(&INPUT[..])
}

/// The point of a key.
pub fn point() -> &'static [u8] {
    static POINT: [u8; 65] = [4; 65];
    black_box(&POINT[..])
}

/// Every panic ends here: if this function is in an image, something in it can panic.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    hexad_can_panic()
}

#[inline(never)]
#[unsafe(no_mangle)]
extern "C" fn hexad_can_panic() -> ! {
    loop {
        black_box(());
    }
}
