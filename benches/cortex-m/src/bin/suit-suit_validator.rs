//! SUIT: an envelope read and authenticated, by suit_validator.
#![no_std]
#![no_main]

use core::hint::black_box;
use cortex_m_rt::entry;

use hexad_bench_cortex_m::{UPDATE, suit};
use suit_validator::SuitError;
use suit_validator::crypto::SuitCrypto;
use suit_validator::handler::GenericStartHandler;

/// Signatures that hold without being computed.
struct Unsigned;

impl SuitCrypto for Unsigned {
    fn verify_cose(&self, authentication: &[u8], digest: &[u8]) -> Result<(), SuitError> {
        black_box((authentication, digest));
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    hexad_bench_cortex_m::run(|criterion| {
        suit::bench(criterion, "suit/authenticate", "suit_validator", || {
            let mut handler = GenericStartHandler {
                on_envelope: |envelope| {
                    black_box(
                        envelope.manifest.get().map(|manifest| manifest.sequence_number).ok(),
                    );
                },
                on_manifest: |_| {},
            };
            suit_validator::suit_decode(black_box(UPDATE), &mut handler, &mut Unsigned).is_ok()
        });
    })
}
