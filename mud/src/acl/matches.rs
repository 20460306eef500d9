//! Reads what an entry matches. Whatever can't be understood is refused, for it would narrow the entry.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::ethertypes::ETHERTYPES;
use super::field::read_field;
use super::read::ignored;
use super::{
    AclType, Ethernet, Field, Icmp, Ip, L3, L4, Matches, MudMatches, Operator, PortMatch, Tcp, Udp,
};
use crate::error::{ErrorKind, Fault};
use crate::extension::{self, read_profiles};
use crate::flow::{Direction, IpVersion, Prefix};
use crate::json::{Member, Value};
use crate::url::{is_domain_name, is_uri, is_uri_reference};
use crate::yang::{Reading, module, set};

const DNS_NAMES: [(&str, &str); 2] = [(module::DNS, "src-dnsname"), (module::DNS, "dst-dnsname")];
const DIRECTION: [(&str, &str); 1] = [(module::MUD, "direction-initiated")];
const MUD: [(&str, &str); 1] = [(module::MUD, "mud")];

/// The container `matches` of an entry in a list of the type `kind`.
pub(super) fn matches(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
    kind: &mut Option<AclType>,
) -> Result<Matches, Fault> {
    const CHOICE: &str =
        "ipv4 and ipv6 exclude one another, and so do tcp, udp and icmp (RFC 8519, 4.1)";
    let mut mud = None;
    let mut eth = None;
    let mut l3 = None;
    let mut l4 = None;
    let mut fields = BTreeSet::new();
    let mut client_profiles = None;
    let mut unknown = Vec::new();
    for member in value.members()? {
        let choice = Fault::new(ErrorKind::Conflict, member.offset, CHOICE);
        match reading.name(member, module::ACL, &MUD)? {
            (module::MUD, "mud") => set(&mut mud, mud_matches(reading, &member.value)?, member)?,
            (module::ACL, "eth") => {
                header(reading, member, kind, None)?;
                set(&mut eth, ethernet(reading, &member.value)?, member)?;
            }
            (module::ACL, name @ ("ipv4" | "ipv6")) => {
                let version = if name == "ipv4" { IpVersion::V4 } else { IpVersion::V6 };
                header(reading, member, kind, Some(version))?;
                let ip = ip(reading, &member.value, version, &mut fields)?;
                let ip = L3::new(version, ip);
                if l3.replace(ip).is_some() {
                    return Err(choice);
                }
            }
            (module::ACL, name @ ("tcp" | "udp" | "icmp")) => {
                let header = self::l4(reading, &member.value, name, &mut fields)?;
                if l4.replace((member.offset, header)).is_some() {
                    return Err(choice);
                }
            }
            (module::ACL, "ipv4-acl" | "ipv6-acl" | "l2-acl") => {
                return Err(Fault::new(
                    ErrorKind::OutdatedName,
                    member.offset,
                    "this name is from a draft of RFC 8519: it is ipv4, ipv6 or eth, and ports stand \
                     in tcp or udp",
                ));
            }
            (extension::module::ACL_TLS, name @ ("client-profiles" | "client-profile")) => {
                if name == "client-profile" {
                    reading.tolerate(
                        ErrorKind::OutdatedName,
                        member.offset,
                        "the container is client-profiles, unlike the example in the RFC (RFC 9761, 5.2)",
                    )?;
                }
                let profiles = read_profiles(reading, &member.value)?;
                set(&mut client_profiles, profiles, member)?;
            }
            (module::ACL | module::MUD | module::DNS | extension::module::ACL_TLS, _) => {
                return Err(unknown_match(member));
            }
            _ => {
                ignored(reading, member);
                unknown.push(reading.keep(member));
            }
        }
    }
    if let (Some((offset, l4)), Some(l3)) = (&l4, &l3) {
        check_protocol(*offset, *l4, l3)?;
    }
    let l4 = l4.map(|(_, l4)| l4);
    let mud = mud.unwrap_or_default();
    Ok(Matches { mud, eth, l3, l4, fields, client_profiles, unknown })
}

/// The type of the list must allow the header that `member` matches: that of IP in this version, or of
/// Ethernet. A lenient reader makes it a type that does, if that says no more of the other entries.
fn header(
    reading: &mut Reading<'_>,
    member: &Member<'_>,
    kind: &mut Option<AclType>,
    version: Option<IpVersion>,
) -> Result<(), Fault> {
    const ADVICE: &str = "the type of the list does not allow this header: give it the type that does, \
                          such as a mixed one, or take the match away (RFC 8519, 4.1)";
    let allowed = kind.is_some_and(|kind| match version {
        Some(version) => kind.has(version),
        None => kind.has_eth(),
    });
    if allowed {
        return Ok(());
    }
    *kind = Some(match (*kind, version) {
        (None, None) => AclType::Eth,
        (None, Some(IpVersion::V4)) => AclType::Ipv4,
        (None, Some(IpVersion::V6)) => AclType::Ipv6,
        (Some(AclType::Ipv4), None) | (Some(AclType::Eth), Some(IpVersion::V4)) => {
            AclType::MixedEthIpv4
        }
        (Some(AclType::Ipv6), None) | (Some(AclType::Eth), Some(IpVersion::V6)) => {
            AclType::MixedEthIpv6
        }
        _ => return Err(Fault::new(ErrorKind::Conflict, member.offset, ADVICE)),
    });
    reading.tolerate(ErrorKind::Conflict, member.offset, ADVICE)
}

/// `tcp` with another protocol number than 6, and the like, can match nothing.
fn check_protocol(offset: usize, l4: L4, l3: &L3) -> Result<(), Fault> {
    let own = match (l4, l3.version()) {
        (L4::Tcp(_), _) => 6,
        (L4::Udp(_), _) => 17,
        (L4::Icmp(_), IpVersion::V4) => 1,
        (L4::Icmp(_), IpVersion::V6) => 58,
    };
    if l3.ip().protocol.is_none_or(|protocol| protocol == own) {
        return Ok(());
    }
    Err(Fault::new(
        ErrorKind::Conflict,
        offset,
        "the protocol in the IP header is 6 for tcp, 17 for udp, 1 for icmp over IPv4 and 58 over IPv6",
    ))
}

fn mud_matches(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<MudMatches, Fault> {
    let mut manufacturer = None;
    let mut same_manufacturer = None;
    let mut model = None;
    let mut local_networks = None;
    let mut controller = None;
    let mut my_controller = None;
    for member in value.members()? {
        let value = &member.value;
        match reading.name(member, module::MUD, &[])? {
            (module::MUD, "manufacturer") => set(&mut manufacturer, host(reading, value)?, member)?,
            (module::MUD, "same-manufacturer") => {
                set(&mut same_manufacturer, reading.empty(value)?, member)?;
            }
            (module::MUD, "model") => set(&mut model, uri(reading, value)?, member)?,
            (module::MUD, "local-networks") => {
                set(&mut local_networks, reading.empty(value)?, member)?;
            }
            (module::MUD, "controller") => set(&mut controller, class(reading, value)?, member)?,
            (module::MUD, "my-controller") => {
                set(&mut my_controller, reading.empty(value)?, member)?;
            }
            _ => return Err(unknown_match(member)),
        }
    }
    Ok(MudMatches {
        manufacturer,
        same_manufacturer: same_manufacturer.is_some(),
        model,
        local_networks: local_networks.is_some(),
        controller,
        my_controller: my_controller.is_some(),
    })
}

fn ethernet(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<Ethernet, Fault> {
    let mut eth = Ethernet::default();
    for member in value.members()? {
        let value = &member.value;
        let slot = match reading.name(member, module::ACL, &[])? {
            (module::ACL, "destination-mac-address") => &mut eth.destination_mac_address,
            (module::ACL, "destination-mac-address-mask") => &mut eth.destination_mac_address_mask,
            (module::ACL, "source-mac-address") => &mut eth.source_mac_address,
            (module::ACL, "source-mac-address-mask") => &mut eth.source_mac_address_mask,
            (module::ACL, "ethertype") => {
                set(&mut eth.ethertype, ethertype(reading, value)?, member)?;
                continue;
            }
            _ => return Err(unknown_match(member)),
        };
        set(slot, reading.mac_address(value)?, member)?;
    }
    Ok(eth)
}

/// An `eth:ethertype` (RFC 8519, A.3): a number of 16 bits, or a name that stands for one.
fn ethertype(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<u16, Fault> {
    let Ok(text) = reading.string(value) else {
        return reading.uint16(value);
    };
    if let Some((_, ethertype)) = ETHERTYPES.iter().find(|(name, _)| *name == text) {
        return Ok(*ethertype);
    }
    let digits = text.strip_prefix("0x").filter(|digits| (1..=4).contains(&digits.len()));
    let Some(ethertype) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) else {
        return Err(Fault::new(
            ErrorKind::InvalidValue,
            value.offset,
            "an ethertype is a decimal number of 16 bits, or a name such as ipv4 or eap (RFC 8519, A.3)",
        ));
    };
    reading.tolerate(
        ErrorKind::UnexpectedType,
        value.offset,
        "an ethertype is a decimal number without quotes: 2048 for 0x0800 (RFC 7951, 6.1)",
    )?;
    Ok(ethertype)
}

fn ip(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
    version: IpVersion,
    fields: &mut BTreeSet<Field>,
) -> Result<Ip, Fault> {
    let mut ip = Ip::default();
    let (header, source, destination) = match version {
        IpVersion::V4 => ("ipv4", "source-ipv4-network", "destination-ipv4-network"),
        IpVersion::V6 => ("ipv6", "source-ipv6-network", "destination-ipv6-network"),
    };
    for member in value.members()? {
        let value = &member.value;
        match reading.name(member, module::ACL, &DNS_NAMES)? {
            (module::DNS, "src-dnsname") => {
                set(&mut ip.src_dnsname, peer_host(reading, value, version)?, member)?;
            }
            (module::DNS, "dst-dnsname") => {
                set(&mut ip.dst_dnsname, peer_host(reading, value, version)?, member)?;
            }
            (module::ACL, "protocol") => set(&mut ip.protocol, reading.uint8(value)?, member)?,
            (module::ACL, name) if name == source => {
                set(&mut ip.source_network, reading.prefix(value, version)?, member)?;
            }
            (module::ACL, name) if name == destination => {
                set(&mut ip.destination_network, reading.prefix(value, version)?, member)?;
            }
            (module::ACL, name) => further(reading, header, name, member, fields)?,
            _ => return Err(unknown_match(member)),
        }
    }
    Ok(ip)
}

/// A field that is hardly ever matched.
fn further(
    reading: &mut Reading<'_>,
    header: &str,
    name: &str,
    member: &Member<'_>,
    fields: &mut BTreeSet<Field>,
) -> Result<(), Fault> {
    let field = read_field(reading, header, name, &member.value)?;
    fields.insert(field.ok_or_else(|| unknown_match(member))?);
    Ok(())
}

fn l4(
    reading: &mut Reading<'_>,
    value: &Value<'_>,
    name: &str,
    fields: &mut BTreeSet<Field>,
) -> Result<L4, Fault> {
    let mut source_port = None;
    let mut destination_port = None;
    let mut direction_initiated = None;
    let mut icmp = Icmp::default();
    let foreign = if name == "tcp" { &DIRECTION[..] } else { &[] };
    for member in value.members()? {
        let value = &member.value;
        let local = reading.name(member, module::ACL, foreign)?;
        match (name, local) {
            ("tcp" | "udp", (module::ACL, "source-port")) => {
                set(&mut source_port, ports(reading, value)?, member)?;
            }
            ("tcp" | "udp", (module::ACL, "destination-port")) => {
                set(&mut destination_port, ports(reading, value)?, member)?;
            }
            ("tcp", (module::MUD, "direction-initiated")) => {
                set(&mut direction_initiated, direction(reading, value)?, member)?;
            }
            ("icmp", (module::ACL, "type")) => set(&mut icmp.kind, reading.uint8(value)?, member)?,
            ("icmp", (module::ACL, "code")) => set(&mut icmp.code, reading.uint8(value)?, member)?,
            (header, (module::ACL, name)) => further(reading, header, name, member, fields)?,
            _ => return Err(unknown_match(member)),
        }
    }
    let (source_port, destination_port) = (source_port.flatten(), destination_port.flatten());
    Ok(match name {
        "tcp" => L4::Tcp(Tcp { direction_initiated, source_port, destination_port }),
        "udp" => L4::Udp(Udp { source_port, destination_port }),
        _ => L4::Icmp(icmp),
    })
}

fn direction(reading: &Reading<'_>, value: &Value<'_>) -> Result<Direction, Fault> {
    match reading.string(value)? {
        "to-device" => Ok(Direction::ToDevice),
        "from-device" => Ok(Direction::FromDevice),
        _ => Err(Fault::new(
            ErrorKind::InvalidValue,
            value.offset,
            "direction-initiated is from-device or to-device (RFC 8520, 7)",
        )),
    }
}

/// The ports of `source-port` or `destination-port`; `None` when it says nothing.
fn ports(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<Option<PortMatch>, Fault> {
    let mut operator = None;
    let mut range = None;
    let mut port = None;
    let mut lower = None;
    let mut upper = None;
    for member in value.members()? {
        let value = &member.value;
        match reading.name(member, module::ACL, &[])? {
            (module::ACL, "operator") => {
                let name = reading.string(value)?;
                if name == "range" {
                    range = Some(value.offset);
                    continue;
                }
                let known = Operator::ALL.into_iter().find(|operator| operator.name() == name);
                let known = known.ok_or(Fault::new(
                    ErrorKind::InvalidValue,
                    value.offset,
                    "an operator is lte, gte, eq or neq (RFC 8519, 4.2)",
                ))?;
                set(&mut operator, known, member)?;
            }
            (module::ACL, "port") => set(&mut port, reading.uint16(value)?, member)?,
            (module::ACL, "lower-port") => set(&mut lower, reading.uint16(value)?, member)?,
            (module::ACL, "upper-port") => set(&mut upper, reading.uint16(value)?, member)?,
            _ => return Err(unknown_match(member)),
        }
    }
    let conflict = |advice| Fault::new(ErrorKind::Conflict, value.offset, advice);
    if let Some(offset) = range {
        let advice = "an operator is lte, gte, eq or neq; lower-port and upper-port are a range without \
                      one (RFC 8519, 4.2)";
        if lower.is_none() || upper.is_none() || operator.is_some() {
            return Err(Fault::new(ErrorKind::InvalidValue, offset, advice));
        }
        reading.tolerate(ErrorKind::InvalidValue, offset, advice)?;
    }
    match (operator, port, lower, upper) {
        (None, None, None, None) => Ok(None),
        (operator, Some(port), None, None) => {
            Ok(Some(PortMatch::Operator(operator.unwrap_or_default(), port)))
        }
        (operator, None, Some(lower), Some(upper)) => {
            match operator {
                None => {}
                // "The ports that equal this range" can mean nothing else.
                Some(Operator::Eq) => reading.tolerate(
                    ErrorKind::Conflict,
                    value.offset,
                    "an operator belongs to port; take it away from lower-port and upper-port \
                     (RFC 8519, 4.2)",
                )?,
                Some(_) => {
                    return Err(conflict("an operator other than eq can't be that of a range"));
                }
            }
            if lower > upper {
                return Err(conflict("lower-port is not greater than upper-port (RFC 8519, 4.2)"));
            }
            Ok(Some(PortMatch::Range { lower, upper }))
        }
        (_, Some(_), _, _) => {
            Err(conflict("either port, or lower-port and upper-port (RFC 8519, 4.2)"))
        }
        _ => Err(Fault::new(
            ErrorKind::Missing,
            value.offset,
            "either port, or both lower-port and upper-port (RFC 8519, 4.2)",
        )),
    }
}

/// An `inet:host`: a domain name or an address.
fn host(reading: &Reading<'_>, value: &Value<'_>) -> Result<String, Fault> {
    let text = reading.string(value)?;
    if is_domain_name(text) || text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_string());
    }
    Err(Fault::new(
        ErrorKind::InvalidValue,
        value.offset,
        "a host is a domain name without wildcards, with labels of 1 to 63 letters, digits, - and _, \
         or an address (RFC 6991, host)",
    ))
}

/// A host that a packet of this version of IP comes from or goes to.
fn peer_host(
    reading: &Reading<'_>,
    value: &Value<'_>,
    version: IpVersion,
) -> Result<String, Fault> {
    let host = host(reading, value)?;
    match host.parse() {
        Ok(address) if Prefix::host(address).version() != version => Err(Fault::new(
            ErrorKind::Conflict,
            value.offset,
            "a packet of one version of IP has no address of the other",
        )),
        _ => Ok(host),
    }
}

/// The name of a class of controllers: an `inet:uri`. That type has no pattern, and files name classes
/// by a word; whoever sets its members says what it means.
fn class(reading: &mut Reading<'_>, value: &Value<'_>) -> Result<String, Fault> {
    let text = reading.string(value)?;
    if !is_uri(text) && is_uri_reference(text) {
        reading.report(
            ErrorKind::RelativeUri,
            value.offset,
            "a class of controllers is named by a URI, with a scheme such as https: or urn:; without \
             one, other files can mean something else by this word (RFC 8520, 4.6)",
        );
        return Ok(text.to_string());
    }
    uri(reading, value)
}

/// An `inet:uri`.
fn uri(reading: &Reading<'_>, value: &Value<'_>) -> Result<String, Fault> {
    let text = reading.string(value)?;
    if is_uri(text) {
        return Ok(text.to_string());
    }
    Err(Fault::new(
        ErrorKind::InvalidValue,
        value.offset,
        "a URI has a scheme, such as https: or urn:, and none but the characters of RFC 3986",
    ))
}

/// A condition that is not understood can't be ignored, for the entry would match more than it says.
fn unknown_match(member: &Member<'_>) -> Fault {
    let name = member.name.rsplit(':').next().unwrap_or_default();
    if matches!(name, "egress-interface" | "ingress-interface") {
        Fault::new(
            ErrorKind::Unsupported,
            member.offset,
            "an interface is one of a single box, which a manufacturer does not know; without it the entry \
             would match more than it says: take the entry away",
        )
    } else {
        Fault::new(
            ErrorKind::UnknownNode,
            member.offset,
            "no such match; it can't be ignored, for the entry would match more than it says: check \
             its name, its module and where it stands",
        )
    }
}
