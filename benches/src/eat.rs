//! Tokens: reading, and verifying, with their claims; against coset with the CBOR that it brings, which is
//! given the same primitive, and against that primitive alone.

use std::hint::black_box;

use coset::cbor::{de::from_reader, value::Value};
use coset::{CoseSign1, TaggedCborSerializable};
use hexad_cose_core::{Algorithm, Key, Signed};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{Claims, Profile, Token, psa};
use hexad_rustcrypto::RustCrypto;

use crate::sign1::Primitive;
use crate::{Bench, Measure, input};

const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256];

/// The names of the groups of one kind of token.
struct Groups {
    parse: &'static str,
    verify: &'static str,
    around: &'static str,
}

/// An EAT with a CoSWID as its measurement, and a PSA token.
///
/// # Panics
/// When a token is refused by one of the crates.
pub fn tokens(measure: &mut impl Measure) {
    let eat = Groups { parse: "eat/parse", verify: "eat/verify-es256", around: "eat/around-es256" };
    let signed = input::token().expect("the builder works");
    token(measure, &eat, &signed, &AnyClaims { algorithms: ALGORITHMS }, |claims| {
        Claims::parse(claims).is_ok()
    });
    let psa = Groups { parse: "psa/parse", verify: "psa/verify-es256", around: "psa/around-es256" };
    let signed = input::psa_token().expect("the builder works");
    let profile = psa::Tokens { algorithms: ALGORITHMS, ..psa::Tokens::RFC9783 };
    token(measure, &psa, &signed, &profile, |claims| psa::Claims::parse(claims).is_ok());
}

/// `claims` reads a claims-set of which nothing is proven.
fn token(
    measure: &mut impl Measure,
    groups: &Groups,
    signed: &input::Signed,
    profile: &impl Profile,
    claims: impl Fn(&[u8]) -> bool,
) {
    if ![groups.parse, groups.verify, groups.around].iter().any(|group| measure.wants(group)) {
        return;
    }
    let message = signed.message.as_slice();
    // coset knows the tag of the message, not that of a CWT before it.
    let without_cwt_tag = message.get(2..).expect("a CWT tag");
    let bench = |group, by| Bench { group, by, input: message.len(), bytes: message.len() };
    let key = Key::from_public(signed.key.as_public());
    let primitive = Primitive::new(&signed.key);

    let parse = || {
        let token = Token::parse_sign1(black_box(message))?;
        token.unverified_payload().map(|payload| claims(payload.bytes()))
    };
    let coset_parse = || {
        let message = CoseSign1::from_tagged_slice(black_box(without_cwt_tag)).expect("a message");
        let payload = message.payload.as_deref().unwrap_or_default();
        from_reader::<Value, _>(payload).expect("claims")
    };
    let verify = || {
        let token = Token::parse_sign1(black_box(message))?;
        token.check(&key, profile, &mut RustCrypto)?.run(&mut RustCrypto).map(|_| ())
    };
    let coset_verify = || {
        let message = CoseSign1::from_tagged_slice(black_box(without_cwt_tag)).expect("a message");
        let valid =
            message.verify_signature(&[], |signature, signed| primitive.check(signed, signature));
        let payload = message.payload.as_deref().unwrap_or_default();
        valid.map(|()| from_reader::<Value, _>(payload).expect("claims"))
    };
    let token = Token::parse_sign1(message).expect("a token");
    let check = token.check(&key, profile, &mut RustCrypto).expect("the key fits");
    let Signed::Digest(digest) = check.cose().signed() else { panic!("ECDSA has a digest") };
    let bare = || primitive.check_digest(black_box(digest.as_bytes()), check.cose().signature());
    // All but the primitive: what stands beside it, undisturbed by its noise.
    let around = || {
        let token = Token::parse_sign1(black_box(message))?;
        let check = token.check(&key, profile, &mut RustCrypto)?;
        black_box(&check);
        token.unverified_payload().map(|payload| claims(payload.bytes()))
    };
    assert!(matches!(parse(), Ok(true)) && coset_parse().is_map());
    assert!(verify().is_ok() && coset_verify().is_ok() && bare().is_ok() && around().is_ok());

    measure.measure(bench(groups.parse, "hexad"), parse);
    measure.measure(bench(groups.parse, "coset"), coset_parse);
    measure.measure(bench(groups.verify, "hexad"), verify);
    measure.measure(bench(groups.verify, "coset"), coset_verify);
    measure.measure(bench(groups.verify, "primitive"), bare);
    measure.measure(bench(groups.around, "hexad"), around);
}
