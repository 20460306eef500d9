//! Hashing.

use alloc::vec::Vec;

use super::{Offered, decode, offered};
use crate::crypto::{Hash, Hasher};
use crate::iana::HashAlgorithm;
use crate::segments::Segments;

/// A digest, and where it was published.
struct Vector {
    source: &'static str,
    algorithm: HashAlgorithm,
    message: &'static [u8],
    digest: &'static str,
}

const DIGESTS: &[Vector] = &[
    Vector {
        source: "FIPS 180-4, example of SHA-256, \"abc\"",
        algorithm: HashAlgorithm::Sha256,
        message: b"abc",
        digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    },
    Vector {
        source: "FIPS 180-4, example of SHA-256, two blocks",
        algorithm: HashAlgorithm::Sha256,
        message: b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    },
    Vector {
        source: "FIPS 180-4, example of SHA-384, \"abc\"",
        algorithm: HashAlgorithm::Sha384,
        message: b"abc",
        digest: "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
                 8086072ba1e7cc2358baeca134c825a7",
    },
    Vector {
        source: "FIPS 180-4, example of SHA-512, \"abc\"",
        algorithm: HashAlgorithm::Sha512,
        message: b"abc",
        digest: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    },
    Vector {
        source: "FIPS 202, SHAKE128 of nothing",
        algorithm: HashAlgorithm::Shake128,
        message: b"",
        digest: "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
    },
    Vector {
        source: "FIPS 202, SHAKE256 of nothing",
        algorithm: HashAlgorithm::Shake256,
        message: b"",
        digest: "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f\
                 d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be",
    },
];

/// Runs the suite for [`Hash`]: published digests, also of messages in pieces, and two hashes that run
/// at the same time.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn hash(backend: &mut impl Hash) -> Vec<HashAlgorithm> {
    let mut found = Offered::none();
    for vector in DIGESTS {
        let (source, algorithm) = (vector.source, vector.algorithm);
        let message = Segments::plain(vector.message);
        let Some(digest) = offered(backend.digest(algorithm, &message), source) else { continue };
        found.add(algorithm);
        let expected = decode(vector.digest);
        assert_eq!(expected.len(), algorithm.digest_len(), "{source}");
        assert_eq!(digest.as_bytes(), expected, "{source}");

        let mut start = || backend.start(algorithm).expect(source);
        let (mut pieces, mut other) = (start(), start());
        for byte in vector.message.chunks(1) {
            pieces.update(byte);
            pieces.update(&[]);
            other.update(b"of another message");
        }
        assert_eq!(pieces.finish().expect(source).as_bytes(), expected, "{source}: in pieces");
    }
    found.finish()
}
