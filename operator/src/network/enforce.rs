//! One gateway's ruleset over time: policies that change, addresses that are learned, and what happens when
//! the kernel refuses or someone else took the table away.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::apply::{ApplyError, Nft};
use super::nft::{MAX_ADDRESSES, Ruleset, transaction};
use super::policy::HostName;

/// A gateway, what is in force there, and the addresses that its sets have learned.
///
/// Each step is one transaction of the kernel: a packet is judged by what holds before it or by what holds
/// after it, and a step that fails leaves what held before it.
#[derive(Debug)]
pub struct Enforcer {
    nft: Nft,
    in_force: Option<Ruleset>,
    learned: BTreeMap<HostName, BTreeMap<IpAddr, Instant>>,
}

/// How a ruleset was put in force.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Put {
    /// It was in force already.
    Unchanged,
    /// What differed was changed; the difference, for people.
    Changed(String),
    /// Everything was written anew: it is the first ruleset, or what was in force was not what it should
    /// have been.
    Replaced,
}

impl Enforcer {
    /// A gateway of whose rules nothing is known: the first ruleset takes the place of what is in the table of its name.
    #[must_use]
    pub fn new(nft: Nft) -> Self {
        Self { nft, in_force: None, learned: BTreeMap::new() }
    }

    /// The ruleset in force.
    #[must_use]
    pub fn in_force(&self) -> Option<&Ruleset> {
        self.in_force.as_ref()
    }

    /// Puts the ruleset in force: changes what differs from the one before it. Where that is not known, since this
    /// process has just begun, or is not what is in force, every chain is written anew, and still nothing is taken
    /// away under a packet that is being judged. Only a table that is not like ours is replaced as a whole. Learned
    /// addresses that have not timed out stay in any case.
    ///
    /// # Errors
    /// As [`Nft::apply`]. What was in force stays so.
    pub fn put(&mut self, ruleset: Ruleset) -> Result<Put, ApplyError> {
        let now = Instant::now();
        if let Some(changes) = self.in_force.as_ref().and_then(|old| ruleset.changes_from(old)) {
            if changes.is_empty() {
                return Ok(Put::Unchanged);
            }
            // A set that comes anew begins with what has been learned of its name before.
            let mut commands = changes.commands();
            for name in changes.names_to_learn() {
                commands.extend(self.relearn(&ruleset, name, now));
            }
            if self.taken(commands)? {
                let words = changes.to_string();
                self.in_force = Some(ruleset);
                return Ok(Put::Changed(words));
            }
        }
        let mut learned = Vec::new();
        for name in ruleset.names_to_learn() {
            learned.extend(self.relearn(&ruleset, name, now));
        }
        if let Some(found) = self.nft.in_force(ruleset.table())?
            && let Some(changes) = ruleset.changes_from(&found.ruleset)
            && self.taken([changes.commands(), learned.clone()].concat())?
        {
            for (name, addresses) in found.learned {
                let known = self.learned.entry(name).or_default();
                for (address, seconds) in addresses {
                    known.entry(address).or_insert(now + Duration::from_secs(seconds.into()));
                }
            }
        } else {
            self.nft.transact(&transaction([ruleset.replacing(), learned].concat()))?;
        }
        self.in_force = Some(ruleset);
        Ok(Put::Replaced)
    }

    /// Whether the kernel took the commands: if not, what is in force is not what they start from.
    fn taken(&self, commands: Vec<serde_json::Value>) -> Result<bool, ApplyError> {
        match self.nft.transact(&transaction(commands)) {
            Ok(()) => Ok(true),
            Err(ApplyError::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes addresses that the devices' resolver has answered with for `name`, to hold for `lifetime`. Those
    /// that no device may talk to are passed over; of each version of IP, the sets hold no more than
    /// [`MAX_ADDRESSES`], and what is more is left out. How many addresses hold now that the call is over.
    ///
    /// # Errors
    /// As [`Nft::apply`]. The sets stay as they were.
    pub fn learn(
        &mut self,
        name: &HostName,
        addresses: &[IpAddr],
        lifetime: Duration,
    ) -> Result<usize, ApplyError> {
        let Some(ruleset) = self.in_force.as_ref().filter(|ruleset| ruleset.learns(name)) else {
            return Ok(0);
        };
        let now = Instant::now();
        let known = self.learned.get(name).cloned().unwrap_or_default();
        let mut known: BTreeMap<_, _> = known.into_iter().filter(|(_, end)| *end > now).collect();
        let mut renewed = BTreeMap::new();
        for &address in addresses {
            let room = |at: &&IpAddr| at.is_ipv4() == address.is_ipv4();
            let full = known.keys().filter(room).count() >= MAX_ADDRESSES as usize;
            let end = now + lifetime;
            match known.get(&address) {
                // What holds longer anyway needs no transaction.
                Some(until) if *until >= end => {}
                None if full => {}
                _ => {
                    known.insert(address, end);
                    renewed.insert(address, seconds(lifetime));
                }
            }
        }
        if !renewed.is_empty() {
            self.nft.transact(&transaction(ruleset.table().learn(name, &renewed)))?;
        }
        let count = known.len();
        self.learned.insert(name.clone(), known);
        Ok(count)
    }

    /// Takes the table away. What the gateway forwards is up to its other tables then.
    ///
    /// # Errors
    /// As [`Nft::apply`].
    pub fn remove(&mut self) -> Result<(), ApplyError> {
        if let Some(ruleset) = &self.in_force {
            self.nft.remove(ruleset.table())?;
            self.in_force = None;
        }
        Ok(())
    }

    /// The commands that fill the sets of a name with what was learned and has not timed out.
    fn relearn(&self, ruleset: &Ruleset, name: &HostName, now: Instant) -> Vec<serde_json::Value> {
        let learned = self.learned.get(name).into_iter().flatten();
        let left: BTreeMap<_, _> = learned
            .filter(|(_, end)| **end > now)
            .map(|(address, end)| (*address, seconds(end.saturating_duration_since(now))))
            .collect();
        ruleset.table().learn(name, &left)
    }
}

/// A timeout in whole seconds, one at least: zero would be for ever.
fn seconds(lifetime: Duration) -> u32 {
    u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX).clamp(1, 86_400)
}
