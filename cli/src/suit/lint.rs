//! `hexad suit lint`: mistakes in a manifest that is right in its form.

use std::path::PathBuf;

use clap::Args;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::lint::{Finding, Level, lint};
use hexad_suit::report::CapabilityReport;
use hexad_suit::{Envelope, Error};
use serde_json::{Value, json};

use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Lint {
    /// SUIT envelope, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// The target's SUIT_Capability_Report: what it does not list is a mistake, too
    #[arg(long, value_name = "FILE")]
    target: Option<PathBuf>,
    /// Refuse the envelope for warnings, too
    #[arg(long)]
    strict: bool,
}

pub fn run(arguments: &Lint) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let refuse = |error: Error| input.reject(error);
    let envelope = Envelope::parse(input.bytes()).map_err(refuse)?;
    let manifest = envelope.unverified_manifest(&mut RustCrypto).map_err(refuse)?;
    let file = arguments.target.as_deref().map(Input::read_binary).transpose()?;
    let target = match &file {
        Some(file) => {
            Some(CapabilityReport::parse(file.bytes()).map_err(|error| file.reject(error))?)
        }
        None => None,
    };
    let found = lint(&envelope, &manifest, target.as_ref(), &mut RustCrypto).map_err(refuse)?;

    let mut report = Report::new("suit-lint");
    for finding in &found {
        let Finding { rule, offset, message, section, cure, .. } = finding;
        report.heading(format_args!("{} at byte {offset}: {message}", level(finding)));
        report.line(format_args!("  section {section}; {rule}"));
        report.line(format_args!("  cure: {cure}"));
    }
    if found.is_empty() {
        report.accepted("no mistakes found");
    }
    report.json("findings", found.iter().map(json_of).collect::<Value>());
    let counts = |finding: &&Finding| arguments.strict || finding.level == Level::Error;
    let wrong: Vec<_> = found.iter().filter(counts).collect();
    if let Some(first) = wrong.first() {
        let more = match wrong.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count.saturating_sub(1)),
        };
        let message = format!("{}{more}", first.message);
        report.refuse(input.reject(Problem::at(first.rule, first.offset, message)));
    }
    Ok(report)
}

const fn level(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}

fn json_of(finding: &Finding) -> Value {
    let Finding { rule, offset, message, section, cure, .. } = finding;
    json!({
        "rule": rule,
        "level": level(finding),
        "offset": offset,
        "message": message,
        "section": section,
        "cure": cure,
    })
}
