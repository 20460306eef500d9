//! Policies that several devices have.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::hash::{Hash, Hasher};

use super::compile::BothWays;

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
