//! Every measurement by the clock.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hexad_benches::{Bench, Measure};

/// Criterion as what takes the measurements.
struct Clock<'c>(&'c mut Criterion);

impl Measure for Clock<'_> {
    fn measure<R>(&mut self, bench: Bench, mut run: impl FnMut() -> R) {
        let mut group = self.0.benchmark_group(bench.group);
        group.throughput(Throughput::Bytes(u64::try_from(bench.bytes).unwrap_or(u64::MAX)));
        if bench.bytes > 1 << 20 {
            group.sample_size(10);
        }
        group.bench_function(BenchmarkId::new(bench.by, bench.input), |b| b.iter(&mut run));
        group.finish();
    }
}

fn all(c: &mut Criterion) {
    hexad_benches::all(&mut Clock(c));
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = all
}
criterion_main!(benches);
