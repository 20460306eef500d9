//! A manifest's source in YAML or JSON, in the terms of the standard, and the envelope made of it.

mod command;
mod encrypted;
mod files;
mod node;
mod parameter;

use std::path::{Path, PathBuf};

use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::{EnvelopeBuilder, ManifestBuilder, Sequence};
use hexad_suit::command::ReportingPolicy;
use hexad_suit::digest::Digest;
use hexad_suit::labels::{self, component_text, manifest, text};
use serde_json::Value;

use command::Context;
use node::borrowed;

use crate::failure::Problem;

pub use files::Files;
pub use node::{Node, Outcome};
pub use parameter::{relative_oid, uuid};

/// What a source may have at its top.
const MEMBERS: [&str; 27] = [
    "candidate-verification",
    "components",
    "coswid",
    "delegation",
    "dependencies",
    "dependency-resolution",
    "digest-algorithm",
    "encrypted-payloads",
    "install",
    "integrated-dependencies",
    "integrated-payloads",
    "invoke",
    "load",
    "manifest-component-id",
    "manifest-sequence-number",
    "manifest-version",
    "mud",
    "payload-fetch",
    "reference-uri",
    "reporting-policy",
    "set-version",
    "sever",
    "shared-sequence",
    "text",
    "uninstall",
    "validate",
    "$schema",
];

/// Reads a source: JSON where it begins like that, else YAML.
pub fn parse(text: &str) -> Outcome<Value> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| Problem::of_json(text, &error));
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let offset = error.location().and_then(|place| {
            let lines = text
                .split_inclusive('\n')
                .take(usize::try_from(place.line()).ok()?.saturating_sub(1));
            let before: usize = lines.map(str::len).sum();
            Some(before.saturating_add(usize::try_from(place.column()).ok()?.saturating_sub(1)))
        });
        let message = error.to_string();
        let message = message.lines().next().unwrap_or("it is not YAML").to_owned();
        Problem { kind: "yaml".to_owned(), offset, message }
    })
}

/// Reads a definition in TOML.
pub fn parse_toml(text: &str) -> Outcome<Value> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map(|span| span.start);
        Problem { kind: "toml".to_owned(), offset, message: error.message().to_owned() }
    })
}

/// What is made from a source.
#[derive(Debug)]
pub struct Envelope {
    /// The envelope, which nobody has signed.
    pub envelope: EnvelopeBuilder,
    /// The ciphertexts of its encrypted payloads, and the files that they go to.
    pub ciphertexts: Vec<(PathBuf, Vec<u8>)>,
}

/// The envelope that a source describes; files are looked for in `folder`.
pub fn envelope(source: &Value, folder: &Path) -> Outcome<Envelope> {
    let root = Node::root(source);
    root.only(&MEMBERS)?;
    let mut files = Files::new(folder);
    if let Some(algorithm) = root.get("digest-algorithm") {
        files.hash = files::hash_algorithm(&algorithm)?;
    }
    if let Some(payloads) = root.get("encrypted-payloads") {
        files.encrypted = encrypted::encrypt_all(&payloads, &files)?;
    }
    if let Some(version) = root.get("manifest-version")
        && version.unsigned()? != 1
    {
        return Err(version.wrong("the manifest version is 1"));
    }
    let number = root.require("manifest-sequence-number")?.unsigned()?;
    let mut made = ManifestBuilder::new(number).with_digest_algorithm(files.hash);
    identifiers(&root, &mut made)?;
    let policy = match root.get("reporting-policy") {
        Some(policy) => command::reporting_policy(&policy)?,
        None => ReportingPolicy::RECORD_ON_FAILURE,
    };
    let context = Context { files: &files, policy };
    for (name, set) in SEQUENCES {
        if let Some(node) = root.get(name) {
            set(&mut made, command::sequence(&node, &context)?);
        }
    }
    texts(&root, &mut made)?;
    if let Some(tag) = root.get("coswid") {
        made.coswid(&files.bytes(&tag)?);
    }
    if let Some(mud) = root.get("mud") {
        mud.only(&["signer", "ski", "url"])?;
        let (algorithm, ski) = match mud.get("signer") {
            Some(signer) => files.thumbprint(&signer)?,
            None => files.digest(&mud.require("ski")?)?,
        };
        let ski = Digest::new(algorithm, &ski).map_err(|error| mud.refused(error))?;
        made.mud(mud.require("url")?.text()?, ski).map_err(|error| mud.refused(error))?;
    }
    if let Some(list) = root.get("sever") {
        for element in list.elements()? {
            made.sever(
                severable(element.text()?).ok_or_else(|| element.wrong("it can't be severed"))?,
            );
        }
    }
    let mut made = made.build(&mut RustCrypto).map_err(|error| root.refused(error))?;
    for name in ["integrated-payloads", "integrated-dependencies"] {
        let Some(payloads) = root.get(name) else { continue };
        for (uri, payload) in payloads.members()? {
            made.integrated_payload(uri, &files.bytes(&payload)?);
        }
    }
    if let Some(delegation) = root.get("delegation") {
        let mut chains = Vec::new();
        for chain in delegation.elements()? {
            let tokens = chain.elements()?.map(|token| files.bytes(&token));
            chains.push(tokens.collect::<Outcome<Vec<_>>>()?);
        }
        let chains: Vec<_> = chains.iter().map(|chain| borrowed(chain)).collect();
        let chains: Vec<_> = chains.iter().map(Vec::as_slice).collect();
        made.delegation(&chains).map_err(|error| delegation.refused(error))?;
    }
    let ciphertexts = files.encrypted.into_iter();
    let ciphertexts =
        ciphertexts.map(|(name, payload)| (folder.join(name), payload.ciphertext().to_vec()));
    Ok(Envelope { envelope: made, ciphertexts: ciphertexts.collect() })
}

type Set = fn(&mut ManifestBuilder, Sequence) -> &mut ManifestBuilder;

/// The sequences by their names.
const SEQUENCES: [(&str, Set); 9] = [
    ("shared-sequence", ManifestBuilder::shared_sequence),
    ("dependency-resolution", ManifestBuilder::dependency_resolution),
    ("payload-fetch", ManifestBuilder::payload_fetch),
    ("candidate-verification", ManifestBuilder::candidate_verification),
    ("install", ManifestBuilder::install),
    ("validate", ManifestBuilder::validate),
    ("load", ManifestBuilder::load),
    ("invoke", ManifestBuilder::invoke),
    ("uninstall", ManifestBuilder::uninstall),
];

/// Components, dependencies, and what else names the manifest and its parts.
fn identifiers(root: &Node<'_>, made: &mut ManifestBuilder) -> Outcome<()> {
    if let Some(components) = root.get("components") {
        for component in components.elements()? {
            made.component(&borrowed(&component.segments()?));
        }
    }
    if let Some(dependencies) = root.get("dependencies") {
        for dependency in dependencies.elements()? {
            dependency.only(&["index", "prefix"])?;
            let prefix = dependency.get("prefix").map(|prefix| prefix.segments()).transpose()?;
            let index = dependency.require("index")?.index()?;
            made.dependency(index, prefix.as_deref().map(borrowed).as_deref());
        }
    }
    if let Some(identifier) = root.get("manifest-component-id") {
        made.component_id(&borrowed(&identifier.segments()?));
    }
    if let Some(version) = root.get("set-version") {
        made.set_version(&version.integers()?);
    }
    if let Some(uri) = root.get("reference-uri") {
        made.reference_uri(uri.text()?);
    }
    Ok(())
}

/// `text`: by language, texts of the manifest, and under `components` those of components by index.
fn texts(root: &Node<'_>, made: &mut ManifestBuilder) -> Outcome<()> {
    let Some(all) = root.get("text") else { return Ok(()) };
    for (language, texts) in all.members()? {
        for (name, value) in texts.members()? {
            if name == "components" {
                for (index, texts) in value.members()? {
                    let component = texts.index_of(index)?;
                    for (name, value) in texts.members()? {
                        let label = text_label(name, &COMPONENT_TEXTS, &value)?;
                        made.text(language, Some(component), label, value.text()?);
                    }
                }
            } else {
                made.text(language, None, text_label(name, &TEXTS, &value)?, value.text()?);
            }
        }
    }
    Ok(())
}

/// Texts of a manifest.
const TEXTS: [(&str, i64); 4] = [
    ("manifest-description", text::MANIFEST_DESCRIPTION),
    ("update-description", text::UPDATE_DESCRIPTION),
    ("manifest-json-source", text::MANIFEST_JSON_SOURCE),
    ("manifest-yaml-source", text::MANIFEST_YAML_SOURCE),
];

/// Texts of a component.
const COMPONENT_TEXTS: [(&str, i64); 8] = [
    ("vendor-name", component_text::VENDOR_NAME),
    ("model-name", component_text::MODEL_NAME),
    ("vendor-domain", component_text::VENDOR_DOMAIN),
    ("model-info", component_text::MODEL_INFO),
    ("component-description", component_text::COMPONENT_DESCRIPTION),
    ("component-version", component_text::COMPONENT_VERSION),
    ("version-required", component_text::VERSION_REQUIRED),
    ("current-version", component_text::CURRENT_VERSION),
];

/// The label of a text: its name, or a negative number of the author's.
fn text_label(name: &str, known: &[(&str, i64)], node: &Node<'_>) -> Outcome<i64> {
    if let Ok(own @ ..=-1) = name.parse() {
        return Ok(own);
    }
    let bare = name.trim_start_matches("suit-text-");
    let found = known.iter().find(|(known, _)| *known == bare);
    found.map(|(_, label)| *label).ok_or_else(|| node.wrong("there is no such text"))
}

/// The label of a severable element by its name, with or without `suit-`.
pub fn severable(name: &str) -> Option<i64> {
    let severable = [
        manifest::COSWID,
        manifest::DEPENDENCY_RESOLUTION,
        manifest::PAYLOAD_FETCH,
        manifest::CANDIDATE_VERIFICATION,
        manifest::INSTALL,
        manifest::TEXT,
    ];
    severable.into_iter().find(|label| {
        let full = labels::manifest_element_name(*label).unwrap_or_default();
        full == name || full.trim_start_matches("suit-") == name
    })
}
