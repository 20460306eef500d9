//! CBOR alone: a large map, passed over and checked.

use std::hint::black_box;

use hexad_cose_core::cbor::{Cursor, check_deterministic};

use crate::{Bench, Measure, input};

/// A map of 1,000 entries.
///
/// # Panics
/// When the encoder is broken.
pub fn map(measure: &mut impl Measure) {
    const ENTRIES: u32 = 1_000;
    let map = input::map(ENTRIES).expect("the encoder works");
    let bench = |group, by| Bench { group, by, input: 1_000, bytes: map.len() };
    measure.measure(bench("cbor/skip", "hexad"), || Cursor::new(black_box(&map)).skip());
    measure.measure(bench("cbor/skip", "minicbor"), || {
        minicbor::decode::Decoder::new(black_box(&map)).skip()
    });
    measure.measure(bench("cbor/check", "hexad"), || check_deterministic(black_box(&map)));
}
