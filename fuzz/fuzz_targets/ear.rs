//! An attestation result that is read says no better than its parts, and is written and read again the
//! same.

#![no_main]

use hexad_cose_core::cbor::Encoder;
use hexad_eat::ear::Ear;
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parse = |data: &[u8]| Ear::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(data, parse) {
        return;
    }
    let ear = Ear::parse(data).expect("it was accepted before");
    let mut written = Vec::new();
    if ear.encode(&mut Encoder::appending(&mut written)).is_ok() {
        let again = Ear::parse(&written).expect("what is written is a result");
        assert_eq!(again.tier(), ear.tier());
        let mut second = Vec::new();
        again.encode(&mut Encoder::appending(&mut second)).expect("it was written before");
        assert_eq!(written, second);
    }
});
