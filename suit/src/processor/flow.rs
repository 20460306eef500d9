//! How sequences follow one another, nest and fail (sections 6.4 to 6.7 and 8.4.10).

use hexad_cose_core::cbor::{Raw, Type};

use super::frame::{Cause, Current, Frame, IndexRule, Selection, Targets};
use super::{Instruction, Processor};
use crate::command::{Kind, OverrideMultiple, ReportingPolicy, UPDATE_MANAGEMENT};
use crate::error::{Error, ErrorKind};
use crate::labels::directive;
use crate::manifest::Severable;
use crate::platform::Platform;
use crate::read::Reader;

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize, const DEPENDENCIES: usize>
    Processor<'m, P, COMPONENTS, NESTING, DEPENDENCIES>
{
    /// Begins a section of the manifest at `place`: its shared sequence, then the section itself. One
    /// that it does not have is passed over: whether there was one.
    pub(super) fn begin_manifest(&mut self, place: usize, section: i64) -> Result<bool, Error> {
        self.component = None;
        let Some(manifest) = self.manifest(place) else { return Ok(false) };
        let sequence = match manifest.sequence(section) {
            Severable::Absent => return Ok(false),
            Severable::Severed(digest) => {
                return Err(Error::new(ErrorKind::Severed(section), digest.offset()));
            }
            Severable::Present(sequence) => sequence,
        };
        let (cause, sequence) = match manifest.shared_sequence() {
            Some(shared) => (Cause::Shared, shared),
            None => (Cause::Section, sequence),
        };
        let selection = Selection::initial(manifest.component_count());
        let sequence = sequence.encoded();
        self.stack.push(Frame::new(cause, place, section, sequence, selection))?;
        Ok(true)
    }

    /// The instruction whose label stands at this offset.
    fn instruction(&self, manifest: usize, offset: usize, index: usize) -> Instruction {
        let mut reader = self.reader(manifest, offset);
        let label = reader.integer();
        // The check at parse has made sure of a kind.
        let kind = Kind::from_label(label).unwrap_or(Kind::Custom);
        Self::at(&mut reader, kind, label, offset, manifest, index)
    }

    /// The instruction whose argument is at the position of `reader`, which passes over a policy.
    fn at(
        reader: &mut Reader<'m>,
        kind: Kind,
        label: i64,
        offset: usize,
        manifest: usize,
        index: usize,
    ) -> Instruction {
        let argument = reader.offset();
        let policy =
            if kind.has_policy() { ReportingPolicy::take(reader) } else { ReportingPolicy::NONE };
        Instruction { kind, label, offset, argument, policy, manifest, index }
    }

    /// The argument of an instruction.
    pub(super) fn argument(&self, instruction: &Instruction) -> Reader<'m> {
        self.reader(instruction.manifest, instruction.argument)
    }

    /// Takes the innermost sequence's next command, or ends the sequence. Whether the command is to be
    /// applied now.
    #[inline(never)]
    pub(super) fn next_command(&mut self, platform: &mut P) -> Result<bool, Error> {
        let Some(frame) = self.stack.last() else { return Ok(false) };
        let (place, next, mut left) = (frame.manifest(), frame.next, frame.left);
        let mut reader = self.reader(place, next);
        if !reader.more(&mut left) {
            return self.sequence_succeeded(platform).map(|()| false);
        }
        let (offset, label) = (reader.offset(), reader.integer());
        // The argument is the other item of the pair.
        reader.more(&mut left);
        let Some(kind) = Kind::from_label(label) else {
            return Err(Error::new(ErrorKind::UnsupportedCommand(label), offset));
        };
        let mut instruction = Self::at(&mut reader, kind, label, offset, place, 0);
        let Some(frame) = self.stack.last() else { return Ok(false) };
        frame.left = left;
        if let (Kind::OverrideParameters | Kind::SetParameters, Selection::One(component)) =
            (kind, frame.selection)
            && frame.index_rule != IndexRule::First
        {
            // The map ends where the next command begins: it is walked through once, when it is applied.
            instruction.index = component;
            self.take_up(instruction);
            return Ok(true);
        }
        if !kind.has_policy() {
            reader.pass();
        }
        reader.outcome()?;
        frame.next = reader.offset();
        match kind {
            Kind::SetComponentIndex => {
                let argument = instruction.argument;
                let mut reader = self.reader(place, argument);
                let selection = match reader.peek() {
                    Type::Array => Selection::List(argument),
                    Type::Bool => Selection::All,
                    _ => Selection::One(reader.index()),
                };
                self.select(&instruction, selection)?;
                self.record(&instruction, false, Ok(()), platform);
                return Ok(false);
            }
            Kind::OverrideMultiple if UPDATE_MANAGEMENT => {
                let mut argument = self.argument(&instruction).rest().cursor();
                let argument = OverrideMultiple::take(&mut argument)?;
                self.override_multiple(&instruction, argument, platform)?;
                self.record(&instruction, false, Ok(()), platform);
                return Ok(false);
            }
            _ => {}
        }
        let refuse = |kind| Err(Error::new(kind, instruction.offset));
        if frame.index_rule == IndexRule::First {
            return refuse(ErrorKind::StrictOrder);
        }
        let rest = match frame.selection {
            Selection::Unset => return refuse(ErrorKind::NoComponentIndex),
            Selection::One(component) => {
                let rest = Targets::None;
                frame.current = Some(Current { offset: instruction.offset, component, rest });
                instruction.index = component;
                self.take_up(instruction);
                return Ok(true);
            }
            Selection::All => Targets::All(0),
            Selection::List(at) => {
                let mut list = self.reader(place, at);
                let left = list.array();
                Targets::List(list.offset(), left)
            }
        };
        let Some(frame) = self.stack.last() else { return Ok(false) };
        frame.current = Some(Current { offset: instruction.offset, component: 0, rest });
        Ok(self.next_component())
    }

    /// Takes the innermost sequence's current command up for its next component. Whether there is one.
    pub(super) fn next_component(&mut self) -> bool {
        let Some(frame) = self.stack.last() else { return false };
        let (place, selection) = (frame.manifest(), frame.selection);
        let Some(current) = frame.current else { return false };
        let (next, rest) = match current.rest {
            Targets::None => (None, Targets::None),
            Targets::All(next) => {
                let next = Some(next).filter(|next| *next < self.component_count(place));
                (next, Targets::All(next.unwrap_or_default().saturating_add(1)))
            }
            Targets::List(at, mut left) => {
                let mut list = self.reader(place, at);
                let next = if list.more(&mut left) { Some(list.index()) } else { None };
                (next, Targets::List(list.offset(), left))
            }
        };
        let Some(frame) = self.stack.last() else { return false };
        let Some(component) = next else {
            frame.current = None;
            return false;
        };
        frame.current = Some(Current { component, rest, ..current });
        let instruction = self.instruction(place, current.offset, component);
        // "If the current Component is True, then this Directive applies to all Dependencies."
        if instruction.label == directive::PROCESS_DEPENDENCY
            && selection == Selection::All
            && !self.is_dependency(place, component)
        {
            return false;
        }
        self.take_up(instruction);
        true
    }

    /// Makes an instruction the one that is applied next.
    pub(super) fn take_up(&mut self, instruction: Instruction) {
        let Instruction { manifest, index, .. } = self.instruction;
        if (manifest, index) != (instruction.manifest, instruction.index) {
            self.component = None;
        }
        self.instruction = instruction;
    }

    /// A position in what the manifest at `place` was read from.
    pub(super) fn reader(&self, place: usize, offset: usize) -> Reader<'m> {
        let position = self.manifest(place).map(|manifest| manifest.position(offset));
        Reader::new(position.unwrap_or(Raw::new(&[], offset)))
    }

    /// Sets the component index of the innermost sequence.
    pub(super) fn select(
        &mut self,
        instruction: &Instruction,
        selection: Selection,
    ) -> Result<(), Error> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        match frame.index_rule {
            IndexRule::Free => {}
            IndexRule::First => frame.index_rule = IndexRule::Fixed,
            IndexRule::Fixed => return Err(Error::new(ErrorKind::StrictOrder, instruction.offset)),
        }
        frame.selection = selection;
        Ok(())
    }

    /// suit-directive-run-sequence, for one component.
    pub(super) fn run_sequence(&mut self, instruction: &Instruction) -> Result<(), Error> {
        let sequence = self.argument(instruction).byte_string();
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let inner = frame.inner(Cause::RunSequence, sequence, instruction.index);
        self.stack.push(inner)
    }

    /// suit-directive-try-each, for one component.
    pub(super) fn try_each(&mut self, instruction: &Instruction) -> Result<(), Error> {
        let mut alternatives = self.argument(instruction);
        let mut left = alternatives.array();
        // The check at parse has made sure of two sequences.
        alternatives.more(&mut left);
        let sequence = alternatives.byte_string();
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let mut inner = frame.inner(Cause::TryEach, sequence, instruction.index);
        inner.alternatives = (alternatives.offset(), left);
        self.stack.push(inner)
    }

    /// The innermost sequence has come to its end.
    fn sequence_succeeded(&mut self, platform: &mut P) -> Result<(), Error> {
        let Some(ended) = self.stack.pop() else { return Ok(()) };
        match ended.cause {
            Cause::Shared => {
                let Some(manifest) = self.manifest(ended.manifest()) else { return Ok(()) };
                let Severable::Present(sequence) = manifest.sequence(ended.section()) else {
                    return Ok(());
                };
                let selection = Selection::initial(manifest.component_count());
                let (place, section) = (ended.manifest(), ended.section());
                let sequence = sequence.encoded();
                let frame = Frame::new(Cause::Section, place, section, sequence, selection);
                return self.stack.push(frame);
            }
            Cause::Section => self.require_dependencies_run(ended.manifest(), &ended)?,
            Cause::RunSequence | Cause::TryEach => {
                if let Some(around) = self.stack.last()
                    && around.selection.is_single()
                    && ended.index_rule == IndexRule::Free
                {
                    around.selection = ended.selection;
                }
            }
        }
        self.nested_ended(Ok(()), platform)
    }

    /// A condition does not hold: ends sequences from the innermost outwards, up to one whose
    /// failure is soft.
    pub(super) fn condition_failed(&mut self, error: Error, platform: &mut P) -> Result<(), Error> {
        while let Some(frame) = self.stack.pop() {
            let soft = frame.soft_failure == Some(true);
            match frame.cause {
                Cause::RunSequence if soft => return self.nested_ended(Ok(()), platform),
                Cause::TryEach if soft => {
                    let (at, mut left) = frame.alternatives;
                    let mut rest = self.reader(frame.manifest(), at);
                    if rest.more(&mut left) {
                        if rest.null() {
                            return self.nested_ended(Ok(()), platform);
                        }
                        let sequence = rest.byte_string();
                        let around = self.stack.last().and_then(|around| around.current);
                        let component = around.map_or(0, |current| current.component);
                        let mut next = frame.retry(sequence, component);
                        next.alternatives = (rest.offset(), left);
                        return self.stack.push(next);
                    }
                }
                _ => {}
            }
            self.nested_ended(Err(error), platform)?;
        }
        Err(error)
    }

    /// The try-each, run-sequence or dependency that the innermost sequence was at has ended.
    pub(super) fn nested_ended(
        &mut self,
        result: Result<(), Error>,
        platform: &mut P,
    ) -> Result<(), Error> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let (place, Some(current)) = (frame.manifest(), frame.current) else { return Ok(()) };
        let instruction = self.instruction(place, current.offset, current.component);
        if instruction.label == directive::UNLINK && result.is_ok() {
            return self.unlink(instruction);
        }
        self.record(&instruction, true, result, platform);
        Ok(())
    }
}
