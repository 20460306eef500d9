//! What turns one ruleset in force into another, and nothing else.

#[cfg(test)]
mod tests;

use core::fmt;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::json::{add, delete, transaction};
use super::{Action, Chain, HostName, MapName, Ruleset, Set, SetName, Table, Version};

/// The difference between two rulesets of one table, and the one transaction that makes it. Chains that do
/// not change keep their counters, and sets that are filled while they are in force keep their addresses.
///
/// Its [`Display`](core::fmt::Display) is the difference for people: a line for each rule, address or
/// device, `+` before what comes and `-` before what goes. A policy that takes the place of another one is held against it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Changes<'r> {
    table: &'r Table,
    before: &'r Ruleset,
    sets: Vec<(&'r SetName, Option<&'r Set>, Option<&'r Set>)>,
    maps: Vec<Entries<'r>>,
    chains: Vec<(&'r str, Option<&'r Chain>, Option<&'r Chain>)>,
}

/// The entries of one map that go and come.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Entries<'r> {
    map: MapName,
    gone: Vec<(&'r IpAddr, &'r String)>,
    come: Vec<(&'r IpAddr, &'r String)>,
}

impl Ruleset {
    /// What has to change in the ruleset `before` to make it this one. `None` if it can't be changed into
    /// this one but only replaced: it is another table, one of the two learns its addresses and the other
    /// does not, or the kernel sends other packets into a chain of the same name.
    #[must_use]
    pub fn changes_from<'r>(&'r self, before: &'r Self) -> Option<Changes<'r>> {
        let learned = |set: &Set| matches!(set, Set::Learned);
        let same_kind = |(name, set): (_, &Set)| {
            before.sets.get(name).is_none_or(|old| learned(old) == learned(set))
        };
        let same_hook = |(name, chain): (_, &Chain)| {
            before.chains.get(name).is_none_or(|old| old.hook == chain.hook)
        };
        if self.table != before.table
            || !self.sets.iter().all(same_kind)
            || !self.chains.iter().all(same_hook)
        {
            return None;
        }
        let mut maps = Vec::new();
        for map in MapName::ALL {
            let (old, new) = (before.maps.get(&map), self.maps.get(&map));
            if let (Some(old), Some(new)) = (old, new) {
                let gone = old.iter().filter(|(at, chain)| new.get(at) != Some(chain)).collect();
                let come = new.iter().filter(|(at, chain)| old.get(at) != Some(chain)).collect();
                maps.push(Entries { map, gone, come });
            }
        }
        maps.retain(|entries| !(entries.gone.is_empty() && entries.come.is_empty()));
        Some(Changes {
            table: &self.table,
            before,
            sets: differing(&before.sets, &self.sets).collect(),
            maps,
            chains: differing(&before.chains, &self.chains)
                .map(|(name, old, new)| (name.as_str(), old, new))
                .collect(),
        })
    }
}

/// The keys whose values differ, with what they were and what they become.
fn differing<'r, K: Ord, V: PartialEq>(
    old: &'r BTreeMap<K, V>,
    new: &'r BTreeMap<K, V>,
) -> impl Iterator<Item = (&'r K, Option<&'r V>, Option<&'r V>)> {
    let changed = new.iter().map(|(key, value)| (key, old.get(key), Some(value)));
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key));
    let gone = gone.map(|(key, value)| (key, Some(value), None));
    changed.chain(gone).filter(|(_, old, new)| old != new)
}

impl Changes<'_> {
    /// Whether the rulesets are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.maps.is_empty() && self.chains.is_empty()
    }

    /// The names of the chains that come, go or change: which devices are concerned, and which way.
    pub fn chains(&self) -> impl Iterator<Item = &str> {
        self.chains.iter().map(|(name, ..)| *name)
    }

    /// The names whose sets come anew, to be filled with what is learned.
    pub(crate) fn names_to_learn(&self) -> impl Iterator<Item = &HostName> {
        let new =
            self.sets.iter().filter(|(_, old, new)| old.is_none() && *new == Some(&Set::Learned));
        new.filter(|(SetName(version, _), ..)| *version == Version::V4).map(|(name, ..)| &name.1)
    }

    /// The changes as one transaction in libnftables' JSON, for a gateway on which the ruleset from which
    /// they start is in force.
    #[must_use]
    pub fn to_json(&self) -> String {
        transaction(self.commands())
    }

    pub(crate) fn commands(&self) -> Vec<Value> {
        let table = self.table;
        let mut commands = Vec::new();
        // What leads to a chain or uses a set goes before it and comes after it.
        for Entries { map, gone, .. } in &self.maps {
            let elements = map.entries(table, gone.iter().copied());
            commands.extend(elements.map(|elements| delete("element", elements)));
        }
        for (name, old, new) in &self.sets {
            commands.extend(change_of_set(table, name, *old, *new));
        }
        for (name, old, new) in &self.chains {
            match (old, new) {
                (None, Some(chain)) => commands.push(chain.addition(table, name)),
                (Some(_), _) => commands.push(json!({ "flush": { "chain": table.named(name) } })),
                (None, None) => {}
            }
        }
        for (name, _, new) in &self.chains {
            let rules = new.map(|chain| chain.rules.as_slice()).unwrap_or_default();
            commands.extend(rules.iter().map(|rule| rule.addition(table, name)));
        }
        for Entries { map, come, .. } in &self.maps {
            let elements = map.entries(table, come.iter().copied());
            commands.extend(elements.map(|elements| add("element", elements)));
        }
        for (name, _, _) in self.chains.iter().filter(|(_, _, new)| new.is_none()) {
            commands.push(delete("chain", table.named(name)));
        }
        for (name, _, _) in self.sets.iter().filter(|(_, _, new)| new.is_none()) {
            commands.push(delete("set", table.named(&name.to_string())));
        }
        commands
    }
}

fn change_of_set(
    table: &Table,
    name: &SetName,
    old: Option<&Set>,
    new: Option<&Set>,
) -> Vec<Value> {
    match (old, new) {
        (None, Some(set)) => set.additions(table, name),
        (Some(Set::Fixed(old)), Some(Set::Fixed(new))) => {
            let gone = name.elements(table, old.difference(new));
            let come = name.elements(table, new.difference(old));
            let gone = gone.map(|elements| delete("element", elements));
            gone.into_iter().chain(come.map(|elements| add("element", elements))).collect()
        }
        _ => Vec::new(),
    }
}

impl fmt::Display for Changes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, old, new) in &self.sets {
            let addresses = |set: &Option<&Set>| match set {
                Some(Set::Fixed(addresses)) => addresses.clone(),
                Some(Set::Learned) | None => Default::default(),
            };
            let (before, after) = (addresses(old), addresses(new));
            mark(f, "set", name, (old.is_none(), new.is_none()))?;
            for address in before.difference(&after) {
                writeln!(f, "-   {address}")?;
            }
            for address in after.difference(&before) {
                writeln!(f, "+   {address}")?;
            }
        }
        for Entries { map, gone, come } in &self.maps {
            mark(f, "map", map, (false, false))?;
            for (sign, entries) in [('-', gone), ('+', come)] {
                for (address, chain) in entries {
                    writeln!(f, "{sign}   {address} : goto {chain}")?;
                }
            }
        }
        let earlier = self.earlier_policies();
        for (name, old, new) in &self.chains {
            mark(f, "chain", name, (old.is_none(), new.is_none()))?;
            let earlier = earlier.get(name);
            if let (None, Some((policy, _))) = (old, earlier) {
                writeln!(f, "    in place of {policy}")?;
            }
            let old = old.or_else(|| earlier.map(|(_, chain)| *chain));
            let lines = |chain: &Option<&Chain>| -> Vec<String> {
                let rules = chain.map(|chain| chain.rules.as_slice()).unwrap_or_default();
                rules.iter().map(ToString::to_string).collect()
            };
            let (before, after) = (lines(&old), lines(new));
            let same = |(a, b): &(&String, &String)| a == b;
            let first = before.iter().zip(&after).take_while(same).count();
            let rest = |lines: &[String]| lines.iter().skip(first).cloned().collect::<Vec<_>>();
            let (before, after) = (rest(&before), rest(&after));
            let last = before.iter().rev().zip(after.iter().rev()).take_while(same).count();
            for (sign, lines) in [('-', before), ('+', after)] {
                for line in lines.iter().take(lines.len().saturating_sub(last)) {
                    writeln!(f, "{sign}   {line}")?;
                }
            }
        }
        Ok(())
    }
}

impl<'r> Changes<'r> {
    /// For each policy that comes, the one that a device had before which has this one now.
    fn earlier_policies(&self) -> BTreeMap<&'r str, (&'r str, &'r Chain)> {
        let changed = self.chains.iter().filter_map(|(_, old, new)| {
            let earlier = policy_of((*old)?)?;
            Some((policy_of((*new)?)?, (earlier, self.before.chains.get(earlier)?)))
        });
        changed.filter(|(now, (earlier, _))| now != earlier).collect()
    }
}

/// The chain of the policy to which a device's chain leads.
fn policy_of(chain: &Chain) -> Option<&str> {
    chain.rules.iter().find_map(|rule| match &rule.action {
        Action::Jump(policy) => Some(policy.as_str()),
        _ => None,
    })
}

/// The line above what changes in a set, map or chain.
fn mark(
    f: &mut fmt::Formatter<'_>,
    kind: &str,
    name: &impl fmt::Display,
    (new, gone): (bool, bool),
) -> fmt::Result {
    let sign = match (new, gone) {
        (true, _) => '+',
        (_, true) => '-',
        _ => ' ',
    };
    writeln!(f, "{sign} {kind} {name}")
}
