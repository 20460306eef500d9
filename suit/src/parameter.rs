//! SUIT_Parameters: what commands work with (section 8.4.8).

use hexad_cose_core::cbor::{Cursor, Entries, Items, Raw, Type};
use hexad_cose_core::{ErrorKind as Cbor, Label};

use crate::command::UPDATE_MANAGEMENT;
use crate::digest::Digest;
use crate::encryption::EncryptionInfo;
use crate::error::{Error, ErrorKind};
use crate::labels::{parameter as label, tag};
use crate::metadata::ComponentMetadata;
use crate::read::{self, Reader};
use crate::version::VersionMatch;
use crate::wait::WaitInfo;

/// A UUID (RFC 9562), as its 16 bytes.
pub type Uuid = [u8; 16];

/// What `suit-parameter-vendor-identifier` may hold (section 8.4.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendorIdentifier<'b> {
    /// A UUID.
    Uuid(&'b Uuid),
    /// A Private Enterprise Number: an OID relative to 1.3.6.1.4.1, as RFC 9090 encodes it.
    Pen(&'b [u8]),
}

/// The value of a custom parameter (a negative label).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomValue<'b> {
    /// An integer.
    Integer(i64),
    /// A boolean.
    Bool(bool),
    /// Text.
    Text(&'b str),
    /// Bytes.
    Bytes(&'b [u8]),
}

/// One parameter with its value, borrowed from the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter<'b> {
    /// suit-parameter-vendor-identifier.
    VendorIdentifier(VendorIdentifier<'b>),
    /// suit-parameter-class-identifier.
    ClassIdentifier(&'b Uuid),
    /// suit-parameter-device-identifier.
    DeviceIdentifier(&'b Uuid),
    /// suit-parameter-image-digest.
    ImageDigest(Digest<'b>),
    /// suit-parameter-image-size, in bytes.
    ImageSize(u64),
    /// suit-parameter-component-slot.
    ComponentSlot(u64),
    /// suit-parameter-content.
    Content(&'b [u8]),
    /// suit-parameter-uri.
    Uri(&'b str),
    /// suit-parameter-source-component: a component index.
    SourceComponent(usize),
    /// suit-parameter-invoke-args.
    InvokeArgs(&'b [u8]),
    /// suit-parameter-fetch-arguments.
    FetchArguments(&'b [u8]),
    /// suit-parameter-encryption-info (firmware encryption).
    EncryptionInfo(EncryptionInfo<'b>),
    /// suit-parameter-use-before (update management): seconds since 1970-01-01 UTC.
    UseBefore(u64),
    /// suit-parameter-minimum-battery (update management), in mWh.
    MinimumBattery(u64),
    /// suit-parameter-update-priority (update management): the smaller the more urgent.
    UpdatePriority(i64),
    /// suit-parameter-version (update management).
    Version(VersionMatch<'b>),
    /// suit-parameter-wait-info (update management).
    WaitInfo(WaitInfo<'b>),
    /// suit-parameter-component-metadata (update management).
    ComponentMetadata(ComponentMetadata<'b>),
    /// suit-parameter-strict-order.
    StrictOrder(bool),
    /// suit-parameter-soft-failure.
    SoftFailure(bool),
    /// suit-parameter-custom: its label and value.
    Custom(i64, CustomValue<'b>),
}

impl<'b> Parameter<'b> {
    /// The label in the SUIT Parameters registry.
    #[must_use]
    pub const fn label(&self) -> i64 {
        match self {
            Self::VendorIdentifier(_) => label::VENDOR_IDENTIFIER,
            Self::ClassIdentifier(_) => label::CLASS_IDENTIFIER,
            Self::DeviceIdentifier(_) => label::DEVICE_IDENTIFIER,
            Self::ImageDigest(_) => label::IMAGE_DIGEST,
            Self::ImageSize(_) => label::IMAGE_SIZE,
            Self::ComponentSlot(_) => label::COMPONENT_SLOT,
            Self::Content(_) => label::CONTENT,
            Self::Uri(_) => label::URI,
            Self::SourceComponent(_) => label::SOURCE_COMPONENT,
            Self::InvokeArgs(_) => label::INVOKE_ARGS,
            Self::FetchArguments(_) => label::FETCH_ARGUMENTS,
            Self::EncryptionInfo(_) => label::ENCRYPTION_INFO,
            Self::UseBefore(_) => label::USE_BEFORE,
            Self::MinimumBattery(_) => label::MINIMUM_BATTERY,
            Self::UpdatePriority(_) => label::UPDATE_PRIORITY,
            Self::Version(_) => label::VERSION,
            Self::WaitInfo(_) => label::WAIT_INFO,
            Self::ComponentMetadata(_) => label::COMPONENT_METADATA,
            Self::StrictOrder(_) => label::STRICT_ORDER,
            Self::SoftFailure(_) => label::SOFT_FAILURE,
            Self::Custom(label, _) => *label,
        }
    }

    /// Passes over the value of the parameter whose key was taken at `offset`, and checks that
    /// [`take`](Self::take) will take it.
    pub(crate) fn check(key: i64, offset: usize, reader: &mut Reader<'b>) {
        match key {
            label::VENDOR_IDENTIFIER => {
                vendor(reader);
            }
            label::CLASS_IDENTIFIER | label::DEVICE_IDENTIFIER => {
                uuid(reader);
            }
            label::IMAGE_DIGEST => {
                Digest::take_wrapped(reader);
            }
            label::IMAGE_SIZE | label::COMPONENT_SLOT | label::SOURCE_COMPONENT => {
                reader.unsigned();
            }
            label::CONTENT
            | label::INVOKE_ARGS
            | label::FETCH_ARGUMENTS
            | label::ENCRYPTION_INFO => {
                reader.bytes();
            }
            label::URI => {
                reader.text();
            }
            label::STRICT_ORDER | label::SOFT_FAILURE => {
                reader.boolean();
            }
            ..=-1 => {
                reader.by_cursor(custom);
            }
            4 | 26..=30 if UPDATE_MANAGEMENT => {
                reader.by_cursor(|cursor| Self::take(key, offset, cursor));
            }
            _ => reader.refuse(ErrorKind::UnsupportedParameter(key), offset),
        }
    }

    /// Takes the value of the parameter whose key `label` was taken at `offset`.
    pub(crate) fn take(key: i64, offset: usize, cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(match key {
            label::VENDOR_IDENTIFIER => Self::VendorIdentifier(read::at(cursor, vendor)?),
            label::CLASS_IDENTIFIER => Self::ClassIdentifier(read::at(cursor, uuid)?),
            label::DEVICE_IDENTIFIER => Self::DeviceIdentifier(read::at(cursor, uuid)?),
            label::IMAGE_DIGEST => Self::ImageDigest(read::at(cursor, Digest::take_wrapped)?),
            label::IMAGE_SIZE => Self::ImageSize(cursor.unsigned()?),
            label::COMPONENT_SLOT => Self::ComponentSlot(cursor.unsigned()?),
            label::CONTENT => Self::Content(cursor.bytes()?),
            label::URI => Self::Uri(cursor.text()?),
            label::SOURCE_COMPONENT => Self::SourceComponent(cursor.unsigned_as()?),
            label::INVOKE_ARGS => Self::InvokeArgs(cursor.bytes()?),
            label::FETCH_ARGUMENTS => Self::FetchArguments(cursor.bytes()?),
            label::ENCRYPTION_INFO => {
                Self::EncryptionInfo(EncryptionInfo::of(cursor.byte_string()?))
            }
            4 | 26..=30 if !UPDATE_MANAGEMENT => {
                return Err(Error::new(ErrorKind::UnsupportedParameter(key), offset));
            }
            label::USE_BEFORE => Self::UseBefore(cursor.unsigned()?),
            label::MINIMUM_BATTERY => Self::MinimumBattery(cursor.unsigned()?),
            label::UPDATE_PRIORITY => Self::UpdatePriority(cursor.integer()?),
            label::VERSION => Self::Version(VersionMatch::read(cursor.wrapped()?)?),
            label::WAIT_INFO => Self::WaitInfo(WaitInfo::read(cursor.byte_string()?)?),
            label::COMPONENT_METADATA => {
                Self::ComponentMetadata(ComponentMetadata::read(cursor.byte_string()?)?)
            }
            label::STRICT_ORDER => Self::StrictOrder(cursor.boolean()?),
            label::SOFT_FAILURE => Self::SoftFailure(cursor.boolean()?),
            ..=-1 => Self::Custom(key, custom(cursor)?),
            _ => return Err(Error::new(ErrorKind::UnsupportedParameter(key), offset)),
        })
    }
}

/// A text key where the standard has integers alone.
pub(crate) fn text_key(offset: usize) -> Error {
    let kind = Cbor::UnexpectedType { expected: Type::Unsigned };
    hexad_cose_core::Error::new(kind, offset).into()
}

pub(crate) fn uuid<'b>(reader: &mut Reader<'b>) -> &'b Uuid {
    let at = reader.offset();
    match reader.bytes().try_into() {
        Ok(uuid) => uuid,
        Err(_) => {
            reader.refuse_cbor(Cbor::Length, at);
            &[0; 16]
        }
    }
}

pub(crate) fn vendor<'b>(reader: &mut Reader<'b>) -> VendorIdentifier<'b> {
    if reader.optional_tag(tag::PEN) {
        VendorIdentifier::Pen(reader.bytes())
    } else {
        VendorIdentifier::Uuid(uuid(reader))
    }
}

pub(crate) fn custom<'b>(cursor: &mut Cursor<'b>) -> Result<CustomValue<'b>, Error> {
    Ok(match cursor.peek()? {
        Type::Bool => CustomValue::Bool(cursor.boolean()?),
        Type::Text => CustomValue::Text(cursor.text()?),
        Type::Bytes => CustomValue::Bytes(cursor.bytes()?),
        _ => CustomValue::Integer(cursor.integer()?),
    })
}

/// The argument of `suit-directive-override-parameters`: parameters, each at most once.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'b> {
    encoded: Raw<'b>,
}

impl<'b> Parameters<'b> {
    /// Takes the map at `cursor` and checks every parameter in it.
    pub(crate) fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let mut inside = *cursor;
        let mut entries = Entries::enter(&mut inside)?;
        let mut empty = true;
        loop {
            let at = inside.offset();
            match entries.next(&mut inside)? {
                None => break,
                Some(Label::Integer(key)) => Parameter::take(key, at, &mut inside)?,
                Some(Label::Text(_)) => return Err(text_key(at)),
            };
            empty = false;
        }
        if empty {
            return Err(cursor.error(Cbor::Length).into());
        }
        Ok(Self { encoded: cursor.item()? })
    }

    /// The map as it is encoded in the input.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The parameters in the order of the map.
    #[must_use]
    pub fn iter(self) -> ParameterIter<'b> {
        let mut cursor = self.encoded.cursor();
        let items = cursor.map().ok();
        ParameterIter { cursor, items }
    }
}

impl<'b> IntoIterator for Parameters<'b> {
    type Item = Parameter<'b>;
    type IntoIter = ParameterIter<'b>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The parameters of a [`Parameters`] map.
#[derive(Clone, Debug)]
pub struct ParameterIter<'b> {
    cursor: Cursor<'b>,
    items: Option<Items>,
}

impl ParameterIter<'_> {
    /// Where the next parameter's label, or the end, stands in the input.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.cursor.offset()
    }
}

impl<'b> Iterator for ParameterIter<'b> {
    type Item = Parameter<'b>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.items.as_mut()?.next(&mut self.cursor).ok()? {
            return None;
        }
        let offset = self.cursor.offset();
        let key = self.cursor.integer().ok()?;
        Parameter::take(key, offset, &mut self.cursor).ok()
    }
}
