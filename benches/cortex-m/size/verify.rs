//! Reading and verifying a `COSE_Sign1` by ESP256.
#![no_std]
#![no_main]

mod common;

use core::hint::black_box;

use cortex_m_rt::entry;
use hexad_cose_core::{Algorithm, Curve, Error, Expect, Key, PublicKey, Sign1};

use common::Accelerator;

/// What a bootloader does.
fn verify(point: &[u8], message: &'static [u8]) -> Result<&'static [u8], Error> {
    let Some(key) = PublicKey::from_point(Curve::P256, point) else { return Ok(&[]) };
    let key = Key::from_public(key);
    let check =
        Sign1::parse(message)?.check(&key, Expect::alg(Algorithm::ESP256), &mut Accelerator)?;
    Ok(check.run(&mut Accelerator)?.payload())
}

#[entry]
fn main() -> ! {
    black_box(verify(common::point(), common::input()).is_ok());
    loop {
        cortex_m::asm::nop();
    }
}
