//! What an envelope and its manifest say, in a report.

use hexad_cose_core::cbor::{Line, outline};
use hexad_cose_core::{Algorithm, Headers, Message};
use hexad_coswid::inspect::VOCABULARY as COSWID;
use hexad_suit::authentication::AuthenticationBlock;
use hexad_suit::command::CommandSequence;
use hexad_suit::digest::Digest;
use hexad_suit::text::TextMap;
use hexad_suit::{ComponentIdentifier, Envelope, Error, Manifest, Severable, inspect, labels};
use serde_json::{Value, json};

use crate::arguments::shown;
use crate::input::hex;
use crate::report::{Report, outline_json};

/// Who signed what, and for which components: what both commands tell.
pub fn summary(
    report: &mut Report,
    envelope: &Envelope<'_>,
    manifest: &Manifest<'_>,
) -> Result<(), Error> {
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

    match manifest.mud()? {
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
    // Not shown here, but nothing that is malformed passes.
    manifest.text().map(drop)
}

/// A part of an envelope: what it is called, where it stands, and what is in it.
struct Section {
    name: &'static str,
    offset: usize,
    lines: Vec<Line>,
}

/// All elements of a manifest, item by item, in the order in which they stand in the envelope.
pub fn contents(report: &mut Report, manifest: &Manifest<'_>) -> Result<(), Error> {
    let mut sections = vec![common(manifest)];
    let mut severed = Vec::new();
    let mut shown = serde_json::Map::new();
    for (name, sequence) in sequences(manifest) {
        match sequence {
            Severable::Absent => {}
            Severable::Severed(digest) => severed.push((name, digest)),
            Severable::Present(sequence) => {
                let lines = inspect::commands(sequence);
                shown.insert(name.to_owned(), outline_json(&lines));
                sections.push(Section { name, offset: sequence.encoded().offset(), lines });
            }
        }
    }
    report.json("sequences", shown);
    match manifest.coswid() {
        Severable::Absent => {}
        Severable::Severed(digest) => severed.push(("suit-coswid", digest)),
        Severable::Present(tag) => {
            let lines = outline(tag, Some(&COSWID))?;
            sections.push(Section { name: "suit-coswid", offset: tag.offset(), lines });
            report.json("coswid", hex(tag.bytes()));
        }
    }
    sections.sort_by_key(|section| section.offset);
    for Section { name, offset, lines } in &sections {
        report.items(name, *offset, lines);
    }
    let tree = |section: &Section| {
        let Section { name, offset, lines } = section;
        json!({"name": name, "offset": offset, "value": "", "children": tree(lines)})
    };
    report.json("tree", sections.iter().map(tree).collect::<Value>());
    texts(report, manifest.text()?, &mut severed);
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

/// The sequences of a manifest by their names, in the order in which they can run.
pub fn sequences<'b>(
    manifest: &Manifest<'b>,
) -> [(&'static str, Severable<'b, CommandSequence<'b>>); 9] {
    let present = |sequence: Option<_>| sequence.map_or(Severable::Absent, Severable::Present);
    [
        ("suit-shared-sequence", present(manifest.shared_sequence())),
        ("suit-dependency-resolution", manifest.dependency_resolution()),
        ("suit-payload-fetch", manifest.payload_fetch()),
        ("suit-candidate-verification", manifest.candidate_verification()),
        ("suit-install", manifest.install()),
        ("suit-validate", present(manifest.validate())),
        ("suit-load", present(manifest.load())),
        ("suit-invoke", present(manifest.invoke())),
        ("suit-uninstall", present(manifest.uninstall())),
    ]
}

/// What stands in the manifest and in suit-common beside sequences.
fn common(manifest: &Manifest<'_>) -> Section {
    let mut lines = Vec::new();
    let mut add = |offset, name: String, value: String| {
        lines.push(Line { depth: 0, offset, name, value });
    };
    let start = manifest.encoded().offset();
    add(start, "suit-manifest-sequence-number".to_owned(), manifest.sequence_number().to_string());
    for (index, component) in manifest.components().iter().enumerate() {
        add(component.encoded().offset(), format!("component {index}"), component_text(component));
    }
    for dependency in manifest.dependencies().iter() {
        let offset = dependency.prefix.map_or(start, |prefix| prefix.encoded().offset());
        let prefix = dependency.prefix.map(component_text).unwrap_or_default();
        add(offset, format!("dependency {}", dependency.index), prefix);
    }
    if let Some(identifier) = manifest.component_id() {
        let name = "suit-manifest-component-id".to_owned();
        add(identifier.encoded().offset(), name, component_text(identifier));
    }
    if let Some(version) = manifest.set_version() {
        let numbers: Vec<_> = version.iter().map(|number| number.to_string()).collect();
        add(version.encoded().offset(), "suit-set-version".to_owned(), numbers.join("."));
    }
    lines.sort_by_key(|line| line.offset);
    Section { name: "suit-manifest", offset: start, lines }
}

/// The lines of an outline as objects that hold those further in.
fn tree(lines: &[Line]) -> Value {
    let mut nodes = Vec::new();
    let mut rest = lines;
    while let Some((first, after)) = rest.split_first() {
        let inside = after.iter().take_while(|line| line.depth > first.depth).count();
        let (children, following) = after.split_at(inside);
        let Line { offset, name, value, .. } = first;
        nodes.push(json!({
            "name": name,
            "offset": offset,
            "value": value,
            "children": tree(children),
        }));
        rest = following;
    }
    Value::Array(nodes)
}

/// suit-text, by language and component.
fn texts<'b>(
    report: &mut Report,
    text: Severable<'b, TextMap<'b>>,
    severed: &mut Vec<(&'static str, Digest<'b>)>,
) {
    match text {
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
}

/// What a block says of who made it: the kind of the message, and an algorithm and a key identifier for
/// each signer.
type Maker<'b> = (Option<Algorithm>, Option<&'b [u8]>);

fn makers<'b>(block: &AuthenticationBlock<'b>) -> (&'static str, &'static str, Vec<Maker<'b>>) {
    let one = |headers: &Headers<'b>| vec![(headers.algorithm(), headers.kid())];
    let (name, kind) = match block {
        AuthenticationBlock::Sign1(_) => ("COSE_Sign1", "sign1"),
        AuthenticationBlock::Sign(_) => ("COSE_Sign", "sign"),
        AuthenticationBlock::Mac0(_) => ("COSE_Mac0", "mac0"),
        AuthenticationBlock::Mac(_) => ("COSE_Mac", "mac"),
        _ => ("a block of another kind", "other"),
    };
    let makers = match Message::parse_at(&mut block.encoded().cursor()) {
        Ok(Message::Sign1(message)) => one(message.headers()),
        Ok(Message::Mac0(message)) => one(message.headers()),
        Ok(Message::Mac(message)) => one(message.headers()),
        Ok(Message::Sign(message)) => {
            let signers = message.signatures();
            signers.map(|it| (it.headers().algorithm(), it.headers().kid())).collect()
        }
        _ => Vec::new(),
    };
    (name, kind, makers)
}

fn block_text(block: &AuthenticationBlock<'_>) -> String {
    let (name, _, makers) = makers(block);
    let mut text = name.to_owned();
    for (algorithm, kid) in makers {
        text += &algorithm.map(|it| format!(", {it}")).unwrap_or_default();
        text += &kid.map(|kid| format!(", kid {}", shown(kid))).unwrap_or_default();
    }
    text
}

fn block_json(block: &AuthenticationBlock<'_>) -> Value {
    let (_, kind, makers) = makers(block);
    let maker = |(algorithm, kid): &Maker<'_>| json!({"alg": algorithm.map(|it| it.0), "kid": kid.map(hex)});
    let (algorithm, kid) = makers.first().copied().unwrap_or_default();
    let signers: Value = makers.iter().map(maker).collect();
    json!({
        "type": kind,
        "alg": algorithm.map(|it| it.0),
        "kid": kid.map(hex),
        "signers": signers,
    })
}

/// A component identifier: text segments as text, others in hexadecimal.
pub fn component_text(component: ComponentIdentifier<'_>) -> String {
    component.segments().map(shown).collect::<Vec<_>>().join("/")
}

pub fn digest_text(digest: Digest<'_>) -> String {
    let name = inspect::hash_name(digest.algorithm());
    format!("{name} {}", hex(digest.bytes()))
}

fn digest_json(digest: Digest<'_>) -> Value {
    json!({"alg": digest.algorithm().id(), "value": hex(digest.bytes())})
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
