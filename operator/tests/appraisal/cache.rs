//! Evidence that is kept by digest: verified once, bounded, and never for another key.

use std::sync::Arc;

use hexad_cose_core::{Algorithm, Key};
use hexad_eat::profile::AnyClaims;
use hexad_operator::cache::EvidenceCache;
use hexad_rustcrypto::RustCrypto;

use crate::device::{key, tag, token, token_with};

const PROFILE: AnyClaims<'static> = AnyClaims { algorithms: &[Algorithm::ESP256] };

/// The same token gives the same evidence without being verified again; under another key it is refused all the
/// same, though it is kept.
#[test]
fn a_token_is_verified_once() {
    let (own, other) = (key(1), key(2));
    let (own, other) = (Key::from_public(own.public()), Key::from_public(other.public()));
    let mut cache = EvidenceCache::new(2, 4096);
    let token = token(2, 2);
    let first = cache.verify(&token, &own, &PROFILE, &mut RustCrypto).unwrap();
    let second = cache.verify(&token, &own, &PROFILE, &mut RustCrypto).unwrap();
    assert!(Arc::ptr_eq(&first, &second) && cache.len() == 1);
    assert!(cache.verify(&token, &other, &PROFILE, &mut RustCrypto).is_err());
    let wider = AnyClaims { algorithms: &[Algorithm::ESP256, Algorithm::ES256] };
    let third = cache.verify(&token, &own, &wider, &mut RustCrypto).unwrap();
    assert!(!Arc::ptr_eq(&first, &third) && cache.len() == 2);
}

/// At most so many are kept, the oldest goes first; what is too large, or refused, is not kept.
#[test]
fn the_cache_is_bounded() {
    let own = key(1);
    let own = Key::from_public(own.public());
    let tokens: Vec<_> = (1..4).map(|number| token(number, number)).collect();
    let mut cache = EvidenceCache::new(2, tokens[0].len());
    let verify = |cache: &mut EvidenceCache, token: &[u8]| {
        cache.verify(token, &own, &PROFILE, &mut RustCrypto)
    };
    let first = verify(&mut cache, &tokens[0]).unwrap();
    verify(&mut cache, &tokens[1]).unwrap();
    verify(&mut cache, &tokens[2]).unwrap();
    assert_eq!(cache.len(), 2);
    assert!(!Arc::ptr_eq(&first, &verify(&mut cache, &tokens[0]).unwrap()));

    let large = token_with(&tag(2, 2, false), &[], |claims, sign| {
        sign(hexad_eat::Claims { iss: Some(&"x".repeat(100)), ..claims });
    });
    let mut empty = EvidenceCache::new(2, tokens[0].len());
    assert!(verify(&mut empty, &large).is_ok() && empty.is_empty());
    let mut none = EvidenceCache::new(0, 4096);
    assert!(verify(&mut none, &tokens[0]).is_ok() && none.is_empty());
    let mut changed = tokens[0].clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert!(verify(&mut empty, &changed).is_err() && empty.is_empty());
}
