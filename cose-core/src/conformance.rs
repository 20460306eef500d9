//! The suite that every backend runs in its tests: published vectors, and inputs that must be refused.
//!
//! A backend calls what it offers from its own tests; an algorithm that it answers with
//! `Unsupported` is passed over, one that it answers wrongly fails the test.

#![expect(clippy::panic, reason = "a suite that runs inside a test fails as a test does")]

use crate::crypto::{CryptoError, Hash, Mac, Signed, Verify};
use crate::iana::{Algorithm, Curve, HashAlgorithm};
use crate::key::{PublicKey, PublicKeyBuf, Y};
use crate::segments::Segments;

/// A signature that must verify, in hexadecimal, and where it was published.
struct SignatureVector {
    source: &'static str,
    algorithm: Algorithm,
    curve: Curve,
    x: &'static str,
    y: &'static str,
    message: &'static [u8],
    signature: &'static str,
}

const SIGNATURES: [SignatureVector; 4] = [
    SignatureVector {
        source: "RFC 6979, A.2.5, SHA-256, \"sample\"",
        algorithm: Algorithm::ESP256,
        curve: Curve::P256,
        x: "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
        y: "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
        message: b"sample",
        signature: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                    f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    },
    SignatureVector {
        source: "RFC 6979, A.2.6, SHA-384, \"sample\"",
        algorithm: Algorithm::ESP384,
        curve: Curve::P384,
        x: "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64\
            def8f0ea9055866064a254515480bc13",
        y: "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1\
            288b231c3ae0d4fe7344fd2533264720",
        message: b"sample",
        signature: "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c\
                    81a648152e44acf96e36dd1e80fabe46\
                    99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f\
                    a329c145786e679e7b82c71a38628ac8",
    },
    SignatureVector {
        source: "RFC 6979, A.2.7, SHA-512, \"sample\"",
        algorithm: Algorithm::ESP512,
        curve: Curve::P521,
        x: "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd\
            371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4",
        y: "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a\
            28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
        message: b"sample",
        signature: "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f\
                    174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa\
                    00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af\
                    282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
    },
    SignatureVector {
        source: "RFC 8032, 7.1, test 3",
        algorithm: Algorithm::ED25519,
        curve: Curve::Ed25519,
        x: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        y: "",
        message: b"\xaf\x82",
        signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                    18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    },
];

/// Runs the suite for [`Verify`] (with the [`Hash`] that ECDSA needs): published signatures verify;
/// with any byte changed, truncated, lengthened, or with r or s zero, they do not; a compressed point
/// gives the same answer; points off the curve are refused.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn verify(backend: &mut (impl Verify + Hash)) {
    let mut offered = 0;
    for vector in &SIGNATURES {
        let (mut x, mut y, mut signature) = ([0; 66], [0; 66], [0; 140]);
        let (x, y) = (decode(vector.x, &mut x), decode(vector.y, &mut y));
        let length = decode(vector.signature, &mut signature).len();
        let key = PublicKeyBuf::new(vector.curve, x, y);
        let key = key.unwrap_or_else(|| panic!("{}: not a key", vector.source));
        let message = Segments::plain(vector.message);
        let signed = Signed::new(vector.algorithm, message, backend);
        let signed = signed.unwrap_or_else(|error| panic!("{}: {error}", vector.source));
        let mut answer = |key: &PublicKey<'_>, signature: &[u8]| {
            backend.verify(vector.algorithm, key, &signed, signature)
        };

        let good = signature.get(..length).unwrap_or_default();
        match answer(&key.as_public(), good) {
            Err(CryptoError::Unsupported) => continue,
            other => assert_eq!(other, Ok(()), "{}", vector.source),
        }
        offered += 1;

        for wrong_length in [0, 1, length - 1, length + 1] {
            let wrong = signature.get(..wrong_length).unwrap_or_default();
            let answer = answer(&key.as_public(), wrong);
            assert!(answer.is_err(), "{}: accepted {wrong_length} bytes", vector.source);
        }
        for at in 0..length {
            let mut changed = signature;
            if let Some(byte) = changed.get_mut(at) {
                *byte ^= 1;
            }
            let answer = answer(&key.as_public(), changed.get(..length).unwrap_or_default());
            assert!(answer.is_err(), "{}: accepted with byte {at} changed", vector.source);
        }
        if let PublicKey::Ec2 { curve, x, .. } = key.as_public() {
            for zeros in [0..length / 2, length / 2..length] {
                let mut changed = signature;
                changed.get_mut(zeros).unwrap_or_default().fill(0);
                let answer = answer(&key.as_public(), changed.get(..length).unwrap_or_default());
                assert!(answer.is_err(), "{}: accepted a zero", vector.source);
            }
            let odd = y.last().is_some_and(|last| last & 1 == 1);
            let compressed = PublicKey::Ec2 { curve, x, y: Y::Odd(odd) };
            assert_eq!(answer(&compressed, good), Ok(()), "{}: compressed", vector.source);
            let off_curve = PublicKey::Ec2 { curve, x, y: Y::Coordinate(x) };
            let answer = answer(&off_curve, good);
            assert_eq!(answer, Err(CryptoError::InvalidKey), "{}: off the curve", vector.source);
        }
    }
    assert_ne!(offered, 0, "the backend offers none of the algorithms of the suite");
}

/// FIPS 180-4, the examples for "abc".
const DIGESTS: [(HashAlgorithm, &str); 3] = [
    (HashAlgorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        HashAlgorithm::Sha384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
         8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        HashAlgorithm::Sha512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
];

/// Runs the suite for [`Hash`]: published digests.
///
/// # Panics
/// When the backend gives a wrong answer, naming the algorithm.
pub fn hash(backend: &mut impl Hash) {
    let mut offered = 0;
    for (algorithm, expected) in DIGESTS {
        let digest = match backend.digest(algorithm, &Segments::plain(b"abc")) {
            Err(CryptoError::Unsupported) => continue,
            other => other.unwrap_or_else(|error| panic!("{algorithm:?}: {error}")),
        };
        let mut buffer = [0; 64];
        assert_eq!(digest.as_bytes(), decode(expected, &mut buffer), "{algorithm:?}");
        offered += 1;
    }
    assert_ne!(offered, 0, "the backend offers none of the algorithms of the suite");
}

/// RFC 4231, test case 2.
const TAGS: [(Algorithm, &str); 3] = [
    (Algorithm::HMAC_256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        Algorithm::HMAC_384,
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
         8e2240ca5e69e2c78b3239ecfab21649",
    ),
    (
        Algorithm::HMAC_512,
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
         9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ),
];

/// Runs the suite for [`Mac`]: published tags.
///
/// # Panics
/// When the backend gives a wrong answer, naming the algorithm.
pub fn mac(backend: &mut impl Mac<Key = [u8]>) {
    let mut offered = 0;
    for (algorithm, expected) in TAGS {
        let message = Segments::plain(b"what do ya want for nothing?");
        let tag = match backend.mac(algorithm, b"Jefe", &message) {
            Err(CryptoError::Unsupported) => continue,
            other => other.unwrap_or_else(|error| panic!("{algorithm}: {error}")),
        };
        let mut buffer = [0; 64];
        assert_eq!(tag.as_bytes(), decode(expected, &mut buffer), "{algorithm}");
        offered += 1;
    }
    assert_ne!(offered, 0, "the backend offers none of the algorithms of the suite");
}

/// The bytes of `hex` in the start of `buffer`.
fn decode<'h>(hex: &str, buffer: &'h mut [u8]) -> &'h [u8] {
    let mut length = 0;
    for (pair, byte) in hex.as_bytes().chunks(2).zip(buffer.iter_mut()) {
        let digits = core::str::from_utf8(pair).unwrap_or_default();
        *byte = u8::from_str_radix(digits, 16).unwrap_or_else(|error| panic!("{hex}: {error}"));
        length += 1;
    }
    buffer.get(..length).unwrap_or_default()
}
