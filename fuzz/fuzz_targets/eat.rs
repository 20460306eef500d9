//! An EAT claims-set that is read can be shown, written, and read again the same; a token gives its
//! claims only when its signature holds. So can bundles, PSA claims, wrapped messages, and the JSON of each.

#![no_main]

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::Encoder;
use hexad_eat::cmw::Cmw;
use hexad_eat::{
    Bundle, Claims, Error, ErrorKind, JsonBundle, JsonClaims, Jwt, Nested, Token, inspect, json,
    psa,
};
use hexad_fuzz::accepts_exactly;
use libfuzzer_sys::fuzz_target;

/// What is written from a value is read, and written again the same.
fn stable(
    write: impl Fn(&mut Encoder<'_>) -> Result<(), Error>,
    again: impl Fn(&[u8], &mut Encoder<'_>) -> Result<(), Error>,
) {
    let mut written = Vec::new();
    if write(&mut Encoder::appending(&mut written)).is_ok() {
        let mut second = Vec::new();
        again(&written, &mut Encoder::appending(&mut second)).expect("what is written is read");
        assert_eq!(written, second);
    }
}

fn other_forms(data: &[u8]) {
    if let Ok(bundle) = Bundle::parse(data) {
        let again = |bytes: &[u8], encoder: &mut Encoder<'_>| Bundle::parse(bytes)?.encode(encoder);
        stable(|encoder| bundle.encode(encoder), again);
    }
    if let Ok(claims) = psa::Claims::parse(data) {
        let again =
            |bytes: &[u8], encoder: &mut Encoder<'_>| psa::Claims::parse(bytes)?.encode(encoder);
        stable(|encoder| claims.encode(encoder), again);
    }
    if let Ok(cmw) = Cmw::parse(data) {
        let again = |bytes: &[u8], encoder: &mut Encoder<'_>| Cmw::parse(bytes)?.encode(encoder);
        stable(|encoder| cmw.encode(encoder), again);
    }
}

fn json_forms(text: &str) {
    if let Ok(read) = JsonClaims::parse(text)
        && let Ok(written) = json::write(&read.claims())
    {
        let again = JsonClaims::parse(&written).expect("what is written is read");
        // Of a key, the public half alone is written.
        if read.claims().cnf.is_none() {
            assert_eq!(again.claims(), read.claims(), "{written}");
        }
    }
    if let Ok(cbor) = json::read_cmw(text)
        && let Ok(written) = json::write_cmw(&Cmw::parse(&cbor).expect("it was validated"))
    {
        assert!(json::read_cmw(&written).is_ok(), "{written}");
    }
    let _ = Nested::parse(text);
    let _ = JsonBundle::parse(text);
    if let Ok(jwt) = Jwt::parse(text) {
        let _ = jwt.unverified_claims();
    }
}

fuzz_target!(|data: &[u8]| {
    other_forms(data);
    if let Ok(text) = core::str::from_utf8(data) {
        json_forms(text);
    }
    accepts_exactly(data, |data| Token::parse(data).map(|_| ()).map_err(|error| error.offset()));
    let parse = |data: &[u8]| Claims::parse(data).map(|_| ()).map_err(|error| error.offset());
    let accepted = accepts_exactly(data, parse);
    match inspect::claims_lines(data).map_err(|error| error.kind()) {
        Ok(_) => assert!(accepted, "only what is valid is shown"),
        // The depth counts from the outermost item there, and from the claim when it is read.
        Err(kind) => assert!(!accepted || kind == ErrorKind::Cose(Cbor::TooDeep)),
    }
    if let Ok(payload) = Token::parse(data).and_then(|token| token.unverified_payload()) {
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
