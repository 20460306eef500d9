//! `hexad cbor`: any CBOR in words, and checked (RFC 8949).

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hexad_cose_core::cbor::{check_deterministic, check_well_formed, diagnose};

use crate::failure::Failure;
use crate::input::Input;
use crate::report::Report;

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Print one item in diagnostic notation (RFC 8949, 8)
    #[command(after_help = "Example:\n  printf a10126 | hexad cbor diag -")]
    Diag(File),
    /// Check that a file is one well-formed item (RFC 8949, appendix C)
    #[command(after_help = "Example:\n  hexad cbor check --deterministic message.cbor")]
    Check(Check),
}

#[derive(Args, Debug)]
pub struct File {
    /// CBOR, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
}

#[derive(Args, Debug)]
pub struct Check {
    /// CBOR, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// Ask for deterministic encoding (RFC 8949, 4.2.1), too
    #[arg(long)]
    deterministic: bool,
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Diag(arguments) => diag(arguments),
            Self::Check(arguments) => check(arguments),
        }
    }
}

fn diag(arguments: &File) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let text = diagnose(input.bytes()).map_err(|error| input.reject(error))?;
    let mut report = Report::new("cbor");
    report.line(&text);
    report.json("diag", text);
    Ok(report)
}

fn check(arguments: &Check) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    check_well_formed(input.bytes()).map_err(|error| input.reject(error))?;
    let deterministic = check_deterministic(input.bytes());
    if arguments.deterministic {
        deterministic.map_err(|error| input.reject(error))?;
    }
    let mut report = Report::new("cbor");
    report.accepted("one well-formed item");
    let size = input.bytes().len();
    report.entry("size", "size", format_args!("{size} bytes"), size);
    let shown = match deterministic {
        Ok(()) => "yes".to_owned(),
        Err(error) => format!("no: {error}"),
    };
    report.entry("deterministic", "deterministic", shown, deterministic.is_ok());
    Ok(report)
}
