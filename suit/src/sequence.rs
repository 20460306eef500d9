//! Checking a command sequence and all that is nested in it, once, before anything runs.

use hexad_cose_core::ErrorKind as Cbor;

use crate::command::{
    Alternative, Command, CommandSequence, Commands, Condition, Operation, TryEach,
};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::parameter::{Parameter, Parameters};

/// Where a sequence stands, which decides what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `suit-shared-sequence`: conditions and directives that only steer (the CDDL's
    /// SUIT_Shared_Sequence, and set-parameters, which the templates of the trust-domains draft put
    /// there), no custom parameters (8.4.8).
    Shared,
    /// Any other.
    Ordinary,
}

/// What a sequence, or one nested in it, was found to test.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) vendor_identifier: bool,
    pub(crate) class_identifier: bool,
}

impl Findings {
    /// Whether a vendor and a class identifier are checked (section 6.2).
    pub(crate) const fn checks_compatibility(self) -> bool {
        self.vendor_identifier && self.class_identifier
    }
}

/// A sequence, or the alternatives of a try-each, that the check is inside of.
#[derive(Clone, Copy)]
enum Level<'b> {
    Sequence(Commands<'b>),
    TryEach(TryEach<'b>),
}

/// Checks `sequence` against the CDDL, with `components` of them to refer to.
pub(crate) fn check(
    sequence: CommandSequence<'_>,
    place: Place,
    components: usize,
    options: &Options,
) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let mut path = Path::default();
    path.push(Level::Sequence(enter(sequence)?), options.nesting)?;
    while let Some(level) = path.last() {
        let inner = match level {
            Level::TryEach(alternatives) => match alternatives.take_next()? {
                Some(Alternative::Sequence(sequence)) => Level::Sequence(enter(sequence)?),
                Some(Alternative::Succeed) => continue,
                None => {
                    path.pop();
                    continue;
                }
            },
            Level::Sequence(commands) => {
                let Some(command) = commands.take_next()? else {
                    path.pop();
                    continue;
                };
                check_command(&command, place, components)?;
                match command.operation {
                    Operation::Condition(Condition::VendorIdentifier, _) => {
                        findings.vendor_identifier = true;
                        continue;
                    }
                    Operation::Condition(Condition::ClassIdentifier, _) => {
                        findings.class_identifier = true;
                        continue;
                    }
                    Operation::TryEach(alternatives) => Level::TryEach(alternatives),
                    Operation::RunSequence(sequence) => Level::Sequence(enter(sequence)?),
                    _ => continue,
                }
            }
        };
        path.push(inner, options.nesting)?;
    }
    Ok(findings)
}

/// Enters a sequence, which must not be empty.
fn enter(sequence: CommandSequence<'_>) -> Result<Commands<'_>, Error> {
    let mut commands = Commands::enter(sequence)?;
    let start = commands;
    if commands.take_next()?.is_none() {
        return Err(sequence.encoded().error(Cbor::Length).into());
    }
    Ok(start)
}

fn check_command(command: &Command<'_>, place: Place, components: usize) -> Result<(), Error> {
    let refuse = |kind| Err(Error::new(kind, command.offset));
    let parameters = |parameters| check_parameters(parameters, place, components, command.offset);
    match command.operation {
        Operation::Action(..)
        | Operation::OverrideMultiple(_)
        | Operation::CopyParams(_)
        | Operation::Custom(_)
            if place == Place::Shared =>
        {
            refuse(ErrorKind::NotInSharedSequence(command.label))
        }
        Operation::SetComponentIndex(index) if !index.is_below(components) => {
            refuse(ErrorKind::ComponentIndex)
        }
        Operation::OverrideParameters(set) | Operation::SetParameters(set) => parameters(set),
        Operation::OverrideMultiple(sets) => sets.iter().try_for_each(|(index, set)| {
            if index < components { parameters(set) } else { refuse(ErrorKind::ComponentIndex) }
        }),
        Operation::CopyParams(copies) if copies.iter().any(|(index, _)| index >= components) => {
            refuse(ErrorKind::ComponentIndex)
        }
        _ => Ok(()),
    }
}

fn check_parameters(
    parameters: Parameters<'_>,
    place: Place,
    components: usize,
    offset: usize,
) -> Result<(), Error> {
    for parameter in parameters {
        let refused = match parameter {
            Parameter::SourceComponent(index) if index >= components => ErrorKind::ComponentIndex,
            Parameter::Custom(label, _) if place == Place::Shared => {
                ErrorKind::UnsupportedParameter(label)
            }
            _ => continue,
        };
        return Err(Error::new(refused, offset));
    }
    Ok(())
}

/// The levels that the check is inside of; a try-each and the sequence in it are two.
#[derive(Default)]
struct Path<'b> {
    levels: [Option<Level<'b>>; Options::MAX_NESTING * 2],
    depth: usize,
    sequences: usize,
}

impl<'b> Path<'b> {
    fn push(&mut self, level: Level<'b>, nesting: usize) -> Result<(), Error> {
        let (offset, is_sequence) = match &level {
            Level::Sequence(commands) => (commands.offset(), true),
            Level::TryEach(alternatives) => (alternatives.offset(), false),
        };
        let too_deep = Error::new(ErrorKind::NestingTooDeep, offset);
        if is_sequence && self.sequences >= nesting.min(Options::MAX_NESTING) {
            return Err(too_deep);
        }
        *self.levels.get_mut(self.depth).ok_or(too_deep)? = Some(level);
        self.depth = self.depth.saturating_add(1);
        self.sequences = self.sequences.saturating_add(usize::from(is_sequence));
        Ok(())
    }

    fn last(&mut self) -> Option<&mut Level<'b>> {
        self.levels.get_mut(self.depth.checked_sub(1)?)?.as_mut()
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        let level = self.levels.get_mut(self.depth).and_then(Option::take);
        if matches!(level, Some(Level::Sequence(_))) {
            self.sequences = self.sequences.saturating_sub(1);
        }
    }
}
