//! What puts rulesets in force: a gateway with nftables, or paper.

use hexad_operator::network::apply::{ApplyError, Nft, RuleCounter};
use hexad_operator::network::enforce::{Enforcer, Put};
use hexad_operator::network::nft::Ruleset;
use hexad_operator::network::policy::HostName;
use std::net::IpAddr;
use std::time::Duration;

/// A gateway.
pub trait Gateway {
    /// Puts the ruleset in force.
    ///
    /// # Errors
    /// [`ApplyError`]; what was in force stays so.
    fn put(&mut self, ruleset: Ruleset) -> Result<Put, ApplyError>;

    /// Lets the devices that may talk to `name` talk to these addresses.
    ///
    /// # Errors
    /// [`ApplyError`].
    fn learn(
        &mut self,
        name: &HostName,
        addresses: &[IpAddr],
        lifetime: Duration,
    ) -> Result<usize, ApplyError>;

    /// What the rules in force have counted.
    ///
    /// # Errors
    /// [`ApplyError`].
    fn counters(&self) -> Result<Vec<RuleCounter>, ApplyError>;
}

impl Gateway for Enforcer {
    fn put(&mut self, ruleset: Ruleset) -> Result<Put, ApplyError> {
        Self::put(self, ruleset)
    }

    fn learn(
        &mut self,
        name: &HostName,
        addresses: &[IpAddr],
        lifetime: Duration,
    ) -> Result<usize, ApplyError> {
        Self::learn(self, name, addresses, lifetime)
    }

    fn counters(&self) -> Result<Vec<RuleCounter>, ApplyError> {
        match self.in_force() {
            Some(ruleset) => Nft::here().counters(ruleset.table()),
            None => Ok(Vec::new()),
        }
    }
}

/// No gateway: rulesets are kept to look at, and nothing is enforced.
#[derive(Debug, Default)]
pub struct Paper {
    in_force: Option<Ruleset>,
}

impl Paper {
    /// The ruleset that would be in force.
    #[must_use]
    pub const fn in_force(&self) -> Option<&Ruleset> {
        self.in_force.as_ref()
    }
}

impl Gateway for Paper {
    fn put(&mut self, ruleset: Ruleset) -> Result<Put, ApplyError> {
        let changes = self.in_force.as_ref().and_then(|old| ruleset.changes_from(old));
        let put = match changes {
            Some(changes) if changes.is_empty() => Put::Unchanged,
            Some(changes) => Put::Changed(changes.to_string()),
            None => Put::Replaced,
        };
        self.in_force = Some(ruleset);
        Ok(put)
    }

    fn learn(&mut self, _: &HostName, _: &[IpAddr], _: Duration) -> Result<usize, ApplyError> {
        Ok(0)
    }

    fn counters(&self) -> Result<Vec<RuleCounter>, ApplyError> {
        Ok(Vec::new())
    }
}

/// The gateway that this program runs on.
#[must_use]
pub fn here() -> Enforcer {
    Enforcer::new(Nft::here())
}
