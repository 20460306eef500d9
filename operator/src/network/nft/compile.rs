//! From policies to a ruleset.

use core::fmt;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;

use super::shared::Shared;
use super::{
    Action, Addresses, Chain, Comment, Hook, LOG_PREFIX, MapName, Match, Rule, Ruleset, Set,
    SetName, Side, Table, Version, Way,
};
use crate::network::policy::{
    self, Access, Device, DeviceName, Direction, Forwarding, HostName, Peer, Ports, Transport,
};

/// States of a packet that belongs to a connection, or may open one.
const NEW_OR_KNOWN: &[&str] = &["new", "established"];
/// State of a packet that may open a connection.
const NEW: &[&str] = &["new"];
/// State of a packet of a connection that has seen both ways.
const KNOWN: &[&str] = &["established"];
/// State of an ICMP error about another packet.
const RELATED: &[&str] = &["related"];

/// Both ways of packets, as a device sees them.
const WAYS: [Direction; 2] = [Direction::FromDevice, Direction::ToDevice];

/// Protocol numbers (IANA) of ICMP and ICMPv6, TCP, UDP.
const ICMP: [u8; 2] = [1, 58];
const TCP: u8 = 6;
const UDP: u8 = 17;
/// Types of ICMP and ICMPv6 messages that are answered, and of their answers (RFC 792, 950, 4443, 4620).
const ICMP_ANSWERS: [(u8, u8); 4] = [(8, 0), (13, 14), (15, 16), (17, 18)];
const ICMPV6_ANSWERS: [(u8, u8); 2] = [(128, 129), (139, 140)];
/// The port at which a DHCP server listens (RFC 2131, 4.1; RFC 8415, 7.2).
const DHCP_SERVERS: [u16; 2] = [67, 547];

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
///     hardware: None,
///     access: Access::Allowed(Policy { rules, notes: Vec::new() }),
/// };
/// let ruleset = nft::compile(&[lamp], |_| Ok(vec!["203.0.113.20".parse().unwrap()]))?;
/// assert!(ruleset.to_string().contains("tcp dport 443 ip daddr @v4.cloud.example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`CompileError`]: two devices of one name or address, a device without an address, or a name
/// that `resolve` has no answer for.
pub fn compile(
    devices: &[Device],
    resolve: impl FnMut(&HostName) -> io::Result<Vec<IpAddr>>,
) -> Result<Ruleset, CompileError> {
    Compiler::default().compile(devices, resolve)
}

/// Makes rulesets, with what an operator may choose about them.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Compiler {
    table: Table,
    log_drops: bool,
}

impl Compiler {
    /// Rulesets in this table.
    pub fn table(mut self, table: Table) -> Self {
        self.table = table;
        self
    }

    /// Rulesets that write to the kernel's log what a device's policy drops, ten lines a second a device
    /// and way at most.
    pub fn log_drops(mut self) -> Self {
        self.log_drops = true;
        self
    }

    /// The ruleset that holds the devices to their policies. See [`compile`].
    ///
    /// # Errors
    /// As [`compile`].
    pub fn compile(
        &self,
        devices: &[Device],
        mut resolve: impl FnMut(&HostName) -> io::Result<Vec<IpAddr>>,
    ) -> Result<Ruleset, CompileError> {
        self.with_names(devices, |name| match resolve(name) {
            Ok(addresses) => Ok(Version::BOTH.map(|version| {
                let own = addresses.iter().copied().filter(|at| Version::of(at) == version);
                Set::Fixed(own.collect())
            })),
            Err(source) => Err(CompileError::Resolve { name: name.clone(), source }),
        })
    }

    /// The ruleset in which DNS names have no addresses yet: they come while it is in force, with a timeout,
    /// from what the devices' resolver answers. See [`Enforcer::learn`](crate::network::enforce::Enforcer::learn).
    ///
    /// # Errors
    /// As [`compile`], but for names: none is asked for.
    pub fn compile_learning(&self, devices: &[Device]) -> Result<Ruleset, CompileError> {
        self.with_names(devices, |_| Ok(Version::BOTH.map(|_| Set::Learned)))
    }

    fn with_names(
        &self,
        devices: &[Device],
        mut sets_of: impl FnMut(&HostName) -> Result<[Set; 2], CompileError>,
    ) -> Result<Ruleset, CompileError> {
        let mut ruleset = Ruleset::closed(self.table.clone());
        let mut known = BTreeSet::new();
        for device in devices {
            if !known.insert(&device.name) {
                return Err(CompileError::SameName(device.name.clone()));
            }
            if device.addresses.is_empty() {
                return Err(CompileError::NoAddress(device.name.clone()));
            }
        }
        for name in names(devices) {
            if name.as_str().len() > LONGEST_NAME {
                return Err(CompileError::LongName(name.clone()));
            }
            let sets = Version::BOTH.map(|version| SetName(version, name.clone()));
            ruleset.sets.extend(sets.into_iter().zip(sets_of(name)?));
        }
        let mut shared = Shared::default();
        for device in devices {
            let policy = both_ways(device);
            let chains = shared.chains_of(&policy);
            for (index, way) in WAYS.into_iter().enumerate() {
                let (side, prefix) = match way {
                    Direction::FromDevice => (Side::Source, "from"),
                    Direction::ToDevice => (Side::Destination, "to"),
                };
                let name = format!("{prefix}_{}", device.name);
                for &address in &device.addresses {
                    let map = ruleset.maps.entry(MapName(side, Version::of(&address))).or_default();
                    if map.insert(address, name.clone()).is_some() {
                        return Err(CompileError::SameAddress(address));
                    }
                }
                let policy = chains.as_ref().and_then(|chains| chains.get(index));
                ruleset.chains.insert(name, self.device_chain(device, way, policy));
            }
            if let Some(chains) = chains
                && chains.iter().any(|chain| !ruleset.chains.contains_key(chain))
            {
                ruleset.chains.extend(chains.into_iter().zip(policy.map(chain)));
            }
        }
        Ok(ruleset)
    }
}

/// The hosts that policies name, in the order of their names.
fn names(devices: &[Device]) -> BTreeSet<&HostName> {
    let rules = devices.iter().flat_map(|device| rules(&device.access));
    let peers = rules.flat_map(|rule| &rule.peers);
    peers
        .filter_map(|peer| match peer {
            Peer::Name(name) => Some(name),
            Peer::Under(_) => None,
        })
        .collect()
}

impl Ruleset {
    /// The ruleset of a network without devices: nothing is forwarded.
    #[must_use]
    pub fn closed(table: Table) -> Self {
        let chains = [
            ("forward", forward()),
            ("gateway", gateway()),
            (
                ADMIT,
                chain(vec![plain(Action::Jump(RECEIVE.into()), None), plain(Action::Accept, None)]),
            ),
            (RECEIVE, chain(dispatch(Side::Destination))),
        ];
        Self {
            table,
            sets: BTreeMap::new(),
            maps: MapName::ALL.map(|map| (map, BTreeMap::new())).into(),
            chains: chains.map(|(name, chain)| (name.to_owned(), chain)).into(),
        }
    }

    /// The names whose sets are filled while the ruleset is in force.
    pub(crate) fn names_to_learn(&self) -> impl Iterator<Item = &HostName> {
        let learned = self.sets.iter().filter(|(_, set)| **set == Set::Learned);
        learned.filter(|(name, _)| name.0 == Version::V4).map(|(name, _)| &name.1)
    }

    /// Whether the addresses of the name are learned while the ruleset is in force.
    #[must_use]
    pub fn learns(&self, name: &HostName) -> bool {
        self.sets.get(&SetName(Version::V4, name.clone())) == Some(&Set::Learned)
    }

    /// The table that the ruleset is.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }
}

/// The base chain of everything that is forwarded.
fn forward() -> Chain {
    let mut rules = vec![Rule {
        matches: vec![Match::State(&["invalid"])],
        ..plain(Action::Drop, Some("belongs to no connection"))
    }];
    rules.extend(dispatch(Side::Source));
    rules.push(plain(Action::Jump(RECEIVE.into()), None));
    rules.push(plain(Action::Drop, Some("neither from nor for a known device")));
    Chain { hook: Hook::Forward, rules }
}

/// The base chain of what is for the gateway itself: a device's policy holds there, too. Without what
/// comes first a device could not be reached at all, or would lose its address.
fn gateway() -> Chain {
    let first =
        |matches: Vec<Match>, comment| Rule { matches, ..plain(Action::Accept, Some(comment)) };
    let answers = vec![Match::State(KNOWN), Match::Direction(Way::Reply)];
    let mut rules = vec![
        first(answers, "answers to the gateway"),
        first(vec![Match::NeighbourDiscovery], "neighbour discovery"),
    ];
    rules.extend(
        DHCP_SERVERS.map(|port| {
            first(vec![Match::Port("udp", Side::Destination, Ports::one(port))], "DHCP")
        }),
    );
    rules.extend(dispatch(Side::Source));
    Chain { hook: Hook::Input, rules }
}

fn chain(rules: Vec<Rule>) -> Chain {
    Chain { hook: Hook::None, rules }
}

fn dispatch(side: Side) -> Vec<Rule> {
    Version::BOTH.map(|version| plain(Action::Dispatch(MapName(side, version)), None)).into()
}

fn plain(action: Action, comment: Option<&str>) -> Rule {
    Rule { matches: Vec::new(), action, comment: comment.map(Comment::new) }
}

/// The rules that follow from one policy for what its device sends, and for what is sent to it.
pub(super) type BothWays = [Vec<Rule>; 2];

fn both_ways(device: &Device) -> BothWays {
    WAYS.map(|way| {
        let mut made = Vec::new();
        // What entries say of packets that go this way comes before what follows from those of the other.
        let (own, other): (Vec<_>, Vec<_>) =
            rules(&device.access).iter().partition(|rule| rule.direction == way);
        for rule in own.into_iter().chain(other) {
            compile_rule(device, rule, way, &mut made);
        }
        if device.access != Access::Quarantined {
            made.extend(ICMP.map(|protocol| Rule {
                matches: vec![Match::Protocol(protocol), Match::State(RELATED)],
                ..plain(let_go(way), Some("errors about what is allowed"))
            }));
        }
        made
    })
}

impl Compiler {
    /// The chain for what the device sends, or the one for what is sent to it.
    fn device_chain(&self, device: &Device, way: Direction, policy: Option<&String>) -> Chain {
        let tier = match device.access {
            Access::Allowed(_) => "not in its MUD file",
            Access::UpdateOnly(_) => "confined to its update server",
            Access::Quarantined => "quarantined",
        };
        let mut made = Vec::new();
        if let (Some(address), Direction::FromDevice) = (device.hardware, way) {
            made.push(Rule {
                matches: vec![Match::NotFrom(address)],
                ..plain(Action::Drop, Some("sent by another in its name"))
            });
        }
        made.extend(policy.map(|policy| plain(Action::Jump(policy.clone()), None)));
        if self.log_drops {
            made.push(log(device, tier, Vec::new()));
        }
        made.push(plain(Action::Drop, Some(tier)));
        chain(made)
    }
}

/// A rule that logs what it matches, and leaves the verdict to the next.
fn log(device: &Device, about: &str, matches: Vec<Match>) -> Rule {
    let words = format!("hexad {}: {about} ", device.name);
    Rule { matches, ..plain(Action::Log(Comment::of(&words, LOG_PREFIX)), None) }
}

fn rules(access: &Access) -> &[policy::Rule] {
    match access {
        Access::Allowed(policy) | Access::UpdateOnly(policy) => &policy.rules,
        Access::Quarantined => &[],
    }
}

/// Adds to the chain of one way what a rule says about packets that go this way: what it says itself if
/// they go its way, and else about the answers to packets that it accepts or drops.
fn compile_rule(device: &Device, rule: &policy::Rule, way: Direction, made: &mut Vec<Rule>) {
    let accepts = rule.action == Forwarding::Accept;
    let answers = rule.direction != way;
    let opener = match rule.transport {
        Transport::Tcp { initiated, .. } => initiated,
        _ => None,
    };
    // Those who may only answer open nothing that could be answered.
    let opens = opener.is_none_or(|opener| opener == rule.direction);
    if answers && !opens {
        return;
    }
    let action = match rule.action {
        Forwarding::Accept => let_go(way),
        Forwarding::Reject if !answers => Action::Reject,
        Forwarding::Drop | Forwarding::Reject => Action::Drop,
    };
    let mut connection = Vec::new();
    let mut opening = Vec::new();
    if accepts {
        let may_open = opens && !answers;
        connection.push(Match::State(if may_open { NEW_OR_KNOWN } else { KNOWN }));
        opening.push(Match::State(NEW));
    }
    if answers || !opens {
        connection.push(Match::Direction(Way::Reply));
    } else if opener.is_some() {
        connection.push(Match::Direction(Way::Original));
    }
    for version in Version::BOTH {
        let Some(addresses) = addresses(rule, version, way) else { continue };
        let Some(mut about) = transport(&rule.transport, version, answers) else { continue };
        // A port is compared in less time than a set is searched in.
        about.extend(addresses);
        let matches = [about.clone(), connection.clone()].concat();
        // MUD files often state the answers to what they allow; those rules have been made already.
        if made.iter().any(|made| made.matches == matches && made.action == action) {
            continue;
        }
        if rule.logging && !answers && opens {
            made.push(log(device, &rule.name, [about, opening.clone()].concat()));
        }
        made.push(Rule { matches, ..plain(action.clone(), Some(&rule.name)) });
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
        Peer::Name(name) => Some((side, Addresses::Named(SetName(version, name.clone())))),
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

/// The conditions on what is above IP; `None` if no packet could meet them.
fn transport(transport: &Transport, version: Version, answers: bool) -> Option<Vec<Match>> {
    Some(match *transport {
        Transport::Any => Vec::new(),
        Transport::Tcp { source, destination, .. } => {
            ports("tcp", TCP, [source, destination], answers)
        }
        Transport::Udp { source, destination } => ports("udp", UDP, [source, destination], answers),
        Transport::Icmp { kind, code } => {
            let kind = match kind {
                Some(kind) if answers => Some(icmp_answer(version, kind)?),
                other => other,
            };
            let kind = kind.map(|kind| Match::IcmpType(version, kind));
            let code = code.map(|code| Match::IcmpCode(version, code));
            let said: Vec<_> = kind.into_iter().chain(code).collect();
            if said.is_empty() { vec![icmp(version)] } else { said }
        }
        Transport::Protocol(number) => vec![Match::Protocol(number)],
    })
}

fn icmp(version: Version) -> Match {
    let [v4, v6] = ICMP;
    Match::Protocol(if version == Version::V4 { v4 } else { v6 })
}

/// The type of the answers to messages of this type, if they are answered.
fn icmp_answer(version: Version, kind: u8) -> Option<u8> {
    let answers: &[_] = match version {
        Version::V4 => &ICMP_ANSWERS,
        Version::V6 => &ICMPV6_ANSWERS,
    };
    answers.iter().find(|(question, _)| *question == kind).map(|(_, answer)| *answer)
}

fn ports(name: &'static str, number: u8, ports: [Ports; 2], answers: bool) -> Vec<Match> {
    let sides =
        if answers { [Side::Destination, Side::Source] } else { [Side::Source, Side::Destination] };
    let said = sides.into_iter().zip(ports).filter(|(_, ports)| *ports != Ports::Any);
    let said: Vec<_> = said.map(|(side, ports)| Match::Port(name, side, ports)).collect();
    if said.is_empty() { vec![Match::Protocol(number)] } else { said }
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
