//! What a user hands in: a file or standard input, as it is or written in hexadecimal.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::{Failure, Problem};
use crate::report::printable;

/// The largest input in bytes; more is refused before it is read.
pub const LIMIT: usize = 64 << 20;

/// An input, and what to call it in an error.
#[derive(Debug)]
pub struct Input {
    name: String,
    bytes: Vec<u8>,
}

impl Input {
    /// Reads the file at `path`, or standard input for `-`, as it is.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Self::from_stdin();
        }
        let name = printable(&path.to_string_lossy());
        match File::open(path) {
            Ok(file) => Self::from_reader(name, file),
            Err(error) => Err(Failure::Io { what: name, error }),
        }
    }

    /// Reads as [`read`](Self::read); an input of hexadecimal digits and white space stands for the
    /// bytes that it spells.
    pub fn read_binary(path: &Path) -> Result<Self, Failure> {
        let mut input = Self::read(path)?;
        if let Some(bytes) = unhex(&input.bytes) {
            input.bytes = bytes;
        }
        Ok(input)
    }

    fn from_stdin() -> Result<Self, Failure> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        if TAKEN.swap(true, Ordering::Relaxed) {
            return Err(Failure::Usage("standard input can stand for one input only".to_owned()));
        }
        Self::from_reader("standard input".to_owned(), io::stdin().lock())
    }

    fn from_reader(name: String, reader: impl Read) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX);
        match reader.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
            Err(error) => Err(Failure::Io { what: name, error }),
            Ok(size) if size > LIMIT => {
                let message = format!("the input is larger than {} MiB", LIMIT >> 20);
                let problem = Problem::at("too-large", LIMIT, message);
                Err(Failure::Rejected { what: name, problem })
            }
            Ok(_) => Ok(Self { name, bytes }),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The input as text.
    pub fn text(&self) -> Result<&str, Failure> {
        std::str::from_utf8(&self.bytes).map_err(|error| {
            let message = "the text is not UTF-8";
            self.reject(Problem::at("invalid-utf8", error.valid_up_to(), message))
        })
    }

    /// The failure that `problem` with this input means.
    pub fn reject(&self, problem: impl Into<Problem>) -> Failure {
        Failure::Rejected { what: self.name.clone(), problem: problem.into() }
    }
}

/// The bytes that `text` spells in hexadecimal; `None` unless it is pairs of digits and white space,
/// and at least one pair.
pub fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut high = None;
    for character in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let digit = u8::try_from(char::from(*character).to_digit(16)?).ok()?;
        match high.take() {
            None => high = Some(digit << 4),
            Some(high) => bytes.push(high | digit),
        }
    }
    (high.is_none() && !bytes.is_empty()).then_some(bytes)
}

/// `bytes` in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
