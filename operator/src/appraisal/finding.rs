//! What was found of one claim, in words.

use core::fmt;

use hexad_eat::DebugStatus;

use crate::release::Release;

/// One claim of the evidence, what it was held against, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'r> {
    /// The claim, by its name in the registry (`ueid`, `measurements`, …).
    pub claim: &'static str,
    /// What the evidence says.
    pub evidence: Said<'r>,
    /// What it was held against: a reference value, or what the policy demands.
    pub reference: Said<'r>,
    /// What came of it.
    pub outcome: Outcome,
}

/// Something that evidence, reference or policy says; put into words when it is displayed, since most findings are
/// never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Said<'r> {
    /// Nothing.
    Nothing,
    /// Words.
    Words(&'r str),
    /// Bytes, shown in hexadecimal.
    Bytes(&'r [u8]),
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A time, in seconds since 1970-01-01T00:00Z.
    Time(i64),
    /// An age of at most so many seconds.
    Age(u32),
    /// A debug status.
    Debug(DebugStatus),
    /// A debug status, or one that disables more.
    AtLeast(DebugStatus),
    /// A release.
    Release(&'r Release),
    /// So many files, all of this release.
    Files(usize, &'r Release),
    /// A file that is not as its author made it.
    Altered(&'r str),
    /// What software the device says that it runs.
    Named(&'r str),
}

impl<'r> Said<'r> {
    /// What `value` says, if there is one.
    pub(super) fn of<T>(value: Option<T>, said: impl FnOnce(T) -> Said<'r>) -> Self {
        value.map_or(Self::Nothing, said)
    }
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("not said"),
            Self::Words(words) => f.write_str(words),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Age(seconds) => write!(f, "at most {seconds} seconds ago"),
            Self::Debug(status) => f.write_str(status.name()),
            Self::AtLeast(status) => write!(f, "{} or more", status.name()),
            Self::Release(release) => release.fmt(f),
            Self::Files(1, release) => write!(f, "1 file of {release}"),
            Self::Files(count, release) => write!(f, "{count} files of {release}"),
            Self::Altered(file) => write!(f, "{file} is not as its author made it"),
            Self::Named(tag) => write!(f, "says that it is {tag}"),
        }
    }
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

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { claim, evidence, reference, outcome } = self;
        write!(f, "{claim:<12} {outcome:<8} {evidence}; expected {reference}")
    }
}
