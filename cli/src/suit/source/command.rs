//! Command sequences of a source, by the names of commands in the standard.

use hexad_suit::builder::Sequence;
use hexad_suit::command::{Action, Condition, CustomArgument, ReportingPolicy};
use hexad_suit::labels::{self, directive};
use hexad_suit::parameter::Parameter;

use super::files::Files;
use super::node::{Node, Outcome};
use super::parameter::{self, Owned};

/// What the sequences of a source share.
#[derive(Debug)]
pub struct Context<'a> {
    pub files: &'a Files,
    /// The policy of commands that state none.
    pub policy: ReportingPolicy,
}

/// How many sequences may be nested in a source; the manifest is held to its own limit afterwards.
const MAX_NESTING: usize = 16;

/// The command sequence that the list at `node` says.
pub fn sequence(node: &Node<'_>, context: &Context<'_>) -> Outcome<Sequence> {
    nested(node, context, 0)
}

fn nested(node: &Node<'_>, context: &Context<'_>, depth: usize) -> Outcome<Sequence> {
    if depth >= MAX_NESTING {
        return Err(node.wrong("sequences are nested too deep"));
    }
    let mut made = Sequence::new();
    for element in node.elements()? {
        made = match element.value.as_str() {
            Some(name) => plain(made, name, None, &element, context)?,
            None => {
                let (name, argument) = element.only_member()?;
                with_argument(made, name, &argument, context, depth)?
            }
        };
    }
    Ok(made)
}

/// A command that states no more than its policy, if that.
fn plain(
    made: Sequence,
    name: &str,
    policy: Option<&Node<'_>>,
    node: &Node<'_>,
    context: &Context<'_>,
) -> Outcome<Sequence> {
    let label = label(name).ok_or_else(|| node.wrong(format_args!("`{name}` is no command")))?;
    let policy = match policy {
        Some(policy) => reporting_policy(policy)?,
        None => context.policy,
    };
    let added = if let Some(condition) = Condition::from_label(label) {
        made.condition(condition, policy)
    } else if let Some(action) = Action::from_label(label) {
        made.action(action, policy)
    } else {
        return Err(node.wrong(format_args!("`{name}` needs an argument")));
    };
    added.map_err(|error| node.refused(error))
}

fn with_argument(
    made: Sequence,
    name: &str,
    node: &Node<'_>,
    context: &Context<'_>,
    depth: usize,
) -> Outcome<Sequence> {
    let refuse = |error| node.refused(error);
    if name == "custom" {
        return custom(made, node, context);
    }
    match label(name) {
        Some(directive::SET_COMPONENT_INDEX) => set_component_index(made, node),
        Some(directive::OVERRIDE_PARAMETERS) => {
            let owned = parameter::read_all(node, context.files)?;
            made.override_parameters(&parameters(&owned, node)?).map_err(refuse)
        }
        Some(directive::SET_PARAMETERS) => {
            let owned = parameter::read_all(node, context.files)?;
            made.set_parameters(&parameters(&owned, node)?).map_err(refuse)
        }
        Some(directive::OVERRIDE_MULTIPLE) => {
            let mut owned = Vec::new();
            for (index, set) in node.members()? {
                owned.push((set.index_of(index)?, parameter::read_all(&set, context.files)?));
            }
            let mut sets = Vec::new();
            for (index, set) in &owned {
                sets.push((*index, parameters(set, node)?));
            }
            let sets: Vec<_> = sets.iter().map(|(index, set)| (*index, &set[..])).collect();
            made.override_multiple(&sets).map_err(refuse)
        }
        Some(directive::COPY_PARAMS) => {
            let mut sources = Vec::new();
            for (index, names) in node.members()? {
                let labels = names
                    .elements()?
                    .map(|name| parameter::label(name.text()?, &name))
                    .collect::<Outcome<Vec<_>>>()?;
                sources.push((names.index_of(index)?, labels));
            }
            let sources: Vec<_> =
                sources.iter().map(|(index, labels)| (*index, &labels[..])).collect();
            made.copy_params(&sources).map_err(refuse)
        }
        Some(directive::TRY_EACH) => {
            let (mut alternatives, mut or_succeed) = (Vec::new(), false);
            for alternative in node.elements()? {
                if or_succeed {
                    return Err(alternative.wrong("nothing may follow after null"));
                }
                or_succeed = alternative.value.is_null();
                if !or_succeed {
                    alternatives.push(nested(&alternative, context, depth.saturating_add(1))?);
                }
            }
            made.try_each(&alternatives, or_succeed).map_err(refuse)
        }
        Some(directive::RUN_SEQUENCE) => {
            let inner = nested(node, context, depth.saturating_add(1))?;
            made.run_sequence(&inner).map_err(refuse)
        }
        _ => plain(made, name, Some(node), node, context),
    }
}

fn set_component_index(made: Sequence, node: &Node<'_>) -> Outcome<Sequence> {
    let made = if node.value.as_bool() == Some(true) {
        made.set_all_components()
    } else if node.value.is_array() {
        let indices = node.elements()?.map(|index| index.index()).collect::<Outcome<Vec<_>>>()?;
        made.set_component_indices(&indices)
    } else {
        made.set_component_index(node.index()?)
    };
    made.map_err(|error| node.refused(error))
}

/// `{label: -65537, argument: …}`.
fn custom(made: Sequence, node: &Node<'_>, context: &Context<'_>) -> Outcome<Sequence> {
    node.only(&["argument", "label"])?;
    let label = node.require("label")?.integer()?;
    let bytes;
    let argument = match node.get("argument") {
        None => CustomArgument::Nil,
        Some(argument) if argument.value.is_null() => CustomArgument::Nil,
        Some(argument) => match argument.value.as_str() {
            Some(text) if !text.starts_with("0x") => CustomArgument::Text(text),
            None if argument.value.is_i64() => CustomArgument::Integer(argument.integer()?),
            _ => {
                bytes = context.files.bytes(&argument)?;
                CustomArgument::Bytes(&bytes)
            }
        },
    };
    made.custom(label, argument).map_err(|error| node.refused(error))
}

/// The parameters as the builder takes them.
fn parameters<'o>(owned: &'o [Owned], node: &Node<'_>) -> Outcome<Vec<Parameter<'o>>> {
    owned.iter().map(|it| it.parameter().map_err(|error| node.refused(error))).collect()
}

/// The label of a command: its name, without what the names have in common if so liked.
fn label(name: &str) -> Option<i64> {
    let named = |label: &i64| {
        let full = labels::command_name(*label).unwrap_or_default();
        let short = full.trim_start_matches("suit-");
        let bare = short.trim_start_matches("condition-").trim_start_matches("directive-");
        !full.is_empty() && [full, short, bare].contains(&name)
    };
    (1..=64).find(named)
}

/// Bits, or a list of their names.
pub fn reporting_policy(node: &Node<'_>) -> Outcome<ReportingPolicy> {
    let bits = if node.value.is_array() {
        let mut bits = 0;
        for name in node.elements()? {
            bits |= match name.text()?.trim_start_matches("suit-send-") {
                "record-on-success" => ReportingPolicy::RECORD_ON_SUCCESS.bits(),
                "record-on-failure" => ReportingPolicy::RECORD_ON_FAILURE.bits(),
                "sysinfo-success" => ReportingPolicy::SYSINFO_ON_SUCCESS.bits(),
                "sysinfo-failure" => ReportingPolicy::SYSINFO_ON_FAILURE.bits(),
                _ => {
                    let known =
                        "record-on-success, record-on-failure, sysinfo-success, sysinfo-failure";
                    return Err(name.wrong(format_args!("unknown; known are: {known}")));
                }
            };
        }
        Some(bits)
    } else {
        u8::try_from(node.unsigned()?).ok()
    };
    bits.and_then(ReportingPolicy::from_bits).ok_or_else(|| {
        node.wrong("a reporting policy is a number from 0 to 15, or a list of what to send")
    })
}
