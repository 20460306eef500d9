//! Putting a ruleset in force with `nft`, and reading its counters back.

use core::fmt;
use serde_json::Value;
use std::ffi::OsString;
use std::io::{self, Write};
use std::net::IpAddr;
use std::process::{Command, Stdio};

use super::nft::{Changes, InForce, Ruleset, Table, transaction};
use super::policy::HostName;

/// The `nft` command, on one gateway.
#[derive(Clone, Debug)]
pub struct Nft {
    prefix: Vec<OsString>,
}

/// What one rule with a counter has seen since the ruleset was applied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleCounter {
    /// The chain that the rule stands in.
    pub chain: String,
    /// The rule's comment: the name of the MUD file's access control entry, or what the rule is for.
    pub comment: String,
    /// Whether the rule drops what it matches, told or not.
    pub drops: bool,
    /// Packets matched.
    pub packets: u64,
    /// Bytes in those packets.
    pub bytes: u64,
}

impl Nft {
    /// Works in the network namespace of the calling thread: on a gateway, the machine's own.
    #[must_use]
    pub fn here() -> Self {
        Self { prefix: Vec::new() }
    }

    /// Works through another command, which starts `nft` where the rules are to hold: `ip netns exec gateway`
    /// for a network namespace, `ssh gateway` for another machine.
    #[must_use]
    pub fn through<W: Into<OsString>>(command: impl IntoIterator<Item = W>) -> Self {
        Self { prefix: command.into_iter().map(Into::into).collect() }
    }

    /// Has the kernel check the ruleset without putting it in force.
    ///
    /// # Errors
    /// As [`Nft::apply`].
    pub fn check(&self, ruleset: &Ruleset) -> Result<(), ApplyError> {
        self.run(&["--json", "--check", "--file", "-"], &ruleset.to_json()).map(drop)
    }

    /// Puts the ruleset in force, in place of the one before it: one transaction, so that at no time less
    /// or more than one of the two holds. If it is refused, the one before it stays in force.
    ///
    /// A packet that is being judged at that very moment may be dropped, since the kernel takes the addresses
    /// of the old table away under it. [`Nft::change`] has no such moment for devices that do not change.
    ///
    /// # Errors
    /// [`ApplyError::Start`] if `nft` can't be run, [`ApplyError::Refused`] with its words if it
    /// does not take the ruleset (or the caller may not change rules).
    pub fn apply(&self, ruleset: &Ruleset) -> Result<(), ApplyError> {
        self.run(&["--json", "--file", "-"], &ruleset.to_json()).map(drop)
    }

    /// Makes the changes, in one transaction, on a gateway where the ruleset from which they start is in
    /// force. If they are refused, that ruleset stays in force.
    ///
    /// # Errors
    /// As [`Nft::apply`].
    pub fn change(&self, changes: &Changes<'_>) -> Result<(), ApplyError> {
        if changes.is_empty() { Ok(()) } else { self.transact(&changes.to_json()) }
    }

    /// Takes the table away, if it is there. Nothing of ours holds afterwards: what the gateway forwards
    /// is up to its other tables.
    ///
    /// # Errors
    /// As [`Nft::apply`].
    pub fn remove(&self, table: &Table) -> Result<(), ApplyError> {
        self.transact(&transaction(table.removal()))
    }

    /// What is in force in the table, as far as it can be read; `None` if there is no such table, or there is in it what
    /// no ruleset of ours has.
    pub(super) fn in_force(&self, table: &Table) -> Result<Option<InForce>, ApplyError> {
        match self.listed(&["list", "table", "inet", table.as_str()]) {
            Ok(objects) => Ok(InForce::read(table, &objects)),
            Err(ApplyError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs a transaction in libnftables' JSON.
    pub(super) fn transact(&self, json: &str) -> Result<(), ApplyError> {
        self.run(&["--json", "--file", "-"], json).map(drop)
    }

    /// What is in force, as `nft list ruleset` prints it.
    ///
    /// # Errors
    /// As [`Nft::apply`].
    pub fn listing(&self) -> Result<String, ApplyError> {
        self.run(&["list", "ruleset"], "")
    }

    /// The counters of the rules of the ruleset in force, in their order.
    ///
    /// # Errors
    /// As [`Nft::apply`], which includes that no ruleset of ours is in force; [`ApplyError::Json`] if `nft`
    /// answers with what can't be read.
    pub fn counters(&self, table: &Table) -> Result<Vec<RuleCounter>, ApplyError> {
        let listing = self.listed(&["list", "table", "inet", table.as_str()])?;
        Ok(listing.iter().filter_map(counter).collect())
    }

    /// The addresses that the sets of a host hold: those that it was compiled with, or those that were
    /// learned and have not timed out.
    ///
    /// # Errors
    /// As [`Nft::counters`], which includes that no device may talk to the host, so that there are no sets.
    pub fn addresses(&self, table: &Table, name: &HostName) -> Result<Vec<IpAddr>, ApplyError> {
        let mut addresses = Vec::new();
        for set in [format!("v4.{name}"), format!("v6.{name}")] {
            let listing = self.listed(&["list", "set", "inet", table.as_str(), &set])?;
            let elements = listing.iter().filter_map(|object| object.pointer("/set/elem"));
            let elements = elements.filter_map(Value::as_array).flatten();
            let text = elements.filter_map(|one| one.pointer("/elem/val").unwrap_or(one).as_str());
            addresses.extend(text.filter_map(|text| text.parse::<IpAddr>().ok()));
        }
        Ok(addresses)
    }

    /// The objects that `nft` lists.
    fn listed(&self, arguments: &[&str]) -> Result<Vec<Value>, ApplyError> {
        let listing = self.run(&[&["--json"], arguments].concat(), "")?;
        let mut listing: Value = serde_json::from_str(&listing).map_err(ApplyError::Json)?;
        match listing.get_mut("nftables").map(Value::take) {
            Some(Value::Array(objects)) => Ok(objects),
            _ => Err(ApplyError::Start(io::Error::new(
                io::ErrorKind::InvalidData,
                "nft listed no objects",
            ))),
        }
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<String, ApplyError> {
        let mut words = self.prefix.iter().map(OsString::as_os_str).chain(["nft".as_ref()]);
        let mut command = Command::new(words.next().unwrap_or("nft".as_ref()));
        let mut child = command
            .args(words)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(ApplyError::Start)?;
        // nft reads all its input before it writes, so the pipes can't block each other. If it ends without
        // having read, its own words are worth more than that the pipe broke.
        let written =
            child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(input.as_bytes()));
        let output = child.wait_with_output().map_err(ApplyError::Start)?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(ApplyError::Refused(words));
        }
        written.map_err(ApplyError::Start)?;
        String::from_utf8(output.stdout)
            .map_err(|error| ApplyError::Start(io::Error::new(io::ErrorKind::InvalidData, error)))
    }
}

fn counter(object: &Value) -> Option<RuleCounter> {
    let rule = object.get("rule")?;
    let statements = rule.get("expr")?.as_array()?;
    let counted = statements.iter().find_map(|statement| statement.get("counter"))?;
    let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(RuleCounter {
        chain: text("chain"),
        comment: text("comment"),
        drops: statements
            .iter()
            .any(|statement| statement.get("drop").or_else(|| statement.get("reject")).is_some()),
        packets: counted.get("packets")?.as_u64()?,
        bytes: counted.get("bytes")?.as_u64()?,
    })
}

/// Why a ruleset can't be applied or read.
#[derive(Debug)]
pub enum ApplyError {
    /// `nft` can't be run.
    Start(io::Error),
    /// `nft` refused; these are its words.
    Refused(String),
    /// What `nft` says can't be read.
    Json(serde_json::Error),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => write!(f, "can't run `nft` (package nftables): {error}"),
            Self::Refused(words) => write!(f, "`nft` refused: {words}"),
            Self::Json(error) => write!(f, "can't read what `nft` says: {error}"),
        }
    }
}

impl core::error::Error for ApplyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Start(error) => Some(error),
            Self::Json(error) => Some(error),
            Self::Refused(_) => None,
        }
    }
}
