//! What a manifest asks of a device that its capability report does not offer
//! (draft-ietf-suit-report-18, section 6).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hexad_cose_core::Message;
use hexad_cose_core::cbor::{Cursor, Raw, Type};

use super::{Finding, Level};
use crate::command::{Alternative, Command, CommandSequence, Operation};
use crate::envelope::Envelope;
use crate::labels::{self, manifest as element};
use crate::manifest::Manifest;
use crate::parameter::{Parameter, Parameters};
use crate::report::{CapabilityReport, Integers};

/// What the draft makes mandatory need not stand in a capability report (section 6); these commands and
/// parameters are REQUIRED by the conformance matrix (8.5).
const MANDATORY_COMMANDS: [i64; 6] = [1, 2, 3, 12, 20, 21];
const MANDATORY_PARAMETERS: [i64; 5] = [1, 2, 3, 14, 21];
/// Elements without which there is no manifest.
const MANDATORY_ELEMENTS: [i64; 3] = [1, 2, 3];
/// SHA-256 (section 10).
const MANDATORY_ALGORITHM: i64 = -16;

pub(super) fn check(
    envelope: &Envelope<'_>,
    manifest: &Manifest<'_>,
    target: &CapabilityReport<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut check = Check { target, findings };
    let digest = envelope.authentication().digest();
    check.algorithm(digest.algorithm().id(), digest.offset());
    blocks(envelope, &mut check);
    for component in manifest.components().iter() {
        if !target.has_component(component) {
            let message = format!("the device has no component {component}");
            check.missing("target-component", component.encoded().offset(), message);
        }
    }
    elements(manifest.encoded(), target.manifest(), "manifest", &mut check);
    let sections = [
        element::COMMON,
        element::DEPENDENCY_RESOLUTION,
        element::PAYLOAD_FETCH,
        element::CANDIDATE_VERIFICATION,
        element::INSTALL,
        element::VALIDATE,
        element::LOAD,
        element::INVOKE,
        element::UNINSTALL,
    ];
    for sequence in sections.into_iter().filter_map(|label| manifest.section(label)) {
        check.sequence(sequence);
    }
}

struct Check<'t, 'f> {
    target: &'t CapabilityReport<'t>,
    findings: &'f mut Vec<Finding>,
}

impl Check<'_, '_> {
    fn missing(&mut self, rule: &'static str, offset: usize, message: String) {
        self.findings.push(Finding {
            rule,
            level: Level::Error,
            offset,
            message,
            section: "6 of draft-ietf-suit-report-18",
            cure: "do without it, or make the manifest for other devices",
        });
    }

    fn algorithm(&mut self, algorithm: i64, offset: usize) {
        if algorithm != MANDATORY_ALGORITHM && !self.target.crypt_algos().contains(algorithm) {
            let message = format!("the device does not offer algorithm {algorithm}");
            self.missing("target-algorithm", offset, message);
        }
    }

    fn sequence(&mut self, sequence: CommandSequence<'_>) {
        for command in sequence {
            self.command(&command);
        }
    }

    /// A command with those inside it; how deep they are nested was limited when they were read.
    fn command(&mut self, command: &Command<'_>) {
        let offered = self.target.commands().contains(command.label);
        if !offered && !MANDATORY_COMMANDS.contains(&command.label) {
            let name = labels::command_name(command.label).unwrap_or("the custom command");
            let message = format!("the device does not offer {name} ({})", command.label);
            self.missing("target-command", command.offset, message);
        }
        match command.operation {
            Operation::OverrideParameters(set) | Operation::SetParameters(set) => {
                self.parameters(set);
            }
            Operation::OverrideMultiple(sets) => {
                sets.iter().for_each(|(_, set)| self.parameters(set));
            }
            Operation::RunSequence(inner) => self.sequence(inner),
            Operation::TryEach(alternatives) => {
                for alternative in alternatives {
                    if let Alternative::Sequence(inner) = alternative {
                        self.sequence(inner);
                    }
                }
            }
            _ => {}
        }
    }

    fn parameters(&mut self, set: Parameters<'_>) {
        let mut all = set.iter();
        loop {
            let offset = all.offset();
            let Some(parameter) = all.next() else { return };
            let label = parameter.label();
            if !self.target.parameters().contains(label) && !MANDATORY_PARAMETERS.contains(&label) {
                let name = labels::parameter_name(label).unwrap_or("the custom parameter");
                let message = format!("the device does not offer {name} ({label})");
                self.missing("target-parameter", offset, message);
            }
            if let Parameter::ImageDigest(digest) = parameter {
                self.algorithm(digest.algorithm().id(), digest.offset());
            }
        }
    }
}

/// The algorithms of signatures and tags: one block that the device can check is enough.
fn blocks(envelope: &Envelope<'_>, check: &mut Check<'_, '_>) {
    let mut algorithms = Vec::new();
    for block in envelope.authentication().blocks() {
        let encoded = block.encoded();
        match Message::parse_at(&mut encoded.cursor()) {
            Ok(Message::Sign(message)) => {
                algorithms.extend(message.signatures().filter_map(|it| it.headers().algorithm()));
            }
            Ok(Message::Sign1(message)) => algorithms.extend(message.headers().algorithm()),
            Ok(Message::Mac0(message)) => algorithms.extend(message.headers().algorithm()),
            Ok(Message::Mac(message)) => algorithms.extend(message.headers().algorithm()),
            _ => {}
        }
    }
    let offered = check.target.crypt_algos();
    if !algorithms.is_empty() && !algorithms.iter().any(|it| offered.contains(it.0)) {
        let named: Vec<_> = algorithms.iter().map(|it| format!("{it}")).collect();
        let message = format!("the device can check none of the signatures: {}", named.join(", "));
        check.missing("target-algorithm", envelope.authentication().payload().offset(), message);
    }
}

/// The keys of a map that the device does not offer, if it says which it does.
fn elements(map: Raw<'_>, offered: Option<Integers<'_>>, of: &str, check: &mut Check<'_, '_>) {
    let Some(offered) = offered else { return };
    let mut cursor: Cursor<'_> = map.cursor();
    let Ok(mut items) = cursor.map() else { return };
    while items.next(&mut cursor) == Ok(true) {
        if cursor.peek() != Ok(Type::Text)
            && let Ok(label) = cursor.clone().integer()
            && !offered.contains(label)
            && !MANDATORY_ELEMENTS.contains(&label)
        {
            let name = labels::manifest_element_name(label).unwrap_or("an element");
            let message = format!("the device does not offer {name} ({label}) in the {of}");
            check.missing("target-element", cursor.offset(), message);
        }
        if cursor.skip().is_err() || cursor.skip().is_err() {
            return;
        }
    }
}
