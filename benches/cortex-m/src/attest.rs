//! EAT and CoSWID: what a device sends, read and made.

use core::hint::black_box;

use hexad_cose_core::crypto::{Hash, Sign, Verify};
use hexad_cose_core::{Algorithm, Curve};
use hexad_coswid::ConciseSwidTag;
use hexad_eat::profile::AnyClaims;
use hexad_eat::{BootState, DebugStatus, Formatted, OemId, Token, Ueid};

use crate::cose::key;
use crate::{BenchmarkId, Criterion, TAG, TOKEN, Throughput};

fn one(
    criterion: &mut Criterion,
    group: &'static str,
    by: &'static str,
    bytes: usize,
    mut run: impl FnMut() -> bool,
) {
    let mut group = criterion.benchmark_group(group);
    assert!(run(), "it is accepted");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function(BenchmarkId::new(by, bytes), |b| b.iter(&mut run));
    group.finish();
}

/// Reading a token and its claims; verifying it.
pub fn verify<B: Hash + Verify + Copy>(criterion: &mut Criterion, by: &'static str, backend: B) {
    one(criterion, "eat/parse", by, TOKEN.len(), || {
        let token = Token::parse_sign1(black_box(TOKEN));
        black_box(&token.and_then(|token| token.unverified_claims())).is_ok()
    });
    let key = key(Curve::P256);
    one(criterion, "eat/verify", by, TOKEN.len(), || {
        let mut backend = backend;
        Token::parse_sign1(black_box(TOKEN))
            .and_then(|token| {
                token.check(&key, &AnyClaims { algorithms: &[Algorithm::ESP256] }, &mut backend)
            })
            .and_then(|check| check.run(&mut backend))
            .is_ok()
    });
}

/// Making a token and signing it.
pub fn create<B: Hash + Sign + Copy>(
    criterion: &mut Criterion,
    by: &'static str,
    key: &B::Key,
    backend: B,
) {
    one(criterion, "eat/create", by, TOKEN.len(), || {
        let mut ueid = [0x5a; 17];
        ueid[0] = 1;
        let mut buffer = [0; 512];
        let mut made = || {
            Token::builder(Algorithm::ESP256, &mut buffer)
                .nonce(black_box(&[0x42; 32]))?
                .ueid(Ueid::create(&ueid)?)
                .oem_id(OemId::PrivateEnterpriseNumber(64242))
                .boot_state(BootState { oemboot: true, dbgstat: DebugStatus::DisabledSinceBoot })
                .measurements(&[Formatted::coswid(TAG)])
                .sign(key, &mut { backend })
                .map(|token| token.len())
        };
        made() == Ok(TOKEN.len())
    });
}

/// Reading a tag.
pub fn coswid(criterion: &mut Criterion, by: &'static str) {
    one(criterion, "coswid/parse", by, TAG.len(), || {
        black_box(&ConciseSwidTag::parse(black_box(TAG))).is_ok()
    });
}
