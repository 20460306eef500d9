//! How sequences follow one another, nest and fail (sections 6.4 to 6.6 and 8.4.10).

use super::Processor;
use super::frame::{Cause, Current, Frame, IndexRule, Selection};
use crate::command::{Alternative, CommandSequence, ComponentIndex, Operation};
use crate::error::{Error, ErrorKind};
use crate::platform::Platform;

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize>
    Processor<'m, P, COMPONENTS, NESTING>
{
    /// Takes the innermost sequence's next command, or ends the sequence.
    pub(super) fn next_command(&mut self, platform: &mut P) -> Result<(), Error> {
        let count = self.manifest.common().component_count();
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let Some(command) = frame.commands.take_next()? else {
            return self.sequence_succeeded(platform);
        };
        let refuse = |kind| Err(Error::new(kind, command.offset));
        if let Operation::SetComponentIndex(index) = command.operation {
            match frame.index_rule {
                IndexRule::Free => {}
                IndexRule::First => frame.index_rule = IndexRule::Fixed,
                IndexRule::Fixed => return refuse(ErrorKind::StrictOrder),
            }
            if !index.is_below(count) {
                return refuse(ErrorKind::ComponentIndex);
            }
            frame.selection = Selection::Set(index);
            self.record(&command, None, Ok(()), platform);
            return Ok(());
        }
        if frame.index_rule == IndexRule::First {
            return refuse(ErrorKind::StrictOrder);
        }
        let Some(mut rest) = frame.selection.targets()? else {
            return refuse(ErrorKind::NoComponentIndex);
        };
        if let Some(component) = rest.next(count)? {
            frame.current = Some(Current { command, component, rest });
            self.apply(command, component, platform)?;
        }
        Ok(())
    }

    /// Applies the innermost sequence's current command to its next component, if there is one.
    pub(super) fn next_component(&mut self, platform: &mut P) -> Result<(), Error> {
        let count = self.manifest.common().component_count();
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let Some(current) = &mut frame.current else { return Ok(()) };
        match current.rest.next(count)? {
            Some(component) => {
                current.component = component;
                let command = current.command;
                self.apply(command, component, platform)
            }
            None => {
                frame.current = None;
                Ok(())
            }
        }
    }

    /// Begins a sequence inside the innermost one, for one component.
    pub(super) fn nest(
        &mut self,
        cause: Cause<'m>,
        sequence: CommandSequence<'m>,
        index: usize,
    ) -> Result<(), Error> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let index_rule = match (frame.index_rule, cause) {
            (IndexRule::Fixed, _) => IndexRule::Fixed,
            (_, Cause::RunSequence) if !frame.strict_order => {
                if frame.selection.is_single() {
                    IndexRule::First
                } else {
                    IndexRule::Fixed
                }
            }
            _ => IndexRule::Free,
        };
        let selection = Selection::Set(ComponentIndex::One(index));
        self.stack.push(Frame::new(cause, sequence, selection, index_rule)?)
    }

    /// The innermost sequence has come to its end.
    pub(super) fn sequence_succeeded(&mut self, platform: &mut P) -> Result<(), Error> {
        let Some(ended) = self.stack.pop() else { return Ok(()) };
        let Some(around) = self.stack.last() else { return Ok(()) };
        if around.selection.is_single() && ended.index_rule == IndexRule::Free {
            around.selection = ended.selection;
        }
        self.nested_ended(Ok(()), platform);
        Ok(())
    }

    /// A condition does not hold: ends sequences from the innermost outwards, up to one whose
    /// failure is soft.
    pub(super) fn condition_failed(&mut self, error: Error, platform: &mut P) -> Result<(), Error> {
        while let Some(frame) = self.stack.pop() {
            let soft = frame.soft_failure == Some(true);
            match frame.cause {
                Cause::RunSequence if soft => {
                    self.nested_ended(Ok(()), platform);
                    return Ok(());
                }
                Cause::TryEach(mut rest) if soft => match rest.take_next()? {
                    Some(Alternative::Sequence(sequence)) => {
                        return self.stack.push(frame.retry(rest, sequence)?);
                    }
                    Some(Alternative::Succeed) => {
                        self.nested_ended(Ok(()), platform);
                        return Ok(());
                    }
                    None => {}
                },
                _ => {}
            }
            self.nested_ended(Err(error.kind()), platform);
        }
        Err(error)
    }

    /// Records the end of the try-each or run-sequence that the innermost sequence was at.
    pub(super) fn nested_ended(&mut self, result: Result<(), ErrorKind>, platform: &mut P) {
        let current = self.stack.last().and_then(|frame| frame.current);
        if let Some(Current { command, component, .. }) = current {
            self.record(&command, Some(component), result, platform);
        }
    }
}
