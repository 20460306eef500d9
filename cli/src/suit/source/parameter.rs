//! Parameters of a source, by their names in the standard.

use hexad_cose_core::HashAlgorithm;
use hexad_suit::builder;
use hexad_suit::digest::Digest;
use hexad_suit::encryption::EncryptionInfo;
use hexad_suit::labels::{self, parameter as label};
use hexad_suit::metadata::{
    Actor, ComponentMetadata, FileType, Metadatum, PermissionMap, Permissions,
};
use hexad_suit::parameter::{CustomValue, Parameter, VendorIdentifier};
use hexad_suit::version::{Comparison, Version, VersionMatch};
use hexad_suit::wait::{OtherDevice, WaitEvent, WaitInfo};
use serde_json::Value;
use uuid::Uuid;

use super::files::Files;
use super::node::{Node, Outcome};

/// UUID5(NAMESPACE_OID, h'D86F452B06010401'): the namespace of Private Enterprise Numbers.
const PEN_NAMESPACE: Uuid = Uuid::from_u128(0x47fb_dabb_f2e4_55f0_bb39_3620_c2f6_df4e);

/// A parameter that owns its value.
#[derive(Debug)]
pub struct Owned {
    label: i64,
    value: Content,
}

#[derive(Debug)]
enum Content {
    Uuid([u8; 16]),
    Pen(Vec<u8>),
    Digest(HashAlgorithm, Vec<u8>),
    Unsigned(u64),
    Index(usize),
    Bytes(Vec<u8>),
    Version(Comparison, Vec<u8>),
    Custom(Value),
}

/// The parameters of a map.
pub fn read_all(node: &Node<'_>, files: &Files) -> Outcome<Vec<Owned>> {
    node.members()?.map(|(name, value)| read(name, &value, files)).collect()
}

/// The label of a parameter: its name, with or without `suit-parameter-`, or a negative number.
pub fn label(name: &str, node: &Node<'_>) -> Outcome<i64> {
    if let Ok(custom @ ..=-1) = name.parse() {
        return Ok(custom);
    }
    let bare =
        |name: &str| name.trim_start_matches("suit-").trim_start_matches("parameter-").to_owned();
    let named =
        |label: &i64| labels::parameter_name(*label).is_some_and(|it| bare(it) == bare(name));
    (1..=64).find(named).ok_or_else(|| node.wrong("there is no such parameter"))
}

fn read(name: &str, node: &Node<'_>, files: &Files) -> Outcome<Owned> {
    let label = label(name, node)?;
    let value = match label {
        label::VENDOR_IDENTIFIER => match node.get("pen") {
            Some(pen) => Content::Pen(relative_oid(pen.unsigned()?)),
            None => Content::Uuid(uuid(node)?.into_bytes()),
        },
        label::CLASS_IDENTIFIER | label::DEVICE_IDENTIFIER => {
            Content::Uuid(uuid(node)?.into_bytes())
        }
        label::IMAGE_DIGEST => {
            let (algorithm, digest) = files.digest(node)?;
            Content::Digest(algorithm, digest)
        }
        label::IMAGE_SIZE => Content::Unsigned(files.size(node)?),
        label::COMPONENT_SLOT | label::USE_BEFORE | label::MINIMUM_BATTERY => {
            Content::Unsigned(node.unsigned()?)
        }
        label::SOURCE_COMPONENT => Content::Index(node.index()?),
        label::CONTENT | label::INVOKE_ARGS | label::FETCH_ARGUMENTS => {
            Content::Bytes(files.bytes(node)?)
        }
        label::ENCRYPTION_INFO => Content::Bytes(files.encryption_info(node)?),
        label::URI => {
            node.text()?;
            Content::Custom(node.value.clone())
        }
        label::STRICT_ORDER | label::SOFT_FAILURE => {
            node.boolean()?;
            Content::Custom(node.value.clone())
        }
        label::UPDATE_PRIORITY => {
            node.integer()?;
            Content::Custom(node.value.clone())
        }
        label::VERSION => {
            let (comparison, numbers) = version_match(node)?;
            Content::Version(comparison, version(node, &numbers)?)
        }
        label::WAIT_INFO => Content::Bytes(wait_info(node)?),
        label::COMPONENT_METADATA => Content::Bytes(metadata(node)?),
        ..=-1 if node.value.is_object() => Content::Bytes(files.bytes(node)?),
        ..=-1 if node.value.is_boolean() || node.value.is_i64() || node.value.is_string() => {
            Content::Custom(node.value.clone())
        }
        _ => return Err(node.wrong("an integer, true, false, text or {file: NAME} is expected")),
    };
    Ok(Owned { label, value })
}

impl Owned {
    /// The parameter as the builder takes it.
    pub fn parameter(&self) -> Result<Parameter<'_>, hexad_suit::Error> {
        Ok(match (&self.value, self.label) {
            (Content::Uuid(uuid), label::VENDOR_IDENTIFIER) => {
                Parameter::VendorIdentifier(VendorIdentifier::Uuid(uuid))
            }
            (Content::Uuid(uuid), label::CLASS_IDENTIFIER) => Parameter::ClassIdentifier(uuid),
            (Content::Uuid(uuid), _) => Parameter::DeviceIdentifier(uuid),
            (Content::Pen(oid), _) => Parameter::VendorIdentifier(VendorIdentifier::Pen(oid)),
            (Content::Digest(algorithm, bytes), _) => {
                Parameter::ImageDigest(Digest::new(*algorithm, bytes)?)
            }
            (Content::Unsigned(value), label::IMAGE_SIZE) => Parameter::ImageSize(*value),
            (Content::Unsigned(value), label::COMPONENT_SLOT) => Parameter::ComponentSlot(*value),
            (Content::Unsigned(value), label::USE_BEFORE) => Parameter::UseBefore(*value),
            (Content::Unsigned(value), _) => Parameter::MinimumBattery(*value),
            (Content::Index(index), _) => Parameter::SourceComponent(*index),
            (Content::Bytes(bytes), label::CONTENT) => Parameter::Content(bytes),
            (Content::Bytes(bytes), label::INVOKE_ARGS) => Parameter::InvokeArgs(bytes),
            (Content::Bytes(bytes), label::FETCH_ARGUMENTS) => Parameter::FetchArguments(bytes),
            (Content::Bytes(bytes), label::ENCRYPTION_INFO) => {
                let info = EncryptionInfo::new(bytes);
                info.message()?;
                Parameter::EncryptionInfo(info)
            }
            (Content::Bytes(bytes), label::WAIT_INFO) => {
                Parameter::WaitInfo(WaitInfo::parse(bytes)?)
            }
            (Content::Bytes(bytes), label::COMPONENT_METADATA) => {
                Parameter::ComponentMetadata(ComponentMetadata::parse(bytes)?)
            }
            (Content::Bytes(bytes), label) => Parameter::Custom(label, CustomValue::Bytes(bytes)),
            (Content::Version(comparison, version), _) => Parameter::Version(VersionMatch {
                comparison: *comparison,
                version: Version::parse(version)?,
            }),
            (Content::Custom(Value::String(text)), label::URI) => Parameter::Uri(text),
            (Content::Custom(Value::Bool(value)), label::STRICT_ORDER) => {
                Parameter::StrictOrder(*value)
            }
            (Content::Custom(Value::Bool(value)), label::SOFT_FAILURE) => {
                Parameter::SoftFailure(*value)
            }
            (Content::Custom(Value::Number(number)), label::UPDATE_PRIORITY) => {
                Parameter::UpdatePriority(number.as_i64().unwrap_or_default())
            }
            (Content::Custom(value), label) => Parameter::Custom(
                label,
                match value {
                    Value::Bool(value) => CustomValue::Bool(*value),
                    Value::String(text) => CustomValue::Text(text),
                    other => CustomValue::Integer(other.as_i64().unwrap_or_default()),
                },
            ),
        })
    }
}

/// A UUID as people write it, or `{domain: NAME}`, `{pen: NUMBER}`, each with `name` for something of
/// that vendor: version 5, as the draft recommends (8.4.8.2).
pub fn uuid(node: &Node<'_>) -> Outcome<Uuid> {
    if let Some(text) = node.value.as_str() {
        return Uuid::try_parse(text).map_err(|error| node.wrong(error));
    }
    node.only(&["domain", "name", "pen"])?;
    let vendor = match node.get("pen") {
        Some(pen) => {
            let mut tagged = vec![0xd8, 0x70];
            let oid = relative_oid(pen.unsigned()?);
            tagged.push(0x40 | u8::try_from(oid.len()).unwrap_or_default());
            tagged.extend(oid);
            Uuid::new_v5(&PEN_NAMESPACE, &tagged)
        }
        None => Uuid::new_v5(&Uuid::NAMESPACE_DNS, node.require("domain")?.text()?.as_bytes()),
    };
    Ok(match node.get("name") {
        Some(name) => Uuid::new_v5(&vendor, name.text()?.as_bytes()),
        None => vendor,
    })
}

/// The number as an OID relative to 1.3.6.1.4.1 (RFC 9090): base 128, the last byte without its high
/// bit; ten bytes at most.
pub fn relative_oid(pen: u64) -> Vec<u8> {
    let mut digits = vec![u8::try_from(pen & 0x7f).unwrap_or_default()];
    let mut rest = pen >> 7;
    while rest != 0 {
        digits.push(0x80 | u8::try_from(rest & 0x7f).unwrap_or_default());
        rest >>= 7;
    }
    digits.reverse();
    digits
}

/// `{greater-equal: [1, 2]}`: a comparison and a version.
fn version_match(node: &Node<'_>) -> Outcome<(Comparison, Vec<i64>)> {
    let (name, numbers) = node.only_member()?;
    let comparison = match name {
        "greater" => Comparison::Greater,
        "greater-equal" => Comparison::GreaterEqual,
        "equal" => Comparison::Equal,
        "lesser-equal" => Comparison::LesserEqual,
        "lesser" => Comparison::Lesser,
        _ => {
            let known = "greater, greater-equal, equal, lesser-equal, lesser";
            return Err(numbers.wrong(format_args!("unknown; known are: {known}")));
        }
    };
    Ok((comparison, numbers.integers()?))
}

fn version(node: &Node<'_>, numbers: &[i64]) -> Outcome<Vec<u8>> {
    builder::version(numbers).map_err(|error| node.refused(error))
}

fn wait_info(node: &Node<'_>) -> Outcome<Vec<u8>> {
    let mut other: Option<(Vec<u8>, Vec<u8>)> = None;
    let mut plain = Vec::new();
    for (name, value) in node.members()? {
        plain.push(match name {
            "authorization" => WaitEvent::Authorization(value.integer()?),
            "power" => WaitEvent::Power(value.integer()?),
            "network" => WaitEvent::Network(value.integer()?),
            "time" => WaitEvent::Time(value.unsigned()?),
            "time-of-day" => WaitEvent::TimeOfDay(value.unsigned()?),
            "day-of-week" => WaitEvent::DayOfWeek(value.unsigned()?),
            "time-of-day-utc" => WaitEvent::TimeOfDayUtc(value.unsigned()?),
            "day-of-week-utc" => WaitEvent::DayOfWeekUtc(value.unsigned()?),
            "other-device-version" => {
                value.only(&["device", "version"])?;
                let required: Vec<_> = value
                    .require("version")?
                    .elements()?
                    .map(|it| version_match(&it))
                    .collect::<Outcome<_>>()?;
                let required: Vec<_> = required
                    .iter()
                    .map(|(comparison, numbers)| (*comparison, &numbers[..]))
                    .collect();
                let versions =
                    builder::versions(&required).map_err(|error| value.refused(error))?;
                other = Some((value.require("device")?.bytes()?, versions));
                continue;
            }
            _ => return Err(value.wrong("there is no such wait event")),
        });
    }
    let mut events = plain;
    if let Some((device, versions)) = &other {
        let other = OtherDevice::new(device, versions).map_err(|error| node.refused(error))?;
        events.push(WaitEvent::OtherDeviceVersion(other));
    }
    builder::wait_info(&events).map_err(|error| node.refused(error))
}

fn metadata(node: &Node<'_>) -> Outcome<Vec<u8>> {
    let mut maps = Vec::new();
    let mut creator = None;
    for (name, value) in node.members()? {
        match name {
            "user-permissions" | "group-permissions" | "role-permissions" => {
                maps.push((name, permission_map(&value)?));
            }
            "creator" => creator = Some(value.text()?),
            _ => {}
        }
    }
    let mut members = Vec::new();
    for (name, map) in &maps {
        let map = PermissionMap::parse(map).map_err(|error| node.refused(error))?;
        members.push(match *name {
            "user-permissions" => Metadatum::UserPermissions(map),
            "group-permissions" => Metadatum::GroupPermissions(map),
            _ => Metadatum::RolePermissions(map),
        });
    }
    members.extend(creator.map(|name| Metadatum::Creator(actor(name))));
    for (name, value) in node.members()? {
        members.push(match name {
            "user-permissions" | "group-permissions" | "role-permissions" | "creator" => continue,
            "default-permissions" => Metadatum::DefaultPermissions(permissions(&value)?),
            "file-type" => Metadatum::FileType(match value.text()? {
                "regular" => FileType::Regular,
                "directory" => FileType::Directory,
                "symlink" => FileType::Symlink,
                _ => return Err(value.wrong("unknown; known are: regular, directory, symlink")),
            }),
            "modification-time" => Metadatum::ModificationTime(value.unsigned()?),
            "creation-time" => Metadatum::CreationTime(value.unsigned()?),
            _ => return Err(value.wrong("there is no such metadata")),
        });
    }
    builder::component_metadata(&members).map_err(|error| node.refused(error))
}

fn permission_map(node: &Node<'_>) -> Outcome<Vec<u8>> {
    let granted: Vec<_> = node
        .members()?
        .map(|(name, value)| Ok((actor(name), permissions(&value)?)))
        .collect::<Outcome<_>>()?;
    builder::permissions(&granted).map_err(|error| node.refused(error))
}

/// A number stands for a POSIX user's or group's, anything else for a name.
fn actor(name: &str) -> Actor<'_> {
    name.parse().map_or(Actor::Text(name), Actor::Integer)
}

fn permissions(node: &Node<'_>) -> Outcome<Permissions> {
    let bits = node.unsigned()?;
    Permissions::from_bits(bits).ok_or_else(|| node.wrong("these bits are not defined"))
}
