//! `fuzz`: runs targets of cargo-fuzz, on a stable toolchain too, and counts what they did.

use std::fs;
use std::process::{Command, Output};
use std::thread;

use crate::process::{Result, cargo, output, root, run as execute, show};

/// Runs `target`, or `all`, for `seconds` each; from random numbers that begin with `seed`, or others each
/// time.
pub fn run(target: &str, seconds: u64, seed: Option<u32>) -> Result {
    let targets = targets()?;
    let chosen: Vec<String> = match target {
        "all" => targets,
        one if targets.iter().any(|target| target == one) => vec![one.to_owned()],
        other => {
            return Err(
                format!("no fuzz target `{other}`; there are: {}", targets.join(", ")).into()
            );
        }
    };
    let mut build = fuzz(["build"]);
    build.args(OPTIONS);
    if let [one] = chosen.as_slice() {
        build.arg(one);
    }
    execute(&mut build)?;
    let parallel = thread::available_parallelism().map_or(1, usize::from);
    let mut failed = Vec::new();
    for batch in chosen.chunks(parallel) {
        let outputs: Vec<_> = thread::scope(|scope| {
            let runs: Vec<_> =
                batch.iter().map(|target| scope.spawn(|| run_one(target, seconds, seed))).collect();
            runs.into_iter().map(thread::ScopedJoinHandle::join).collect()
        });
        for (target, output) in batch.iter().zip(outputs) {
            let output = output.map_err(|_| "a fuzz run panicked")??;
            if !report(target, &output) {
                failed.push(target.as_str());
            }
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("fuzz: found something in {}", failed.join(", ")).into())
    }
}

/// Writes the seed corpora anew, made with the crates' own builders.
pub fn seeds() -> Result {
    let mut seeds = cargo(["run", "--quiet", "--manifest-path", "fuzz/Cargo.toml"]);
    execute(seeds.args(["--example", "seeds"]))
}

/// No sanitizer: the crates forbid `unsafe`, so the engine alone finds what there is to find.
const OPTIONS: [&str; 2] = ["--sanitizer", "none"];

/// What cargo-fuzz knows as targets.
fn targets() -> Result<Vec<String>> {
    let list = output(&mut fuzz(["list"]))?;
    Ok(list.lines().map(str::to_owned).collect())
}

fn fuzz<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = cargo(["fuzz"]);
    // The instrumentation is behind unstable flags of the compiler.
    command.env("RUSTC_BOOTSTRAP", "1").args(arguments);
    command
}

/// Runs a target that is built. New inputs go to fuzz/target/corpus; the seeds stay as they are.
fn run_one(target: &str, seconds: u64, seed: Option<u32>) -> Result<Output> {
    let grown = root().join("fuzz/target/corpus").join(target);
    let seeds = root().join("fuzz/corpus").join(target);
    for folder in [&grown, &seeds] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let mut command = fuzz(["run"]);
    command.args(OPTIONS).arg(target).arg(grown).arg(seeds).arg("--");
    command.args([format!("-max_total_time={seconds}")]);
    command.args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1"]);
    // Zero is the engine's word for any other.
    command.arg(format!("-seed={}", seed.unwrap_or(0)));
    command.output().map_err(|error| format!("{}: {error}", show(&command)).into())
}

/// Says what a run did; whether it ended well.
fn report(target: &str, output: &Output) -> bool {
    let log = String::from_utf8_lossy(&output.stderr);
    let stat = |name: &str| {
        let line = log.lines().find(|line| line.starts_with(&format!("stat::{name}:")));
        line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or("?").to_owned()
    };
    if output.status.success() {
        let (runs, speed) = (stat("number_of_executed_units"), stat("average_exec_per_sec"));
        println!("fuzz {target}: {runs} inputs, {speed} a second, nothing found");
        return true;
    }
    println!("fuzz {target}: FAILED");
    // What the engine says of its progress stands in lines that begin with the number of inputs.
    log.lines().filter(|line| !line.starts_with('#')).for_each(|line| println!("{line}"));
    false
}
