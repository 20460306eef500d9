//! Reads `ietf-access-control-list:acls`: the lists, their entries and what becomes of packets.

use alloc::vec::Vec;

use super::matches::matches;
use super::{Ace, Acl, AclType, Forwarding, Logging};
use crate::error::{ErrorKind, Fault};
use crate::json::{Member, Value};
use crate::yang::{Reading, module, required, set};

/// The lists of the container `acls`, each with the byte at which it stands.
pub(crate) fn acls(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
) -> Result<Vec<(usize, Acl)>, Fault> {
    let mut lists = None;
    for member in value.members()? {
        match reading.name(member, module::ACL, &[])? {
            (module::ACL, "acl") => {
                let mut acls = Vec::new();
                for value in member.value.elements()? {
                    acls.push((value.offset, acl(reading, value)?));
                }
                set(&mut lists, acls, member)?;
            }
            _ => ignored(reading, member),
        }
    }
    let lists = lists.unwrap_or_default();
    unique(lists.iter().map(|(offset, acl)| (acl.name.as_str(), *offset)))?;
    Ok(lists)
}

fn acl(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<Acl, Fault> {
    const OUTDATED: &str = "this name is from a draft of RFC 8519: write the list anew with name, \
                            type, aces, and in an ace: name, matches, actions";
    let mut name = None;
    let mut kind = None;
    let mut aces = None;
    // The type decides what the entries may match, wherever it stands.
    for member in value.members()? {
        match reading.name(member, module::ACL, &[])? {
            (module::ACL, "name") => {
                set(&mut name, reading.short_string(&member.value, 64)?, member)?;
            }
            (module::ACL, "type") => set(&mut kind, acl_type(reading, &member.value)?, member)?,
            (module::ACL, "aces") => set(&mut aces, &member.value, member)?,
            (module::ACL, "acl-type" | "access-list-entries") => {
                return Err(Fault::new(ErrorKind::OutdatedName, member.offset, OUTDATED));
            }
            _ => ignored(reading, member),
        }
    }
    let name = required(name, value, "an acl has a name (RFC 8519, 4.1)")?;
    let aces = match aces {
        Some(value) => self::aces(reading, value, &mut kind)?,
        None => Vec::new(),
    };
    Ok(Acl { name, kind, aces })
}

fn acl_type(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<AclType, Fault> {
    let name = reading.identity(value, module::ACL)?;
    if let Some(kind) = AclType::ALL.into_iter().find(|kind| kind.name() == name) {
        return Ok(kind);
    }
    if name == "ethernet-acl-type" {
        reading.tolerate(
            ErrorKind::OutdatedName,
            value.offset,
            "the type of a list that matches Ethernet headers is eth-acl-type (RFC 8519, 4.1)",
        )?;
        return Ok(AclType::Eth);
    }
    Err(Fault::new(
        ErrorKind::InvalidValue,
        value.offset,
        "the type of a list is ipv4-acl-type, ipv6-acl-type, eth-acl-type, \
         mixed-eth-ipv4-acl-type, mixed-eth-ipv6-acl-type or mixed-eth-ipv4-ipv6-acl-type \
         (RFC 8519, 4.1)",
    ))
}

fn aces(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
    kind: &mut Option<AclType>,
) -> Result<Vec<Ace>, Fault> {
    let mut list = None;
    for member in value.members()? {
        match reading.name(member, module::ACL, &[])? {
            (module::ACL, "ace") => {
                let mut aces = Vec::new();
                for value in member.value.elements()? {
                    aces.push((value.offset, ace(reading, value, kind)?));
                }
                set(&mut list, aces, member)?;
            }
            _ => ignored(reading, member),
        }
    }
    let list = list.unwrap_or_default();
    unique(list.iter().map(|(offset, ace)| (ace.name.as_str(), *offset)))?;
    Ok(list.into_iter().map(|(_, ace)| ace).collect())
}

fn ace(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
    kind: &mut Option<AclType>,
) -> Result<Ace, Fault> {
    let mut name = None;
    let mut found = None;
    let mut actions = None;
    for member in value.members()? {
        match reading.name(member, module::ACL, &[])? {
            (module::ACL, "name") => {
                set(&mut name, reading.short_string(&member.value, 64)?, member)?;
            }
            (module::ACL, "matches") => {
                set(&mut found, matches(reading, &member.value, kind)?, member)?;
            }
            (module::ACL, "actions") => {
                set(&mut actions, self::actions(reading, &member.value)?, member)?;
            }
            _ => ignored(reading, member),
        }
    }
    let (forwarding, logging) = required(
        actions,
        value,
        "an ace has actions with forwarding: accept, drop or reject (RFC 8519, 4.1)",
    )?;
    Ok(Ace {
        name: required(name, value, "an ace has a name (RFC 8519, 4.1)")?,
        matches: found.unwrap_or_default(),
        forwarding,
        logging,
    })
}

fn actions(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
) -> Result<(Forwarding, Option<Logging>), Fault> {
    let mut forwarding = None;
    let mut logging = None;
    for member in value.members()? {
        let invalid = |advice| Fault::new(ErrorKind::InvalidValue, member.value.offset, advice);
        match reading.name(member, module::ACL, &[])? {
            (module::ACL, "forwarding") => {
                let name = reading.identity(&member.value, module::ACL)?;
                let action = Forwarding::ALL.into_iter().find(|action| action.name() == name);
                let action = action
                    .ok_or(invalid("forwarding is accept, drop or reject (RFC 8519, 4.1)"))?;
                set(&mut forwarding, action, member)?;
            }
            (module::ACL, "logging") => {
                let action = match reading.identity(&member.value, module::ACL)? {
                    "log-syslog" => Logging::Syslog,
                    "log-none" => Logging::None,
                    _ => return Err(invalid("logging is log-syslog or log-none (RFC 8519, 4.1)")),
                };
                set(&mut logging, action, member)?;
            }
            _ => ignored(reading, member),
        }
    }
    let advice = "actions have a forwarding: accept, drop or reject (RFC 8519, 4.1)";
    Ok((required(forwarding, value, advice)?, logging))
}

/// A node outside of the matches that is not understood is ignored (RFC 8520, 3.9), and reported.
pub(crate) fn ignored(reading: &mut Reading<'_>, member: &Member<'_>) {
    reading.report(
        ErrorKind::UnknownNode,
        member.offset,
        "this node is ignored (RFC 8520, 3.9): check its name, or what extension it is of",
    );
}

/// No two entries of a list have one key (RFC 7950, 7.8.2).
fn unique<'n>(keys: impl Iterator<Item = (&'n str, usize)>) -> Result<(), Fault> {
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    match keys.iter().zip(keys.iter().skip(1)).find(|(one, next)| one.0 == next.0) {
        None => Ok(()),
        Some((_, (_, offset))) => Err(Fault::new(
            ErrorKind::DuplicateEntry,
            *offset,
            "two entries of a list have one name: give one of them another (RFC 7950, 7.8.2)",
        )),
    }
}
