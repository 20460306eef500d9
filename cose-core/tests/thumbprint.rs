//! Thumbprints of keys, against the example of RFC 9679.

use hexad_cose_core::{Curve, HashAlgorithm, PublicKey, PublicKeyBuf, Y};
use hexad_rustcrypto::RustCrypto;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// RFC 9679, 6: the example key and its thumbprint by SHA-256.
#[test]
fn the_thumbprint_of_the_example_is_the_published_one() {
    let x = hex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d");
    let y = hex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c");
    let key = PublicKeyBuf::new(Curve::P256, &x, &y).unwrap();
    let thumbprint = key.as_public().thumbprint(HashAlgorithm::Sha256, &mut RustCrypto).unwrap();
    let published = hex("496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec");
    assert_eq!(thumbprint.as_bytes(), published);
}

/// RFC 9679, 3: a compressed point would give one key two names.
#[test]
fn a_compressed_point_has_no_thumbprint() {
    let key = PublicKey::Ec2 { curve: Curve::P256, x: &[1; 32], y: Y::Odd(true) };
    assert!(key.thumbprint(HashAlgorithm::Sha256, &mut RustCrypto).is_err());
}
