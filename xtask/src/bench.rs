//! `bench`: what things cost, on this machine and on a Cortex-M.

pub mod cortex_m;
mod host;

use clap::Subcommand;

use crate::process::Result;

/// Where to measure.
#[derive(Subcommand)]
pub enum Target {
    /// Run the criterion benches, and count instructions with callgrind
    #[command(after_help = "Examples:\n  cargo xtask bench host\n  cargo xtask bench host --json")]
    Host {
        /// Print a JSON object a bench: `bench`, `target`, `ns` (the median), `instructions`
        #[arg(long)]
        json: bool,
    },
    /// Build the images, run them in QEMU, and hold what they count against a baseline
    #[command(after_help = EXAMPLES)]
    CortexM(cortex_m::Arguments),
}

const EXAMPLES: &str = "Examples:
  cargo xtask bench cortex-m
  cargo xtask bench cortex-m --core cortex-m4 sign1 suit
  cargo xtask bench cortex-m --json > results.jsonl
  cargo xtask bench cortex-m --save before
  cargo xtask bench cortex-m --baseline before
  cargo xtask bench cortex-m --profile suit/process/hexad/1";

/// Measures.
pub fn run(target: Target) -> Result {
    match target {
        Target::Host { json } => host::run(json),
        Target::CortexM(arguments) => cortex_m::run(&arguments),
    }
}
