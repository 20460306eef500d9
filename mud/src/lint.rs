//! What is allowed in a MUD file and yet not wise: it lets more through than a device can need, or does
//! not do what it seems to.

#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::acl::Forwarding;
use crate::file::Mud;
use crate::flow::{Flow, Peer, Ports, Prefix, Transport};

/// Something that is allowed and not wise.
///
/// ```
/// use hexad_mud::builder::{Builder, Service};
/// use hexad_mud::file::Contents;
/// use hexad_mud::flow::Peer;
/// use hexad_mud::lint::{WarningKind, lint};
/// use hexad_mud::time::DateAndTime;
/// use hexad_mud::url::MudUrl;
///
/// let url = MudUrl::new("https://lighting.example.com/lightbulb2000")?;
/// let mut contents = Contents::new(url, DateAndTime::from_unix(1_548_670_851).unwrap());
/// contents.mud_signature = Some("https://lighting.example.com/lightbulb2000.p7s".into());
/// let mud = Builder::new(contents).allow(Peer::LocalNetworks, Service::Any).build()?;
/// let warnings = lint(&mud);
/// assert_eq!(warnings[0].kind(), WarningKind::AnyTransport);
/// assert_eq!(warnings[0].pointer(), "/ietf-access-control-list:acls/acl/1/aces/ace/0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    kind: WarningKind,
    pointer: String,
}

impl Warning {
    /// What is not wise.
    #[must_use]
    pub const fn kind(&self) -> WarningKind {
        self.kind
    }

    /// The node, as a JSON pointer (RFC 6901) into a file that complies.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Why, and what to do.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        self.kind.advice()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.kind, self.pointer, self.advice())
    }
}

/// The kinds of warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// An entry accepts every packet in its direction.
    AnyAny,
    /// An entry accepts packets whoever the peer is, or under a prefix that is everyone.
    AnyPeer,
    /// An entry accepts whatever a peer talks.
    AnyTransport,
    /// An entry accepts TCP or UDP on every port.
    AnyPort,
    /// An entry accepts TCP whoever opened the connection.
    Undirected,
    /// An entry accepts TCP one way, and none accepts what comes back.
    OneWay,
    /// An entry names the address of a host on the internet.
    AddressLiteral,
    /// An entry says what an entry before it says already.
    Shadowed,
    /// A condition is not known, so that the entry accepts more than it says.
    Partial,
    /// No policy refers to a list.
    NothingAllowed,
    /// The manufacturer does not support the device any more.
    NotSupported,
    /// The file says of no signature.
    Unsigned,
    /// `systeminfo` has more than 60 characters.
    LongSysteminfo,
}

impl WarningKind {
    const fn advice(self) -> &'static str {
        match self {
            Self::AnyAny => {
                "the file does not confine the device: name its peers and what it talks"
            }
            Self::AnyPeer => {
                "name the peers: hosts by their DNS names, controllers, devices of a manufacturer, \
                 local-networks"
            }
            Self::AnyTransport => "say what it talks: tcp or udp with a port, icmp with a type",
            Self::AnyPort => "say the port of whoever is asked",
            Self::Undirected => {
                "say who opens connections with direction-initiated, or the peer may open them as well \
                 (RFC 8520, 4.8)"
            }
            Self::OneWay => {
                "a connection needs both directions: add the entry to the policy of the other one"
            }
            Self::AddressLiteral => {
                "addresses change while devices are in use: name the host (RFC 9726)"
            }
            Self::Shadowed => "the first entry that matches decides: take this one away",
            Self::Partial => "a module that is not known here narrows the entry; it is ignored",
            Self::NothingAllowed => "the device may talk to nobody: is that what is meant?",
            Self::NotSupported => {
                "no updates are to be expected: operators may want to replace the device (RFC 8520, 3.6)"
            }
            Self::Unsigned => {
                "without mud-signature nobody can tell who wrote the file (RFC 8520, 13)"
            }
            Self::LongSysteminfo => "shorten it to 60 characters (RFC 8520, 3.7)",
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnyAny => "everything is accepted",
            Self::AnyPeer => "anyone is accepted as the peer",
            Self::AnyTransport => "any protocol is accepted",
            Self::AnyPort => "any port is accepted",
            Self::Undirected => "anyone may open the connection",
            Self::OneWay => "nothing is accepted in the other direction",
            Self::AddressLiteral => "an address on the internet",
            Self::Shadowed => "the entry never decides",
            Self::Partial => "a condition is not known",
            Self::NothingAllowed => "nothing is allowed",
            Self::NotSupported => "the device is not supported any more",
            Self::Unsigned => "the file is not signed",
            Self::LongSysteminfo => "systeminfo is too long",
        })
    }
}

/// The most flows that are held against one another; of files with more, that comparison is left out.
const MOST_COMPARED: usize = 2000;

/// What in a file is allowed and not wise, node by node.
#[must_use]
pub fn lint(mud: &Mud) -> Vec<Warning> {
    let contents = mud.contents();
    let mut warnings = Vec::new();
    let mut warn = |kind, pointer: String| warnings.push(Warning { kind, pointer });
    let node = |name: &str| format!("/ietf-mud:mud/{name}");
    if !contents.is_supported {
        warn(WarningKind::NotSupported, node("is-supported"));
    }
    if contents.mud_signature.is_none() {
        warn(WarningKind::Unsigned, "/ietf-mud:mud".into());
    }
    if contents.systeminfo.as_ref().is_some_and(|text| text.chars().nth(60).is_some()) {
        warn(WarningKind::LongSysteminfo, node("systeminfo"));
    }
    let flows: Vec<_> = mud.flows().collect();
    if !flows.iter().any(|flow| flow.action == Forwarding::Accept) {
        warn(WarningKind::NothingAllowed, "/ietf-mud:mud".into());
    }
    let few = flows.len() <= MOST_COMPARED;
    for (index, flow) in flows.iter().enumerate() {
        let before = flows.get(..index).filter(|_| few).unwrap_or_default();
        let others = if few { flows.as_slice() } else { &[] };
        for kind in kinds(flow, before, others) {
            warn(kind, pointer(mud, flow));
        }
    }
    warnings
}

fn pointer(mud: &Mud, flow: &Flow<'_>) -> String {
    let mut acls = mud.contents().acls.iter().enumerate();
    let Some((acl, list)) = acls.find(|(_, acl)| acl.name == flow.acl) else {
        return String::new();
    };
    let ace = list.aces.iter().position(|ace| ace.name == flow.ace).unwrap_or_default();
    format!("/ietf-access-control-list:acls/acl/{acl}/aces/ace/{ace}")
}

fn kinds(flow: &Flow<'_>, before: &[Flow<'_>], others: &[Flow<'_>]) -> Vec<WarningKind> {
    let mut kinds = Vec::new();
    if before.iter().any(|other| covers(other, flow)) {
        kinds.push(WarningKind::Shadowed);
    }
    if flow.action != Forwarding::Accept {
        return kinds;
    }
    if flow.partial {
        kinds.push(WarningKind::Partial);
    }
    // Such a condition narrows the entry in a way that can't be told here.
    if flow.ethernet.is_none() && flow.fields.is_empty() {
        match (anyone(flow), flow.transport) {
            (true, Transport::Any) => kinds.push(WarningKind::AnyAny),
            (true, _) => kinds.push(WarningKind::AnyPeer),
            (false, Transport::Any) => kinds.push(WarningKind::AnyTransport),
            (false, _) => {}
        }
    }
    match flow.transport {
        Transport::Tcp { source: Ports::Any, destination: Ports::Any, .. }
        | Transport::Udp { source: Ports::Any, destination: Ports::Any } => {
            kinds.push(WarningKind::AnyPort);
        }
        _ => {}
    }
    if let Transport::Tcp { initiated, .. } = flow.transport {
        if initiated.is_none() {
            kinds.push(WarningKind::Undirected);
        }
        if !others.is_empty() && !others.iter().any(|other| answers(other, flow)) {
            kinds.push(WarningKind::OneWay);
        }
    }
    if flow.peers.iter().any(|peer| matches!(peer, Peer::Prefix(prefix) if on_the_internet(prefix)))
    {
        kinds.push(WarningKind::AddressLiteral);
    }
    kinds
}

/// Whether any peer will do.
fn anyone(flow: &Flow<'_>) -> bool {
    flow.peers.iter().all(|peer| matches!(peer, Peer::Prefix(prefix) if prefix.length() == 0))
}

/// Whether every packet of `flow` is one of `other` already.
fn covers(other: &Flow<'_>, flow: &Flow<'_>) -> bool {
    let version = other.version.is_none() || other.version == flow.version;
    let all = anyone(other) && other.transport == Transport::Any;
    let same = other.peers == flow.peers && other.transport == flow.transport;
    other.direction == flow.direction
        && version
        && (all || same)
        && (other.device.is_none() || other.device == flow.device)
        && (other.ethernet.is_none() || other.ethernet == flow.ethernet)
        && (other.fields.is_empty() || other.fields == flow.fields)
        && !other.partial
}

/// Whether `other` accepts TCP from or to a peer of `flow` the other way.
fn answers(other: &Flow<'_>, flow: &Flow<'_>) -> bool {
    let version = match (other.version, flow.version) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let transport = match (other.transport, flow.transport) {
        (Transport::Any, _) => true,
        (
            Transport::Tcp { source, destination, initiated },
            Transport::Tcp { source: theirs, destination: ours, initiated: opened },
        ) => {
            (initiated.is_none() || opened.is_none() || initiated == opened)
                && (source == ours || source == Ports::Any)
                && (destination == theirs || destination == Ports::Any)
        }
        _ => false,
    };
    other.action == Forwarding::Accept
        && other.direction != flow.direction
        && version
        && transport
        && (anyone(other) || other.peers == flow.peers)
}

/// Whether it is one host, whose address is not of a local or special network.
fn on_the_internet(prefix: &Prefix) -> bool {
    match prefix.address() {
        IpAddr::V4(address) => {
            prefix.length() == 32
                && !address.is_private()
                && !address.is_loopback()
                && !address.is_link_local()
                && !address.is_multicast()
                && !address.is_broadcast()
                && !address.is_unspecified()
        }
        IpAddr::V6(address) => {
            prefix.length() == 128
                && !address.is_loopback()
                && !address.is_multicast()
                && !address.is_unspecified()
                && !address.is_unique_local()
                && !address.is_unicast_link_local()
        }
    }
}
