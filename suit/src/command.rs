//! Commands and the sequences that they stand in (sections 8.4.6, 8.4.9 and 8.4.10).

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::cbor::{Cursor, Entries, Items, Raw, Type};

use crate::error::{Error, ErrorKind};
use crate::labels::{condition, directive};
use crate::parameter::Parameters;
use crate::read::{self, Reader};

/// Whether the commands and parameters of the update-management draft are offered.
pub(crate) const UPDATE_MANAGEMENT: bool = cfg!(feature = "update-management");

/// SUIT_Rep_Policy: what to record when a command ends (section 8.4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportingPolicy(u8);

impl ReportingPolicy {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// suit-send-record-on-success.
    pub const RECORD_ON_SUCCESS: Self = Self(1);
    /// suit-send-record-on-failure.
    pub const RECORD_ON_FAILURE: Self = Self(2);
    /// suit-send-sysinfo-success.
    pub const SYSINFO_ON_SUCCESS: Self = Self(4);
    /// suit-send-sysinfo-failure.
    pub const SYSINFO_ON_FAILURE: Self = Self(8);

    /// The policy with these bits, if the standard defines them all.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits < 16 { Some(Self(bits)) } else { None }
    }

    /// The bits, 0 to 15.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of `other` is asked for.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) fn take(reader: &mut Reader<'_>) -> Self {
        let at = reader.offset();
        let bits = reader.unsigned();
        if bits > 15 {
            reader.refuse_cbor(Cbor::InvalidValue, at);
        }
        let [bits, ..] = bits.to_le_bytes();
        Self(bits)
    }
}

/// Tests that a command can make (section 8.4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// suit-condition-vendor-identifier.
    VendorIdentifier,
    /// suit-condition-class-identifier.
    ClassIdentifier,
    /// suit-condition-device-identifier.
    DeviceIdentifier,
    /// suit-condition-image-match.
    ImageMatch,
    /// suit-condition-component-slot.
    ComponentSlot,
    /// suit-condition-check-content.
    CheckContent,
    /// suit-condition-abort.
    Abort,
    /// suit-condition-dependency-integrity (trust domains).
    DependencyIntegrity,
    /// suit-condition-is-dependency (trust domains).
    IsDependency,
    /// suit-condition-use-before (update management).
    UseBefore,
    /// suit-condition-image-not-match (update management).
    ImageNotMatch,
    /// suit-condition-minimum-battery (update management).
    MinimumBattery,
    /// suit-condition-update-authorized (update management).
    UpdateAuthorized,
    /// suit-condition-version (update management).
    Version,
}

impl Condition {
    /// The condition with this label.
    #[must_use]
    pub const fn from_label(label: i64) -> Option<Self> {
        Some(match label {
            condition::USE_BEFORE
            | condition::IMAGE_NOT_MATCH
            | condition::MINIMUM_BATTERY
            | condition::UPDATE_AUTHORIZED
            | condition::VERSION
                if !UPDATE_MANAGEMENT =>
            {
                return None;
            }
            condition::VENDOR_IDENTIFIER => Self::VendorIdentifier,
            condition::CLASS_IDENTIFIER => Self::ClassIdentifier,
            condition::DEVICE_IDENTIFIER => Self::DeviceIdentifier,
            condition::IMAGE_MATCH => Self::ImageMatch,
            condition::COMPONENT_SLOT => Self::ComponentSlot,
            condition::CHECK_CONTENT => Self::CheckContent,
            condition::ABORT => Self::Abort,
            condition::DEPENDENCY_INTEGRITY => Self::DependencyIntegrity,
            condition::IS_DEPENDENCY => Self::IsDependency,
            condition::USE_BEFORE => Self::UseBefore,
            condition::IMAGE_NOT_MATCH => Self::ImageNotMatch,
            condition::MINIMUM_BATTERY => Self::MinimumBattery,
            condition::UPDATE_AUTHORIZED => Self::UpdateAuthorized,
            condition::VERSION => Self::Version,
            _ => return None,
        })
    }

    /// The label in the SUIT Commands registry.
    #[must_use]
    pub const fn label(self) -> i64 {
        match self {
            Self::VendorIdentifier => condition::VENDOR_IDENTIFIER,
            Self::ClassIdentifier => condition::CLASS_IDENTIFIER,
            Self::DeviceIdentifier => condition::DEVICE_IDENTIFIER,
            Self::ImageMatch => condition::IMAGE_MATCH,
            Self::ComponentSlot => condition::COMPONENT_SLOT,
            Self::CheckContent => condition::CHECK_CONTENT,
            Self::Abort => condition::ABORT,
            Self::DependencyIntegrity => condition::DEPENDENCY_INTEGRITY,
            Self::IsDependency => condition::IS_DEPENDENCY,
            Self::UseBefore => condition::USE_BEFORE,
            Self::ImageNotMatch => condition::IMAGE_NOT_MATCH,
            Self::MinimumBattery => condition::MINIMUM_BATTERY,
            Self::UpdateAuthorized => condition::UPDATE_AUTHORIZED,
            Self::Version => condition::VERSION,
        }
    }
}

/// Directives that act on a component and take a reporting policy (section 8.4.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// suit-directive-write.
    Write,
    /// suit-directive-fetch.
    Fetch,
    /// suit-directive-copy.
    Copy,
    /// suit-directive-swap.
    Swap,
    /// suit-directive-invoke.
    Invoke,
    /// suit-directive-process-dependency (trust domains).
    ProcessDependency,
    /// suit-directive-unlink (trust domains).
    Unlink,
    /// suit-directive-wait (update management).
    Wait,
}

impl Action {
    /// The directive with this label.
    #[must_use]
    pub const fn from_label(label: i64) -> Option<Self> {
        Some(match label {
            directive::WRITE => Self::Write,
            directive::FETCH => Self::Fetch,
            directive::COPY => Self::Copy,
            directive::SWAP => Self::Swap,
            directive::INVOKE => Self::Invoke,
            directive::PROCESS_DEPENDENCY => Self::ProcessDependency,
            directive::UNLINK => Self::Unlink,
            directive::WAIT if UPDATE_MANAGEMENT => Self::Wait,
            _ => return None,
        })
    }

    /// The label in the SUIT Commands registry.
    #[must_use]
    pub const fn label(self) -> i64 {
        match self {
            Self::Write => directive::WRITE,
            Self::Fetch => directive::FETCH,
            Self::Copy => directive::COPY,
            Self::Swap => directive::SWAP,
            Self::Invoke => directive::INVOKE,
            Self::ProcessDependency => directive::PROCESS_DEPENDENCY,
            Self::Unlink => directive::UNLINK,
            Self::Wait => directive::WAIT,
        }
    }
}

/// What a command is, as its label says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Condition(Condition),
    Action(Action),
    SetComponentIndex,
    TryEach,
    SetParameters,
    OverrideParameters,
    RunSequence,
    OverrideMultiple,
    CopyParams,
    Custom,
}

impl Kind {
    /// The kind with this label; `None` for labels that are unknown or not offered.
    #[inline(never)]
    pub(crate) const fn from_label(label: i64) -> Option<Self> {
        Some(match label {
            ..=-1 => Self::Custom,
            directive::SET_COMPONENT_INDEX => Self::SetComponentIndex,
            directive::TRY_EACH => Self::TryEach,
            directive::SET_PARAMETERS => Self::SetParameters,
            directive::OVERRIDE_PARAMETERS => Self::OverrideParameters,
            directive::RUN_SEQUENCE => Self::RunSequence,
            directive::OVERRIDE_MULTIPLE if UPDATE_MANAGEMENT => Self::OverrideMultiple,
            directive::COPY_PARAMS if UPDATE_MANAGEMENT => Self::CopyParams,
            _ => {
                if let Some(condition) = Condition::from_label(label) {
                    Self::Condition(condition)
                } else if let Some(action) = Action::from_label(label) {
                    Self::Action(action)
                } else {
                    return None;
                }
            }
        })
    }

    /// Whether its argument is a reporting policy.
    pub(crate) const fn has_policy(self) -> bool {
        matches!(self, Self::Condition(_) | Self::Action(_))
    }
}

/// The argument of `suit-directive-set-component-index` (section 6.5).
#[derive(Clone, Copy, Debug)]
pub enum ComponentIndex<'b> {
    /// One component.
    One(usize),
    /// Some components, one after another.
    List(IndexList<'b>),
    /// Every component, in the order of `suit-components`.
    All,
}

/// The array of indices that a [`ComponentIndex::List`] holds; never empty.
#[derive(Clone, Copy, Debug)]
pub struct IndexList<'b> {
    encoded: Raw<'b>,
}

impl<'b> IndexList<'b> {
    /// The indices, in the order in which commands apply to them.
    pub fn iter(self) -> impl Iterator<Item = usize> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { cursor.unsigned_as().ok() } else { None }
        })
    }
}

impl<'b> ComponentIndex<'b> {
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        Ok(match cursor.peek()? {
            Type::Bool if cursor.boolean()? => Self::All,
            Type::Bool => return Err(here.error(Cbor::InvalidValue).into()),
            Type::Array => {
                let mut inside = *cursor;
                let mut items = inside.array()?;
                let mut any = false;
                while items.next(&mut inside)? {
                    inside.unsigned_as::<usize>()?;
                    any = true;
                }
                if !any {
                    return Err(here.error(Cbor::Length).into());
                }
                Self::List(IndexList { encoded: cursor.item()? })
            }
            _ => Self::One(cursor.unsigned_as()?),
        })
    }
}

/// The argument of `suit-directive-try-each`: sequences of which the first that succeeds counts.
#[derive(Clone, Copy, Debug)]
pub struct TryEach<'b> {
    cursor: Cursor<'b>,
    items: Items,
}

/// One element of a [`TryEach`].
#[derive(Clone, Copy, Debug)]
pub enum Alternative<'b> {
    /// A sequence to try.
    Sequence(CommandSequence<'b>),
    /// `nil`, at the end: succeed although all sequences have failed.
    Succeed,
}

impl<'b> TryEach<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut inside = *cursor;
        let items = inside.array()?;
        let argument = Self { cursor: inside, items };
        let (mut rest, mut sequences) = (argument, 0usize);
        while let Some(alternative) = rest.take_next()? {
            match alternative {
                Alternative::Sequence(_) => sequences = sequences.saturating_add(1),
                Alternative::Succeed => {
                    if rest.items.next(&mut rest.cursor)? {
                        return Err(rest.cursor.error(Cbor::InvalidValue).into());
                    }
                    break;
                }
            }
        }
        if sequences < 2 {
            return Err(here.error(Cbor::Length).into());
        }
        cursor.skip()?;
        Ok(argument)
    }

    /// Where the next alternative, or the end, stands in the input.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// Takes the next alternative.
    pub(crate) fn take_next(&mut self) -> Result<Option<Alternative<'b>>, Error> {
        if !self.items.next(&mut self.cursor)? {
            return Ok(None);
        }
        if self.cursor.take_null() {
            return Ok(Some(Alternative::Succeed));
        }
        CommandSequence::take(&mut self.cursor).map(Alternative::Sequence).map(Some)
    }
}

impl<'b> Iterator for TryEach<'b> {
    type Item = Alternative<'b>;

    fn next(&mut self) -> Option<Self::Item> {
        self.take_next().ok().flatten()
    }
}

/// The argument of `suit-directive-override-multiple`: parameters for several components.
#[derive(Clone, Copy, Debug)]
pub struct OverrideMultiple<'b> {
    encoded: Raw<'b>,
}

impl<'b> OverrideMultiple<'b> {
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let encoded = take_by_index(cursor, |cursor| Parameters::take(cursor).map(drop))?;
        Ok(Self { encoded })
    }

    /// Component indices with the parameters that are set for them.
    pub fn iter(self) -> impl Iterator<Item = (usize, Parameters<'b>)> + use<'b> {
        by_index(self.encoded, Parameters::take)
    }
}

/// The argument of `suit-directive-copy-params`: which parameters are taken from which components.
#[derive(Clone, Copy, Debug)]
pub struct CopyParams<'b> {
    encoded: Raw<'b>,
}

impl<'b> CopyParams<'b> {
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(Self { encoded: take_by_index(cursor, |cursor| Labels::take(cursor).map(drop))? })
    }

    /// Component indices with the labels of the parameters that are copied from them.
    pub fn iter(self) -> impl Iterator<Item = (usize, Labels<'b>)> + use<'b> {
        by_index(self.encoded, Labels::take)
    }
}

/// A list of labels; never empty.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'b> {
    encoded: Raw<'b>,
}

impl<'b> Labels<'b> {
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut inside = *cursor;
        let mut items = inside.array()?;
        let mut any = false;
        while items.next(&mut inside)? {
            inside.integer()?;
            any = true;
        }
        if !any {
            return Err(cursor.error(Cbor::Length).into());
        }
        Ok(Self { encoded: cursor.item()? })
    }

    /// The labels, in their order.
    pub fn iter(self) -> impl Iterator<Item = i64> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.array().ok();
        core::iter::from_fn(move || {
            let more = items.as_mut()?.next(&mut cursor).ok()?;
            if more { cursor.integer().ok() } else { None }
        })
    }
}

/// Takes a map from component indices to what `take` takes; not empty, and no index twice.
fn take_by_index<'b>(
    cursor: &mut Cursor<'b>,
    mut take: impl FnMut(&mut Cursor<'b>) -> Result<(), Error>,
) -> Result<Raw<'b>, Error> {
    let mut inside = *cursor;
    let mut entries = Entries::enter(&mut inside)?;
    let mut any = false;
    loop {
        let mut key = inside;
        match entries.next(&mut inside)? {
            None if any => return Ok(cursor.item()?),
            None => return Err(cursor.error(Cbor::Length).into()),
            Some(_) => key.unsigned_as::<usize>()?,
        };
        take(&mut inside)?;
        any = true;
    }
}

/// The entries of a map that [`take_by_index`] took.
fn by_index<'b, T>(
    encoded: Raw<'b>,
    take: impl Fn(&mut Cursor<'b>) -> Result<T, Error>,
) -> impl Iterator<Item = (usize, T)> {
    let mut cursor = encoded.cursor();
    let mut items = cursor.map().ok();
    core::iter::from_fn(move || {
        if !items.as_mut()?.next(&mut cursor).ok()? {
            return None;
        }
        Some((cursor.unsigned_as().ok()?, take(&mut cursor).ok()?))
    })
}

/// The argument of a custom command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomArgument<'b> {
    /// Bytes.
    Bytes(&'b [u8]),
    /// Text.
    Text(&'b str),
    /// An integer.
    Integer(i64),
    /// `nil`.
    Nil,
}

/// What a command says to do.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'b> {
    /// Test something; a failure ends the sequence.
    Condition(Condition, ReportingPolicy),
    /// Act on a component.
    Action(Action, ReportingPolicy),
    /// suit-directive-set-component-index.
    SetComponentIndex(ComponentIndex<'b>),
    /// suit-directive-override-parameters.
    OverrideParameters(Parameters<'b>),
    /// suit-directive-set-parameters (trust domains).
    SetParameters(Parameters<'b>),
    /// suit-directive-override-multiple (update management).
    OverrideMultiple(OverrideMultiple<'b>),
    /// suit-directive-copy-params (update management).
    CopyParams(CopyParams<'b>),
    /// suit-directive-try-each.
    TryEach(TryEach<'b>),
    /// suit-directive-run-sequence.
    RunSequence(CommandSequence<'b>),
    /// suit-command-custom: a command of the device's maker, with a negative label.
    Custom(CustomArgument<'b>),
}

/// A command of a sequence.
#[derive(Clone, Copy, Debug)]
pub struct Command<'b> {
    /// The label in the SUIT Commands registry.
    pub label: i64,
    /// Where the label stands in the input.
    pub offset: usize,
    /// What the command says to do.
    pub operation: Operation<'b>,
}

impl Command<'_> {
    /// What to record when the command ends; `None` for commands that take no reporting policy.
    #[must_use]
    pub const fn reporting_policy(&self) -> Option<ReportingPolicy> {
        match self.operation {
            Operation::Condition(_, policy) | Operation::Action(_, policy) => Some(policy),
            _ => None,
        }
    }
}

/// SUIT_Command_Sequence: commands, one after another.
#[derive(Clone, Copy, Debug)]
pub struct CommandSequence<'b> {
    encoded: Raw<'b>,
}

impl<'b> CommandSequence<'b> {
    /// The sequence that is all of `encoded`, unchecked.
    pub(crate) const fn new(encoded: Raw<'b>) -> Self {
        Self { encoded }
    }

    /// Takes the byte string at `cursor` that wraps a sequence, unchecked.
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(Self { encoded: cursor.byte_string()? })
    }

    /// The sequence as it is encoded in the input: a CBOR array of labels and arguments.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The commands in their order; nested sequences are within theirs.
    #[must_use]
    pub fn iter(self) -> CommandIter<'b> {
        CommandIter { commands: Commands::enter(self).ok() }
    }
}

impl<'b> IntoIterator for CommandSequence<'b> {
    type Item = Command<'b>;
    type IntoIter = CommandIter<'b>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The commands of a [`CommandSequence`].
#[derive(Clone, Debug)]
pub struct CommandIter<'b> {
    commands: Option<Commands<'b>>,
}

impl<'b> Iterator for CommandIter<'b> {
    type Item = Command<'b>;

    fn next(&mut self) -> Option<Self::Item> {
        self.commands.as_mut()?.take_next().ok().flatten()
    }
}

/// A position in a sequence, where every command is checked as it is taken: also in memory that
/// could change after the signature was verified, no command is misread silently.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commands<'b> {
    cursor: Cursor<'b>,
    items: Items,
}

impl<'b> Commands<'b> {
    pub(crate) fn enter(sequence: CommandSequence<'b>) -> Result<Self, Error> {
        let mut cursor = sequence.encoded.cursor();
        let items = cursor.array()?;
        Ok(Self { cursor, items })
    }

    /// Takes the next command; at the end, makes sure that nothing follows.
    pub(crate) fn take_next(&mut self) -> Result<Option<Command<'b>>, Error> {
        let cursor = &mut self.cursor;
        if !self.items.next(cursor)? {
            cursor.finish()?;
            return Ok(None);
        }
        let offset = cursor.offset();
        let label = cursor.integer()?;
        if !self.items.next(cursor)? {
            return Err(cursor.error(Cbor::Length).into());
        }
        let Some(kind) = Kind::from_label(label) else {
            return Err(Error::new(ErrorKind::UnsupportedCommand(label), offset));
        };
        let operation = match kind {
            Kind::Condition(condition) => {
                Operation::Condition(condition, read::at(cursor, ReportingPolicy::take)?)
            }
            Kind::Action(action) => {
                Operation::Action(action, read::at(cursor, ReportingPolicy::take)?)
            }
            Kind::SetComponentIndex => Operation::SetComponentIndex(ComponentIndex::take(cursor)?),
            Kind::OverrideParameters => Operation::OverrideParameters(Parameters::take(cursor)?),
            Kind::SetParameters => Operation::SetParameters(Parameters::take(cursor)?),
            Kind::OverrideMultiple => Operation::OverrideMultiple(OverrideMultiple::take(cursor)?),
            Kind::CopyParams => Operation::CopyParams(CopyParams::take(cursor)?),
            Kind::TryEach => Operation::TryEach(TryEach::take(cursor)?),
            Kind::RunSequence => Operation::RunSequence(CommandSequence::take(cursor)?),
            Kind::Custom => Operation::Custom(custom(cursor)?),
        };
        Ok(Some(Command { label, offset, operation }))
    }
}

pub(crate) fn custom<'b>(cursor: &mut Cursor<'b>) -> Result<CustomArgument<'b>, Error> {
    Ok(match cursor.peek()? {
        Type::Null => {
            cursor.skip()?;
            CustomArgument::Nil
        }
        Type::Bytes => CustomArgument::Bytes(cursor.bytes()?),
        Type::Text => CustomArgument::Text(cursor.text()?),
        _ => CustomArgument::Integer(cursor.integer()?),
    })
}
