//! CBOR alone: a map of 100 entries.

use core::hint::black_box;

use hexad_cose_core::cbor::{Cursor, check_deterministic, check_well_formed};

use crate::{BenchmarkId, Criterion, MAP, Throughput};

/// Passing over it, and checking it.
pub fn hexad(criterion: &mut Criterion) {
    type Check = fn(&[u8]) -> bool;
    let checks: [(_, Check); 3] = [
        ("cbor/skip", |bytes| Cursor::new(bytes).skip().is_ok()),
        ("cbor/well-formed", |bytes| check_well_formed(bytes).is_ok()),
        ("cbor/deterministic", |bytes| check_deterministic(bytes).is_ok()),
    ];
    for (group, check) in checks {
        let mut group = criterion.benchmark_group(group);
        group.throughput(Throughput::Bytes(MAP.len()));
        assert!(check(MAP), "the map is well-formed");
        group.bench_function(BenchmarkId::new("hexad", 100), |b| b.iter(|| check(black_box(MAP))));
        group.finish();
    }
}

/// Passing over it.
pub fn minicbor(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cbor/skip");
    group.throughput(Throughput::Bytes(MAP.len()));
    let skip = || minicbor::decode::Decoder::new(black_box(MAP)).skip().is_ok();
    assert!(skip(), "the map is well-formed");
    group.bench_function(BenchmarkId::new("minicbor", 100), |b| b.iter(skip));
    group.finish();
}
