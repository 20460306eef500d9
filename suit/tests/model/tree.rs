//! Manifests as owned trees, and how they are encoded.

use std::collections::BTreeMap;

use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Segments, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::Envelope;
use hexad_suit::builder::{ManifestBuilder, Sequence, version};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::labels::manifest as element;
use hexad_suit::parameter::{Parameter, VendorIdentifier};
use hexad_suit::version::{Comparison, VersionMatch};

/// A component identifier of one byte string.
pub type Id = u8;

/// The component that holds a dependency's envelope.
pub const ENVELOPE: Id = 9;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Set {
    Vendor(u8),
    /// The digest of these bytes.
    Digest(Vec<u8>),
    Size(u64),
    Slot(u64),
    Content(Vec<u8>),
    Uri(&'static str),
    Source(usize),
    Arguments(Vec<u8>),
    StrictOrder(bool),
    SoftFailure(bool),
    UseBefore(u64),
    Battery(u64),
    Priority(i64),
    Version(Comparison, Vec<i64>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    One(usize),
    List(Vec<usize>),
    All,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    Test(Condition),
    Act(Action),
    Select(Select),
    Override(Vec<Set>),
    SetIfUnset(Vec<Set>),
    OverrideMultiple(Vec<(usize, Vec<Set>)>),
    CopyParams(Vec<(usize, Vec<i64>)>),
    TryEach(Vec<Vec<Do>>, bool),
    Run(Vec<Do>),
}

/// A manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub components: Vec<Id>,
    /// Component indices with the manifests that the components are to hold.
    pub dependencies: Vec<(usize, Tree)>,
    pub shared: Vec<Do>,
    /// By label.
    pub sections: Vec<(i64, Vec<Do>)>,
}

pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    let digest = RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(bytes)).unwrap();
    digest.as_bytes().to_vec()
}

pub fn key() -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[7; 32]).unwrap()
}

/// The label of the parameter.
pub fn label(set: &Set) -> i64 {
    use hexad_suit::labels::parameter as label;
    match set {
        Set::Vendor(_) => label::VENDOR_IDENTIFIER,
        Set::Digest(_) => label::IMAGE_DIGEST,
        Set::Size(_) => label::IMAGE_SIZE,
        Set::Slot(_) => label::COMPONENT_SLOT,
        Set::Content(_) => label::CONTENT,
        Set::Uri(_) => label::URI,
        Set::Source(_) => label::SOURCE_COMPONENT,
        Set::Arguments(_) => label::INVOKE_ARGS,
        Set::StrictOrder(_) => label::STRICT_ORDER,
        Set::SoftFailure(_) => label::SOFT_FAILURE,
        Set::UseBefore(_) => label::USE_BEFORE,
        Set::Battery(_) => label::MINIMUM_BATTERY,
        Set::Priority(_) => label::UPDATE_PRIORITY,
        Set::Version(..) => label::VERSION,
    }
}

/// Hands the parameters to `take`, each once: the last of several with one label counts.
fn with_parameters<T>(sets: &[Set], take: impl FnOnce(&[Parameter<'_>]) -> T) -> T {
    let by_label: BTreeMap<i64, &Set> = sets.iter().map(|set| (label(set), set)).collect();
    let digests: Vec<_> = by_label
        .values()
        .map(|set| match set {
            Set::Digest(image) => sha256(image),
            Set::Vendor(byte) => vec![*byte; 16],
            Set::Version(_, numbers) => version(numbers).unwrap(),
            _ => Vec::new(),
        })
        .collect();
    let parameters: Vec<_> = by_label
        .values()
        .zip(&digests)
        .map(|(set, bytes)| match set {
            Set::Vendor(_) => {
                let uuid = bytes.as_slice().try_into().unwrap();
                Parameter::VendorIdentifier(VendorIdentifier::Uuid(uuid))
            }
            Set::Digest(_) => {
                Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, bytes).unwrap())
            }
            Set::Size(size) => Parameter::ImageSize(*size),
            Set::Slot(slot) => Parameter::ComponentSlot(*slot),
            Set::Content(content) => Parameter::Content(content),
            Set::Uri(uri) => Parameter::Uri(uri),
            Set::Source(index) => Parameter::SourceComponent(*index),
            Set::Arguments(arguments) => Parameter::InvokeArgs(arguments),
            Set::StrictOrder(strict) => Parameter::StrictOrder(*strict),
            Set::SoftFailure(soft) => Parameter::SoftFailure(*soft),
            Set::UseBefore(time) => Parameter::UseBefore(*time),
            Set::Battery(least) => Parameter::MinimumBattery(*least),
            Set::Priority(priority) => Parameter::UpdatePriority(*priority),
            Set::Version(comparison, _) => Parameter::Version(VersionMatch {
                comparison: *comparison,
                version: hexad_suit::version::Version::parse(bytes).unwrap(),
            }),
        })
        .collect();
    take(&parameters)
}

fn sequence(commands: &[Do]) -> Sequence {
    let policy = ReportingPolicy::default();
    let mut sequence = Sequence::new();
    for command in commands {
        sequence = match command {
            Do::Test(condition) => sequence.condition(*condition, policy),
            Do::Act(action) => sequence.action(*action, policy),
            Do::Select(Select::One(index)) => sequence.set_component_index(*index),
            Do::Select(Select::List(list)) => sequence.set_component_indices(list),
            Do::Select(Select::All) => sequence.set_all_components(),
            Do::Override(sets) => with_parameters(sets, |sets| sequence.override_parameters(sets)),
            Do::SetIfUnset(sets) => with_parameters(sets, |sets| sequence.set_parameters(sets)),
            Do::OverrideMultiple(sets) => override_multiple(sequence, sets, &mut Vec::new()),
            Do::CopyParams(sources) => {
                let sources: Vec<_> =
                    sources.iter().map(|(index, labels)| (*index, labels.as_slice())).collect();
                sequence.copy_params(&sources)
            }
            Do::TryEach(alternatives, nil) => {
                let alternatives: Vec<_> =
                    alternatives.iter().map(|one| self::sequence(one)).collect();
                sequence.try_each(&alternatives, *nil)
            }
            Do::Run(commands) => sequence.run_sequence(&self::sequence(commands)),
        }
        .unwrap();
    }
    sequence
}

/// Parameters borrow, so each component's are made inside the closure of the one before.
fn override_multiple(
    sequence: Sequence,
    sets: &[(usize, Vec<Set>)],
    done: &mut Vec<(usize, Vec<Parameter<'_>>)>,
) -> Result<Sequence, hexad_suit::Error> {
    match sets.split_first() {
        None => {
            let sets: Vec<_> = done.iter().map(|(index, sets)| (*index, sets.as_slice())).collect();
            sequence.override_multiple(&sets)
        }
        Some(((index, own), rest)) => with_parameters(own, |own| {
            let mut done = done.clone();
            done.push((*index, own.to_vec()));
            override_multiple(sequence, rest, &mut done)
        }),
    }
}

/// The sequences, with the digest of each dependency set for its component before everything else.
fn complete(tree: &Tree) -> Vec<Do> {
    let mut shared = Vec::new();
    for (index, dependency) in &tree.dependencies {
        let envelope = encode(dependency);
        let digest = Envelope::parse(&envelope).unwrap().encoded_manifest().bytes().to_vec();
        shared.push(Do::Select(Select::One(*index)));
        shared.push(Do::Override(vec![Set::Digest(digest), Set::Uri("#dependency")]));
    }
    shared.extend(tree.shared.iter().cloned());
    shared
}

/// The signed envelope of the manifest; it carries its first dependency.
pub fn encode(tree: &Tree) -> Vec<u8> {
    let mut manifest = ManifestBuilder::new(3);
    for id in &tree.components {
        manifest.component(&[&[*id]]);
    }
    for (index, _) in &tree.dependencies {
        manifest.dependency(*index, None);
    }
    let shared = complete(tree);
    if !shared.is_empty() {
        manifest.shared_sequence(sequence(&shared));
    }
    for (label, commands) in &tree.sections {
        let commands = sequence(commands);
        match *label {
            element::DEPENDENCY_RESOLUTION => manifest.dependency_resolution(commands),
            element::PAYLOAD_FETCH => manifest.payload_fetch(commands),
            element::CANDIDATE_VERIFICATION => manifest.candidate_verification(commands),
            element::INSTALL => manifest.install(commands),
            element::VALIDATE => manifest.validate(commands),
            element::LOAD => manifest.load(commands),
            element::INVOKE => manifest.invoke(commands),
            element::UNINSTALL => manifest.uninstall(commands),
            _ => unreachable!(),
        };
    }
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    envelope.sign(Sign1::builder(Algorithm::ESP256), &key(), &mut RustCrypto).unwrap();
    if let Some((_, dependency)) = tree.dependencies.first() {
        envelope.integrated_payload("#dependency", &encode(dependency));
    }
    envelope.encode().unwrap()
}

/// The shared sequence as it is encoded, for the machine.
pub fn shared_sequence(tree: &Tree) -> Vec<Do> {
    complete(tree)
}
