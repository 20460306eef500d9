//! SUIT_Common: the components, and the sequence that runs before every other (section 8.4.5).

use crate::command::CommandSequence;
use crate::component::{ComponentIdentifier, Components};
use crate::dependency::Dependencies;
use crate::error::{Error, ErrorKind};
use crate::sequence::Findings;

/// The content of `suit-common`.
#[derive(Clone, Copy, Debug)]
pub struct Common<'b> {
    components: Components<'b>,
    dependencies: Dependencies<'b>,
    /// How many indices there are: components, and dependencies beyond them.
    count: usize,
    shared_sequence: Option<CommandSequence<'b>>,
    findings: Findings,
}

impl<'b> Common<'b> {
    pub(crate) const fn new(
        components: Components<'b>,
        dependencies: Dependencies<'b>,
        count: usize,
        shared_sequence: Option<CommandSequence<'b>>,
        findings: Findings,
    ) -> Self {
        Self { components, dependencies, count, shared_sequence, findings }
    }

    /// suit-components.
    #[must_use]
    pub const fn components(self) -> Components<'b> {
        self.components
    }

    /// suit-dependencies (trust domains).
    #[must_use]
    pub const fn dependencies(self) -> Dependencies<'b> {
        self.dependencies
    }

    /// How many component indices there are: all of `suit-components`, and the dependencies that are
    /// numbered on from where it ends.
    #[must_use]
    pub const fn component_count(self) -> usize {
        self.count
    }

    /// The identifier of the component with this index: from `suit-components`, or the prefix of a
    /// dependency that is numbered on from where it ends.
    #[must_use]
    pub fn component(self, index: usize) -> Option<ComponentIdentifier<'b>> {
        component(self.components, self.dependencies, index)
    }

    /// suit-shared-sequence.
    #[must_use]
    pub const fn shared_sequence(self) -> Option<CommandSequence<'b>> {
        self.shared_sequence
    }

    /// Whether the shared sequence checks a vendor and a class identifier (section 6.2).
    #[must_use]
    pub const fn checks_compatibility(self) -> bool {
        self.findings.checks_compatibility()
    }
}

/// The identifier of the component with this index: see [`Common::component`].
pub(crate) fn component<'b>(
    components: Components<'b>,
    dependencies: Dependencies<'b>,
    index: usize,
) -> Option<ComponentIdentifier<'b>> {
    if index < components.len() {
        components.get(index)
    } else {
        dependencies.get(index).and_then(|dependency| dependency.prefix)
    }
}

/// How many component indices there are, with each dependency beyond `components` given the next and
/// an identifier that no other has.
pub(crate) fn number_dependencies(
    components: Components<'_>,
    dependencies: Dependencies<'_>,
) -> Result<usize, Error> {
    let mut count = components.len();
    for (at, dependency) in dependencies.located() {
        let refuse = |kind| Err(Error::new(kind, at.offset()));
        if dependency.index < components.len() {
            continue;
        }
        let Some(identifier) = dependency.prefix.filter(|_| dependency.index == count) else {
            return refuse(ErrorKind::ComponentIndex);
        };
        let earlier = dependencies.iter().filter(|earlier| {
            (components.len()..count).contains(&earlier.index) && earlier.prefix == Some(identifier)
        });
        if components.iter().any(|component| component == identifier) || earlier.count() != 0 {
            return refuse(ErrorKind::DuplicateComponent);
        }
        count = count.saturating_add(1);
    }
    Ok(count)
}
