//! Command sequences to be made.

use alloc::vec::Vec;

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::Label;
use hexad_cose_core::cbor::Encoder;

use super::{Encoded, encode};
use crate::command::{Action, Condition, CustomArgument, ReportingPolicy};
use crate::error::Error;
use crate::labels::directive;
use crate::parameter::Parameter;
use crate::write::{write_index, write_parameter};

/// SUIT_Command_Sequence, to which one command after another is added.
///
/// ```
/// use hexad_suit::builder::Sequence;
/// use hexad_suit::command::{Condition, ReportingPolicy};
///
/// let validate = Sequence::new()
///     .set_all_components()?
///     .condition(Condition::ImageMatch, ReportingPolicy::RECORD_ON_FAILURE)?;
/// # Ok::<(), hexad_suit::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// Labels and arguments, encoded.
    commands: Vec<u8>,
    count: usize,
}

impl Sequence {
    /// A sequence without commands, which is not complete before it has one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The encoded array.
    pub(super) fn encode(&self) -> Result<Vec<u8>, Error> {
        encode(|encoder| encoder.array(self.count.saturating_mul(2))?.raw(&self.commands).map(drop))
    }

    fn push(
        mut self,
        label: i64,
        argument: impl FnOnce(&mut Encoder<'_>) -> Encoded,
    ) -> Result<Self, Error> {
        let command = encode(|encoder| argument(encoder.integer(label)?))?;
        self.commands.extend(command);
        self.count = self.count.saturating_add(1);
        Ok(self)
    }

    /// Adds a condition.
    ///
    /// # Errors
    /// None in practice; those of the encoder are handed on, here and below.
    pub fn condition(self, condition: Condition, policy: ReportingPolicy) -> Result<Self, Error> {
        self.push(condition.label(), |encoder| encoder.unsigned(policy.bits().into()).map(drop))
    }

    /// Adds a directive that acts on a component.
    ///
    /// # Errors
    /// Those of the encoder.
    pub fn action(self, action: Action, policy: ReportingPolicy) -> Result<Self, Error> {
        self.push(action.label(), |encoder| encoder.unsigned(policy.bits().into()).map(drop))
    }

    /// Adds suit-directive-set-component-index with one index.
    ///
    /// # Errors
    /// Those of the encoder.
    pub fn set_component_index(self, index: usize) -> Result<Self, Error> {
        self.push(directive::SET_COMPONENT_INDEX, |encoder| write_index(encoder, index))
    }

    /// Adds suit-directive-set-component-index with a list of indices.
    ///
    /// # Errors
    /// `Length` when `indices` is empty; those of the encoder.
    pub fn set_component_indices(self, indices: &[usize]) -> Result<Self, Error> {
        if indices.is_empty() {
            return Err(wrong(Cbor::Length));
        }
        self.push(directive::SET_COMPONENT_INDEX, |encoder| {
            encoder.array(indices.len())?;
            indices.iter().try_for_each(|index| write_index(encoder, *index))
        })
    }

    /// Adds suit-directive-set-component-index with `true`: every component.
    ///
    /// # Errors
    /// Those of the encoder.
    pub fn set_all_components(self) -> Result<Self, Error> {
        self.push(directive::SET_COMPONENT_INDEX, |encoder| encoder.boolean(true).map(drop))
    }

    /// Adds suit-directive-override-parameters.
    ///
    /// # Errors
    /// `Length` without any parameter; `DuplicateKey` with one for the second time; `InvalidValue`
    /// for a custom parameter whose label is not negative; those of the encoder.
    pub fn override_parameters(self, parameters: &[Parameter<'_>]) -> Result<Self, Error> {
        let parameters = encode_parameters(parameters)?;
        self.push(directive::OVERRIDE_PARAMETERS, |encoder| encoder.raw(&parameters).map(drop))
    }

    /// Adds suit-directive-set-parameters (trust domains): parameters that are not set yet.
    ///
    /// # Errors
    /// As [`override_parameters`](Self::override_parameters).
    pub fn set_parameters(self, parameters: &[Parameter<'_>]) -> Result<Self, Error> {
        let parameters = encode_parameters(parameters)?;
        self.push(directive::SET_PARAMETERS, |encoder| encoder.raw(&parameters).map(drop))
    }

    /// Adds suit-directive-override-multiple (update management): parameters for several components.
    ///
    /// # Errors
    /// As [`override_parameters`](Self::override_parameters); `Length` without any component;
    /// `DuplicateKey` for one for the second time.
    pub fn override_multiple(self, sets: &[(usize, &[Parameter<'_>])]) -> Result<Self, Error> {
        let encoded: Vec<_> = sets
            .iter()
            .map(|(index, parameters)| Ok((*index, encode_parameters(parameters)?)))
            .collect::<Result<_, Error>>()?;
        self.push_by_index(directive::OVERRIDE_MULTIPLE, encoded)
    }

    /// Adds suit-directive-copy-params (update management): the labels of parameters that are taken
    /// over from other components.
    ///
    /// # Errors
    /// `Length` without any component or label; `DuplicateKey` for a component for the second time.
    pub fn copy_params(self, sources: &[(usize, &[i64])]) -> Result<Self, Error> {
        if sources.iter().any(|(_, labels)| labels.is_empty()) {
            return Err(wrong(Cbor::Length));
        }
        let encoded: Vec<_> = sources
            .iter()
            .map(|(index, labels)| {
                let labels = encode(|encoder| {
                    encoder.array(labels.len())?;
                    labels.iter().try_for_each(|label| encoder.integer(*label).map(drop))
                })?;
                Ok((*index, labels))
            })
            .collect::<Result<_, Error>>()?;
        self.push_by_index(directive::COPY_PARAMS, encoded)
    }

    /// Adds a directive whose argument is a map from component indices to encoded values.
    fn push_by_index(self, label: i64, mut map: Vec<(usize, Vec<u8>)>) -> Result<Self, Error> {
        map.sort_by_key(|(index, _)| *index);
        if map.is_empty() {
            return Err(wrong(Cbor::Length));
        }
        if map.windows(2).any(|pair| matches!(pair, [(one, _), (next, _)] if one == next)) {
            return Err(wrong(Cbor::DuplicateKey));
        }
        self.push(label, |encoder| {
            encoder.map(map.len())?;
            map.iter().try_for_each(|(index, value)| {
                write_index(encoder, *index)?;
                encoder.raw(value).map(drop)
            })
        })
    }

    /// Adds suit-directive-try-each: the first of `alternatives` that succeeds counts. If none does,
    /// the directive succeeds all the same when `or_succeed` is set (`nil`).
    ///
    /// # Errors
    /// `Length` with fewer than two alternatives; those of the encoder.
    pub fn try_each(self, alternatives: &[Self], or_succeed: bool) -> Result<Self, Error> {
        if alternatives.len() < 2 {
            return Err(wrong(Cbor::Length));
        }
        let alternatives: Vec<_> =
            alternatives.iter().map(Self::encode).collect::<Result<_, _>>()?;
        self.push(directive::TRY_EACH, |encoder| {
            encoder.array(alternatives.len().saturating_add(usize::from(or_succeed)))?;
            for sequence in &alternatives {
                encoder.bytes(sequence)?;
            }
            if or_succeed { encoder.null().map(drop) } else { Ok(()) }
        })
    }

    /// Adds suit-directive-run-sequence.
    ///
    /// # Errors
    /// Those of the encoder.
    pub fn run_sequence(self, sequence: &Self) -> Result<Self, Error> {
        let sequence = sequence.encode()?;
        self.push(directive::RUN_SEQUENCE, |encoder| encoder.bytes(&sequence).map(drop))
    }

    /// Adds suit-command-custom, a command of the device's maker.
    ///
    /// # Errors
    /// `InvalidValue` when `label` is not negative; those of the encoder.
    pub fn custom(self, label: i64, argument: CustomArgument<'_>) -> Result<Self, Error> {
        if label >= 0 {
            return Err(wrong(Cbor::InvalidValue));
        }
        self.push(label, |encoder| {
            match argument {
                CustomArgument::Bytes(bytes) => encoder.bytes(bytes)?,
                CustomArgument::Text(text) => encoder.text(text)?,
                CustomArgument::Integer(integer) => encoder.integer(integer)?,
                CustomArgument::Nil => encoder.null()?,
            };
            Ok(())
        })
    }
}

/// An error about what the caller gave, which stands nowhere yet.
fn wrong(kind: Cbor) -> Error {
    hexad_cose_core::Error::new(kind, 0).into()
}

/// The map of parameters, in the order of its keys.
fn encode_parameters(parameters: &[Parameter<'_>]) -> Result<Vec<u8>, Error> {
    let mut parameters = parameters.to_vec();
    parameters.sort_by_key(|parameter| Label::Integer(parameter.label()));
    if parameters.is_empty() {
        return Err(wrong(Cbor::Length));
    }
    if parameters.windows(2).any(|pair| match pair {
        [one, next] => one.label() == next.label(),
        _ => false,
    }) {
        return Err(wrong(Cbor::DuplicateKey));
    }
    let misnamed = |parameter: &Parameter<'_>| matches!(parameter, Parameter::Custom(0.., _));
    if parameters.iter().any(misnamed) {
        return Err(wrong(Cbor::InvalidValue));
    }
    encode(|encoder| {
        encoder.map(parameters.len())?;
        parameters.iter().try_for_each(|parameter| {
            write_parameter(encoder.integer(parameter.label())?, parameter)
        })
    })
}
