//! `hexad mud diff`: what one MUD file says and another does not, in words.

use std::path::PathBuf;

use clap::Args;
use hexad_mud::Mud;
use hexad_mud::diff::{Change, diff};
use serde_json::{Value, json};

use super::read;
use crate::failure::Failure;
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Diff {
    /// The old MUD file; `-` is standard input
    old: PathBuf,
    /// The new one
    new: PathBuf,
    /// Let pass what the standards forbid and yet has but one meaning
    #[arg(long)]
    lenient: bool,
}

pub fn run(arguments: &Diff) -> Result<Report, Failure> {
    let file = |path| -> Result<Mud, Failure> { Ok(read(path, arguments.lenient)?.mud) };
    let (old, new) = (file(&arguments.old)?, file(&arguments.new)?);
    let changes = diff(&old, &new);
    let mut report = Report::new("mud-diff");
    for change in &changes {
        let sign = match change {
            Change::Added(_) => '+',
            Change::Removed(_) => '-',
            _ => '~',
        };
        report.line(format_args!("{sign} {change}"));
    }
    if changes.is_empty() {
        report.accepted("the files say the same");
    }
    report.json("same", changes.is_empty());
    report.json("changes", changes.iter().map(json_of).collect::<Value>());
    Ok(report)
}

fn json_of(change: &Change<'_>) -> Value {
    let words = change.to_string();
    match change {
        Change::Node { name, old, new } => {
            json!({"change": "node", "node": name, "old": old, "new": new, "words": words})
        }
        Change::Added(flow) => {
            json!({"change": "added", "acl": flow.acl, "ace": flow.ace, "words": words})
        }
        Change::Removed(flow) => {
            json!({"change": "removed", "acl": flow.acl, "ace": flow.ace, "words": words})
        }
        _ => json!({"change": "order", "words": words}),
    }
}
