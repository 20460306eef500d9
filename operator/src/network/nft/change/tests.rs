//! What is said to change is what changes; `tests/netns` makes the changes in the kernel.

use crate::network::nft::{Compiler, Ruleset, Table, compile};
use crate::network::policy::{
    Access, Device, DeviceName, HostName, Peer, Policy, Ports, Rule, Transport,
};
use std::net::IpAddr;

fn device(name: &str, address: &str, ports: &[u16]) -> Device {
    let cloud = || Peer::Name(HostName::new("c.example").unwrap());
    let udp = |port: &u16| Transport::Udp { source: Ports::Any, destination: Ports::one(*port) };
    let rules = ports.iter().map(|port| Rule::opening("cloud", cloud(), udp(port))).collect();
    Device {
        name: DeviceName::new(name).unwrap(),
        addresses: vec![address.parse().unwrap()],
        hardware: None,
        access: Access::Allowed(Policy { rules, notes: Vec::new() }),
    }
}

fn ruleset(devices: &[Device], cloud: &[&str]) -> Ruleset {
    let cloud: Vec<IpAddr> = cloud.iter().map(|address| address.parse().unwrap()).collect();
    compile(devices, |_| Ok(cloud.clone())).unwrap()
}

/// One port more: the device gets another policy, told as the rules that it has more, and no command is about
/// any other device.
#[test]
fn a_policy_changes_the_chains_of_its_device() {
    let lamp = device("lamp", "192.0.2.11", &[1]);
    let hub = |ports| device("hub", "192.0.2.10", ports);
    let before = ruleset(&[hub(&[1]), lamp.clone()], &["203.0.113.20"]);
    let after = ruleset(&[hub(&[1, 2]), lamp], &["203.0.113.20"]);
    let changes = after.changes_from(&before).unwrap();
    let chains: Vec<_> = changes.chains().collect();
    let [from, to, "from_hub", "to_hub"] = chains.as_slice() else { panic!("{chains:?}") };
    let (old_from, old_to) = (policy(&before, "from_hub"), policy(&before, "to_hub"));
    let rules = changes.to_string().lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        rules,
        [
            format!("+ chain {from}"),
            format!("    in place of {old_from}"),
            "+   udp dport 2 ip daddr @v4.c.example ct state new,established counter goto admit comment \"cloud\"".into(),
            "+   udp dport 2 ip6 daddr @v6.c.example ct state new,established counter goto admit comment \"cloud\"".into(),
            format!("+ chain {to}"),
            format!("    in place of {old_to}"),
            "+   udp sport 2 ip saddr @v4.c.example ct state established ct direction reply counter accept comment \"cloud\"".into(),
            "+   udp sport 2 ip6 saddr @v6.c.example ct state established ct direction reply counter accept comment \"cloud\"".into(),
            "  chain from_hub".into(),
            format!("-   jump {old_from}"),
            format!("+   jump {from}"),
            "  chain to_hub".into(),
            format!("-   jump {old_to}"),
            format!("+   jump {to}"),
        ]
    );
    assert!(!changes.to_json().contains("lamp"));
    let back = before.changes_from(&after).unwrap();
    assert!(
        back.to_json()
            .contains(&format!(r#"{{"delete":{{"chain":{{"family":"inet","name":"{from}""#))
    );
}

/// The policy that a device's chain leads to.
fn policy(ruleset: &Ruleset, chain: &str) -> String {
    super::policy_of(&ruleset.chains[chain]).unwrap().to_owned()
}

/// Devices and addresses come and go by elements; what leads to a chain goes before the chain does.
#[test]
fn devices_and_addresses_are_elements() {
    let hub = device("hub", "192.0.2.10", &[1]);
    let before = ruleset(&[hub.clone(), device("lamp", "192.0.2.11", &[1])], &["203.0.113.20"]);
    let after = ruleset(&[hub], &["203.0.113.20", "203.0.113.21"]);
    let changes = after.changes_from(&before).unwrap();
    let text = changes.to_string();
    for line in [
        "+   203.0.113.21",
        "-   192.0.2.11 : goto from_lamp",
        "-   192.0.2.11 : goto to_lamp",
        "- chain from_lamp",
        "- chain to_lamp",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} in\n{text}");
    }
    let json = changes.to_json();
    let place = |text: &str| json.find(text).unwrap();
    assert!(place(r#"{"delete":{"element""#) < place(r#"{"delete":{"chain""#));
    assert!(!json.contains("203.0.113.20\""), "what stays is not touched");
}

#[test]
fn the_same_ruleset_changes_nothing() {
    let one = || ruleset(&[device("hub", "192.0.2.10", &[1])], &["203.0.113.20"]);
    let (before, after) = (one(), one());
    let changes = after.changes_from(&before).unwrap();
    assert!(changes.is_empty() && changes.to_string().is_empty());
}

/// Another table, or sets of another kind, can't be changed but only replaced.
#[test]
fn some_rulesets_are_replaced() {
    let devices = [device("hub", "192.0.2.10", &[1])];
    let fixed = ruleset(&devices, &["203.0.113.20"]);
    let learned = Compiler::default().compile_learning(&devices).unwrap();
    assert!(learned.changes_from(&fixed).is_none());
    let other = Compiler::default().table(Table::new("other").unwrap());
    let other = other.compile_learning(&devices).unwrap();
    assert!(other.changes_from(&learned).is_none());
    for bad in ["", "a-b", "1a", "a b", &"a".repeat(33)] {
        assert!(Table::new(bad).is_err(), "{bad}");
    }
}
