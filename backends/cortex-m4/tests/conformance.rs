//! The suite of `hexad-cose-core` and what else every backend must do, on the parts that every target
//! has; the assembly runs the same in QEMU: `cargo xtask cortex-m4`.

use digest::Digest as _;
use hexad_cortex_m4::{CortexM4, Sha256};
use hexad_cose_core::conformance;
use hexad_cose_core::crypto::{Hash, Hasher, Mac};
use hexad_cose_core::{Algorithm, HashAlgorithm, Segments};
use proptest::collection::vec;
use proptest::prelude::*;

/// Each feature adds what the README says. Where cargo builds for others, too, the software backend may
/// have more.
#[test]
fn hashes_authenticates_and_derives() {
    let of = |there: bool, count| if there { count } else { 0 };
    let (aes, sha512) = (cfg!(feature = "aes"), cfg!(feature = "sha512"));
    assert_eq!(conformance::hash(&mut CortexM4).len(), 1 + of(sha512, 2));
    assert!(conformance::mac(&mut CortexM4).len() >= 2 + of(sha512, 2) + of(aes, 4));
    assert!(conformance::kdf(&mut CortexM4).len() >= 1 + of(sha512, 1) + of(aes, 2));
}

#[test]
fn verifies() {
    let mut expected = Vec::new();
    if cfg!(feature = "p256") {
        expected.extend([Algorithm::ESP256, Algorithm::ES256]);
    }
    if cfg!(feature = "curve25519") {
        expected.extend([Algorithm::ED25519, Algorithm::EDDSA]);
    }
    if cfg!(feature = "ml-dsa") {
        expected.extend([Algorithm::ML_DSA_44, Algorithm::ML_DSA_65, Algorithm::ML_DSA_87]);
    }
    if cfg!(feature = "hss-lms") {
        expected.push(Algorithm::HSS_LMS);
    }
    if expected.is_empty() {
        // The suite asks for one algorithm at least.
        return;
    }
    let verified = conformance::verify(&mut CortexM4);
    assert!(expected.iter().all(|algorithm| verified.contains(algorithm)), "{verified:?}");
}

/// The same suite with messages that come in pieces.
#[cfg(any(feature = "curve25519", feature = "ml-dsa", feature = "hss-lms"))]
#[test]
fn takes_messages_in_pieces() {
    use hexad_cose_core::conformance::Streamed;

    // Where cargo builds for others, too, the software backend may have Ed448, which takes a message whole.
    let whole = |algorithms: Vec<Algorithm>| -> Vec<_> {
        algorithms.into_iter().filter(|it| *it != Algorithm::ED448).collect()
    };
    let verified = conformance::verify(&mut Streamed(CortexM4));
    assert_eq!(verified, whole(conformance::verify(&mut CortexM4)));
    #[cfg(any(feature = "curve25519", feature = "ml-dsa"))]
    {
        let make = hexad_cortex_m4::SigningKey::from_cose;
        let signed = conformance::sign(&mut Streamed(CortexM4), make);
        assert_eq!(signed, whole(conformance::sign(&mut CortexM4, make)));
    }
}

#[cfg(any(feature = "p256", feature = "curve25519", feature = "ml-dsa"))]
#[test]
fn signs() {
    use hexad_cortex_m4::SigningKey;

    let signed = conformance::sign(&mut CortexM4, SigningKey::from_cose);
    for (algorithm, there) in [
        (Algorithm::ESP256, cfg!(feature = "p256")),
        (Algorithm::ED25519, cfg!(feature = "curve25519")),
        (Algorithm::ML_DSA_65, cfg!(feature = "ml-dsa")),
    ] {
        assert!(signed.contains(&algorithm) || !there, "{algorithm}");
    }
}

#[cfg(any(feature = "p256", feature = "curve25519"))]
#[test]
fn agrees() {
    use hexad_cortex_m4::AgreementKey;
    use hexad_cose_core::Curve;

    let mut expected = Vec::new();
    if cfg!(feature = "p256") {
        expected.push(Curve::P256);
    }
    if cfg!(feature = "curve25519") {
        expected.push(Curve::X25519);
    }
    let agreed = conformance::agree(&mut CortexM4, AgreementKey::from_cose);
    let ephemeral = conformance::agree_ephemeral(&mut CortexM4, AgreementKey::from_cose);
    for curve in expected {
        assert!(agreed.contains(&curve) && ephemeral.contains(&curve), "{curve}");
    }
}

#[cfg(feature = "aes")]
#[test]
fn encrypts_and_wraps() {
    // GCM, CCM, CTR, CBC.
    assert!(conformance::aead(&mut CortexM4).len() >= 3 + 8 + 3 + 3);
    assert_eq!(conformance::key_wrap(&mut CortexM4).len(), 3);
}

proptest! {
    /// FIPS 180-4, 5.1.1: however a message is cut into pieces, its digest is that of `sha2`; of any
    /// length about the ends of one block and of two.
    #[test]
    fn pieces_do_not_matter(pieces in vec(vec(any::<u8>(), 0..150), 0..6)) {
        let mut hasher = Hash::start(&mut CortexM4, HashAlgorithm::Sha256).unwrap();
        let mut generic = Sha256::new();
        pieces.iter().for_each(|piece| hasher.update(piece));
        pieces.iter().for_each(|piece| generic.update(piece));
        let whole = pieces.concat();
        let expected = sha2::Sha256::digest(&whole);
        let streamed = hasher.finish().unwrap();
        prop_assert_eq!(streamed.as_bytes(), &expected[..]);
        prop_assert_eq!(&generic.finalize()[..], &expected[..]);
        let message = Segments::plain(&whole);
        let digest = CortexM4.digest(HashAlgorithm::Sha256, &message).unwrap();
        prop_assert_eq!(digest.as_bytes(), &expected[..]);
    }

    /// RFC 2104: keys of any length, also longer than a block.
    #[test]
    fn tags_are_those_of_the_software_backend(
        key in vec(any::<u8>(), 1..150),
        message in vec(any::<u8>(), 0..200),
    ) {
        let message = Segments::plain(&message);
        let ours = CortexM4.mac(Algorithm::HMAC_256, &key, &message);
        let theirs = hexad_rustcrypto::RustCrypto.mac(Algorithm::HMAC_256, &key, &message);
        prop_assert_eq!(ours, theirs);
    }
}
