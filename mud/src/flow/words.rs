//! Flows as people read them. Text from the file is shown as it is: whoever prints it to a terminal
//! escapes it.

use core::fmt;

use super::{Direction, Flow, IpVersion, Peer, Ports, Transport};

impl fmt::Display for Flow<'_> {
    /// Such as `accept IPv4 TCP to port 443 opened by the device to cloud.example.com`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action.name())?;
        match self.version {
            Some(IpVersion::V4) => f.write_str(" IPv4")?,
            Some(IpVersion::V6) => f.write_str(" IPv6")?,
            None => {}
        }
        let way = match self.direction {
            Direction::FromDevice => "to",
            Direction::ToDevice => "from",
        };
        write!(f, " {} {way} ", self.transport)?;
        if self.peers.is_empty() {
            f.write_str("anyone")?;
        }
        for (index, peer) in self.peers.iter().enumerate() {
            if index > 0 {
                f.write_str(" that is also ")?;
            }
            peer.fmt(f)?;
        }
        if let Some(prefix) = self.device {
            write!(f, ", the device being under {prefix}")?;
        }
        if self.ethernet.is_some() {
            f.write_str(", with a condition on the Ethernet header")?;
        }
        if !self.fields.is_empty() {
            f.write_str(", with conditions on other fields of the headers")?;
        }
        if self.partial {
            f.write_str(", with conditions that are not known")?;
        }
        Ok(())
    }
}

impl fmt::Display for Peer<'_> {
    /// In the words of the file: a name, a prefix, `my-controller`, `controller` and its URI.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DnsName(name) => f.write_str(name),
            Self::Prefix(prefix) => prefix.fmt(f),
            Self::LocalNetworks => f.write_str("local-networks"),
            Self::MyController => f.write_str("my-controller"),
            Self::Controller(class) => write!(f, "controller {class}"),
            Self::SameManufacturer => f.write_str("same-manufacturer"),
            Self::Manufacturer(authority) => write!(f, "manufacturer {authority}"),
            Self::Model(url) => write!(f, "model {url}"),
        }
    }
}

impl fmt::Display for Transport {
    /// Such as `TCP to port 443 opened by the device`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any protocol"),
            Self::Tcp { source, destination, initiated } => {
                f.write_str("TCP")?;
                ports(f, *source, *destination)?;
                match initiated {
                    Some(Direction::FromDevice) => f.write_str(" opened by the device"),
                    Some(Direction::ToDevice) => f.write_str(" opened by the peer"),
                    None => Ok(()),
                }
            }
            Self::Udp { source, destination } => {
                f.write_str("UDP")?;
                ports(f, *source, *destination)
            }
            Self::Icmp { kind, code } => {
                f.write_str("ICMP")?;
                if let Some(kind) = kind {
                    write!(f, " type {kind}")?;
                }
                code.map_or(Ok(()), |code| write!(f, " code {code}"))
            }
            Self::Protocol(number) => write!(f, "protocol {number}"),
        }
    }
}

fn ports(f: &mut fmt::Formatter<'_>, source: Ports, destination: Ports) -> fmt::Result {
    if source != Ports::Any {
        write!(f, " from {source}")?;
    }
    if destination != Ports::Any {
        write!(f, " to {destination}")?;
    }
    Ok(())
}

impl fmt::Display for Ports {
    /// Such as `port 443` or `ports 1024-65535`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any port"),
            Self::Range(first, last) if first == last => write!(f, "port {first}"),
            Self::Range(first, last) => write!(f, "ports {first}-{last}"),
            Self::Not(port) => write!(f, "any port but {port}"),
        }
    }
}
