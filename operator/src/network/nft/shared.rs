//! Policies that several devices have, and the marks of the connections that a policy has let through.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use super::compile::{BothWays, KNOWN, NEW_OR_KNOWN, WAYS, let_go, plain};
use super::{Action, Addresses, Compiler, Mark, Match, Rule, Ruleset, Set};

/// What the names of the chains of policies begin with.
const POLICY: &str = "allow_";

/// The numbers of the policies, which their chains are named after.
#[derive(Default)]
pub(super) struct Shared {
    /// Policies are told apart by all that they say.
    numbers: HashMap<String, u64>,
    taken: BTreeSet<u64>,
}

impl Shared {
    /// The names of the chains of the policy for both ways; none if it has no rules.
    ///
    /// They follow from what the policy says, so that they stay the same whatever devices come and go. Names that
    /// would be the same for two policies are told apart: nothing depends on the digest being a good one.
    pub(super) fn chains_of(&mut self, policy: &BothWays) -> Option<[String; 2]> {
        if policy.iter().all(Vec::is_empty) {
            return None;
        }
        let taken = &mut self.taken;
        let number = *self.numbers.entry(text(policy)).or_insert_with_key(|text| {
            let mut digest = DefaultHasher::new();
            text.hash(&mut digest);
            let mut number = digest.finish();
            while !taken.insert(number) {
                number = number.wrapping_add(1);
            }
            number
        });
        Some(["from", "to"].map(|way| format!("{POLICY}{way}_{number:016x}")))
    }
}

/// All that a policy says.
fn text(policy: &BothWays) -> String {
    let mut text = String::new();
    for rule in policy.iter().flat_map(|way| way.iter().map(Some).chain([None])) {
        // Writing to a string does not fail.
        _ = match rule {
            Some(rule) => writeln!(text, "{rule}"),
            None => writeln!(text),
        };
    }
    text
}

/// What makes marks that nobody else can foretell.
#[derive(Clone)]
pub(super) struct Marks(RandomState);

impl Marks {
    pub(super) fn new() -> Self {
        Self(RandomState::new())
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Marks(..)")
    }
}

impl Compiler {
    /// The policy with marks, if there are to be any and it does nothing but accept.
    ///
    /// Then a packet that it lets open a connection shows that it accepts the whole connection: no rule asks
    /// for more than addresses, ports and who opened it, and the answers to what a rule accepts are accepted.
    pub(super) fn marking(&self, policy: BothWays, ruleset: &Ruleset) -> BothWays {
        let accepts =
            |rule: &Rule| matches!(rule.action, Action::Accept | Action::Goto(_) | Action::Log(_));
        let opens = policy.iter().flatten().any(Rule::may_open);
        let (Some(marks), true) = (&self.marks, opens && policy.iter().flatten().all(accepts))
        else {
            return policy;
        };
        let mark = Mark(marks.of(&policy, ruleset));
        let mut ways = WAYS.into_iter();
        policy.map(|rules| {
            let known = ways.next().map(|way| Rule {
                matches: vec![Match::Marked(mark), Match::State(KNOWN)],
                ..plain(let_go(way), Some("connections that it has let through"))
            });
            let marking = rules.into_iter().map(|rule| match rule.may_open() {
                true => Rule { mark: Some(mark), ..rule },
                false => rule,
            });
            known.into_iter().chain(marking).collect()
        })
    }
}

impl Marks {
    /// The mark that stands for all that the policy says, the addresses of the names in it included. Never zero,
    /// which is no mark.
    fn of(&self, policy: &BothWays, ruleset: &Ruleset) -> u32 {
        let mut digest = self.0.build_hasher();
        text(policy).hash(&mut digest);
        let matches = policy.iter().flatten().flat_map(|rule| &rule.matches);
        for one in matches {
            if let Match::Address(_, Addresses::Named(name)) = one
                && let Some(Set::Fixed(addresses)) = ruleset.sets.get(name)
            {
                addresses.hash(&mut digest);
            }
        }
        let [a, b, c, d, ..] = digest.finish().to_be_bytes();
        u32::from_be_bytes([a, b, c, d]) | 1
    }
}

impl Rule {
    /// Whether it lets packets through that may open a connection.
    fn may_open(&self) -> bool {
        matches!(self.action, Action::Accept | Action::Goto(_))
            && self.matches.contains(&Match::State(NEW_OR_KNOWN))
    }
}
