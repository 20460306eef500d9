//! The ruleset in libnftables' JSON (libnftables-json(5)): what `nft -j -f -` reads.
//!
//! Every value that stands in it has a type whose characters are known, and is written as JSON by a library:
//! there is no text in which a name could end a word and begin another.

use ipnet::IpNet;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{
    Action, Addresses, Chain, Hook, LOG_BURST, LOG_RATE, MAX_ADDRESSES, MapName, Match, Ports,
    Rule, Ruleset, Set, SetName, Side, Table, Version,
};

impl Ruleset {
    /// The ruleset as one transaction in libnftables' JSON: what `nft -j -f -` reads. It takes the place of
    /// the table of the same name if there is one.
    #[must_use]
    pub fn to_json(&self) -> String {
        transaction(self.replacing())
    }

    /// The commands that put the ruleset in the place of the one of the same table, if there is one.
    pub(crate) fn replacing(&self) -> Vec<Value> {
        let mut commands = self.table.removal();
        commands.push(add("table", self.table.object()));
        for (name, set) in &self.sets {
            commands.extend(set.additions(&self.table, name));
        }
        for name in self.maps.keys() {
            commands.push(add("map", name.object(&self.table)));
        }
        for (name, chain) in &self.chains {
            commands.push(chain.addition(&self.table, name));
        }
        for (name, chain) in &self.chains {
            commands.extend(chain.rules.iter().map(|rule| rule.addition(&self.table, name)));
        }
        for (name, entries) in &self.maps {
            commands
                .extend(name.entries(&self.table, entries).map(|entries| add("element", entries)));
        }
        commands
    }
}

/// The commands in the frame that `nft` reads them in.
pub(crate) fn transaction(commands: Vec<Value>) -> String {
    json!({ "nftables": commands }).to_string()
}

pub(super) fn add(kind: &str, object: Value) -> Value {
    json!({ "add": { kind: object } })
}

pub(super) fn delete(kind: &str, object: Value) -> Value {
    json!({ "delete": { kind: object } })
}

/// An object with more in it.
fn with(mut object: Value, more: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    object
}

impl Table {
    /// The commands after which there is no such table. The first makes sure that there is one to delete.
    pub(crate) fn removal(&self) -> Vec<Value> {
        vec![add("table", self.object()), delete("table", self.object())]
    }

    fn object(&self) -> Value {
        json!({ "family": "inet", "name": self.as_str() })
    }

    /// A thing of this name in the table.
    pub(super) fn named(&self, name: &str) -> Value {
        json!({ "family": "inet", "table": self.as_str(), "name": name })
    }

    fn elements(&self, of: &str, elements: Vec<Value>) -> Option<Value> {
        (!elements.is_empty()).then(
            || json!({ "family": "inet", "table": self.as_str(), "name": of, "elem": elements }),
        )
    }
}

impl SetName {
    /// The set in the version of IP of `address`.
    pub(super) fn holding(name: &super::HostName, address: &IpAddr) -> Self {
        Self(Version::of(address), name.clone())
    }

    /// These addresses as elements of the set; `None` if there are none.
    pub(super) fn elements<'a>(
        &self,
        table: &Table,
        addresses: impl IntoIterator<Item = &'a IpAddr>,
    ) -> Option<Value> {
        let elements = addresses.into_iter().map(|address| json!(address.to_string()));
        table.elements(&self.to_string(), elements.collect())
    }

    /// The address as an element that stays for so many seconds.
    fn timed(&self, table: &Table, address: &IpAddr, seconds: u32) -> Option<Value> {
        let element = json!({ "elem": { "val": address.to_string(), "timeout": seconds } });
        table.elements(&self.to_string(), vec![element])
    }
}

impl Table {
    /// The commands after which the sets of `name` hold these addresses for so many seconds, whether they
    /// held them before or not.
    pub(crate) fn learn(
        &self,
        name: &super::HostName,
        addresses: &BTreeMap<IpAddr, u32>,
    ) -> Vec<Value> {
        let renewed = addresses.iter().flat_map(|(address, &seconds)| {
            let set = SetName::holding(name, address);
            // An element keeps the timeout that it has: it has to go and come again. To go it has to be there.
            let plain = set.elements(self, [address]);
            let there = plain.clone().map(|element| add("element", element));
            let gone = plain.map(|element| delete("element", element));
            let timed = set.timed(self, address, seconds).map(|element| add("element", element));
            [there, gone, timed]
        });
        renewed.flatten().collect()
    }
}

impl Set {
    pub(super) fn additions(&self, table: &Table, name: &SetName) -> Vec<Value> {
        let kind = ("type", json!(name.0.address_type()));
        let set = with(table.named(&name.to_string()), [kind]);
        match self {
            Self::Fixed(addresses) => {
                let elements = name.elements(table, addresses);
                let elements = elements.map(|elements| add("element", elements));
                [add("set", set)].into_iter().chain(elements).collect()
            }
            Self::Learned => {
                let bounded = [("flags", json!(["timeout"])), ("size", json!(MAX_ADDRESSES))];
                vec![add("set", with(set, bounded))]
            }
        }
    }
}

impl MapName {
    fn object(self, table: &Table) -> Value {
        let kinds = [("type", json!(self.1.address_type())), ("map", json!("verdict"))];
        with(table.named(&self.to_string()), kinds)
    }

    /// The entries as elements of the map; `None` if there are none.
    pub(super) fn entries<'a>(
        self,
        table: &Table,
        entries: impl IntoIterator<Item = (&'a IpAddr, &'a String)>,
    ) -> Option<Value> {
        let entries = entries
            .into_iter()
            .map(|(address, chain)| json!([address.to_string(), { "goto": { "target": chain } }]));
        table.elements(&self.to_string(), entries.collect())
    }
}

impl Chain {
    pub(super) fn addition(&self, table: &Table, name: &str) -> Value {
        let base = match self.hook {
            Hook::None => return add("chain", table.named(name)),
            Hook::Forward => [("hook", json!("forward")), ("policy", json!("drop"))],
            Hook::Input => [("hook", json!("input")), ("policy", json!("accept"))],
        };
        let filter = [("type", json!("filter")), ("prio", json!(0))];
        let chain = with(table.named(name), filter.into_iter().chain(base));
        add("chain", chain)
    }
}

impl Rule {
    pub(super) fn addition(&self, table: &Table, chain: &str) -> Value {
        let mut statements: Vec<_> = self.matches.iter().map(Match::json).collect();
        if self.counts() {
            statements.push(json!({ "counter": { "packets": 0, "bytes": 0 } }));
        }
        statements.extend(self.action.json());
        let rule = json!({
            "family": "inet",
            "table": table.as_str(),
            "chain": chain,
            "expr": statements,
        });
        let comment = self.comment.as_ref().map(|comment| ("comment", json!(comment.0)));
        add("rule", with(rule, comment))
    }
}

impl Match {
    fn json(&self) -> Value {
        let (left, op, right) = match self {
            Self::Version(version) => (meta("nfproto"), "==", json!(version.nfproto())),
            Self::Address(side, addresses) => {
                (address(addresses.version(), *side), "==", addresses.json())
            }
            Self::Port(protocol, side, ports) => {
                let (op, right) = match ports {
                    Ports::Any => ("==", range(0, u16::MAX)),
                    Ports::Not(port) => ("!=", json!(port)),
                    Ports::Range(low, high) if low == high => ("==", json!(low)),
                    Ports::Range(low, high) => ("==", range(*low, *high)),
                };
                (field(protocol, side.port()), op, right)
            }
            Self::Protocol(number) => (meta("l4proto"), "==", json!(number)),
            Self::IcmpType(version, one) => (field(version.icmp(), "type"), "==", json!(one)),
            Self::IcmpCode(version, one) => (field(version.icmp(), "code"), "==", json!(one)),
            Self::State(states) => (ct("state"), "in", json!(states)),
            Self::Direction(way) => (ct("direction"), "==", json!(way.name())),
            Self::NotFrom(address) => (field("ether", "saddr"), "!=", json!(address.to_string())),
            Self::NeighbourDiscovery => (field("icmpv6", "type"), "==", range(133, 137)),
        };
        json!({ "match": { "op": op, "left": left, "right": right } })
    }
}

impl Addresses {
    fn json(&self) -> Value {
        match self {
            Self::Named(name) => json!(format!("@{name}")),
            Self::Under(_, prefixes) => {
                let prefix = |prefix: &IpNet| {
                    json!({ "prefix": {
                        "addr": prefix.network().to_string(),
                        "len": prefix.prefix_len(),
                    } })
                };
                // Each set without a name makes the next one slower to add.
                match prefixes.as_slice() {
                    [one] => prefix(one),
                    more => json!({ "set": more.iter().map(prefix).collect::<Vec<_>>() }),
                }
            }
        }
    }
}

impl Action {
    fn json(&self) -> Vec<Value> {
        let one = match self {
            Self::Accept => json!({ "accept": null }),
            Self::Drop => json!({ "drop": null }),
            Self::Reject => json!({ "reject": { "type": "icmpx", "expr": "admin-prohibited" } }),
            Self::Jump(chain) => json!({ "jump": { "target": chain } }),
            Self::Goto(chain) => json!({ "goto": { "target": chain } }),
            Self::Dispatch(map) => {
                let MapName(side, version) = *map;
                json!({ "vmap": { "key": address(version, side), "data": format!("@{map}") } })
            }
            Self::Log(prefix) => {
                let limit = json!({ "rate": LOG_RATE, "per": "second", "burst": LOG_BURST });
                return vec![json!({ "limit": limit }), json!({ "log": { "prefix": prefix.0 } })];
            }
        };
        vec![one]
    }
}

fn range(low: u16, high: u16) -> Value {
    json!({ "range": [low, high] })
}

fn meta(key: &str) -> Value {
    json!({ "meta": { "key": key } })
}

fn ct(key: &str) -> Value {
    json!({ "ct": { "key": key } })
}

fn address(version: Version, side: Side) -> Value {
    field(version.header(), side.address())
}

fn field(protocol: &str, field: &str) -> Value {
    json!({ "payload": { "protocol": protocol, "field": field } })
}
