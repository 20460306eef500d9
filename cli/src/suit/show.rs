//! What an envelope and its manifest say, in a report.

use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::cbor::{Line, Vocabulary, outline};
use hexad_coswid::inspect::VOCABULARY as COSWID;
use hexad_suit::authentication::AuthenticationBlock;
use hexad_suit::command::{Alternative, CommandSequence, ComponentIndex, Operation};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{Parameter, Parameters, VendorIdentifier};
use hexad_suit::{ComponentIdentifier, Envelope, Error, Manifest, Severable, labels};
use serde_json::{Value, json};

use crate::arguments::shown;
use crate::input::hex;
use crate::report::{Report, outline_json};

/// How parameters are called.
static PARAMETER: Vocabulary =
    Vocabulary { label: labels::parameter_name, value: |_, _| None, inner: |_| None };

/// Who signed what, and for which components: what both commands tell.
pub fn summary(report: &mut Report, envelope: &Envelope<'_>, manifest: &Manifest<'_>) {
    let number = manifest.sequence_number();
    report.entry("sequence_number", "sequence number", number, number);
    let digest = envelope.authentication().digest();
    report.entry("digest", "manifest digest", digest_text(digest), digest_json(digest));

    let blocks: Vec<_> = envelope.authentication().blocks().collect();
    report.json("authentication", blocks.iter().map(block_json).collect::<Value>());
    for block in &blocks {
        report.pair("authentication", block_text(block));
    }
    for (index, component) in manifest.components().iter().enumerate() {
        report.pair(&format!("component {index}"), component_text(component));
    }
    let segments = |component: ComponentIdentifier<'_>| component.segments().map(hex).collect();
    let components: Vec<Value> = manifest.components().iter().map(segments).collect();
    report.json("components", components);

    match manifest.mud() {
        Some(mud) => {
            let value = json!({"url": mud.url(), "ski": digest_json(mud.ski())});
            report.entry("mud", "MUD URL", mud.url(), value);
            report.pair("MUD signer", digest_text(mud.ski()));
        }
        None => report.json("mud", json!(null)),
    }
    if let Some(uri) = manifest.reference_uri() {
        report.entry("reference_uri", "reference URI", uri, uri);
    }
}

/// All elements of a manifest, item by item.
pub fn contents(report: &mut Report, manifest: &Manifest<'_>) -> Result<(), Error> {
    let present = |sequence: Option<_>| sequence.map_or(Severable::Absent, Severable::Present);
    let sequences = [
        ("suit-shared-sequence", present(manifest.shared_sequence())),
        ("suit-payload-fetch", manifest.payload_fetch()),
        ("suit-install", manifest.install()),
        ("suit-validate", present(manifest.validate())),
        ("suit-load", present(manifest.load())),
        ("suit-invoke", present(manifest.invoke())),
    ];
    let mut severed = Vec::new();
    let mut shown = serde_json::Map::new();
    for (name, sequence) in sequences {
        match sequence {
            Severable::Absent => {}
            Severable::Severed(digest) => severed.push((name, digest)),
            Severable::Present(sequence) => {
                let mut lines = Vec::new();
                commands(sequence, 0, &mut lines)?;
                report.items(name, sequence.encoded().offset(), &lines);
                shown.insert(name.to_owned(), outline_json(&lines));
            }
        }
    }
    report.json("sequences", shown);

    match manifest.coswid() {
        Severable::Absent => {}
        Severable::Severed(digest) => severed.push(("suit-coswid", digest)),
        Severable::Present(tag) => {
            report.items("suit-coswid", tag.offset(), &outline(tag, Some(&COSWID))?);
            report.json("coswid", hex(tag.bytes()));
        }
    }
    match manifest.text() {
        Severable::Absent => {}
        Severable::Severed(digest) => severed.push(("suit-text", digest)),
        Severable::Present(text) => {
            let mut all = Vec::new();
            for text in text.iter() {
                let component = text.component.map(component_text);
                let of = component.as_deref().unwrap_or("manifest");
                let name = text_name(text.label, component.is_some());
                report.pair(&format!("{name} of {of} ({})", text.language), text.text);
                all.push(json!({
                    "language": text.language,
                    "component": component,
                    "label": text.label,
                    "text": text.text,
                }));
            }
            report.json("text", all);
        }
    }
    for (name, digest) in &severed {
        report.pair(name, format_args!("severed, {}", digest_text(*digest)));
    }
    report.json("severed", severed.iter().map(|(name, _)| *name).collect::<Vec<_>>());

    let mut payloads = Vec::new();
    for (uri, payload) in manifest.integrated_payloads().iter() {
        report.pair("integrated payload", format_args!("{uri}, {} bytes", payload.len()));
        payloads.push(json!({"uri": uri, "size": payload.len()}));
    }
    report.json("integrated_payloads", payloads);
    Ok(())
}

/// The commands of a sequence, with those inside them. How deep they are nested was limited when the
/// manifest was read.
fn commands(
    sequence: CommandSequence<'_>,
    depth: usize,
    lines: &mut Vec<Line>,
) -> Result<(), Error> {
    for command in sequence {
        let value = match command.operation {
            Operation::SetComponentIndex(ComponentIndex::One(index)) => index.to_string(),
            Operation::SetComponentIndex(ComponentIndex::List(list)) => {
                list.iter().map(|index| index.to_string()).collect::<Vec<_>>().join(", ")
            }
            Operation::SetComponentIndex(ComponentIndex::All) => "all".to_owned(),
            Operation::Custom(argument) => format!("{argument:?}"),
            _ => String::new(),
        };
        let name = labels::command_name(command.label);
        let name = name.map_or_else(|| format!("command {}", command.label), str::to_owned);
        lines.push(Line { depth, offset: command.offset, name, value });
        let inside = depth.saturating_add(1);
        match command.operation {
            Operation::OverrideParameters(set) => parameters(set, inside, lines)?,
            Operation::RunSequence(sequence) => commands(sequence, inside, lines)?,
            Operation::TryEach(alternatives) => {
                for (index, alternative) in alternatives.enumerate() {
                    let (value, offset) = match alternative {
                        Alternative::Sequence(sequence) => ("", sequence.encoded().offset()),
                        Alternative::Succeed => ("nil: succeed anyway", command.offset),
                    };
                    let (name, value) = (format!("alternative {index}"), value.to_owned());
                    lines.push(Line { depth: inside, offset, name, value });
                    if let Alternative::Sequence(sequence) = alternative {
                        commands(sequence, inside.saturating_add(1), lines)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The parameters of one command: where each stands from its encoding, what it says by its type.
fn parameters(
    set: Parameters<'_>,
    depth: usize,
    lines: &mut Vec<Line>,
) -> Result<(), hexad_cose_core::Error> {
    let outlined = outline(set.encoded(), Some(&PARAMETER))?;
    let entries = outlined.into_iter().filter(|line| line.depth == 1);
    for (line, parameter) in entries.zip(set.iter()) {
        let value = match parameter {
            Parameter::VendorIdentifier(VendorIdentifier::Uuid(uuid))
            | Parameter::ClassIdentifier(uuid)
            | Parameter::DeviceIdentifier(uuid) => uuid_text(uuid),
            Parameter::ImageDigest(digest) => digest_text(digest),
            _ => line.value,
        };
        lines.push(Line { depth, value, ..line });
    }
    Ok(())
}

fn block_text(block: &AuthenticationBlock<'_>) -> String {
    let (name, headers) = match block {
        AuthenticationBlock::Sign1(message) => ("COSE_Sign1", message.headers()),
        AuthenticationBlock::Mac0(message) => ("COSE_Mac0", message.headers()),
        AuthenticationBlock::Sign(_) => return "COSE_Sign, not offered".to_owned(),
        AuthenticationBlock::Mac(_) => return "COSE_Mac, not offered".to_owned(),
        _ => return "of a kind not offered".to_owned(),
    };
    let algorithm = headers.algorithm().map(|it| format!(", {it}")).unwrap_or_default();
    let kid = headers.kid().map(|kid| format!(", kid {}", shown(kid))).unwrap_or_default();
    format!("{name}{algorithm}{kid}")
}

fn block_json(block: &AuthenticationBlock<'_>) -> Value {
    let (kind, headers) = match block {
        AuthenticationBlock::Sign1(message) => ("sign1", Some(message.headers())),
        AuthenticationBlock::Mac0(message) => ("mac0", Some(message.headers())),
        AuthenticationBlock::Sign(_) => ("sign", None),
        AuthenticationBlock::Mac(_) => ("mac", None),
        _ => ("other", None),
    };
    let algorithm = headers.and_then(|headers| headers.algorithm()).map(|it| it.0);
    let kid = headers.and_then(|headers| headers.kid()).map(hex);
    json!({"type": kind, "alg": algorithm, "kid": kid})
}

/// A component identifier: text segments as text, others in hexadecimal.
fn component_text(component: ComponentIdentifier<'_>) -> String {
    component.segments().map(shown).collect::<Vec<_>>().join("/")
}

fn digest_text(digest: Digest<'_>) -> String {
    let name = match digest.algorithm() {
        HashAlgorithm::Sha256 => "SHA-256",
        HashAlgorithm::Sha384 => "SHA-384",
        HashAlgorithm::Sha512 => "SHA-512",
        _ => "digest",
    };
    format!("{name} {}", hex(digest.bytes()))
}

fn digest_json(digest: Digest<'_>) -> Value {
    json!({"alg": digest.algorithm().id(), "value": hex(digest.bytes())})
}

fn uuid_text(uuid: &[u8; 16]) -> String {
    let digits = hex(uuid);
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// The name of a text (section 8.4.4 of the draft).
fn text_name(label: i64, of_component: bool) -> String {
    use labels::{component_text as component, text};
    let name = match (of_component, label) {
        (false, text::MANIFEST_DESCRIPTION) => "manifest description",
        (false, text::UPDATE_DESCRIPTION) => "update description",
        (false, text::MANIFEST_JSON_SOURCE) => "manifest JSON source",
        (false, text::MANIFEST_YAML_SOURCE) => "manifest YAML source",
        (true, component::VENDOR_NAME) => "vendor name",
        (true, component::MODEL_NAME) => "model name",
        (true, component::VENDOR_DOMAIN) => "vendor domain",
        (true, component::MODEL_INFO) => "model info",
        (true, component::COMPONENT_DESCRIPTION) => "component description",
        (true, component::COMPONENT_VERSION) => "component version",
        (true, component::VERSION_REQUIRED) => "version required",
        (true, component::CURRENT_VERSION) => "current version",
        _ => return format!("text {label}"),
    };
    name.to_owned()
}
