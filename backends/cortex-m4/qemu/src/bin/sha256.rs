//! SHA-256 in assembly against `sha2`: a million inputs of 0 to 300 bytes, at any address, in up to
//! four pieces, by both of the crate's ways to hash.
#![no_std]
#![no_main]

use cortex_m_semihosting::hprintln;
use digest::Digest;
use hexad_cortex_m4::{CortexM4, Sha256};
use hexad_cortex_m4_qemu::{random::Random, run};
use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::crypto::{Hash, Hasher};

const INPUTS: u32 = 1_000_000;
const LONGEST: usize = 300;
const PIECES: usize = 4;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(|| {
        let mut random = Random::new(0x5eed_0f5a_256a_5ee5);
        let mut memory = [0; LONGEST + 3];
        for index in 0..INPUTS {
            let length = random.below(LONGEST + 1);
            let start = random.below(4);
            let data = &mut memory[start..start + length];
            random.fill(data);
            let data = &*data;

            let mut ours = Hash::start(&mut CortexM4, HashAlgorithm::Sha256).expect("SHA-256");
            let mut generic = Sha256::new();
            let mut rest = data;
            for _ in 1..PIECES {
                let (piece, behind) = rest.split_at(random.below(rest.len() + 1));
                if index % 2 == 0 {
                    ours.update(piece)
                } else {
                    generic.update(piece)
                }
                rest = behind;
            }
            let expected = sha2::Sha256::digest(data);
            if index % 2 == 0 {
                ours.update(rest);
                let digest = ours.finish().expect("a digest");
                assert_eq!(digest.as_bytes(), &expected[..], "input {index}, {length} bytes");
            } else {
                generic.update(rest);
                assert_eq!(generic.finalize()[..], expected[..], "input {index}, {length} bytes");
            }
        }
        hprintln!("SHA-256: {} inputs, all as sha2 says", INPUTS);
    })
}
