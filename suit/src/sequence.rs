//! Checking a command sequence and all that is nested in it, once, before anything runs.
//!
//! This walks the encoding itself rather than [`Command`](crate::command::Command)s: a device that only
//! runs manifests has no use for those.

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::Type;

use crate::command::{
    CommandSequence, Condition, CopyParams, Kind, OverrideMultiple, ReportingPolicy,
    UPDATE_MANAGEMENT, custom,
};
use crate::error::{Error, ErrorKind};
use crate::labels::parameter;
use crate::options::Options;
use crate::parameter::Parameter;
use crate::read::{Left, Reader};

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
    pub(crate) const NONE: Self = Self { vendor_identifier: false, class_identifier: false };

    /// Whether a vendor and a class identifier are checked (section 6.2).
    pub(crate) const fn checks_compatibility(self) -> bool {
        self.vendor_identifier && self.class_identifier
    }
}

/// A sequence, or the alternatives of a try-each, that the check is inside of.
#[derive(Clone, Copy)]
struct Level {
    /// Where the byte string ends that it stands in.
    end: usize,
    left: Left,
    /// How many alternatives were seen of a try-each, up to [`ENOUGH`]; `None` for a sequence.
    alternatives: Option<u8>,
}

/// How many alternatives a try-each has at least.
const ENOUGH: u8 = 2;

/// How deep the check can be inside: each sequence, and the try-each around it.
const LEVELS: usize = Options::MAX_NESTING * 2;

/// Checks `sequence` against the CDDL, with `components` of them to refer to.
#[inline(never)]
pub(crate) fn check(
    sequence: CommandSequence<'_>,
    place: Place,
    components: usize,
    options: &Options,
) -> Result<Findings, Error> {
    let whole = sequence.encoded();
    let mut reader = Reader::new(whole);
    let mut findings = Findings::NONE;
    let nesting = options.nesting.min(Options::MAX_NESTING);
    let mut level = Level { end: reader.end(), left: Left::NONE, alternatives: None };
    let mut path = [level; LEVELS];
    let (mut depth, mut sequences) = (0usize, 1usize);
    if nesting == 0 {
        reader.refuse(ErrorKind::NestingTooDeep, whole.offset());
    }
    level.left = begin(&mut reader);
    while !reader.is_refused() {
        let next = match level.alternatives {
            Some(seen) => level.next_alternative(seen, &mut reader),
            None => level.next_command(place, components, &mut findings, &mut reader),
        };
        match next {
            Next::Same => {}
            Next::Sequence | Next::TryEach => {
                let is_sequence = next == Next::Sequence;
                if is_sequence {
                    reader.enter();
                }
                let inner = if is_sequence {
                    Level { end: reader.end(), left: begin(&mut reader), alternatives: None }
                } else {
                    Level { end: level.end, left: reader.array(), alternatives: Some(0) }
                };
                sequences = sequences.saturating_add(usize::from(is_sequence));
                match path.get_mut(depth).filter(|_| sequences <= nesting) {
                    Some(outer) => *outer = level,
                    None => reader.refuse(ErrorKind::NestingTooDeep, reader.offset()),
                }
                depth = depth.saturating_add(1);
                level = inner;
            }
            Next::End => {
                if level.alternatives.is_none() {
                    sequences = sequences.saturating_sub(1);
                    reader.finish();
                }
                let Some(place) = depth.checked_sub(1) else { break };
                depth = place;
                let Some(outer) = path.get(place) else { break };
                if level.alternatives.is_none() {
                    reader.resume(whole, outer.end);
                }
                level = *outer;
            }
        }
    }
    reader.outcome().map(|()| findings)
}

/// Where the check goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Same,
    /// Inside the byte string that follows.
    Sequence,
    /// Inside the array that follows.
    TryEach,
    End,
}

/// Enters the array that a sequence is, which must not be empty.
fn begin(reader: &mut Reader<'_>) -> Left {
    let here = reader.offset();
    let left = reader.array();
    let (mut probe, rest) = (left, reader.rest());
    if !reader.more(&mut probe) {
        reader.refuse_cbor(Cbor::Length, here);
    }
    reader.go(rest);
    left
}

impl Level {
    /// Takes the next alternative of a try-each: two sequences at least, and perhaps nil at the end.
    fn next_alternative(&mut self, seen: u8, reader: &mut Reader<'_>) -> Next {
        let here = reader.offset();
        let mut ends = !reader.more(&mut self.left);
        if !ends && reader.null() {
            if reader.more(&mut self.left) {
                reader.refuse_cbor(Cbor::InvalidValue, reader.offset());
            }
            ends = true;
        }
        if !ends {
            self.alternatives = Some(seen.saturating_add(1).min(ENOUGH));
            return Next::Sequence;
        }
        if seen < ENOUGH {
            reader.refuse_cbor(Cbor::Length, here);
        }
        Next::End
    }

    /// Takes the next command of a sequence.
    fn next_command(
        &mut self,
        place: Place,
        components: usize,
        findings: &mut Findings,
        reader: &mut Reader<'_>,
    ) -> Next {
        if !reader.more(&mut self.left) {
            return Next::End;
        }
        let offset = reader.offset();
        let label = reader.integer();
        if !reader.more(&mut self.left) {
            reader.refuse_cbor(Cbor::Length, reader.offset());
        }
        let Some(kind) = Kind::from_label(label) else {
            reader.refuse(ErrorKind::UnsupportedCommand(label), offset);
            return Next::Same;
        };
        match kind {
            Kind::Condition(condition) => {
                findings.vendor_identifier |= condition == Condition::VendorIdentifier;
                findings.class_identifier |= condition == Condition::ClassIdentifier;
                ReportingPolicy::take(reader);
            }
            Kind::OverrideParameters | Kind::SetParameters => {
                check_parameters(place, components, offset, reader);
            }
            Kind::SetComponentIndex => check_index(components, offset, reader),
            Kind::TryEach => return Next::TryEach,
            Kind::RunSequence => return Next::Sequence,
            _ if place == Place::Shared => {
                reader.refuse(ErrorKind::NotInSharedSequence(label), offset);
            }
            Kind::Action(_) => {
                ReportingPolicy::take(reader);
            }
            Kind::OverrideMultiple if UPDATE_MANAGEMENT => {
                check_multiple(place, components, offset, reader);
            }
            Kind::CopyParams if UPDATE_MANAGEMENT => check_copies(components, offset, reader),
            // There is none of them.
            Kind::OverrideMultiple | Kind::CopyParams => {}
            Kind::Custom => {
                reader.by_cursor(custom);
            }
        }
        Next::Same
    }
}

/// Refuses a command at `offset` with an index that no component has.
fn require_below(components: usize, index: usize, offset: usize, reader: &mut Reader<'_>) {
    if index >= components {
        reader.refuse(ErrorKind::ComponentIndex, offset);
    }
}

/// Takes a component index: one, a list that is not empty, or true.
fn check_index(components: usize, offset: usize, reader: &mut Reader<'_>) {
    let here = reader.offset();
    match reader.peek() {
        Type::Bool => {
            if !reader.boolean() {
                reader.refuse_cbor(Cbor::InvalidValue, here);
            }
        }
        Type::Array => {
            let mut items = reader.array();
            let mut any = false;
            while reader.more(&mut items) {
                let index = reader.index();
                require_below(components, index, offset, reader);
                any = true;
            }
            if !any {
                reader.refuse_cbor(Cbor::Length, here);
            }
        }
        _ => {
            let index = reader.index();
            require_below(components, index, offset, reader);
        }
    }
}

/// Takes the argument of suit-directive-override-multiple.
// Out of line, as the next: few manifests need the stack that these take.
#[inline(never)]
fn check_multiple(place: Place, components: usize, offset: usize, reader: &mut Reader<'_>) {
    let Some(argument) = reader.by_cursor(OverrideMultiple::take) else { return };
    for (index, parameters) in argument.iter() {
        require_below(components, index, offset, reader);
        let mut inside = Reader::new(parameters.encoded());
        check_parameters(place, components, offset, &mut inside);
        reader.adopt(&inside);
    }
}

/// Takes the argument of suit-directive-copy-params.
#[inline(never)]
fn check_copies(components: usize, offset: usize, reader: &mut Reader<'_>) {
    let Some(argument) = reader.by_cursor(CopyParams::take) else { return };
    for (index, _) in argument.iter() {
        require_below(components, index, offset, reader);
    }
}

/// Takes a map of parameters that is not empty.
fn check_parameters(place: Place, components: usize, offset: usize, reader: &mut Reader<'_>) {
    let here = reader.offset();
    let mut keys = reader.map();
    let mut any = false;
    loop {
        let at = reader.offset();
        match reader.key(&mut keys) {
            None => break,
            Some(parameter::SOURCE_COMPONENT) => {
                let index = reader.index();
                require_below(components, index, offset, reader);
            }
            Some(key @ ..=-1) if place == Place::Shared => {
                reader.refuse(ErrorKind::UnsupportedParameter(key), at);
            }
            Some(key) => Parameter::check(key, at, reader),
        }
        any = true;
    }
    if !any {
        reader.refuse_cbor(Cbor::Length, here);
    }
}
