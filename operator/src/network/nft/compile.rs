//! From policies to a ruleset.

use core::fmt;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;

use super::{Action, Addresses, Chain, Comment, Match, Rule, Ruleset, Set, Side, Version, Way};
use crate::network::policy::{
    self, Access, Device, DeviceName, Direction, Forwarding, HostName, Peer, Ports, Transport,
};

/// States of a packet that belongs to a connection, or may open one.
const NEW_OR_KNOWN: &[&str] = &["new", "established"];
/// State of a packet of a connection that has seen both ways.
const KNOWN: &[&str] = &["established"];
/// State of an ICMP error about another packet.
const RELATED: &[&str] = &["related"];

/// Protocol numbers (IANA) of ICMP and ICMPv6, TCP, UDP.
const ICMP: [u8; 2] = [1, 58];
const TCP: u8 = 6;
const UDP: u8 = 17;

/// The chain of packets that their sender's policy lets go.
const ADMIT: &str = "admit";
/// The chain that leads to the policy of the device that a packet is for.
const RECEIVE: &str = "receive";

/// Longest DNS name that a set can be named after: nftables takes 255 characters.
const LONGEST_NAME: usize = 252;

/// Makes the ruleset that holds the devices to their policies.
///
/// `resolve` says what addresses a host has now; none is an answer, too, and lets nothing through. It is
/// asked once for each name, in the order of the names.
///
/// ```
/// use hexad_operator::network::nft;
/// use hexad_operator::network::policy::*;
///
/// let cloud = Peer::Name(HostName::new("cloud.example.com")?);
/// let https = Transport::Tcp {
///     source: Ports::Any,
///     destination: Ports::one(443),
///     initiated: Some(Direction::FromDevice),
/// };
/// let rules = vec![Rule::opening("cloud", cloud, https)];
/// let lamp = Device {
///     name: DeviceName::new("lamp")?,
///     addresses: vec!["192.0.2.10".parse()?],
///     access: Access::Allowed(Policy { rules, notes: Vec::new() }),
/// };
/// let ruleset = nft::compile(&[lamp], |_| Ok(vec!["203.0.113.20".parse().unwrap()]))?;
/// assert!(ruleset.to_string().contains("ip daddr @v4.cloud.example.com tcp dport 443"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`CompileError`]: two devices of one name or address, a device without an address, or a name
/// that `resolve` has no answer for.
pub fn compile(
    devices: &[Device],
    mut resolve: impl FnMut(&HostName) -> io::Result<Vec<IpAddr>>,
) -> Result<Ruleset, CompileError> {
    let mut ordered: Vec<_> = devices.iter().collect();
    ordered.sort_by(|a, b| a.name.cmp(&b.name));
    let (mut from, mut to) = (BTreeMap::new(), BTreeMap::new());
    let mut names = BTreeSet::new();
    let mut known = BTreeSet::new();
    let mut judging = Vec::new();
    for device in ordered {
        if !known.insert(&device.name) {
            return Err(CompileError::SameName(device.name.clone()));
        }
        if device.addresses.is_empty() {
            return Err(CompileError::NoAddress(device.name.clone()));
        }
        let [sends, receives] = device_chains(device);
        for &address in &device.addresses {
            from.insert(address, sends.name.clone());
            if to.insert(address, receives.name.clone()).is_some() {
                return Err(CompileError::SameAddress(address));
            }
        }
        judging.extend([sends, receives]);
        let peers = rules(&device.access).iter().flat_map(|rule| &rule.peers);
        names.extend(peers.filter_map(|peer| match peer {
            Peer::Name(name) => Some(name),
            Peer::Under(_) => None,
        }));
    }

    let mut sets = Vec::with_capacity(names.len() * 2);
    for name in names {
        if name.as_str().len() > LONGEST_NAME {
            return Err(CompileError::LongName(name.clone()));
        }
        let addresses =
            resolve(name).map_err(|source| CompileError::Resolve { name: name.clone(), source })?;
        sets.extend(Version::BOTH.map(|version| Set {
            name: set_name(version, name),
            version,
            addresses: addresses.iter().copied().filter(|a| Version::of(a) == version).collect(),
        }));
    }

    let mut ruleset = Ruleset { sets, chains: vec![forward(&from), admit(), receive(&to)] };
    ruleset.chains.append(&mut judging);
    Ok(ruleset)
}

impl Ruleset {
    /// The ruleset of a network without devices: nothing is forwarded.
    #[must_use]
    pub fn closed() -> Self {
        let nobody = BTreeMap::new();
        Self { sets: Vec::new(), chains: vec![forward(&nobody), admit(), receive(&nobody)] }
    }
}

/// The base chain: everything that is forwarded comes through here.
fn forward(from: &BTreeMap<IpAddr, String>) -> Chain {
    let mut rules = vec![Rule {
        matches: vec![Match::State(&["invalid"])],
        action: Action::Drop,
        comment: Some(Comment::new("belongs to no connection")),
    }];
    rules.extend(dispatch(Side::Source, from));
    rules.push(plain(Action::Jump(RECEIVE), None));
    rules.push(plain(Action::Drop, Some("neither from nor for a known device")));
    Chain { name: "forward".into(), base: true, rules }
}

fn admit() -> Chain {
    let rules = vec![plain(Action::Jump(RECEIVE), None), plain(Action::Accept, None)];
    Chain { name: ADMIT.into(), base: false, rules }
}

fn receive(to: &BTreeMap<IpAddr, String>) -> Chain {
    Chain { name: RECEIVE.into(), base: false, rules: dispatch(Side::Destination, to) }
}

fn dispatch(side: Side, chains: &BTreeMap<IpAddr, String>) -> Vec<Rule> {
    let of = |version| {
        let own = chains.iter().filter(|(address, _)| Version::of(address) == version);
        own.map(|(address, chain)| (*address, chain.clone())).collect::<BTreeMap<_, _>>()
    };
    let maps = Version::BOTH.map(|version| (version, of(version)));
    maps.into_iter()
        .filter(|(_, map)| !map.is_empty())
        .map(|(version, map)| plain(Action::Dispatch(version, side, map), None))
        .collect()
}

fn plain(action: Action, comment: Option<&str>) -> Rule {
    Rule { matches: Vec::new(), action, comment: comment.map(Comment::new) }
}

/// The chain for what the device sends, and the one for what is sent to it.
fn device_chains(device: &Device) -> [Chain; 2] {
    let (tier, open) = match device.access {
        Access::Allowed(_) => ("not in its MUD file", true),
        Access::UpdateOnly(_) => ("confined to its update server", true),
        Access::Quarantined => ("quarantined", false),
    };
    [(Direction::FromDevice, "from"), (Direction::ToDevice, "to")].map(|(way, prefix)| {
        let mut chain =
            Chain { name: format!("{prefix}_{}", device.name), base: false, rules: Vec::new() };
        for rule in rules(&device.access) {
            compile_rule(rule, way, &mut chain);
        }
        if open {
            chain.rules.push(Rule {
                matches: vec![Match::Protocol(ICMP.into()), Match::State(RELATED)],
                action: let_go(way),
                comment: Some(Comment::new("errors about what is allowed")),
            });
        }
        chain.rules.push(plain(Action::Drop, Some(tier)));
        chain
    })
}

fn rules(access: &Access) -> &[policy::Rule] {
    match access {
        Access::Allowed(policy) | Access::UpdateOnly(policy) => &policy.rules,
        Access::Quarantined => &[],
    }
}

/// Adds to the chain of one way what a rule says about packets that go this way.
fn compile_rule(rule: &policy::Rule, way: Direction, chain: &mut Chain) {
    let accepts = rule.action == Forwarding::Accept;
    let answers = rule.direction != way;
    let opener = match rule.transport {
        Transport::Tcp { initiated, .. } => initiated,
        _ => None,
    };
    // Those who may only answer open nothing that could be answered.
    let opens = opener.is_none_or(|opener| opener == rule.direction);
    if answers && !(accepts && opens) {
        return;
    }
    let action = match rule.action {
        Forwarding::Accept => let_go(way),
        Forwarding::Drop => Action::Drop,
        Forwarding::Reject => Action::Reject,
    };
    let mut connection = Vec::new();
    if accepts {
        let opening = opens && !answers;
        connection.push(Match::State(if opening { NEW_OR_KNOWN } else { KNOWN }));
    }
    if answers || !opens {
        connection.push(Match::Direction(Way::Reply));
    } else if opener.is_some() {
        connection.push(Match::Direction(Way::Original));
    }
    for version in Version::BOTH {
        let Some(mut matches) = addresses(rule, version, way) else { continue };
        matches.extend(transport(&rule.transport, version, answers));
        matches.extend_from_slice(&connection);
        // MUD files often state the answers to what they allow; those rules have been made already.
        if !chain.rules.iter().any(|made| made.matches == matches && made.action == action) {
            let comment = Some(Comment::new(&rule.name));
            chain.rules.push(Rule { matches, action: action.clone(), comment });
        }
    }
}

/// The verdict on a packet that the policy allows. What a device sends may be for another device.
fn let_go(way: Direction) -> Action {
    match way {
        Direction::FromDevice => Action::Goto(ADMIT),
        Direction::ToDevice => Action::Accept,
    }
}

/// The conditions on both addresses in one version of IP; `None` if no packet could meet them.
fn addresses(rule: &policy::Rule, version: Version, way: Direction) -> Option<Vec<Match>> {
    if rule.version.is_some_and(|said| Version::from(said) != version) {
        return None;
    }
    let side = match way {
        Direction::FromDevice => Side::Destination,
        Direction::ToDevice => Side::Source,
    };
    let peers = rule.peers.iter().map(|peer| match peer {
        Peer::Name(name) => Some((side, Addresses::Named(version, set_name(version, name)))),
        Peer::Under(prefixes) => Some((side, under(prefixes, version)?)),
    });
    let device = rule.device.map(|prefix| Some((side.other(), under(&[prefix], version)?)));
    let said = peers.chain(device).collect::<Option<Vec<_>>>()?;
    if said.is_empty() {
        return Some(vec![Match::Version(version)]);
    }
    Some(said.into_iter().map(|(side, addresses)| Match::Address(side, addresses)).collect())
}

fn under(prefixes: &[IpNet], version: Version) -> Option<Addresses> {
    let own = prefixes.iter().filter(|prefix| Version::of(&prefix.addr()) == version);
    // nftables refuses prefixes that overlap.
    let disjoint = IpNet::aggregate(&own.copied().collect());
    (!disjoint.is_empty()).then_some(Addresses::Under(version, disjoint))
}

fn transport(transport: &Transport, version: Version, answers: bool) -> Vec<Match> {
    match *transport {
        Transport::Any => Vec::new(),
        Transport::Tcp { source, destination, .. } => {
            ports("tcp", TCP, [source, destination], answers)
        }
        Transport::Udp { source, destination } => ports("udp", UDP, [source, destination], answers),
        // The answer to an echo request is of another type: that it is an answer must do.
        Transport::Icmp { .. } if answers => vec![icmp(version)],
        Transport::Icmp { kind, code } => {
            let kind = kind.map(|kind| Match::IcmpType(version, kind));
            let code = code.map(|code| Match::IcmpCode(version, code));
            let said: Vec<_> = kind.into_iter().chain(code).collect();
            if said.is_empty() { vec![icmp(version)] } else { said }
        }
        Transport::Protocol(number) => vec![Match::Protocol([number].into())],
    }
}

fn icmp(version: Version) -> Match {
    let [v4, v6] = ICMP;
    Match::Protocol([if version == Version::V4 { v4 } else { v6 }].into())
}

fn ports(name: &'static str, number: u8, ports: [Ports; 2], answers: bool) -> Vec<Match> {
    let sides =
        if answers { [Side::Destination, Side::Source] } else { [Side::Source, Side::Destination] };
    let said = sides.into_iter().zip(ports).filter(|(_, ports)| *ports != Ports::Any);
    let said: Vec<_> = said.map(|(side, ports)| Match::Port(name, side, ports)).collect();
    if said.is_empty() { vec![Match::Protocol([number].into())] } else { said }
}

fn set_name(version: Version, name: &HostName) -> String {
    match version {
        Version::V4 => format!("v4.{name}"),
        Version::V6 => format!("v6.{name}"),
    }
}

/// Why there is no ruleset for these devices.
#[derive(Debug)]
pub enum CompileError {
    /// Two devices have this name.
    SameName(DeviceName),
    /// Two devices have this address, or one has it twice.
    SameAddress(IpAddr),
    /// The device has no address, so that nothing could be done about it.
    NoAddress(DeviceName),
    /// The name has 253 characters, one more than nftables lets us name a set after.
    LongName(HostName),
    /// The addresses of a host could not be found out.
    Resolve {
        /// The host.
        name: HostName,
        /// Why not.
        source: io::Error,
    },
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameName(name) => write!(f, "two devices are named `{name}`"),
            Self::SameAddress(address) => write!(f, "two devices have the address {address}"),
            Self::NoAddress(name) => write!(f, "the device `{name}` has no address"),
            Self::LongName(name) => write!(f, "the name `{name}` is too long for nftables"),
            Self::Resolve { name, source } => write!(f, "can't resolve `{name}`: {source}"),
        }
    }
}

impl core::error::Error for CompileError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Resolve { source, .. } => Some(source),
            Self::SameName(_) | Self::SameAddress(_) | Self::NoAddress(_) | Self::LongName(_) => {
                None
            }
        }
    }
}
