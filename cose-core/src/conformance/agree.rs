//! Key agreement.

use alloc::vec::Vec;
use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

use super::{Offered, decode, offered, refused};
use crate::crypto::{Agree, AgreeEphemeral, CryptoError};
use crate::iana::Curve;
use crate::key::{Key, PublicKey, PublicKeyBuf, Y};

/// A key pair, a peer's public key and the secret that they share, and where it was published.
struct Vector {
    source: &'static str,
    curve: Curve,
    d: &'static str,
    public: &'static str,
    peer: &'static str,
    secret: &'static str,
}

const SECRETS: &[Vector] = &[
    Vector {
        source: "Wycheproof, ecdh_secp256r1_ecpoint_test, 1",
        curve: Curve::P256,
        d: "0612465c89a023ab17855b0a6bcebfd3febb53aef84138647b5352e02c10c346",
        public: "04b59cc7671dd6a6b836e2cd9396ef5618b2ff3e8192dd7c9d36c27cb56ff916\
                 614826d9dbd5ae64cdd8575068bbc9e63f231ea57ed03248844c09331b953920\
                 53",
        peer: "0462d5bd3372af75fe85a040715d0f502428e07046868b0bfdfa61d731afe44f\
               26ac333a93a9e70a81cd5a95b5bf8d13990eb741c8c38872b4a07d275a014e30cf",
        secret: "53020d908b0219328b658b525f26780e3ae12bcd952bb25a93bc0895e1714285",
    },
    Vector {
        source: "Wycheproof, ecdh_secp384r1_ecpoint_test, 1",
        curve: Curve::P384,
        d: "766e61425b2da9f846c09fc3564b93a6f8603b7392c785165bf20da948c49fd1\
            fb1dee4edd64356b9f21c588b75dfd81",
        public: "047a6ec8d311d5ca588baed41be3e98f30c9294844ecbb629995653635dbc22d\
                 a2f083f29711e0f9c5963bc021bd8cb2109daf56a55f883a7200cea9c4de4448\
                 8e6dc49fb9c394f51cb5a49fc69d7e8a034792963ae4eabc63483a2cf1a899e8\
                 c8",
        peer: "04790a6e059ef9a5940163183d4a7809135d29791643fc43a2f17ee8bf677ab8\
               4f791b64a6be15969ffa012dd9185d8796d9b954baa8a75e82df711b3b56eadf\
               f6b0f668c3b26b4b1aeb308a1fcc1c680d329a6705025f1c98a0b5e5bfcb163caa",
        secret: "6461defb95d996b24296f5a1832b34db05ed031114fbe7d98d098f93859866e4\
                 de1e229da71fef0c77fe49b249190135",
    },
    Vector {
        source: "Wycheproof, ecdh_secp521r1_ecpoint_test, 1",
        curve: Curve::P521,
        d: "01939982b529596ce77a94bc6efd03e92c21a849eb4f87b8f619d506efc9bb22\
            e7c61640c90d598f795b64566dc6df43992ae34a1341d458574440a7371f611c7dcd",
        public: "0401fac84b38d732daccfcefaad9a178e3d04f2c30e19c4925d112e88235c10c\
                 088036d4d1ea2528f5e02003da703533170489c6576d6e1e4d0fc73eec126ca5\
                 5acd84000904b6199d2f6e890a654be20c9e65a40ad120157043881822fc52df\
                 4120e4563a7cd5905c01678d65e845eae9c653e303f79c523910551d212fbd7c\
                 25e2d13449",
        peer: "040064da3e94733db536a74a0d8a5cb2265a31c54a1da6529a198377fbd38575\
               d9d79769ca2bdf2d4c972642926d444891a652e7f492337251adf1613cf30779\
               99b5ce00e04ad19cf9fd4722b0c824c069f70c3c0e7ebc5288940dfa92422152\
               ae4a4f79183ced375afb54db1409ddf338b85bb6dbfc5950163346bb63a90a70\
               c5aba098f7",
        secret: "01f1e410f2c6262bce6879a3f46dfb7dd11d30eeee9ab49852102e1892201dd1\
                 0f27266c2cf7cbccc7f6885099043dad80ff57f0df96acf283fb090de53df95f7d87",
    },
    Vector {
        source: "RFC 7748, 6.1",
        curve: Curve::X25519,
        d: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        public: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        peer: "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        secret: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    },
    Vector {
        source: "RFC 7748, 6.2",
        curve: Curve::X448,
        d: "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5\
            74a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
        public: "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bb\
                 c836647241d953d40c5b12da88120d53177f80e532c41fa0",
        peer: "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972\
               fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
        secret: "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56\
                 fd2464c335543936521c24403085d59a449a5037514a879d",
    },
];

/// Points of X25519 that share zeros with every key, and other encodings of them: Wycheproof,
/// x25519_test, 32, 33 and 63 to 74.
const X25519_SMALL_ORDER: &[&str] = &[
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// The same of X448: 0, 1 and -1, and 0 and 1 plus the prime.
const X448_SMALL_ORDER: &[&str] = &[
    "0000000000000000000000000000000000000000000000000000000000000000\
     000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000\
     000000000000000000000000000000000000000000000000",
    "fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff",
    "00000000000000000000000000000000000000000000000000000000ffffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// Runs the suite for [`Agree`]: published secrets, with the peer's point compressed or not; points
/// off the curve, coordinates that are not below the prime, secrets of zeros and keys of another
/// curve are refused. `make` gives the backend's private key of a `COSE_Key`.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn agree<B: Agree>(
    backend: &mut B,
    mut make: impl FnMut(&Key<'_>) -> Result<B::Key, CryptoError>,
) -> Vec<Curve>
where
    B::Key: Sized,
{
    let mut found = Offered::none();
    for vector in SECRETS {
        let (source, curve) = (vector.source, vector.curve);
        let (d, public) = (decode(vector.d), decode(vector.public));
        let public = PublicKey::from_point(curve, &public).expect(source);
        let whole = Key::from_public(public).with_private(&d);
        let Some(key) = offered(make(&whole), source) else { continue };
        let peer = decode(vector.peer);
        let peer = PublicKey::from_point(curve, &peer).expect(source);
        let Some(secret) = offered(backend.agree(&key, &peer), source) else { continue };
        found.add(curve);
        assert_eq!(secret.as_bytes(), decode(vector.secret), "{source}");

        let invalid = CryptoError::InvalidKey;
        let other = if curve == Curve::P256 { Curve::P384 } else { Curve::P256 };
        let coordinate = alloc::vec![1; other.coordinate_len()];
        let other = PublicKey::Ec2 { curve: other, x: &coordinate, y: Y::Odd(false) };
        assert!(backend.agree(&key, &other).is_err(), "{source}: a key of another curve");
        match peer {
            PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => {
                let point = |x, y| PublicKey::Ec2 { curve, x, y };
                let odd = y.last().is_some_and(|last| last & 1 == 1);
                let secret = backend.agree(&key, &point(x, Y::Odd(odd))).expect(source);
                assert_eq!(secret.as_bytes(), decode(vector.secret), "{source}: compressed");
                let (zeros, ones) = (alloc::vec![0; x.len()], alloc::vec![0xff; x.len()]);
                for (x, y) in [(x, x), (y, x), (&zeros[..], &zeros[..]), (&ones, y), (x, &ones)] {
                    let answer = backend.agree(&key, &point(x, Y::Coordinate(y)));
                    refused(answer, invalid, "a point off the curve", source);
                }
                let answer = backend.agree(&key, &point(&ones, Y::Odd(odd)));
                refused(answer, invalid, "a compressed point off the curve", source);
            }
            _ => {
                let small_order = match curve {
                    Curve::X25519 => X25519_SMALL_ORDER,
                    _ => X448_SMALL_ORDER,
                };
                for x in small_order {
                    let answer = backend.agree(&key, &PublicKey::Okp { curve, x: &decode(x) });
                    refused(answer, invalid, "a secret of zeros", x);
                }
            }
        }
    }
    found.finish()
}

/// Runs the suite for [`AgreeEphemeral`]: both sides come to the same secret, which is another each
/// time; peers off the curve or of small order are refused. `make` as for [`agree`].
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn agree_ephemeral<B: Agree + AgreeEphemeral>(
    backend: &mut B,
    mut make: impl FnMut(&Key<'_>) -> Result<B::Key, CryptoError>,
) -> Vec<Curve>
where
    B::Key: Sized,
{
    let mut found = Offered::none();
    let mut random = Counting(0);
    for vector in SECRETS {
        let (source, curve) = (vector.source, vector.curve);
        let (d, public) = (decode(vector.d), decode(vector.public));
        let public = PublicKey::from_point(curve, &public).expect(source);
        let whole = Key::from_public(public).with_private(&d);
        let Some(key) = offered(make(&whole), source) else { continue };
        let mut seen: Vec<PublicKeyBuf> = Vec::new();
        for _ in 0..3 {
            let made = backend.agree_ephemeral(&public, &mut random);
            let Some((ephemeral, ours)) = offered(made, source) else { break };
            let theirs = backend.agree(&key, &ephemeral.as_public()).expect(source);
            assert_eq!(ours.as_bytes(), theirs.as_bytes(), "{source}");
            assert!(!seen.contains(&ephemeral), "{source}: one key for two messages");
            seen.push(ephemeral);
            found.add(curve);
        }
        let zeros = alloc::vec![0; curve.coordinate_len()];
        let bad = match public {
            PublicKey::Ec2 { .. } => PublicKey::Ec2 { curve, x: &zeros, y: Y::Coordinate(&zeros) },
            _ => PublicKey::Okp { curve, x: &zeros },
        };
        let answer = backend.agree_ephemeral(&bad, &mut random);
        refused(answer, CryptoError::InvalidKey, "a peer that is no key", source);
    }
    found.finish()
}

/// A source of bytes that are another each time, and no secret.
struct Counting(u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(5).wrapping_add(17);
            *byte = self.0;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}
