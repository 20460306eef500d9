use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Direction, IpVersion, Peer, Ports, Prefix, Transport, flows_of};
use crate::acl::{
    Ace, Acl, AclType, Ethernet, Forwarding, Icmp, Ip, L3, L4, Matches, MudMatches, Operator,
    PortMatch,
};

fn acl(kind: AclType, matches: Matches) -> Acl {
    let forwarding = Forwarding::Accept;
    let ace = Ace { name: "ace".into(), matches, forwarding, logging: None };
    Acl { name: "acl".into(), kind: Some(kind), aces: Vec::from([ace]) }
}

fn transport(version: IpVersion, protocol: Option<u8>, l4: Option<L4>) -> Transport {
    let l3 = Some(L3::new(version, Ip { protocol, ..Ip::default() }));
    let kind = AclType::MixedEthIpv4Ipv6;
    let acl = acl(kind, Matches { l3, l4, ..Matches::default() });
    flows_of(&acl, Direction::FromDevice).next().unwrap().transport
}

/// RFC 8519, 4.2: what the operators mean; both ends of a range are in it.
#[test]
fn operators_are_ports() {
    let ports = |operator| Ports::from(Some(PortMatch::Operator(operator, 80)));
    assert_eq!(ports(Operator::Eq), Ports::Range(80, 80));
    assert_eq!(ports(Operator::Neq), Ports::Not(80));
    assert_eq!(ports(Operator::Lte), Ports::Range(0, 80));
    assert_eq!(ports(Operator::Gte), Ports::Range(80, 65_535));
    assert_eq!(Ports::from(Some(PortMatch::Range { lower: 1, upper: 2 })), Ports::Range(1, 2));
    assert_eq!(Ports::from(None), Ports::Any);
}

/// A protocol number says as much as a transport header without conditions.
#[test]
fn protocol_numbers_are_transports() {
    use IpVersion::{V4, V6};
    let any = Ports::Any;
    let tcp = Transport::Tcp { source: any, destination: any, initiated: None };
    let icmp = Transport::Icmp { kind: None, code: None };
    assert_eq!(transport(V4, None, None), Transport::Any);
    assert_eq!(transport(V4, Some(6), None), tcp);
    assert_eq!(transport(V6, Some(17), None), Transport::Udp { source: any, destination: any });
    assert_eq!(transport(V4, Some(1), None), icmp);
    assert_eq!(transport(V6, Some(58), None), icmp);
    // ICMP of the other version of IP is a protocol as any other.
    assert_eq!(transport(V6, Some(1), None), Transport::Protocol(1));
    assert_eq!(transport(V4, Some(58), None), Transport::Protocol(58));
    let echo = Icmp { kind: Some(8), code: Some(0) };
    let expected = Transport::Icmp { kind: Some(8), code: Some(0) };
    assert_eq!(transport(V4, Some(1), Some(L4::Icmp(echo))), expected);
}

/// All that an entry says of the peer holds at once; the other end is the device's own.
#[test]
fn the_peer_is_the_other_end() {
    let net = |text: &str| Prefix::new(text.parse().unwrap(), 24).unwrap();
    let ip = Ip {
        source_network: Some(net("192.0.2.0")),
        destination_network: Some(net("198.51.100.0")),
        ..Ip::default()
    };
    let mud = MudMatches {
        local_networks: true,
        controller: Some("urn:ietf:params:mud:dns".into()),
        ..MudMatches::default()
    };
    let acl = acl(AclType::Ipv4, Matches { mud, l3: Some(L3::Ipv4(ip)), ..Matches::default() });
    let others = [Peer::LocalNetworks, Peer::Controller("urn:ietf:params:mud:dns")];
    for (direction, own, peer) in [
        (Direction::FromDevice, "192.0.2.0", "198.51.100.0"),
        (Direction::ToDevice, "198.51.100.0", "192.0.2.0"),
    ] {
        let flow = flows_of(&acl, direction).next().unwrap();
        assert_eq!(flow.device, Some(net(own)));
        assert_eq!(flow.peers, [Peer::Prefix(net(peer)), others[0], others[1]]);
    }
}

/// RFC 6991, host: an address in the place of a name is that address.
#[test]
fn an_address_for_a_name_is_a_prefix() {
    let ip = Ip { dst_dnsname: Some("192.0.2.1".into()), ..Ip::default() };
    let acl = acl(AclType::Ipv4, Matches { l3: Some(L3::Ipv4(ip)), ..Matches::default() });
    let flow = flows_of(&acl, Direction::FromDevice).next().unwrap();
    assert_eq!(flow.peers, [Peer::Prefix(Prefix::host("192.0.2.1".parse().unwrap()))]);
}

/// RFC 8519, 4.1: a list of one version of IP is about that one, but for its entries on Ethernet alone.
#[test]
fn the_type_of_the_list_gives_the_version() {
    let version = |kind, eth| {
        let acl = acl(kind, Matches { eth, ..Matches::default() });
        flows_of(&acl, Direction::FromDevice).next().unwrap().version
    };
    assert_eq!(version(AclType::Ipv4, None), Some(IpVersion::V4));
    assert_eq!(version(AclType::MixedEthIpv6, None), Some(IpVersion::V6));
    assert_eq!(version(AclType::MixedEthIpv6, Some(Ethernet::default())), None);
    assert_eq!(version(AclType::MixedEthIpv4Ipv6, None), None);
    assert_eq!(version(AclType::Eth, None), None);
}

/// A prefix has no bits beyond its length, and no more bits than an address.
#[test]
fn prefixes_are_canonical() {
    let text = |address: &str, length| -> Option<String> {
        Prefix::new(address.parse().unwrap(), length).map(|prefix| prefix.to_string())
    };
    assert_eq!(text("192.0.2.255", 24).as_deref(), Some("192.0.2.0/24"));
    assert_eq!(text("192.0.2.255", 0).as_deref(), Some("0.0.0.0/0"));
    assert_eq!(text("192.0.2.255", 32).as_deref(), Some("192.0.2.255/32"));
    assert_eq!(text("192.0.2.255", 33), None);
    assert_eq!(text("2001:db8::ffff", 0).as_deref(), Some("::/0"));
    assert_eq!(text("2001:db8::ffff", 120).as_deref(), Some("2001:db8::ff00/120"));
    assert_eq!(text("2001:db8::ffff", 129), None);
}
