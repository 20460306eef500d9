//! The nftables ruleset that holds devices to their policies: its parts, its JSON for `nft -j`, and its
//! text for people.
//!
//! A packet that is forwarded has to pass on both sides: the policy of the device that sends it, if a
//! device does, and the policy of the device that it is for.
//!
//! ```text
//! forward ── from a device? ──▶ from_<device> ── allowed ──▶ admit ── for a device? ──▶ to_<device> ── allowed ──▶ accept
//!    │                                                          └────── no ──▶ accept
//!    └────── for a device? ──▶ to_<device> ── allowed ──▶ accept
//! gateway ── from a device? ──▶ from_<device> ── allowed ──▶ admit ──▶ accept
//!    └────── no ──▶ left to the gateway's other rules
//! ```
//! All else is dropped, and counted where it was. Every packet is judged by the rules in force, those of
//! connections that an earlier ruleset let come about included: quarantine ends them at once.
//!
//! A device is found by its address in one of four verdict maps, so that a packet's cost follows from the
//! rules of its own devices and not from how many others there are. What a policy allows stands in two
//! chains, `allow_from_<digest>` and `allow_to_<digest>`, to which those of all devices lead that have this policy, as
//! the devices of one model do; a device's own chains drop, and count, what is left.
//! The addresses of a DNS name are a set that all devices share which may talk to it: the operator's resolver
//! answers all of them.

mod change;
mod compile;
mod json;
mod read;
mod shared;
mod text;

#[cfg(test)]
mod tests;

use core::fmt;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

pub use self::change::Changes;
pub use self::compile::{CompileError, Compiler, compile};
pub(super) use self::json::transaction;
pub(super) use self::read::InForce;

use super::policy::{HardwareAddress, HostName, InvalidName, IpVersion, Ports};

/// The most addresses of one DNS name in one version of IP that a set takes which is filled while it is
/// in force.
pub const MAX_ADDRESSES: u32 = 64;

/// Longest comment in bytes. nftables keeps 128 with the closing zero.
const COMMENT: usize = 120;
/// Longest prefix of a line in the log. nftables keeps 128 with the closing zero.
const LOG_PREFIX: usize = 120;
/// The most lines of the log a second, of one rule.
const LOG_RATE: u32 = 10;
/// How many more at once.
const LOG_BURST: u32 = 20;

/// A whole ruleset, made by [`compile`]. The same devices and addresses make the same ruleset, byte for
/// byte. Its [`Display`](core::fmt::Display) is nftables' own text, fit for `nft -f` too.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ruleset {
    table: Table,
    sets: BTreeMap<SetName, Set>,
    maps: BTreeMap<MapName, BTreeMap<IpAddr, String>>,
    chains: BTreeMap<String, Chain>,
}

/// The name of a table of the family `inet`, of which each controller on a gateway has one: 1 to 32 of
/// `A`-`Z`, `a`-`z`, `0`-`9` and `_`, a letter first. `hexad` if nothing is said.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Table(String);

impl Table {
    /// Takes a name.
    ///
    /// # Errors
    /// [`InvalidName`] if it is empty, too long, or has another character in it.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let begins = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if !begins || name.len() > 32 || !name.bytes().all(fits) {
            return Err(InvalidName);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Table {
    fn default() -> Self {
        Self("hexad".into())
    }
}

/// The set of the addresses of one DNS name in one version of IP: `v4.<name>` or `v6.<name>`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct SetName(Version, HostName);

impl fmt::Display for SetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(version, name) = self;
        write!(f, "{version}.{name}")
    }
}

/// What is in a set.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Set {
    /// These addresses.
    Fixed(BTreeSet<IpAddr>),
    /// Addresses with a timeout that come and go while the set is in force; none at first.
    Learned,
}

/// The map from a device's address in packets that it sends or gets to its chain: `from_v4` and so on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct MapName(Side, Version);

impl MapName {
    const ALL: [Self; 4] = [
        Self(Side::Source, Version::V4),
        Self(Side::Source, Version::V6),
        Self(Side::Destination, Version::V4),
        Self(Side::Destination, Version::V6),
    ];
}

impl fmt::Display for MapName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(side, version) = self;
        let way = match side {
            Side::Source => "from",
            Side::Destination => "to",
        };
        write!(f, "{way}_{version}")
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Chain {
    hook: Hook,
    rules: Vec<Rule>,
}

/// Which packets the kernel sends into a chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Hook {
    /// None: other chains lead to it.
    None,
    /// Those that it forwards; they are dropped in the end.
    Forward,
    /// Those that are for the gateway itself; they are left to other tables in the end.
    Input,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Rule {
    matches: Vec<Match>,
    action: Action,
    comment: Option<Comment>,
}

/// What a packet must be like for a rule to apply.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Match {
    Version(Version),
    Address(Side, Addresses),
    Port(&'static str, Side, Ports),
    /// IP protocol number.
    Protocol(u8),
    IcmpType(Version, u8),
    IcmpCode(Version, u8),
    /// Connection tracking states, as nftables names them.
    State(&'static [&'static str]),
    /// `original`: from the one that opened the connection; `reply`: to it.
    Direction(Way),
    /// The sender's hardware address is another than this.
    NotFrom(HardwareAddress),
    /// Messages of neighbour discovery (RFC 4861).
    NeighbourDiscovery,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Addresses {
    /// Those in the set of this name.
    Named(SetName),
    /// Those under these prefixes: one version, disjoint, at least one.
    Under(Version, Vec<IpNet>),
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Action {
    Accept,
    Drop,
    Reject,
    Jump(String),
    Goto(&'static str),
    /// Go to the chain that belongs to the packet's address; nothing if none does.
    Dispatch(MapName),
    /// Write a line that begins with these words, but not too many a second, and go on.
    Log(Comment),
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Version {
    V4,
    V6,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Side {
    Source,
    Destination,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    Original,
    Reply,
}

/// Words beside a rule. They may come from a MUD file, so they hold ASCII letters, digits, spaces and
/// `-_.:/` alone and are short: nothing in them can end a string or a line.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Comment(String);

impl Comment {
    fn new(words: &str) -> Self {
        Self::of(words, COMMENT)
    }

    fn of(words: &str, length: usize) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || " -_.:/".contains(c);
        Self(words.chars().map(|c| if plain(c) { c } else { '_' }).take(length).collect())
    }
}

impl From<IpVersion> for Version {
    fn from(version: IpVersion) -> Self {
        match version {
            IpVersion::V4 => Self::V4,
            IpVersion::V6 => Self::V6,
        }
    }
}

impl Version {
    const BOTH: [Self; 2] = [Self::V4, Self::V6];

    fn of(address: &IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// The IP header, as nftables names it.
    fn header(self) -> &'static str {
        match self {
            Self::V4 => "ip",
            Self::V6 => "ip6",
        }
    }

    fn nfproto(self) -> &'static str {
        match self {
            Self::V4 => "ipv4",
            Self::V6 => "ipv6",
        }
    }

    fn icmp(self) -> &'static str {
        match self {
            Self::V4 => "icmp",
            Self::V6 => "icmpv6",
        }
    }

    fn address_type(self) -> &'static str {
        match self {
            Self::V4 => "ipv4_addr",
            Self::V6 => "ipv6_addr",
        }
    }
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Source => Self::Destination,
            Self::Destination => Self::Source,
        }
    }

    fn address(self) -> &'static str {
        match self {
            Self::Source => "saddr",
            Self::Destination => "daddr",
        }
    }

    fn port(self) -> &'static str {
        match self {
            Self::Source => "sport",
            Self::Destination => "dport",
        }
    }
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Reply => "reply",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "v4",
            Self::V6 => "v6",
        })
    }
}

impl Addresses {
    fn version(&self) -> Version {
        match self {
            Self::Named(SetName(version, _)) | Self::Under(version, _) => *version,
        }
    }
}

impl Rule {
    /// Whether a packet counter goes with it: with all but those that only lead on.
    fn counts(&self) -> bool {
        !matches!(self.action, Action::Jump(_) | Action::Dispatch(_) | Action::Log(_))
    }
}
