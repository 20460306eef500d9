//! `hexad mud`: what a device may talk to (RFC 8520).

mod compile;
mod show;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hexad_mud::file::{Reader, Reading};
use serde_json::json;

use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::report::Report;

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show a MUD file and the flows that it allows
    #[command(after_help = "Example:\n  hexad mud inspect lamp.json")]
    Inspect(File),
    /// Check that a signer signed a MUD file
    #[command(
        after_help = "The certificate that came with the signature has to hold the signer's key and be valid; no chain of
certificates is followed.

Example:
  hexad mud verify lamp.json --signature lamp.p7s --key signer.pem"
    )]
    Verify(verify::Verify),
    /// Make the nftables ruleset that holds a device to its MUD file
    #[command(
        after_help = "No name is looked up: each DNS name in the file needs a --resolve. What the operator does not
name (--local-network, --controller, …) lets nobody through and is noted in the ruleset. The file
is taken as it is: check its signature before, with `hexad mud verify`.

Example:
  hexad mud compile lamp.json --device 192.0.2.10 --resolve cloud.example.com=203.0.113.20"
    )]
    Compile(Box<compile::Compile>),
}

#[derive(Args, Debug)]
pub struct File {
    /// MUD file, in JSON; `-` is standard input
    file: PathBuf,
    /// Let pass, and report, what the standards forbid and yet has but one meaning
    #[arg(long)]
    lenient: bool,
}

impl File {
    /// Reads the file.
    fn read(&self) -> Result<Reading, Failure> {
        let input = Input::read(&self.file)?;
        let reader = if self.lenient { Reader::new().lenient() } else { Reader::new() };
        reader.read(input.bytes()).map_err(|error| input.reject(error))
    }
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(file) => inspect(file),
            Self::Verify(arguments) => verify::verify(arguments),
            Self::Compile(arguments) => compile::compile(arguments),
        }
    }
}

fn inspect(file: &File) -> Result<Report, Failure> {
    let Reading { mud, findings } = file.read()?;
    let mut report = Report::new("mud");
    report.unproven("MUD file; its signature is not verified");
    show::contents(&mut report, &mud);
    show::flows(&mut report, &mud);
    let mut found = Vec::new();
    for finding in findings {
        let advice = finding.advice();
        let pointer = finding.pointer().to_owned();
        let problem = Problem::from(finding);
        let offset = problem.offset.unwrap_or_default();
        report.line(format_args!("  finding at byte {offset}: {}", problem.message));
        found.push(json!({
            "kind": problem.kind,
            "offset": offset,
            "pointer": pointer,
            "advice": advice,
        }));
    }
    report.json("findings", found);
    Ok(report)
}
