//! Checking a command sequence and all that is nested in it, once, before anything runs.
//!
//! This walks the encoding itself rather than [`Command`](crate::command::Command)s: a device that only
//! runs manifests has no use for those.

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::{Cursor, Items, Raw, Type};

use crate::command::{
    Action, CommandSequence, Condition, CopyParams, OverrideMultiple, ReportingPolicy,
    UPDATE_MANAGEMENT, custom,
};
use crate::error::{Error, ErrorKind};
use crate::labels::{directive, parameter};
use crate::options::Options;
use crate::parameter::Parameter;
use crate::read::{self, Keys};

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
struct Level<'b> {
    cursor: Cursor<'b>,
    items: Items,
    /// How many alternatives were seen of a try-each, up to [`ENOUGH`]; `None` for a sequence.
    alternatives: Option<u8>,
}

/// How many alternatives a try-each has at least.
const ENOUGH: u8 = 2;

/// One that the check comes back to: offsets in the outermost sequence.
#[derive(Clone, Copy)]
struct Outer {
    next: usize,
    end: usize,
    items: Items,
    alternatives: Option<u8>,
}

/// Checks `sequence` against the CDDL, with `components` of them to refer to.
pub(crate) fn check(
    sequence: CommandSequence<'_>,
    place: Place,
    components: usize,
    options: &Options,
) -> Result<Findings, Error> {
    let whole = sequence.encoded();
    let mut findings = Findings::default();
    let mut path: [Option<Outer>; Options::MAX_NESTING * 2] = [None; Options::MAX_NESTING * 2];
    let (mut depth, mut sequences) = (0usize, 1usize);
    let nesting = options.nesting.min(Options::MAX_NESTING);
    if nesting == 0 {
        return Err(Error::new(ErrorKind::NestingTooDeep, whole.offset()));
    }
    let mut level = enter(whole)?;
    loop {
        let inner = match level.alternatives {
            Some(seen) => level.next_alternative(seen)?,
            None => level.next_command(place, components, &mut findings)?,
        };
        match inner {
            Next::Same => {}
            Next::Inside(inner) => {
                let is_sequence = inner.alternatives.is_none();
                let too_deep = Error::new(ErrorKind::NestingTooDeep, inner.cursor.offset());
                if is_sequence && sequences >= nesting {
                    return Err(too_deep);
                }
                let next = level.cursor.offset();
                let end = next.saturating_add(level.cursor.rest().bytes().len());
                let Level { items, alternatives, .. } = level;
                let outer = Outer { next, end, items, alternatives };
                *path.get_mut(depth).ok_or(too_deep)? = Some(outer);
                depth = depth.saturating_add(1);
                sequences = sequences.saturating_add(usize::from(is_sequence));
                level = inner;
            }
            Next::End => {
                sequences = sequences.saturating_sub(usize::from(level.alternatives.is_none()));
                let Some(place) = depth.checked_sub(1) else { return Ok(findings) };
                depth = place;
                let Some(Some(outer)) = path.get(place).copied() else { return Ok(findings) };
                let from = outer.next.saturating_sub(whole.offset());
                let to = outer.end.saturating_sub(whole.offset());
                let rest = whole.bytes().get(from..to).unwrap_or_default();
                level = Level {
                    cursor: Cursor::at(rest, outer.next),
                    items: outer.items,
                    alternatives: outer.alternatives,
                };
            }
        }
    }
}

/// Where the check goes on.
enum Next<'b> {
    Same,
    Inside(Level<'b>),
    End,
}

/// Enters a sequence, which must not be empty.
fn enter(encoded: Raw<'_>) -> Result<Level<'_>, Error> {
    let mut cursor = encoded.cursor();
    let items = cursor.array()?;
    let (mut first, mut probe) = (cursor, items);
    if !probe.next(&mut first)? {
        return Err(encoded.error(Cbor::Length).into());
    }
    Ok(Level { cursor, items, alternatives: None })
}

impl<'b> Level<'b> {
    /// Takes the next alternative of a try-each: two sequences at least, and perhaps nil at the end.
    fn next_alternative(&mut self, seen: u8) -> Result<Next<'b>, Error> {
        let cursor = &mut self.cursor;
        let here = *cursor;
        let mut ends = !self.items.next(cursor)?;
        if !ends && cursor.take_null() {
            if self.items.next(cursor)? {
                return Err(cursor.error(Cbor::InvalidValue).into());
            }
            ends = true;
        }
        if ends {
            return if seen < ENOUGH {
                Err(here.error(Cbor::Length).into())
            } else {
                Ok(Next::End)
            };
        }
        self.alternatives = Some(seen.saturating_add(1).min(ENOUGH));
        enter(read::byte_string(cursor)?).map(Next::Inside)
    }

    /// Takes the next command of a sequence; at the end, makes sure that nothing follows.
    fn next_command(
        &mut self,
        place: Place,
        components: usize,
        findings: &mut Findings,
    ) -> Result<Next<'b>, Error> {
        let cursor = &mut self.cursor;
        if !self.items.next(cursor)? {
            cursor.finish()?;
            return Ok(Next::End);
        }
        let offset = cursor.offset();
        let label = read::integer(cursor)?;
        if !self.items.next(cursor)? {
            return Err(cursor.error(Cbor::Length).into());
        }
        let refuse = |kind| Err(Error::new(kind, offset));
        if let Some(condition) = Condition::from_label(label) {
            ReportingPolicy::take(cursor)?;
            findings.vendor_identifier |= condition == Condition::VendorIdentifier;
            findings.class_identifier |= condition == Condition::ClassIdentifier;
            return Ok(Next::Same);
        }
        let steers = matches!(
            label,
            directive::SET_COMPONENT_INDEX
                | directive::OVERRIDE_PARAMETERS
                | directive::SET_PARAMETERS
                | directive::TRY_EACH
                | directive::RUN_SEQUENCE
        );
        let updates = matches!(label, directive::OVERRIDE_MULTIPLE | directive::COPY_PARAMS);
        let is_known = steers
            || label < 0
            || updates && UPDATE_MANAGEMENT
            || Action::from_label(label).is_some();
        if !is_known {
            return refuse(ErrorKind::UnsupportedCommand(label));
        }
        if !steers && place == Place::Shared {
            return refuse(ErrorKind::NotInSharedSequence(label));
        }
        let is_below = |index| {
            let unknown = Error::new(ErrorKind::ComponentIndex, offset);
            if index < components { Ok(()) } else { Err(unknown) }
        };
        match label {
            directive::SET_COMPONENT_INDEX => check_index(cursor, is_below)?,
            directive::OVERRIDE_PARAMETERS | directive::SET_PARAMETERS => {
                check_parameters(cursor, place, is_below)?;
            }
            directive::TRY_EACH => {
                let mut inside = *cursor;
                let items = inside.array()?;
                skip_argument(cursor)?;
                let inner = Level { cursor: inside, items, alternatives: Some(0) };
                return Ok(Next::Inside(inner));
            }
            directive::RUN_SEQUENCE => return enter(read::byte_string(cursor)?).map(Next::Inside),
            directive::OVERRIDE_MULTIPLE if UPDATE_MANAGEMENT => {
                for (index, parameters) in OverrideMultiple::take(cursor)?.iter() {
                    is_below(index)?;
                    check_parameters(&mut parameters.encoded().cursor(), place, is_below)?;
                }
            }
            directive::COPY_PARAMS if UPDATE_MANAGEMENT => {
                CopyParams::take(cursor)?.iter().try_for_each(|(index, _)| is_below(index))?;
            }
            ..=-1 => custom(cursor).map(drop)?,
            _ => ReportingPolicy::take(cursor).map(drop)?,
        }
        Ok(Next::Same)
    }
}

/// Takes a component index: one, a list that is not empty, or true.
fn check_index(
    cursor: &mut Cursor<'_>,
    is_below: impl Fn(usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let here = *cursor;
    match cursor.peek()? {
        Type::Bool if cursor.boolean()? => Ok(()),
        Type::Bool => Err(here.error(Cbor::InvalidValue).into()),
        Type::Array => {
            let mut items = cursor.array()?;
            let mut any = false;
            while items.next(cursor)? {
                is_below(read::index(cursor)?)?;
                any = true;
            }
            if any { Ok(()) } else { Err(here.error(Cbor::Length).into()) }
        }
        _ => is_below(read::index(cursor)?),
    }
}

/// Takes a map of parameters that is not empty.
fn check_parameters(
    cursor: &mut Cursor<'_>,
    place: Place,
    is_below: impl Fn(usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let here = *cursor;
    let mut keys = Keys::enter(cursor)?;
    let mut any = false;
    loop {
        let at = cursor.offset();
        if !keys.next(cursor)? {
            return if any { Ok(()) } else { Err(here.error(Cbor::Length).into()) };
        }
        match keys.integer(at)? {
            parameter::SOURCE_COMPONENT => is_below(read::index(cursor)?)?,
            key @ ..=-1 if place == Place::Shared => {
                return Err(Error::new(ErrorKind::UnsupportedParameter(key), at));
            }
            key => Parameter::check(key, at, cursor)?,
        }
        any = true;
    }
}

/// Passes over the argument of a command. Unlike [`Cursor::skip`] it keeps no record of levels for the
/// arrays and maps that arguments are: what is in those is skipped item by item.
pub(crate) fn skip_argument(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    let (mut items, each) = match cursor.peek()? {
        Type::Map => (cursor.map()?, 2),
        Type::Array => (cursor.array()?, 1),
        _ => return read::skip(cursor),
    };
    while items.next(cursor)? {
        for _ in 0..each {
            read::skip(cursor)?;
        }
    }
    Ok(())
}
