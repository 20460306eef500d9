//! Two implementations that share nothing: what one makes, the other must take, for any key, message
//! and associated data.

use hexad_aws_lc::AwsLc;
use hexad_cose_core::crypto::{Aead, Agree, Hash, Kdf, KdfAlgorithm, KeyWrap, Mac, Sign, Verify};
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Segments, Signed};
use hexad_rustcrypto::RustCrypto;
use proptest::collection::vec;
use proptest::prelude::*;

/// A signature of `backend`.
fn signature<B: Sign + Hash>(
    backend: &mut B,
    algorithm: Algorithm,
    key: &B::Key,
    message: &[u8],
) -> Vec<u8>
where
    B::Key: Sized,
{
    let signed = Signed::new(algorithm, Segments::plain(message), backend).unwrap();
    let mut signature = vec![0; 5000];
    let length = backend.sign(algorithm, key, &signed, &mut signature).unwrap();
    signature.truncate(length);
    signature
}

/// The private value of a key on `curve`: the bytes, with zeros in front where they might not be
/// below the order.
fn private_value(curve: Curve, bytes: &[u8; 32]) -> Vec<u8> {
    let mut d = vec![0; curve.coordinate_len()];
    let start = d.len() - 32;
    d[start..].copy_from_slice(bytes);
    if curve == Curve::P256 || curve == Curve::Secp256k1 {
        d[0] = 0;
    }
    d[start + 31] |= 1;
    d
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// FIPS 186-5, RFC 8032, FIPS 204: one private key has one public half, and what it signs in the
    /// one the other verifies.
    #[test]
    fn signatures(bytes: [u8; 32], message in vec(any::<u8>(), 0..300)) {
        for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1, Curve::Ed25519] {
            let d = private_value(curve, &bytes);
            let ours = hexad_rustcrypto::SigningKey::from_bytes(curve, &d).unwrap();
            let theirs = hexad_aws_lc::SigningKey::from_bytes(curve, &d).unwrap();
            prop_assert_eq!(ours.public(), theirs.public());
            let algorithm = ours.algorithm();
            prop_assert_eq!(algorithm, theirs.algorithm());
            let by_ours = signature(&mut RustCrypto, algorithm, &ours, &message);
            let by_theirs = signature(&mut AwsLc, algorithm, &theirs, &message);
            let signed = Signed::new(algorithm, Segments::plain(&message), &mut AwsLc).unwrap();
            let public = ours.public();
            prop_assert_eq!(AwsLc.verify(algorithm, &public, &signed, &by_ours), Ok(()));
            prop_assert_eq!(RustCrypto.verify(algorithm, &public, &signed, &by_theirs), Ok(()));
        }
        let algorithm = Algorithm::ML_DSA_44;
        let ours = hexad_rustcrypto::SigningKey::from_seed(algorithm, &bytes).unwrap();
        let theirs = hexad_aws_lc::SigningKey::from_seed(algorithm, &bytes).unwrap();
        prop_assert_eq!(ours.public(), theirs.public());
        let by_ours = signature(&mut RustCrypto, algorithm, &ours, &message);
        let by_theirs = signature(&mut AwsLc, algorithm, &theirs, &message);
        let signed = Signed::Message(Segments::plain(&message));
        prop_assert_eq!(AwsLc.verify(algorithm, &ours.public(), &signed, &by_ours), Ok(()));
        prop_assert_eq!(RustCrypto.verify(algorithm, &ours.public(), &signed, &by_theirs), Ok(()));
    }

    /// A signature with bytes changed at random gets the same answer of both.
    #[test]
    fn broken_signatures(bytes: [u8; 32], changes in vec((0..64usize, any::<u8>()), 1..3)) {
        for curve in [Curve::P256, Curve::Secp256k1, Curve::Ed25519] {
            let key = private_value(curve, &bytes);
            let key = hexad_rustcrypto::SigningKey::from_bytes(curve, &key).unwrap();
            let algorithm = key.algorithm();
            let mut signature = signature(&mut RustCrypto, algorithm, &key, b"message");
            for (at, byte) in &changes {
                signature[*at] = *byte;
            }
            let signed = Signed::new(algorithm, Segments::plain(b"message"), &mut AwsLc).unwrap();
            prop_assert_eq!(
                AwsLc.verify(algorithm, &key.public(), &signed, &signature),
                RustCrypto.verify(algorithm, &key.public(), &signed, &signature)
            );
        }
    }

    /// RFC 9053, 6.3.1: the two sides come to one secret.
    #[test]
    fn agreements(one: [u8; 32], other: [u8; 32]) {
        for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::X25519] {
            let (one, other) = (private_value(curve, &one), private_value(curve, &other));
            let ours = hexad_rustcrypto::AgreementKey::from_bytes(curve, &one).unwrap();
            let theirs = hexad_aws_lc::AgreementKey::from_bytes(curve, &other).unwrap();
            let of_ours = RustCrypto.agree(&ours, &theirs.public().as_public()).unwrap();
            let of_theirs = AwsLc.agree(&theirs, &ours.public().as_public()).unwrap();
            prop_assert_eq!(of_ours.as_bytes(), of_theirs.as_bytes());
        }
    }

    /// Both seal to the same bytes, and each opens them.
    #[test]
    fn content(
        key: [u8; 32],
        nonce: [u8; 16],
        aad in vec(any::<u8>(), 0..700),
        content in vec(any::<u8>(), 0..300),
    ) {
        for algorithm in [
            Algorithm::A128GCM,
            Algorithm::A192GCM,
            Algorithm::A256GCM,
            Algorithm::CHACHA20_POLY1305,
            Algorithm::A128CTR,
            Algorithm::A192CTR,
            Algorithm::A256CTR,
            Algorithm::A128CBC,
            Algorithm::A192CBC,
            Algorithm::A256CBC,
        ] {
            let sizes = algorithm.content_encryption().unwrap();
            let (key, nonce) = (&key[..sizes.key_len], &nonce[..sizes.nonce_len]);
            let aad = Segments::plain(if sizes.tag_len == 0 { &[] } else { &aad });
            let mut ours = content.clone();
            ours.resize(content.len() + 16, 0);
            let mut theirs = ours.clone();
            let sealed = RustCrypto.seal(algorithm, key, nonce, &aad, &mut ours, content.len());
            let length = sealed.unwrap();
            let sealed = AwsLc.seal(algorithm, key, nonce, &aad, &mut theirs, content.len());
            prop_assert_eq!(sealed, Ok(length));
            prop_assert_eq!(&ours[..length], &theirs[..length]);
            let opened = AwsLc.open(algorithm, key, nonce, &aad, &mut ours[..length]);
            prop_assert_eq!(opened, Ok(content.len()));
            prop_assert_eq!(&ours[..content.len()], &content[..]);
        }
    }

    /// Digests, tags, derived and wrapped keys are the same.
    #[test]
    fn the_rest(key in vec(any::<u8>(), 1..200), data in vec(any::<u8>(), 0..300), kek: [u8; 32]) {
        let message = Segments::plain(&data);
        for hash in [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512] {
            prop_assert_eq!(RustCrypto.digest(hash, &message), AwsLc.digest(hash, &message));
        }
        for mac in [
            Algorithm::HMAC_256_64,
            Algorithm::HMAC_256,
            Algorithm::HMAC_384,
            Algorithm::HMAC_512,
        ] {
            prop_assert_eq!(RustCrypto.mac(mac, &key, &message), AwsLc.mac(mac, &key, &message));
        }
        for kdf in [KdfAlgorithm::HkdfSha256, KdfAlgorithm::HkdfSha512] {
            let (mut ours, mut theirs) = ([0; 150], [0; 150]);
            RustCrypto.derive(kdf, &key, &data, &[&kek, &data], &mut ours).unwrap();
            AwsLc.derive(kdf, &key, &data, &[&kek, &data], &mut theirs).unwrap();
            prop_assert_eq!(ours, theirs);
        }
        let wrapped_key = &key[..key.len() / 8 * 8];
        for (algorithm, kek) in [(Algorithm::A128KW, &kek[..16]), (Algorithm::A256KW, &kek[..])] {
            let (mut ours, mut theirs) = ([0; 208], [0; 208]);
            let length = RustCrypto.wrap(algorithm, kek, wrapped_key, &mut ours);
            prop_assert_eq!(AwsLc.wrap(algorithm, kek, wrapped_key, &mut theirs), length);
            prop_assert_eq!(ours, theirs);
        }
    }
}
