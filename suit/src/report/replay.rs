//! What a device decided, put together from its report and the manifest (needs `alloc`).
//!
//! Only conditions steer a manifest, and of those only the ones that do not hold are reported, unless a
//! policy asks for more. So the commands are gone through as the processor would, each condition is
//! taken to hold unless the report says otherwise, and what the report says is used up on the way.

mod machine;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Entry, Reason, Report, ReportRecord};
use crate::labels::manifest as section;
use crate::manifest::Manifest;
use crate::processor::Procedure;

use machine::Machine;

/// How something ended, as far as the report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It succeeded, or was done.
    Well,
    /// It did not.
    Badly,
    /// A record stands there that does not say which, and nothing that follows does.
    Untold,
}

/// A command that was carried out for a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The component indices that lead from the root manifest to the one that the command stands in.
    pub manifest: Vec<usize>,
    /// The element of the manifest that was being processed.
    pub section: i64,
    /// Whether the command stands in the shared sequence before that.
    pub shared: bool,
    /// Where the command stands in its manifest's input.
    pub offset: usize,
    /// Its label.
    pub command: i64,
    /// The component.
    pub component: usize,
    /// How it ended.
    pub ended: Ended,
    /// What it was, and what came of it, in words.
    pub text: String,
}

/// What a device did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// Command by command.
    pub events: Vec<Event>,
    /// How it ended, in words.
    pub conclusion: String,
    /// What does not fit together: then whoever made the report is not to be believed, or it belongs to
    /// another manifest (section 5 of the draft).
    pub contradictions: Vec<String>,
}

/// Goes through the manifest as the device did, in this procedure. A report does not say which it was:
/// without one it follows from the sections that the report names, or is the one that fits the report
/// without contradictions, an update first.
///
/// Of `dependencies` those are gone through that a manifest depends on by their digests; of others, the
/// records are named.
///
/// The manifest's digest is the caller's to compare with that of [`Report::reference`]: only with the
/// same one does the report mean anything.
#[must_use]
pub fn replay<'m>(
    report: &Report<'_>,
    manifest: &'m Manifest<'m>,
    dependencies: &'m [Manifest<'m>],
    procedure: Option<Procedure>,
) -> Replay {
    let procedures = match &procedure {
        Some(procedure) => core::slice::from_ref(procedure),
        None => possible(report, manifest),
    };
    let replay = |it: &Procedure| replay_sections(report, manifest, dependencies, it.sections());
    let mut replays = procedures.iter().map(replay);
    let first = replays.next().unwrap_or_default();
    if first.contradictions.is_empty() {
        return first;
    }
    replays.find(|replay| replay.contradictions.is_empty()).unwrap_or(first)
}

/// The procedures that a report may be of, the likelier one first.
fn possible(report: &Report<'_>, manifest: &Manifest<'_>) -> &'static [Procedure] {
    const ALL: &[Procedure] = &[Procedure::Update, Procedure::Invoke, Procedure::Uninstall];
    let entries = report.entries().filter_map(|entry| match entry {
        Entry::Record(record) => Some(record),
        Entry::SystemProperties(_) => None,
    });
    let failure = report.result().err().map(|(_, record, _)| record);
    for label in entries.chain(failure).map(|record| record.section()) {
        let mut of = ALL.iter().enumerate().filter(|(_, it)| it.sections().contains(&label));
        if let (Some((place, _)), None) = (of.next(), of.next()) {
            return ALL.get(place..=place).unwrap_or_default();
        }
    }
    let updates =
        |label: &&i64| **label != section::VALIDATE && manifest.section(**label).is_some();
    match Procedure::Update.sections().iter().any(|label| updates(&label)) {
        true => ALL.get(..2).unwrap_or_default(),
        false => ALL.get(1..2).unwrap_or_default(),
    }
}

fn replay_sections<'m>(
    report: &Report<'_>,
    manifest: &'m Manifest<'m>,
    dependencies: &'m [Manifest<'m>],
    sections: &[i64],
) -> Replay {
    let mut records: Vec<_> = report
        .entries()
        .filter_map(|entry| match entry {
            Entry::Record(record) => Some(record),
            Entry::SystemProperties(_) => None,
        })
        .collect();
    let failure = report.result().err();
    let mut replay = Replay::default();
    let known = |record: &ReportRecord<'_>| {
        !record.manifest_id().is_root() || manifest.section(record.section()).is_some()
    };
    for record in records.iter().chain(failure.iter().map(|(_, record, _)| record)) {
        if !known(record) && !is_before_commands(&failure) {
            replay.contradictions.push(format!(
                "a record at byte {} of the report is for section {}, which the manifest does not have",
                record.offset(),
                record.section()
            ));
        }
    }
    records.retain(known);
    let records = records.into_iter();
    let mut machine = Machine::new(manifest, dependencies, records, failure, replay);
    if !is_before_commands(&failure) {
        for label in sections {
            machine.run_section(*label);
        }
    }
    machine.conclude()
}

/// Whether the failure came before any command could run.
const fn is_before_commands(failure: &Option<(i64, ReportRecord<'_>, Reason)>) -> bool {
    matches!(
        failure,
        Some((
            _,
            _,
            Reason::CborParse
                | Reason::CoseUnsupported
                | Reason::AlgUnsupported
                | Reason::Unauthorised
                | Reason::SeveringUnsupported
        ))
    )
}
