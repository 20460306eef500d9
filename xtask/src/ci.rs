//! `ci`: all that has to hold before a change is merged, step by step, and a table at the end.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::bench::cortex_m;
use crate::process::{Result, cargo, required, run as execute, succeeds};
use crate::thumb::Toolchain;
use crate::{cortex_m4, deps, firmware, fuzz, size, thumb};

/// A step: its headline, and what it does.
struct Step {
    name: &'static str,
    run: fn() -> Result<Outcome>,
}

/// How a step that did not fail came out.
enum Outcome {
    Passed,
    /// Not run, for this reason.
    Skipped(String),
}

const STEPS: [Step; 15] = [
    Step { name: "format", run: || done(&mut cargo(["fmt", "--all", "--check"])) },
    Step { name: "dependencies", run: || deps::run().map(|()| Outcome::Passed) },
    Step {
        name: "clippy",
        run: || {
            let everything = ["--workspace", "--all-targets", "--all-features"];
            done(cargo(["clippy"]).args(everything).args(["--", "-D", "warnings"]))
        },
    },
    Step { name: "features", run: features },
    // Before the tests, which run it.
    Step { name: "firmware", run: firmware_if_there },
    Step { name: "test", run: test },
    Step {
        name: "documentation",
        run: || {
            let mut doc = cargo(["doc", "--workspace", "--no-deps", "--all-features"]);
            done(doc.env("RUSTDOCFLAGS", "-Dwarnings"))
        },
    },
    Step {
        name: "licences, bans, sources",
        run: || {
            done(&mut cargo([
                "deny",
                "check",
                "--hide-inclusion-graph",
                "licenses",
                "bans",
                "sources",
            ]))
        },
    },
    Step { name: "advisories", run: advisories },
    Step { name: "thumb", run: thumb_if_there },
    Step { name: "cortex-m4", run: cortex_m4_if_there },
    Step { name: "size", run: || qemu_if_there(size::check) },
    Step { name: "bench cortex-m", run: || qemu_if_there(cortex_m::check) },
    Step { name: "fuzz", run: fuzz_if_there },
    Step { name: "demo", run: demo },
];

/// Runs every step; an error names those that failed.
pub fn run() -> Result {
    let mut table = Vec::new();
    let mut failed = Vec::new();
    for Step { name, run } in &STEPS {
        println!("\n=== {name}");
        let started = Instant::now();
        let outcome = run();
        let took = started.elapsed();
        let line = match outcome {
            Ok(Outcome::Passed) => row(name, "ok", took),
            Ok(Outcome::Skipped(why)) => {
                println!("skipped: {why}");
                format!("{} ({why})", row(name, "skipped", took))
            }
            Err(error) => {
                eprintln!("error: {error}");
                failed.push(*name);
                row(name, "FAILED", took)
            }
        };
        println!("--- {line}");
        table.push((line, took));
    }
    println!("\n=== summary");
    table.iter().for_each(|(line, _)| println!("{line}"));
    println!("{}", row("all", "", table.iter().map(|(_, took)| *took).sum()));
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", ")).into()) }
}

fn row(name: &str, outcome: &str, took: Duration) -> String {
    format!("{name:<24} {outcome:<8} {:>7.1} s", took.as_secs_f64())
}

fn done(command: &mut Command) -> Result<Outcome> {
    execute(command).map(|()| Outcome::Passed)
}

/// Skips a step that can't be run here, unless `HEXAD_REQUIRE` names it.
fn skip(what: &str, why: String) -> Result<Outcome> {
    if required(what) { Err(why.into()) } else { Ok(Outcome::Skipped(why)) }
}

/// The tests of the workspace, which turn on all features of the software backend; and that backend's
/// with few of them.
fn test() -> Result<Outcome> {
    execute(&mut cargo(["test", "--workspace", "--no-fail-fast"]))?;
    for features in ["", "aes,curve25519,p256"] {
        let mut few = cargo(["test", "--package", BACKEND, "--test", "features"]);
        execute(few.args(["--features", features]))?;
    }
    for features in ["p256", "aes,curve25519,hss-lms,ml-dsa,p256,sha512"] {
        execute(cargo(["test", "--package", "hexad-cortex-m4"]).args(["--features", features]))?;
    }
    Ok(Outcome::Passed)
}

/// Every pair of features of every library builds, and each alone, and none; all together are what the
/// other steps build.
fn features() -> Result<Outcome> {
    let pairs = ["hack", "check", "--feature-powerset", "--depth", "2"];
    let mut hack = cargo(pairs);
    hack.arg("--workspace");
    for package in ["hexad", "hexad-conformance", "hexad-benches", "xtask", BACKEND] {
        hack.args(["--exclude", package]);
    }
    execute(&mut hack)?;
    // What is alike counts as one.
    let alike = [
        "--group-features",
        "curve448,p384,p521,secp256k1",
        "--group-features",
        "chacha20poly1305,shake",
    ];
    done(cargo(pairs).args(["--package", BACKEND, "--exclude-features", "full"]).args(alike))
}

/// The backend with the most features: one for each family of algorithms.
const BACKEND: &str = "hexad-rustcrypto";

/// Known vulnerabilities, where the database of them can be reached.
fn advisories() -> Result<Outcome> {
    if !succeeds(&mut cargo(["deny", "fetch", "db"])) {
        return skip("advisories", "the advisory database can't be reached".into());
    }
    done(&mut cargo(["deny", "check", "--disable-fetch", "advisories"]))
}

fn thumb_if_there() -> Result<Outcome> {
    match Toolchain::find(thumb::TARGET) {
        Ok(_) => thumb::run().map(|()| Outcome::Passed),
        Err(missing) => skip("thumb", missing.to_string()),
    }
}

fn firmware_if_there() -> Result<Outcome> {
    match firmware::available() {
        Ok(_) => firmware::check().map(|()| Outcome::Passed),
        Err(missing) => skip("qemu", missing.to_string()),
    }
}

fn cortex_m4_if_there() -> Result<Outcome> {
    match cortex_m4::available() {
        Ok(_) => cortex_m4::check().map(|()| Outcome::Passed),
        Err(missing) => skip("qemu", missing.to_string()),
    }
}

/// What needs images for a Cortex-M, and a machine to run them.
fn qemu_if_there(step: fn() -> Result) -> Result<Outcome> {
    match cortex_m4::available() {
        Ok(_) => step().map(|()| Outcome::Passed),
        Err(missing) => skip("qemu", missing.to_string()),
    }
}

/// Six seconds for every target, from the same random numbers each time: what it finds is found again.
fn fuzz_if_there() -> Result<Outcome> {
    if !succeeds(&mut cargo(["fuzz", "--version"])) {
        return skip("fuzz", "cargo-fuzz is not installed".into());
    }
    fuzz::run("all", 6, Some(1)).map(|()| Outcome::Passed)
}

/// The whole story; with real network namespaces where they are required, else as far as it goes; and
/// with the device in QEMU, which the step before has built where that is possible.
fn demo() -> Result<Outcome> {
    let enforce = if required("netns") { "netns" } else { "auto" };
    execute(&mut cargo(["demo", "--enforce", enforce, "--json"]))?;
    match firmware::available() {
        Ok(_) => done(&mut cargo(["demo", "--", "--device", "qemu", "--json"])),
        Err(missing) => skip("qemu", missing.to_string()),
    }
}
