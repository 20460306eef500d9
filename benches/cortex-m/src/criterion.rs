//! Groups and benches under the names that criterion gives them.

use core::fmt::{self, Display, Formatter};
use core::hint::black_box;

use cortex_m_semihosting::hprintln;

use crate::counter::Counter;
use crate::{stack, traced};

/// The unit of the counter, as it stands in a result.
const UNIT: &str = if cfg!(feature = "dwt") { "cycles" } else { "instructions" };

/// What measures, and reports.
pub struct Criterion {
    task: Task,
}

enum Task {
    /// Measure every bench.
    Measure(Counter),
    /// Run the one bench with this name, twice: the second time between two marks.
    Trace(traced::Name),
}

impl Criterion {
    pub(crate) const fn measuring(counter: Counter) -> Self {
        Self { task: Task::Measure(counter) }
    }

    pub(crate) const fn tracing(bench: traced::Name) -> Self {
        Self { task: Task::Trace(bench) }
    }

    /// Benches that do the same work, by different software or on different inputs.
    pub const fn benchmark_group(&mut self, name: &'static str) -> BenchmarkGroup<'_> {
        BenchmarkGroup { criterion: self, name, throughput: None }
    }

    /// A bench without a group.
    pub fn bench_function(&mut self, name: &'static str, run: impl FnOnce(&mut Bencher<'_>)) {
        self.report(format_args!("{name}"), None, run);
    }

    fn report(
        &self,
        bench: fmt::Arguments<'_>,
        throughput: Option<Throughput>,
        run: impl FnOnce(&mut Bencher<'_>),
    ) {
        let counter = match &self.task {
            Task::Measure(counter) => Some(counter),
            Task::Trace(name) if name.is(bench) => None,
            Task::Trace(_) => return,
        };
        let mut bencher = Bencher { counter, cost: 0, stack: 0 };
        run(&mut bencher);
        let Bencher { cost, stack, .. } = bencher;
        let target = env!("HEXAD_BENCH_TARGET");
        let line = format_args!(
            r#"{{"bench":"{bench}","target":"{target}","{UNIT}":{cost},"stack":{stack}"#
        );
        match throughput {
            None => hprintln!("{}}}", line),
            Some(Throughput::Bytes(bytes)) => hprintln!("{},\"bytes\":{}}}", line, bytes),
        }
    }
}

/// What a bench works on, each time.
#[derive(Clone, Copy, Debug)]
pub enum Throughput {
    /// So many bytes.
    Bytes(usize),
}

/// Benches that do the same work.
pub struct BenchmarkGroup<'c> {
    criterion: &'c mut Criterion,
    name: &'static str,
    throughput: Option<Throughput>,
}

impl BenchmarkGroup<'_> {
    /// What the benches that follow work on.
    pub const fn throughput(&mut self, throughput: Throughput) -> &mut Self {
        self.throughput = Some(throughput);
        self
    }

    /// Measures what `run` hands to its [`Bencher`].
    pub fn bench_function(
        &mut self,
        id: BenchmarkId,
        run: impl FnOnce(&mut Bencher<'_>),
    ) -> &mut Self {
        self.criterion.report(format_args!("{}/{id}", self.name), self.throughput, run);
        self
    }

    /// The same with an input, which the compiler can't see through.
    pub fn bench_with_input<I: ?Sized>(
        &mut self,
        id: BenchmarkId,
        input: &I,
        run: impl FnOnce(&mut Bencher<'_>, &I),
    ) -> &mut Self {
        self.bench_function(id, |bencher| run(bencher, black_box(input)))
    }

    /// Ends the group.
    pub fn finish(self) {}
}

/// Who does the work, and on what.
#[derive(Clone, Copy, Debug)]
pub struct BenchmarkId {
    by: &'static str,
    parameter: usize,
}

impl BenchmarkId {
    /// As `hexad/20`: by whom, and what tells this input from the others of the group.
    #[must_use]
    pub const fn new(by: &'static str, parameter: usize) -> Self {
        Self { by, parameter }
    }
}

impl Display for BenchmarkId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.by, self.parameter)
    }
}

/// Takes one measurement.
pub struct Bencher<'c> {
    /// What counts; nothing when the bench is traced from outside.
    counter: Option<&'c Counter>,
    cost: u64,
    stack: usize,
}

impl Bencher<'_> {
    /// Measures `routine`, its result's drop included.
    pub fn iter<R>(&mut self, mut routine: impl FnMut() -> R) {
        let mut body = || {
            black_box(&routine());
        };
        let Some(counter) = self.counter else { return traced::run(&mut body) };
        self.stack = stack::depth(&mut body);
        self.cost = counter.measure(&mut body);
    }
}
