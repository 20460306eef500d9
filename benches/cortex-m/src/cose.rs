//! COSE: signatures, tags and ciphertexts, each as one group.

use core::hint::black_box;

use hexad_cose_core::crypto::{Aead, Hash, Mac, Sign, Verify};
use hexad_cose_core::{
    Algorithm, Curve, Encrypt0, Expect, Key, Mac0, PublicKey, Secret, Sign1, Signed,
};

use crate::{
    BenchmarkId, Criterion, ED25519_KEY, ENCRYPT0_CCM, ENCRYPT0_GCM, MAC_SECRET, MAC0, P256_KEY,
    SECRET, SIGN1_ED25519, SIGN1_P256, Sized, Throughput,
};

/// What is read, by whom: `read` must come to true for every message.
pub fn each(
    criterion: &mut Criterion,
    group: &'static str,
    by: &'static str,
    messages: &[Sized],
    mut read: impl FnMut(&[u8]) -> bool,
) {
    let mut group = criterion.benchmark_group(group);
    for (size, message) in messages {
        assert!(read(message), "the message is accepted");
        group.throughput(Throughput::Bytes(message.len()));
        group.bench_function(BenchmarkId::new(by, *size), |b| b.iter(|| read(black_box(message))));
    }
    group.finish();
}

/// Decoding a `COSE_Sign1`.
pub fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sign1/decode");
    for (size, message) in SIGN1_P256 {
        group.throughput(Throughput::Bytes(message.len()));
        group.bench_function(BenchmarkId::new("hexad", size), |b| {
            b.iter(|| Sign1::parse(black_box(message)));
        });
    }
    group.finish();
}

/// The key of the messages on `curve`.
pub fn key(curve: Curve) -> Key<'static> {
    let point = if curve == Curve::P256 { P256_KEY } else { ED25519_KEY };
    Key::from_public(PublicKey::from_point(curve, black_box(point)).expect("a point"))
}

/// Decoding a `COSE_Sign1`, and hashing its Sig_structure.
pub fn check(criterion: &mut Criterion, by: &'static str, mut hash: impl Hash + Copy) {
    let (key, expect) = (key(Curve::P256), Expect::alg(Algorithm::ESP256));
    each(criterion, "sign1/check", by, &SIGN1_P256, move |message| {
        let check =
            Sign1::parse(message).and_then(|message| message.check(&key, expect, &mut hash));
        black_box(&check).is_ok()
    });
}

/// Verifying a `COSE_Sign1`.
pub fn verify<B: Hash + Verify + Copy>(
    criterion: &mut Criterion,
    curve: Curve,
    by: &'static str,
    backend: B,
) {
    let (group, algorithm, messages) = match curve {
        Curve::P256 => ("sign1/verify-es256", Algorithm::ESP256, &SIGN1_P256),
        _ => ("sign1/verify-ed25519", Algorithm::ED25519, &SIGN1_ED25519),
    };
    let key = key(curve);
    each(criterion, group, by, messages, move |message| {
        let mut backend = backend;
        let check = Sign1::parse(message)
            .and_then(|message| message.check(&key, Expect::alg(algorithm), &mut backend));
        check.and_then(|check| check.run(&mut backend)).is_ok()
    });
}

/// Making a `COSE_Sign1`.
pub fn sign<B: Hash + Sign + Copy>(
    criterion: &mut Criterion,
    group: &'static str,
    by: &'static str,
    algorithm: Algorithm,
    key: &B::Key,
    backend: B,
) {
    let mut group = criterion.benchmark_group(group);
    for size in [20, 1024] {
        let payload = &[0x5a; 1024][..size];
        let mut backend = backend;
        let mut buffer = [0; 1152];
        group.throughput(Throughput::Bytes(size));
        group.bench_function(BenchmarkId::new(by, size), |b| {
            b.iter(|| {
                let builder = Sign1::builder(algorithm).kid(b"11");
                let draft = builder.payload(black_box(payload), &mut buffer).expect("it fits");
                draft.sign(key, &mut backend).expect("the key signs").len()
            });
        });
    }
    group.finish();
}

/// Checking a `COSE_Mac0` by HMAC 256/256.
pub fn mac(criterion: &mut Criterion, by: &'static str, backend: impl Mac<Key = [u8]> + Copy) {
    let key = Secret::new(&MAC_SECRET[..], Algorithm::HMAC_256);
    each(criterion, "mac0/hmac-256", by, &MAC0, move |message| {
        let expect = Expect::alg(Algorithm::HMAC_256);
        Mac0::parse(message)
            .and_then(|message| message.verify(&key, expect, &mut { backend }))
            .is_ok()
    });
}

/// Opening a `COSE_Encrypt0`.
pub fn open(
    criterion: &mut Criterion,
    algorithm: Algorithm,
    by: &'static str,
    backend: impl Aead<Key = [u8]> + Copy,
) {
    let (group, messages) = match algorithm {
        Algorithm::A128GCM => ("encrypt0/open-gcm", &ENCRYPT0_GCM),
        _ => ("encrypt0/open-ccm", &ENCRYPT0_CCM),
    };
    let key = Secret::new(&SECRET[..], algorithm);
    each(criterion, group, by, messages, move |message| {
        let mut plaintext = [0; 1152];
        let expect = Expect::alg(algorithm);
        let opened = Encrypt0::parse(message).and_then(|message| {
            message
                .decrypt(&key, expect, &mut plaintext, &mut { backend })
                .map(|plaintext| plaintext.get().len())
        });
        black_box(&opened).is_ok()
    });
}

/// The bare primitive, on what has to be verified of the first message on `curve`.
pub fn primitive<B: Hash + Verify + Copy>(
    criterion: &mut Criterion,
    curve: Curve,
    by: &'static str,
    backend: B,
    verify: impl Fn(&Signed<'_>, &[u8]) -> bool,
) {
    let (group, algorithm, messages) = match curve {
        Curve::P256 => ("sign1/verify-es256", Algorithm::ESP256, &SIGN1_P256),
        _ => ("sign1/verify-ed25519", Algorithm::ED25519, &SIGN1_ED25519),
    };
    let key = key(curve);
    let mut group = criterion.benchmark_group(group);
    for (size, message) in messages {
        let check = Sign1::parse(message)
            .and_then(|message| message.check(&key, Expect::alg(algorithm), &mut { backend }))
            .expect("the key fits");
        assert!(verify(check.signed(), check.signature()), "the signature holds");
        group.throughput(Throughput::Bytes(message.len()));
        group.bench_function(BenchmarkId::new(by, *size), |b| {
            b.iter(|| verify(black_box(check.signed()), black_box(check.signature())));
        });
    }
    group.finish();
}

/// A hash alone, which `digest` says it computed.
pub fn hash(criterion: &mut Criterion, by: &'static str, digest: impl Fn(&[u8]) -> bool) {
    let mut group = criterion.benchmark_group("sha-256");
    for size in [64, 1024] {
        let bytes = &[0x5a; 1024][..size];
        group.throughput(Throughput::Bytes(size));
        group.bench_function(BenchmarkId::new(by, size), |b| b.iter(|| digest(black_box(bytes))));
    }
    group.finish();
}
