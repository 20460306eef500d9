//! A sequence that is being run, and the stack of them: run-sequence and try-each nest.

use hexad_cose_core::cbor::{Cursor, Items};

use crate::command::{Command, CommandSequence, Commands, ComponentIndex, TryEach};
use crate::error::{Error, ErrorKind};

/// What started a sequence.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause<'m> {
    /// The procedure itself.
    Procedure,
    /// suit-directive-run-sequence.
    RunSequence,
    /// suit-directive-try-each, with the alternatives that are left.
    TryEach(TryEach<'m>),
}

/// Whether a sequence may set the component index (section 6.6).
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
#[derive(Clone, Copy, Debug)]
pub(super) enum Selection<'m> {
    /// None yet: a manifest of several components has to say.
    Unset,
    /// Those of a component index.
    Set(ComponentIndex<'m>),
}

impl<'m> Selection<'m> {
    /// The selection at the start of a procedure's sequence.
    pub(super) fn initial(components: usize) -> Self {
        if components == 1 { Self::Set(ComponentIndex::One(0)) } else { Self::Unset }
    }

    pub(super) fn is_single(&self) -> bool {
        matches!(self, Self::Set(ComponentIndex::One(_)))
    }

    /// The components one after another; `None` when the index is not set.
    pub(super) fn targets(&self) -> Result<Option<Targets<'m>>, Error> {
        let Self::Set(index) = self else { return Ok(None) };
        Ok(Some(match index {
            ComponentIndex::One(index) => Targets::One(Some(*index)),
            ComponentIndex::All => Targets::All(0),
            ComponentIndex::List(list) => {
                let (cursor, items) = list.enter()?;
                Targets::List(cursor, items)
            }
        }))
    }
}

/// The components that a command has yet to be applied to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Targets<'m> {
    One(Option<usize>),
    All(usize),
    List(Cursor<'m>, Items),
}

impl Targets<'_> {
    /// The next one, of `components` that the manifest has.
    pub(super) fn next(&mut self, components: usize) -> Result<Option<usize>, Error> {
        match self {
            Self::One(index) => Ok(index.take()),
            Self::All(next) if *next < components => {
                let index = *next;
                *next = index.saturating_add(1);
                Ok(Some(index))
            }
            Self::All(_) => Ok(None),
            Self::List(cursor, items) => {
                Ok(if items.next(cursor)? { Some(cursor.unsigned_as()?) } else { None })
            }
        }
    }
}

/// A command that is being applied to one component after another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Current<'m> {
    pub(super) command: Command<'m>,
    /// The component that it is applied to now.
    pub(super) component: usize,
    pub(super) rest: Targets<'m>,
}

/// A sequence that is being run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'m> {
    pub(super) cause: Cause<'m>,
    pub(super) commands: Commands<'m>,
    pub(super) current: Option<Current<'m>>,
    pub(super) selection: Selection<'m>,
    /// The selection that the sequence began with, and the next alternative of a try-each will.
    begun_with: Selection<'m>,
    pub(super) index_rule: IndexRule,
    /// suit-parameter-strict-order, as this sequence has set it.
    pub(super) strict_order: bool,
    /// suit-parameter-soft-failure; `None` where it has no meaning.
    pub(super) soft_failure: Option<bool>,
}

impl<'m> Frame<'m> {
    pub(super) fn new(
        cause: Cause<'m>,
        sequence: CommandSequence<'m>,
        selection: Selection<'m>,
        index_rule: IndexRule,
    ) -> Result<Self, Error> {
        Ok(Self {
            cause,
            commands: Commands::enter(sequence)?,
            current: None,
            selection,
            begun_with: selection,
            index_rule,
            strict_order: true,
            soft_failure: match cause {
                Cause::Procedure => None,
                Cause::RunSequence => Some(false),
                Cause::TryEach(_) => Some(true),
            },
        })
    }

    /// The same frame, at the start of another alternative of its try-each.
    pub(super) fn retry(
        &self,
        rest: TryEach<'m>,
        sequence: CommandSequence<'m>,
    ) -> Result<Self, Error> {
        Self::new(Cause::TryEach(rest), sequence, self.begun_with, self.index_rule)
    }
}

/// The sequences that are being run, the innermost last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stack<'m, const NESTING: usize> {
    frames: [Option<Frame<'m>>; NESTING],
    depth: usize,
}

impl<'m, const NESTING: usize> Stack<'m, NESTING> {
    pub(super) const fn new() -> Self {
        Self { frames: [None; NESTING], depth: 0 }
    }

    pub(super) fn push(&mut self, frame: Frame<'m>) -> Result<(), Error> {
        let too_deep = Error::new(ErrorKind::NestingTooDeep, frame.commands.offset());
        *self.frames.get_mut(self.depth).ok_or(too_deep)? = Some(frame);
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<Frame<'m>> {
        self.depth = self.depth.checked_sub(1)?;
        self.frames.get_mut(self.depth)?.take()
    }

    pub(super) fn last(&mut self) -> Option<&mut Frame<'m>> {
        self.frames.get_mut(self.depth.checked_sub(1)?)?.as_mut()
    }

    /// Whether a sequence that is being run has set strict-order to false.
    pub(super) fn is_loose(&self) -> bool {
        self.frames.iter().flatten().any(|frame| !frame.strict_order)
    }
}
