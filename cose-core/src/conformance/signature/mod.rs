//! Signatures: checking them, and making them.

mod sign;
mod vectors;

use alloc::vec::Vec;

pub use sign::sign;

use self::vectors::{SIGNATURES, Vector};
use super::{Offered, changed, decode, offered, refused};
use crate::crypto::{CryptoError, Hash, Signed, Verify};
use crate::iana::{Algorithm, Curve};
use crate::key::{PublicKey, Y};
use crate::segments::Segments;

/// A public key in hexadecimal.
pub enum PublicHex {
    Ec2 { curve: Curve, x: &'static str, y: &'static str },
    Okp { curve: Curve, x: &'static str },
    Rsa { n: &'static str, e: &'static str },
    HssLms(&'static str),
    Akp { algorithm: Algorithm, public: &'static str },
}

impl PublicHex {
    /// The two numbers that it is made of, the second of which may be empty.
    fn decode(&self) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Ec2 { x, y, .. } => (decode(x), decode(y)),
            Self::Okp { x, .. } => (decode(x), Vec::new()),
            Self::Rsa { n, e } => (decode(n), decode(e)),
            Self::HssLms(public) | Self::Akp { public, .. } => (decode(public), Vec::new()),
        }
    }

    /// The key of the two numbers.
    const fn key<'b>(&self, first: &'b [u8], second: &'b [u8]) -> PublicKey<'b> {
        match *self {
            Self::Ec2 { curve, .. } => PublicKey::Ec2 { curve, x: first, y: Y::Coordinate(second) },
            Self::Okp { curve, .. } => PublicKey::Okp { curve, x: first },
            Self::Rsa { .. } => PublicKey::Rsa { n: first, e: second },
            Self::HssLms(_) => PublicKey::HssLms { public: first },
            Self::Akp { algorithm, .. } => PublicKey::Akp { algorithm, public: first },
        }
    }
}

/// Runs the suite for [`Verify`] (with the [`Hash`] that ECDSA and RSA need): published signatures
/// verify; changed, truncated, lengthened, or over another message, they do not, nor do ECDSA's with r
/// or s zero or not below the order, EdDSA's with S not below it, and those of keys of small order;
/// keys that are none are refused. Of ECDSA's two values of s both verify, and a compressed point
/// gives the same answer.
///
/// # Panics
/// When the backend gives a wrong answer, naming the vector.
pub fn verify(backend: &mut (impl Verify + Hash)) -> Vec<Algorithm> {
    let mut found = Offered::none();
    for vector in SIGNATURES {
        for algorithm in vector.algorithms {
            let case = Case::of(vector, *algorithm);
            let good = case.answer(backend, &case.key(), &case.signature);
            if offered(good, case.source).is_none() {
                continue;
            }
            found.add(*algorithm);
            case.refuses_changes(backend);
            match case.key() {
                PublicKey::Ec2 { curve, x, y } => case.checks_ecdsa(backend, curve, x, y),
                PublicKey::Okp { curve, .. } => case.checks_eddsa(backend, curve),
                PublicKey::Rsa { n, e } => case.checks_rsa(backend, n, e),
                PublicKey::HssLms { public } => case.checks_hss(backend, public),
                PublicKey::Akp { algorithm, public } => {
                    let short = public.get(1..).unwrap_or_default();
                    let short = PublicKey::Akp { algorithm, public: short };
                    let answer = case.answer(backend, &short, &case.signature);
                    refused(answer, CryptoError::InvalidKey, "a short key", case.source);
                }
            }
        }
    }
    found.finish()
}

/// A vector in bytes, with one of its algorithms.
struct Case {
    source: &'static str,
    algorithm: Algorithm,
    kind: &'static PublicHex,
    numbers: (Vec<u8>, Vec<u8>),
    message: &'static [u8],
    signature: Vec<u8>,
}

impl Case {
    fn of(vector: &'static Vector, algorithm: Algorithm) -> Self {
        Self {
            source: vector.source,
            algorithm,
            kind: &vector.key,
            numbers: vector.key.decode(),
            message: vector.message,
            signature: decode(vector.signature),
        }
    }

    fn key(&self) -> PublicKey<'_> {
        self.kind.key(&self.numbers.0, &self.numbers.1)
    }

    fn answer(
        &self,
        backend: &mut (impl Verify + Hash),
        key: &PublicKey<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let signed = Signed::new(self.algorithm, Segments::plain(self.message), backend)?;
        backend.verify(self.algorithm, key, &signed, signature)
    }

    fn rejects(&self, backend: &mut (impl Verify + Hash), signature: &[u8], what: &str) {
        let answer = self.answer(backend, &self.key(), signature);
        assert!(answer.is_err(), "{} ({}): accepted {what}", self.source, self.algorithm);
    }

    fn invalid(&self, backend: &mut (impl Verify + Hash), key: &PublicKey<'_>, what: &str) {
        let answer = self.answer(backend, key, &self.signature);
        refused(answer, CryptoError::InvalidKey, what, self.source);
    }

    fn refuses_changes(&self, backend: &mut (impl Verify + Hash)) {
        let length = self.signature.len();
        // All of a short signature, and some 80 places of a long one.
        for at in (0..length).step_by(length.div_ceil(132)) {
            self.rejects(backend, &changed(&self.signature, at), "a changed byte");
        }
        let step = length.div_ceil(16);
        for cut in (0..length).step_by(step).chain([1, length - 1]) {
            self.rejects(backend, &self.signature[..cut], "a signature cut off");
        }
        self.rejects(backend, &[&self.signature[..], &[0]].concat(), "a byte more");
        self.rejects(backend, &[&[0], &self.signature[..]].concat(), "a byte before");
        self.rejects(backend, &alloc::vec![0; length], "zeros");
        self.rejects(backend, &alloc::vec![0xff; length], "ones");

        let message = [self.message, b"."].concat();
        let other = Signed::new(self.algorithm, Segments::plain(&message), backend);
        let other = other.expect(self.source);
        let answer = backend.verify(self.algorithm, &self.key(), &other, &self.signature);
        refused(answer, CryptoError::Rejected, "another message", self.source);
        let short = match other {
            Signed::Digest(digest) => {
                let signed = Signed::new(self.algorithm, Segments::plain(self.message), backend);
                let Ok(Signed::Digest(own)) = signed else { panic!("{}", self.source) };
                Signed::Digest(own.truncated(digest.as_bytes().len() - 1))
            }
            Signed::Message(_) => {
                let digest = crate::crypto::Digest::new(&[7; 32]);
                Signed::Digest(digest)
            }
        };
        let answer = backend.verify(self.algorithm, &self.key(), &short, &self.signature);
        assert!(answer.is_err(), "{}: accepted what was not signed", self.source);
    }

    fn checks_ecdsa(&self, backend: &mut (impl Verify + Hash), curve: Curve, x: &[u8], y: Y<'_>) {
        let Y::Coordinate(y) = y else { panic!("{}", self.source) };
        let order = decode(order_of(curve));
        let (r, s) = self.signature.split_at(order.len());
        let (zeros, ones) = (alloc::vec![0; order.len()], alloc::vec![0xff; order.len()]);
        for wrong in [&zeros, &order, &ones] {
            self.rejects(backend, &[&wrong[..], s].concat(), "r out of range");
            self.rejects(backend, &[r, &wrong[..]].concat(), "s out of range");
        }
        // RFC 9053, 2.1 asks for neither of the two values of s that verify.
        let twin = [r, &difference(&order, s)].concat();
        let answer = self.answer(backend, &self.key(), &twin);
        assert_eq!(answer, Ok(()), "{}: the other value of s", self.source);

        let odd = y.last().is_some_and(|last| last & 1 == 1);
        let compressed = PublicKey::Ec2 { curve, x, y: Y::Odd(odd) };
        let answer = self.answer(backend, &compressed, &self.signature);
        assert_eq!(answer, Ok(()), "{}: compressed", self.source);
        let other = PublicKey::Ec2 { curve, x, y: Y::Odd(!odd) };
        let answer = self.answer(backend, &other, &self.signature);
        refused(answer, CryptoError::Rejected, "the point opposite", self.source);
        for (x, y) in [(x, x), (y, x), (&zeros, &zeros), (&ones, y), (x, &ones)] {
            let point = PublicKey::Ec2 { curve, x, y: Y::Coordinate(y) };
            self.invalid(backend, &point, "a point off the curve");
        }
        let point = PublicKey::Ec2 { curve, x: &ones, y: Y::Odd(odd) };
        self.invalid(backend, &point, "a compressed point off the curve");
    }

    fn checks_eddsa(&self, backend: &mut (impl Verify + Hash), curve: Curve) {
        let (order, small_order) = match curve {
            Curve::Ed25519 => (ED25519_ORDER, ED25519_SMALL_ORDER),
            _ => (ED448_ORDER, ED448_SMALL_ORDER),
        };
        let (r, s) = self.signature.split_at(curve.coordinate_len());
        let beyond = [r, &sum_le(s, &decode(order))].concat();
        self.rejects(backend, &beyond, "S beyond the order (RFC 8032, 5.1.7 and 5.2.7)");
        if curve == Curve::Ed448 {
            self.checks_unused_bits(backend);
        }
        let zeros = alloc::vec![0; s.len()];
        for x in small_order {
            let x = decode(x);
            let key = PublicKey::Okp { curve, x: &x };
            // With the same point as R and S zero the equation holds for some or all messages.
            for r in small_order {
                let answer = self.answer(backend, &key, &[&decode(r)[..], &zeros].concat());
                assert!(answer.is_err(), "{}: accepted a key of small order", self.source);
            }
            assert!(self.answer(backend, &key, &self.signature).is_err(), "{}", self.source);
        }
    }

    /// RFC 8032, 5.2.2: what encodes no number below the prime encodes no point of Ed448.
    fn checks_unused_bits(&self, backend: &mut (impl Verify + Hash)) {
        let (x, signature) = ED448_UNUSED_BIT;
        let (x, message) = (decode(x), Segments::plain(b"123400"));
        let key = PublicKey::Okp { curve: Curve::Ed448, x: &x };
        let signed = Signed::new(self.algorithm, message, backend).expect(self.source);
        let answer = backend.verify(self.algorithm, &key, &signed, &decode(signature));
        refused(answer, CryptoError::Rejected, "an unused bit of R", self.source);

        let mut x = self.numbers.0.clone();
        if let Some(last) = x.last_mut() {
            *last |= 1;
        }
        let key = PublicKey::Okp { curve: Curve::Ed448, x: &x };
        self.invalid(backend, &key, "an unused bit of the key");
    }

    fn checks_rsa(&self, backend: &mut (impl Verify + Hash), n: &[u8], e: &[u8]) {
        let mut even = n.to_vec();
        if let Some(last) = even.last_mut() {
            *last &= 0xfe;
        }
        let mut half = n[..128].to_vec();
        half[127] |= 1;
        for (n, e, what) in [
            (&even[..], e, "an even modulus"),
            (&half, e, "a modulus of 1,024 bits (RFC 8230, 2)"),
            (&[3], e, "a modulus of a byte"),
            (&[], e, "no modulus"),
            (n, &[], "no exponent"),
            (n, &[0], "an exponent of zero"),
            (n, &[2], "an even exponent"),
            (n, n, "an exponent as long as the modulus"),
        ] {
            let answer = self.answer(backend, &PublicKey::Rsa { n, e }, &self.signature);
            assert!(answer.is_err(), "{}: accepted {what}", self.source);
        }
        self.rejects(backend, n, "a signature that is not below the modulus");
    }

    fn checks_hss(&self, backend: &mut (impl Verify + Hash), public: &[u8]) {
        let mut levels = public.to_vec();
        for wrong in [0, 9, 0xff] {
            levels[3] = wrong;
            let key = PublicKey::HssLms { public: &levels };
            let answer = self.answer(backend, &key, &self.signature);
            assert!(answer.is_err(), "{}: accepted {wrong} levels", self.source);
        }
        for length in [0, 3, 4, 8, 12, public.len() - 1] {
            let key = PublicKey::HssLms { public: &public[..length] };
            self.invalid(backend, &key, "a key cut off");
        }
        let longer = [public, &[0]].concat();
        self.invalid(backend, &PublicKey::HssLms { public: &longer }, "a key with a byte more");
    }
}

/// The orders of the base points (FIPS 186-5 with SP 800-186, 3.2.1; SEC 2, 2.4.1).
fn order_of(curve: Curve) -> &'static str {
    match curve {
        Curve::P256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        Curve::P384 => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf\
             581a0db248b0a77aecec196accc52973"
        }
        Curve::P521 => {
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             fffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
        }
        Curve::Secp256k1 => "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        _ => panic!("ECDSA on {curve}"),
    }
}

/// The order of the base point of Ed25519, as it encodes numbers (RFC 8032, 5.1).
const ED25519_ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

/// The eight points of small order of Ed25519, and other encodings of them that a lenient decoder
/// takes.
const ED25519_SMALL_ORDER: &[&str] = &[
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// The order of the base point of Ed448 (RFC 8032, 5.2).
const ED448_ORDER: &str = "f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7cffffffff\
     ffffffffffffffffffffffffffffffffffffffffffffff3f00";

/// A key and a signature of `123400` whose R has the unused bit 448 set, to which a lenient decoder
/// is blind: Wycheproof, ed448_test, 63.
const ED448_UNUSED_BIT: (&str, &str) = (
    "419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee03\
     9511df0cddc690ee978426e8b38e50ce5af7dcfba50f704c00",
    "5db94c53101f521f6c1f43b60ea4d7e06fbd49c2e8afaf4fcc289e645e0880a8\
     7b8e55858df4cf2291a7303ffda446b82a117b4dd408cff2811adf92201088e0\
     51ee48b57aecf46edfc68e5baeed5ae4910ba5681d370f75ab593811e18293ef\
     0808581c254196bcbf2b4c454136a6711b00",
);

/// The four points of small order of Ed448, and other encodings of them that a lenient decoder takes.
const ED448_SMALL_ORDER: &[&str] = &[
    "0100000000000000000000000000000000000000000000000000000000000000\
     00000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000\
     00000000000000000000000000000000000000000000000080",
    "fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff00",
    "fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff80",
    "0000000000000000000000000000000000000000000000000000000000000000\
     00000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000\
     00000000000000000000000000000000000000000000000080",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff00",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff80",
    "00000000000000000000000000000000000000000000000000000000ffffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff00",
    "00000000000000000000000000000000000000000000000000000000ffffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffff80",
];

/// `a - b` of big-endian numbers of one length, of which `a` is the greater.
fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut digits: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let digit = i16::from(*a) - i16::from(*b) - borrow;
            borrow = i16::from(digit < 0);
            digit.rem_euclid(256).to_le_bytes()[0]
        })
        .collect();
    digits.reverse();
    digits
}

/// `a + b` of little-endian numbers of one length, in which the sum has room.
fn sum_le(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let digit = |(a, b): (&u8, &u8)| {
        let [digit, next] = (u16::from(*a) + u16::from(*b) + carry).to_le_bytes();
        carry = u16::from(next);
        digit
    };
    a.iter().zip(b).map(digit).collect()
}
