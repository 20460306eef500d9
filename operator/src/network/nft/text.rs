//! The ruleset in nftables' own language.

use core::fmt::{self, Display, Formatter};
use ipnet::IpNet;

use super::{Action, Addresses, Chain, Match, Ports, Rule, Ruleset, Set, TABLE};

impl Display for Ruleset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // The first line makes sure that there is a table to delete.
        writeln!(f, "table inet {TABLE}\ndelete table inet {TABLE}\ntable inet {TABLE} {{")?;
        for set in &self.sets {
            writeln!(f, "{set}\n")?;
        }
        for (index, chain) in self.chains.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{chain}")?;
        }
        f.write_str("}")
    }
}

impl Display for Set {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\tset {} {{", self.name)?;
        writeln!(f, "\t\ttype {}", self.version.address_type())?;
        if !self.addresses.is_empty() {
            writeln!(f, "\t\telements = {{ {} }}", List(&self.addresses))?;
        }
        f.write_str("\t}")
    }
}

impl Display for Chain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\tchain {} {{", self.name)?;
        if self.base {
            writeln!(f, "\t\ttype filter hook forward priority filter; policy drop;")?;
        }
        for rule in &self.rules {
            writeln!(f, "\t\t{rule}")?;
        }
        f.write_str("\t}")
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
            Self::Protocol(numbers) => write!(f, "meta l4proto {{ {} }}", List(numbers)),
            Self::IcmpType(version, number) => write!(f, "{} type {number}", version.icmp()),
            Self::IcmpCode(version, number) => write!(f, "{} code {number}", version.icmp()),
            Self::State(states) => write!(f, "ct state {}", states.join(",")),
            Self::Direction(way) => write!(f, "ct direction {}", way.name()),
        }
    }
}

impl Display for Addresses {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(_, name) => write!(f, "@{name}"),
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
            Self::Dispatch(version, side, chains) => {
                write!(f, "{} {} vmap {{ ", version.header(), side.address())?;
                for (index, (address, chain)) in chains.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{address} : goto {chain}")?;
                }
                f.write_str(" }")
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
