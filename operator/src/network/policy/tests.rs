//! What the flows of a MUD file come to on a network that the operator knows.

use std::collections::BTreeSet;

use super::{
    Access, DeviceName, Direction, Forwarding, HardwareAddress, HostName, InvalidName, IpVersion,
    Peer, Policy, Ports, Reason, Rule, Site, Transport,
};
use hexad_mud::acl::{Ethernet, Field, Logging};
use hexad_mud::flow::{self, Flow, Prefix};
use hexad_mud::url::MudUrl;
use ipnet::IpNet;

const MUD_URL: &str = "https://Lamps.example.com/lamp.json";

static NO_FIELDS: BTreeSet<Field> = BTreeSet::new();

fn flow(peers: Vec<flow::Peer<'_>>) -> Flow<'_> {
    Flow {
        acl: "acl",
        ace: "ace",
        direction: Direction::FromDevice,
        version: None,
        peers,
        device: None,
        ethernet: None,
        fields: &NO_FIELDS,
        transport: Transport::Any,
        action: Forwarding::Accept,
        logging: None,
        partial: false,
    }
}

fn policy(site: &Site, flow: Flow<'_>) -> Policy {
    site.policy(&MudUrl::new(MUD_URL).unwrap(), [flow])
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn site() -> Site {
    let list = |key: &str, prefix| [(key.to_owned(), vec![net(prefix)])].into();
    Site {
        local_networks: vec![net("192.0.2.0/24")],
        my_controllers: list(MUD_URL, "192.0.2.1/32"),
        controllers: list("urn:ietf:params:mud:dns", "192.0.2.2/32"),
        manufacturers: list("lamps.example.com", "192.0.2.3/32"),
        models: list("https://lamps.example.com/other.json", "192.0.2.4/32"),
        services: Vec::new(),
    }
}

/// RFC 8520, 4.1 to 4.7: each abstraction is what the operator says it is.
#[test]
fn abstractions_are_the_operators() {
    let cases = [
        (flow::Peer::LocalNetworks, "192.0.2.0/24"),
        (flow::Peer::MyController, "192.0.2.1/32"),
        (flow::Peer::Controller("urn:ietf:params:mud:dns"), "192.0.2.2/32"),
        (flow::Peer::SameManufacturer, "192.0.2.3/32"),
        (flow::Peer::Manufacturer("LAMPS.example.com"), "192.0.2.3/32"),
        (flow::Peer::Model("https://lamps.example.com/other.json"), "192.0.2.4/32"),
        (flow::Peer::Prefix(Prefix::new([198, 51, 100, 7].into(), 24).unwrap()), "198.51.100.0/24"),
    ];
    for (peer, prefix) in cases {
        let policy = policy(&site(), flow(vec![peer]));
        assert_eq!(policy.rules[0].peers, [Peer::Under(vec![net(prefix)])], "{peer:?}");
        assert_eq!(policy.notes, []);
    }
}

/// Whoever the operator does not know is nobody, which is said.
#[test]
fn unknown_classes_are_nobody() {
    let peers = [
        flow::Peer::LocalNetworks,
        flow::Peer::MyController,
        flow::Peer::Controller("urn:ietf:params:mud:ntp"),
        flow::Peer::SameManufacturer,
        flow::Peer::Manufacturer("example.com"),
        flow::Peer::Model("https://example.com"),
        flow::Peer::DnsName("not a name"),
    ];
    for peer in peers {
        let policy = policy(&Site::default(), flow(vec![peer]));
        assert_eq!(policy.rules[0].peers, [Peer::Under(Vec::new())]);
        assert!(matches!(policy.notes[0].reason, Reason::Nobody(_)), "{peer:?}");
    }
}

/// What a note quotes from a file can't upset a terminal.
#[test]
fn notes_are_harmless() {
    let flow = Flow { ace: "a\u{1b}[2J\n", ..flow(vec![flow::Peer::Controller("urn:\u{7}")]) };
    let note = policy(&Site::default(), flow).notes[0].to_string();
    assert_eq!(note, r#"a\u{1b}[2J\n: nobody on this network is a controller "urn:\u{7}""#);
}

/// A flow keeps all that it says.
#[test]
fn flows_carry_over() {
    let transport = Transport::Udp { source: Ports::one(53), destination: Ports::Not(1) };
    let whole = Flow {
        direction: Direction::ToDevice,
        version: Some(IpVersion::V6),
        device: Prefix::new([0; 16].into(), 3),
        transport,
        action: Forwarding::Reject,
        logging: Some(Logging::Syslog),
        ..flow(vec![flow::Peer::DnsName("a.example"), flow::Peer::LocalNetworks])
    };
    let expected = Rule {
        name: "ace".into(),
        direction: Direction::ToDevice,
        version: Some(IpVersion::V6),
        peers: vec![
            Peer::Name(HostName::new("a.example").unwrap()),
            Peer::Under(vec![net("192.0.2.0/24")]),
        ],
        device: Some(net("::/3")),
        transport,
        action: Forwarding::Reject,
        logging: true,
    };
    assert_eq!(policy(&site(), whole).rules, [expected]);
}

/// An EtherType of IP is a version of IP; any other Ethernet condition is not met by accepting.
#[test]
fn ethernet_conditions() {
    let with = |ethernet, version, action| {
        let flow = Flow { ethernet: Some(ethernet), version, action, ..flow(Vec::new()) };
        policy(&site(), flow)
    };
    let ip = |ethertype| Ethernet { ethertype: Some(ethertype), ..Ethernet::default() };
    let v6 = with(ip(0x86dd), None, Forwarding::Accept);
    assert_eq!(v6.rules[0].version, Some(IpVersion::V6));
    assert_eq!(v6.notes, []);

    let mac = Ethernet { source_mac_address: Some([2; 6]), ..ip(0x0800) };
    for (ethernet, version) in [(mac, None), (ip(0x888e), None), (ip(0x0800), Some(IpVersion::V6))]
    {
        let accepting = with(ethernet, version, Forwarding::Accept);
        assert_eq!(accepting.rules, []);
        assert_eq!(accepting.notes[0].reason, Reason::Ethernet);
        let dropping = with(ethernet, version, Forwarding::Drop);
        assert_eq!(dropping.rules.len(), 1, "dropped without the condition");
    }
}

/// RFC 8520, 3.9: conditions that are not known are passed over, which is said.
#[test]
fn unknown_conditions_are_noted() {
    let policy = policy(&site(), Flow { partial: true, ..flow(Vec::new()) });
    assert_eq!(policy.rules.len(), 1);
    assert_eq!(policy.notes[0].to_string(), "ace: has a condition that is not known");
}

/// The network's services come first, and for confined devices, too.
#[test]
fn services_come_first() {
    let dns = Rule::opening("dns", Peer::Under(vec![net("192.0.2.2/32")]), Transport::Protocol(17));
    let site = Site { services: vec![dns.clone()], ..site() };
    assert_eq!(policy(&site, flow(Vec::new())).rules[0], dns);
    let server = Peer::Name(HostName::new("update.example").unwrap());
    let Access::UpdateOnly(policy) = site.update_only(server.clone(), Transport::Any) else {
        panic!("not confined")
    };
    assert_eq!(policy.rules, [dns, Rule::opening("update server", server, Transport::Any)]);
}

/// RFC 1035, 2.3.4: sizes of labels and names; no character that is not of a host's name.
#[test]
fn host_names() {
    let label = "a".repeat(63);
    let longest = [label.as_str(), &label, &label, &"a".repeat(61)].join(".");
    for good in ["a", "A.example.", "_coap._udp.example", "xn--nxasmq6b.example", &longest] {
        assert!(HostName::new(good).is_ok(), "{good}");
    }
    assert_eq!(HostName::new("A.Example.").unwrap().as_str(), "a.example");
    let (long_label, too_long) = ("a".repeat(64), format!("{longest}a"));
    for bad in ["", ".", "a..b", ".a", "a b", "a\"", "ä.example", "a..", &long_label, &too_long] {
        assert_eq!(HostName::new(bad), Err(InvalidName), "{bad}");
    }
}

#[test]
fn device_names() {
    assert_eq!(DeviceName::new("Lamp-1_a.b").unwrap().as_str(), "Lamp-1_a.b");
    assert!(DeviceName::new(&"a".repeat(64)).is_ok());
    for bad in ["", "a b", "a;b", "a\n", "é", &"a".repeat(65)] {
        assert_eq!(DeviceName::new(bad), Err(InvalidName), "{bad}");
    }
}

#[test]
fn hardware_addresses() {
    for good in ["02:00:5e:00:53:0a", "02-00-5E-00-53-0A"] {
        assert_eq!(good.parse::<HardwareAddress>().unwrap().to_string(), "02:00:5e:00:53:0a");
    }
    for bad in ["", "02:00:5e:00:53", "02:00:5e:00:53:0a:01", "2:0:5e:0:53:a", "+2:00:5e:00:53:0a"]
    {
        assert_eq!(bad.parse::<HardwareAddress>(), Err(InvalidName), "{bad}");
    }
}

/// A condition on a field that is not judged: nothing is accepted for it, and a drop drops all.
#[test]
fn fields_that_are_not_judged_let_nobody_through() {
    let fields = BTreeSet::from([Field::Dscp(46)]);
    for (action, rules) in [(Forwarding::Accept, 0), (Forwarding::Drop, 1)] {
        let policy = policy(&site(), Flow { action, fields: &fields, ..flow(Vec::new()) });
        assert_eq!(policy.notes[0].reason, Reason::Field);
        assert_eq!(policy.rules.len(), rules);
    }
}
