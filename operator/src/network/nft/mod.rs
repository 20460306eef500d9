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
//! ```
//! All else is dropped, and counted where it was. Every packet is judged by the rules in force, those of
//! connections that an earlier ruleset let come about included: quarantine ends them at once.

mod compile;
mod json;
mod text;

#[cfg(test)]
mod tests;

use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

pub use self::compile::{CompileError, compile};

use super::policy::{IpVersion, Ports};

/// The name of our table, which is of the family `inet`.
pub const TABLE: &str = "hexad";

/// Longest comment in bytes. nftables keeps 128 with the closing zero.
const COMMENT: usize = 120;

/// A whole ruleset, made by [`compile`]. The same devices and addresses make the same ruleset, byte for
/// byte. Its [`Display`](core::fmt::Display) is nftables' own text, fit for `nft -f` too.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ruleset {
    sets: Vec<Set>,
    chains: Vec<Chain>,
}

/// The addresses of one DNS name in one version of IP, named `v4.<name>` or `v6.<name>`.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Set {
    name: String,
    version: Version,
    addresses: BTreeSet<IpAddr>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Chain {
    name: String,
    /// Whether this is the base chain, which the kernel enters for every packet that it forwards.
    base: bool,
    rules: Vec<Rule>,
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
    /// IP protocol numbers.
    Protocol(BTreeSet<u8>),
    IcmpType(Version, u8),
    IcmpCode(Version, u8),
    /// Connection tracking states, as nftables names them.
    State(&'static [&'static str]),
    /// `original`: from the one that opened the connection; `reply`: to it.
    Direction(Way),
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Addresses {
    /// Those in the set of this name.
    Named(Version, String),
    /// Those under these prefixes: one version, disjoint, at least one.
    Under(Version, Vec<IpNet>),
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Action {
    Accept,
    Drop,
    Reject,
    Jump(&'static str),
    Goto(&'static str),
    /// Go to the chain that belongs to the packet's address; nothing if none does.
    Dispatch(Version, Side, BTreeMap<IpAddr, String>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Version {
    V4,
    V6,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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
        let plain = |c: char| c.is_ascii_alphanumeric() || " -_.:/".contains(c);
        Self(words.chars().map(|c| if plain(c) { c } else { '_' }).take(COMMENT).collect())
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

impl Addresses {
    fn version(&self) -> Version {
        match self {
            Self::Named(version, _) | Self::Under(version, _) => *version,
        }
    }
}

impl Rule {
    /// Whether a packet counter goes with it: with all but those that only lead on.
    fn counts(&self) -> bool {
        !matches!(self.action, Action::Jump(_) | Action::Dispatch(..))
    }
}
