//! The parameters that are set for a component (the `params` of section 6.4).

use crate::digest::Digest;
use crate::parameter::{Parameter, Uuid, VendorIdentifier};

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
            Parameter::StrictOrder(_) | Parameter::SoftFailure(_) | Parameter::Custom(..) => {}
        }
    }
}
