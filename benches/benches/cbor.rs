//! CBOR alone: a large map, passed over and checked.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hexad_benches::map;
use hexad_cose_core::cbor::{Cursor, check_deterministic};

fn cbor(c: &mut Criterion) {
    let bytes = map(1_000).expect("the encoder works");
    let throughput = Throughput::Bytes(bytes.len() as u64);
    let mut skip = c.benchmark_group("cbor/skip");
    skip.throughput(throughput.clone());
    skip.bench_function("hexad", |b| b.iter(|| Cursor::new(black_box(&bytes)).skip()));
    skip.bench_function("minicbor", |b| {
        b.iter(|| minicbor::decode::Decoder::new(black_box(&bytes)).skip());
    });
    skip.finish();
    let mut check = c.benchmark_group("cbor/check");
    check.throughput(throughput);
    check.bench_function("hexad", |b| b.iter(|| check_deterministic(black_box(&bytes))));
    check.finish();
}

criterion_group!(benches, cbor);
criterion_main!(benches);
