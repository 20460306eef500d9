//! `hexad suit run`: a manifest on a simulated device, with a trace of all that it does.

mod definition;
mod device;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use hexad_suit::platform::{ManifestPath, Record};
use hexad_suit::report::{Outcome, Place, Reason, Reference, ReportWriter};
use hexad_suit::{Envelope, Error, Manifest, Procedure, labels};
use serde_json::{Value, json};

use super::show::component_text;
use super::{authenticate, source};
use crate::arguments::shown;
use crate::failure::Failure;
use crate::input::Input;
use crate::keys::{KeyFile, read_all};
use crate::report::{Made, Report};
use definition::Definition;
use device::{Device, Event};

#[derive(Args, Debug)]
pub struct Run {
    /// SUIT envelope, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// Trust anchor: PEM, COSE_Key or JWK; may stand several times
    #[arg(short, long, required = true)]
    key: Vec<PathBuf>,
    /// The device, in TOML: described in cli/docs/suit-device.md
    #[arg(short, long, value_name = "FILE")]
    device: PathBuf,
    /// What to do with the manifest
    #[arg(long, value_enum, default_value_t = Wanted::Both)]
    procedure: Wanted,
    /// Write the SUIT_Report that the device would send, without protection
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Which procedures to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// Install
    Update,
    /// Boot
    Invoke,
    /// Install, then boot
    Both,
    /// Remove what was installed
    Uninstall,
}

/// Room for the report of a simulated device.
const REPORT_SIZE: usize = 1 << 20;

pub fn run(arguments: &Run) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let refuse = |error: Error| input.reject(error);
    let files = read_all(&arguments.key)?;
    let keys = files.iter().map(KeyFile::key).collect::<Result<Vec<_>, _>>()?;
    let (definition, folder) = definition(&arguments.device)?;
    let (definition, source) = definition;
    let definition = Definition::read(&definition, folder);
    let definition = definition.map_err(|problem| source.reject(problem))?;
    let mut device = Device::new(&definition);

    let mut report = Report::new("suit-run");
    let envelope = Envelope::parse(input.bytes()).map_err(refuse)?;
    let manifest = authenticate(&envelope, &keys, None).map_err(refuse)?;
    report.accepted("manifest verified");
    let reference = Reference {
        uri: manifest.reference_uri().unwrap_or_default(),
        digest: envelope.authentication().digest(),
    };
    let procedures: &[Procedure] = match arguments.procedure {
        Wanted::Update => &[Procedure::Update],
        Wanted::Invoke => &[Procedure::Invoke],
        Wanted::Both => &[Procedure::Update, Procedure::Invoke],
        Wanted::Uninstall => &[Procedure::Uninstall],
    };
    let mut result = manifest.require_compatibility_check();
    let (mut events, mut held) = (Vec::new(), Vec::new());
    for procedure in procedures {
        let newer = match procedure {
            Procedure::Update => manifest.require_newer_than(device.sequence_number()),
            _ => manifest.require_not_older_than(device.sequence_number()),
        };
        result = result.and(newer);
        if result.is_ok() {
            report.heading(format_args!("{procedure:?}"));
            let verify = |bytes| authenticate(&Envelope::parse(bytes)?, &keys, None);
            held.clear();
            result = device.run(&manifest, *procedure, &verify, &mut held);
            let done = device.take_events();
            trace(&mut report, &manifest, &done);
            events.extend(done.iter().map(|event| json_of(event, *procedure)));
        }
        if result.is_err() {
            break;
        }
    }
    report.json("events", Value::Array(events));
    report.entry(
        "sequence_number",
        "sequence number that the device keeps",
        device.sequence_number(),
        device.sequence_number(),
    );
    let components: Value = device
        .contents()
        .map(|(name, size, digest)| {
            report
                .pair(&format!("component {name}"), format_args!("{size} bytes, SHA-256 {digest}"));
            json!({"component": name, "size": size, "sha256": digest})
        })
        .collect();
    report.json("components", components);
    if let Some(path) = &arguments.report {
        let bytes = report_of(&device, &manifest, &held, reference, result).map_err(refuse)?;
        report.make(Made {
            bytes,
            destination: Some(path.clone()),
            is_text: false,
            is_secret: false,
        });
    }
    match result {
        Ok(()) => report.accepted("accepted"),
        Err(error) => report.refuse(input.reject(error)),
    }
    Ok(report)
}

/// The device's definition, and the folder that its files are looked for in.
fn definition(path: &Path) -> Result<((Value, Input), &Path), Failure> {
    let input = Input::read(path)?;
    let text = input.text()?;
    let parsed = source::parse_toml(text).map_err(|problem| input.reject(problem))?;
    let folder = match path.parent() {
        Some(folder) if path != Path::new("-") => folder,
        _ => Path::new(""),
    };
    Ok(((parsed, input), folder))
}

/// What the device did, line by line.
fn trace(report: &mut Report, manifest: &Manifest<'_>, events: &[Event]) {
    let mut last = None;
    for event in events {
        match event {
            Event::Action(text) => report.line(format_args!("            {text}")),
            Event::Command(record) => {
                let section = (record.section, record.shared, record.manifest);
                if last != Some(section) {
                    let name = labels::manifest_element_name(record.section).unwrap_or("sequence");
                    let shared = if record.shared { "suit-shared-sequence, before " } else { "" };
                    let path: Vec<_> = record.manifest.iter().map(|it| it.to_string()).collect();
                    let of = match path.as_slice() {
                        [] => String::new(),
                        path => format!(" of dependency {}", path.join("/")),
                    };
                    report.line(format_args!("  {shared}{name}{of}"));
                    last = Some(section);
                }
                let name = name_of(record.command);
                let root = record.component.filter(|_| record.manifest.is_root());
                let of = match root.and_then(|index| manifest.common().component(index)) {
                    Some(identifier) => format!(" of {}", component_text(identifier)),
                    None => record.component.map(|it| format!(" of {it}")).unwrap_or_default(),
                };
                let ended = match record.result {
                    Ok(()) => "ok".to_owned(),
                    Err(kind) => kind.to_string(),
                };
                report.line(format_args!("  {:>8}  {name}{of}: {ended}", record.offset));
            }
        }
    }
}

fn name_of(command: i64) -> String {
    labels::command_name(command).map_or_else(|| format!("command {command}"), str::to_owned)
}

fn json_of(event: &Event, procedure: Procedure) -> Value {
    let procedure = format!("{procedure:?}").to_lowercase();
    match event {
        Event::Action(text) => json!({"procedure": procedure, "action": text}),
        Event::Command(record) => json!({
            "procedure": procedure,
            "section": record.section,
            "shared": record.shared,
            "offset": record.offset,
            "manifest": record.manifest.iter().collect::<Vec<_>>(),
            "command": name_of(record.command),
            "component": record.component,
            "ok": record.result.is_ok(),
            "error": record.result.err().map(|kind| kind.to_string()),
        }),
    }
}

/// The report of the procedure that ran last; `held` are the dependencies, by the names of the
/// components that they were in.
fn report_of(
    device: &Device<'_>,
    manifest: &Manifest<'_>,
    held: &[(String, Manifest<'_>)],
    reference: Reference<'_>,
    result: Result<(), Error>,
) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![0; REPORT_SIZE];
    let mut report = ReportWriter::new(&mut buffer, None, reference)?;
    let records = device.last_records();
    let fatal = result.err().and_then(|_| fatal(records));
    let mut ended = Place {
        manifest_id: ManifestPath::ROOT,
        section: labels::manifest::COMMON,
        offset: 0,
        component: 0,
    };
    for (position, record) in records.iter().enumerate() {
        let of = manifest_at(manifest, record.manifest, held);
        let Some(place) = of.and_then(|manifest| Place::of(record, manifest)) else { continue };
        if fatal == Some(position) {
            ended = place;
        } else {
            report.heed(record, &place, &[])?;
        }
    }
    let outcome = match result {
        Ok(()) => Outcome::Success,
        Err(error) => Outcome::Failure { code: 0, place: ended, reason: Reason::of(error.kind()) },
    };
    report.finish(outcome, None).map(<[u8]>::to_vec)
}

/// The record of the command that ended everything: the last one that failed, or what failed in the
/// dependency that it has processed.
fn fatal(records: &[Record]) -> Option<usize> {
    let depth = |record: &Record| record.manifest.iter().count();
    let last = records.iter().rposition(|record| record.result.is_err())?;
    let mut around = depth(records.get(last)?);
    let inside = records.get(..last)?.iter().rev().take_while(|record| {
        let outer = std::mem::replace(&mut around, depth(record));
        record.result.is_err() && around > outer
    });
    Some(last.saturating_sub(inside.count()))
}

/// The manifest that a path of component indices leads to.
fn manifest_at<'h, 'm>(
    root: &'h Manifest<'m>,
    path: ManifestPath,
    held: &'h [(String, Manifest<'m>)],
) -> Option<&'h Manifest<'m>> {
    let (mut manifest, mut prefix) = (root, Vec::new());
    for index in path.iter() {
        let own = manifest.common().component(index)?.segments().map(shown);
        let name = prefix.iter().cloned().chain(own).collect::<Vec<_>>().join("/");
        // Beyond suit-components the prefix is what names the component.
        let is_listed = index < manifest.components().len();
        let inner = manifest.dependencies().get(index)?.prefix.filter(|_| is_listed);
        prefix = inner.map_or(prefix, |inner| inner.segments().map(shown).collect());
        manifest = held.iter().rfind(|(own, _)| *own == name).map(|(_, manifest)| manifest)?;
    }
    Some(manifest)
}
