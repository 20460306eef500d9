//! SHA-256 by hexad-cortex-m4.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hexad_bench_cortex_m::cose;
use hexad_cortex_m4::CortexM4;
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{HashAlgorithm, Segments};

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        cose::hash(criterion, "hexad-cortex-m4", |bytes| {
            let digest = CortexM4.digest(HashAlgorithm::Sha256, &Segments::plain(bytes));
            digest.is_ok_and(|digest| digest.as_bytes().len() == 32)
        })
    })
}
