//! A table in force, read back so far that another ruleset can take its place without a moment in which
//! a packet finds its maps empty.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::{Chain, Hook, HostName, MapName, Ruleset, Set, SetName, Table, Version};

/// What is in force in a table.
pub(crate) struct InForce {
    /// Its sets, maps and chains. The rules are not read: each chain is one without rules here, so that it differs from
    /// any that is compiled, which all have some, and is written anew.
    pub(crate) ruleset: Ruleset,
    /// The addresses of names that are learned, and for how many seconds more they hold.
    pub(crate) learned: BTreeMap<HostName, BTreeMap<IpAddr, u32>>,
}

impl InForce {
    /// Reads the objects that `nft --json list table` lists. `None` if there is one that no ruleset of ours has.
    pub(crate) fn read(table: &Table, objects: &[Value]) -> Option<Self> {
        let (sets, maps, chains) = Default::default();
        let ruleset = Ruleset { table: table.clone(), sets, maps, chains };
        let mut read = Self { ruleset, learned: BTreeMap::new() };
        for object in objects {
            let (kind, body) = object.as_object()?.iter().next()?;
            match kind.as_str() {
                "chain" => read.chain(body)?,
                "set" => read.set(body)?,
                "map" => read.map(body)?,
                "metainfo" | "table" | "rule" => {}
                _ => return None,
            }
        }
        Some(read)
    }

    fn chain(&mut self, body: &Value) -> Option<()> {
        let text = |key: &str| body.get(key).and_then(Value::as_str);
        let based = (text("type"), text("policy"), body.get("prio").and_then(Value::as_i64));
        let hook = match (text("hook"), based) {
            (None, (None, None, None)) => Hook::None,
            (Some("forward"), (Some("filter"), Some("drop"), Some(0))) => Hook::Forward,
            (Some("input"), (Some("filter"), Some("accept"), Some(0))) => Hook::Input,
            _ => return None,
        };
        self.ruleset.chains.insert(text("name")?.to_owned(), Chain { hook, rules: Vec::new() });
        Some(())
    }

    fn set(&mut self, body: &Value) -> Option<()> {
        let (version, name) = body.get("name")?.as_str()?.split_once('.')?;
        let version = Version::BOTH.into_iter().find(|one| one.to_string() == version)?;
        let name = HostName::new(name).ok()?;
        if body.get("type")?.as_str()? != version.address_type() {
            return None;
        }
        let elements = elements(body);
        let set = match body.get("flags") {
            None => {
                let addresses = elements.iter().map(|one| one.as_str()?.parse().ok());
                Set::Fixed(addresses.collect::<Option<BTreeSet<IpAddr>>>()?)
            }
            Some(flags) if flags.as_array().is_some_and(|flags| *flags == ["timeout"]) => {
                for one in elements {
                    let one = one.get("elem")?;
                    let address = one.get("val")?.as_str()?.parse().ok()?;
                    let seconds = u32::try_from(one.get("expires")?.as_u64()?).ok()?;
                    self.learned.entry(name.clone()).or_default().insert(address, seconds);
                }
                Set::Learned
            }
            Some(_) => return None,
        };
        self.ruleset.sets.insert(SetName(version, name), set);
        Some(())
    }

    fn map(&mut self, body: &Value) -> Option<()> {
        let text = |key: &str| body.get(key).and_then(Value::as_str);
        let name =
            MapName::ALL.into_iter().find(|map| Some(map.to_string().as_str()) == text("name"))?;
        if text("type") != Some(name.1.address_type()) || text("map") != Some("verdict") {
            return None;
        }
        let entries = elements(body).iter().map(|entry| {
            let address = entry.get(0)?.as_str()?.parse().ok()?;
            Some((address, entry.pointer("/1/goto/target")?.as_str()?.to_owned()))
        });
        self.ruleset.maps.insert(name, entries.collect::<Option<_>>()?);
        Some(())
    }
}

fn elements(body: &Value) -> &[Value] {
    body.get("elem").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
