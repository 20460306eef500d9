//! What was found of one claim, in words.

use core::fmt;

/// One claim of the evidence, what it was held against, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The claim, by its name in the registry (`ueid`, `measurements`, …).
    pub claim: &'static str,
    /// What the evidence says.
    pub evidence: String,
    /// What it was held against: a reference value, or what the policy demands.
    pub reference: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// How a claim compares with its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is what it should be.
    Matches,
    /// It is genuine, but not of the newest release.
    Outdated,
    /// It is something else.
    Differs,
    /// The evidence does not say it.
    Missing,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Matches => "matches",
            Self::Outdated => "outdated",
            Self::Differs => "differs",
            Self::Missing => "missing",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { claim, evidence, reference, outcome } = self;
        write!(f, "{claim:<12} {outcome:<8} {evidence}; expected {reference}")
    }
}
