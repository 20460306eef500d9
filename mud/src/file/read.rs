//! Reads a MUD file: the container `mud`, the lists, and whether they fit together.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Contents, Mud};
use crate::acl::{Acl, acls};
use crate::error::{Error, ErrorKind, Fault};
use crate::extension::{self, read_transparency};
use crate::flow::Direction;
use crate::json::{self, Value};
use crate::time::DateAndTime;
use crate::url::{MudUrl, is_uri};
use crate::yang::{self, Unknown, module, required, set};

/// The most bytes that a file may have, if the caller does not say otherwise: 1 MiB.
pub const DEFAULT_LIMIT: usize = 1 << 20;

/// How a file is read: what is let pass in it, and how long it may be.
///
/// ```
/// use hexad_mud::file::Reader;
/// # let bytes = br#"{"ietf-mud:mud": {"mud-version": "1",
/// #   "mud-url": "https://lighting.example.com/lightbulb2000",
/// #   "last-update": "2019-01-28T11:20:51+01:00", "is-supported": true}}"#;
///
/// let reading = Reader::new().lenient().read(bytes)?;
/// for finding in &reading.findings {
///     println!("{finding}");
/// }
/// # assert_eq!(reading.findings[0].pointer(), "/ietf-mud:mud/mud-version");
/// # Ok::<(), hexad_mud::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Reader {
    lenient: bool,
    limit: usize,
}

/// A file that was read, and what should be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The file.
    pub mud: Mud,
    /// What a lenient reader let pass, nodes that were ignored, and lists that are not used. In the
    /// order in which they were found.
    pub findings: Vec<Error>,
}

impl Reader {
    /// Refuses whatever the standards do not allow, and more than [`DEFAULT_LIMIT`] bytes.
    pub const fn new() -> Self {
        Self { lenient: false, limit: DEFAULT_LIMIT }
    }

    /// Lets pass what the standards forbid and yet has but one meaning, as files of real devices have
    /// it, and reports it: names from drafts that were merely changed since, numbers and booleans in
    /// quotes, `null` for `[null]`, hexadecimal ethertypes, prefixes without a length, `operator` `eq`
    /// beside a port range, names with a module too many or without the one that they need, and headers
    /// that the type of the list does not allow.
    pub const fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// Refuses more than `limit` bytes.
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`Mud::parse`], less what is let pass.
    pub fn read(self, bytes: &[u8]) -> Result<Reading, Error> {
        let syntax = |fault| Error::new(fault, String::new());
        if bytes.len() > self.limit {
            let advice = "a MUD file has some kilobytes; the reader's limit can be raised";
            return Err(syntax(Fault::new(ErrorKind::TooLarge, self.limit, advice)));
        }
        let root = json::read(bytes).map_err(syntax)?;
        let mut reading =
            yang::Reading { text: bytes, lenient: self.lenient, findings: Vec::new() };
        let place = |fault: Fault| Error::new(fault, root.pointer_to(fault.offset));
        let contents = contents(&mut reading, &root).map_err(place)?;
        let findings = reading.findings.into_iter().map(place).collect();
        Ok(Reading { mud: Mud(contents), findings })
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

fn contents(reading: &mut yang::Reading<'_>, root: &Value<'_>) -> Result<Contents, Fault> {
    const TOP_LEVEL: [(&str, &str); 3] =
        [(module::MUD, "mud"), (module::ACL, "acls"), (module::ACL, "access-lists")];
    let mut container = None;
    let mut lists = None;
    let mut unknown = Vec::new();
    for member in root.members()? {
        match reading.name(member, "", &TOP_LEVEL)? {
            (module::MUD, "mud") => set(&mut container, &member.value, member)?,
            (module::ACL, "acls") => set(&mut lists, &member.value, member)?,
            (module::ACL, "access-lists") => {
                reading.tolerate(
                    ErrorKind::OutdatedName,
                    member.offset,
                    "the container is ietf-access-control-list:acls (RFC 8519, 4.1); access-lists is \
                     its name in drafts",
                )?;
                set(&mut lists, &member.value, member)?;
            }
            _ => unknown.push(keep(reading, member)),
        }
    }
    let advice = "a MUD file has the container ietf-mud:mud (RFC 8520, 2)";
    let container = required(container, root, advice)?;
    let (mut contents, policies) = mud(reading, container)?;
    let lists = match lists {
        Some(value) => acls(reading, value)?,
        None => Vec::new(),
    };
    check_policies(reading, &policies, &lists)?;
    contents.acls = lists.into_iter().map(|(_, acl)| acl).collect();
    contents.unknown_top_level = unknown;
    Ok(contents)
}

/// The nodes that extensions add to the container `mud`.
const EXTENSIONS: [(&str, &str); 2] = [
    (extension::module::TRANSPARENCY, "transparency"),
    (extension::module::MUD_TLS, "is-tls-dtls-profile-supported"),
];

/// The names of the lists of both policies: the direction, and where the name stands.
type Policies = Vec<(Direction, usize, String)>;

fn mud(reading: &mut yang::Reading<'_>, value: &Value<'_>) -> Result<(Contents, Policies), Fault> {
    let mut version = None;
    let mut url = None;
    let mut last_update = None;
    let mut mud_signature = None;
    let mut cache_validity = None;
    let mut is_supported = None;
    let mut texts = [const { None }; 5];
    let mut documentation = None;
    let mut names = None;
    let mut from = None;
    let mut to = None;
    let mut transparency = None;
    let mut tls_profile = None;
    let mut unknown = Vec::new();
    for member in value.members()? {
        let value = &member.value;
        let (module, name) = match reading.name(member, module::MUD, &EXTENSIONS)? {
            (extension::module::TRANSPARENCY, "transparency") => {
                set(&mut transparency, read_transparency(reading, value)?, member)?;
                continue;
            }
            (extension::module::MUD_TLS, "is-tls-dtls-profile-supported") => {
                set(&mut tls_profile, reading.boolean(value)?, member)?;
                continue;
            }
            other => other,
        };
        if module != module::MUD {
            unknown.push(keep(reading, member));
            continue;
        }
        let [systeminfo, mfg_name, model_name, firmware_rev, software_rev] = &mut texts;
        let text = match name {
            "mud-version" => {
                set(&mut version, mud_version(reading, value)?, member)?;
                continue;
            }
            "mud-url" => {
                set(&mut url, mud_url(reading, value)?, member)?;
                continue;
            }
            "last-update" => {
                set(&mut last_update, date_and_time(reading, value)?, member)?;
                continue;
            }
            "mud-signature" => {
                set(&mut mud_signature, uri(reading, value)?, member)?;
                continue;
            }
            "cache-validity" => {
                set(&mut cache_validity, reading.ranged_uint8(value, 1, 168)?, member)?;
                continue;
            }
            "is-supported" => {
                set(&mut is_supported, reading.boolean(value)?, member)?;
                continue;
            }
            "documentation" => {
                set(&mut documentation, uri(reading, value)?, member)?;
                continue;
            }
            "extensions" => {
                set(&mut names, extensions(reading, value)?, member)?;
                continue;
            }
            "from-device-policy" => {
                set(&mut from, policy(reading, value)?, member)?;
                continue;
            }
            "to-device-policy" => {
                set(&mut to, policy(reading, value)?, member)?;
                continue;
            }
            "systeminfo" => systeminfo,
            "mfg-name" => mfg_name,
            "model-name" => model_name,
            "firmware-rev" => firmware_rev,
            "software-rev" => software_rev,
            _ => {
                unknown.push(keep(reading, member));
                continue;
            }
        };
        set(text, reading.string(value)?.to_string(), member)?;
    }
    if version.is_none() {
        let advice = "mud-version is mandatory, and is 1 (RFC 8520, 3.1)";
        reading.tolerate(ErrorKind::Missing, value.offset, advice)?;
    }
    let url = required(url, value, "mud-url is mandatory (RFC 8520, 3.2)")?;
    let last_update = required(last_update, value, "last-update is mandatory (RFC 8520, 3.4)")?;
    let mut contents = Contents::new(url, last_update);
    contents.is_supported =
        required(is_supported, value, "is-supported is mandatory (RFC 8520, 3.6)")?;
    let [systeminfo, mfg_name, model_name, firmware_rev, software_rev] = texts;
    contents.systeminfo = systeminfo;
    contents.mfg_name = mfg_name;
    contents.model_name = model_name;
    contents.firmware_rev = firmware_rev;
    contents.software_rev = software_rev;
    contents.mud_signature = mud_signature;
    contents.cache_validity = cache_validity;
    contents.documentation = documentation;
    contents.extensions = names.unwrap_or_default();
    contents.transparency = transparency;
    contents.is_tls_dtls_profile_supported = tls_profile;
    contents.unknown = unknown;
    let from: Vec<(usize, String)> = from.unwrap_or_default();
    let to: Vec<(usize, String)> = to.unwrap_or_default();
    contents.from_device_policy = from.iter().map(|(_, name)| name.clone()).collect();
    contents.to_device_policy = to.iter().map(|(_, name)| name.clone()).collect();
    let from = from.into_iter().map(|(offset, name)| (Direction::FromDevice, offset, name));
    let to = to.into_iter().map(|(offset, name)| (Direction::ToDevice, offset, name));
    Ok((contents, from.chain(to).collect()))
}

fn mud_version(reading: &mut yang::Reading<'_>, value: &Value<'_>) -> Result<(), Fault> {
    let version = reading.uint8(value)?;
    if version == 1 {
        return Ok(());
    }
    let advice = "mud-version is 1; no other version is defined (RFC 8520, 3.1)";
    Err(Fault::new(ErrorKind::InvalidValue, value.offset, advice))
}

fn mud_url(reading: &yang::Reading<'_>, value: &Value<'_>) -> Result<MudUrl, Fault> {
    MudUrl::new(reading.string(value)?)
        .map_err(|error| Fault::new(ErrorKind::InvalidValue, value.offset, error.advice()))
}

fn date_and_time(reading: &mut yang::Reading<'_>, value: &Value<'_>) -> Result<DateAndTime, Fault> {
    let advice =
        "a time is written as 2018-03-02T11:20:51+01:00 or with Z (RFC 6991, date-and-time)";
    let text = reading.string(value)?;
    if let Some(time) = DateAndTime::new(text) {
        return Ok(time);
    }
    // Without its zone it is some hours of one day: nothing that the file allows hangs on them.
    let in_utc = DateAndTime::new(&format!("{text}Z"));
    let time = in_utc.ok_or(Fault::new(ErrorKind::InvalidValue, value.offset, advice))?;
    reading.tolerate(ErrorKind::InvalidValue, value.offset, advice)?;
    Ok(time)
}

fn uri(reading: &yang::Reading<'_>, value: &Value<'_>) -> Result<String, Fault> {
    let text = reading.string(value)?;
    if is_uri(text) {
        return Ok(text.to_string());
    }
    let advice = "a URI has a scheme, such as https:, and none but the characters of RFC 3986";
    Err(Fault::new(ErrorKind::InvalidValue, value.offset, advice))
}

fn extensions(reading: &yang::Reading<'_>, value: &Value<'_>) -> Result<Vec<String>, Fault> {
    let mut names: Vec<String> = Vec::new();
    for value in value.elements()? {
        let name = reading.short_string(value, 40)?;
        if names.contains(&name) {
            let advice = "an extension is named once (RFC 7950, 7.7)";
            return Err(Fault::new(ErrorKind::DuplicateEntry, value.offset, advice));
        }
        if names.len() >= MAX_REFERENCES {
            return Err(too_many(value.offset));
        }
        names.push(name);
    }
    Ok(names)
}

/// The most names of extensions, and of lists in a policy. Real files have fewer than ten.
const MAX_REFERENCES: usize = 256;

fn too_many(offset: usize) -> Fault {
    Fault::new(ErrorKind::OutOfRange, offset, "more than 256 names are not read here")
}

/// The names of the lists of a policy, each with the byte at which its entry stands.
fn policy(
    reading: &mut yang::Reading<'_>,
    value: &Value<'_>,
) -> Result<Vec<(usize, String)>, Fault> {
    let mut names: Vec<(usize, String)> = Vec::new();
    for member in value.members()? {
        let (module::MUD, "access-lists") = reading.name(member, module::MUD, &[])? else {
            ignored(reading, member.offset);
            continue;
        };
        for member in member.value.members()? {
            let (module::MUD, "access-list") = reading.name(member, module::MUD, &[])? else {
                ignored(reading, member.offset);
                continue;
            };
            for entry in member.value.elements()? {
                let name = access_list(reading, entry)?;
                if names.iter().any(|(_, other)| *other == name) {
                    let advice = "a policy names a list once (RFC 7950, 7.8.2)";
                    return Err(Fault::new(ErrorKind::DuplicateEntry, entry.offset, advice));
                }
                if names.len() >= MAX_REFERENCES {
                    return Err(too_many(entry.offset));
                }
                names.push((entry.offset, name));
            }
        }
    }
    Ok(names)
}

fn access_list(reading: &mut yang::Reading<'_>, entry: &Value<'_>) -> Result<String, Fault> {
    let mut name = None;
    for member in entry.members()? {
        match reading.name(member, module::MUD, &[])? {
            (module::MUD, "name") => {
                set(&mut name, reading.short_string(&member.value, 64)?, member)?;
            }
            (module::MUD, "acl-name" | "acl-type") => {
                let advice = "this name is from a draft of RFC 8520: an access-list has a name and no \
                              type, and the lists themselves have to be those of RFC 8519";
                return Err(Fault::new(ErrorKind::OutdatedName, member.offset, advice));
            }
            _ => ignored(reading, member.offset),
        }
    }
    required(name, entry, "an access-list names an acl (RFC 8520, 7)")
}

fn ignored(reading: &mut yang::Reading<'_>, offset: usize) {
    reading.report(
        ErrorKind::UnknownNode,
        offset,
        "this node is ignored (RFC 8520, 3.9): check its name, or what extension it is of",
    );
}

/// A node that is not understood is ignored, kept and reported.
fn keep(reading: &mut yang::Reading<'_>, member: &json::Member<'_>) -> Unknown {
    ignored(reading, member.offset);
    reading.keep(member)
}

/// Every name of a list leads to one, every list is used, and what it matches can be true for packets
/// in the direction of the policy. Lists do not refer to one another, so that there are no cycles.
fn check_policies(
    reading: &mut yang::Reading<'_>,
    policies: &Policies,
    lists: &[(usize, Acl)],
) -> Result<(), Fault> {
    for (direction, offset, name) in policies {
        let Some((place, acl)) = lists.iter().find(|(_, acl)| acl.name == *name) else {
            let advice = "no acl has this name: add the list, or correct the name (RFC 8520, 7)";
            return Err(Fault::new(ErrorKind::UndefinedAcl, *offset, advice));
        };
        let ips = acl.aces.iter().filter_map(|ace| ace.matches.l3.as_ref());
        for ip in ips.map(|l3| l3.ip()) {
            let own = match direction {
                Direction::FromDevice => &ip.src_dnsname,
                Direction::ToDevice => &ip.dst_dnsname,
            };
            if own.is_some() {
                return Err(Fault::new(
                    ErrorKind::WrongDirection,
                    *place,
                    "an entry names the device's own end: lists of from-device-policy use \
                     dst-dnsname, those of to-device-policy src-dnsname (RFC 8520, 8)",
                ));
            }
        }
    }
    for (offset, acl) in lists {
        if !policies.iter().any(|(_, _, name)| *name == acl.name) {
            reading.report(
                ErrorKind::UnusedAcl,
                *offset,
                "no policy refers to this list, so that it does nothing (RFC 8520, 3.3)",
            );
        }
    }
    Ok(())
}
