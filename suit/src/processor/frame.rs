//! A sequence that is being run, and the stack of them: run-sequence, try-each and dependencies nest.

use hexad_cose_core::cbor::Raw;

use crate::error::{Error, ErrorKind};
use crate::read::{Left, Reader};

/// What started a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A manifest's own shared sequence, behind which its section follows.
    Shared,
    /// A manifest's own section.
    Section,
    /// suit-directive-run-sequence.
    RunSequence,
    /// suit-directive-try-each.
    TryEach,
}

/// Whether a sequence may set the component index (section 6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexRule {
    /// As often as it likes.
    Free,
    /// With its first command and never again: it may run in parallel with others.
    First,
    /// No more.
    Fixed,
}

/// The components that commands apply to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// None yet: a manifest of several components has to say.
    Unset,
    /// One.
    One(usize),
    /// Those of the array of indices at this offset.
    List(usize),
    /// Every one.
    All,
}

impl Selection {
    /// The selection at the start of a procedure's sequence.
    pub(super) const fn initial(components: usize) -> Self {
        if components == 1 { Self::One(0) } else { Self::Unset }
    }

    pub(super) const fn is_single(self) -> bool {
        matches!(self, Self::One(_))
    }
}

/// The components that a command has yet to be applied to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Targets {
    None,
    /// All from this one on.
    All(usize),
    /// Those from here on in an array of indices.
    List(usize, Left),
}

/// A command that is being applied to one component after another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Current {
    /// Where its label stands.
    pub(super) offset: usize,
    /// The component that it is applied to now, by its index in the manifest.
    pub(super) component: usize,
    pub(super) rest: Targets,
}

/// A sequence that is being run. Positions are offsets in what its manifest was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) cause: Cause,
    manifest: u8,
    section: u8,
    /// Whether it is in the shared sequence.
    pub(super) shared: bool,
    /// The next command, or the end.
    pub(super) next: usize,
    pub(super) left: Left,
    pub(super) current: Option<Current>,
    pub(super) selection: Selection,
    /// The alternatives that are left of a try-each.
    pub(super) alternatives: (usize, Left),
    pub(super) index_rule: IndexRule,
    /// suit-parameter-strict-order, as this sequence has set it.
    pub(super) strict_order: bool,
    /// suit-parameter-soft-failure; `None` where it has no meaning.
    pub(super) soft_failure: Option<bool>,
}

impl Frame {
    /// A frame at the start of `sequence`, in `section` of a manifest.
    pub(super) fn new(
        cause: Cause,
        manifest: usize,
        section: i64,
        sequence: Raw<'_>,
        selection: Selection,
    ) -> Self {
        let mut reader = Reader::new(sequence);
        let left = reader.array();
        let next = reader.offset();
        Self {
            cause,
            // There are never more manifests in the tree, nor elements with larger labels.
            manifest: u8::try_from(manifest).unwrap_or(u8::MAX),
            section: u8::try_from(section).unwrap_or(u8::MAX),
            shared: cause == Cause::Shared,
            next,
            left,
            current: None,
            selection,
            alternatives: (next, left),
            index_rule: IndexRule::Free,
            strict_order: true,
            soft_failure: match cause {
                Cause::Shared | Cause::Section => None,
                Cause::RunSequence => Some(false),
                Cause::TryEach => Some(true),
            },
        }
    }

    /// Whose sequence it is: a place in the tree of manifests.
    pub(super) fn manifest(&self) -> usize {
        self.manifest.into()
    }

    /// The label of the manifest's element that it is in, or that the shared sequence precedes.
    pub(super) fn section(&self) -> i64 {
        self.section.into()
    }

    /// A frame at the start of a sequence inside this one.
    pub(super) fn inner(&self, cause: Cause, sequence: Raw<'_>, component: usize) -> Self {
        let selection = Selection::One(component);
        let mut inner = Self::new(cause, self.manifest(), self.section(), sequence, selection);
        inner.shared = self.shared;
        inner.index_rule = match (self.index_rule, cause) {
            (IndexRule::Fixed, _) => IndexRule::Fixed,
            (_, Cause::RunSequence) if !self.strict_order => {
                if self.selection.is_single() {
                    IndexRule::First
                } else {
                    IndexRule::Fixed
                }
            }
            _ => IndexRule::Free,
        };
        inner
    }

    /// The same frame, at the start of another alternative of its try-each, which is for `component`.
    pub(super) fn retry(&self, sequence: Raw<'_>, component: usize) -> Self {
        let selection = Selection::One(component);
        let (manifest, section) = (self.manifest(), self.section());
        let mut next = Self::new(self.cause, manifest, section, sequence, selection);
        next.shared = self.shared;
        next.index_rule = self.index_rule;
        next.alternatives = self.alternatives;
        next
    }
}

/// The sequences that are being run, the innermost last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stack<const NESTING: usize> {
    frames: [Option<Frame>; NESTING],
    depth: usize,
}

impl<const NESTING: usize> Stack<NESTING> {
    pub(super) const fn new() -> Self {
        Self { frames: [const { None }; NESTING], depth: 0 }
    }

    pub(super) fn push(&mut self, frame: Frame) -> Result<(), Error> {
        let too_deep = Error::new(ErrorKind::NestingTooDeep, frame.next);
        *self.frames.get_mut(self.depth).ok_or(too_deep)? = Some(frame);
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        self.depth = self.depth.checked_sub(1)?;
        self.frames.get_mut(self.depth)?.take()
    }

    pub(super) fn last(&mut self) -> Option<&mut Frame> {
        self.frames.get_mut(self.depth.checked_sub(1)?)?.as_mut()
    }

    /// Every sequence that is being run.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter().take(self.depth).flatten()
    }

    /// Whether a sequence that is being run has set strict-order to false.
    pub(super) fn is_loose(&self) -> bool {
        self.iter().any(|frame| !frame.strict_order)
    }
}
