//! A CWT's claims-set that is read can be written, and read again the same; no date and no clock breaks a
//! check; a token is a view of its input.

#![no_main]

use hexad_cose_core::cbor::{Encoder, check_deterministic};
use hexad_cose_core::cwt::{self, Claims, Clock};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    accepts_exactly(data, |data| cwt::parse(data).map(|_| ()).map_err(|error| error.offset()));
    if let Ok(message) = cwt::parse(data) {
        if let Some(content) = message.unverified_content() {
            let end = content.offset() + content.bytes().len();
            assert_eq!(data.get(content.offset()..end), Some(content.bytes()));
        }
        let _ = message.headers().cwt_claims();
    }
    let parse = |data: &[u8]| Claims::parse(data).map(|_| ()).map_err(|error| error.offset());
    if !accepts_exactly(data, parse) {
        return;
    }
    let claims = Claims::parse(data).expect("it was accepted before");
    for now in [i64::MIN, 0, 1_700_000_000, i64::MAX] {
        let strict = claims.check_validity(Clock { now, leeway: 0 });
        let lenient = claims.check_validity(Clock { now, leeway: u32::MAX });
        assert!(strict.is_err() || lenient.is_ok(), "a leeway is in the token's favour");
        let _ = claims.check_age(60, Clock { now, leeway: 0 });
    }
    assert_eq!(claims.check_replicated(&claims), Ok(()));
    if let Some(cnf) = claims.cnf {
        let forms = [cnf.key().is_some(), cnf.encrypted_key().is_some()];
        assert_ne!(forms, [true, true], "one key");
    }
    let mut written = Vec::new();
    if claims.encode(&mut Encoder::appending(&mut written)).is_ok() {
        let again = Claims::parse(&written).expect("what is written is a claims-set");
        assert_eq!(again, claims);
        let known = Claims { others: cwt::Others::default(), cnf: None, ..claims };
        let mut written = Vec::new();
        known.encode(&mut Encoder::appending(&mut written)).expect("its parts were written before");
        assert_eq!(check_deterministic(&written), Ok(()));
    }
});
