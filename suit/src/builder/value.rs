//! Encodings that parameters borrow: versions, wait events, metadata of files.

use alloc::vec::Vec;

use hexad_cose_core::ErrorKind as Cbor;
use hexad_cose_core::Label;
use hexad_cose_core::cbor::Encoder;

use super::{Encoded, encode};
use crate::error::Error;
use crate::labels::{component_metadata, filetype, tag, wait_event};
use crate::metadata::{Actor, FileType, Metadatum, PermissionMap, Permissions};
use crate::version::{Comparison, Version};
use crate::wait::{WaitEvent, WaitInfo};

/// The encoding that [`Version::parse`] reads.
///
/// # Errors
/// `Length` without any number; `InvalidValue` when the first one is negative.
pub fn version(numbers: &[i64]) -> Result<Vec<u8>, Error> {
    let encoded = encode(|encoder| write_version(encoder, numbers))?;
    Version::parse(&encoded)?;
    Ok(encoded)
}

/// The encoding of what a version must be, all of it, that
/// [`OtherDevice::new`](crate::wait::OtherDevice::new) takes.
///
/// # Errors
/// As [`version()`].
pub fn versions(required: &[(Comparison, &[i64])]) -> Result<Vec<u8>, Error> {
    for (_, numbers) in required {
        version(numbers)?;
    }
    encode(|encoder| {
        encoder.array(required.len())?;
        required.iter().try_for_each(|(comparison, numbers)| {
            encoder.array(2)?.integer(comparison.label())?;
            write_version(encoder, numbers)
        })
    })
}

/// The encoding that [`WaitInfo::parse`] reads, in the order of its keys.
///
/// # Errors
/// `Length` without any event; `DuplicateKey` for one of a kind that was there before.
pub fn wait_info(events: &[WaitEvent<'_>]) -> Result<Vec<u8>, Error> {
    let mut events = events.to_vec();
    events.sort_by_key(event_label);
    let encoded = encode(|encoder| {
        encoder.map(events.len())?;
        events.iter().try_for_each(|event| {
            encoder.integer(event_label(event))?;
            match event {
                WaitEvent::Authorization(value)
                | WaitEvent::Power(value)
                | WaitEvent::Network(value) => encoder.integer(*value)?,
                WaitEvent::OtherDeviceVersion(other) => {
                    let versions = other.encoded_versions().bytes();
                    encoder.array(2)?.bytes(other.identifier())?.raw(versions)?
                }
                WaitEvent::Time(value)
                | WaitEvent::TimeOfDay(value)
                | WaitEvent::DayOfWeek(value)
                | WaitEvent::TimeOfDayUtc(value)
                | WaitEvent::DayOfWeekUtc(value) => encoder.unsigned(*value)?,
            };
            Ok(())
        })
    })?;
    WaitInfo::parse(&encoded)?;
    Ok(encoded)
}

/// The encoding that [`PermissionMap::parse`] reads, in the order of its keys.
///
/// # Errors
/// `Length` without any actor; `DuplicateKey` for one that was there before; `TooMany`.
pub fn permissions(granted: &[(Actor<'_>, Permissions)]) -> Result<Vec<u8>, Error> {
    let mut entries = Vec::new();
    for (actor, permissions) in granted {
        let entry = encode(|encoder| {
            write_actor(encoder, actor)?;
            encoder.unsigned(permissions.bits()).map(drop)
        })?;
        entries.push(entry);
    }
    // No key is the start of another, so entries sort as their keys do.
    entries.sort();
    let encoded = encode(|encoder| {
        encoder.map(entries.len())?;
        entries.iter().try_for_each(|entry| encoder.raw(entry).map(drop))
    })?;
    PermissionMap::parse(&encoded)?;
    Ok(encoded)
}

/// The encoding that [`ComponentMetadata::parse`](crate::metadata::ComponentMetadata::parse) reads, in
/// the order of its keys.
///
/// # Errors
/// `DuplicateKey` for a member that was there before.
pub fn component_metadata(members: &[Metadatum<'_>]) -> Result<Vec<u8>, Error> {
    let mut members = members.to_vec();
    members.sort_by_key(|member| Label::Integer(metadatum_label(member)));
    let repeated = members.windows(2).any(|pair| match pair {
        [one, next] => metadatum_label(one) == metadatum_label(next),
        _ => false,
    });
    if repeated {
        return Err(hexad_cose_core::Error::new(Cbor::DuplicateKey, 0).into());
    }
    encode(|encoder| {
        encoder.map(members.len())?;
        members.iter().try_for_each(|member| {
            encoder.integer(metadatum_label(member))?;
            match member {
                Metadatum::DefaultPermissions(permissions) => {
                    encoder.unsigned(permissions.bits())?
                }
                Metadatum::UserPermissions(map)
                | Metadatum::GroupPermissions(map)
                | Metadatum::RolePermissions(map) => encoder.raw(map.encoded().bytes())?,
                Metadatum::FileType(file_type) => encoder.unsigned(match file_type {
                    FileType::Regular => filetype::REGULAR,
                    FileType::Directory => filetype::DIRECTORY,
                    FileType::Symlink => filetype::SYMLINK,
                })?,
                Metadatum::ModificationTime(time) | Metadatum::CreationTime(time) => {
                    encoder.tag(tag::EPOCH)?.unsigned(*time)?
                }
                Metadatum::Creator(actor) => return write_actor(encoder, actor),
            };
            Ok(())
        })
    })
}

pub(super) fn write_version(encoder: &mut Encoder<'_>, numbers: &[i64]) -> Encoded {
    encoder.array(numbers.len())?;
    numbers.iter().try_for_each(|number| encoder.integer(*number).map(drop))
}

fn write_actor(encoder: &mut Encoder<'_>, actor: &Actor<'_>) -> Encoded {
    match actor {
        Actor::Uuid(uuid) => encoder.tag(tag::UUID)?.bytes(*uuid)?,
        Actor::Bytes(bytes) => encoder.bytes(bytes)?,
        Actor::Text(text) => encoder.text(text)?,
        Actor::Integer(integer) => encoder.integer(*integer)?,
    };
    Ok(())
}

const fn event_label(event: &WaitEvent<'_>) -> i64 {
    match event {
        WaitEvent::Authorization(_) => wait_event::AUTHORIZATION,
        WaitEvent::Power(_) => wait_event::POWER,
        WaitEvent::Network(_) => wait_event::NETWORK,
        WaitEvent::OtherDeviceVersion(_) => wait_event::OTHER_DEVICE_VERSION,
        WaitEvent::Time(_) => wait_event::TIME,
        WaitEvent::TimeOfDay(_) => wait_event::TIME_OF_DAY,
        WaitEvent::DayOfWeek(_) => wait_event::DAY_OF_WEEK,
        WaitEvent::TimeOfDayUtc(_) => wait_event::TIME_OF_DAY_UTC,
        WaitEvent::DayOfWeekUtc(_) => wait_event::DAY_OF_WEEK_UTC,
    }
}

const fn metadatum_label(member: &Metadatum<'_>) -> i64 {
    match member {
        Metadatum::DefaultPermissions(_) => component_metadata::DEFAULT_PERMISSIONS,
        Metadatum::UserPermissions(_) => component_metadata::USER_PERMISSIONS,
        Metadatum::GroupPermissions(_) => component_metadata::GROUP_PERMISSIONS,
        Metadatum::RolePermissions(_) => component_metadata::ROLE_PERMISSIONS,
        Metadatum::FileType(_) => component_metadata::FILE_TYPE,
        Metadatum::ModificationTime(_) => component_metadata::MODIFICATION_TIME,
        Metadatum::CreationTime(_) => component_metadata::CREATION_TIME,
        Metadatum::Creator(_) => component_metadata::CREATOR,
    }
}
