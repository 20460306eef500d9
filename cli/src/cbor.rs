//! `hexad cbor`: any CBOR in words and back, and checked (RFC 8949).

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hexad_cose_core::cbor::{
    EdnError, check_deterministic, check_unique_keys, check_well_formed, diagnose,
    diagnose_indented, parse_diagnostic,
};

use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Print one item in diagnostic notation (RFC 8949, 8)
    #[command(after_help = "Example:\n  printf a10126 | hexad cbor diag -")]
    Diag(Diag),
    /// Turn diagnostic notation (RFC 8949, 8; RFC 8610, G) into CBOR
    #[command(
        after_help = "Example:\n  echo '{1: -7, 4: h\\'3131\\' / kid /}' | hexad cbor edn2cbor - -o headers.cbor"
    )]
    Edn2cbor(Edn2Cbor),
    /// Check that a file is one well-formed item (RFC 8949, appendix C)
    #[command(after_help = "Example:\n  hexad cbor check --deterministic message.cbor")]
    Check(Check),
}

#[derive(Args, Debug)]
pub struct Diag {
    /// CBOR, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// Print every element and entry on a line of its own
    #[arg(long)]
    pretty: bool,
}

#[derive(Args, Debug)]
pub struct Edn2Cbor {
    /// One item in diagnostic notation; `-` is standard input
    file: PathBuf,
    #[command(flatten)]
    output: Output,
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
            Self::Edn2cbor(arguments) => edn2cbor(arguments),
            Self::Check(arguments) => check(arguments),
        }
    }
}

fn diag(arguments: &Diag) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let print = if arguments.pretty { diagnose_indented } else { diagnose };
    let text = print(input.bytes()).map_err(|error| input.reject(error))?;
    let mut report = Report::new("cbor");
    for line in text.lines() {
        report.line(line);
    }
    report.json("diag", text);
    Ok(report)
}

fn edn2cbor(arguments: &Edn2Cbor) -> Result<Report, Failure> {
    let input = Input::read(&arguments.file)?;
    let text = input.text()?;
    let bytes = parse_diagnostic(text).map_err(|error| input.reject(problem(text, error)))?;
    let mut report = Report::new("cbor");
    let size = bytes.len();
    report.entry("size", "size", format_args!("{size} bytes"), size);
    report.make(Made {
        bytes,
        destination: arguments.output.output.clone(),
        is_text: false,
        is_secret: false,
    });
    Ok(report)
}

/// What is wrong with a text, and at which line and column, counted from one in characters.
fn problem(text: &str, error: EdnError) -> Problem {
    let before = text.get(..error.offset()).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    let Problem { kind, offset, message } = Problem::new(&error.kind(), error.offset());
    Problem { kind, offset, message: format!("{message} (line {line}, column {column})") }
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
    let unique_keys = check_unique_keys(input.bytes());
    for (field, name, result) in [
        ("unique_keys", "unique keys", unique_keys),
        ("deterministic", "deterministic", deterministic),
    ] {
        let shown = result.map_or_else(|error| format!("no: {error}"), |()| "yes".to_owned());
        report.entry(field, name, shown, result.is_ok());
    }
    Ok(report)
}
