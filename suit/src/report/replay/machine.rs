//! The abstract machine as far as it matters for what is told.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::{Ended, Event, Replay, is_before_commands};
use crate::command::{
    Action, Alternative, Command, CommandSequence, ComponentIndex, Condition, Operation,
    ReportingPolicy, TryEach,
};
use crate::component::ComponentIdentifier;
use crate::inspect;
use crate::labels::{self, manifest as section, parameter};
use crate::manifest::Manifest;
use crate::parameter::{Parameter, Parameters};
use crate::platform::ManifestPath;
use crate::report::{Reason, ReportRecord};

/// The state of the abstract machine as far as it matters for what is told.
pub(super) struct Machine<'m, 'b, R: Iterator<Item = ReportRecord<'b>>> {
    /// The manifest that is being gone through, and the component indices that lead to it from the root.
    manifest: &'m Manifest<'m>,
    path: Vec<usize>,
    /// suit-dependency-prefix, where it is one.
    prefix: Option<ComponentIdentifier<'m>>,
    /// Manifests that others depend on, as far as they are known.
    dependencies: &'m [Manifest<'m>],
    records: core::iter::Peekable<R>,
    failure: Option<(i64, ReportRecord<'b>, Reason)>,
    /// By the component's identifier and the label.
    parameters: BTreeMap<(String, i64), Parameter<'m>>,
    section: i64,
    shared: bool,
    /// Where the sequence of the section begins in the manifest's input.
    start: usize,
    stopped: bool,
    replay: Replay,
}

/// Which components commands apply to, and whether a condition that fails is soft here.
#[derive(Clone)]
struct Scope {
    targets: Vec<usize>,
    soft: bool,
    /// Whether a soft failure leads on: to another alternative, or out of the sequence.
    escapes: bool,
    /// Whether the failure of this sequence is that of everything.
    outermost: bool,
    /// Where the sequence ends in the input, and where the last of the alternatives that it is one of.
    end: usize,
    last_end: usize,
}

impl Scope {
    /// Whether a condition that does not hold here ends everything.
    const fn is_fatal(&self) -> bool {
        self.outermost && !(self.soft && self.escapes)
    }
}

impl<'m, 'b, R: Iterator<Item = ReportRecord<'b>>> Machine<'m, 'b, R> {
    /// At the start, with these records left to use up.
    pub(super) fn new(
        manifest: &'m Manifest<'m>,
        dependencies: &'m [Manifest<'m>],
        records: R,
        failure: Option<(i64, ReportRecord<'b>, Reason)>,
        replay: Replay,
    ) -> Self {
        Self {
            manifest,
            path: Vec::new(),
            prefix: None,
            dependencies,
            records: records.peekable(),
            failure,
            parameters: BTreeMap::new(),
            section: 0,
            shared: false,
            start: 0,
            stopped: false,
            replay,
        }
    }

    /// Runs the sequence of this element, and the shared one before it, if the manifest has it and
    /// nothing has failed before.
    pub(super) fn run_section(&mut self, label: i64) {
        if self.stopped {
            return;
        }
        self.section = label;
        self.stopped |= !self.run_present_section();
    }

    /// Runs the present section of the present manifest; whether it succeeded.
    fn run_present_section(&mut self) -> bool {
        let Some(sequence) = self.manifest.section(self.section) else { return true };
        let count = self.manifest.common().component_count();
        let targets = if count == 1 { vec![0] } else { Vec::new() };
        for (shared, sequence) in [(true, self.manifest.shared_sequence()), (false, Some(sequence))]
        {
            let Some(sequence) = sequence else { continue };
            (self.shared, self.start) = (shared, sequence.encoded().offset());
            let end = end(sequence);
            let mut scope = Scope {
                targets: targets.clone(),
                soft: false,
                escapes: false,
                outermost: true,
                end,
                last_end: end,
            };
            if !self.run(sequence, &mut scope) {
                return false;
            }
        }
        true
    }

    /// Runs the present section of a dependency; whether it succeeded.
    fn run_dependency(&mut self, dependency: &'m Manifest<'m>, component: usize) -> bool {
        // Beyond suit-components the prefix is what names the component.
        let is_listed = component < self.manifest.components().len();
        let prefix = self.manifest.dependencies().get(component).and_then(|it| it.prefix);
        let around = (self.manifest, self.prefix, self.shared, self.start);
        self.manifest = dependency;
        self.prefix = prefix.filter(|_| is_listed).or(self.prefix);
        self.path.push(component);
        let succeeded = self.run_present_section();
        self.path.pop();
        (self.manifest, self.prefix, self.shared, self.start) = around;
        succeeded
    }

    /// The manifest that a component of this one holds, if it is among those that are known.
    fn dependency(&self, component: usize) -> Option<&'m Manifest<'m>> {
        let wanted = self.parameters.get(&self.key(component, parameter::IMAGE_DIGEST))?;
        let Parameter::ImageDigest(wanted) = wanted else { return None };
        let mut known =
            self.dependencies.iter().filter(|_| self.path.len() < ManifestPath::MAX_DEPTH);
        known.find(|manifest| manifest.digest() == Some(*wanted))
    }

    /// Tells of the records of a dependency that is not known; whether it ended everything.
    fn pass_over(&mut self, command: &Command<'_>, component: usize) -> bool {
        let mut path = self.path.clone();
        path.push(component);
        let is_inside = |record: &ReportRecord<'_>| {
            let mut indices = record.manifest_id().iter();
            path.iter().all(|index| indices.next() == Some(*index))
        };
        while let Some(record) = self.records.next_if(is_inside) {
            let text = format!(
                "in dependency {}: a record of section {}, byte {}",
                path_text(&record),
                record.section(),
                record.section_offset()
            );
            let event = self.event(command, component, Ended::Untold, text);
            self.replay.events.push(event);
        }
        self.failure.as_ref().is_some_and(|(_, record, _)| is_inside(record))
    }

    /// Runs a sequence; whether it succeeded.
    fn run(&mut self, sequence: CommandSequence<'m>, scope: &mut Scope) -> bool {
        for command in sequence {
            if let Operation::SetComponentIndex(index) = command.operation {
                scope.targets = match index {
                    ComponentIndex::One(index) => vec![index],
                    ComponentIndex::List(list) => list.iter().collect(),
                    ComponentIndex::All => (0..self.manifest.common().component_count()).collect(),
                };
                continue;
            }
            for component in scope.targets.clone() {
                if !self.apply(&command, component, scope) {
                    return false;
                }
                if self.stopped {
                    return false;
                }
            }
        }
        true
    }

    /// Carries a command out for a component; whether it succeeded.
    fn apply(&mut self, command: &Command<'m>, component: usize, scope: &mut Scope) -> bool {
        let failed_here = self.is_failure_at(command, component);
        match command.operation {
            Operation::OverrideParameters(parameters) => {
                self.set(component, parameters, true, scope);
            }
            Operation::SetParameters(parameters) => self.set(component, parameters, false, scope),
            Operation::OverrideMultiple(sets) => {
                for (index, parameters) in sets.iter() {
                    self.set(index, parameters, true, scope);
                }
            }
            Operation::CopyParams(sources) => {
                for (index, labels) in sources.iter() {
                    for label in labels.iter() {
                        let copied = self.parameters.get(&self.key(index, label)).copied();
                        if let Some(value) = copied {
                            self.parameters.insert(self.key(component, label), value);
                        }
                    }
                }
            }
            Operation::TryEach(alternatives) => {
                return self.try_each(alternatives, component, scope);
            }
            Operation::RunSequence(sequence) => {
                let mut inner = inside(sequence, component, false, scope);
                if self.run(sequence, &mut inner) {
                    if let [_] = scope.targets[..] {
                        scope.targets = inner.targets;
                    }
                    return true;
                }
                return inner.soft && !self.stopped;
            }
            Operation::Condition(condition, policy) => {
                let ended = self.condition(command, condition, policy, component, scope);
                self.tell(command, component, ended);
                return ended != Ended::Badly;
            }
            Operation::Action(Action::ProcessDependency, _)
                if self.manifest.dependencies().get(component).is_none() && !failed_here => {}
            Operation::Action(action, policy) => {
                let is_processed = action == Action::ProcessDependency && !failed_here;
                let inner = match self.dependency(component).filter(|_| is_processed) {
                    Some(dependency) => self.run_dependency(dependency, component),
                    None if matches!(action, Action::ProcessDependency | Action::Unlink) => {
                        !self.pass_over(command, component)
                    }
                    None => true,
                };
                let failed_here = failed_here || !inner;
                let recorded = self.take_record(command, component).is_some();
                if recorded && !failed_here && policy == ReportingPolicy::default() {
                    self.replay.contradictions.push(format!(
                        "{} at byte {} has a record that no policy asks for",
                        name(command),
                        command.offset
                    ));
                }
                let ended = if failed_here { Ended::Badly } else { Ended::Well };
                self.tell(command, component, ended);
                self.stopped |= failed_here;
                return !failed_here;
            }
            Operation::Custom(_) => {
                let recorded = self.take_record(command, component).is_some();
                let ended = if failed_here || recorded { Ended::Badly } else { Ended::Well };
                self.tell(command, component, ended);
                return ended == Ended::Well && !failed_here;
            }
            Operation::SetComponentIndex(_) => {}
        }
        self.stopped |= failed_here;
        !failed_here
    }

    fn try_each(&mut self, alternatives: TryEach<'m>, component: usize, scope: &mut Scope) -> bool {
        let mut or_succeed = false;
        let ends = alternatives.filter_map(|alternative| match alternative {
            Alternative::Sequence(sequence) => Some(end(sequence)),
            Alternative::Succeed => {
                or_succeed = true;
                None
            }
        });
        let last_end = ends.last().unwrap_or_default();
        for alternative in alternatives {
            let Alternative::Sequence(sequence) = alternative else { return true };
            let escapes = or_succeed || end(sequence) != last_end;
            let mut inner = Scope { last_end, escapes, ..inside(sequence, component, true, scope) };
            if self.run(sequence, &mut inner) {
                if let [_] = scope.targets[..] {
                    scope.targets = inner.targets;
                }
                return true;
            }
            if !inner.soft || self.stopped {
                return false;
            }
        }
        false
    }

    /// Whether a condition held, by what the report says.
    fn condition(
        &mut self,
        command: &Command<'m>,
        condition: Condition,
        policy: ReportingPolicy,
        component: usize,
        scope: &Scope,
    ) -> Ended {
        let last = self.is_failure_at(command, component);
        let Some(record) = self.take_record(command, component) else {
            // The failure that ended everything has its own record, in the result.
            self.stopped |= last;
            return if last || condition == Condition::Abort { Ended::Badly } else { Ended::Well };
        };
        if condition == Condition::Abort || last {
            self.stopped |= last;
            return Ended::Badly;
        }
        // What was measured settles it.
        if let Some(label) = measured(condition)
            && let Some(actual) = record.properties().get(label)
        {
            let expected = self.parameters.get(&self.key(component, label));
            return if expected == Some(&actual) { Ended::Well } else { Ended::Badly };
        }
        // Without a policy that wants success recorded, a record means failure.
        if !policy.contains(ReportingPolicy::RECORD_ON_SUCCESS) {
            return Ended::Badly;
        }
        if scope.is_fatal() {
            // A failure here would have ended everything, and the result would point here.
            return Ended::Well;
        }
        let next = self
            .records
            .peek()
            .map(|record| (record.manifest_id(), record.section(), record.section_offset()));
        let here = command.offset.saturating_sub(self.start);
        let end = scope.end.saturating_sub(self.start);
        let last_end = scope.last_end.saturating_sub(self.start);
        match next {
            Some((path, section, offset))
                if path.iter().eq(self.path.iter().copied()) && section == self.section_label() =>
            {
                match usize::try_from(offset).unwrap_or(usize::MAX) {
                    // Something after it in the same alternative ran, or something in the next one.
                    offset if (here..end).contains(&offset) => Ended::Well,
                    offset if (end..last_end).contains(&offset) => Ended::Badly,
                    _ => Ended::Untold,
                }
            }
            _ => Ended::Untold,
        }
    }

    fn set(
        &mut self,
        component: usize,
        parameters: Parameters<'m>,
        replace: bool,
        scope: &mut Scope,
    ) {
        for value in parameters {
            if let Parameter::SoftFailure(soft) = value {
                scope.soft = soft;
            }
            let key = self.key(component, value.label());
            if replace || !self.parameters.contains_key(&key) {
                self.parameters.insert(key, value);
            }
        }
    }

    /// The section as records name it.
    const fn section_label(&self) -> i64 {
        if self.shared { section::COMMON } else { self.section }
    }

    fn is_at(&self, record: &ReportRecord<'_>, command: &Command<'_>, component: usize) -> bool {
        let offset = u64::try_from(command.offset.saturating_sub(self.start)).ok();
        record.manifest_id().iter().eq(self.path.iter().copied())
            && record.section() == self.section_label()
            && Some(record.section_offset()) == offset
            && u64::try_from(component) == Ok(record.component_index())
    }

    /// Whether the report says that everything ended with this command.
    fn is_failure_at(&self, command: &Command<'_>, component: usize) -> bool {
        match &self.failure {
            Some((_, record, reason)) => {
                *reason != Reason::InvokePending && self.is_at(record, command, component)
            }
            None => false,
        }
    }

    /// Uses up the next record if it is of this command.
    fn take_record(&mut self, command: &Command<'_>, component: usize) -> Option<ReportRecord<'b>> {
        let next = *self.records.peek()?;
        if self.is_at(&next, command, component) { self.records.next() } else { None }
    }

    fn tell(&mut self, command: &Command<'_>, component: usize, ended: Ended) {
        let of = match self.identifier(component) {
            Some(identifier) => format!("component {component} {identifier}"),
            None => format!("component {component}"),
        };
        let what = name(command).trim_start_matches("suit-").to_owned();
        let ended_in_words = match (ended, Condition::from_label(command.label).is_some()) {
            (Ended::Well, true) => "holds",
            (Ended::Well, false) => "done",
            (Ended::Badly, true) => "does not hold",
            (Ended::Badly, false) => "failed",
            (Ended::Untold, _) => "recorded, but not how it ended",
        };
        let detail = detail_label(command.label)
            .and_then(|label| self.parameters.get(&self.key(component, label)))
            .map(|value| format!(" ({})", inspect::parameter_value(value)))
            .unwrap_or_default();
        let text = format!("{of}: {what}{detail}: {ended_in_words}");
        let event = self.event(command, component, ended, text);
        self.replay.events.push(event);
    }

    fn event(&self, command: &Command<'_>, component: usize, ended: Ended, text: String) -> Event {
        Event {
            manifest: self.path.clone(),
            section: self.section,
            shared: self.shared,
            offset: command.offset,
            command: command.label,
            component,
            ended,
            text,
        }
    }

    /// Under what a parameter of a component is kept: dependencies may have the same components.
    fn key(&self, component: usize, label: i64) -> (String, i64) {
        (self.identifier(component).unwrap_or_default(), label)
    }

    /// The component's identifier, in words.
    fn identifier(&self, component: usize) -> Option<String> {
        let identifier = self.manifest.common().component(component)?;
        let full = match self.prefix {
            Some(prefix) => identifier.behind(prefix)?,
            None => identifier,
        };
        Some(full.to_string())
    }

    /// What was told, with how it ended.
    pub(super) fn conclude(mut self) -> Replay {
        let unused = self.records.by_ref().count();
        if unused != 0 {
            self.replay.contradictions.push(format!(
                "{unused} records are for commands that were not reached, or that are none"
            ));
        }
        self.replay.conclusion = match self.failure {
            None => "the procedure succeeded".to_owned(),
            Some((code, record, reason)) => {
                if !self.stopped
                    && !is_before_commands(&self.failure)
                    && reason != Reason::InvokePending
                {
                    self.replay.contradictions.push(format!(
                        "no command is at byte {} of section {}, where the report says it ended",
                        record.section_offset(),
                        record.section()
                    ));
                }
                let of = labels::manifest_element_name(record.section()).unwrap_or("the manifest");
                let within = match record.manifest_id().is_root() {
                    true => String::new(),
                    false => format!(" of dependency {}", path_text(&record)),
                };
                format!(
                    "ended in {of}{within} at byte {}, component {}: {} (code {code})",
                    record.section_offset(),
                    record.component_index(),
                    reason.text()
                )
            }
        };
        self.replay
    }
}

/// The component indices that lead to the manifest of a record.
fn path_text(record: &ReportRecord<'_>) -> String {
    let indices: Vec<_> = record.manifest_id().iter().map(|index| index.to_string()).collect();
    indices.join("/")
}

/// The scope of a sequence that is nested for one component.
fn inside(sequence: CommandSequence<'_>, component: usize, soft: bool, around: &Scope) -> Scope {
    let end = end(sequence);
    Scope {
        targets: vec![component],
        soft,
        escapes: true,
        outermost: around.is_fatal(),
        end,
        last_end: end,
    }
}

/// Where a sequence ends in the input.
fn end(sequence: CommandSequence<'_>) -> usize {
    let encoded = sequence.encoded();
    encoded.offset().saturating_add(encoded.bytes().len())
}

/// The parameter that a condition compares with what it measures.
const fn measured(condition: Condition) -> Option<i64> {
    Some(match condition {
        Condition::VendorIdentifier => parameter::VENDOR_IDENTIFIER,
        Condition::ClassIdentifier => parameter::CLASS_IDENTIFIER,
        Condition::DeviceIdentifier => parameter::DEVICE_IDENTIFIER,
        Condition::ImageMatch | Condition::DependencyIntegrity => parameter::IMAGE_DIGEST,
        Condition::ComponentSlot => parameter::COMPONENT_SLOT,
        Condition::CheckContent => parameter::CONTENT,
        _ => return None,
    })
}

/// The parameter that says most about a command.
fn detail_label(command: i64) -> Option<i64> {
    if let Some(condition) = Condition::from_label(command) {
        return measured(condition);
    }
    Some(match Action::from_label(command)? {
        Action::Fetch => parameter::URI,
        Action::Copy | Action::Swap => parameter::SOURCE_COMPONENT,
        Action::Invoke => parameter::INVOKE_ARGS,
        Action::Write => parameter::CONTENT,
        Action::Wait => parameter::WAIT_INFO,
        _ => return None,
    })
}

fn name(command: &Command<'_>) -> String {
    labels::command_name(command.label)
        .map_or_else(|| format!("command {}", command.label), ToOwned::to_owned)
}
