#![doc = include_str!("../README.md")]

pub mod cbor;
pub mod corim;
pub mod cose;
pub mod coswid;
pub mod eat;
pub mod mud;
pub mod suit;
pub mod vectors;

use std::fmt;
use std::path::{Path, PathBuf};

/// One case of a suite, and how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What tells it from the others: usually the file's path without its ending.
    pub name: String,
    /// How it came out.
    pub outcome: Outcome,
}

impl Case {
    /// A case that passed, or failed for the reason given.
    pub fn new(name: impl Into<String>, result: Result<(), String>) -> Self {
        let outcome = result.map_or_else(Outcome::Fail, |()| Outcome::Pass);
        Self { name: name.into(), outcome }
    }

    /// A case that needs `missing`, which is not offered.
    pub fn skip(name: impl Into<String>, missing: impl Into<String>) -> Self {
        Self { name: name.into(), outcome: Outcome::Skip(missing.into()) }
    }
}

/// How a case came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As its vector says.
    Pass,
    /// Otherwise: what was seen.
    Fail(String),
    /// Not run: what is not offered.
    Skip(String),
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.outcome {
            Outcome::Pass => write!(f, "PASS {name}"),
            Outcome::Fail(why) => write!(f, "FAIL {name}: {why}"),
            Outcome::Skip(missing) => write!(f, "SKIP {name}: {missing}"),
        }
    }
}

/// A suite: all that is published for one standard.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// What it is called on the command line.
    pub name: &'static str,
    /// The folders of the published vectors that it reads when no path is given.
    pub folders: &'static [&'static str],
    /// Runs it on a file or a folder.
    pub run: fn(&Path) -> Result<Vec<Case>, Error>,
}

/// Every suite that is offered. A new one is a module beside the others and a line here.
pub const SUITES: &[Suite] = &[
    Suite { name: "cbor", folders: &["cbor", "suit", "teep", "eat", "ear"], run: cbor::run },
    Suite { name: "cose", folders: &["cose"], run: cose::run },
    Suite { name: "corim", folders: &[], run: corim::run },
    Suite { name: "coswid", folders: &["eat/rfc9711/Example-Payloads/coswid"], run: coswid::run },
    Suite { name: "eat", folders: &["eat", "ear"], run: eat::run },
    Suite { name: "mud", folders: &["mud/real"], run: mud::run },
    Suite { name: "suit", folders: &["suit"], run: suit::run },
];

/// The suite called `name`.
///
/// # Errors
/// [`Error::NoSuite`] when there is none.
pub fn suite(name: &str) -> Result<&'static Suite, Error> {
    SUITES.iter().find(|suite| suite.name == name).ok_or_else(|| Error::NoSuite(name.to_owned()))
}

/// Why a suite could not be run at all.
#[derive(Debug)]
pub enum Error {
    /// No suite has this name (yet).
    NoSuite(String),
    /// A file or folder can't be read.
    Io(PathBuf, std::io::Error),
    /// A file is not what the suite reads: the file, and what is wrong with it.
    Format(PathBuf, String),
    /// Nothing under the path is a case of the suite.
    Empty(PathBuf),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuite(name) => {
                let offered: Vec<_> = SUITES.iter().map(|suite| suite.name).collect();
                write!(f, "no suite `{name}`; there are: {}", offered.join(", "))
            }
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Format(path, what) => write!(f, "{}: {what}", path.display()),
            Self::Empty(path) => write!(f, "{}: no case of this suite", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::NoSuite(_) | Self::Format(..) | Self::Empty(_) => None,
        }
    }
}
