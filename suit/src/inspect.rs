//! A command sequence and what is in it as lines for a reader (needs `alloc`).

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::cbor::Line;

use crate::command::{
    Alternative, Command, CommandIter, CommandSequence, ComponentIndex, CustomArgument, Operation,
    ReportingPolicy, TryEach,
};
use crate::labels;
use crate::parameter::{CustomValue, Parameter, Parameters, Uuid, VendorIdentifier};

/// What is open while lines are written.
enum Level<'b> {
    Sequence(CommandIter<'b>),
    /// The alternatives that are left, and the number of the next.
    TryEach(TryEach<'b>, usize),
}

/// A line for every command of a sequence and of those inside it, for every parameter that is set and
/// every alternative of a try-each: how deep, at which byte, by its name in the standard, with what (a
/// condition or directive with what its policy asks to be recorded).
///
/// ```
/// use hexad_suit::{Manifest, inspect};
///
/// let bytes = [
///     0xa4, 0x01, 0x01, 0x02, 0x05, 0x03, 0x45, 0xa1, 0x02, 0x81, 0x81, 0x40, // one component
///     0x07, 0x47, 0x84, 0x14, 0xa1, 0x0e, 0x05, 0x03, 0x0f, // suit-validate
/// ];
/// let validate = Manifest::parse(&bytes)?.validate().unwrap();
/// let lines = inspect::commands(validate);
/// let shown: Vec<_> = lines.iter().map(|line| (line.depth, line.offset, &*line.name, &*line.value)).collect();
/// assert_eq!(shown, [
///     (0, 15, "suit-directive-override-parameters", ""),
///     (1, 17, "suit-parameter-image-size", "5"),
///     (0, 19, "suit-condition-image-match", "record, sysinfo always"),
/// ]);
/// # Ok::<(), hexad_suit::Error>(())
/// ```
#[must_use]
pub fn commands(sequence: CommandSequence<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open = vec![Level::Sequence(sequence.iter())];
    loop {
        let depth = open.len().saturating_sub(1);
        match open.last_mut() {
            None => return lines,
            Some(Level::Sequence(commands)) => match commands.next() {
                None => drop(open.pop()),
                Some(command) => {
                    lines.push(line(depth, &command));
                    let inside = depth.saturating_add(1);
                    match command.operation {
                        Operation::OverrideParameters(parameters)
                        | Operation::SetParameters(parameters) => {
                            parameter_lines(parameters, inside, &mut lines);
                        }
                        Operation::OverrideMultiple(sets) => {
                            for (index, parameters) in sets.iter() {
                                let offset = parameters.encoded().offset();
                                let name = format!("component {index}");
                                lines.push(Line {
                                    depth: inside,
                                    offset,
                                    name,
                                    value: String::new(),
                                });
                                parameter_lines(parameters, inside.saturating_add(1), &mut lines);
                            }
                        }
                        Operation::CopyParams(sources) => {
                            for (index, labels) in sources.iter() {
                                let names: Vec<_> = labels.iter().map(name_of_parameter).collect();
                                let (offset, value) = (command.offset, names.join(", "));
                                let name = format!("from component {index}");
                                lines.push(Line { depth: inside, offset, name, value });
                            }
                        }
                        Operation::TryEach(alternatives) => {
                            open.push(Level::TryEach(alternatives, 0));
                        }
                        Operation::RunSequence(inner) => open.push(Level::Sequence(inner.iter())),
                        _ => {}
                    }
                }
            },
            Some(Level::TryEach(alternatives, number)) => {
                let (offset, name) = (alternatives.offset(), format!("alternative {number}"));
                *number = number.saturating_add(1);
                let (value, inner) = match alternatives.next() {
                    None => {
                        open.pop();
                        continue;
                    }
                    Some(Alternative::Succeed) => ("nil", None),
                    Some(Alternative::Sequence(inner)) => ("", Some(inner)),
                };
                lines.push(Line { depth, offset, name, value: value.to_owned() });
                open.extend(inner.map(|inner| Level::Sequence(inner.iter())));
            }
        }
    }
}

/// A line for every parameter of a set.
fn parameter_lines(parameters: Parameters<'_>, depth: usize, lines: &mut Vec<Line>) {
    let mut parameters = parameters.iter();
    loop {
        let offset = parameters.offset();
        let Some(parameter) = parameters.next() else { return };
        let name = name_of_parameter(parameter.label());
        let value = parameter_value(&parameter);
        lines.push(Line { depth, offset, name, value });
    }
}

/// The line of a command, without what is inside it.
fn line(depth: usize, command: &Command<'_>) -> Line {
    let value = match command.operation {
        Operation::Condition(_, policy) | Operation::Action(_, policy) => policy_value(policy),
        Operation::SetComponentIndex(ComponentIndex::One(index)) => index.to_string(),
        Operation::SetComponentIndex(ComponentIndex::List(list)) => {
            let indices: Vec<_> = list.iter().map(|index| index.to_string()).collect();
            format!("[{}]", indices.join(", "))
        }
        Operation::SetComponentIndex(ComponentIndex::All) => "true".to_owned(),
        Operation::Custom(CustomArgument::Bytes(bytes)) => hex(bytes),
        Operation::Custom(CustomArgument::Text(text)) => format!("{text:?}"),
        Operation::Custom(CustomArgument::Integer(integer)) => integer.to_string(),
        Operation::Custom(CustomArgument::Nil) => "nil".to_owned(),
        _ => String::new(),
    };
    let name = labels::command_name(command.label)
        .map_or_else(|| format!("command {}", command.label), ToOwned::to_owned);
    Line { depth, offset: command.offset, name, value }
}

/// What a policy asks to be recorded, in few words; nothing for none.
fn policy_value(policy: ReportingPolicy) -> String {
    let when = |success, failure| match (policy.contains(success), policy.contains(failure)) {
        (true, true) => Some("always"),
        (true, false) => Some("on success"),
        (false, true) => Some("on failure"),
        (false, false) => None,
    };
    let record = when(ReportingPolicy::RECORD_ON_SUCCESS, ReportingPolicy::RECORD_ON_FAILURE);
    let sysinfo = when(ReportingPolicy::SYSINFO_ON_SUCCESS, ReportingPolicy::SYSINFO_ON_FAILURE);
    match (record, sysinfo) {
        (None, None) => String::new(),
        (Some(record), None) => format!("record {record}"),
        (None, Some(sysinfo)) => format!("sysinfo {sysinfo}"),
        (Some(record), Some(sysinfo)) if record == sysinfo => format!("record, sysinfo {record}"),
        (Some(record), Some(sysinfo)) => format!("record {record}, sysinfo {sysinfo}"),
    }
}

fn name_of_parameter(label: i64) -> String {
    labels::parameter_name(label).map_or_else(|| format!("parameter {label}"), ToOwned::to_owned)
}

/// The value of a parameter, as people write it.
#[must_use]
pub fn parameter_value(parameter: &Parameter<'_>) -> String {
    match parameter {
        Parameter::VendorIdentifier(VendorIdentifier::Uuid(id))
        | Parameter::ClassIdentifier(id)
        | Parameter::DeviceIdentifier(id) => uuid(id),
        Parameter::VendorIdentifier(VendorIdentifier::Pen(oid)) => format!("PEN {}", hex(oid)),
        Parameter::ImageDigest(digest) => {
            format!("{} {}", hash_name(digest.algorithm()), hex(digest.bytes()))
        }
        Parameter::ImageSize(number)
        | Parameter::ComponentSlot(number)
        | Parameter::UseBefore(number)
        | Parameter::MinimumBattery(number) => number.to_string(),
        Parameter::UpdatePriority(priority) => priority.to_string(),
        Parameter::EncryptionInfo(info) => hex(info.encoded().bytes()),
        Parameter::Version(required) => {
            let numbers: Vec<_> = required.version.iter().map(|part| part.to_string()).collect();
            format!("{} [{}]", required.comparison.label(), numbers.join(", "))
        }
        Parameter::WaitInfo(info) => hex(info.encoded().bytes()),
        Parameter::ComponentMetadata(metadata) => hex(metadata.encoded().bytes()),
        Parameter::SourceComponent(index) => index.to_string(),
        Parameter::Content(bytes)
        | Parameter::InvokeArgs(bytes)
        | Parameter::FetchArguments(bytes)
        | Parameter::Custom(_, CustomValue::Bytes(bytes)) => hex(bytes),
        Parameter::Uri(text) | Parameter::Custom(_, CustomValue::Text(text)) => {
            format!("{text:?}")
        }
        Parameter::StrictOrder(value)
        | Parameter::SoftFailure(value)
        | Parameter::Custom(_, CustomValue::Bool(value)) => value.to_string(),
        Parameter::Custom(_, CustomValue::Integer(value)) => value.to_string(),
    }
}

/// A hash algorithm as people call it.
#[must_use]
pub const fn hash_name(algorithm: HashAlgorithm) -> &'static str {
    match algorithm {
        HashAlgorithm::Sha256 => "SHA-256",
        HashAlgorithm::Sha384 => "SHA-384",
        HashAlgorithm::Sha512 => "SHA-512",
        HashAlgorithm::Shake128 => "SHAKE128",
        HashAlgorithm::Shake256 => "SHAKE256",
        _ => "digest",
    }
}

/// A UUID as people write it (RFC 9562, section 4).
fn uuid(uuid: &Uuid) -> String {
    let digits: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Bytes as in diagnostic notation.
fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("h'{digits}'")
}
