//! The ruleset in nftables' own language.

use core::fmt::{self, Display, Formatter};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{
    Action, Addresses, Chain, Hook, LOG_BURST, LOG_RATE, MAX_ADDRESSES, MapName, Match, Ports,
    Rule, Ruleset, Set, SetName,
};

impl Display for Ruleset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let table = self.table.as_str();
        // The first line makes sure that there is a table to delete.
        writeln!(f, "table inet {table}\ndelete table inet {table}\ntable inet {table} {{")?;
        for (name, set) in &self.sets {
            writeln!(f, "{}\n", set.text(name))?;
        }
        for (name, entries) in &self.maps {
            writeln!(f, "{}\n", MapText(*name, entries))?;
        }
        for (index, (name, chain)) in self.chains.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{}", chain.text(name))?;
        }
        f.write_str("}")
    }
}

impl Set {
    fn text(&self, SetName(version, name): &SetName) -> String {
        let kind = version.address_type();
        let body = match self {
            Self::Fixed(addresses) if addresses.is_empty() => String::new(),
            Self::Fixed(addresses) => format!("\t\telements = {{ {} }}\n", List(addresses)),
            Self::Learned => format!("\t\tsize {MAX_ADDRESSES}\n\t\tflags timeout\n"),
        };
        format!("\tset {version}.{name} {{\n\t\ttype {kind}\n{body}\t}}")
    }
}

struct MapText<'r>(MapName, &'r BTreeMap<IpAddr, String>);

impl Display for MapText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(name, entries) = self;
        writeln!(f, "\tmap {name} {{\n\t\ttype {} : verdict", name.1.address_type())?;
        for (index, (address, chain)) in entries.iter().enumerate() {
            f.write_str(if index > 0 { ",\n\t\t             " } else { "\t\telements = { " })?;
            write!(f, "{address} : goto {chain}")?;
        }
        f.write_str(if entries.is_empty() { "\t}" } else { " }\n\t}" })
    }
}

impl Chain {
    fn text(&self, name: &str) -> String {
        let base = match self.hook {
            Hook::None => "",
            Hook::Forward => "\t\ttype filter hook forward priority filter; policy drop;\n",
            Hook::Input => "\t\ttype filter hook input priority filter; policy accept;\n",
        };
        let rules: String = self.rules.iter().map(|rule| format!("\t\t{rule}\n")).collect();
        format!("\tchain {name} {{\n{base}{rules}\t}}")
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for one in &self.matches {
            write!(f, "{one} ")?;
        }
        if self.counts() {
            f.write_str("counter ")?;
        }
        self.action.fmt(f)?;
        match &self.comment {
            Some(comment) => write!(f, " comment \"{}\"", comment.0),
            None => Ok(()),
        }
    }
}

impl Display for Match {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "meta nfproto {}", version.nfproto()),
            Self::Address(side, addresses) => {
                write!(f, "{} {} {addresses}", addresses.version().header(), side.address())
            }
            Self::Port(protocol, side, ports) => {
                write!(f, "{protocol} {} ", side.port())?;
                match ports {
                    Ports::Any => f.write_str("0-65535"),
                    Ports::Not(port) => write!(f, "!= {port}"),
                    Ports::Range(low, high) if low == high => low.fmt(f),
                    Ports::Range(low, high) => write!(f, "{low}-{high}"),
                }
            }
            Self::Protocol(number) => write!(f, "meta l4proto {number}"),
            Self::IcmpType(version, number) => write!(f, "{} type {number}", version.icmp()),
            Self::IcmpCode(version, number) => write!(f, "{} code {number}", version.icmp()),
            Self::State(states) => write!(f, "ct state {}", states.join(",")),
            Self::Direction(way) => write!(f, "ct direction {}", way.name()),
            Self::NotFrom(address) => write!(f, "ether saddr != {address}"),
            Self::NeighbourDiscovery => f.write_str("icmpv6 type 133-137"),
        }
    }
}

impl Display for Addresses {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => write!(f, "@{name}"),
            Self::Under(_, prefixes) if prefixes.len() == 1 => List::<&Vec<IpNet>>(prefixes).fmt(f),
            Self::Under(_, prefixes) => write!(f, "{{ {} }}", List::<&Vec<IpNet>>(prefixes)),
        }
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept => f.write_str("accept"),
            Self::Drop => f.write_str("drop"),
            Self::Reject => f.write_str("reject with icmpx admin-prohibited"),
            Self::Jump(chain) => write!(f, "jump {chain}"),
            Self::Goto(chain) => write!(f, "goto {chain}"),
            Self::Dispatch(map) => {
                let MapName(side, version) = map;
                write!(f, "{} {} vmap @{map}", version.header(), side.address())
            }
            Self::Log(prefix) => {
                write!(f, "limit rate {LOG_RATE}/second burst {LOG_BURST} packets ")?;
                write!(f, "log prefix \"{}\"", prefix.0)
            }
        }
    }
}

/// Items with commas between them.
struct List<I>(I);

impl<I: IntoIterator<Item: Display> + Copy> Display for List<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.into_iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{item}")?;
        }
        Ok(())
    }
}
