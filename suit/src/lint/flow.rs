//! What follows from the order of commands: parameters that are not set, images that nothing checks.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Fetched, Finding, Level};
use crate::command::{
    Action, Alternative, Command, CommandSequence, ComponentIndex, Condition, Operation,
};
use crate::labels::{self, parameter};
use crate::manifest::Manifest;
use crate::parameter::{Parameter, Parameters};
use crate::processor::Procedure;

/// Checks both procedures; what integrated payloads they fetch.
pub(super) fn check<'m>(
    manifest: &'m Manifest<'m>,
    findings: &mut Vec<Finding>,
) -> Vec<Fetched<'m>> {
    let mut walk = Walk { manifest, findings, fetched: Vec::new(), used: BTreeSet::new() };
    for procedure in [Procedure::Update, Procedure::Invoke] {
        let mut state = State::default();
        for label in procedure.sections() {
            let Some(sequence) = manifest.section(*label) else { continue };
            for sequence in [manifest.shared_sequence(), Some(sequence)].into_iter().flatten() {
                walk.begins_with_index(sequence);
                let count = manifest.common().component_count();
                state.targets = if count == 1 { vec![0] } else { Vec::new() };
                walk.sequence(sequence, &mut state);
            }
        }
        walk.unverified(&state);
    }
    if let Some(sequence) = manifest.uninstall() {
        walk.begins_with_index(sequence);
        walk.sequence(sequence, &mut State::default());
    }
    walk.unused();
    walk.fetched
}

/// What is known when a command runs, on the way that led there.
#[derive(Clone, Debug, Default)]
struct State<'m> {
    targets: Vec<usize>,
    /// By component and label.
    parameters: BTreeMap<(usize, i64), Parameter<'m>>,
    /// Components that were written to, and where, and not checked since.
    written: BTreeMap<usize, (usize, i64)>,
    /// Components whose image was checked in this procedure.
    checked: BTreeSet<usize>,
}

impl<'m> State<'m> {
    /// What holds whichever way was taken: what is checked on both, what is written on one.
    fn merge(&mut self, other: Self) {
        self.checked.retain(|component| other.checked.contains(component));
        self.written.extend(other.written);
        // A parameter that only one way sets may still be set; no reproach for that.
        for (key, value) in other.parameters {
            self.parameters.entry(key).or_insert(value);
        }
        self.targets = other.targets;
    }
}

struct Walk<'m, 'f> {
    manifest: &'m Manifest<'m>,
    findings: &'f mut Vec<Finding>,
    fetched: Vec<Fetched<'m>>,
    /// Components that commands refer to.
    used: BTreeSet<usize>,
}

impl<'m> Walk<'m, '_> {
    fn report(
        &mut self,
        rule: &'static str,
        level: Level,
        offset: usize,
        message: String,
        section: &'static str,
        cure: &'static str,
    ) {
        self.findings.push(Finding { rule, level, offset, message, section, cure });
    }

    /// 6.2: with several components, every sequence begins with set-component-index.
    fn begins_with_index(&mut self, sequence: CommandSequence<'m>) {
        let Some(first) = sequence.iter().next() else { return };
        let is_index = matches!(first.operation, Operation::SetComponentIndex(_));
        if self.manifest.common().component_count() > 1
            && !is_index
            && !matches!(first.operation, Operation::OverrideMultiple(_))
        {
            self.report(
                "no-component-index",
                Level::Error,
                first.offset,
                "with several components a sequence begins with set-component-index".to_owned(),
                "6.2",
                "say first which component is meant",
            );
        }
    }

    fn sequence(&mut self, sequence: CommandSequence<'m>, state: &mut State<'m>) {
        for command in sequence {
            if let Operation::SetComponentIndex(index) = command.operation {
                state.targets = match index {
                    ComponentIndex::One(index) => vec![index],
                    ComponentIndex::List(list) => list.iter().collect(),
                    ComponentIndex::All => (0..self.manifest.common().component_count()).collect(),
                };
                continue;
            }
            for component in state.targets.clone() {
                self.used.insert(component);
                self.command(&command, component, state);
            }
        }
    }

    fn command(&mut self, command: &Command<'m>, component: usize, state: &mut State<'m>) {
        match command.operation {
            Operation::OverrideParameters(set) | Operation::SetParameters(set) => {
                self.set(component, set, state);
            }
            Operation::OverrideMultiple(sets) => {
                for (index, set) in sets.iter() {
                    self.used.insert(index);
                    self.set(index, set, state);
                }
            }
            Operation::CopyParams(sources) => {
                for (index, labels) in sources.iter() {
                    for label in labels.iter() {
                        if let Some(value) = state.parameters.get(&(index, label)).copied() {
                            state.parameters.insert((component, label), value);
                        }
                    }
                }
            }
            Operation::RunSequence(inner) => {
                let targets = state.targets.clone();
                state.targets = vec![component];
                self.sequence(inner, state);
                if targets.len() > 1 {
                    state.targets = targets;
                }
            }
            Operation::TryEach(alternatives) => {
                let before = State { targets: vec![component], ..state.clone() };
                let mut merged: Option<State<'m>> = None;
                for alternative in alternatives {
                    let mut way = before.clone();
                    if let Alternative::Sequence(inner) = alternative {
                        self.sequence(inner, &mut way);
                    }
                    match &mut merged {
                        Some(merged) => merged.merge(way),
                        None => merged = Some(way),
                    }
                }
                let targets = core::mem::take(&mut state.targets);
                if let Some(merged) = merged {
                    *state = merged;
                }
                if targets.len() > 1 {
                    state.targets = targets;
                }
            }
            Operation::Condition(condition, _) => {
                self.condition(command, condition, component, state);
            }
            Operation::Action(action, _) => self.action(command, action, component, state),
            Operation::Custom(_) => {
                if command.label >= -256 {
                    self.report(
                        "custom-label",
                        Level::Warning,
                        command.offset,
                        format!(
                            "the custom command {} lies in the range that IANA assigns",
                            command.label
                        ),
                        "8.4.11",
                        "give it a number below -256",
                    );
                }
                // What a command of the device's maker does is not known; it may write.
                state.checked.remove(&component);
                state.written.entry(component).or_insert((command.offset, command.label));
            }
            Operation::SetComponentIndex(_) => {}
        }
    }

    fn set(&mut self, component: usize, set: Parameters<'m>, state: &mut State<'m>) {
        for value in set {
            if let Parameter::SourceComponent(source) = value {
                self.used.insert(source);
            }
            state.parameters.insert((component, value.label()), value);
        }
    }

    fn condition(
        &mut self,
        command: &Command<'m>,
        condition: Condition,
        component: usize,
        state: &mut State<'m>,
    ) {
        let needs = match condition {
            Condition::VendorIdentifier => parameter::VENDOR_IDENTIFIER,
            Condition::ClassIdentifier => parameter::CLASS_IDENTIFIER,
            Condition::DeviceIdentifier => parameter::DEVICE_IDENTIFIER,
            Condition::ImageMatch | Condition::ImageNotMatch | Condition::DependencyIntegrity => {
                parameter::IMAGE_DIGEST
            }
            Condition::ComponentSlot => parameter::COMPONENT_SLOT,
            Condition::CheckContent => parameter::CONTENT,
            Condition::UseBefore => parameter::USE_BEFORE,
            Condition::MinimumBattery => parameter::MINIMUM_BATTERY,
            Condition::UpdateAuthorized => parameter::UPDATE_PRIORITY,
            Condition::Version => parameter::VERSION,
            Condition::Abort | Condition::IsDependency => 0,
        };
        self.needs(command, needs, component, state);
        if matches!(
            condition,
            Condition::ImageMatch | Condition::CheckContent | Condition::DependencyIntegrity
        ) {
            state.written.remove(&component);
            state.checked.insert(component);
        }
    }

    fn action(
        &mut self,
        command: &Command<'m>,
        action: Action,
        component: usize,
        state: &mut State<'m>,
    ) {
        let needs = match action {
            Action::Fetch => parameter::URI,
            Action::Copy | Action::Swap => parameter::SOURCE_COMPONENT,
            Action::Write => parameter::CONTENT,
            Action::Wait => parameter::WAIT_INFO,
            Action::Invoke | Action::ProcessDependency | Action::Unlink => 0,
        };
        self.needs(command, needs, component, state);
        match action {
            Action::Fetch | Action::Copy => self.stored(command, action, component, state),
            Action::Swap => {
                state.written.insert(component, (command.offset, command.label));
                if let Some(Parameter::SourceComponent(source)) =
                    state.parameters.get(&(component, parameter::SOURCE_COMPONENT)).copied()
                {
                    state.checked.remove(&source);
                }
                state.checked.remove(&component);
            }
            // Content that the manifest carries is as good as its signature.
            Action::Write => drop(state.written.remove(&component)),
            Action::Invoke if !state.checked.contains(&component) => self.report(
                "invoke-unchecked",
                Level::Error,
                command.offset,
                format!("component {component} is invoked and its image not checked before"),
                "7.2",
                "check image-match of it in suit-validate, or in suit-load after it was copied",
            ),
            Action::ProcessDependency if !state.checked.contains(&component) => self.report(
                "dependency-unchecked",
                Level::Warning,
                command.offset,
                format!("dependency {component} is processed and its integrity not checked before"),
                "5.6.4 of draft-ietf-suit-trust-domains",
                "check dependency-integrity of it in the same procedure",
            ),
            Action::Invoke | Action::ProcessDependency | Action::Unlink | Action::Wait => {}
        }
    }

    /// A payload or an image that goes into a component.
    fn stored(
        &mut self,
        command: &Command<'m>,
        action: Action,
        component: usize,
        state: &mut State<'m>,
    ) {
        let get = |label| state.parameters.get(&(component, label)).copied();
        let size = match get(parameter::IMAGE_SIZE) {
            Some(Parameter::ImageSize(size)) => Some(size),
            _ => None,
        };
        let digest = match get(parameter::IMAGE_DIGEST) {
            Some(Parameter::ImageDigest(digest)) => Some(digest),
            _ => None,
        };
        if let (Action::Fetch, Some(Parameter::Uri(uri))) = (action, get(parameter::URI))
            && get(parameter::ENCRYPTION_INFO).is_none()
        {
            let dependencies = self.manifest.dependencies();
            self.fetched.push(Fetched {
                uri,
                offset: command.offset,
                digest,
                size,
                is_dependency: dependencies.get(component).is_some(),
            });
        }
        if size.is_none() && action == Action::Fetch {
            self.report(
                "unbounded-fetch",
                Level::Error,
                command.offset,
                format!("nothing says how large the payload for component {component} may be"),
                "8.4.8 (suit-parameter-image-size)",
                "set image-size before, so that the device can refuse what does not fit",
            );
        }
        state.checked.remove(&component);
        state.written.insert(component, (command.offset, command.label));
    }

    /// Says that a parameter has to be set for the component.
    fn needs(&mut self, command: &Command<'m>, label: i64, component: usize, state: &State<'m>) {
        if label == 0 || state.parameters.contains_key(&(component, label)) {
            return;
        }
        let what = labels::command_name(command.label).unwrap_or_default();
        let needed = labels::parameter_name(label).unwrap_or_default();
        self.report(
            "missing-parameter",
            Level::Error,
            command.offset,
            format!("{what} needs {needed}, which nothing has set for component {component}"),
            "8.4.8",
            "set it before, in this sequence or in the shared one",
        );
    }

    /// Components that were written to in a procedure and never checked after that.
    fn unverified(&mut self, state: &State<'m>) {
        for (component, (offset, label)) in &state.written {
            let what = labels::command_name(*label).unwrap_or("a custom command");
            self.report(
                "no-image-match",
                Level::Error,
                *offset,
                format!("what {what} stores in component {component} is never checked"),
                "7.3 and 7.4",
                "check image-match after it, of the same component",
            );
        }
    }

    fn unused(&mut self) {
        for (index, component) in self.manifest.components().iter().enumerate() {
            if !self.used.contains(&index) && !self.has_severed() {
                self.report(
                    "component-unused",
                    Level::Warning,
                    component.encoded().offset(),
                    format!("no command refers to component {index}"),
                    "8.4.5",
                    "leave it out",
                );
            }
        }
    }

    /// Whether a sequence is not at hand, so that nobody knows what it refers to.
    fn has_severed(&self) -> bool {
        use crate::manifest::Severable::Severed;
        matches!(self.manifest.install(), Severed(_))
            || matches!(self.manifest.payload_fetch(), Severed(_))
            || matches!(self.manifest.dependency_resolution(), Severed(_))
            || matches!(self.manifest.candidate_verification(), Severed(_))
    }
}
