//! Why a command did not do what it was asked: one line for people, one object for scripts.

use std::fmt;
use std::io;

use hexad_cose_core::jwk::{JwkError, JwkErrorKind};
use hexad_mud::signature::{SignatureError, SignatureErrorKind};
use hexad_operator::release::ReleaseError;
use serde_json::{Value, json};

use crate::report::printable;

/// Why a command failed; its exit status follows from it.
#[derive(Debug)]
pub enum Failure {
    /// The input was judged and refused: exit 1.
    Rejected {
        /// The input: a file's name, or standard input.
        what: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A file can't be read or written: exit 2, as nothing was judged.
    Io {
        /// The file.
        what: String,
        /// What the system said.
        error: io::Error,
    },
    /// The arguments make no sense together: exit 2.
    Usage(String),
}

/// What is wrong with an input: of what kind, where, and in words.
#[derive(Debug)]
pub struct Problem {
    /// The kind in kebab-case, as scripts compare it.
    pub kind: String,
    /// The byte of the input, where there is one.
    pub offset: Option<usize>,
    /// The kind in words, without the offset.
    pub message: String,
}

impl Problem {
    /// A problem at byte `offset`, whose kind is named after the variant of an error.
    pub fn new(kind: &(impl fmt::Debug + fmt::Display), offset: usize) -> Self {
        Self { kind: kebab_case(kind), offset: Some(offset), message: kind.to_string() }
    }

    /// A problem with an input as a whole.
    pub fn of_all(kind: &(impl fmt::Debug + fmt::Display)) -> Self {
        Self { kind: kebab_case(kind), offset: None, message: kind.to_string() }
    }

    /// A JSON error in `text`, at its byte.
    pub fn of_json(text: &str, error: &serde_json::Error) -> Self {
        let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let before: usize = lines.map(str::len).sum();
        let offset = before.saturating_add(error.column().saturating_sub(1)).min(text.len());
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
        Self::at("json", offset, message)
    }

    /// A problem that this command found itself.
    pub fn at(kind: &str, offset: usize, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), offset: Some(offset), message: message.into() }
    }
}

impl Failure {
    /// The exit status: 1 when the input was refused, 2 when there was nothing to judge.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Rejected { .. } => 1,
            Self::Io { .. } | Self::Usage(_) => 2,
        }
    }

    /// What `--json` says of the failure.
    pub fn to_json(&self) -> Value {
        let (kind, offset, message) = match self {
            Self::Rejected { problem, .. } => {
                (problem.kind.as_str(), problem.offset, problem.message.clone())
            }
            Self::Io { what, error } => ("io", None, format!("{what}: {error}")),
            Self::Usage(message) => ("usage", None, message.clone()),
        };
        json!({"ok": false, "error": {"kind": kind, "offset": offset, "message": message}})
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected { what, problem: Problem { offset: Some(offset), message, .. } } => {
                write!(f, "{what} at byte {offset}: {message}")
            }
            Self::Rejected { what, problem } => write!(f, "{what}: {}", problem.message),
            Self::Io { what, error } => write!(f, "{what}: {error}"),
            Self::Usage(message) => f.write_str(message),
        }
    }
}

impl From<hexad_cose_core::Error> for Problem {
    fn from(error: hexad_cose_core::Error) -> Self {
        Self::new(&error.kind(), error.offset())
    }
}

impl From<JwkError> for Problem {
    fn from(error: JwkError) -> Self {
        match error.kind() {
            JwkErrorKind::Key(kind) => Self::new(&kind, error.offset()),
            kind => Self::new(&kind, error.offset()),
        }
    }
}

impl From<hexad_coswid::Error> for Problem {
    fn from(error: hexad_coswid::Error) -> Self {
        match error.kind() {
            hexad_coswid::ErrorKind::Cbor(kind) => Self::new(&kind, error.offset()),
            kind => Self::new(&kind, error.offset()),
        }
    }
}

impl From<hexad_coswid::convert::Error> for Problem {
    fn from(error: hexad_coswid::convert::Error) -> Self {
        match error.kind() {
            hexad_coswid::convert::ErrorKind::Tag(kind) => {
                hexad_coswid::Error::new(kind, error.offset()).into()
            }
            kind => Self::new(&kind, error.offset()),
        }
    }
}

impl From<hexad_suit::Error> for Problem {
    fn from(error: hexad_suit::Error) -> Self {
        match error.kind() {
            hexad_suit::ErrorKind::Cose(kind) => Self::new(&kind, error.offset()),
            kind => Self::new(&kind, error.offset()),
        }
    }
}

impl From<hexad_eat::Error> for Problem {
    fn from(error: hexad_eat::Error) -> Self {
        match error.kind() {
            hexad_eat::ErrorKind::Cose(kind) => Self::new(&kind, error.offset()),
            kind => Self::new(&kind, error.offset()),
        }
    }
}

impl From<hexad_corim::Error> for Problem {
    fn from(error: hexad_corim::Error) -> Self {
        match error.kind() {
            hexad_corim::ErrorKind::Cbor(kind) => Self::new(&kind, error.offset()),
            kind => Self::new(&kind, error.offset()),
        }
    }
}

impl From<ReleaseError> for Problem {
    fn from(error: ReleaseError) -> Self {
        let problem = match error {
            ReleaseError::Suit(error) => error.into(),
            ReleaseError::Coswid { error, .. } => error.into(),
            other => Self::of_all(&other),
        };
        Self { offset: error.offset(), ..problem }
    }
}

impl From<SignatureError> for Problem {
    fn from(error: SignatureError) -> Self {
        match error.kind() {
            SignatureErrorKind::Certificate(place, kind) => {
                let problem = Self::new(&kind, error.offset());
                Self { message: format!("{place}: {kind}"), ..problem }
            }
            kind => Self::new(&kind, error.offset()),
        }
    }
}

impl From<hexad_mud::Error> for Problem {
    fn from(error: hexad_mud::Error) -> Self {
        let Self { kind, offset, message } = Self::new(&error.kind(), error.offset());
        let node = match error.pointer() {
            "" => String::new(),
            pointer => format!(" ({})", printable(pointer)),
        };
        Self { kind, offset, message: format!("{message}{node}: {}", error.advice()) }
    }
}

/// The name of an enum's variant in kebab-case: `MissingElement(2)` is `missing-element`.
fn kebab_case(variant: &impl fmt::Debug) -> String {
    let shown = format!("{variant:?}");
    let name = shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let mut kebab = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(character.to_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests;
