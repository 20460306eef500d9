use hexad_rustcrypto::RustCrypto;
use std::vec::Vec;

use super::*;
use crate::submods::NamedSubmodule;

const SET: &[u8] = &[0xa1, 0x19, 0x01, 0x06, 0xf5];
const TOKEN: &[u8] = &[0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0x41, 0xa0, 0x41, 0x00];

fn digest(bytes: &[u8]) -> Vec<u8> {
    let digest = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(bytes)).unwrap();
    digest.as_bytes().to_vec()
}

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(Error::kind)
}

/// Reads `claims` as a verifier has them once the main token is verified.
fn with_claims(submods: &[NamedSubmodule<'_>], test: impl FnOnce(&Bundle<'_>, &Claims<'_>)) {
    let sets = [DetachedClaims { name: "TEE", claims: SET }];
    let bundle =
        Bundle { main_token: MainToken::Cbor(TOKEN), detached_claims_sets: (&sets).into() };
    let mut buffer = [0; 128];
    let mut encoder = Encoder::new(&mut buffer);
    bundle.encode(&mut encoder).unwrap();
    assert_eq!(encoder.as_bytes()[..3], [0xd9, 0x02, 0x5a]);
    let read = Bundle::parse(encoder.as_bytes()).unwrap();
    assert_eq!(read, bundle);
    assert_eq!(Bundle::parse(&encoder.as_bytes()[3..]).unwrap(), bundle, "without its tag");
    test(&read, &Claims { submods: submods.into(), ..Claims::default() });
}

fn detached<'b>(name: &'b str, hash_algorithm: Label<'b>, digest: &'b [u8]) -> NamedSubmodule<'b> {
    NamedSubmodule { name, submodule: Submodule::DetachedDigest { hash_algorithm, digest } }
}

/// RFC 9711, 4.2.18.2 and 5: the claims-set is the one whose digest the token vouches for.
#[test]
fn digests() {
    let right = digest(SET);
    with_claims(&[detached("TEE", Label::Integer(-16), &right)], |bundle, claims| {
        bundle.check_digests(claims, &mut RustCrypto).unwrap();
        let set = bundle.claims_of(claims, "TEE", &mut RustCrypto).unwrap();
        assert_eq!(set.oemboot, Some(true));
    });
    with_claims(&[detached("TEE", Label::Text("SHA-256"), &right)], |bundle, claims| {
        assert_eq!(bundle.check_digests(claims, &mut RustCrypto), Ok(()));
    });
    let other = digest(b"another");
    for wrong in [&other[..], &right[..31], &[]] {
        with_claims(&[detached("TEE", Label::Integer(-16), wrong)], |bundle, claims| {
            let refused = kind(bundle.check_digests(claims, &mut RustCrypto));
            assert_eq!(refused, Some(ErrorKind::Digest));
            let refused = kind(bundle.claims_of(claims, "TEE", &mut RustCrypto));
            assert_eq!(refused, Some(ErrorKind::Digest));
        });
    }
    // An algorithm that is no hash: ES256.
    with_claims(&[detached("TEE", Label::Integer(-7), &right)], |bundle, claims| {
        let refused = kind(bundle.check_digests(claims, &mut RustCrypto));
        assert_eq!(refused, Some(ErrorKind::Cose(Cose::Unsupported)));
    });
}

/// A claims-set that nobody vouches for is refused, and so is a digest whose claims-set is kept back.
#[test]
fn partial_sets() {
    let right = digest(SET);
    with_claims(&[], |bundle, claims| {
        let refused = kind(bundle.check_digests(claims, &mut RustCrypto));
        assert_eq!(refused, Some(ErrorKind::Digest));
    });
    let both = [
        detached("TEE", Label::Integer(-16), &right),
        detached("audio", Label::Integer(-16), &right),
    ];
    with_claims(&both, |bundle, claims| {
        let refused = kind(bundle.check_digests(claims, &mut RustCrypto));
        assert_eq!(refused, Some(ErrorKind::Digest));
    });
    // A submodule of the name that is no digest.
    let inner = Claims::default();
    let own = [NamedSubmodule { name: "TEE", submodule: Submodule::ClaimsSet((&inner).into()) }];
    with_claims(&own, |bundle, claims| {
        let refused = kind(bundle.claims_of(claims, "TEE", &mut RustCrypto));
        assert_eq!(refused, Some(ErrorKind::Digest));
    });
}

#[test]
fn malformed() {
    let cases: [&[u8]; 5] = [
        // No claims-sets.
        &[0x82, 0x43, 0xd2, 0x80, 0x00, 0xa0],
        &[0x82, 0x42, 0xd2, 0x80, 0xa0],
        // A token without a tag.
        &[0x82, 0x41, 0x80, 0xa1, 0x61, b'a', 0x41, 0xa0],
        // One name twice.
        &[0x82, 0x42, 0xd2, 0x80, 0xa2, 0x61, b'a', 0x41, 0xa0, 0x61, b'a', 0x41, 0xa0],
        // A claims-set that is not wrapped.
        &[0x82, 0x42, 0xd2, 0x80, 0xa1, 0x61, b'a', 0xa0],
    ];
    for bytes in cases {
        assert!(matches!(kind(Bundle::parse(bytes)), Some(ErrorKind::Cose(_))), "{bytes:02x?}");
    }
}
