//! `count BENCH TIMES`: runs one bench so many times and nothing else, for a tool that counts
//! instructions; `count` alone names the benches. `cargo xtask bench host` runs it under callgrind
//! twice: the difference is what the bench costs, without what stands around it.

use std::hint::black_box;
use std::process::ExitCode;

use hexad_benches::{Bench, Measure};

/// Where there is nothing to be seen but the hash of megabytes, which takes long to be counted.
const HASHES: [&str; 2] = ["sign1/check", "suit/payload"];

/// Names every bench.
struct Names;

impl Measure for Names {
    fn measure<R>(&mut self, bench: Bench, _: impl FnMut() -> R) {
        println!("{}", name(bench));
    }

    fn wants(&self, group: &str) -> bool {
        !HASHES.contains(&group)
    }
}

/// Runs one bench.
struct One {
    name: String,
    times: u32,
    found: bool,
}

impl Measure for One {
    fn measure<R>(&mut self, bench: Bench, mut run: impl FnMut() -> R) {
        if name(bench) == self.name {
            self.found = true;
            for _ in 0..self.times {
                black_box(run());
            }
        }
    }

    fn wants(&self, group: &str) -> bool {
        self.name.strip_prefix(group).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// As criterion calls it.
fn name(bench: Bench) -> String {
    format!("{}/{}/{}", bench.group, bench.by, bench.input)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {
            hexad_benches::all(&mut Names);
            ExitCode::SUCCESS
        }
        [bench, times] => match times.parse() {
            Ok(times) => {
                let mut one = One { name: bench.clone(), times, found: false };
                hexad_benches::all(&mut one);
                if one.found { ExitCode::SUCCESS } else { ExitCode::from(2) }
            }
            Err(_) => ExitCode::from(2),
        },
        _ => ExitCode::from(2),
    }
}
