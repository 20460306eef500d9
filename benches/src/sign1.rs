//! `COSE_Sign1`: decoding, verifying, and what verifying costs beside the signature algorithm; against
//! coset and cose2, which are given the same primitive.

use std::hint::black_box;

use cose2::Sign1Message;
use coset::{CoseSign1, TaggedCborSerializable};
use hexad_cose_core::{Algorithm, Curve, Expect, Key, PublicKey, PublicKeyBuf, Sign1, Signed, Y};
use hexad_rustcrypto::RustCrypto;
use sha2::{Digest, Sha256};
use signature::{MultipartVerifier, Verifier as _, hazmat::PrehashVerifier};

use crate::{Bench, Measure, input};

/// Payloads of a token and of a small manifest.
const LENGTHS: [usize; 2] = [20, 1024];

/// Reading the message, without verifying.
///
/// # Panics
/// When the three crates do not read the same payload.
pub fn decode(measure: &mut impl Measure) {
    if !measure.wants("sign1/decode") {
        return;
    }
    for length in LENGTHS {
        let signed = input::sign1(Curve::P256, length).expect("the builder works");
        let message = signed.message.as_slice();
        let own = Sign1::parse(message).expect("a message");
        let payload = own.unverified_payload().map(|raw| raw.bytes());
        let coset = CoseSign1::from_tagged_slice(message).expect("a message");
        let cose2 = Sign1Message::from_slice(message).expect("a message");
        assert_eq!((payload, payload), (coset.payload.as_deref(), cose2.payload.as_deref()));
        assert_eq!(CoseSign1::try_from(&own).expect("a message"), coset);

        let bench = |by| Bench { group: "sign1/decode", by, input: length, bytes: message.len() };
        measure.measure(bench("hexad"), || Sign1::parse(black_box(message)));
        measure.measure(bench("coset"), || CoseSign1::from_tagged_slice(black_box(message)));
        measure.measure(bench("cose2"), || Sign1Message::from_slice(black_box(message)));
    }
}

/// Reading and verifying with ESP256.
///
/// # Panics
/// When one of the crates refuses the message.
pub fn verify_es256(measure: &mut impl Measure) {
    verify(measure, Curve::P256, "sign1/verify-es256", "sign1/around-es256");
}

/// Reading and verifying with Ed25519.
///
/// # Panics
/// When one of the crates refuses the message.
pub fn verify_ed25519(measure: &mut impl Measure) {
    verify(measure, Curve::Ed25519, "sign1/verify-ed25519", "sign1/around-ed25519");
}

fn verify(measure: &mut impl Measure, curve: Curve, group: &'static str, around: &'static str) {
    if !measure.wants(group) && !measure.wants(around) {
        return;
    }
    for length in LENGTHS {
        let signed = input::sign1(curve, length).expect("the builder works");
        let message = signed.message.as_slice();
        let bench = |group, by| Bench { group, by, input: length, bytes: message.len() };
        let primitive = Primitive::new(&signed.key);
        let algorithm = primitive.algorithm();
        let key = Key::from_public(signed.key.as_public());
        let expect = Expect::alg(algorithm);
        let own = || {
            let check = Sign1::parse(black_box(message))?.check(&key, expect, &mut RustCrypto)?;
            check.run(&mut RustCrypto)
        };
        let coset = || {
            let message = CoseSign1::from_tagged_slice(black_box(message)).expect("a message");
            message.verify_signature(&[], |signature, signed| primitive.check(signed, signature))
        };
        let cose2 = || Sign1Message::verify_and_decode(&primitive, black_box(message), None);
        let check = Sign1::parse(message)
            .and_then(|message| message.check(&key, expect, &mut RustCrypto))
            .expect("the key fits");
        let bare = || match check.signed() {
            Signed::Digest(digest) => {
                primitive.check_digest(black_box(digest.as_bytes()), check.signature())
            }
            Signed::Message(signed) => signed.with_slices(|slices| {
                primitive.check_message(black_box(slices), check.signature())
            }),
        };
        assert!(own().is_ok() && coset().is_ok() && cose2().is_ok() && bare().is_ok());

        measure.measure(bench(group, "hexad"), own);
        measure.measure(bench(group, "coset"), coset);
        measure.measure(bench(group, "cose2"), cose2);
        measure.measure(bench(group, "primitive"), bare);
        // All but the primitive: what stands beside it, undisturbed by its noise.
        measure.measure(bench(around, "hexad"), || {
            Sign1::parse(black_box(message))?.check(&key, expect, &mut RustCrypto)
        });
    }
}

/// Reading and hashing, for payloads up to 16 MiB.
///
/// # Panics
/// When the builder is broken.
pub fn check(measure: &mut impl Measure) {
    if !measure.wants("sign1/check") {
        return;
    }
    for length in [1 << 10, 1 << 14, 1 << 18, 1 << 22, 1 << 24] {
        let signed = input::sign1(Curve::P256, length).expect("the builder works");
        let message = signed.message.as_slice();
        let key = Key::from_public(signed.key.as_public());
        let expect = Expect::alg(Algorithm::ESP256);
        let bench = |by| Bench { group: "sign1/check", by, input: length, bytes: message.len() };
        measure.measure(bench("hexad"), || {
            Sign1::parse(black_box(message))?.check(&key, expect, &mut RustCrypto)
        });
        measure.measure(bench("primitive"), || Sha256::digest(black_box(message)));
    }
}

/// The signature check that all are given. As in the backend, the key is a point that has to be
/// decoded first.
#[derive(Debug)]
pub(crate) enum Primitive {
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Primitive {
    pub(crate) fn new(key: &PublicKeyBuf) -> Self {
        match key.as_public() {
            PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => Self::P256([&[4], x, y].concat()),
            PublicKey::Okp { x, .. } => Self::Ed25519(x.to_vec()),
            _ => panic!("a key of ESP256 or Ed25519"),
        }
    }

    const fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::ESP256,
            Self::Ed25519(_) => Algorithm::ED25519,
        }
    }

    pub(crate) fn check(&self, signed: &[u8], signature: &[u8]) -> Result<(), Invalid> {
        match self {
            Self::P256(_) => self.check_digest(&Sha256::digest(signed), signature),
            Self::Ed25519(_) => self.check_message(&[signed], signature),
        }
    }

    pub(crate) fn check_digest(&self, digest: &[u8], signature: &[u8]) -> Result<(), Invalid> {
        let Self::P256(point) = self else { return Err(Invalid) };
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| Invalid)?;
        let signature = p256::ecdsa::Signature::from_slice(signature).map_err(|_| Invalid)?;
        key.verify_prehash(digest, &signature).map_err(|_| Invalid)
    }

    fn check_message(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), Invalid> {
        let Self::Ed25519(point) = self else { return Err(Invalid) };
        let key = ed25519_dalek::VerifyingKey::try_from(&point[..]).map_err(|_| Invalid)?;
        let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| Invalid)?;
        if key.is_weak() {
            return Err(Invalid);
        }
        match message {
            [message] => key.verify(message, &signature).map_err(|_| Invalid),
            pieces => key.multipart_verify(pieces, &signature).map_err(|_| Invalid),
        }
    }
}

/// That a signature does not hold.
#[derive(Debug)]
pub(crate) struct Invalid;

impl cose2::Verifier for Primitive {
    fn alg(&self) -> Option<cose2::Label> {
        Some(self.algorithm().0.into())
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), cose2::Error> {
        self.check(data, signature).map_err(|Invalid| cose2::Error::verify("it does not hold"))
    }
}
