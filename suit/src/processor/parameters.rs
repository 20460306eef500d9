//! The parameters that are set for a component (the `params` of section 6.4).

use super::Processor;
use super::directive::Roles;
use crate::command::Command;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::parameter::{Parameter, Parameters, Uuid, VendorIdentifier};
use crate::platform::{Component, Platform};

/// What is set for one component; borrowed from the manifest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ComponentParameters<'m> {
    pub(super) vendor_identifier: Option<VendorIdentifier<'m>>,
    pub(super) class_identifier: Option<&'m Uuid>,
    pub(super) device_identifier: Option<&'m Uuid>,
    pub(super) image_digest: Option<Digest<'m>>,
    pub(super) image_size: Option<u64>,
    pub(super) component_slot: Option<u64>,
    pub(super) content: Option<&'m [u8]>,
    pub(super) uri: Option<&'m str>,
    pub(super) source_component: Option<usize>,
    pub(super) invoke_args: Option<&'m [u8]>,
    pub(super) fetch_arguments: Option<&'m [u8]>,
}

impl<'m> ComponentParameters<'m> {
    /// Sets a parameter in place of what was set before. Those that are not a component's own
    /// (strict order, soft failure, custom) change nothing here.
    pub(super) fn set(&mut self, parameter: Parameter<'m>) {
        match parameter {
            Parameter::VendorIdentifier(value) => self.vendor_identifier = Some(value),
            Parameter::ClassIdentifier(value) => self.class_identifier = Some(value),
            Parameter::DeviceIdentifier(value) => self.device_identifier = Some(value),
            Parameter::ImageDigest(value) => self.image_digest = Some(value),
            Parameter::ImageSize(value) => self.image_size = Some(value),
            Parameter::ComponentSlot(value) => self.component_slot = Some(value),
            Parameter::Content(value) => self.content = Some(value),
            Parameter::Uri(value) => self.uri = Some(value),
            Parameter::SourceComponent(value) => self.source_component = Some(value),
            Parameter::InvokeArgs(value) => self.invoke_args = Some(value),
            Parameter::FetchArguments(value) => self.fetch_arguments = Some(value),
            Parameter::EncryptionInfo(_)
            | Parameter::UseBefore(_)
            | Parameter::MinimumBattery(_)
            | Parameter::UpdatePriority(_)
            | Parameter::Version(_)
            | Parameter::WaitInfo(_)
            | Parameter::ComponentMetadata(_)
            | Parameter::StrictOrder(_)
            | Parameter::SoftFailure(_)
            | Parameter::Custom(..) => {}
        }
    }
}

impl<'m, P: Platform, const COMPONENTS: usize, const NESTING: usize>
    Processor<'m, P, COMPONENTS, NESTING>
{
    /// suit-directive-override-parameters, for one component.
    pub(super) fn override_parameters(
        &mut self,
        command: Command<'m>,
        component: Component<'m>,
        parameters: Parameters<'m>,
        platform: &mut P,
    ) -> Result<(), Error> {
        let refuse = |kind| Error::new(kind, command.offset);
        let was_loose = self.stack.is_loose();
        for parameter in parameters {
            let Some(frame) = self.stack.last() else { return Ok(()) };
            match parameter {
                Parameter::StrictOrder(strict) => frame.strict_order = strict,
                Parameter::SoftFailure(soft) => match &mut frame.soft_failure {
                    Some(soft_failure) => *soft_failure = soft,
                    None => return Err(refuse(ErrorKind::SoftFailureScope)),
                },
                Parameter::Custom(label, value) => platform
                    .custom_parameter(&component, label, value)
                    .map_err(|_| refuse(ErrorKind::UnsupportedParameter(label)))?,
                Parameter::EncryptionInfo(_)
                | Parameter::UseBefore(_)
                | Parameter::MinimumBattery(_)
                | Parameter::UpdatePriority(_)
                | Parameter::Version(_)
                | Parameter::WaitInfo(_)
                | Parameter::ComponentMetadata(_) => {
                    return Err(refuse(ErrorKind::UnsupportedParameter(parameter.label())));
                }
                parameter => match self.parameters.get_mut(component.index) {
                    Some(parameters) => parameters.set(parameter),
                    None => return Err(refuse(ErrorKind::ComponentIndex)),
                },
            }
        }
        if !was_loose {
            self.roles = [Roles::default(); COMPONENTS];
        }
        self.record(&command, Some(component.index), Ok(()), platform);
        Ok(())
    }

    /// What is set for the component.
    pub(super) fn parameters_of(&self, component: &Component<'_>) -> ComponentParameters<'m> {
        self.parameters.get(component.index).copied().unwrap_or_default()
    }
}
