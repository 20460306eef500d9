//! An EAT claims-set that is read can be shown, written, and read again the same; a token gives its
//! claims only when its signature holds.

#![no_main]

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::Encoder;
use hexad_eat::{Claims, ErrorKind, Token, inspect};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    accepts_exactly(data, |data| Token::parse(data).map(|_| ()).map_err(|error| error.offset()));
    let parse = |data: &[u8]| Claims::parse(data).map(|_| ()).map_err(|error| error.offset());
    let accepted = accepts_exactly(data, parse);
    match inspect::claims_lines(data).map_err(|error| error.kind()) {
        Ok(_) => assert!(accepted, "only what is valid is shown"),
        // The depth counts from the outermost item there, and from the claim when it is read.
        Err(kind) => assert!(!accepted || kind == ErrorKind::Cose(Cbor::TooDeep)),
    }
    if let Ok(token) = Token::parse(data) {
        let payload = token.unverified_payload();
        let end = payload.offset() + payload.bytes().len();
        assert_eq!(data.get(payload.offset()..end), Some(payload.bytes()), "a view of the input");
    }
    if !accepted {
        return;
    }
    let claims = Claims::parse(data).expect("it was accepted before");
    let mut written = Vec::new();
    if claims.encode(&mut Encoder::appending(&mut written)).is_ok() {
        let again = Claims::parse(&written).expect("what is written is a claims-set");
        let mut second = Vec::new();
        again.encode(&mut Encoder::appending(&mut second)).expect("it was written before");
        assert_eq!(written, second);
    }
});
