//! What a developer of Hexad types: `cargo xtask TASK`. One module a task.

mod bench;
mod ci;
mod cortex_m;
mod cortex_m4;
mod deps;
mod elf;
mod firmware;
mod fuzz;
mod process;
mod python;
mod setup;
mod size;
mod thumb;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::process::{Result, cargo, run};

/// Tasks for developers of Hexad
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

const EXAMPLES: &str = "Examples:
  cargo xtask setup
  cargo xtask test -p hexad-suit
  cargo xtask conformance cose ../shared/vectors/cose
  cargo xtask fuzz cbor 60
  cargo xtask ci";

#[derive(Subcommand)]
enum Task {
    /// Install what this machine lacks, by apt and cargo; say what is left to do otherwise
    Setup,
    /// Run all tests of the workspace (`cargo test --workspace`)
    #[command(after_help = "Examples:\n  cargo xtask test\n  cargo xtask test -p hexad-eat nonce")]
    Test {
        /// Handed to `cargo test`, in place of `--workspace` when it names a package
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run a suite on published vectors: a line a case, then the count
    #[command(after_help = "Example:\n  cargo xtask conformance cbor ../shared/vectors/cbor")]
    Conformance {
        /// The standard: cbor, cose, …
        suite: String,
        /// A file, or a folder laid out as that of the published vectors
        path: PathBuf,
    },
    /// Measure, on this machine or on a Cortex-M in QEMU
    Bench {
        #[command(subcommand)]
        target: bench::Target,
    },
    /// Say what our code takes of flash and RAM without primitives; fail if it can panic
    #[command(after_help = "Examples:\n  cargo xtask size --functions\n  cargo xtask size --json")]
    Size(size::Arguments),
    /// Fuzz one parser, or `all` of them, as many at a time as there are cores
    #[command(after_help = "Examples:\n  cargo xtask fuzz sign1 60\n  cargo xtask fuzz all 30")]
    Fuzz {
        /// A target of fuzz/Cargo.toml, or `all`
        target: String,
        /// How long each target runs
        seconds: u64,
    },
    /// Write the seed corpora of the fuzz targets anew, under fuzz/corpus
    Seeds,
    /// Build the device crates for Cortex-M4, M3 and M0
    Thumb,
    /// Build the device of firmware/, which QEMU runs
    Firmware,
    /// Run the images of the Cortex-M4 backend in QEMU: all that are tests, or one
    #[command(after_help = "Examples:\n  cargo xtask cortex-m4\n  cargo xtask cortex-m4 measure")]
    CortexM4 {
        /// Which
        image: Option<cortex_m4::Image>,
    },
    /// Check who depends on whom against the rule of the architecture
    Deps,
    /// Run all that has to hold before a change is merged, after `setup`
    Ci,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Setup => setup::run(),
        Task::Test { arguments } => test(&arguments),
        Task::Conformance { suite, path } => conformance(&suite, path),
        Task::Bench { target } => bench::run(target),
        Task::Size(arguments) => size::run(&arguments),
        Task::Fuzz { target, seconds } => fuzz::run(&target, seconds, None),
        Task::Seeds => fuzz::seeds(),
        Task::Thumb => thumb::run(),
        Task::Firmware => firmware::run(),
        Task::CortexM4 { image } => cortex_m4::run(image),
        Task::Deps => deps::run(),
        Task::Ci => ci::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn test(arguments: &[String]) -> Result {
    let mut command = cargo(["test"]);
    if !arguments.iter().any(|argument| argument == "-p" || argument == "--package") {
        command.arg("--workspace");
    }
    run(command.args(arguments))
}

/// The suites are a program of their own, so that `setup` need not compile the whole workspace.
fn conformance(suite: &str, path: PathBuf) -> Result {
    let mut command = cargo(["run", "--quiet", "--package", "hexad-conformance", "--"]);
    // The path is the caller's; cargo is run from the root of the workspace.
    let path =
        std::path::absolute(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let status = command.arg(suite).arg(path).status().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    // The suite has said what is wrong.
    std::process::exit(status.code().unwrap_or(1));
}
