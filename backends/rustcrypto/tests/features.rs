//! What each set of features offers, and that it offers nothing else.
//!
//! `cargo test --package hexad-rustcrypto --test features --features aes,p256`, and the like.

use hexad_cose_core::conformance;
use hexad_cose_core::crypto::Verify;
use hexad_cose_core::{Algorithm, CryptoError, Curve, PublicKey, Signed, Y};
use hexad_rustcrypto::RustCrypto;

/// Without features: SHA-256, and HMAC and HKDF with it.
#[test]
fn the_base_hashes_authenticates_and_derives() {
    let of = |there: bool, count| if there { count } else { 0 };
    let (aes, sha512) = (cfg!(feature = "aes"), cfg!(feature = "sha512"));
    let hashes = 1 + of(sha512, 2) + of(cfg!(feature = "shake"), 2);
    assert_eq!(conformance::hash(&mut RustCrypto).len(), hashes);
    // HMAC 256/64 and 256/256.
    assert_eq!(conformance::mac(&mut RustCrypto).len(), 2 + of(sha512, 2) + of(aes, 4));
    assert_eq!(conformance::kdf(&mut RustCrypto).len(), 1 + of(sha512, 1) + of(aes, 2));
}

/// A curve that was left out is "can't", not "no".
#[test]
fn what_is_left_out_is_unsupported() {
    let digest = hexad_cose_core::Digest::new(&[7; 66]);
    for (curve, algorithm, there) in [
        (Curve::P256, Algorithm::ESP256, cfg!(feature = "p256")),
        (Curve::P384, Algorithm::ESP384, cfg!(feature = "p384")),
        (Curve::P521, Algorithm::ESP512, cfg!(feature = "p521")),
        (Curve::Secp256k1, Algorithm::ES256K, cfg!(feature = "secp256k1")),
    ] {
        let x = vec![1; curve.coordinate_len()];
        let key = PublicKey::Ec2 { curve, x: &x, y: Y::Coordinate(&x) };
        let answer = RustCrypto.verify(algorithm, &key, &Signed::Digest(digest), &[1; 64]);
        let expected = if there { CryptoError::InvalidKey } else { CryptoError::Unsupported };
        assert_eq!(answer, Err(expected), "{curve}");
    }
}

/// The README's limit: associated data of up to 512 bytes on the stack, longer with `alloc`.
#[cfg(feature = "aes")]
#[test]
fn long_associated_data_needs_a_heap() {
    use hexad_cose_core::Segments;
    use hexad_cose_core::crypto::Aead;
    use hexad_rustcrypto::MAX_AAD;

    let seal = |aad: &[u8]| {
        let aad = Segments::plain(aad);
        RustCrypto.seal(Algorithm::A128GCM, &[1; 16], &[2; 12], &aad, &mut [0; 21], 5)
    };
    assert_eq!(seal(&[3; MAX_AAD]), Ok(21));
    let longer = if cfg!(feature = "alloc") { Ok(21) } else { Err(CryptoError::Unsupported) };
    assert_eq!(seal(&[3; MAX_AAD + 1]), longer);
}

/// Signing and agreeing come with their curves.
#[cfg(all(feature = "p256", feature = "curve25519"))]
#[test]
fn curves_sign_and_agree() {
    use hexad_rustcrypto::{AgreementKey, SigningKey};

    let signed = conformance::sign(&mut RustCrypto, SigningKey::from_cose);
    assert!(signed.starts_with(&[Algorithm::ESP256, Algorithm::ES256]));
    let agreed = conformance::agree(&mut RustCrypto, AgreementKey::from_cose);
    assert_eq!(agreed.first(), Some(&Curve::P256));
    assert!(agreed.contains(&Curve::X25519));
    assert_eq!(agreed.contains(&Curve::X448), cfg!(feature = "curve448"));
}
