//! Access control lists (RFC 8519) with the matches that RFC 8520 adds.

mod ethertypes;
mod field;
mod matches;
mod read;
mod write;

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::extension::TlsProfile;
use crate::flow::{Direction, IpVersion, Prefix};
pub use crate::yang::Unknown;
pub use field::Field;

pub(crate) use read::{acls, ignored};
pub(crate) use write::write_acls;

/// A list of entries that are tried in their order (`acl`; RFC 8519, 4.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Acl {
    /// 1 to 64 characters, no two lists the same.
    pub name: String,
    /// `type`: which headers the entries may match.
    pub kind: Option<AclType>,
    /// The entries.
    pub aces: Vec<Ace>,
}

/// Which headers the entries of a list may match (the identities of `acl-type`; RFC 8519, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AclType {
    /// `ipv4-acl-type`.
    Ipv4,
    /// `ipv6-acl-type`.
    Ipv6,
    /// `eth-acl-type`.
    Eth,
    /// `mixed-eth-ipv4-acl-type`.
    MixedEthIpv4,
    /// `mixed-eth-ipv6-acl-type`.
    MixedEthIpv6,
    /// `mixed-eth-ipv4-ipv6-acl-type`.
    MixedEthIpv4Ipv6,
}

impl AclType {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Eth,
        Self::MixedEthIpv4,
        Self::MixedEthIpv6,
        Self::MixedEthIpv4Ipv6,
    ];

    /// The name of the identity in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4-acl-type",
            Self::Ipv6 => "ipv6-acl-type",
            Self::Eth => "eth-acl-type",
            Self::MixedEthIpv4 => "mixed-eth-ipv4-acl-type",
            Self::MixedEthIpv6 => "mixed-eth-ipv6-acl-type",
            Self::MixedEthIpv4Ipv6 => "mixed-eth-ipv4-ipv6-acl-type",
        }
    }

    /// Whether the entries may match Ethernet headers.
    #[must_use]
    pub const fn has_eth(self) -> bool {
        !matches!(self, Self::Ipv4 | Self::Ipv6)
    }

    /// Whether the entries may match headers of this version of IP.
    #[must_use]
    pub const fn has(self, version: IpVersion) -> bool {
        match version {
            IpVersion::V4 => {
                matches!(self, Self::Ipv4 | Self::MixedEthIpv4 | Self::MixedEthIpv4Ipv6)
            }
            IpVersion::V6 => {
                matches!(self, Self::Ipv6 | Self::MixedEthIpv6 | Self::MixedEthIpv4Ipv6)
            }
        }
    }

    /// The version of IP of all IP packets that such a list is about, if it is about one alone.
    #[must_use]
    pub const fn version(self) -> Option<IpVersion> {
        match self {
            Self::Ipv4 | Self::MixedEthIpv4 => Some(IpVersion::V4),
            Self::Ipv6 | Self::MixedEthIpv6 => Some(IpVersion::V6),
            Self::Eth | Self::MixedEthIpv4Ipv6 => None,
        }
    }
}

/// An access control entry (`ace`; RFC 8519, 4.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ace {
    /// 1 to 64 characters, no two entries of a list the same.
    pub name: String,
    /// What a packet must be like.
    pub matches: Matches,
    /// What becomes of it.
    pub forwarding: Forwarding,
    /// Whether it is logged; not, if not said.
    pub logging: Option<Logging>,
}

/// What a packet must be like: all of it (`matches`; RFC 8519, 4.1). Every packet, if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Matches {
    /// Who the peer is, in the words of RFC 8520, 4 (`ietf-mud:mud`).
    pub mud: MudMatches,
    /// `eth`.
    pub eth: Option<Ethernet>,
    /// `ipv4` or `ipv6`.
    pub l3: Option<L3>,
    /// `tcp`, `udp` or `icmp`.
    pub l4: Option<L4>,
    /// Further fields of the headers above. One of a header that is not above can't be written.
    pub fields: BTreeSet<Field>,
    /// `ietf-acl-tls:client-profiles`: the TLS that the device speaks (RFC 9761); any of the profiles.
    pub client_profiles: Option<Vec<TlsProfile>>,
    /// Conditions of modules that this crate does not know.
    pub unknown: Vec<Unknown>,
}

/// The matches that RFC 8520, 4 adds, so that no address need be known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MudMatches {
    /// `manufacturer`: devices whose MUD URL has this authority.
    pub manufacturer: Option<String>,
    /// `same-manufacturer`: devices whose MUD URL has the authority of this one.
    pub same_manufacturer: bool,
    /// `model`: devices that have this MUD URL.
    pub model: Option<String>,
    /// `local-networks`: addresses that the operator calls local.
    pub local_networks: bool,
    /// `controller`: the members of a class, named by a URI.
    pub controller: Option<String>,
    /// `my-controller`: the controllers that the operator has set for this MUD URL.
    pub my_controller: bool,
}

/// What must hold of an Ethernet header (`eth`; RFC 8519, 4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ethernet {
    /// `destination-mac-address`.
    pub destination_mac_address: Option<[u8; 6]>,
    /// `destination-mac-address-mask`: the bits of the address that count.
    pub destination_mac_address_mask: Option<[u8; 6]>,
    /// `source-mac-address`.
    pub source_mac_address: Option<[u8; 6]>,
    /// `source-mac-address-mask`: the bits of the address that count.
    pub source_mac_address_mask: Option<[u8; 6]>,
    /// `ethertype`, such as 0x0800 for IPv4.
    pub ethertype: Option<u16>,
}

/// What must hold of the IP header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum L3 {
    /// `ipv4`.
    Ipv4(Ip),
    /// `ipv6`.
    Ipv6(Ip),
}

impl L3 {
    /// What must hold of a header of `version`.
    #[must_use]
    pub const fn new(version: IpVersion, ip: Ip) -> Self {
        match version {
            IpVersion::V4 => Self::Ipv4(ip),
            IpVersion::V6 => Self::Ipv6(ip),
        }
    }

    /// The fields.
    #[must_use]
    pub const fn ip(&self) -> &Ip {
        match self {
            Self::Ipv4(ip) | Self::Ipv6(ip) => ip,
        }
    }

    /// The version of IP.
    #[must_use]
    pub const fn version(&self) -> IpVersion {
        match self {
            Self::Ipv4(_) => IpVersion::V4,
            Self::Ipv6(_) => IpVersion::V6,
        }
    }
}

/// Fields of an IP header (RFC 8519, 4.2), and the names that RFC 8520, 8 adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ip {
    /// `ietf-acldns:src-dnsname`: the host that the packet comes from.
    pub src_dnsname: Option<String>,
    /// `ietf-acldns:dst-dnsname`: the host that the packet goes to.
    pub dst_dnsname: Option<String>,
    /// `protocol`, or the next header: 6 for TCP, 17 for UDP.
    pub protocol: Option<u8>,
    /// `source-ipv4-network` or `source-ipv6-network`.
    pub source_network: Option<Prefix>,
    /// `destination-ipv4-network` or `destination-ipv6-network`.
    pub destination_network: Option<Prefix>,
}

/// What must hold of the transport header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum L4 {
    /// `tcp`.
    Tcp(Tcp),
    /// `udp`.
    Udp(Udp),
    /// `icmp`.
    Icmp(Icmp),
}

/// Fields of a TCP header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tcp {
    /// `ietf-mud:direction-initiated`: who opened the connection (RFC 8520, 4.8).
    pub direction_initiated: Option<Direction>,
    /// `source-port`.
    pub source_port: Option<PortMatch>,
    /// `destination-port`.
    pub destination_port: Option<PortMatch>,
}

/// Fields of a UDP header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Udp {
    /// `source-port`.
    pub source_port: Option<PortMatch>,
    /// `destination-port`.
    pub destination_port: Option<PortMatch>,
}

/// Fields of an ICMP or ICMPv6 header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Icmp {
    /// `type`.
    pub kind: Option<u8>,
    /// `code`.
    pub code: Option<u8>,
}

/// Some ports (`port-range-or-operator`; RFC 8519, 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortMatch {
    /// From `lower-port` to `upper-port`, both included.
    Range {
        /// The first, not greater than the last.
        lower: u16,
        /// The last.
        upper: u16,
    },
    /// Those that compare so with `port`.
    Operator(Operator, u16),
}

/// How a port compares (`operator`; RFC 8519, 4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `lte`: less or equal.
    Lte,
    /// `gte`: greater or equal.
    Gte,
    /// `eq`: equal.
    #[default]
    Eq,
    /// `neq`: not equal.
    Neq,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lte, Self::Gte, Self::Eq, Self::Neq];

    /// The name in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lte => "lte",
            Self::Gte => "gte",
            Self::Eq => "eq",
            Self::Neq => "neq",
        }
    }
}

/// What becomes of a packet (`forwarding`; RFC 8519, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forwarding {
    /// It goes on.
    Accept,
    /// It is dropped without a word.
    Drop,
    /// It is dropped, and its sender is told by ICMP.
    Reject,
}

impl Forwarding {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Drop, Self::Reject];

    /// The name of the identity in the YANG module.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Drop => "drop",
            Self::Reject => "reject",
        }
    }
}

/// Whether a packet is logged (`logging`; RFC 8519, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Logging {
    /// `log-syslog`.
    Syslog,
    /// `log-none`.
    None,
}
