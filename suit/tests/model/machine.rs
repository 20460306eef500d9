//! The abstract machine (manifest draft, 6.4, with trust domains, 5, and update management, 5), written
//! to be read beside the drafts: recursion, owned values, one component at a time.

use std::collections::{BTreeMap, BTreeSet};

use hexad_suit::ErrorKind;
use hexad_suit::Procedure;
use hexad_suit::command::{Action, Condition};
use hexad_suit::labels::{manifest as element, parameter};
use hexad_suit::version::Comparison;

use super::tree::{Do, ENVELOPE, Id, Select, Set, Tree, encode, label, shared_sequence};
use super::world::{self, World};

/// How a command did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// A condition does not hold: the sequence ends, softly or not.
    Condition(ErrorKind),
    /// Everything ends.
    Abort(ErrorKind),
}

type Flow = Result<(), Stop>;

/// Whether a sequence may set the component index (6.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Free,
    First,
    Fixed,
}

/// What belongs to one sequence.
#[derive(Clone, Debug)]
struct Scope {
    selection: Option<Select>,
    rule: Rule,
    strict_order: bool,
    soft_failure: Option<bool>,
}

impl Scope {
    fn new(selection: Option<Select>, rule: Rule, soft_failure: Option<bool>) -> Self {
        Self { selection, rule, strict_order: true, soft_failure }
    }
}

/// A value, with the manifest that has set it: indices count there.
type Value = (Set, Vec<Id>);

pub struct Machine {
    pub world: World,
    parameters: BTreeMap<Id, BTreeMap<i64, Value>>,
    /// The components that were written and read while the order does not matter.
    roles: (BTreeSet<Id>, BTreeSet<Id>),
    /// How many of the sequences around have set strict-order to false.
    loose: usize,
    /// Dependencies that were checked, by dependent and component.
    checked: BTreeSet<(Vec<Id>, Id)>,
    /// Dependencies whose section was run, by dependent and component.
    run: BTreeSet<(Vec<Id>, Id)>,
    /// The manifests that are being run.
    running: Vec<Vec<Id>>,
}

/// Manifests are told apart by their components, which differ in this test.
fn name(tree: &Tree) -> Vec<Id> {
    tree.components.clone()
}

impl Machine {
    pub fn new(world: World) -> Self {
        Self {
            world,
            parameters: BTreeMap::new(),
            roles: Default::default(),
            loose: 0,
            checked: BTreeSet::new(),
            run: BTreeSet::new(),
            running: Vec::new(),
        }
    }

    /// Runs the procedure.
    pub fn procedure(&mut self, root: &Tree, procedure: Procedure) -> Result<(), ErrorKind> {
        for section in procedure.sections() {
            match self.manifest(root, *section) {
                Ok(()) => {}
                Err(Stop::Condition(kind) | Stop::Abort(kind)) => return Err(kind),
            }
        }
        Ok(())
    }

    /// Runs a section of a manifest, if it has it, behind its shared sequence.
    fn manifest(&mut self, tree: &Tree, section: i64) -> Flow {
        let Some((_, commands)) = tree.sections.iter().find(|(label, _)| *label == section) else {
            return Ok(());
        };
        self.run.retain(|(dependent, _)| *dependent != name(tree));
        self.running.push(name(tree));
        let ended = self.both_sequences(tree, section, commands);
        self.running.pop();
        ended?;
        // "At the end of each section in the dependent: The corresponding section in each Dependency
        // has been executed, if present."
        for (index, dependency) in &tree.dependencies {
            let pair = (name(tree), tree.components[*index]);
            let has_section = dependency.sections.iter().any(|(label, _)| *label == section);
            if has_section && self.checked.contains(&pair) && !self.run.contains(&pair) {
                return Err(Stop::Abort(ErrorKind::DependencyNotProcessed));
            }
        }
        Ok(())
    }

    /// The shared sequence, then that of the section, each with a component index of its own.
    fn both_sequences(&mut self, tree: &Tree, section: i64, commands: &[Do]) -> Flow {
        let selection = (tree.components.len() == 1).then_some(Select::One(0));
        for sequence in [&shared_sequence(tree)[..], commands] {
            let scope = Scope::new(selection.clone(), Rule::Free, None);
            let loose = self.loose;
            let ended = self.sequence(tree, section, sequence, scope);
            self.loose = loose;
            ended?;
        }
        Ok(())
    }

    /// Runs a sequence; the scope as it is at the end.
    fn sequence(
        &mut self,
        tree: &Tree,
        section: i64,
        commands: &[Do],
        mut scope: Scope,
    ) -> Result<Scope, Stop> {
        for command in commands {
            match command {
                Do::Select(select) => {
                    self.select(&mut scope, select.clone())?;
                    continue;
                }
                Do::OverrideMultiple(sets) => {
                    // A map: in the order of its keys.
                    let sets: BTreeMap<_, _> = sets.iter().cloned().collect();
                    for (index, sets) in sets {
                        self.set(tree, &mut scope, tree.components[index], &sets, true)?;
                        self.select(&mut scope, Select::One(index))?;
                    }
                    continue;
                }
                _ => {}
            }
            if scope.rule == Rule::First {
                return Err(Stop::Abort(ErrorKind::StrictOrder));
            }
            let indices = match scope.selection.clone() {
                None => return Err(Stop::Abort(ErrorKind::NoComponentIndex)),
                Some(Select::One(index)) => vec![index],
                Some(Select::List(list)) => list,
                Some(Select::All) => (0..tree.components.len()).collect(),
            };
            let everything = scope.selection == Some(Select::All);
            for index in indices {
                let is_dependency = tree.dependencies.iter().any(|(other, _)| *other == index);
                if *command == Do::Act(Action::ProcessDependency) && everything && !is_dependency {
                    continue;
                }
                self.command(tree, section, command, &mut scope, index)?;
            }
        }
        Ok(scope)
    }

    fn select(&mut self, scope: &mut Scope, select: Select) -> Flow {
        match scope.rule {
            Rule::Free => {}
            Rule::First => scope.rule = Rule::Fixed,
            Rule::Fixed => return Err(Stop::Abort(ErrorKind::StrictOrder)),
        }
        scope.selection = Some(select);
        Ok(())
    }

    /// One command on one component.
    fn command(
        &mut self,
        tree: &Tree,
        section: i64,
        command: &Do,
        scope: &mut Scope,
        index: usize,
    ) -> Flow {
        let id = tree.components[index];
        match command {
            Do::Test(condition) => self.test(tree, *condition, index),
            Do::Act(action) => self.act(tree, section, *action, index),
            Do::Override(sets) => self.set(tree, scope, id, sets, true),
            Do::SetIfUnset(sets) => self.set(tree, scope, id, sets, false),
            Do::CopyParams(sources) => {
                let sources: BTreeMap<_, _> = sources.iter().cloned().collect();
                for (source, labels) in sources {
                    for label in labels {
                        let held = self.parameters.get(&tree.components[source]);
                        let value = held.and_then(|held| held.get(&label)).cloned();
                        let missing = Stop::Abort(ErrorKind::MissingParameter(label));
                        self.parameters.entry(id).or_default().insert(label, value.ok_or(missing)?);
                    }
                }
                Ok(())
            }
            Do::Run(commands) => {
                let rule = match scope.rule {
                    Rule::Fixed => Rule::Fixed,
                    _ if scope.strict_order => Rule::Free,
                    _ if matches!(scope.selection, Some(Select::One(_))) => Rule::First,
                    _ => Rule::Fixed,
                };
                let inner = Scope::new(Some(Select::One(index)), rule, Some(false));
                self.nested(tree, section, commands, inner, scope).map(|_| ())
            }
            Do::TryEach(alternatives, nil) => {
                let rule = if scope.rule == Rule::Fixed { Rule::Fixed } else { Rule::Free };
                let mut last = None;
                for commands in alternatives {
                    let inner = Scope::new(Some(Select::One(index)), rule, Some(true));
                    match self.nested(tree, section, commands, inner, scope)? {
                        None => return Ok(()),
                        Some(kind) => last = Some(kind),
                    }
                }
                if *nil { Ok(()) } else { Err(Stop::Condition(last.unwrap())) }
            }
            Do::Select(_) | Do::OverrideMultiple(_) => unreachable!(),
        }
    }

    /// A sequence inside another. When it fails softly, the condition that failed.
    fn nested(
        &mut self,
        tree: &Tree,
        section: i64,
        commands: &[Do],
        inner: Scope,
        around: &mut Scope,
    ) -> Result<Option<ErrorKind>, Stop> {
        let loose = self.loose;
        // What soft-failure is when the sequence fails decides, so it is kept outside of it.
        let soft = std::cell::Cell::new(inner.soft_failure == Some(true));
        let ended = self.watched(tree, section, commands, inner, &soft);
        self.loose = loose;
        match ended {
            Ok(inner) => {
                if matches!(around.selection, Some(Select::One(_))) && inner.rule == Rule::Free {
                    around.selection = inner.selection;
                }
                Ok(None)
            }
            Err(Stop::Condition(kind)) if soft.get() => Ok(Some(kind)),
            Err(stop) => Err(stop),
        }
    }

    /// As [`sequence`](Self::sequence), command by command, with soft-failure as it was last set.
    fn watched(
        &mut self,
        tree: &Tree,
        section: i64,
        commands: &[Do],
        mut scope: Scope,
        soft: &std::cell::Cell<bool>,
    ) -> Result<Scope, Stop> {
        for command in commands {
            scope = self.sequence(tree, section, std::slice::from_ref(command), scope)?;
            soft.set(scope.soft_failure == Some(true));
        }
        Ok(scope)
    }

    fn set(&mut self, tree: &Tree, scope: &mut Scope, id: Id, sets: &[Set], replace: bool) -> Flow {
        let was_loose = self.loose > 0;
        // A map: in the order of its keys, the last of several with one key.
        let sets: BTreeMap<_, _> = sets.iter().map(|set| (label(set), set.clone())).collect();
        for (label, set) in sets {
            match set {
                Set::StrictOrder(strict) => {
                    match (scope.strict_order, strict) {
                        (true, false) => self.loose += 1,
                        (false, true) => self.loose -= 1,
                        _ => {}
                    }
                    scope.strict_order = strict;
                }
                Set::SoftFailure(soft) => match &mut scope.soft_failure {
                    Some(held) => *held = soft,
                    None => return Err(Stop::Abort(ErrorKind::SoftFailureScope)),
                },
                set => {
                    let held = self.parameters.entry(id).or_default();
                    if replace || !held.contains_key(&label) {
                        held.insert(label, (set, name(tree)));
                    }
                }
            }
        }
        if !was_loose {
            self.roles = Default::default();
        }
        Ok(())
    }

    fn get(&self, id: Id, label: i64) -> Option<Value> {
        self.parameters.get(&id)?.get(&label).cloned()
    }

    fn size(&self, id: Id) -> Option<u64> {
        match self.get(id, parameter::IMAGE_SIZE) {
            Some((Set::Size(size), _)) => Some(size),
            _ => None,
        }
    }

    fn test(&mut self, tree: &Tree, condition: Condition, index: usize) -> Flow {
        let id = tree.components[index];
        let failed = Err(Stop::Condition(ErrorKind::ConditionFailed(condition.label())));
        let missing = |label| Stop::Condition(ErrorKind::MissingParameter(label));
        let needs = |label| self.get(id, label).map(|(set, _)| set).ok_or(missing(label));
        let held = self.world.content(id);
        let dependency = tree.dependencies.iter().find(|(other, _)| *other == index);
        let holds = match condition {
            Condition::VendorIdentifier => {
                needs(parameter::VENDOR_IDENTIFIER)? == Set::Vendor(world::VENDOR)
            }
            Condition::ComponentSlot => needs(parameter::COMPONENT_SLOT)? == Set::Slot(world::SLOT),
            Condition::Abort => false,
            Condition::IsDependency => dependency.is_some(),
            Condition::CheckContent => needs(parameter::CONTENT)? == Set::Content(held),
            Condition::UseBefore => {
                matches!(needs(parameter::USE_BEFORE)?, Set::UseBefore(time) if world::NOW < time)
            }
            Condition::MinimumBattery => {
                matches!(needs(parameter::MINIMUM_BATTERY)?, Set::Battery(least) if world::BATTERY >= least)
            }
            Condition::UpdateAuthorized => {
                matches!(needs(parameter::UPDATE_PRIORITY)?, Set::Priority(own) if own <= world::PRIORITY)
            }
            Condition::Version => match needs(parameter::VERSION)? {
                Set::Version(comparison, numbers) => {
                    // As many numbers as the manifest has, those that are missing being zero.
                    let mut own = world::VERSION.to_vec();
                    own.resize(numbers.len(), 0);
                    match comparison {
                        Comparison::Greater => own > numbers,
                        Comparison::GreaterEqual => own >= numbers,
                        Comparison::Equal => own == numbers,
                        Comparison::LesserEqual => own <= numbers,
                        Comparison::Lesser => own < numbers,
                    }
                }
                _ => false,
            },
            Condition::DependencyIntegrity | Condition::ImageMatch | Condition::ImageNotMatch
                if dependency.is_some() =>
            {
                return self.look_into(tree, condition, index);
            }
            Condition::DependencyIntegrity => return Err(Stop::Abort(ErrorKind::NotADependency)),
            Condition::ImageMatch | Condition::ImageNotMatch => {
                let Set::Digest(image) = needs(parameter::IMAGE_DIGEST)? else { unreachable!() };
                let length = u64::try_from(held.len()).unwrap();
                let matches = held == image && self.size(id).is_none_or(|size| size == length);
                matches == (condition == Condition::ImageMatch)
            }
            // Not made up by the test: like the vendor's.
            Condition::ClassIdentifier | Condition::DeviceIdentifier => unreachable!(),
        };
        if holds { Ok(()) } else { failed }
    }

    /// Whether a dependency is in its component, signed, and the one that is depended on.
    fn look_into(&mut self, tree: &Tree, condition: Condition, index: usize) -> Flow {
        let id = tree.components[index];
        let abort = condition == Condition::DependencyIntegrity;
        let kind = ErrorKind::ConditionFailed(condition.label());
        let stop = |kind| if abort { Stop::Abort(kind) } else { Stop::Condition(kind) };
        let (_, dependency) = tree.dependencies.iter().find(|(other, _)| *other == index).unwrap();
        self.present(tree, index)?;
        let matches = match self.get(id, parameter::IMAGE_DIGEST) {
            Some((Set::Digest(manifest), _)) => {
                let envelope = encode(dependency);
                let envelope = hexad_suit::Envelope::parse(&envelope).unwrap();
                envelope.encoded_manifest().bytes() == manifest
            }
            _ => return Err(stop(ErrorKind::MissingParameter(parameter::IMAGE_DIGEST))),
        };
        if condition == Condition::ImageNotMatch {
            return if matches { Err(stop(kind)) } else { Ok(()) };
        }
        if !matches {
            return Err(stop(kind));
        }
        self.checked.insert((name(tree), id));
        Ok(())
    }

    /// That the component holds its dependency's envelope; whoever can't give it ends the procedure.
    fn present(&mut self, tree: &Tree, index: usize) -> Flow {
        let (_, dependency) = tree.dependencies.iter().find(|(other, _)| *other == index).unwrap();
        if self.world.content(tree.components[index]) == encode(dependency) {
            Ok(())
        } else {
            Err(Stop::Abort(ErrorKind::NotAuthenticated))
        }
    }

    fn act(&mut self, tree: &Tree, section: i64, action: Action, index: usize) -> Flow {
        let id = tree.components[index];
        let missing = |label| Stop::Abort(ErrorKind::MissingParameter(label));
        let failed = Stop::Abort(ErrorKind::DirectiveFailed(action.label()));
        let limit = self.size(id);
        let exceeds =
            |length: usize| limit.is_some_and(|limit| u64::try_from(length).unwrap() > limit);
        let source = || match self.get(id, parameter::SOURCE_COMPONENT) {
            // The index counts in the manifest that has set it, whose components are its name.
            Some((Set::Source(index), manifest)) => Ok(manifest[index]),
            _ => Err(missing(parameter::SOURCE_COMPONENT)),
        };
        match action {
            Action::Write => match self.get(id, parameter::CONTENT) {
                Some((Set::Content(content), _)) => {
                    if exceeds(content.len()) {
                        return Err(Stop::Abort(ErrorKind::ImageSize));
                    }
                    self.alter(id, None)?;
                    self.world.write(id, &content);
                    Ok(())
                }
                _ => Err(missing(parameter::CONTENT)),
            },
            Action::Fetch => match self.get(id, parameter::URI) {
                Some((Set::Uri(uri), _)) => {
                    if uri.starts_with('#') {
                        let (_, dependency) = tree.dependencies.first().ok_or(failed)?;
                        let envelope = encode(dependency);
                        if exceeds(envelope.len()) {
                            return Err(Stop::Abort(ErrorKind::ImageSize));
                        }
                        self.alter(id, None)?;
                        self.world.write(id, &envelope);
                        return Ok(());
                    }
                    self.alter(id, None)?;
                    let size = self.world.fetch(id, uri).ok_or(failed)?;
                    if limit.is_some_and(|limit| size > limit) {
                        return Err(Stop::Abort(ErrorKind::ImageSize));
                    }
                    Ok(())
                }
                _ => Err(missing(parameter::URI)),
            },
            Action::Copy => {
                let source = source()?;
                let size = limit.or(self.size(source));
                self.alter(id, Some((source, false)))?;
                if self.world.copy(id, source, size) { Ok(()) } else { Err(failed) }
            }
            Action::Swap => {
                let source = source()?;
                self.alter(id, Some((source, true)))?;
                self.world.swap(id, source);
                Ok(())
            }
            Action::Invoke => {
                let arguments = match self.get(id, parameter::INVOKE_ARGS) {
                    Some((Set::Arguments(arguments), _)) => Some(arguments),
                    _ => None,
                };
                self.world.invoke(id, arguments.as_deref());
                Ok(())
            }
            Action::ProcessDependency => {
                let Some((_, dependency)) =
                    tree.dependencies.iter().find(|(other, _)| *other == index)
                else {
                    return Err(Stop::Abort(ErrorKind::NotADependency));
                };
                self.present(tree, index)?;
                self.enter(tree, dependency, id, section, true)
            }
            Action::Unlink => {
                let dependency = tree.dependencies.iter().find(|(other, _)| *other == index);
                let references = self.world.references.get(&id).copied().unwrap_or(0);
                if let Some((_, dependency)) = dependency.filter(|_| references <= 1) {
                    self.present(tree, index)?;
                    self.enter(tree, dependency, id, element::UNINSTALL, false)?;
                }
                self.world.unlink(id);
                Ok(())
            }
            _ => unreachable!(),
        }
    }

    /// Runs a section of a dependency.
    fn enter(
        &mut self,
        tree: &Tree,
        dependency: &Tree,
        id: Id,
        section: i64,
        checked: bool,
    ) -> Flow {
        if self.running.contains(&name(dependency)) {
            return Err(Stop::Abort(ErrorKind::DependencyCycle));
        }
        let envelope = encode(dependency);
        let envelope = hexad_suit::Envelope::parse(&envelope).unwrap();
        let differs = match self.get(id, parameter::IMAGE_DIGEST) {
            Some((Set::Digest(manifest), _)) => envelope.encoded_manifest().bytes() != manifest,
            _ => false,
        };
        let pair = (name(tree), id);
        if differs || checked && !self.checked.contains(&pair) {
            return Err(Stop::Abort(ErrorKind::DependencyIntegrity));
        }
        self.run.insert(pair);
        self.manifest(dependency, section)
    }

    /// The component is about to be altered, perhaps from a source (that a swap alters, too).
    fn alter(&mut self, id: Id, source: Option<(Id, bool)>) -> Flow {
        let swapped = source.filter(|(_, swaps)| *swaps).map(|(source, _)| source);
        if swapped.is_some_and(|source| self.is_running(source)) {
            return Err(Stop::Abort(ErrorKind::ComponentInUse));
        }
        if self.loose > 0 {
            let (targets, sources) = &mut self.roles;
            targets.insert(id);
            if let Some((source, swaps)) = source {
                sources.insert(source);
                if swaps {
                    targets.insert(source);
                    sources.insert(id);
                }
            }
            if targets.intersection(sources).next().is_some() {
                return Err(Stop::Abort(ErrorKind::StrictOrder));
            }
        }
        if self.is_running(id) {
            return Err(Stop::Abort(ErrorKind::ComponentInUse));
        }
        self.checked.retain(|(_, other)| *other != id && Some(*other) != swapped);
        // What was run is not what the component holds from now on.
        self.run.retain(|(_, other)| *other != id && Some(*other) != swapped);
        if self.world.references.get(&id).is_some_and(|count| *count > 0) {
            return Err(Stop::Abort(ErrorKind::Referenced));
        }
        Ok(())
    }

    /// Whether a manifest out of this component is being run: only 9 ever holds one here.
    fn is_running(&self, id: Id) -> bool {
        id == ENVELOPE && self.running.len() > 1
    }
}
