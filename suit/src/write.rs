//! Writing the standard's values, with or without a heap.

use hexad_cose_core::Error as CoseError;
use hexad_cose_core::cbor::Encoder;

use crate::digest::Digest;
use crate::labels::tag;
use crate::parameter::{CustomValue, Parameter, VendorIdentifier};

/// Writes a SUIT_Digest.
pub(crate) fn write_digest(encoder: &mut Encoder<'_>, digest: Digest<'_>) -> Result<(), CoseError> {
    encoder.array(2)?.integer(digest.algorithm().id())?.bytes(digest.bytes()).map(drop)
}

/// Writes an index.
pub(crate) fn write_index(encoder: &mut Encoder<'_>, index: usize) -> Result<(), CoseError> {
    encoder.unsigned(u64::try_from(index).unwrap_or(u64::MAX)).map(drop)
}

/// Writes the value of a parameter.
pub(crate) fn write_parameter(
    encoder: &mut Encoder<'_>,
    parameter: &Parameter<'_>,
) -> Result<(), CoseError> {
    match parameter {
        Parameter::VendorIdentifier(VendorIdentifier::Uuid(uuid))
        | Parameter::ClassIdentifier(uuid)
        | Parameter::DeviceIdentifier(uuid) => encoder.bytes(*uuid)?,
        Parameter::VendorIdentifier(VendorIdentifier::Pen(oid)) => {
            encoder.tag(tag::PEN)?.bytes(oid)?
        }
        Parameter::ImageDigest(digest) => encoder.wrapped(|inner| write_digest(inner, *digest))?,
        Parameter::ImageSize(value)
        | Parameter::ComponentSlot(value)
        | Parameter::UseBefore(value)
        | Parameter::MinimumBattery(value) => encoder.unsigned(*value)?,
        Parameter::UpdatePriority(value) => encoder.integer(*value)?,
        Parameter::EncryptionInfo(info) => encoder.bytes(info.encoded().bytes())?,
        Parameter::Version(required) => encoder.wrapped(|inner| {
            inner.array(2)?.integer(required.comparison.label())?;
            inner.raw(required.version.encoded().bytes()).map(drop)
        })?,
        Parameter::WaitInfo(info) => encoder.bytes(info.encoded().bytes())?,
        Parameter::ComponentMetadata(metadata) => encoder.bytes(metadata.encoded().bytes())?,
        Parameter::SourceComponent(index) => return write_index(encoder, *index),
        Parameter::Content(bytes)
        | Parameter::InvokeArgs(bytes)
        | Parameter::FetchArguments(bytes)
        | Parameter::Custom(_, CustomValue::Bytes(bytes)) => encoder.bytes(bytes)?,
        Parameter::Uri(text) | Parameter::Custom(_, CustomValue::Text(text)) => {
            encoder.text(text)?
        }
        Parameter::StrictOrder(value)
        | Parameter::SoftFailure(value)
        | Parameter::Custom(_, CustomValue::Bool(value)) => encoder.boolean(*value)?,
        Parameter::Custom(_, CustomValue::Integer(value)) => encoder.integer(*value)?,
    };
    Ok(())
}
