//! Making signatures.

use alloc::vec::Vec;

use super::super::{Offered, decode, offered, refused};
use super::PublicHex;
use crate::cbor::{Encoder, write_map};
use crate::crypto::{CryptoError, Hash, Sign, Signed, Verify};
use crate::error::Error;
use crate::iana::{Algorithm, Curve, key as label};
use crate::key::{Key, PublicKey, Y};
use crate::segments::Segments;

/// A published key pair, and the algorithms that it serves.
struct Pair {
    source: &'static str,
    algorithms: &'static [Algorithm],
    public: PublicHex,
    /// `d`, or the seed of an AKP key.
    private: &'static str,
    /// Of an RSA key: p, q, dP, dQ and qInv.
    primes: Option<[&'static str; 5]>,
}

const PAIRS: &[Pair] = &[
    Pair {
        source: "RFC 6979, A.2.5",
        algorithms: &[Algorithm::ESP256, Algorithm::ES256],
        public: PublicHex::Ec2 {
            curve: Curve::P256,
            x: "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
            y: "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
        },
        private: "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
        primes: None,
    },
    Pair {
        source: "RFC 6979, A.2.6",
        algorithms: &[Algorithm::ESP384, Algorithm::ES384, Algorithm::ES256],
        public: PublicHex::Ec2 {
            curve: Curve::P384,
            x: "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64\
                def8f0ea9055866064a254515480bc13",
            y: "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1\
                288b231c3ae0d4fe7344fd2533264720",
        },
        private: "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8\
                  96d5724e4c70a825f872c9ea60d2edf5",
        primes: None,
    },
    Pair {
        source: "RFC 6979, A.2.7",
        algorithms: &[Algorithm::ESP512, Algorithm::ES512, Algorithm::ES256],
        public: PublicHex::Ec2 {
            curve: Curve::P521,
            x: "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd\
                371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4",
            y: "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a\
                28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
        },
        private: "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75\
                  caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538",
        primes: None,
    },
    Pair {
        source: "SEC 2, 2.4.1, the base point",
        algorithms: &[Algorithm::ES256K],
        public: PublicHex::Ec2 {
            curve: Curve::Secp256k1,
            x: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            y: "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
        },
        private: "0000000000000000000000000000000000000000000000000000000000000001",
        primes: None,
    },
    Pair {
        source: "RFC 8032, 7.1, test 3",
        algorithms: &[Algorithm::ED25519, Algorithm::EDDSA],
        public: PublicHex::Okp {
            curve: Curve::Ed25519,
            x: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        },
        private: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        primes: None,
    },
    Pair {
        source: "RFC 8032, 7.4, 1 octet",
        algorithms: &[Algorithm::ED448, Algorithm::EDDSA],
        public: PublicHex::Okp {
            curve: Curve::Ed448,
            x: "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086\
                6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
        },
        private: "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a\
                  fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e",
        primes: None,
    },
    Pair {
        source: "cose-wg/Examples, rsa-pss-01",
        algorithms: &[
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
        ],
        public: PublicHex::Rsa { n: include_str!("rsa-n.hex"), e: "010001" },
        private: include_str!("rsa-d.hex"),
        primes: Some([
            include_str!("rsa-p.hex"),
            include_str!("rsa-q.hex"),
            include_str!("rsa-dp.hex"),
            include_str!("rsa-dq.hex"),
            include_str!("rsa-qinv.hex"),
        ]),
    },
    Pair {
        source: "Wycheproof, mldsa_44_sign_seed_test",
        algorithms: &[Algorithm::ML_DSA_44],
        public: PublicHex::Akp {
            algorithm: Algorithm::ML_DSA_44,
            public: include_str!("ml-dsa-44-public.hex"),
        },
        private: SEED,
        primes: None,
    },
    Pair {
        source: "Wycheproof, mldsa_65_sign_seed_test",
        algorithms: &[Algorithm::ML_DSA_65],
        public: PublicHex::Akp {
            algorithm: Algorithm::ML_DSA_65,
            public: include_str!("ml-dsa-65-public.hex"),
        },
        private: SEED,
        primes: None,
    },
    Pair {
        source: "Wycheproof, mldsa_87_sign_seed_test",
        algorithms: &[Algorithm::ML_DSA_87],
        public: PublicHex::Akp {
            algorithm: Algorithm::ML_DSA_87,
            public: include_str!("ml-dsa-87-public.hex"),
        },
        private: SEED,
        primes: None,
    },
];

/// The seed of Wycheproof's keys of ML-DSA.
const SEED: &str = "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a";

/// Runs the suite for [`Sign`]: what published keys sign is verified by their public halves and by
/// nothing else; algorithms of other keys, too little room, keys whose halves are not of one pair and
/// keys that their `alg` or `key_ops` forbid are refused. `make` gives the backend's private key of a
/// `COSE_Key`.
///
/// # Panics
/// When the backend gives a wrong answer, naming the key.
pub fn sign<B: Sign + Verify + Hash>(
    backend: &mut B,
    mut make: impl FnMut(&Key<'_>) -> Result<B::Key, CryptoError>,
) -> Vec<Algorithm>
where
    B::Key: Sized,
{
    let mut found = Offered::none();
    for pair in PAIRS {
        let source = pair.source;
        let encoded = pair.encode(None, None);
        let Some(key) = offered(make(&parse(&encoded, source)), source) else { continue };
        let numbers = pair.public.decode();
        let public = pair.public.key(&numbers.0, &numbers.1);
        for algorithm in pair.algorithms {
            let made = signature(backend, *algorithm, &key, b"a message");
            let Some(made) = offered(made, source) else { continue };
            found.add(*algorithm);
            verifies(backend, *algorithm, &public, &made, source);
            let signed = Signed::new(*algorithm, Segments::plain(b"a message"), backend);
            let room = &mut alloc::vec![0; made.len() - 1];
            let answer = backend.sign(*algorithm, &key, &signed.expect(source), room);
            refused(answer, CryptoError::BufferTooSmall, "no room", source);
        }
        let foreign =
            [Algorithm::ESP256, Algorithm::ED25519, Algorithm::HMAC_256, Algorithm::A128GCM];
        for foreign in foreign.iter().filter(|foreign| !pair.algorithms.contains(foreign)) {
            let answer = signature(backend, *foreign, &key, b"a message");
            assert!(answer.is_err(), "{source}: signed with {foreign}");
        }
        pair.restrictions(backend, &mut make);
    }
    found.finish()
}

impl Pair {
    /// The `COSE_Key`, restricted to an algorithm or to one operation.
    fn encode(&self, algorithm: Option<Algorithm>, operation: Option<i64>) -> Vec<u8> {
        let mut encoded = Vec::new();
        let (first, second) = self.public.decode();
        let private = decode(self.private);
        let primes = self.primes.map(|numbers| numbers.map(decode));
        let written = write_map(&mut Encoder::appending(&mut encoded), |members| {
            let public = self.public.key(&first, &second);
            let (kty, own) = match public {
                PublicKey::Okp { .. } => (1, None),
                PublicKey::Ec2 { .. } => (2, None),
                PublicKey::Rsa { .. } => (3, None),
                PublicKey::HssLms { .. } => (5, None),
                PublicKey::Akp { algorithm, .. } => (7, Some(algorithm)),
            };
            members.integer(label::KTY, Some(kty))?;
            members.integer(label::ALG, algorithm.or(own).map(|algorithm| algorithm.0))?;
            if let Some(operation) = operation {
                members.put(label::KEY_OPS, |encoder| {
                    encoder.array(1)?.integer(operation).map(drop)
                })?;
            }
            match public {
                PublicKey::Ec2 { curve, .. } | PublicKey::Okp { curve, .. } => {
                    members.integer(label::CRV, Some(curve.id()))?;
                    members.bytes(label::X, Some(&first))?;
                    let y = (!second.is_empty()).then_some(&second[..]);
                    members.bytes(label::Y, y)?;
                    members.bytes(label::D, Some(&private))
                }
                PublicKey::Rsa { n, e } => {
                    members.bytes(label::N, Some(n))?;
                    members.bytes(label::E, Some(e))?;
                    members.bytes(label::RSA_D, Some(&private))?;
                    // RFC 8230, 4: from p on.
                    for (label, number) in (-8..=-4).rev().zip(primes.iter().flatten()) {
                        members.bytes(label, Some(number))?;
                    }
                    Ok(())
                }
                PublicKey::Akp { public, .. } | PublicKey::HssLms { public } => {
                    members.bytes(label::PUB, Some(public))?;
                    members.bytes(label::PRIV, Some(&private))
                }
            }
        });
        written.unwrap_or_else(|error: Error| panic!("{}: {error}", self.source));
        encoded
    }

    fn restrictions<B: Sign + Verify + Hash>(
        &self,
        backend: &mut B,
        make: &mut impl FnMut(&Key<'_>) -> Result<B::Key, CryptoError>,
    ) where
        B::Key: Sized,
    {
        let source = self.source;
        // RFC 9052, 7.1: 1 is to sign, 2 to verify.
        let signs = self.encode(None, Some(1));
        assert!(make(&parse(&signs, source)).is_ok(), "{source}: key_ops says sign");
        let verifies = self.encode(None, Some(2));
        let answer = make(&parse(&verifies, source)).map(drop);
        refused(answer, CryptoError::InvalidKey, "a key that may only verify", source);

        if let [one, .., other] = self.algorithms {
            let restricted = self.encode(Some(*one), None);
            let key = make(&parse(&restricted, source)).expect(source);
            if signature(backend, *one, &key, b"a message").is_ok() && !same_curve(*one, *other) {
                let answer = signature(backend, *other, &key, b"a message");
                assert!(answer.is_err(), "{source}: signed with {other}, its alg says {one}");
            }
        }

        let numbers = self.public.decode();
        let private = decode(self.private);
        let mut other = private.clone();
        if let Some(last) = other.last_mut() {
            *last ^= 2;
        }
        let public = self.public.key(&numbers.0, &numbers.1);
        if !matches!(public, PublicKey::Rsa { .. }) {
            let mixed = Key::from_public(public).with_private(&other);
            let answer = make(&mixed).map(drop);
            refused(answer, CryptoError::InvalidKey, "halves of two keys", source);
        }
        if let PublicKey::Ec2 { curve, x, y: Y::Coordinate(y) } = public {
            let odd = y.last().is_some_and(|last| last & 1 == 1);
            let compressed = PublicKey::Ec2 { curve, x, y: Y::Odd(odd) };
            let whole = Key::from_public(compressed).with_private(&private);
            assert!(make(&whole).is_ok(), "{source}: compressed");
        }
    }
}

/// Whether a key for the one may serve the other, being the same on its curve (RFC 9864).
fn same_curve(one: Algorithm, other: Algorithm) -> bool {
    matches!(
        (one, other),
        (Algorithm::ESP256, Algorithm::ES256)
            | (Algorithm::ED25519 | Algorithm::ED448, Algorithm::EDDSA)
    )
}

fn parse<'b>(encoded: &'b [u8], source: &str) -> Key<'b> {
    Key::parse(encoded).unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn signature<B: Sign + Hash>(
    backend: &mut B,
    algorithm: Algorithm,
    key: &B::Key,
    message: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let signed = Signed::new(algorithm, Segments::plain(message), backend)?;
    let mut signature = alloc::vec![0; 5000];
    let length = backend.sign(algorithm, key, &signed, &mut signature)?;
    signature.truncate(length);
    Ok(signature)
}

fn verifies(
    backend: &mut (impl Verify + Hash),
    algorithm: Algorithm,
    public: &PublicKey<'_>,
    signature: &[u8],
    source: &str,
) {
    for (message, expected) in
        [(&b"a message"[..], Ok(())), (b"a massage", Err(CryptoError::Rejected))]
    {
        let signed = Signed::new(algorithm, Segments::plain(message), backend).expect(source);
        let answer = backend.verify(algorithm, public, &signed, signature);
        assert_eq!(answer, expected, "{source}: {algorithm}");
    }
}
