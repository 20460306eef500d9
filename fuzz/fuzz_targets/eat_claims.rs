//! Claims-sets that keep to RFC 9711, as the bytes choose them, are accepted, and say the same once they were
//! written; with a claim twice, or not whole, they are refused; with a bit changed they harm nobody.

#![no_main]

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::Encoder;
use hexad_eat::{Claims, ErrorKind, JsonClaims, Submodule, json};
use hexad_fuzz::{accepts_exactly, generate};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

/// Goes through everything that a claims-set holds.
fn walk(claims: &Claims<'_>) {
    for named in claims.submods.iter() {
        if let Submodule::ClaimsSet(inner) = named.submodule {
            walk(&inner.claims());
        }
    }
    assert_eq!(claims.measres.iter().count(), claims.measres.len());
    assert_eq!(claims.others.iter().count(), usize::from(claims.others.get(70_000).is_some()));
}

fn written(claims: &Claims<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    claims.encode(&mut Encoder::appending(&mut bytes)).expect("what is valid can be written");
    bytes
}

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let entries = generate::claims(u, 0)?;
    let encoded = generate::map(&entries);
    let claims = match Claims::parse(&encoded) {
        Ok(claims) => claims,
        Err(error) => panic!("{error}: {encoded:02x?}"),
    };
    walk(&claims);
    let again = written(&claims);
    assert_eq!(Claims::parse(&again).expect("what is written is read"), claims);

    if claims.others.iter().next().is_none()
        && let Ok(text) = json::write(&claims)
    {
        // A body that is a text may be read as what it is the base64url of: the JSON stays the same.
        let read = JsonClaims::parse(&text).expect("what is written is read");
        assert_eq!(json::write(&read.claims()).as_ref(), Ok(&text));
    }

    let parse = |data: &[u8]| Claims::parse(data).map(drop).map_err(|error| error.offset());
    assert!(accepts_exactly(&encoded, parse));
    if let Ok(twice) = generate::repeated(u, &entries) {
        let refused = Claims::parse(&twice).expect_err("a claim stands twice").kind();
        assert_eq!(refused, ErrorKind::Cose(Cbor::DuplicateKey));
    }
    let changed = generate::changed(u, &encoded)?;
    if accepts_exactly(&changed, parse) {
        walk_any(&changed);
    }
    Ok(())
}

/// As [`walk`], where a label may have become another.
fn walk_any(encoded: &[u8]) {
    let claims = Claims::parse(encoded).expect("it was accepted before");
    let again = written(&claims);
    assert_eq!(written(&Claims::parse(&again).expect("what is written is read")), again);
}

fuzz_target!(|data: &[u8]| {
    // Too few bytes make no claims-set.
    let _ = run(&mut Unstructured::new(data));
});
