//! `hexad suit report`: what a device decided, from its report and the manifest.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hexad_cose_core::cbor::Cursor;
use hexad_cose_core::{Encrypt0, Expect, Message};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::report::replay::{Ended, replay};
use hexad_suit::report::{Entry, Report as SuitReport};
use hexad_suit::{Envelope, Error, Manifest, Procedure, inspect, labels};
use serde_json::json;

use super::show::component_text;
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::keys::{CONTENTS, KeyFile, MACS, SIGNATURES};
use crate::report::Report;

#[derive(Args, Debug)]
pub struct ReportArguments {
    /// SUIT_Report, bare, in a COSE_Sign1 or COSE_Mac0, or encrypted; `-` is standard input
    file: PathBuf,
    /// The envelope that the report is about
    #[arg(short, long, value_name = "FILE")]
    manifest: PathBuf,
    /// The envelope of a manifest that it depends on; may stand several times. Those that an envelope
    /// carries are known
    #[arg(long, value_name = "FILE")]
    dependency: Vec<PathBuf>,
    /// The device's key, which has to have made the COSE_Sign1 or COSE_Mac0
    #[arg(short, long)]
    key: Option<PathBuf>,
    /// The key of a COSE_Encrypt0, in a COSE_Sign1 or COSE_Mac0 or by itself
    #[arg(long, value_name = "KEY")]
    decryption_key: Option<PathBuf>,
    /// What the device did, which its report need not tell
    #[arg(long, value_enum)]
    procedure: Option<Wanted>,
    /// Freshness that the report has to have, in hexadecimal
    #[arg(long, value_name = "HEX", value_parser = crate::arguments::hexadecimal)]
    nonce: Option<crate::arguments::Bytes>,
}

/// Which procedure a report is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// Install
    Update,
    /// Boot
    Invoke,
    /// Remove
    Uninstall,
}

impl Wanted {
    const fn procedure(self) -> Procedure {
        match self {
            Self::Update => Procedure::Update,
            Self::Invoke => Procedure::Invoke,
            Self::Uninstall => Procedure::Uninstall,
        }
    }
}

pub fn run(arguments: &ReportArguments) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let update = Input::read_binary(&arguments.manifest)?;
    let refuse = |error: Error| update.reject(error);
    let envelope = Envelope::parse(update.bytes()).map_err(refuse)?;
    let manifest = envelope.unverified_manifest(&mut RustCrypto).map_err(refuse)?;
    let mut shown = Report::new("suit-report");
    let file = arguments.key.as_deref().map(KeyFile::read).transpose()?;
    let mut bytes = match &file {
        Some(file) => {
            let payload = verified_payload(&input, file)?;
            shown.accepted("SUIT report verified");
            payload
        }
        None => {
            shown.unproven("SUIT report: nobody has vouched for it");
            input.bytes().to_vec()
        }
    };
    if let Some(path) = &arguments.decryption_key {
        bytes = decrypted(&input, &bytes, &KeyFile::read(path)?)?;
    }
    let report = SuitReport::parse(&bytes).map_err(|error| input.reject(error))?;
    shown.json("verified", file.is_some());
    let reference = report.reference();
    if reference.digest != envelope.authentication().digest() {
        let message = "the report is about another manifest: its digest differs";
        return Err(input.reject(Problem::at(
            "other-manifest",
            reference.digest.offset(),
            message,
        )));
    }
    if let Some(nonce) = &arguments.nonce
        && report.nonce() != Some(nonce.as_slice())
    {
        let message = "the report does not have this nonce";
        return Err(input.reject(Problem::at("nonce", 0, message)));
    }
    if !reference.uri.is_empty() {
        shown.entry("uri", "reference URI", reference.uri, reference.uri);
    }
    if let Some(nonce) = report.nonce() {
        shown.entry("nonce", "nonce", hex(nonce), hex(nonce));
    }
    let files = arguments.dependency.iter().map(|path| Input::read_binary(path));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let mut dependencies = Vec::new();
    for file in &files {
        let envelope = Envelope::parse(file.bytes()).map_err(|error| file.reject(error))?;
        let read = envelope.unverified_manifest(&mut RustCrypto);
        dependencies.push(read.map_err(|error| file.reject(error))?);
    }
    add_carried(&manifest, &mut dependencies);
    let procedure = arguments.procedure.map(Wanted::procedure);
    let told = replay(&report, &manifest, &dependencies, procedure);
    let mut events = Vec::new();
    for event in &told.events {
        let of = labels::manifest_element_name(event.section).unwrap_or("sequence");
        let shared = if event.shared { ", shared sequence" } else { "" };
        let path: Vec<_> = event.manifest.iter().map(usize::to_string).collect();
        let within = match path.is_empty() {
            true => String::new(),
            false => format!("dependency {}, ", path.join("/")),
        };
        shown.line(format_args!("{:>8}  {within}{of}{shared}: {}", event.offset, event.text));
        events.push(json!({
            "manifest": event.manifest,
            "section": event.section,
            "shared": event.shared,
            "offset": event.offset,
            "command": event.command,
            "component": event.component,
            "ended": match event.ended {
                Ended::Well => "well",
                Ended::Badly => "badly",
                Ended::Untold => "untold",
            },
            "text": event.text,
        }));
    }
    shown.json("events", events);
    properties(&mut shown, &report);
    shown.entry("conclusion", "conclusion", &told.conclusion, told.conclusion.clone());
    shown.json("success", report.result().is_ok());
    shown.json("contradictions", json!(told.contradictions));
    if let Some(first) = told.contradictions.first() {
        for contradiction in &told.contradictions {
            shown.unproven(contradiction);
        }
        let message = format!("the report does not fit the manifest: {first}");
        shown.refuse(input.reject(Problem::at("contradiction", 0, message)));
    }
    Ok(shown)
}

/// Adds the manifests of envelopes that `manifest` carries, and that those in `all` do.
fn add_carried<'b>(manifest: &Manifest<'b>, all: &mut Vec<Manifest<'b>>) {
    let carried = |manifest: &Manifest<'b>| -> Vec<_> {
        let payloads = manifest.integrated_payloads();
        let envelopes = payloads.iter().filter_map(|(_, bytes)| Envelope::parse(bytes).ok());
        envelopes.filter_map(|it| it.unverified_manifest(&mut RustCrypto).ok()).collect()
    };
    all.extend(carried(manifest));
    // It ends, since an envelope is larger than one that it carries.
    let mut place = 0;
    while let Some(next) = all.get(place).map(carried) {
        all.extend(next);
        place = place.saturating_add(1);
    }
}

/// What was measured of components, and what the device can do.
fn properties(shown: &mut Report, report: &SuitReport<'_>) {
    let mut all = Vec::new();
    for entry in report.entries() {
        let Entry::SystemProperties(claims) = entry else { continue };
        let component = component_text(claims.component());
        for value in claims.properties().iter() {
            let name = labels::parameter_name(value.label()).unwrap_or("parameter");
            let text = inspect::parameter_value(&value);
            shown.pair(&format!("{component}: {name}"), &text);
            all.push(json!({"component": component, "label": value.label(), "value": text}));
        }
    }
    shown.json("system_properties", all);
    let Some(capabilities) = report.capabilities() else { return };
    let list = |integers: hexad_suit::report::Integers<'_>| integers.iter().collect::<Vec<_>>();
    let components: Vec<_> = capabilities
        .components()
        .map(|capability| {
            let segments = capability.segments().map(crate::arguments::shown);
            let any = capability.is_prefix().then(|| "*".to_owned());
            segments.chain(any).collect::<Vec<_>>().join("/")
        })
        .collect();
    shown.pair("components that the device has", components.join(", "));
    let names = |labels: Vec<i64>, name: fn(i64) -> Option<&'static str>| {
        let text = |label: &i64| name(*label).map_or_else(|| label.to_string(), str::to_owned);
        labels.iter().map(text).collect::<Vec<_>>().join(", ")
    };
    shown.pair("commands", names(list(capabilities.commands()), labels::command_name));
    shown.pair("parameters", names(list(capabilities.parameters()), labels::parameter_name));
    let value = json!({
        "components": components,
        "commands": list(capabilities.commands()),
        "parameters": list(capabilities.parameters()),
        "crypt_algos": list(capabilities.crypt_algos()),
        "envelope": capabilities.envelope().map(list),
        "manifest": capabilities.manifest().map(list),
        "common": capabilities.common().map(list),
        "text": capabilities.text().map(list),
        "text_component": capabilities.text_component().map(list),
        "dependency": capabilities.dependency().map(list),
    });
    shown.json("capabilities", value);
}

/// What the device has signed, or put a tag on.
fn verified_payload(input: &Input, file: &KeyFile) -> Result<Vec<u8>, Failure> {
    let key = file.key()?;
    let refuse = |error: hexad_cose_core::Error| input.reject(error);
    match Message::parse(input.bytes()).map_err(refuse)? {
        Message::Sign1(message) => {
            let check = message.check(&key, Expect::any(SIGNATURES), &mut RustCrypto);
            let verified = check.and_then(|check| check.run(&mut RustCrypto)).map_err(refuse)?;
            Ok(verified.payload().to_vec())
        }
        Message::Mac0(message) => {
            let secret = key.secret().map_err(|error| file.reject(error))?;
            let verified = message.verify(&secret, Expect::any(MACS), &mut RustCrypto);
            Ok(verified.map_err(refuse)?.payload().to_vec())
        }
        _ => {
            let message = "a report is signed in a COSE_Sign1, or has a tag in a COSE_Mac0";
            Err(input.reject(Problem::at("unexpected-message", 0, message)))
        }
    }
}

/// The plaintext of a COSE_Encrypt0. The draft's text has the report in it, and its CDDL the report in a
/// byte string: both are taken.
fn decrypted(input: &Input, message: &[u8], file: &KeyFile) -> Result<Vec<u8>, Failure> {
    let refuse = |error: hexad_cose_core::Error| input.reject(error);
    let key = file.key()?;
    let secret = key.secret().map_err(|error| file.reject(error))?;
    let message = Encrypt0::parse(message).map_err(refuse)?;
    let mut buffer = vec![0; input.bytes().len()];
    let expect = Expect::any(CONTENTS);
    let opened = message.decrypt(&secret, expect, &mut buffer, &mut RustCrypto).map_err(refuse)?;
    let plaintext: &[u8] = &opened;
    let wrapped = Cursor::new(plaintext).byte_string();
    Ok(wrapped.map_or_else(|_| plaintext.to_vec(), |inner| inner.bytes().to_vec()))
}
