//! What a MUD file allows, one packet flow after another, in a form that an enforcement point compiles.
//!
//! An access control entry says what it matches in the words of RFC 8519 and RFC 8520; a [`Flow`] says
//! the same as seen from the device: which way, with whom, over what, and what becomes of it. Nothing is
//! resolved here: what a controller class, a DNS name or the local networks are is the operator's to say.

#[cfg(test)]
mod tests;
mod words;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::acl::{
    Ace, Acl, Ethernet, Field, Forwarding, Icmp, Ip, L3, L4, Logging, Matches, Operator, PortMatch,
};

/// What becomes of the packets of one kind, in one direction. All its conditions must hold.
///
/// The flows of a file are tried in their order; a packet that none matches is dropped (RFC 8520, 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow<'m> {
    /// The name of the access control list.
    pub acl: &'m str,
    /// The name of the entry in it.
    pub ace: &'m str,
    /// Which way the packets go.
    pub direction: Direction,
    /// The version of IP; `None` when the entry leaves it open.
    pub version: Option<IpVersion>,
    /// Whom the device talks to. More than one means that the peer must be all of them at once (an
    /// address under the prefix and within the local networks); none means anyone.
    pub peers: Vec<Peer<'m>>,
    /// The prefix under which the device's own address must be.
    pub device: Option<Prefix>,
    /// What must hold of the Ethernet header. Whoever can't match that must not accept such a flow.
    pub ethernet: Option<Ethernet>,
    /// What they talk.
    pub transport: Transport,
    /// Further fields of the headers. Whoever can't match these must not accept such a flow.
    pub fields: &'m BTreeSet<Field>,
    /// What becomes of the packets.
    pub action: Forwarding,
    /// Whether it is logged; not, if not said.
    pub logging: Option<Logging>,
    /// The entry has conditions that are not said here: of modules that this crate does not know (RFC
    /// 8520, 3.9: ignored), or of TLS (RFC 9761), so that the flow may be wider than its author meant.
    pub partial: bool,
}

/// The way of a packet, or of the first packet of a connection (`direction` in RFC 8520, 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `to-device`: from the peer to the device.
    ToDevice,
    /// `from-device`: from the device to the peer.
    FromDevice,
}

impl Direction {
    /// The name in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ToDevice => "to-device",
            Self::FromDevice => "from-device",
        }
    }
}

/// A version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// The other end of the device's conversations, as the file names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Peer<'m> {
    /// The host of this DNS name (`src-dnsname`, `dst-dnsname`; RFC 8520, 8).
    DnsName(&'m str),
    /// The addresses under a prefix.
    Prefix(Prefix),
    /// Whatever the operator calls local (`local-networks`; RFC 8520, 4.5).
    LocalNetworks,
    /// The controllers that the operator has set for this device's MUD URL (`my-controller`).
    MyController,
    /// The members of the class that this URI names (`controller`), such as
    /// `urn:ietf:params:mud:dns`.
    Controller(&'m str),
    /// Devices whose MUD URL has the same authority (`same-manufacturer`).
    SameManufacturer,
    /// Devices whose MUD URL has this authority (`manufacturer`).
    Manufacturer(&'m str),
    /// Devices with this very MUD URL (`model`).
    Model(&'m str),
}

/// A transport protocol, and what about it. Ports are those of the packet as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Whatever runs over IP (or, with an Ethernet condition alone, over Ethernet).
    Any,
    /// TCP.
    Tcp {
        /// The source port.
        source: Ports,
        /// The destination port.
        destination: Ports,
        /// Who must have opened the connection (`direction-initiated`; RFC 8520, 4.8).
        initiated: Option<Direction>,
    },
    /// UDP.
    Udp {
        /// The source port.
        source: Ports,
        /// The destination port.
        destination: Ports,
    },
    /// ICMP, or ICMPv6 when the version of IP is 6.
    Icmp {
        /// The type; every type, if not said.
        kind: Option<u8>,
        /// The code; every code, if not said.
        code: Option<u8>,
    },
    /// The protocol of this number in the IP header.
    Protocol(u8),
}

/// Some ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ports {
    /// All of them.
    #[default]
    Any,
    /// From the first to the last, both included; the first is not greater.
    Range(u16, u16),
    /// All but one.
    Not(u16),
}

impl Ports {
    /// One port.
    #[must_use]
    pub const fn one(port: u16) -> Self {
        Self::Range(port, port)
    }
}

/// Addresses that share their first bits. The others are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

impl Prefix {
    /// The addresses that share the first `length` bits with `address`. `None` when an address of that
    /// version of IP has fewer bits.
    #[must_use]
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        let address = match address {
            IpAddr::V4(address) => {
                let unused = 32_u32.checked_sub(u32::from(length))?;
                let mask = u32::MAX.checked_shl(unused).unwrap_or(0);
                IpAddr::V4((address.to_bits() & mask).into())
            }
            IpAddr::V6(address) => {
                let unused = 128_u32.checked_sub(u32::from(length))?;
                let mask = u128::MAX.checked_shl(unused).unwrap_or(0);
                IpAddr::V6((address.to_bits() & mask).into())
            }
        };
        Some(Self { address, length })
    }

    /// One address alone.
    #[must_use]
    pub const fn host(address: IpAddr) -> Self {
        let length = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        };
        Self { address, length }
    }

    /// The first address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// The number of bits that are the same: up to 32 or 128.
    #[must_use]
    pub const fn length(&self) -> u8 {
        self.length
    }

    /// The version of IP.
    #[must_use]
    pub const fn version(&self) -> IpVersion {
        match self.address {
            IpAddr::V4(_) => IpVersion::V4,
            IpAddr::V6(_) => IpVersion::V6,
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

/// What the entries of `acl` say of packets that go in `direction`.
pub(crate) fn flows_of(acl: &Acl, direction: Direction) -> impl Iterator<Item = Flow<'_>> {
    acl.aces.iter().map(move |ace| flow(acl, ace, direction))
}

fn flow<'m>(acl: &'m Acl, ace: &'m Ace, direction: Direction) -> Flow<'m> {
    let matches = &ace.matches;
    let version = match &matches.l3 {
        Some(l3) => Some(l3.version()),
        // It may be about Ethernet alone.
        None if matches.eth.is_some() => None,
        None => acl.kind.and_then(|kind| kind.version()),
    };
    let ip = matches.l3.as_ref().map(L3::ip);
    Flow {
        acl: &acl.name,
        ace: &ace.name,
        direction,
        version,
        peers: peers(matches, ip, direction),
        device: ip.and_then(|ip| match direction {
            Direction::FromDevice => ip.source_network,
            Direction::ToDevice => ip.destination_network,
        }),
        ethernet: matches.eth,
        transport: transport(matches, ip, version),
        fields: &matches.fields,
        action: ace.forwarding,
        logging: ace.logging,
        partial: !matches.unknown.is_empty() || matches.client_profiles.is_some(),
    }
}

/// All that an entry says of the peer.
fn peers<'m>(matches: &'m Matches, ip: Option<&'m Ip>, direction: Direction) -> Vec<Peer<'m>> {
    let mud = &matches.mud;
    let (name, network) = match (ip, direction) {
        (None, _) => (None, None),
        (Some(ip), Direction::FromDevice) => (ip.dst_dnsname.as_deref(), ip.destination_network),
        (Some(ip), Direction::ToDevice) => (ip.src_dnsname.as_deref(), ip.source_network),
    };
    let named = name.map(|name| match name.parse() {
        // An inet:host may be an address, too.
        Ok(address) => Peer::Prefix(Prefix::host(address)),
        Err(_) => Peer::DnsName(name),
    });
    let all = [
        named,
        network.map(Peer::Prefix),
        mud.local_networks.then_some(Peer::LocalNetworks),
        mud.my_controller.then_some(Peer::MyController),
        mud.controller.as_deref().map(Peer::Controller),
        mud.same_manufacturer.then_some(Peer::SameManufacturer),
        mud.manufacturer.as_deref().map(Peer::Manufacturer),
        mud.model.as_deref().map(Peer::Model),
    ];
    all.into_iter().flatten().collect()
}

fn transport(matches: &Matches, ip: Option<&Ip>, version: Option<IpVersion>) -> Transport {
    let any = Ports::Any;
    let protocol = ip.and_then(|ip| ip.protocol);
    match (matches.l4, protocol, version) {
        (Some(L4::Tcp(tcp)), ..) => Transport::Tcp {
            source: tcp.source_port.into(),
            destination: tcp.destination_port.into(),
            initiated: tcp.direction_initiated,
        },
        (Some(L4::Udp(udp)), ..) => Transport::Udp {
            source: udp.source_port.into(),
            destination: udp.destination_port.into(),
        },
        (Some(L4::Icmp(Icmp { kind, code })), ..) => Transport::Icmp { kind, code },
        (None, Some(6), _) => Transport::Tcp { source: any, destination: any, initiated: None },
        (None, Some(17), _) => Transport::Udp { source: any, destination: any },
        (None, Some(1), Some(IpVersion::V4)) | (None, Some(58), Some(IpVersion::V6)) => {
            Transport::Icmp { kind: None, code: None }
        }
        (None, Some(other), _) => Transport::Protocol(other),
        (None, None, _) => Transport::Any,
    }
}

impl From<Option<PortMatch>> for Ports {
    fn from(ports: Option<PortMatch>) -> Self {
        match ports {
            None => Self::Any,
            Some(PortMatch::Range { lower, upper }) => Self::Range(lower, upper),
            Some(PortMatch::Operator(Operator::Lte, port)) => Self::Range(0, port),
            Some(PortMatch::Operator(Operator::Gte, port)) => Self::Range(port, u16::MAX),
            Some(PortMatch::Operator(Operator::Eq, port)) => Self::one(port),
            Some(PortMatch::Operator(Operator::Neq, port)) => Self::Not(port),
        }
    }
}
