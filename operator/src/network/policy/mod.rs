//! What a device may do on the network: the one model between a MUD file and whatever enforces it.

mod site;

#[cfg(test)]
mod tests;

use core::fmt;
use core::str::FromStr;
use ipnet::IpNet;
use std::net::IpAddr;

pub use hexad_mud::acl::Forwarding;
pub use hexad_mud::flow::{Direction, IpVersion, Ports, Transport};

pub use self::site::{Note, Reason, Site};

/// A device on the network, and what it may do there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Device {
    /// What the operator calls it.
    pub name: DeviceName,
    /// The addresses that it sends from and is reached at.
    pub addresses: Vec<IpAddr>,
    /// Its hardware address, where the gateway is on the same link and sees it: what another sends from the
    /// device's addresses is dropped then.
    pub hardware: Option<HardwareAddress>,
    /// What it may do.
    pub access: Access,
}

/// What a device may do, by what its attestation was worth.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Access {
    /// Its software is what it should be: what its MUD file says. See [`Site::allowed`].
    Allowed(Policy),
    /// Its software is out of date: it may fetch an update. See [`Site::update_only`].
    UpdateOnly(Policy),
    /// It is not to be trusted with anything.
    Quarantined,
}

/// The rules of one device, in the order in which they are tried. What no rule accepts is dropped.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Policy {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Where the rules differ from what the MUD file says, for people to look at.
    pub notes: Vec<Note>,
}

/// What becomes of the packets of one kind, in one direction: a [`Flow`](hexad_mud::flow::Flow) with its
/// peers known. All conditions must hold.
///
/// A rule that accepts packets which may open a connection accepts the answers to them, too. One that
/// accepts packets of connections that the other side opened (`direction-initiated`; RFC 8520, 4.8)
/// opens nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    /// The name of the access control entry, or what else the rule is for. Any text.
    pub name: String,
    /// Which way the packets go.
    pub direction: Direction,
    /// The version of IP; both, if not said.
    pub version: Option<IpVersion>,
    /// Whom the device talks to: one who is all of these. Whoever, if there are none.
    pub peers: Vec<Peer>,
    /// The prefix under which the device's own address must be.
    pub device: Option<IpNet>,
    /// What they talk.
    pub transport: Transport,
    /// What becomes of the packets.
    pub action: Forwarding,
    /// Whether connections that it accepts, and packets that it drops, are logged.
    pub logging: bool,
}

/// The other end of a device's conversations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Peer {
    /// The host of this name, at the addresses that it has when the policy is compiled.
    Name(HostName),
    /// The addresses under these prefixes; nobody, if there are none.
    Under(Vec<IpNet>),
}

impl Rule {
    /// The device may send to the peer, so open connections to it, and gets its answers.
    #[must_use]
    pub fn opening(name: &str, peer: Peer, transport: Transport) -> Self {
        Self {
            name: name.to_owned(),
            direction: Direction::FromDevice,
            version: None,
            peers: vec![peer],
            device: None,
            transport,
            action: Forwarding::Accept,
            logging: false,
        }
    }
}

/// The name of a device: 1 to 64 of `A`-`Z`, `a`-`z`, `0`-`9`, `-`, `_` and `.`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct DeviceName(String);

impl DeviceName {
    /// Takes a name.
    ///
    /// # Errors
    /// [`InvalidName`] if it is empty, too long, or has another character in it.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
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

/// A DNS name in lower case without a dot at its end: labels of 1 to 63 letters, digits, `-` and `_`, not
/// more than 253 characters in all (RFC 1035, 2.3.4).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct HostName(String);

impl HostName {
    /// Takes a name. One dot at its end is passed over.
    ///
    /// # Errors
    /// [`InvalidName`] if it breaks one of the rules above.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(fits);
        if name.len() > 253 || !name.split('.').all(label) {
            return Err(InvalidName);
        }
        Ok(Self(name.to_ascii_lowercase()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of a network interface: an EUI-48, written as six bytes in hexadecimal.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HardwareAddress(pub [u8; 6]);

impl FromStr for HardwareAddress {
    type Err = InvalidName;

    /// Reads six bytes in hexadecimal with `:` or `-` between them.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let mut bytes = [0; 6];
        let mut parts = text.split([':', '-']);
        for byte in &mut bytes {
            let part = parts.next().filter(|part| part.len() == 2).ok_or(InvalidName)?;
            if !part.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(InvalidName);
            }
            *byte = u8::from_str_radix(part, 16).map_err(|_| InvalidName)?;
        }
        if parts.next().is_some() { Err(InvalidName) } else { Ok(Self(bytes)) }
    }
}

impl fmt::Display for HardwareAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A name that can't be one: see [`DeviceName`], [`HostName`], [`HardwareAddress`] and
/// [`Table`](super::nft::Table).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidName;

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name is empty, too long, or has a character that is not allowed")
    }
}

impl core::error::Error for InvalidName {}
