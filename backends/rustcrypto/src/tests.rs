use hexad_cose_core::conformance::{self, Awaited, Delayed, Polled, Streamed};
use hexad_cose_core::crypto::{Sign, Verify};
use hexad_cose_core::{Algorithm, CryptoError, Curve, HashAlgorithm, Key, Segments, Signed};

use rand_core::SeedableRng;

use crate::{AgreementKey, RustCrypto, SigningKey};

/// Every signature algorithm that the README names passes the suite: none is passed over.
#[test]
fn verifies_as_every_backend_must() {
    assert_eq!(conformance::verify(&mut RustCrypto), VERIFIED);
}

#[test]
fn signs_as_every_backend_must() {
    let signed = conformance::sign(&mut RustCrypto, SigningKey::from_cose);
    let all = VERIFIED.iter().filter(|algorithm| **algorithm != Algorithm::HSS_LMS);
    for algorithm in all.clone() {
        assert!(signed.contains(algorithm), "{algorithm}");
    }
    assert_eq!(signed.len(), all.count());
}

#[test]
fn hashes_as_every_backend_must() {
    use HashAlgorithm::{Sha256, Sha384, Sha512, Shake128, Shake256};
    let all = [Sha256, Sha384, Sha512, Shake128, Shake256];
    assert_eq!(conformance::hash(&mut RustCrypto), all);
}

#[test]
fn authenticates_as_every_backend_must() {
    assert_eq!(conformance::mac(&mut RustCrypto).len(), 8);
}

#[test]
fn encrypts_as_every_backend_must() {
    // GCM, CCM, ChaCha20-Poly1305, CTR, CBC.
    assert_eq!(conformance::aead(&mut RustCrypto).len(), 3 + 8 + 1 + 3 + 3);
}

#[test]
fn agrees_as_every_backend_must() {
    let all = [Curve::P256, Curve::P384, Curve::P521, Curve::X25519, Curve::X448];
    assert_eq!(conformance::agree(&mut RustCrypto, AgreementKey::from_cose), all);
    assert_eq!(conformance::agree_ephemeral(&mut RustCrypto, AgreementKey::from_cose), all);
}

#[test]
fn wraps_as_every_backend_must() {
    assert_eq!(conformance::key_wrap(&mut RustCrypto).len(), 3);
}

#[test]
fn derives_as_every_backend_must() {
    assert_eq!(conformance::kdf(&mut RustCrypto).len(), 4);
}

/// The same suite on a device that answers after some polls, and on one that is waited for.
#[test]
fn a_device_that_answers_later_passes_the_same_suite() {
    let device = Delayed::new(RustCrypto, 3);
    assert_eq!(conformance::verify(&mut Polled(device)), VERIFIED);
    assert_eq!(conformance::verify(&mut Awaited(device)), VERIFIED);
    assert_eq!(conformance::aead(&mut Polled(device)).len(), 18);
    assert_eq!(conformance::aead(&mut Awaited(device)).len(), 18);
    assert_eq!(conformance::agree(&mut Polled(device), AgreementKey::from_cose).len(), 5);
    assert_eq!(conformance::agree(&mut Awaited(device), AgreementKey::from_cose).len(), 5);
    let signed = conformance::sign(&mut Polled(device), SigningKey::from_cose);
    assert_eq!(conformance::sign(&mut Awaited(device), SigningKey::from_cose), signed);
    assert_eq!(signed.len(), VERIFIED.len() - 1);
}

/// The same suite with messages that come in pieces.
#[test]
fn messages_in_pieces_pass_the_same_suite() {
    // The library of Ed448 takes a message whole.
    let streamed = VERIFIED.into_iter().filter(|it| *it != Algorithm::ED448);
    assert!(conformance::verify(&mut Streamed(RustCrypto)).into_iter().eq(streamed));
    let signed = conformance::sign(&mut Streamed(RustCrypto), SigningKey::from_cose);
    assert_eq!(signed.len(), VERIFIED.len() - 2);
}

/// What the suite has signatures of, in its order.
const VERIFIED: [Algorithm; 20] = [
    Algorithm::ESP256,
    Algorithm::ES256,
    Algorithm::ESP384,
    Algorithm::ES384,
    Algorithm::ESP512,
    Algorithm::ES512,
    Algorithm::ED25519,
    Algorithm::EDDSA,
    Algorithm::ED448,
    Algorithm::ES256K,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ML_DSA_44,
    Algorithm::ML_DSA_65,
    Algorithm::ML_DSA_87,
    Algorithm::HSS_LMS,
];

/// RFC 6979, A.2.5: the nonce is a function of key and message, so the signature is known.
#[test]
fn ecdsa_nonces_are_those_of_rfc_6979() {
    let d = hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let key = SigningKey::from_bytes(Curve::P256, &d).unwrap();
    let message = Segments::plain(b"sample");
    let signed = Signed::new(Algorithm::ESP256, message, &mut RustCrypto).unwrap();
    let mut signature = [0; 64];
    let length = RustCrypto.sign(Algorithm::ESP256, &key, &signed, &mut signature).unwrap();
    assert_eq!(length, 64);
    assert_eq!(
        signature[..32],
        hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716")
    );
}

/// RFC 9864: a fully-specified algorithm names its curve; no other curve serves it.
#[test]
fn a_curve_serves_only_its_algorithms() {
    let p256 = SigningKey::from_bytes(Curve::P256, &[1; 32]).unwrap();
    let ed25519 = SigningKey::from_bytes(Curve::Ed25519, &[1; 32]).unwrap();
    for (key, algorithm) in
        [(&p256, Algorithm::ESP384), (&p256, Algorithm::ED25519), (&ed25519, Algorithm::ESP256)]
    {
        let signed = Signed::new(algorithm, Segments::plain(b"message"), &mut RustCrypto).unwrap();
        let answer = RustCrypto.sign(algorithm, key, &signed, &mut [0; 140]);
        assert_eq!(answer, Err(CryptoError::Unsupported), "{algorithm}");
    }
}

/// ECDSA signs integers below the order: ES256 works on P-521 too, though its digest is short.
#[test]
fn es256_signs_and_verifies_on_every_nist_curve() {
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        let mut d = [0; 66];
        d[65] = 7;
        let key = SigningKey::from_bytes(curve, &d[66 - curve.coordinate_len()..]).unwrap();
        let signed =
            Signed::new(Algorithm::ES256, Segments::plain(b"message"), &mut RustCrypto).unwrap();
        let mut signature = [0; 140];
        let length = RustCrypto.sign(Algorithm::ES256, &key, &signed, &mut signature).unwrap();
        let public = key.public();
        let answer = RustCrypto.verify(Algorithm::ES256, &public, &signed, &signature[..length]);
        assert_eq!(answer, Ok(()), "{curve:?}");
    }
}

/// Private values must be of the curve's length, not zero and below the order (FIPS 186-5, A.2).
#[test]
fn private_values_out_of_range_are_refused() {
    let refused = |curve, d: &[u8]| SigningKey::from_bytes(curve, d).err();
    assert_eq!(refused(Curve::P256, &[1; 31]), Some(CryptoError::InvalidKey));
    assert_eq!(refused(Curve::P256, &[0; 32]), Some(CryptoError::InvalidKey));
    assert_eq!(refused(Curve::P256, &[0xff; 32]), Some(CryptoError::InvalidKey));
}

/// A `COSE_Key` whose public half is another key's must not be used to sign.
#[test]
fn halves_of_two_keys_are_refused() {
    let (one, other) = ([1; 32], [2; 32]);
    let own = SigningKey::from_bytes(Curve::P256, &one).unwrap();
    let whole = Key::from_public(own.public()).with_private(&one);
    assert!(SigningKey::from_cose(&whole).is_ok());
    let mixed = Key::from_public(own.public()).with_private(&other);
    assert_eq!(SigningKey::from_cose(&mixed).err(), Some(CryptoError::InvalidKey));
}

/// Debug output of keys goes to logs: the private value must not be in it.
#[test]
fn debug_shows_no_secret() {
    let key = SigningKey::from_bytes(Curve::Ed25519, &[0xab; 32]).unwrap();
    let shown = std::format!("{key:?}");
    assert!(!shown.contains("171, 171") && !shown.contains("abab"), "{shown}");
}

/// A random key signs, of each kind that can be made; and RSA keys of no allowed size are not made.
#[test]
fn new_keys_are_made_for_each_algorithm() {
    let mut random = chacha20::ChaCha20Rng::from_seed([3; 32]);
    let random = &mut random;
    let keys = [
        SigningKey::generate(Curve::P256, random).unwrap(),
        SigningKey::generate(Curve::P384, random).unwrap(),
        SigningKey::generate(Curve::P521, random).unwrap(),
        SigningKey::generate(Curve::Secp256k1, random).unwrap(),
        SigningKey::generate(Curve::Ed25519, random).unwrap(),
        SigningKey::generate_ml_dsa(Algorithm::ML_DSA_65, random).unwrap(),
    ];
    for key in keys {
        let algorithm = key.algorithm();
        let message = Segments::plain(b"message");
        let signed = Signed::new(algorithm, message, &mut RustCrypto).unwrap();
        let mut signature = [0; 4000];
        let length = RustCrypto.sign(algorithm, &key, &signed, &mut signature).unwrap();
        let answer = RustCrypto.verify(algorithm, &key.public(), &signed, &signature[..length]);
        assert_eq!(answer, Ok(()), "{algorithm}");
    }
    for bits in [0, 1024, 2047, 8193] {
        let made = SigningKey::generate_rsa(bits, random).err();
        assert_eq!(made, Some(CryptoError::InvalidKey), "{bits}");
    }
    assert!(SigningKey::generate(Curve::X25519, random).is_err());
    assert!(SigningKey::generate_ml_dsa(Algorithm::ES256, random).is_err());
    assert!(AgreementKey::generate(Curve::Ed25519, random).is_err());
}

/// The README's promise about the size of a key.
#[test]
fn a_signing_key_has_the_size_that_is_stated() {
    let size = size_of::<SigningKey>();
    assert!((2592..=2764).contains(&size), "{size}");
}

fn hex(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    }
    bytes
}

extern crate std;
