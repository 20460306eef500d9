//! The parameters that are set for a component (the `params` of section 6.4).

use super::Instruction;
use super::Processor;
use super::directive::Roles;
use crate::access::Access;
use crate::command::{CopyParams, OverrideMultiple, UPDATE_MANAGEMENT};
use crate::error::{Error, ErrorKind};
use crate::labels::parameter as label;
use crate::parameter::custom;
use crate::platform::{Component, Platform};
use crate::read::Reader;

/// How many parameters are a component's own, those of update management last.
const PARAMETERS: usize = if UPDATE_MANAGEMENT { 18 } else { 12 };

/// Where the value of each parameter that is set for a component stands: it is read when a command
/// needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ComponentParameters {
    /// Offsets in what the manifest was read from; 0 for a parameter that is not set.
    offsets: [usize; PARAMETERS],
    /// The places of the manifests in the tree.
    manifests: [u8; PARAMETERS],
}

impl ComponentParameters {
    pub(super) const UNSET: Self = Self { offsets: [0; PARAMETERS], manifests: [0; PARAMETERS] };

    /// Where a value stands: its manifest and the offset there.
    pub(super) fn get(&self, label: i64) -> Option<(usize, usize)> {
        let place = place(label)?;
        let offset = *self.offsets.get(place).filter(|offset| **offset != 0)?;
        Some((usize::from(*self.manifests.get(place)?), offset))
    }

    /// Sets where a value stands; `false` for a parameter that is not a component's own.
    fn set(&mut self, label: i64, manifest: usize, offset: usize, only_if_unset: bool) -> bool {
        let place = place(label);
        let place = place
            .and_then(|place| Some((self.offsets.get_mut(place)?, self.manifests.get_mut(place)?)));
        let Some((held, of)) = place else { return false };
        if *held == 0 || !only_if_unset {
            *held = offset;
            // There are never more manifests in the tree: see `Tree::MAX`.
            *of = u8::try_from(manifest).unwrap_or(u8::MAX);
        }
        true
    }
}

/// The place of a component's own parameter.
const fn place(label: i64) -> Option<usize> {
    Some(match label {
        label::VENDOR_IDENTIFIER => 0,
        label::CLASS_IDENTIFIER => 1,
        label::IMAGE_DIGEST => 2,
        label::COMPONENT_SLOT => 3,
        label::IMAGE_SIZE => 4,
        label::CONTENT => 5,
        label::ENCRYPTION_INFO => 6,
        label::URI => 7,
        label::SOURCE_COMPONENT => 8,
        label::INVOKE_ARGS => 9,
        label::DEVICE_IDENTIFIER => 10,
        label::FETCH_ARGUMENTS => 11,
        label::USE_BEFORE => 12,
        label::MINIMUM_BATTERY => 13,
        label::UPDATE_PRIORITY => 14,
        label::VERSION => 15,
        label::WAIT_INFO => 16,
        label::COMPONENT_METADATA => 17,
        _ => return None,
    })
}

/// Whether what is set already stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// suit-directive-override-parameters.
    Override,
    /// suit-directive-set-parameters.
    SetIfUnset,
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize, const DEPENDENCIES: usize>
    Processor<'m, P, COMPONENTS, NESTING, DEPENDENCIES>
{
    /// Sets the parameters of a map, the instruction's argument, for one component; where it ends.
    pub(super) fn set_parameters(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        mode: Mode,
        platform: &mut P,
    ) -> Result<usize, Error> {
        let map = self.argument(instruction);
        self.set_parameters_of(map, instruction, component, mode, platform)
    }

    /// Sets the parameters of the map at the position of `reader` for one component; where it ends.
    fn set_parameters_of(
        &mut self,
        mut reader: Reader<'m>,
        instruction: &Instruction,
        component: &Component<'m>,
        mode: Mode,
        platform: &mut P,
    ) -> Result<usize, Error> {
        let refuse = |kind| Err(Error::new(kind, instruction.offset));
        let was_loose = self.stack.is_loose();
        let signers = self.signers(instruction.manifest);
        let mut left = reader.map().left();
        while reader.more(&mut left) {
            let key = reader.integer();
            let value = reader.rest();
            reader.pass();
            if !platform.permits(signers, component, Access::Parameter(key)) {
                return refuse(ErrorKind::AccessDenied(key));
            }
            match key {
                label::STRICT_ORDER => {
                    let Some(frame) = self.stack.last() else { break };
                    frame.strict_order = Reader::new(value).boolean();
                }
                label::SOFT_FAILURE => {
                    let Some(frame) = self.stack.last() else { break };
                    match &mut frame.soft_failure {
                        Some(soft_failure) => *soft_failure = Reader::new(value).boolean(),
                        None => return refuse(ErrorKind::SoftFailureScope),
                    }
                }
                ..=-1 => {
                    let custom = custom(&mut value.cursor())?;
                    if platform.custom_parameter(component, key, custom).is_err() {
                        return refuse(ErrorKind::UnsupportedParameter(key));
                    }
                }
                _ => {
                    let only_if_unset = mode == Mode::SetIfUnset;
                    let (manifest, offset) = (instruction.manifest, value.offset());
                    let Some(set) = self.parameters.get_mut(component.index) else {
                        return refuse(ErrorKind::ComponentIndex);
                    };
                    if !set.set(key, manifest, offset, only_if_unset) {
                        return refuse(ErrorKind::UnsupportedParameter(key));
                    }
                }
            }
        }
        if !was_loose {
            self.roles = [Roles::default(); COMPONENTS];
        }
        reader.outcome().map(|()| reader.offset())
    }

    /// suit-directive-override-multiple: each of the components gets its parameters; the last of them
    /// is the component from then on.
    #[inline(never)]
    pub(super) fn override_multiple(
        &mut self,
        instruction: &Instruction,
        argument: OverrideMultiple<'m>,
        platform: &mut P,
    ) -> Result<(), Error> {
        for (index, parameters) in argument.iter() {
            let component = self.component(instruction.manifest, index, instruction.offset)?;
            let map = Reader::new(parameters.encoded());
            self.set_parameters_of(map, instruction, &component, Mode::Override, platform)?;
            self.select(instruction, super::frame::Selection::One(index))?;
        }
        Ok(())
    }

    /// suit-directive-copy-params, for one component.
    #[inline(never)]
    pub(super) fn copy_params(
        &mut self,
        instruction: &Instruction,
        component: &Component<'m>,
        platform: &mut P,
    ) -> Result<(), Error> {
        let argument = CopyParams::take(&mut self.argument(instruction).rest().cursor())?;
        let refuse = |kind| Error::new(kind, instruction.offset);
        let signers = self.signers(instruction.manifest);
        for (index, labels) in argument.iter() {
            let source = self.component(instruction.manifest, index, instruction.offset)?;
            for key in labels.iter() {
                if !platform.permits(signers, component, Access::Parameter(key)) {
                    return Err(refuse(ErrorKind::AccessDenied(key)));
                }
                let source = self.parameters.get(source.index).and_then(|set| set.get(key));
                let (manifest, offset) = source.ok_or(refuse(ErrorKind::MissingParameter(key)))?;
                if let Some(set) = self.parameters.get_mut(component.index) {
                    set.set(key, manifest, offset, false);
                }
            }
        }
        Ok(())
    }

    /// The value of a parameter of the component, if it is set.
    pub(super) fn parameter<T>(
        &self,
        component: &Component<'_>,
        label: i64,
        read: impl FnOnce(&mut Reader<'m>) -> T,
    ) -> Result<Option<T>, Error> {
        let set = self.parameters.get(component.index).and_then(|set| set.get(label));
        let Some((manifest, offset)) = set else { return Ok(None) };
        let mut reader = self.reader(manifest, offset);
        let value = read(&mut reader);
        reader.outcome().map(|()| Some(value))
    }

    /// The value of a parameter that the instruction needs.
    pub(super) fn required<T>(
        &self,
        instruction: &Instruction,
        component: &Component<'_>,
        label: i64,
        read: impl FnOnce(&mut Reader<'m>) -> T,
    ) -> Result<T, Error> {
        match self.parameter(component, label, read)? {
            Some(value) => Ok(value),
            None => Err(Error::new(ErrorKind::MissingParameter(label), instruction.offset)),
        }
    }

    /// The value of a parameter that is a number, if it is set.
    pub(super) fn number(
        &self,
        component: &Component<'_>,
        label: i64,
    ) -> Result<Option<u64>, Error> {
        self.parameter(component, label, Reader::unsigned)
    }

    /// The source component that is set for a component.
    pub(super) fn source(
        &self,
        instruction: &Instruction,
        component: &Component<'_>,
    ) -> Result<Component<'m>, Error> {
        let missing = ErrorKind::MissingParameter(label::SOURCE_COMPONENT);
        let missing = Error::new(missing, instruction.offset);
        let set = self.parameters.get(component.index);
        let set = set.and_then(|set| set.get(label::SOURCE_COMPONENT));
        // An index counts in the manifest that has set it.
        let (manifest, offset) = set.ok_or(missing)?;
        let index = self.reader(manifest, offset).index();
        self.component(manifest, index, instruction.offset)
    }
}
