//! Whatever a peer sends, the answer is an error, never a panic: keys, signatures, ciphertexts and
//! files of any bytes and any length.

#![cfg(feature = "full")]

use hexad_cose_core::crypto::{
    Aead, Agree, CryptoError, Digest, Kdf, KdfAlgorithm, KeyWrap, Verify,
};
use hexad_cose_core::{Algorithm, Curve, Key, PublicKey, Segments, Signed, Y};
use hexad_rustcrypto::{
    AgreementKey, OwnedPublicKey, RustCrypto, SigningKey, public_key_from_pem, public_key_to_pem,
};
use proptest::collection::vec;
use proptest::prelude::*;

const CURVES: [Curve; 8] = [
    Curve::P256,
    Curve::P384,
    Curve::P521,
    Curve::X25519,
    Curve::X448,
    Curve::Ed25519,
    Curve::Ed448,
    Curve::Secp256k1,
];

/// Every algorithm number of a signature, and some that are none.
fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop_oneof![
        (-60i64..10).prop_map(Algorithm),
        (-260i64..-256).prop_map(Algorithm),
        (-65_535i64..-65_528).prop_map(Algorithm),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..140), vec(any::<u8>(), 0..5000)]
}

/// All kinds of keys made of the same two strings.
fn keys<'b>(algorithm: Algorithm, one: &'b [u8], other: &'b [u8]) -> Vec<PublicKey<'b>> {
    let on_curves = CURVES.iter().flat_map(|&curve| {
        [
            PublicKey::Ec2 { curve, x: one, y: Y::Coordinate(other) },
            PublicKey::Ec2 { curve, x: one, y: Y::Odd(true) },
            PublicKey::Okp { curve, x: one },
        ]
    });
    let others = [
        PublicKey::Rsa { n: one, e: other },
        PublicKey::HssLms { public: one },
        PublicKey::Akp { algorithm, public: one },
    ];
    on_curves.chain(others).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_signatures_are_refused(
        algorithm in algorithms(),
        one in bytes(),
        other in vec(any::<u8>(), 0..70),
        signature in bytes(),
        digest in vec(any::<u8>(), 0..65),
    ) {
        for key in keys(algorithm, &one, &other) {
            for signed in [
                Signed::Digest(Digest::new(&digest)),
                Signed::Message(Segments::plain(&digest)),
            ] {
                prop_assert!(RustCrypto.verify(algorithm, &key, &signed, &signature).is_err());
            }
        }
    }

    /// A random private value is a key or is not; its point is never another's.
    #[test]
    fn random_keys_are_keys_or_errors(one in vec(any::<u8>(), 0..70), other in bytes()) {
        for curve in CURVES {
            let _ = SigningKey::from_bytes(curve, &one);
            let key = AgreementKey::from_bytes(curve, &one);
            for peer in keys(Algorithm::ML_DSA_44, &other, &one) {
                if let Ok(key) = &key {
                    let secret = RustCrypto.agree(key, &peer);
                    let fits = peer.curve() == Some(curve) && other.len() == curve.coordinate_len();
                    prop_assert!(secret.is_err() || fits);
                }
                let mixed = Key::from_public(peer).with_private(&one);
                prop_assert!(SigningKey::from_cose(&mixed).is_err());
                if let Some(owned) = OwnedPublicKey::copy_of(&peer) {
                    prop_assert_eq!(owned.as_public(), peer);
                }
                let _ = public_key_to_pem(&peer);
            }
        }
        let _ = SigningKey::from_seed(Algorithm::ML_DSA_44, &one);
    }

    /// RFC 3394 and RFC 9459: whatever is refused leaves nothing in the buffer.
    #[test]
    fn random_ciphertexts_leave_nothing(
        algorithm in algorithms(),
        key in vec(any::<u8>(), 0..40),
        nonce in vec(any::<u8>(), 0..20),
        aad in vec(any::<u8>(), 0..600),
        mut ciphertext in bytes(),
    ) {
        let sizes = algorithm.content_encryption();
        let aad = Segments::plain(&aad);
        match RustCrypto.open(algorithm, &key, &nonce, &aad, &mut ciphertext) {
            Ok(length) => prop_assert!(sizes.is_some_and(|it| it.tag_len == 0) && length <= ciphertext.len()),
            Err(CryptoError::Rejected) => prop_assert!(ciphertext.iter().all(|byte| *byte == 0)),
            Err(_) => (),
        }
        let mut room = [0; 64];
        if RustCrypto.unwrap(algorithm, &key, &ciphertext, &mut room).is_err() {
            prop_assert_eq!(room, [0; 64]);
        }
        let _ = RustCrypto.derive(KdfAlgorithm::HkdfAes128, &key, &nonce, &[&ciphertext], &mut room);
    }

    /// PEM of random DER under each label.
    #[test]
    fn random_files_are_refused(der in vec(any::<u8>(), 0..200), at in 0..4usize) {
        let label = ["PUBLIC KEY", "PRIVATE KEY", "EC PRIVATE KEY", "CERTIFICATE"][at];
        let mut body = String::new();
        for line in der.chunks(48) {
            for group in line.chunks(3) {
                let [a, b, c] = [0, 1, 2].map(|at| group.get(at).copied().unwrap_or_default());
                let bits = u32::from_be_bytes([0, a, b, c]);
                for place in 0..4 {
                    let digit = (bits >> (18 - 6 * place)) & 63;
                    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                    let padding = place > group.len();
                    body.push(if padding { '=' } else { char::from(alphabet[digit as usize]) });
                }
            }
            body.push('\n');
        }
        let pem = format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n");
        prop_assert!(public_key_from_pem(&pem).is_err());
        prop_assert!(SigningKey::from_pem(&pem).is_err());
        prop_assert!(AgreementKey::from_pem(&pem).is_err());
    }
}

/// The algorithms that are decrypted piece by piece.
#[cfg(all(feature = "aes", feature = "chacha20poly1305"))]
const STREAMED: [Algorithm; 7] = [
    Algorithm::A128GCM,
    Algorithm::A192GCM,
    Algorithm::A256GCM,
    Algorithm::CHACHA20_POLY1305,
    Algorithm::A128CTR,
    Algorithm::A192CTR,
    Algorithm::A256CTR,
];

#[cfg(all(feature = "aes", feature = "chacha20poly1305"))]
proptest! {
    /// What was sealed at once is opened piece by piece, whatever the pieces; not under another tag,
    /// nor with other associated data.
    #[test]
    fn pieces_are_opened_as_one(
        algorithm in 0..STREAMED.len(),
        key in proptest::array::uniform32(any::<u8>()),
        nonce in proptest::array::uniform16(any::<u8>()),
        aad in vec(any::<u8>(), 1..40),
        content in vec(any::<u8>(), 0..300),
        size in 1..70usize,
        flipped in 0..128usize,
    ) {
        use hexad_cose_core::crypto::{OpenStream, Opener};
        let algorithm = STREAMED[algorithm];
        let sizes = algorithm.content_encryption().unwrap();
        let (key, nonce) = (&key[..sizes.key_len], &nonce[..sizes.nonce_len]);
        let aad = if sizes.tag_len == 0 { &[][..] } else { &aad };
        let mut sealed = content.clone();
        sealed.resize(content.len() + sizes.tag_len, 0);
        let segments = Segments::plain(aad);
        RustCrypto.seal(algorithm, key, nonce, &segments, &mut sealed, content.len()).unwrap();
        let (ciphertext, tag) = sealed.split_at(content.len());
        let open = |aad: &[u8], tag: &[u8]| {
            let mut opened = ciphertext.to_vec();
            let aad = Segments::plain(aad);
            let mut opener = RustCrypto.start_open(algorithm, key, nonce, &aad).unwrap();
            opened.chunks_mut(size).for_each(|piece| opener.update(piece).unwrap());
            (opened, opener.finish(tag))
        };
        prop_assert_eq!(open(aad, tag), (content, Ok(())));
        if sizes.tag_len != 0 {
            let mut wrong = tag.to_vec();
            wrong[flipped / 8] ^= 1 << (flipped % 8);
            prop_assert_eq!(open(aad, &wrong).1, Err(CryptoError::Rejected));
            prop_assert_eq!(open(&aad[1..], tag).1, Err(CryptoError::Rejected));
        }
    }
}
