//! The primitives of the portable backend, each behind the message that needs it: which of them can panic?
#![no_std]
#![no_main]

mod common;

use core::hint::black_box;

use common::{input, point};
use cortex_m_rt::entry;
use hexad_cose_core::{
    Algorithm, Curve, Encrypt0, Error, Expect, Key, Mac0, PublicKey, Secret, Sign1,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};

fn verify(curve: Curve, algorithm: Algorithm) -> Result<usize, Error> {
    let Some(key) = PublicKey::from_point(curve, point()) else { return Ok(0) };
    let (key, expect) = (Key::from_public(key), Expect::alg(algorithm));
    let check = Sign1::parse(input())?.check(&key, expect, &mut RustCrypto)?;
    check.run(&mut RustCrypto).map(|message| message.payload().len())
}

fn sign(curve: Curve, algorithm: Algorithm, buffer: &mut [u8]) -> Result<usize, Error> {
    let Ok(key) = SigningKey::from_bytes(curve, input()) else { return Ok(0) };
    let draft = Sign1::builder(algorithm).payload(input(), buffer)?;
    draft.sign(&key, &mut RustCrypto).map(<[u8]>::len)
}

fn authenticate(algorithm: Algorithm) -> Result<usize, Error> {
    let key = Secret::new(input(), algorithm);
    let message = Mac0::parse(input())?.verify(&key, Expect::alg(algorithm), &mut RustCrypto)?;
    Ok(message.payload().len())
}

fn decrypt(algorithm: Algorithm, buffer: &mut [u8]) -> Result<usize, Error> {
    let key = Secret::new(input(), algorithm);
    let message = Encrypt0::parse(input())?;
    let plaintext = message.decrypt(&key, Expect::alg(algorithm), buffer, &mut RustCrypto)?;
    Ok(plaintext.get().len())
}

#[entry]
fn main() -> ! {
    let mut buffer = [0; 512];
    for (curve, algorithm) in
        [(Curve::P256, Algorithm::ESP256), (Curve::Ed25519, Algorithm::ED25519)]
    {
        black_box(verify(curve, algorithm).is_ok());
        black_box(sign(curve, algorithm, &mut buffer).is_ok());
    }
    black_box(authenticate(black_box(Algorithm::HMAC_256)).is_ok());
    black_box(decrypt(black_box(Algorithm::A128GCM), &mut buffer).is_ok());
    loop {
        cortex_m::asm::nop();
    }
}
