//! `hexad mud lint`: what is wrong in a MUD file, and what is allowed and not wise.

use clap::Args;
use hexad_mud::Error;
use hexad_mud::file::{Reader, Reading};
use hexad_mud::lint::{Warning, lint};
use serde_json::{Value, json};

use super::Path;
use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Lint {
    #[command(flatten)]
    file: Path,
    /// Refuse the file for warnings, too
    #[arg(long)]
    strict: bool,
}

/// One thing to say of a file.
struct Finding {
    is_error: bool,
    problem: Problem,
    pointer: String,
    advice: &'static str,
}

impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        let (pointer, advice) = (error.pointer().to_owned(), error.advice());
        let problem = Problem::new(&error.kind(), error.offset());
        Self { is_error: !error.kind().is_allowed(), problem, pointer, advice }
    }
}

impl From<Warning> for Finding {
    fn from(warning: Warning) -> Self {
        let (pointer, advice) = (warning.pointer().to_owned(), warning.advice());
        Self { is_error: false, problem: Problem::of_all(&warning.kind()), pointer, advice }
    }
}

pub fn run(arguments: &Lint) -> Result<Report, Failure> {
    let input = Input::read(&arguments.file.file)?;
    let read = Reader::new().lenient().read(input.bytes());
    let Reading { mud, findings } = read.map_err(|error| input.reject(error))?;
    let mut found: Vec<_> = findings.into_iter().map(Finding::from).collect();
    found.extend(lint(&mud).into_iter().map(Finding::from));

    let mut report = Report::new("mud-lint");
    for Finding { is_error, problem, pointer, advice } in &found {
        let level = level(*is_error);
        let place = problem.offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default();
        report.heading(format_args!("{level}{place}: {}", problem.message));
        report.line(format_args!("  node {pointer}"));
        report.line(format_args!("  {advice}"));
    }
    if found.is_empty() {
        report.accepted("no mistakes found");
    }
    report.json("findings", found.iter().map(json_of).collect::<Value>());
    let mut wrong = found.into_iter().filter(|finding| finding.is_error || arguments.strict);
    if let Some(first) = wrong.next() {
        let more = match wrong.count() {
            0 => String::new(),
            count => format!(" (and {count} more)"),
        };
        let message = format!("{} ({}){more}", first.problem.message, first.pointer);
        report.refuse(input.reject(Problem { message, ..first.problem }));
    }
    Ok(report)
}

const fn level(is_error: bool) -> &'static str {
    if is_error { "error" } else { "warning" }
}

fn json_of(finding: &Finding) -> Value {
    let Finding { is_error, problem, pointer, advice } = finding;
    json!({
        "rule": problem.kind,
        "level": level(*is_error),
        "offset": problem.offset,
        "pointer": pointer,
        "message": problem.message,
        "cure": advice,
    })
}
