//! What a MUD file says of one packet, read off its entries as they stand: the other opinion that the
//! compiler is held against.

use hexad_mud::Mud;
use hexad_mud::acl::{Forwarding, L3, L4, Matches, Operator, PortMatch};
use hexad_mud::flow::{Direction, IpVersion};
use std::net::IpAddr;

/// A packet between the device and a peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) direction: Direction,
    pub(super) device: IpAddr,
    pub(super) peer: IpAddr,
    pub(super) protocol: u8,
    /// Ports; of ICMP, the type and the code.
    pub(super) source: u16,
    pub(super) destination: u16,
    /// It belongs to a connection that has seen both ways.
    pub(super) established: bool,
    /// It goes to whoever opened the connection.
    pub(super) reply: bool,
}

/// Who the peers of a file are.
pub(super) trait Peers {
    fn has_name(&self, name: &str, address: IpAddr) -> bool;
    fn is_local(&self, address: IpAddr) -> bool;
    fn is_my_controller(&self, address: IpAddr) -> bool;
    fn is_controller(&self, class: &str, address: IpAddr) -> bool;
}

pub(super) fn is_icmp(protocol: u8) -> bool {
    protocol == 1 || protocol == 58
}

/// Whether the packet passes. The first entry for its direction that matches decides; if there is none, an
/// answer passes if what it answers does.
pub(super) fn passes(mud: &Mud, peers: &impl Peers, packet: &Packet) -> bool {
    let asked = || packet.reply.then(|| question(packet)).and_then(|it| verdict(mud, peers, &it));
    verdict(mud, peers, packet).or_else(asked) == Some(Forwarding::Accept)
}

/// The packet that this one answers.
fn question(answer: &Packet) -> Packet {
    let direction = match answer.direction {
        Direction::FromDevice => Direction::ToDevice,
        Direction::ToDevice => Direction::FromDevice,
    };
    let (source, destination) = if is_icmp(answer.protocol) {
        let kind = match (answer.protocol, answer.source) {
            (1, 0) => 8,
            (1, 14) => 13,
            (58, 129) => 128,
            (_, other) => other,
        };
        (kind, answer.destination)
    } else {
        (answer.destination, answer.source)
    };
    Packet { direction, source, destination, reply: false, ..*answer }
}

fn verdict(mud: &Mud, peers: &impl Peers, packet: &Packet) -> Option<Forwarding> {
    let policy = match packet.direction {
        Direction::FromDevice => &mud.contents().from_device_policy,
        Direction::ToDevice => &mud.contents().to_device_policy,
    };
    let lists =
        policy.iter().filter_map(|name| mud.contents().acls.iter().find(|acl| acl.name == *name));
    let mut aces = lists.flat_map(|acl| &acl.aces);
    aces.find(|ace| matches(&ace.matches, peers, packet)).map(|ace| ace.forwarding)
}

fn matches(matches: &Matches, peers: &impl Peers, packet: &Packet) -> bool {
    let Packet { peer, device, .. } = *packet;
    let from_device = packet.direction == Direction::FromDevice;
    let (source, destination) = if from_device { (device, peer) } else { (peer, device) };
    let l3 = matches.l3.as_ref().is_none_or(|l3| {
        let ip = match l3 {
            L3::Ipv4(ip) if peer.is_ipv4() => ip,
            L3::Ipv6(ip) if peer.is_ipv6() => ip,
            _ => return false,
        };
        let named =
            |name: &Option<String>, at| name.as_ref().is_none_or(|name| peers.has_name(name, at));
        let under = |prefix: &Option<hexad_mud::flow::Prefix>, at: IpAddr| {
            prefix.is_none_or(|prefix| shares(prefix.address(), at, prefix.length()))
        };
        ip.protocol.is_none_or(|protocol| protocol == packet.protocol)
            && named(&ip.src_dnsname, source)
            && named(&ip.dst_dnsname, destination)
            && under(&ip.source_network, source)
            && under(&ip.destination_network, destination)
    });
    let l4 = match &matches.l4 {
        None => true,
        Some(L4::Tcp(tcp)) => {
            let opener = if packet.reply != from_device {
                Direction::FromDevice
            } else {
                Direction::ToDevice
            };
            packet.protocol == 6
                && tcp.direction_initiated.is_none_or(|wanted| wanted == opener)
                && port(tcp.source_port, packet.source)
                && port(tcp.destination_port, packet.destination)
        }
        Some(L4::Udp(udp)) => {
            packet.protocol == 17
                && port(udp.source_port, packet.source)
                && port(udp.destination_port, packet.destination)
        }
        Some(L4::Icmp(icmp)) => {
            is_icmp(packet.protocol)
                && icmp.kind.is_none_or(|kind| u16::from(kind) == packet.source)
                && icmp.code.is_none_or(|code| u16::from(code) == packet.destination)
        }
    };
    let mud = &matches.mud;
    l3 && l4
        && (!mud.local_networks || peers.is_local(peer))
        && (!mud.my_controller || peers.is_my_controller(peer))
        && mud.controller.as_ref().is_none_or(|class| peers.is_controller(class, peer))
}

fn port(wanted: Option<PortMatch>, port: u16) -> bool {
    match wanted {
        None => true,
        Some(PortMatch::Range { lower, upper }) => (lower..=upper).contains(&port),
        Some(PortMatch::Operator(Operator::Eq, one)) => port == one,
        Some(PortMatch::Operator(Operator::Neq, one)) => port != one,
        Some(PortMatch::Operator(Operator::Lte, one)) => port <= one,
        Some(PortMatch::Operator(Operator::Gte, one)) => port >= one,
    }
}

fn shares(prefix: IpAddr, address: IpAddr, length: u8) -> bool {
    let bits = |address: IpAddr| -> Vec<bool> {
        let bytes = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte & (0x80 >> bit) != 0)).collect()
    };
    prefix.is_ipv4() == address.is_ipv4()
        && bits(prefix).iter().zip(bits(address)).take(length.into()).all(|(a, b)| *a == b)
}

/// The version of IP that an address is of.
pub(super) fn version(address: IpAddr) -> IpVersion {
    if address.is_ipv4() { IpVersion::V4 } else { IpVersion::V6 }
}
