//! What one bench costs: the line that its image prints, and what the image takes.

use serde::{Deserialize, Serialize};

use crate::process::Result;

/// The line of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `GROUP/BY/PARAMETER`.
    pub bench: String,
    /// The target of the compiler.
    pub target: String,
    /// Instructions of one run.
    pub instructions: u64,
    /// How deep the stack went, in bytes.
    pub stack: u64,
    /// What the bench works on, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl Line {
    /// Reads what an image printed.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| format!("{text}: {error}").into())
    }
}

/// A bench and what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// What its image printed.
    #[serde(flatten)]
    pub line: Line,
    /// Bytes of flash that its image takes, less those of an image that does nothing. All benches of an
    /// image have the same.
    pub flash: u64,
    /// Bytes of static RAM, likewise.
    pub ram: u64,
}

impl Cost {
    /// The object that stands for it on a line of its own.
    pub fn json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| error.to_string().into())
    }

    /// The group, who does the work, and on what.
    pub fn parts(&self) -> (&str, &str, u64) {
        let (rest, parameter) = self.line.bench.rsplit_once('/').unwrap_or((&self.line.bench, ""));
        let (group, by) = rest.rsplit_once('/').unwrap_or((rest, ""));
        (group, by, parameter.parse().unwrap_or_default())
    }

    /// What results are ordered by: target, group, parameter, and ours before the others.
    pub fn order(&self) -> (&str, &str, u64, bool, &str) {
        let (group, by, parameter) = self.parts();
        (&self.line.target, group, parameter, !by.starts_with("hexad"), by)
    }

    /// The three that may not grow.
    pub fn guarded(&self) -> [(&'static str, u64); 3] {
        [
            ("instructions", self.line.instructions),
            ("stack", self.line.stack),
            ("flash", self.flash),
        ]
    }
}
