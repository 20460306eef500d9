//! `hexad suit diff`: what one manifest says and another does not.

use std::path::PathBuf;

use clap::Args;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::command::CommandSequence;
use hexad_suit::{Envelope, Error, Manifest, Severable, inspect};
use serde_json::{Value, json};

use super::show::{component_text, digest_text, sequences};
use crate::failure::Failure;
use crate::input::{Input, hex};
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Diff {
    /// The old SUIT envelope, raw or in hexadecimal; `-` is standard input
    old: PathBuf,
    /// The new one
    new: PathBuf,
}

/// The most pairs of lines that are held against one another; longer parts are shown as a whole.
const LIMIT: usize = 4 << 20;

/// What a manifest says in one of its parts, line by line and without byte offsets.
type Part = (String, Vec<String>);

pub fn run(arguments: &Diff) -> Result<Report, Failure> {
    let old = parts(&Input::read_binary(&arguments.old)?)?;
    let new = parts(&Input::read_binary(&arguments.new)?)?;
    let mut names: Vec<&str> = old.iter().map(|(name, _)| name.as_str()).collect();
    for (name, _) in &new {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut report = Report::new("suit-diff");
    let mut changed = Vec::new();
    for name in names {
        let lines = |parts: &[Part]| {
            let found = parts.iter().find(|(other, _)| other == name);
            found.map(|(_, lines)| lines.clone()).unwrap_or_default()
        };
        let (before, after) = (lines(&old), lines(&new));
        if before == after {
            continue;
        }
        report.heading(name);
        let mut edits = Vec::new();
        for (sign, line) in edits_between(&before, &after) {
            report.line(format_args!("{sign} {line}"));
            if sign != ' ' {
                edits.push(json!({"change": if sign == '-' { "removed" } else { "added" }, "line": line.trim_start()}));
            }
        }
        changed.push(json!({"part": name, "edits": edits}));
    }
    if changed.is_empty() {
        report.accepted("the manifests say the same");
    }
    report.json("same", changed.is_empty());
    report.json("changes", Value::Array(changed));
    Ok(report)
}

/// What the manifest in an envelope says, part by part.
fn parts(input: &Input) -> Result<Vec<Part>, Failure> {
    let refuse = |error: Error| input.reject(error);
    let envelope = Envelope::parse(input.bytes()).map_err(refuse)?;
    let manifest = envelope.unverified_manifest(&mut RustCrypto).map_err(refuse)?;
    let mut parts = vec![("manifest".to_owned(), head(&manifest).map_err(refuse)?)];
    for (name, sequence) in sequences(&manifest) {
        parts.push((name.to_owned(), element(sequence, commands)));
    }
    parts.push((
        "suit-text".to_owned(),
        element(manifest.text().map_err(refuse)?, |text| {
            let line = |it: hexad_suit::text::Text<'_>| {
                let of = it.component.map_or("manifest".to_owned(), component_text);
                format!("{} {of} {}: {:?}", it.language, it.label, it.text)
            };
            text.iter().map(line).collect()
        }),
    ));
    parts
        .push(("suit-coswid".to_owned(), element(manifest.coswid(), |tag| vec![hex(tag.bytes())])));
    let payloads = envelope.integrated_payloads();
    let payloads = payloads.iter().map(|(uri, payload)| format!("{uri}: {} bytes", payload.len()));
    parts.push(("integrated payloads".to_owned(), payloads.collect()));
    Ok(parts)
}

fn head(manifest: &Manifest<'_>) -> Result<Vec<String>, Error> {
    let mut lines = vec![format!("sequence number: {}", manifest.sequence_number())];
    let components = manifest.components();
    lines.extend(components.iter().map(|it| format!("component: {}", component_text(it))));
    for dependency in manifest.dependencies().iter() {
        let prefix = dependency.prefix.map(component_text).unwrap_or_default();
        lines.push(format!("dependency {}: {prefix}", dependency.index));
    }
    let component_id = manifest.component_id().map(component_text);
    lines.extend(component_id.map(|it| format!("manifest component id: {it}")));
    if let Some(version) = manifest.set_version() {
        let numbers: Vec<_> = version.iter().map(|number| number.to_string()).collect();
        lines.push(format!("version: {}", numbers.join(".")));
    }
    lines.extend(manifest.reference_uri().map(|uri| format!("reference URI: {uri}")));
    if let Some(mud) = manifest.mud()? {
        lines.push(format!("MUD URL: {}", mud.url()));
        lines.push(format!("MUD signer: {}", digest_text(mud.ski())));
    }
    Ok(lines)
}

fn element<T>(element: Severable<'_, T>, read: impl FnOnce(T) -> Vec<String>) -> Vec<String> {
    match element {
        Severable::Absent => Vec::new(),
        Severable::Severed(digest) => vec![format!("severed, {}", digest_text(digest))],
        Severable::Present(element) => read(element),
    }
}

fn commands(sequence: CommandSequence<'_>) -> Vec<String> {
    let lines = inspect::commands(sequence);
    let line = |line: &hexad_cose_core::cbor::Line| {
        let separator = if line.value.is_empty() { "" } else { ": " };
        format!("{}{}{separator}{}", "  ".repeat(line.depth), line.name, line.value)
    };
    lines.iter().map(line).collect()
}

/// The lines of both, those in common once: a longest common subsequence.
fn edits_between<'l>(before: &'l [String], after: &'l [String]) -> Vec<(char, &'l str)> {
    if before.len().saturating_mul(after.len()) > LIMIT {
        let removed = before.iter().map(|line| ('-', line.as_str()));
        return removed.chain(after.iter().map(|line| ('+', line.as_str()))).collect();
    }
    // lengths[i][j]: how much before[i..] and after[j..] have in common.
    let width = after.len().saturating_add(1);
    let mut lengths = vec![vec![0u32; width]; before.len().saturating_add(1)];
    for (i, old) in before.iter().enumerate().rev() {
        for (j, new) in after.iter().enumerate().rev() {
            lengths[i][j] = if old == new {
                lengths[i + 1][j + 1].saturating_add(1)
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut edits = Vec::new();
    loop {
        match (before.get(i), after.get(j)) {
            (None, None) => return edits,
            (Some(old), Some(new)) if old == new => {
                edits.push((' ', old.as_str()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(old), new) if new.is_none() || lengths[i + 1][j] >= lengths[i][j + 1] => {
                edits.push(('-', old.as_str()));
                i += 1;
            }
            (_, Some(new)) => {
                edits.push(('+', new.as_str()));
                j += 1;
            }
            (Some(_), None) => return edits,
        }
    }
}
