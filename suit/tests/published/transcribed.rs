//! Every example of the drafts is written anew, value by value, and comes out byte for byte.

use std::path::Path;

use crate::common::from_hex;
use crate::drafts::example;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Alternative, CommandSequence, ComponentIndex, Operation};
use hexad_suit::parameter::Parameter;
use hexad_suit::{ComponentIdentifier, Envelope, Manifest, Severable};

fn segments(identifier: ComponentIdentifier<'_>) -> Vec<&[u8]> {
    identifier.segments().collect()
}

/// The same commands, given to the builder one after another.
fn transcribe(sequence: CommandSequence<'_>) -> Sequence {
    let mut made = Sequence::new();
    for command in sequence {
        made = match command.operation {
            Operation::Condition(condition, policy) => made.condition(condition, policy),
            Operation::Action(action, policy) => made.action(action, policy),
            Operation::SetComponentIndex(ComponentIndex::One(index)) => {
                made.set_component_index(index)
            }
            Operation::SetComponentIndex(ComponentIndex::List(list)) => {
                made.set_component_indices(&list.iter().collect::<Vec<_>>())
            }
            Operation::SetComponentIndex(ComponentIndex::All) => made.set_all_components(),
            Operation::OverrideParameters(parameters) => {
                made.override_parameters(&parameters.iter().collect::<Vec<_>>())
            }
            Operation::SetParameters(parameters) => {
                made.set_parameters(&parameters.iter().collect::<Vec<_>>())
            }
            Operation::OverrideMultiple(sets) => {
                let sets: Vec<(usize, Vec<Parameter<'_>>)> =
                    sets.iter().map(|(index, set)| (index, set.iter().collect())).collect();
                let sets: Vec<_> = sets.iter().map(|(index, set)| (*index, &set[..])).collect();
                made.override_multiple(&sets)
            }
            Operation::CopyParams(sources) => {
                let sources: Vec<(usize, Vec<i64>)> = sources
                    .iter()
                    .map(|(index, labels)| (index, labels.iter().collect()))
                    .collect();
                let sources: Vec<_> =
                    sources.iter().map(|(index, labels)| (*index, &labels[..])).collect();
                made.copy_params(&sources)
            }
            Operation::TryEach(alternatives) => {
                let (mut sequences, mut or_succeed) = (Vec::new(), false);
                for alternative in alternatives {
                    match alternative {
                        Alternative::Sequence(inner) => sequences.push(transcribe(inner)),
                        Alternative::Succeed => or_succeed = true,
                    }
                }
                made.try_each(&sequences, or_succeed)
            }
            Operation::RunSequence(inner) => made.run_sequence(&transcribe(inner)),
            Operation::Custom(argument) => made.custom(command.label, argument),
        }
        .unwrap();
    }
    made
}

/// A builder that was told all that the manifest says.
fn builder(manifest: &Manifest<'_>, envelope: &Envelope<'_>) -> ManifestBuilder {
    let mut made = ManifestBuilder::new(manifest.sequence_number());
    for component in manifest.components().iter() {
        made.component(&segments(component));
    }
    for dependency in manifest.dependencies().iter() {
        let prefix = dependency.prefix.map(segments);
        made.dependency(dependency.index, prefix.as_deref());
    }
    if let Some(identifier) = manifest.component_id() {
        made.component_id(&segments(identifier));
    }
    if let Some(version) = manifest.set_version() {
        made.set_version(&version.iter().collect::<Vec<_>>());
    }
    if let Some(uri) = manifest.reference_uri() {
        made.reference_uri(uri);
    }
    type Set = fn(&mut ManifestBuilder, Sequence) -> &mut ManifestBuilder;
    let present = |sequence: Option<_>| sequence.map_or(Severable::Absent, Severable::Present);
    let sequences: [(Set, Severable<'_, CommandSequence<'_>>); 9] = [
        (ManifestBuilder::shared_sequence, present(manifest.shared_sequence())),
        (ManifestBuilder::validate, present(manifest.validate())),
        (ManifestBuilder::load, present(manifest.load())),
        (ManifestBuilder::invoke, present(manifest.invoke())),
        (ManifestBuilder::uninstall, present(manifest.uninstall())),
        (ManifestBuilder::dependency_resolution, manifest.dependency_resolution()),
        (ManifestBuilder::payload_fetch, manifest.payload_fetch()),
        (ManifestBuilder::candidate_verification, manifest.candidate_verification()),
        (ManifestBuilder::install, manifest.install()),
    ];
    for (set, sequence) in sequences {
        if let Severable::Present(sequence) = sequence {
            set(&mut made, transcribe(sequence));
        }
    }
    if let Severable::Present(text) = manifest.text().unwrap() {
        for text in text.iter() {
            let place = |identifier| manifest.components().iter().position(|it| it == identifier);
            let component = text.component.map(|identifier| place(identifier).unwrap());
            made.text(text.language, component, text.label, text.text);
        }
    }
    if let Severable::Present(tag) = manifest.coswid() {
        made.coswid(tag.bytes());
    }
    for (label, _) in envelope.severed_elements() {
        made.sever(label);
    }
    made
}

fn rebuild(name: &str, vector: &[u8]) {
    let envelope = Envelope::parse(vector).unwrap();
    let manifest = envelope.unverified_manifest(&mut RustCrypto).unwrap();
    let mut made = builder(&manifest, &envelope).build(&mut RustCrypto).unwrap();
    assert_eq!(made.manifest().unwrap(), manifest.encoded().bytes(), "{name}: the manifest");
    for block in envelope.authentication().blocks() {
        made.add_block(block.encoded().bytes()).unwrap();
    }
    for (uri, payload) in envelope.integrated_payloads().iter() {
        made.integrated_payload(uri, payload);
    }
    assert_eq!(made.encode().unwrap(), vector, "{name}: the envelope");
}

/// Examples 0 to 5 of the manifest draft.
pub fn manifest_examples(folder: &Path) {
    for number in 0..6 {
        rebuild(&format!("example {number}"), &example(folder, number));
    }
}

/// The examples of a companion draft: envelopes in hexadecimal.
fn companion_examples(folder: &Path, names: &[&str]) {
    for name in names {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        rebuild(name, &from_hex(&text));
    }
}

/// The examples of the trust-domains draft.
pub fn trust_domain_examples(folder: &Path) {
    let names = ["example0_dependent.hex", "example1_process.hex", "example2_integrated.hex"];
    companion_examples(folder, &names);
}

/// The manifests of the firmware-encryption draft.
pub fn encryption_examples(folder: &Path) {
    let names = [
        "suit-manifest-aes-kw-content.hex.signed",
        "suit-manifest-aes-kw-slot.hex.signed",
        "suit-manifest-aes-kw.hex.signed",
        "suit-manifest-es-ecdh-content.hex.signed",
        "suit-manifest-es-ecdh-dependency.hex.signed",
    ];
    companion_examples(folder, &names);
}

/// draft-ietf-suit-update-management-14 gives the source of one example, which is example 1 of the
/// manifest draft but for how its author named things; what it says is written and read back.
pub fn update_management_example(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("example0.json")).unwrap();
    let source: serde_json::Value = serde_json::from_str(&text).unwrap();
    let component = &source["components"][0];
    let hex = |value: &serde_json::Value| from_hex(&value.as_str().unwrap().replace('-', ""));
    let digest = hex(&component["install-digest"]["digest-bytes"]);
    let digest = hexad_suit::digest::Digest::new(hexad_cose_core::HashAlgorithm::Sha256, &digest);
    let (vendor, class) = (hex(&component["vendor-id"]), hex(&component["class-id"]));
    let uri = component["uri"].as_str().unwrap();
    let made = crate::examples::example_1().build(&mut RustCrypto).unwrap();
    let manifest = Manifest::parse(made.manifest().unwrap()).unwrap();
    let parameters: Vec<_> = [manifest.shared_sequence(), manifest.install().present()]
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|command| match command.operation {
            Operation::OverrideParameters(parameters) => Some(parameters),
            _ => None,
        })
        .flatten()
        .collect();
    let expected = [
        Parameter::VendorIdentifier(hexad_suit::parameter::VendorIdentifier::Uuid(
            vendor[..].try_into().unwrap(),
        )),
        Parameter::ClassIdentifier(class[..].try_into().unwrap()),
        Parameter::ImageDigest(digest.unwrap()),
        Parameter::ImageSize(component["install-size"].as_u64().unwrap()),
        Parameter::Uri(uri),
    ];
    assert_eq!(parameters, expected);
    assert_eq!(manifest.sequence_number(), source["manifest-sequence-number"].as_u64().unwrap());
}
