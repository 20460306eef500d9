use hexad_cose_core::conformance;
use hexad_cose_core::crypto::KdfAlgorithm;
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm};

use crate::{AgreementKey, AwsLc, SigningKey};

/// Every signature algorithm that the README names passes the suite; none more is offered.
#[test]
fn verifies_as_every_backend_must() {
    assert_eq!(conformance::verify(&mut AwsLc), VERIFIED);
}

#[test]
fn signs_as_every_backend_must() {
    let signed = conformance::sign(&mut AwsLc, SigningKey::from_cose);
    for algorithm in VERIFIED {
        assert!(signed.contains(&algorithm), "{algorithm}");
    }
    assert_eq!(signed.len(), VERIFIED.len());
}

#[test]
fn hashes_as_every_backend_must() {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    assert_eq!(conformance::hash(&mut AwsLc), [Sha256, Sha384, Sha512]);
}

#[test]
fn authenticates_as_every_backend_must() {
    let all =
        [Algorithm::HMAC_256_64, Algorithm::HMAC_256, Algorithm::HMAC_384, Algorithm::HMAC_512];
    assert_eq!(conformance::mac(&mut AwsLc), all);
}

#[test]
fn encrypts_as_every_backend_must() {
    // GCM, ChaCha20-Poly1305, CBC, CTR.
    assert_eq!(conformance::aead(&mut AwsLc).len(), 3 + 1 + 3 + 3);
}

#[test]
fn agrees_as_every_backend_must() {
    let all = [Curve::P256, Curve::P384, Curve::P521, Curve::X25519];
    assert_eq!(conformance::agree(&mut AwsLc, AgreementKey::from_cose), all);
    assert_eq!(conformance::agree_ephemeral(&mut AwsLc, AgreementKey::from_cose), all);
}

#[test]
fn wraps_as_every_backend_must() {
    assert_eq!(conformance::key_wrap(&mut AwsLc), [Algorithm::A128KW, Algorithm::A256KW]);
}

#[test]
fn derives_as_every_backend_must() {
    let all = [KdfAlgorithm::HkdfSha256, KdfAlgorithm::HkdfSha512];
    assert_eq!(conformance::kdf(&mut AwsLc), all);
}

/// A key that is stored and read again is the same.
#[test]
fn agreement_keys_can_be_stored() {
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::X25519] {
        let key = AgreementKey::generate(curve).unwrap();
        let read = key.with_secret(|d| AgreementKey::from_bytes(curve, d)).unwrap().unwrap();
        assert_eq!(read.public(), key.public(), "{curve}");
    }
}

/// RFC 5958: a key of each kind that is stored and read again is the same.
#[test]
fn signing_keys_can_be_stored() {
    let keys = [
        SigningKey::generate(Curve::P256),
        SigningKey::generate(Curve::P384),
        SigningKey::generate(Curve::P521),
        SigningKey::generate(Curve::Secp256k1),
        SigningKey::generate(Curve::Ed25519),
        SigningKey::generate_ml_dsa(Algorithm::ML_DSA_44),
        SigningKey::generate_ml_dsa(Algorithm::ML_DSA_65),
        SigningKey::generate_ml_dsa(Algorithm::ML_DSA_87),
        SigningKey::generate_rsa(2048),
    ];
    for key in keys {
        let key = key.unwrap();
        let read = SigningKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(read.public(), key.public());
        assert_eq!(read.algorithm(), key.algorithm());
    }
    assert!(SigningKey::from_pkcs8(&[]).is_err());
    assert!(SigningKey::generate_rsa(1024).is_err());
}

/// Debug output of keys goes to logs: the private value must not be in it.
#[test]
fn debug_shows_no_secret() {
    let key = SigningKey::from_bytes(Curve::Ed25519, &[0xab; 32]).unwrap();
    let agreement = AgreementKey::from_bytes(Curve::X25519, &[0xab; 32]).unwrap();
    let shown = format!("{key:?} {agreement:?}");
    assert!(!shown.contains("171, 171") && !shown.contains("abab"), "{shown}");
}

/// What the suite has signatures of and AWS-LC offers, in the suite's order.
const VERIFIED: [Algorithm; 18] = [
    Algorithm::ESP256,
    Algorithm::ES256,
    Algorithm::ESP384,
    Algorithm::ES384,
    Algorithm::ESP512,
    Algorithm::ES512,
    Algorithm::ED25519,
    Algorithm::EDDSA,
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
];
