//! What a MUD file allows, one packet flow after another, in a form that an enforcement point compiles.
//!
//! An access control entry says what it matches in the words of RFC 8519 and RFC 8520; a [`Flow`] says
//! the same as seen from the device: which way, with whom, over what, and what becomes of it. Nothing is
//! resolved here: what a controller class, a DNS name or the local networks are is the operator's to say.

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::acl::{Ethernet, Forwarding};

/// What becomes of the packets of one kind, in one direction. All its conditions must hold.
///
/// The flows of a file are tried in their order; a packet that none matches is dropped (RFC 8520, 3.1).
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
    /// What becomes of the packets.
    pub action: Forwarding,
    /// The entry has conditions from modules that this crate does not know (RFC 8520, 3.14: ignored),
    /// so that the flow may be wider than its author meant.
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
    /// Whatever the operator calls local (`local-networks`; RFC 8520, 3.17).
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
        /// Who must have opened the connection (`direction-initiated`; RFC 8520, 3.16).
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
