//! What a command found: lines that a person likes to read, and the object of `--json`.

use std::fmt::{Display, Write as _};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use hexad_cose_core::cbor::Line;
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::input::hex;

/// The style of byte offsets.
const OFFSET: Style = Style::new().dimmed();
/// The style of headings.
const HEADING: Style = Style::new().bold();
/// The style of what was accepted.
const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of what nobody has vouched for.
const UNPROVEN: Style = AnsiColor::Yellow.on_default();

/// How many characters of a value are shown to a person.
const SHOWN: usize = 160;

/// What a command found, in both forms, and what it made.
#[derive(Debug)]
pub struct Report {
    text: String,
    fields: Vec<(&'static str, Value)>,
    made: Option<Made>,
    refusal: Option<Failure>,
}

/// Bytes that a command made, and where they go.
#[derive(Debug)]
pub struct Made {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The file of `-o`; standard output without it.
    pub destination: Option<PathBuf>,
    /// Whether a terminal can show them.
    pub is_text: bool,
    /// Whether only the user may read them.
    pub is_secret: bool,
}

impl Report {
    /// A report whose `type` is `kind`.
    pub fn new(kind: &str) -> Self {
        let fields = vec![("ok", json!(true)), ("type", json!(kind))];
        Self { text: String::new(), fields, made: None, refusal: None }
    }

    /// A line that says what was accepted.
    pub fn accepted(&mut self, text: impl Display) {
        self.styled(GOOD, text);
    }

    /// A line that says what follows and what nobody has vouched for.
    pub fn unproven(&mut self, text: impl Display) {
        self.styled(UNPROVEN, text);
    }

    /// A line that says what follows.
    pub fn heading(&mut self, text: impl Display) {
        self.styled(HEADING, text);
    }

    /// A whole line, however long.
    pub fn line(&mut self, text: impl Display) {
        self.push(format_args!("{}\n", printable(&text.to_string())));
    }

    /// Something of a name, on a line for people and as `field` for scripts.
    pub fn entry(
        &mut self,
        field: &'static str,
        name: &str,
        shown: impl Display,
        value: impl Into<Value>,
    ) {
        self.pair(name, shown);
        self.json(field, value);
    }

    /// Something of a name, for people alone.
    pub fn pair(&mut self, name: &str, shown: impl Display) {
        let shown = elided(&printable(&shown.to_string()));
        self.push(format_args!("  {}: {shown}\n", printable(name)));
    }

    /// Something for scripts alone.
    pub fn json(&mut self, field: &'static str, value: impl Into<Value>) {
        self.fields.push((field, value.into()));
    }

    /// Items under a heading, each behind its byte offset.
    pub fn items(&mut self, heading: &str, offset: usize, lines: &[Line]) {
        self.push(format_args!("{OFFSET}{offset:>8}{OFFSET:#}  {HEADING}{heading}{HEADING:#}\n"));
        for line in lines {
            let Line { depth, offset, name, value } = line;
            let indent = "  ".repeat(depth.saturating_add(1));
            let (name, value) = (printable(name), elided(&printable(value)));
            let separator = if name.is_empty() || value.is_empty() { "" } else { ": " };
            self.push(format_args!(
                "{OFFSET}{offset:>8}{OFFSET:#}  {indent}{name}{separator}{value}\n"
            ));
        }
    }

    /// Bytes under a heading behind their offset: as text where they are text, as CBOR where they
    /// are that, and else in hexadecimal.
    pub fn bytes(&mut self, heading: &str, offset: usize, bytes: &[u8]) {
        let shown = match std::str::from_utf8(bytes) {
            Ok(text) if !bytes.is_empty() && !text.chars().any(char::is_control) => {
                format!("{text:?}")
            }
            _ => hex(bytes),
        };
        let (size, shown) = (bytes.len(), elided(&printable(&shown)));
        self.push(format_args!(
            "{OFFSET}{offset:>8}{OFFSET:#}  {HEADING}{heading}{HEADING:#}, {size} bytes: {shown}\n"
        ));
    }

    /// What another report found, on lines further in and as the object `field`.
    pub fn nest(&mut self, field: &'static str, heading: &str, inner: Self) {
        self.heading(heading);
        for line in inner.text.lines() {
            self.push(format_args!("  {line}\n"));
        }
        let mut fields = serde_json::Map::new();
        for (name, value) in inner.fields.into_iter().filter(|(name, _)| *name != "ok") {
            fields.insert(name.to_owned(), value);
        }
        self.json(field, Value::Object(fields));
    }

    /// Bytes that go to a file or to standard output.
    pub fn make(&mut self, made: Made) {
        self.made = Some(made);
    }

    /// Says that the answer, for all that can be told of it, is no.
    pub fn refuse(&mut self, refusal: Failure) {
        self.fields.retain(|(name, _)| *name != "ok");
        self.fields.insert(0, ("ok", json!(false)));
        self.fields.push(("error", refusal.to_json()["error"].take()));
        self.refusal = Some(refusal);
    }

    /// Why the answer is no, if it is.
    pub fn take_refusal(&mut self) -> Option<Failure> {
        self.refusal.take()
    }

    /// The lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was made, if anything was.
    pub const fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }

    fn styled(&mut self, style: Style, text: impl Display) {
        let text = printable(&text.to_string());
        self.push(format_args!("{style}{text}{style:#}\n"));
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        let written = self.text.write_fmt(text);
        debug_assert!(written.is_ok(), "writing into a String can't fail");
    }
}

/// The object of `--json`: its fields in the order in which they were given.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields.iter().map(|(name, value)| (*name, value)))
    }
}

/// The lines of an outline for scripts.
pub fn outline_json(lines: &[Line]) -> Value {
    let object = |line: &Line| {
        let Line { depth, offset, name, value } = line;
        json!({"depth": depth, "offset": offset, "name": name, "value": value})
    };
    lines.iter().map(object).collect()
}

/// `text` with everything escaped that could move a terminal's cursor or turn its text around.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\'' | '"' | '\\' => shown.push(character),
            other => shown.extend(other.escape_debug()),
        }
    }
    shown
}

/// `text`, cut where it is longer than a person reads.
fn elided(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => {
            let start = text.get(..end).unwrap_or(text);
            format!("{start}… ({} characters)", text.chars().count())
        }
    }
}

#[cfg(test)]
mod tests;
