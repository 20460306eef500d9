//! `hexad suit sever` and `attach`: what the envelope carries beside the manifest, taken out and put
//! back. No signature is touched (section 8.6 of the draft).

use std::path::PathBuf;

use clap::Args;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::EnvelopeBuilder;
use hexad_suit::{Envelope, Options, labels};
use serde_json::json;

use super::{finish, source};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Sever {
    /// SUIT envelope, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// A severed element to leave out, such as `text`; without any, all of them
    #[arg(short, long, value_name = "NAME", value_parser = element)]
    element: Vec<Element>,
    /// An integrated payload to leave out, by its URI
    #[arg(short, long, value_name = "URI")]
    payload: Vec<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Args, Debug)]
pub struct Attach {
    /// SUIT envelope, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// An envelope of the same manifest that has what is missing here
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// An integrated payload to put in: URI=FILE
    #[arg(short, long, value_name = "URI=FILE", value_parser = payload)]
    payload: Vec<(String, PathBuf)>,
    #[command(flatten)]
    output: Output,
}

/// A severable element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Element(i64);

fn element(text: &str) -> Result<Element, String> {
    source::severable(text).map(Element).ok_or_else(|| "it can't be severed".to_owned())
}

fn payload(text: &str) -> Result<(String, PathBuf), String> {
    let (uri, file) = text.split_once('=').ok_or_else(|| "it is not URI=FILE".to_owned())?;
    Ok((uri.to_owned(), file.into()))
}

/// The name of an element.
fn name(label: i64) -> &'static str {
    labels::manifest_element_name(label).unwrap_or("element")
}

pub fn sever(arguments: &Sever) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let refuse = |error: hexad_suit::Error| input.reject(error);
    let parsed = Envelope::parse(input.bytes()).map_err(refuse)?;
    let options = Options::default();
    let mut envelope =
        EnvelopeBuilder::parse(input.bytes(), &options, &mut RustCrypto).map_err(refuse)?;
    let all = arguments.element.is_empty() && arguments.payload.is_empty();
    let mut removed = Vec::new();
    for (label, _) in parsed.severed_elements() {
        if all || arguments.element.contains(&Element(label)) {
            envelope.without(label);
            removed.push(name(label).to_owned());
        }
    }
    for (uri, _) in parsed.integrated_payloads().iter() {
        if arguments.payload.iter().any(|named| named == uri) {
            envelope.without_payload(uri);
            removed.push(uri.to_owned());
        }
    }
    let wanted = arguments.element.len().saturating_add(arguments.payload.len());
    if !all && removed.len() < wanted {
        let message = "not all that is to be left out is there; what an author did not make severable \
                       stays in the manifest";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut report = Report::new("suit");
    report.heading(format_args!("left out: {}", listed(&removed)));
    report.json("removed", json!(removed));
    finish(report, &envelope, &input, &arguments.output)
}

pub fn attach(arguments: &Attach) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let options = Options::default();
    let mut envelope = EnvelopeBuilder::parse(input.bytes(), &options, &mut RustCrypto)
        .map_err(|error| input.reject(error))?;
    let mut added = Vec::new();
    if let Some(path) = &arguments.from {
        let other = Input::read_binary(path)?;
        let refuse = |error: hexad_suit::Error| other.reject(error);
        let whole = Envelope::parse(other.bytes()).map_err(refuse)?;
        let here = Envelope::parse(input.bytes()).map_err(|error| input.reject(error))?;
        let missing = |label| here.severed_elements().all(|(there, _)| there != label);
        for (label, element) in whole.severed_elements().filter(|(label, _)| missing(*label)) {
            let content = element.cursor().byte_string();
            let content = content.map_err(|error| other.reject(error))?;
            let attached = envelope.attach(label, content.bytes(), &options, &mut RustCrypto);
            attached.map_err(refuse)?;
            added.push(name(label).to_owned());
        }
        for (uri, payload) in whole.integrated_payloads().iter() {
            if here.integrated_payloads().get(uri).is_none() {
                envelope.integrated_payload(uri, payload);
                added.push(uri.to_owned());
            }
        }
    }
    for (uri, path) in &arguments.payload {
        envelope.integrated_payload(uri, Input::read(path)?.bytes());
        added.push(uri.clone());
    }
    let mut report = Report::new("suit");
    report.heading(format_args!("put in: {}", listed(&added)));
    report.json("added", json!(added));
    finish(report, &envelope, &input, &arguments.output)
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
