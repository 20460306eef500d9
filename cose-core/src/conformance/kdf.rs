//! Key derivation.

use alloc::vec::Vec;

use super::{Offered, decode, offered, refused};
use crate::crypto::{CryptoError, Kdf, KdfAlgorithm};

/// A derived key, and where it was published.
struct Vector {
    source: &'static str,
    algorithm: KdfAlgorithm,
    secret: &'static str,
    salt: &'static str,
    info: &'static str,
    key: &'static str,
}

const KEYS: &[Vector] = &[
    Vector {
        source: "RFC 5869, A.1",
        algorithm: KdfAlgorithm::HkdfSha256,
        secret: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        salt: "000102030405060708090a0b0c",
        info: "f0f1f2f3f4f5f6f7f8f9",
        key: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf\
              34007208d5b887185865",
    },
    Vector {
        source: "RFC 5869, A.3 (no salt, no info)",
        algorithm: KdfAlgorithm::HkdfSha256,
        secret: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        salt: "",
        info: "",
        key: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d\
              9d201395faa4b61a96c8",
    },
    Vector {
        source: "Wycheproof, hkdf_sha512_test, 56",
        algorithm: KdfAlgorithm::HkdfSha512,
        secret: "cb785e569837f730a147fd2d4f53f6e297453817eb117270e2d5c286bffa691c",
        salt: "545a0de785e5820ec65268b63e543c03",
        info: "63421fe4d31283e2dc3d8d09bbd3f9509bfd7b4b",
        key: "d2ca6d0f5e27362009ad534c873137e643dfb771",
    },
    Vector {
        source: "Wycheproof, hkdf_sha512_test, 70",
        algorithm: KdfAlgorithm::HkdfSha512,
        secret: "9fb35c09d3efebdfe522d4875d9adac74ee7eb7b845432f1cb28a9c9a48ffe63\
                 bfea2fab94106d96eff39629cf57ef5e7c3e94fb95ff8057f0894c1f352806cd",
        salt: "100d0324664c4c02443fc97e5186e38a256133e825398d387fd6138acc8b4783\
               3f660f52c960b74bfeb30c38fba4b6e426c17dbef9d45e582ef2857afba229ae",
        info: "e7bd97cdac7d9e6b",
        key: "a50e6839375e2a7eabc5a3610a12225b4e1d6a1cc0b4f600a528cd26ef5fee12\
              336e39c57a001620c8e4cb9414316b11f11861c314c3acef48251867a2327c9d",
    },
    Vector {
        source: "cose-wg/Examples, hmac-aes-128-01",
        algorithm: KdfAlgorithm::HkdfAes128,
        secret: "849b57219dae48de646d07dbb533566e",
        salt: "61616262636364646565666667676868",
        info: "840a83f6f6f683f6f6f682188043a1012b",
        key: "f0ccbaf836d73da63ed8508ef966eec9",
    },
    Vector {
        source: "cose-wg/Examples, hmac-aes-256-01",
        algorithm: KdfAlgorithm::HkdfAes256,
        secret: "0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100",
        salt: "61616262636364646565666667676868",
        info: "840a83f6f6f683f6f6f682188043a1012c",
        key: "17b0bca769867bf795d2aa0d77c6984d",
    },
];

/// Runs the suite for [`Kdf`]: published keys, also with `info` in pieces; a key longer than the
/// function can fill, and a secret of a wrong length for AES-CBC-MAC, are refused; a longer key
/// starts as a shorter one does.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn kdf(backend: &mut impl Kdf) -> Vec<KdfAlgorithm> {
    let mut found = Offered::none();
    for vector in KEYS {
        let (source, algorithm) = (vector.source, vector.algorithm);
        let (secret, salt, info) =
            (decode(vector.secret), decode(vector.salt), decode(vector.info));
        let expected = decode(vector.key);
        let mut key = alloc::vec![0; expected.len()];
        let derived = backend.derive(algorithm, &secret, &salt, &[&info], &mut key);
        if offered(derived, source).is_none() {
            continue;
        }
        found.add(algorithm);
        assert_eq!(key, expected, "{source}");

        let (start, end) = info.split_at(info.len() / 2);
        let mut longer = [0; 200];
        backend.derive(algorithm, &secret, &salt, &[start, &[], end], &mut longer).expect(source);
        assert!(longer.starts_with(&expected), "{source}: longer, with info in pieces");

        let (block, is_aes) = match algorithm {
            KdfAlgorithm::HkdfSha256 => (32, false),
            KdfAlgorithm::HkdfSha512 => (64, false),
            KdfAlgorithm::HkdfAes128 | KdfAlgorithm::HkdfAes256 => (16, true),
        };
        let mut most = alloc::vec![0; 255 * block + 1];
        let answer = backend.derive(algorithm, &secret, &salt, &[&info], &mut most);
        refused(answer, CryptoError::BufferTooSmall, "more than 255 blocks", source);
        most.pop();
        backend.derive(algorithm, &secret, &salt, &[&info], &mut most).expect(source);
        if is_aes {
            let short = secret.get(1..).unwrap_or_default();
            let answer = backend.derive(algorithm, short, &salt, &[&info], &mut key);
            refused(answer, CryptoError::InvalidKey, "a secret of another length", source);
        }
    }
    found.finish()
}
