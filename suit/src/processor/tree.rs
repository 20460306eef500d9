//! The manifests that a procedure has come to: the root, and dependencies below it (trust domains, 5.4).

use hexad_cose_core::Verified;

use super::frame::Frame;
use super::{Instruction, Processor, Request};
use crate::component::ComponentIdentifier;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::labels::{manifest as element, parameter as label};
use crate::manifest::{Manifest, Severable};

use crate::platform::{Component, ManifestPath, Platform};
use crate::signers::Signers;

/// The place of the root manifest in the tree; dependencies follow.
pub(super) const ROOT: usize = 0;

/// A dependency that was handed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dependency<'m, const COMPONENTS: usize> {
    manifest: Manifest<'m>,
    /// The component that holds its envelope.
    component: usize,
    path: ManifestPath,
    /// suit-dependency-prefix, where it is one.
    prefix: Option<ComponentIdentifier<'m>>,
    /// The numbers of its components, by their indices in it.
    numbers: [u16; COMPONENTS],
    /// Whether the numbers were given out.
    is_admitted: bool,
    /// Whether the component was written since, so that this is not what it holds. The manifest stays,
    /// as parameters that it has set may be in use.
    is_stale: bool,
    /// The manifests in whose context it was found to be what they depend on: one bit each.
    checked_for: u32,
    /// The manifests for whose present section its own was run.
    run_for: u32,
}

/// The dependencies of a procedure, and where the components are named that no root manifest names.
#[derive(Debug)]
pub(super) struct Tree<'m, const COMPONENTS: usize, const DEPENDENCIES: usize> {
    dependencies: [Option<Dependency<'m, COMPONENTS>>; DEPENDENCIES],
    /// By a component's number: the dependency that was the first to name it, and its index there.
    /// Those that the root manifest names are not in it.
    named: [(u8, u16); COMPONENTS],
    /// How many components were given a number.
    count: usize,
    /// Why a dependency could not be handed over.
    refusal: Option<Error>,
}

/// What a dependency is needed for once it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// suit-condition-dependency-integrity, which aborts when it does not hold.
    Integrity,
    /// suit-condition-image-match.
    Match,
    /// suit-condition-image-not-match.
    NotMatch,
    /// suit-directive-process-dependency.
    Process,
    /// suit-directive-unlink, of a manifest that nobody else needs.
    Uninstall,
}

/// The most dependencies in a tree: each has a bit in a set.
const MAX: usize = 31;

impl<const COMPONENTS: usize, const DEPENDENCIES: usize> Tree<'_, COMPONENTS, DEPENDENCIES> {
    /// Only the root, with so many components.
    pub(super) const fn new(components: usize) -> Self {
        Self {
            dependencies: [const { None }; DEPENDENCIES],
            named: [(0, 0); COMPONENTS],
            count: components,
            refusal: None,
        }
    }
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize, const DEPENDENCIES: usize>
    Processor<'m, P, COMPONENTS, NESTING, DEPENDENCIES>
{
    /// Whether there can be any dependency: if not, nothing here is linked.
    pub(super) const HAS_DEPENDENCIES: bool = DEPENDENCIES != 0;

    /// The manifest at this place of the tree.
    pub(super) fn manifest(&self, place: usize) -> Option<&Manifest<'m>> {
        if place == ROOT || !Self::HAS_DEPENDENCIES {
            return Some(self.root);
        }
        self.dependency(place).map(|dependency| &dependency.manifest)
    }

    fn dependency(&self, place: usize) -> Option<&Dependency<'m, COMPONENTS>> {
        self.tree.dependencies.get(place.checked_sub(1)?)?.as_ref()
    }

    fn dependency_mut(&mut self, place: usize) -> Option<&mut Dependency<'m, COMPONENTS>> {
        self.tree.dependencies.get_mut(place.checked_sub(1)?)?.as_mut()
    }

    /// Who vouches for the manifest at this place.
    pub(super) fn signers(&self, place: usize) -> Signers {
        self.manifest(place).map_or(Signers::NONE, Manifest::signers)
    }

    /// The way from the root to the manifest at this place.
    pub(super) fn path(&self, place: usize) -> ManifestPath {
        if !Self::HAS_DEPENDENCIES {
            return ManifestPath::default();
        }
        self.dependency(place).map_or(ManifestPath::default(), |dependency| dependency.path)
    }

    /// How many component indices the manifest at this place has.
    pub(super) fn component_count(&self, place: usize) -> usize {
        self.manifest(place).map_or(0, Manifest::component_count)
    }

    /// Whether the index is of a dependency of the manifest at this place.
    pub(super) fn is_dependency(&self, place: usize, index: usize) -> bool {
        let dependencies = self.manifest(place).map(Manifest::dependencies);
        dependencies.is_some_and(|dependencies| dependencies.get(index).is_some())
    }

    /// The component with this index in the manifest at this place; refused at `offset`.
    pub(super) fn component(
        &self,
        place: usize,
        index: usize,
        offset: usize,
    ) -> Result<Component<'m>, Error> {
        let number = if place == ROOT || !Self::HAS_DEPENDENCIES {
            Some(index)
        } else {
            let dependency = self.dependency(place);
            let number = dependency.and_then(|dependency| dependency.numbers.get(index));
            let count = self.component_count(place);
            number.filter(|_| index < count).map(|number| usize::from(*number))
        };
        let identifier = number.and_then(|number| self.identifier(number));
        match (number, identifier) {
            (Some(index), Some(identifier)) => Ok(Component { index, identifier }),
            _ => Err(Error::new(ErrorKind::ComponentIndex, offset)),
        }
    }

    /// The identifier of the component with this number.
    pub(super) fn identifier(&self, number: usize) -> Option<ComponentIdentifier<'m>> {
        if number < self.root.component_count() || !Self::HAS_DEPENDENCIES {
            return self.root.component(number);
        }
        let (place, index) = *self.tree.named.get(number).filter(|_| number < self.tree.count)?;
        let dependency = self.dependency(usize::from(place))?;
        full(dependency.manifest.component(usize::from(index))?, dependency.prefix)
    }

    /// Hands over the manifest that [`Step::Dependency`](super::Step::Dependency) asked for, or says why it can't be had: what
    /// [`Envelope::authenticate`](crate::Envelope::authenticate) gave. The processor goes on, or fails,
    /// when it is stepped again. An answer that nobody asked for changes nothing.
    pub fn supply(&mut self, manifest: Result<Verified<Manifest<'m>>, Error>) {
        let (Request::Load { .. }, Some(component)) = (&self.request, self.component) else {
            return;
        };
        let instruction = self.instruction;
        let seated =
            manifest.and_then(|manifest| self.seat(*manifest.get(), &instruction, component.index));
        self.tree.refusal = seated.err();
    }

    /// Gives a dependency a place in the tree: that which it had, if its component holds the same manifest again.
    fn seat(
        &mut self,
        manifest: Manifest<'m>,
        instruction: &Instruction,
        component: usize,
    ) -> Result<(), Error> {
        let refuse = |kind| Error::new(kind, instruction.offset);
        let index = instruction.index;
        let path = self.path(instruction.manifest).then(index);
        let path = path.ok_or(refuse(ErrorKind::TooManyDependencies))?;
        // Beyond suit-components the prefix is what names the component.
        let dependent = self.manifest(instruction.manifest);
        let prefix = dependent.filter(|dependent| index < dependent.components().len());
        let prefix = prefix.and_then(|dependent| dependent.dependencies().get(index)?.prefix);
        let outer = self.dependency(instruction.manifest).and_then(|dependent| dependent.prefix);
        if prefix.is_some() && outer.is_some() {
            return Err(refuse(ErrorKind::NestedPrefix));
        }
        let prefix = prefix.or(outer);
        let returns = |held: &&mut Dependency<'m, COMPONENTS>| {
            held.component == component
                && held.prefix == prefix
                && held.manifest.encoded().bytes() == manifest.encoded().bytes()
        };
        // What it had set may be in use; that it was checked and run counts no more.
        if let Some(held) = self.tree.dependencies.iter_mut().flatten().find(returns) {
            held.manifest = manifest;
            held.path = path;
            held.is_stale = false;
            held.checked_for = 0;
            held.run_for = 0;
            return Ok(());
        }
        let mut places = self.tree.dependencies.iter_mut().take(MAX);
        let free = places.find(|place| place.is_none());
        let free = free.ok_or(refuse(ErrorKind::TooManyDependencies))?;
        *free = Some(Dependency {
            manifest,
            component,
            path,
            prefix,
            numbers: [0; COMPONENTS],
            is_admitted: false,
            is_stale: false,
            checked_for: 0,
            run_for: 0,
        });
        Ok(())
    }

    /// The place of the manifest that the component holds, if it was handed over since it was written.
    fn held(&self, component: usize) -> Option<usize> {
        let mut dependencies = self.tree.dependencies.iter();
        let holds = |dependency: &Dependency<'m, COMPONENTS>| {
            dependency.component == component && !dependency.is_stale
        };
        let place = dependencies.position(|dependency| dependency.as_ref().is_some_and(holds))?;
        place.checked_add(1)
    }

    /// The component is about to be written: what was found of the manifest in it holds no more.
    pub(super) fn forget(&mut self, component: &Component<'_>, offset: usize) -> Result<(), Error> {
        if !Self::HAS_DEPENDENCIES {
            return Ok(());
        }
        let Some(place) = self.held(component.index) else { return Ok(()) };
        if self.stack.iter().any(|frame| frame.manifest() == place) {
            return Err(Error::new(ErrorKind::ComponentInUse, offset));
        }
        if let Some(dependency) = self.dependency_mut(place) {
            dependency.is_stale = true;
        }
        Ok(())
    }

    /// The place of the manifest in the component, once it was handed over and its components were
    /// given their numbers.
    pub(super) fn load(
        &mut self,
        component: &Component<'m>,
        platform: &mut P,
    ) -> Result<Option<usize>, Error> {
        if let Some(error) = self.tree.refusal.take() {
            return Err(error);
        }
        let Some(place) = self.held(component.index) else { return Ok(None) };
        if self.dependency(place).is_some_and(|dependency| !dependency.is_admitted) {
            self.admit(place, platform)?;
        }
        Ok(Some(place))
    }

    /// Gives the components of a dependency their numbers: those of components with the same
    /// identifiers, else the next ones.
    fn admit(&mut self, place: usize, platform: &mut P) -> Result<(), Error> {
        for index in 0..self.component_count(place) {
            let Some(dependency) = self.dependency(place) else { return Ok(()) };
            let manifest = &dependency.manifest;
            let own = manifest.component(index);
            let identifier = own.and_then(|own| full(own, dependency.prefix));
            let at = own.map_or(manifest.encoded(), ComponentIdentifier::encoded).offset();
            let identifier = identifier.ok_or(Error::new(ErrorKind::NestedPrefix, at))?;
            let known =
                (0..self.tree.count).find(|number| self.identifier(*number) == Some(identifier));
            let number = match known {
                Some(number) => number,
                None => self.name(place, index, at)?,
            };
            let component = Component { index: number, identifier };
            if known.is_none() && !platform.has(&component) {
                return Err(Error::new(ErrorKind::UnsupportedComponent(index), at));
            }
            let too_many = Error::new(ErrorKind::TooManyComponents, at);
            let number = u16::try_from(number).map_err(|_| too_many)?;
            let dependency = self.dependency_mut(place);
            let numbers = dependency.and_then(|dependency| dependency.numbers.get_mut(index));
            *numbers.ok_or(too_many)? = number;
        }
        if let Some(dependency) = self.dependency_mut(place) {
            dependency.is_admitted = true;
        }
        Ok(())
    }

    /// Gives the component with this index in a dependency the next number.
    fn name(&mut self, place: usize, index: usize, offset: usize) -> Result<usize, Error> {
        let too_many = Error::new(ErrorKind::TooManyComponents, offset);
        let (Ok(place), Ok(index)) = (u8::try_from(place), u16::try_from(index)) else {
            return Err(too_many);
        };
        let number = self.tree.count;
        *self.tree.named.get_mut(number).ok_or(too_many)? = (place, index);
        self.tree.count = number.saturating_add(1);
        Ok(number)
    }

    /// Goes on with what the dependency at `place` was needed for. A section of it that is begun ends
    /// the command later.
    pub(super) fn loaded(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        need: Need,
        place: usize,
        platform: &mut P,
    ) -> Result<(), Error> {
        let refuse = |kind| Error::new(kind, instruction.offset);
        let failed = refuse(ErrorKind::ConditionFailed(instruction.label));
        let digest = self.parameter(component, label::IMAGE_DIGEST, Digest::take_wrapped)?;
        let matches = digest.map(|digest| {
            self.manifest(place).and_then(Manifest::digest).is_some_and(|own| own == digest)
        });
        let missing = refuse(ErrorKind::MissingParameter(label::IMAGE_DIGEST));
        match need {
            Need::NotMatch => {
                let result = match matches {
                    Some(matches) => {
                        if matches {
                            Err(failed)
                        } else {
                            Ok(())
                        }
                    }
                    None => Err(missing),
                };
                self.tested(instruction, result, platform)
            }
            Need::Integrity | Need::Match => {
                let result = match matches {
                    Some(matches) => {
                        if matches {
                            Ok(())
                        } else {
                            Err(failed)
                        }
                    }
                    None => Err(missing),
                };
                if result.is_ok()
                    && let Some(dependency) = self.dependency_mut(place)
                {
                    dependency.checked_for |= bit(instruction.manifest);
                }
                if need == Need::Match {
                    return self.tested(instruction, result, platform);
                }
                self.acted(instruction, result, platform)
            }
            Need::Process | Need::Uninstall => {
                match self.begin_dependency(instruction, need, place, matches) {
                    Ok(true) => Ok(()),
                    // "If the specified Dependency does not contain the current section, Process
                    // Dependency succeeds immediately."
                    Ok(false) => self.nested_ended(Ok(()), platform),
                    Err(error) => self.acted(instruction, Err(error), platform),
                }
            }
        }
    }

    /// Begins the section of a dependency that corresponds to the one that is being run, or its
    /// suit-uninstall. Whether it has any.
    fn begin_dependency(
        &mut self,
        instruction: &Instruction,
        need: Need,
        place: usize,
        matches: Option<bool>,
    ) -> Result<bool, Error> {
        let refuse = |kind| Err(Error::new(kind, instruction.offset));
        if self.stack.iter().any(|frame| frame.manifest() == place) {
            return refuse(ErrorKind::DependencyCycle);
        }
        let section = match need {
            Need::Uninstall => element::UNINSTALL,
            _ => self.stack.last().map_or(0, |frame| frame.section()),
        };
        let dependent = bit(instruction.manifest);
        let Some(dependency) = self.dependency_mut(place) else { return Ok(false) };
        let is_checked = match need {
            Need::Uninstall => matches != Some(false),
            _ => dependency.checked_for & dependent != 0 && matches != Some(false),
        };
        if !is_checked {
            return refuse(ErrorKind::DependencyIntegrity);
        }
        dependency.run_for |= dependent;
        for other in self.tree.dependencies.iter_mut().flatten() {
            other.run_for &= !bit(place);
        }
        self.begin_manifest(place, section)
    }

    /// At the end of a section of the manifest at `place`: the same section of each dependency that is
    /// at hand must have been run (trust domains, 5.1).
    pub(super) fn require_dependencies_run(
        &self,
        place: usize,
        frame: &Frame,
    ) -> Result<(), Error> {
        if !Self::HAS_DEPENDENCIES {
            return Ok(());
        }
        let dependent = bit(place);
        for dependency in self.tree.dependencies.iter().flatten() {
            let sequence = dependency.manifest.sequence(frame.section());
            let concerns = dependency.checked_for & dependent != 0 && !dependency.is_stale;
            if concerns
                && dependency.run_for & dependent == 0
                && !matches!(sequence, Severable::Absent)
            {
                return Err(Error::new(ErrorKind::DependencyNotProcessed, frame.next));
            }
        }
        Ok(())
    }

    /// At the start of a section of the root manifest.
    pub(super) fn require_dependencies_anew(&mut self) {
        for dependency in self.tree.dependencies.iter_mut().flatten() {
            dependency.run_for = 0;
        }
    }

    /// The identifier under which the manifest at `place` is known as one that refers to components.
    pub(super) fn referrer(&self, place: usize) -> Option<ComponentIdentifier<'m>> {
        match self.dependency(place) {
            Some(dependency) if Self::HAS_DEPENDENCIES => self.identifier(dependency.component),
            _ => self.root.component_id(),
        }
    }

    /// The first manifest from `place` on in the tree that has a component with the index `index` or a
    /// later one: its place and that index.
    pub(super) fn next_reference(&self, place: usize, index: usize) -> Option<(usize, usize)> {
        let places = place..=DEPENDENCIES;
        places.into_iter().find_map(|at| {
            let from = if at == place { index } else { 0 };
            let is_present = at == ROOT || self.dependency(at).is_some_and(|held| !held.is_stale);
            (is_present && from < self.component_count(at)).then_some((at, from))
        })
    }
}

/// The bit of the manifest at this place in a set.
fn bit(place: usize) -> u32 {
    u32::try_from(place).ok().and_then(|place| 1u32.checked_shl(place)).unwrap_or(0)
}

/// An identifier behind a prefix, if there is one.
fn full<'m>(
    identifier: ComponentIdentifier<'m>,
    prefix: Option<ComponentIdentifier<'m>>,
) -> Option<ComponentIdentifier<'m>> {
    match prefix {
        Some(prefix) => identifier.behind(prefix),
        None => Some(identifier),
    }
}
