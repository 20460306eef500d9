//! Key wrap.

use alloc::vec::Vec;

use super::{Offered, changed, decode, offered, refused};
use crate::crypto::{CryptoError, KeyWrap};
use crate::iana::Algorithm;

/// A wrapped key, and where it was published.
struct Vector {
    source: &'static str,
    algorithm: Algorithm,
    kek: &'static str,
    key: &'static str,
    wrapped: &'static str,
}

const WRAPPED: &[Vector] = &[
    Vector {
        source: "RFC 3394, 4.1",
        algorithm: Algorithm::A128KW,
        kek: "000102030405060708090a0b0c0d0e0f",
        key: "00112233445566778899aabbccddeeff",
        wrapped: "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
    },
    Vector {
        source: "RFC 3394, 4.2",
        algorithm: Algorithm::A192KW,
        kek: "000102030405060708090a0b0c0d0e0f1011121314151617",
        key: "00112233445566778899aabbccddeeff",
        wrapped: "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d",
    },
    Vector {
        source: "RFC 3394, 4.3",
        algorithm: Algorithm::A256KW,
        kek: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        key: "00112233445566778899aabbccddeeff",
        wrapped: "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7",
    },
    Vector {
        source: "RFC 3394, 4.6",
        algorithm: Algorithm::A256KW,
        kek: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        key: "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
        wrapped: "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43b\
                  fb988b9b7a02dd21",
    },
];

/// Runs the suite for [`KeyWrap`]: published keys wrap and unwrap; with any byte changed, cut off, or
/// of a length that no wrapped key has, they do not, and nothing of the key stands in the buffer.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn key_wrap(backend: &mut impl KeyWrap<Key = [u8]>) -> Vec<Algorithm> {
    let mut found = Offered::none();
    for vector in WRAPPED {
        let (source, algorithm) = (vector.source, vector.algorithm);
        let (kek, key, good) = (decode(vector.kek), decode(vector.key), decode(vector.wrapped));
        let mut buffer = [0; 64];
        let wrapped = backend.wrap(algorithm, &kek, &key, &mut buffer);
        let Some(length) = offered(wrapped, source) else { continue };
        found.add(algorithm);
        assert_eq!(buffer.get(..length), Some(&good[..]), "{source}");
        let mut buffer = [0; 64];
        let length = backend.unwrap(algorithm, &kek, &good, &mut buffer).expect(source);
        assert_eq!(buffer.get(..length), Some(&key[..]), "{source}");

        for at in 0..good.len() {
            let mut buffer = [0; 64];
            let answer = backend.unwrap(algorithm, &kek, &changed(&good, at), &mut buffer);
            refused(answer, CryptoError::Rejected, "a changed byte", source);
            assert_eq!(buffer, [0; 64], "{source}: left something of the key");
        }
        for length in [0, 7, 8, 15, 16, good.len() - 1] {
            let cut = good.get(..length).unwrap_or_default();
            let answer = backend.unwrap(algorithm, &kek, cut, &mut [0; 64]);
            refused(answer, CryptoError::Rejected, "cut off", source);
        }
        for length in [0, 7, 8, 15, 17, 23] {
            let answer = backend.wrap(algorithm, &kek, &[1; 23][..length], &mut [0; 64]);
            refused(answer, CryptoError::InvalidKey, "a key of a wrong length", source);
        }
        let short = kek.get(1..).unwrap_or_default();
        let answer = backend.wrap(algorithm, short, &key, &mut [0; 64]);
        refused(answer, CryptoError::InvalidKey, "a short KEK", source);
        let answer = backend.unwrap(algorithm, short, &good, &mut [0; 64]);
        refused(answer, CryptoError::InvalidKey, "a short KEK", source);
        let small = CryptoError::BufferTooSmall;
        let answer = backend.wrap(algorithm, &kek, &key, &mut [0; 64][..good.len() - 1]);
        refused(answer, small, "no room", source);
        let answer = backend.unwrap(algorithm, &kek, &good, &mut [0; 64][..key.len() - 1]);
        refused(answer, small, "no room", source);
    }
    found.finish()
}
