//! What each rule of a policy comes to, read from the ruleset's text.

use super::{Action, CompileError, Ruleset, compile};
use crate::network::policy::{
    Access, Device, DeviceName, Direction, Forwarding, HostName, IpVersion, Peer, Policy, Ports,
    Rule, Site, Transport,
};
use ipnet::IpNet;
use proptest::prelude::*;
use serde_json::Value;
use std::io;
use std::net::IpAddr;

const LAMP: &str = "192.0.2.10";
const LAMP_V6: &str = "2001:db8::10";

fn lamp(access: Access) -> Device {
    let addresses = vec![LAMP.parse().unwrap(), LAMP_V6.parse().unwrap()];
    Device { name: DeviceName::new("lamp").unwrap(), addresses, hardware: None, access }
}

fn allowed(rules: Vec<Rule>) -> Device {
    lamp(Access::Allowed(Policy { rules, notes: Vec::new() }))
}

fn resolve(_: &HostName) -> io::Result<Vec<IpAddr>> {
    Ok(vec!["203.0.113.20".parse().unwrap(), "2001:db8:c::1".parse().unwrap()])
}

fn ruleset(device: Device) -> Ruleset {
    compile(&[device], resolve).unwrap()
}

/// The rules of one chain and of the policy that it leads to, without those that every device with a policy has
/// at its end.
fn chain(ruleset: &Ruleset, name: &str) -> Vec<String> {
    let rules = ruleset.chains[name].rules.iter().flat_map(|rule| match &rule.action {
        Action::Jump(policy) => ruleset.chains[policy].rules.iter().collect(),
        _ => vec![rule],
    });
    let common = ["errors about what is allowed", "not in its MUD file"];
    let rules = rules.map(ToString::to_string);
    rules.filter(|rule| !common.iter().any(|words| rule.contains(words))).collect()
}

fn name(name: &str) -> Peer {
    Peer::Name(HostName::new(name).unwrap())
}

fn under(prefixes: &[&str]) -> Peer {
    Peer::Under(prefixes.iter().map(|prefix| prefix.parse().unwrap()).collect())
}

fn tcp(port: u16, initiated: Option<Direction>) -> Transport {
    Transport::Tcp { source: Ports::Any, destination: Ports::one(port), initiated }
}

fn udp(port: u16) -> Transport {
    Transport::Udp { source: Ports::Any, destination: Ports::one(port) }
}

/// RFC 8520, 4.8: packets of connections that the device opened, and the answers to them.
#[test]
fn from_device_tcp_to_a_name() {
    let rule = Rule::opening("cloud", name("c.example"), tcp(443, Some(Direction::FromDevice)));
    let ruleset = ruleset(allowed(vec![rule]));
    assert_eq!(
        chain(&ruleset, "from_lamp"),
        [
            "tcp dport 443 ip daddr @v4.c.example ct state new,established ct direction original \
             counter goto admit comment \"cloud\"",
            "tcp dport 443 ip6 daddr @v6.c.example ct state new,established ct direction original \
             counter goto admit comment \"cloud\"",
        ]
    );
    assert_eq!(
        chain(&ruleset, "to_lamp"),
        [
            "tcp sport 443 ip saddr @v4.c.example ct state established ct direction reply counter \
             accept comment \"cloud\"",
            "tcp sport 443 ip6 saddr @v6.c.example ct state established ct direction reply counter \
             accept comment \"cloud\"",
        ]
    );
}

/// RFC 8520, 4.8: `to-device` means that the peer alone opens.
#[test]
fn to_device_tcp_opened_by_the_peer() {
    let transport = tcp(8443, Some(Direction::ToDevice));
    let opening = Rule::opening("hub", under(&["192.0.2.2/32"]), transport);
    let ruleset = ruleset(allowed(vec![Rule { direction: Direction::ToDevice, ..opening }]));
    assert_eq!(
        chain(&ruleset, "to_lamp"),
        ["tcp dport 8443 ip saddr 192.0.2.2/32 ct state new,established ct direction original \
          counter accept comment \"hub\""]
    );
    assert_eq!(
        chain(&ruleset, "from_lamp"),
        ["tcp sport 8443 ip daddr 192.0.2.2/32 ct state established ct direction reply counter \
          goto admit comment \"hub\""]
    );
}

/// RFC 8520, 4.8: packets of connections that the other side opened are answers, and open nothing.
#[test]
fn answers_alone_open_nothing() {
    let transport = tcp(443, Some(Direction::ToDevice));
    let ruleset =
        ruleset(allowed(vec![Rule::opening("answer", under(&["192.0.2.2/32"]), transport)]));
    assert_eq!(
        chain(&ruleset, "from_lamp"),
        ["tcp dport 443 ip daddr 192.0.2.2/32 ct state established ct direction reply counter \
          goto admit comment \"answer\""]
    );
    assert_eq!(chain(&ruleset, "to_lamp"), [""; 0]);
}

/// A file that states both ways, as most do, makes no rule twice.
#[test]
fn stated_answers_are_not_doubled() {
    let there = Rule::opening("there", name("c.example"), tcp(443, Some(Direction::FromDevice)));
    let back = Rule {
        direction: Direction::ToDevice,
        transport: Transport::Tcp {
            source: Ports::one(443),
            destination: Ports::Any,
            initiated: Some(Direction::FromDevice),
        },
        ..Rule::opening("there", name("c.example"), Transport::Any)
    };
    let alone = ruleset(allowed(vec![there.clone()]));
    assert_eq!(ruleset(allowed(vec![there, back])), alone);
}

/// RFC 8519: UDP ports, a range and all but one; no opener is said, so either way may begin.
#[test]
fn udp_both_ways() {
    let transport = Transport::Udp { source: Ports::Not(7), destination: Ports::Range(100, 200) };
    let rule =
        Rule { version: Some(IpVersion::V6), ..Rule::opening("udp", name("c.example"), transport) };
    let back = Rule { direction: Direction::ToDevice, ..rule.clone() };
    let ruleset = ruleset(allowed(vec![rule, back]));
    assert_eq!(
        chain(&ruleset, "from_lamp"),
        [
            "udp sport != 7 udp dport 100-200 ip6 daddr @v6.c.example ct state new,established \
             counter goto admit comment \"udp\"",
            "udp dport != 7 udp sport 100-200 ip6 daddr @v6.c.example ct state established ct \
             direction reply counter goto admit comment \"udp\"",
        ]
    );
}

/// `local-networks` and other classes become prefixes; nftables refuses those that overlap.
#[test]
fn prefixes_are_made_disjoint() {
    let local = under(&["192.0.2.64/26", "192.0.2.9/24", "10.0.0.0/8", "fe80::/10"]);
    let ruleset = ruleset(allowed(vec![Rule::opening("local", local, udp(5353))]));
    let rules = chain(&ruleset, "from_lamp");
    assert!(rules[0].starts_with("udp dport 5353 ip daddr { 10.0.0.0/8, 192.0.2.0/24 } "));
    assert!(rules[1].starts_with("udp dport 5353 ip6 daddr fe80::/10 "));
}

/// All conditions of a rule must hold: a peer under a prefix that has the name, and the device's own prefix.
#[test]
fn all_conditions_hold_together() {
    let rule = Rule {
        peers: vec![under(&["203.0.113.0/24"]), name("c.example")],
        device: Some("192.0.2.0/24".parse().unwrap()),
        ..Rule::opening("both", name("c.example"), Transport::Protocol(47))
    };
    let ruleset = ruleset(allowed(vec![rule]));
    assert_eq!(
        chain(&ruleset, "from_lamp"),
        ["meta \
          l4proto 47 ip daddr 203.0.113.0/24 ip daddr @v4.c.example ip saddr 192.0.2.0/24 ct state new,established counter goto admit comment \"both\""]
    );
    let answers = chain(&ruleset, "to_lamp");
    assert!(answers[0].contains("ip saddr @v4.c.example ip daddr 192.0.2.0/24"), "{answers:?}");
}

/// A class without members lets nobody through, rather than everybody.
#[test]
fn nobody_is_not_anybody() {
    let nobody = Rule::opening("nobody", under(&[]), udp(53));
    let ruleset = ruleset(allowed(vec![nobody]));
    assert_eq!(chain(&ruleset, "from_lamp"), [""; 0]);
    assert_eq!(chain(&ruleset, "to_lamp"), [""; 0]);
}

/// A rule without a peer is for whoever, in the versions of IP that it says.
#[test]
fn anyone_in_one_version() {
    let mut rule = Rule::opening("ping", under(&[]), Transport::Icmp { kind: Some(8), code: None });
    rule.peers.clear();
    rule.version = Some(IpVersion::V4);
    let ruleset = ruleset(allowed(vec![rule]));
    assert_eq!(
        chain(&ruleset, "from_lamp"),
        [
            "icmp type 8 meta nfproto ipv4 ct state new,established counter goto admit comment \"ping\""
        ]
    );
    assert_eq!(
        chain(&ruleset, "to_lamp"),
        ["icmp type 0 meta nfproto ipv4 ct state established ct direction reply counter \
          accept comment \"ping\""]
    );
}

/// RFC 8519: entries are tried in their order; `drop` and `reject` drop every packet, whoever opened, and
/// say nothing about answers.
#[test]
fn drops_keep_their_place() {
    let drop = Rule {
        action: Forwarding::Drop,
        ..Rule::opening("no", under(&["192.0.2.66/32"]), Transport::Any)
    };
    let reject = Rule { action: Forwarding::Reject, ..drop.clone() };
    let accept = Rule::opening("yes", under(&["0.0.0.0/0"]), Transport::Any);
    let ruleset = ruleset(allowed(vec![drop, reject, accept]));
    let rules = chain(&ruleset, "from_lamp");
    assert_eq!(rules[0], "ip daddr 192.0.2.66/32 counter drop comment \"no\"");
    assert_eq!(
        rules[1],
        "ip daddr 192.0.2.66/32 counter reject with icmpx admin-prohibited comment \"no\""
    );
    assert!(rules[2].ends_with("goto admit comment \"yes\""));
    assert_eq!(
        chain(&ruleset, "to_lamp"),
        [
            "ip saddr 192.0.2.66/32 ct direction reply counter drop comment \"no\"",
            "ip saddr 0.0.0.0/0 ct state established ct direction reply counter accept comment \"yes\"",
        ],
        "what is dropped is not answered, either"
    );
}

/// What no rule accepts is dropped, by the base chain and at the end of each device's chains.
#[test]
fn all_else_is_dropped() {
    let text = ruleset(allowed(Vec::new())).to_string();
    assert!(text.contains("type filter hook forward priority filter; policy drop;"));
    assert_eq!(text.matches("counter drop comment \"not in its MUD file\"").count(), 2);
    assert_eq!(text.matches("192.0.2.10 : goto from_lamp").count(), 1);
    assert_eq!(text.matches("2001:db8::10 : goto to_lamp").count(), 1);
}

#[test]
fn update_only_allows_the_update_server_alone() {
    let access =
        Site::default().update_only(name("update.example"), tcp(443, Some(Direction::FromDevice)));
    let ruleset = ruleset(lamp(access));
    for (chain_name, verdict) in [("from_lamp", "goto admit"), ("to_lamp", "accept")] {
        let rules = chain(&ruleset, chain_name);
        let [v4, v6, last] = rules.as_slice() else { panic!("{rules:?}") };
        assert!(v4.contains("@v4.update.example") && v4.contains(verdict));
        assert!(v6.contains("@v6.update.example") && v6.contains(verdict));
        assert_eq!(last, "counter drop comment \"confined to its update server\"");
    }
}

/// Nothing passes, the packets of connections that stood before and errors about them included.
#[test]
fn quarantine_is_one_rule() {
    let ruleset = ruleset(lamp(Access::Quarantined));
    for name in ["from_lamp", "to_lamp"] {
        assert_eq!(chain(&ruleset, name), ["counter drop comment \"quarantined\""]);
    }
}

/// Each name is resolved once, for all devices, and each version of IP has a set of its own.
#[test]
fn names_become_sets() {
    let rules = || {
        vec![Rule::opening("a", name("B.example."), udp(1)), {
            Rule::opening("a", name("b.example"), udp(2))
        }]
    };
    let mut asked = Vec::new();
    let other = Device {
        name: DeviceName::new("other").unwrap(),
        addresses: vec!["192.0.2.11".parse().unwrap()],
        ..allowed(rules())
    };
    let ruleset = compile(&[allowed(rules()), other], |name| {
        asked.push(name.to_string());
        Ok(vec!["203.0.113.20".parse().unwrap(), "203.0.113.20".parse().unwrap()])
    })
    .unwrap();
    assert_eq!(asked, ["b.example"]);
    let text = ruleset.to_string();
    assert!(
        text.contains("set v4.b.example {\n\t\ttype ipv4_addr\n\t\telements = { 203.0.113.20 }")
    );
    assert!(text.contains("set v6.b.example {\n\t\ttype ipv6_addr\n\t}"));
}

#[test]
fn bad_devices_are_refused() {
    let quarantined = lamp(Access::Quarantined);
    let error = |devices: &[Device]| compile(devices, resolve).unwrap_err();
    let other = Device { name: DeviceName::new("other").unwrap(), ..quarantined.clone() };
    assert!(matches!(
        error(&[quarantined.clone(), quarantined.clone()]),
        CompileError::SameName(_)
    ));
    assert!(matches!(error(&[quarantined.clone(), other]), CompileError::SameAddress(_)));
    let nowhere = Device { addresses: Vec::new(), ..quarantined };
    assert!(matches!(error(&[nowhere]), CompileError::NoAddress(_)));
}

#[test]
fn names_that_do_not_resolve_are_refused() {
    let device = || allowed(vec![Rule::opening("a", name("gone.example"), udp(1))]);
    let error = compile(&[device()], |_| Err(io::ErrorKind::TimedOut.into())).unwrap_err();
    assert_eq!(error.to_string(), "can't resolve `gone.example`: timed out");
    let long = ["a", "b", "c", "d"].map(|letter| letter.repeat(63));
    let long = allowed(vec![Rule::opening("a", name(&long.join(".")[..253]), udp(1))]);
    assert!(matches!(compile(&[long], resolve), Err(CompileError::LongName(_))));
}

/// The JSON begins by taking the place of the table, and adds nothing but to that table.
#[test]
fn json_is_one_transaction() {
    let rule = Rule::opening("cloud", name("c.example"), tcp(443, None));
    let value: Value = serde_json::from_str(&ruleset(allowed(vec![rule])).to_json()).unwrap();
    let commands = value["nftables"].as_array().unwrap();
    for (command, verb) in commands.iter().zip(["add", "delete", "add"]) {
        assert_eq!(command[verb]["table"]["name"], "hexad");
    }
    for command in commands.iter().skip(3) {
        let added = command["add"].as_object().unwrap().values().next().unwrap();
        assert_eq!(added["table"], "hexad");
    }
}

/// The order in which devices, addresses and prefixes are given changes nothing.
#[test]
fn output_is_deterministic() {
    let device = |own: &str, prefixes: &[&str], address: &[&str]| Device {
        name: DeviceName::new(own).unwrap(),
        addresses: address.iter().map(|address| address.parse().unwrap()).collect(),
        ..allowed(vec![Rule::opening("x", under(prefixes), udp(1)), {
            Rule::opening("y", name(&format!("{own}.example")), udp(1))
        }])
    };
    let one = [
        device("a", &["10.0.0.0/8", "192.0.2.0/24"], &["192.0.2.1", "2001:db8::1"]),
        device("b", &["::/0"], &["192.0.2.2"]),
    ];
    let other = [
        device("b", &["::/0", "::/0"], &["192.0.2.2"]),
        device("a", &["192.0.2.0/24", "10.0.0.0/8"], &["2001:db8::1", "192.0.2.1"]),
    ];
    let swapped = |name: &HostName| resolve(name).map(|list| list.into_iter().rev().collect());
    let (one, other) = (compile(&one, resolve).unwrap(), compile(&other, swapped).unwrap());
    assert_eq!(one.to_json(), other.to_json());
    assert_eq!(one.to_string(), other.to_string());
}

/// A ruleset in which policies are not named after what they say.
fn nameless(text: &str) -> String {
    let mut parts = text.split("allow_");
    let mut nameless = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (way, rest) = part.split_once('_').unwrap();
        assert!(rest.bytes().take(16).all(|b| b.is_ascii_hexdigit()));
        nameless += &format!("allow_{way}{}", &rest[16..]);
    }
    nameless
}

/// A value with its strings left out.
fn shape(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(items) => {
            items.iter().map(|(key, value)| (key.clone(), shape(value))).collect()
        }
        Value::String(_) => Value::Null,
        other => other.clone(),
    }
}

proptest! {
    /// Text of a MUD file shows up in comments alone, and can't end a string, a line or a rule there.
    #[test]
    fn text_can_not_inject(
        words in prop_oneof![any::<String>(), r#"[";{}\\#\n@$()a-z ]{0,300}"#],
        prefix in any::<[u8; 4]>(),
    ) {
        let prefix = Peer::Under(vec![IpNet::from(IpAddr::from(prefix))]);
        let with = |name: &str| {
            ruleset(allowed(vec![Rule::opening(name, prefix.clone(), udp(1))]))
        };
        let (plain, hostile) = (with("plain"), with(&words));
        let (plain, text) = (nameless(&plain.to_string()), nameless(&hostile.to_string()));
        prop_assert_eq!(plain.lines().count(), text.lines().count());
        for (plain, line) in plain.lines().zip(text.lines()) {
            match plain.split_once("comment \"plain\"") {
                None => prop_assert_eq!(plain, line),
                Some((before, _)) => {
                    let comment = line.strip_prefix(before).and_then(|rest| {
                        rest.strip_prefix("comment \"")?.strip_suffix('"')
                    });
                    let comment = comment.unwrap();
                    prop_assert!(comment.len() <= 120);
                    let plain = |b: u8| b.is_ascii_alphanumeric() || b" -_.:/".contains(&b);
                    prop_assert!(comment.bytes().all(plain));
                }
            }
        }
        let json = hostile.to_json();
        // In JSON the words are one string or none: the commands are as many, and of the same shape.
        let parsed: Value = serde_json::from_str(&json).unwrap();
        let plain: Value = serde_json::from_str(&with("plain").to_json()).unwrap();
        prop_assert_eq!(shape(&parsed), shape(&plain));
    }

    /// A name is either refused or harmless as the name of a chain or a set.
    #[test]
    fn names_are_harmless(words in prop_oneof![any::<String>(), r"[a-zA-Z0-9._\-]{0,70}"]) {
        let harmless = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if let Ok(name) = DeviceName::new(&words) {
            prop_assert!(name.as_str().bytes().all(harmless) && name.as_str().len() <= 64);
        }
        if let Ok(name) = HostName::new(&words) {
            prop_assert!(name.as_str().bytes().all(harmless) && name.as_str().len() <= 253);
        }
    }
}
