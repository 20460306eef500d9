use hexad_cose_core::crypto::Sign;
use hexad_cose_core::{Algorithm, CryptoError, Curve, Key, Segments, Signed, conformance};

use crate::{RustCrypto, SigningKey};

#[test]
fn verifies_as_every_backend_must() {
    conformance::verify(&mut RustCrypto);
}

#[test]
fn hashes_as_every_backend_must() {
    conformance::hash(&mut RustCrypto);
}

#[test]
fn authenticates_as_every_backend_must() {
    conformance::mac(&mut RustCrypto);
}

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
    use hexad_cose_core::crypto::Verify;
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

/// RFC 5958, RFC 5480 and RFC 8410: what is written as PEM reads back as the same key, on each curve.
#[cfg(feature = "pem")]
#[test]
fn keys_survive_pem() {
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::Ed25519] {
        let mut d = std::vec![1; curve.coordinate_len()];
        d[0] = 0;
        let key = SigningKey::from_bytes(curve, &d).unwrap();
        let read = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        assert_eq!(read.public(), key.public());
        read.with_secret(|secret| assert_eq!(secret, d));
        let public = crate::public_key_to_pem(&key.public()).unwrap();
        assert_eq!(crate::public_key_from_pem(&public).unwrap().as_public(), key.public());
    }
}

fn hex(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    }
    bytes
}

extern crate std;
