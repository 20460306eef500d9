//! `COSE_Sign1`: decoding and hashing, by coset on sha2.
#![no_std]
#![no_main]

use core::hint::black_box;
use cortex_m_rt::entry;

use coset::{CoseSign1, TaggedCborSerializable};
use hexad_bench_cortex_m::{SIGN1_P256, cose, heap};
use sha2::{Digest, Sha256};

#[entry]
fn main() -> ! {
    heap::start();
    hexad_bench_cortex_m::run(|criterion| {
        cose::each(criterion, "sign1/check", "coset", &SIGN1_P256, |message| {
            let Ok(message) = CoseSign1::from_tagged_slice(message) else { return false };
            let checked = message.verify_signature(&[], |signature, signed| {
                black_box((signature, Sha256::digest(signed)));
                Ok::<_, ()>(())
            });
            checked.is_ok()
        });
    })
}
