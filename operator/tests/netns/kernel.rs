//! A ruleset in libnftables' JSON, run on one packet as the kernel would (libnftables-json(5), nft(8)).

use super::acl::{Packet, is_icmp};
use hexad_mud::flow::Direction;
use ipnet::IpNet;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The objects of a ruleset by their names.
pub(super) struct Kernel {
    chains: BTreeMap<String, Vec<Vec<Value>>>,
    /// Elements of sets and maps.
    elements: BTreeMap<String, Vec<Value>>,
}

impl Kernel {
    /// Takes a transaction that begins with no table.
    pub(super) fn load(json: &str) -> Self {
        let value: Value = serde_json::from_str(json).unwrap();
        let mut kernel = Self { chains: BTreeMap::new(), elements: BTreeMap::new() };
        for command in value["nftables"].as_array().unwrap() {
            let Some(added) = command["add"].as_object() else { continue };
            let (kind, object) = added.iter().next().unwrap();
            let text = |key: &str| object[key].as_str().unwrap().to_owned();
            match kind.as_str() {
                "chain" => drop(kernel.chains.insert(text("name"), Vec::new())),
                "set" | "map" => drop(kernel.elements.insert(text("name"), Vec::new())),
                "element" => {
                    let elements = object["elem"].as_array().unwrap().clone();
                    kernel.elements.get_mut(&text("name")).unwrap().extend(elements);
                }
                "rule" => {
                    let rule = object["expr"].as_array().unwrap().clone();
                    kernel.chains.get_mut(&text("chain")).unwrap().push(rule);
                }
                _ => {}
            }
        }
        kernel
    }

    /// Whether a packet that is forwarded passes; the policy is to drop.
    pub(super) fn passes(&self, packet: &Packet) -> bool {
        self.run("forward", packet).unwrap_or(false)
    }

    /// The verdict of a chain; `None` if it comes to its end.
    fn run(&self, chain: &str, packet: &Packet) -> Option<bool> {
        for rule in &self.chains[chain] {
            for statement in rule {
                let (kind, body) = statement.as_object().unwrap().iter().next().unwrap();
                match kind.as_str() {
                    "match" if self.matches(body, packet) => {}
                    "match" => break,
                    "accept" => return Some(true),
                    "drop" | "reject" => return Some(false),
                    "goto" => return self.run(body["target"].as_str().unwrap(), packet),
                    "jump" => {
                        if let Some(verdict) = self.run(body["target"].as_str().unwrap(), packet) {
                            return Some(verdict);
                        }
                    }
                    "vmap" => {
                        let map = &self.elements[&body["data"].as_str().unwrap()[1..]];
                        let key = field(&body["key"], packet);
                        let found = map.iter().find(|entry| Some(&entry[0]) == key.as_ref());
                        if let Some(entry) = found {
                            let chain = entry[1]["goto"]["target"].as_str().unwrap();
                            return self.run(chain, packet);
                        }
                    }
                    "counter" => {}
                    other => panic!("a statement {other}"),
                }
            }
        }
        None
    }

    fn matches(&self, body: &Value, packet: &Packet) -> bool {
        let Some(left) = field(&body["left"], packet) else { return false };
        let right = &body["right"];
        let equal = match right {
            Value::String(name) if name.starts_with('@') => {
                self.elements[&name[1..]].contains(&left)
            }
            Value::Array(words) => words.contains(&left),
            _ => holds(right, &left),
        };
        equal == (body["op"] != "!=")
    }
}

/// Whether a value is what an expression on the right says.
fn holds(right: &Value, left: &Value) -> bool {
    if let Some(items) = right["set"].as_array() {
        return items.iter().any(|item| holds(item, left));
    }
    if let Some(range) = right["range"].as_array() {
        let number = |value: &Value| value.as_u64().unwrap();
        return (number(&range[0])..=number(&range[1])).contains(&number(left));
    }
    if let Some(prefix) = right["prefix"].as_object() {
        let text = format!("{}/{}", prefix["addr"].as_str().unwrap(), prefix["len"]);
        let address: IpAddr = left.as_str().unwrap().parse().unwrap();
        return text.parse::<IpNet>().unwrap().contains(&address);
    }
    right == left
}

/// The value of an expression on the left; `None` if the packet has no such field.
fn field(left: &Value, packet: &Packet) -> Option<Value> {
    let (source, destination) = match packet.direction {
        Direction::FromDevice => (packet.device, packet.peer),
        Direction::ToDevice => (packet.peer, packet.device),
    };
    let ipv4 = packet.peer.is_ipv4();
    if let Some(key) = left["meta"]["key"].as_str() {
        return Some(match key {
            "nfproto" if ipv4 => "ipv4".into(),
            "nfproto" => "ipv6".into(),
            "l4proto" => packet.protocol.into(),
            other => panic!("meta {other}"),
        });
    }
    if let Some(key) = left["ct"]["key"].as_str() {
        return Some(match key {
            "state" if packet.established => "established".into(),
            "state" => "new".into(),
            "direction" if packet.reply => "reply".into(),
            "direction" => "original".into(),
            other => panic!("ct {other}"),
        });
    }
    let protocol = left["payload"]["protocol"].as_str().unwrap();
    let there = match protocol {
        "ip" => ipv4,
        "ip6" => !ipv4,
        "tcp" => packet.protocol == 6,
        "udp" => packet.protocol == 17,
        "icmp" => ipv4 && is_icmp(packet.protocol),
        "icmpv6" => !ipv4 && is_icmp(packet.protocol),
        other => panic!("payload {other}"),
    };
    let value = match left["payload"]["field"].as_str().unwrap() {
        "saddr" => source.to_string().into(),
        "daddr" => destination.to_string().into(),
        "sport" | "type" => packet.source.into(),
        "dport" | "code" => packet.destination.into(),
        other => panic!("field {other}"),
    };
    there.then_some(value)
}
