//! Putting a ruleset in force with `nft`, and reading its counters back.

use core::fmt;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use nftables::schema::{NfListObject, NfObject, Nftables};
use nftables::stmt::{Counter, Statement};

use super::nft::{Ruleset, TABLE};

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
    pub packets: usize,
    /// Bytes in those packets.
    pub bytes: usize,
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
        self.run(&["--json", "--check", "--file", "-"], &ruleset.to_json()?).map(drop)
    }

    /// Puts the ruleset in force, in place of the one before it: one transaction, so that at no time less
    /// or more than one of the two holds. If it is refused, the one before it stays in force.
    ///
    /// # Errors
    /// [`ApplyError::Start`] if `nft` can't be run, [`ApplyError::Refused`] with its words if it
    /// does not take the ruleset (or the caller may not change rules).
    pub fn apply(&self, ruleset: &Ruleset) -> Result<(), ApplyError> {
        self.run(&["--json", "--file", "-"], &ruleset.to_json()?).map(drop)
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
    pub fn counters(&self) -> Result<Vec<RuleCounter>, ApplyError> {
        let listing = self.run(&["--json", "list", "table", "inet", TABLE], "")?;
        let listing: Nftables<'_> = serde_json::from_str(&listing).map_err(ApplyError::Json)?;
        Ok(listing.objects.iter().filter_map(counter).collect())
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

fn counter(object: &NfObject<'_>) -> Option<RuleCounter> {
    let NfObject::ListObject(NfListObject::Rule(rule)) = object else { return None };
    let counted = rule.expr.iter().find_map(|statement| match statement {
        Statement::Counter(Counter::Anonymous(Some(counter))) => Some(counter),
        _ => None,
    })?;
    Some(RuleCounter {
        chain: rule.chain.to_string(),
        comment: rule.comment.as_deref().unwrap_or_default().to_owned(),
        drops: rule
            .expr
            .iter()
            .any(|statement| matches!(statement, Statement::Drop(_) | Statement::Reject(_))),
        packets: counted.packets.unwrap_or(0),
        bytes: counted.bytes.unwrap_or(0),
    })
}

/// Why a ruleset can't be applied or read.
#[derive(Debug)]
pub enum ApplyError {
    /// `nft` can't be run.
    Start(io::Error),
    /// `nft` refused; these are its words.
    Refused(String),
    /// The ruleset can't be written as JSON, or what `nft` says can't be read.
    Json(serde_json::Error),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => write!(f, "can't run `nft` (package nftables): {error}"),
            Self::Refused(words) => write!(f, "`nft` refused: {words}"),
            Self::Json(error) => write!(f, "can't read or write nft's JSON: {error}"),
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

impl From<serde_json::Error> for ApplyError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}
