//! Message authentication codes.

use alloc::vec::Vec;

use super::{Offered, decode, offered, refused};
use crate::crypto::{CryptoError, Hasher, Mac};
use crate::iana::Algorithm;
use crate::segments::Segments;

/// A tag, and where it was published.
struct Vector {
    source: &'static str,
    algorithm: Algorithm,
    key: &'static str,
    message: &'static str,
    tag: &'static str,
}

/// "Jefe" and "what do ya want for nothing?", of RFC 4231, 4.3.
const JEFE: &str = "4a656665";
const NOTHING: &str = "7768617420646f2079612077616e7420666f72206e6f7468696e673f";
/// The keys of cose-wg/Examples, cbc-mac.
const AES_128: &str = "849b57219dae48de646d07dbb533566e";
const AES_256: &str = "849b57219dae48de646d07dbb533566e976686457c1491be3a76dcea6c427188";

const TAGS: &[Vector] = &[
    Vector {
        source: "RFC 4231, 4.3, SHA-256, the first 8 bytes (RFC 9053, 3.1)",
        algorithm: Algorithm::HMAC_256_64,
        key: JEFE,
        message: NOTHING,
        tag: "5bdcc146bf60754e",
    },
    Vector {
        source: "RFC 4231, 4.3, SHA-256",
        algorithm: Algorithm::HMAC_256,
        key: JEFE,
        message: NOTHING,
        tag: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    },
    Vector {
        source: "RFC 4231, 4.3, SHA-384",
        algorithm: Algorithm::HMAC_384,
        key: JEFE,
        message: NOTHING,
        tag: "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
              8e2240ca5e69e2c78b3239ecfab21649",
    },
    Vector {
        source: "RFC 4231, 4.3, SHA-512",
        algorithm: Algorithm::HMAC_512,
        key: JEFE,
        message: NOTHING,
        tag: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
              9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    },
    Vector {
        source: "cose-wg/Examples, cbc-mac-01",
        algorithm: Algorithm::AES_MAC_128_64,
        key: AES_128,
        message: "84634d414343a1010e4054546869732069732074686520636f6e74656e742e",
        tag: "c1ca820e6e247089",
    },
    Vector {
        source: "cose-wg/Examples, cbc-mac-02",
        algorithm: Algorithm::AES_MAC_128_128,
        key: AES_128,
        message: "84634d414344a10118194054546869732069732074686520636f6e74656e742e",
        tag: "b242d2a935feb4d66ff8334ac95bf72b",
    },
    Vector {
        source: "cose-wg/Examples, cbc-mac-03",
        algorithm: Algorithm::AES_MAC_256_64,
        key: AES_256,
        message: "84634d414343a1010f4054546869732069732074686520636f6e74656e742e",
        tag: "9e1226ba1f81b848",
    },
    Vector {
        source: "cose-wg/Examples, cbc-mac-04",
        algorithm: Algorithm::AES_MAC_256_128,
        key: AES_256,
        message: "84634d414344a101181a4054546869732069732074686520636f6e74656e742e",
        tag: "db9c7598a0751c5ff3366b6205bd2aa9",
    },
];

/// Runs the suite for [`Mac`]: published tags, each in the length of its algorithm, also of messages in
/// pieces; keys of no length, and of AES in a wrong one, are refused.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn mac(backend: &mut impl Mac<Key = [u8]>) -> Vec<Algorithm> {
    let mut found = Offered::none();
    for vector in TAGS {
        let (source, algorithm) = (vector.source, vector.algorithm);
        let (key, message) = (decode(vector.key), decode(vector.message));
        let tag = backend.mac(algorithm, &key, &Segments::plain(&message));
        let Some(tag) = offered(tag, source) else { continue };
        found.add(algorithm);
        assert_eq!(tag.as_bytes(), decode(vector.tag), "{source}");

        let mut running = backend.start(algorithm, &key).expect(source);
        message.chunks(7).for_each(|piece| running.update(piece));
        assert_eq!(running.finish().expect(source), tag, "{source}: in pieces");

        let started = |answer: Result<_, _>| answer.map(drop);
        let invalid = CryptoError::InvalidKey;
        refused(started(backend.start(algorithm, &[])), invalid, "no key", source);
        let is_hmac = algorithm.key_len().is_some_and(|length| length != key.len());
        if !is_hmac {
            for length in [key.len() - 1, key.len() + 1, 48 - key.len(), 24] {
                let answer = started(backend.start(algorithm, &[1; 33][..length]));
                refused(answer, invalid, "a key of another length", source);
            }
        }
    }
    found.finish()
}
