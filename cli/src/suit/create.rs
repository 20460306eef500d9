//! `hexad suit create`: an envelope from a source in YAML or JSON, or a source to begin with.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::sign::{self, Signing};
use super::{finish, source};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{Output, write_file};
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Create {
    /// The source: YAML or JSON, described in cli/docs/suit-source.md; `-` is standard input
    #[arg(required_unless_present = "template", conflicts_with = "template")]
    source: Option<PathBuf>,
    /// Write a source to begin with instead
    #[arg(long, value_name = "NAME")]
    template: Option<Template>,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    output: Output,
}

/// Sources to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// One image in one of two slots
    Single,
    /// Several components, one of them staged and copied
    Components,
    /// An encrypted image
    Encrypted,
    /// A manifest that depends on another
    Dependency,
    /// Components that are removed again
    Uninstall,
    /// A patch that the device's maker applies by a command of its own
    Delta,
}

impl Template {
    /// The source.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Single => include_str!("templates/single.yaml"),
            Self::Components => include_str!("templates/components.yaml"),
            Self::Encrypted => include_str!("templates/encrypted.yaml"),
            Self::Dependency => include_str!("templates/dependency.yaml"),
            Self::Uninstall => include_str!("templates/uninstall.yaml"),
            Self::Delta => include_str!("templates/delta.yaml"),
        }
    }
}

pub fn create(arguments: &Create) -> Result<Report, Failure> {
    if let Some(template) = arguments.template {
        let mut report = Report::new("suit-source");
        report.make(Made {
            bytes: template.text().as_bytes().to_vec(),
            destination: arguments.output.output.clone(),
            is_text: true,
            is_secret: false,
        });
        return Ok(report);
    }
    let path = arguments.source.as_deref().unwrap_or(Path::new("-"));
    let input = Input::read(path)?;
    let value = source::parse(input.text()?).map_err(|problem| input.reject(problem))?;
    let folder = match path.parent() {
        Some(folder) if path != Path::new("-") => folder,
        _ => Path::new(""),
    };
    let made = source::envelope(&value, folder);
    let source::Envelope { mut envelope, ciphertexts } =
        made.map_err(|problem| input.reject(problem))?;
    let blocks = sign::add(&mut envelope, &arguments.signing, &input)?;
    let mut report = Report::new("suit");
    if blocks.is_empty() {
        report.unproven("SUIT envelope made; nobody has signed it");
    } else {
        report.accepted("SUIT envelope made and signed");
    }
    let written: Vec<_> =
        ciphertexts.iter().map(|(path, _)| path.to_string_lossy().into_owned()).collect();
    for (path, bytes) in ciphertexts {
        let made = Made { bytes, destination: None, is_text: false, is_secret: false };
        write_file(&path, &made)?;
    }
    if !written.is_empty() {
        report.entry("ciphertexts", "ciphertexts written to", written.join(", "), json!(written));
    }
    finish(report, &envelope, &input, &arguments.output)
}
