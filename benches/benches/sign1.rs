//! `COSE_Sign1`: decoding beside coset, verifying beside the bare signature check.

use std::hint::black_box;

use coset::{CborSerializable, CoseSign1, TaggedCborSerializable};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hexad_benches::sign1;
use hexad_cose_core::{Algorithm, Expect, Key, Sign1, Signed as Checked};
use hexad_rustcrypto::RustCrypto;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// Payloads of a token and of a small manifest.
const LENGTHS: [usize; 2] = [20, 1024];

fn decode(c: &mut Criterion) {
    let mut group = c.benchmark_group("sign1/decode");
    for length in LENGTHS {
        let signed = sign1(length).expect("the builder works");
        group.throughput(Throughput::Bytes(signed.message.len() as u64));
        group.bench_with_input(BenchmarkId::new("hexad", length), &signed.message, |b, bytes| {
            b.iter(|| Sign1::parse(black_box(bytes)).expect("a message"));
        });
        group.bench_with_input(BenchmarkId::new("coset", length), &signed.message, |b, bytes| {
            b.iter(|| CoseSign1::from_tagged_slice(black_box(bytes)).expect("a message"));
        });
    }
    group.finish();
}

fn verify(c: &mut Criterion) {
    let mut group = c.benchmark_group("sign1/verify");
    for length in LENGTHS {
        let signed = sign1(length).expect("the builder works");
        let key = Key::from_public(signed.key.as_public());
        let expect = Expect::alg(Algorithm::ESP256);
        group.bench_with_input(BenchmarkId::new("hexad", length), &signed.message, |b, bytes| {
            b.iter(|| {
                let check = Sign1::parse(black_box(bytes))?.check(&key, expect, &mut RustCrypto)?;
                check.run(&mut RustCrypto)
            });
        });
        let message = Sign1::parse(&signed.message).expect("a message");
        let check = message.check(&key, expect, &mut RustCrypto).expect("the key fits");
        let Checked::Digest(digest) = *check.signed() else { panic!("ECDSA signs a digest") };
        let hexad_cose_core::PublicKey::Ec2 { x, y: hexad_cose_core::Y::Coordinate(y), .. } =
            *check.key()
        else {
            panic!("a point with both coordinates");
        };
        let point = [&[4], x, y].concat();
        let signature = check.signature();
        group.bench_function(BenchmarkId::new("p256", length), |b| {
            // As the backend does: the key is a point that has to be decoded first.
            b.iter(|| {
                let key = VerifyingKey::from_sec1_bytes(black_box(&point))?;
                key.verify_prehash(digest.as_bytes(), &Signature::from_slice(signature)?)
            });
        });
    }
    group.finish();
}

/// That both decoders read the same payload, before anything is measured.
fn agree(_: &mut Criterion) {
    for length in LENGTHS {
        let signed = sign1(length).expect("the builder works");
        let own = Sign1::parse(&signed.message).expect("a message");
        let other = CoseSign1::from_tagged_slice(&signed.message).expect("a message");
        assert_eq!(own.unverified_payload().map(|raw| raw.bytes()), other.payload.as_deref());
        assert!(CoseSign1::from_slice(&signed.message).is_err(), "coset looks at the tag, too");
    }
}

criterion_group!(benches, agree, decode, verify);
criterion_main!(benches);
