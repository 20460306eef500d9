//! A position in text: white space, comments, words and encoding indicators.

use super::error::{EdnError, EdnErrorKind};
use super::output::Indicator;

/// What is left of a text, or of a part of it.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'t> {
    rest: &'t str,
    /// Offset of the byte after the last of `rest`, from the start of the whole text.
    end: usize,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { rest: text, end: text.len() }
    }

    pub fn offset(&self) -> usize {
        self.end.saturating_sub(self.rest.len())
    }

    pub fn error(&self, kind: EdnErrorKind) -> EdnError {
        EdnError::new(kind, self.offset())
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub fn starts_with(&self, token: &str) -> bool {
        self.rest.starts_with(token)
    }

    /// Takes the next character.
    pub fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next();
        self.rest = characters.as_str();
        next
    }

    /// Takes `token` if it stands here.
    pub fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes as many characters as satisfy `accept`.
    pub fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let length = self.rest.find(|next| !accept(next)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Takes what stands before `delimiter`, and the delimiter; a scanner over the former.
    pub fn take_until(&mut self, delimiter: &str) -> Option<Self> {
        let (taken, rest) = self.rest.split_once(delimiter)?;
        let end = self.offset().saturating_add(taken.len());
        self.rest = rest;
        Some(Self { rest: taken, end })
    }

    /// The next `length` bytes, which stay.
    pub fn text(&self, length: usize) -> &'t str {
        self.rest.get(..length).unwrap_or_default()
    }

    /// The prefix of the single-quoted string that begins here, which may be empty.
    pub fn prefix(&self) -> Option<&'t str> {
        let mut ahead = *self;
        let prefix = ahead.take_while(|next| next.is_ascii_alphanumeric() || next == '-');
        ahead.starts_with("'").then_some(prefix)
    }

    /// Passes over white space and comments: to the end of the line behind `#` or `//`, between `/*` and
    /// `*/`, between slashes.
    pub fn blanks(&mut self) -> Result<(), EdnError> {
        loop {
            self.line_blanks();
            let start = self.error(EdnErrorKind::Unclosed);
            let closed = if self.take("//") {
                self.take_while(|next| next != '\n');
                true
            } else if self.take("/*") {
                self.take_until("*/").is_some()
            } else if self.take("/") {
                self.take_until("/").is_some()
            } else {
                return Ok(());
            };
            if !closed {
                return Err(start);
            }
        }
    }

    /// Passes over white space and comments behind `#`: all that can stand among digits of base 64, of
    /// which the slash is one.
    pub fn line_blanks(&mut self) {
        loop {
            self.take_while(|next| matches!(next, ' ' | '\t' | '\r' | '\n'));
            if !self.take("#") {
                return;
            }
            self.take_while(|next| next != '\n');
        }
    }

    /// Takes the encoding indicator that stands here, if any.
    pub fn indicator(&mut self) -> Result<Indicator, EdnError> {
        let error = self.error(EdnErrorKind::Indicator);
        if self.peek() != Some('_') {
            return Ok(Indicator::Shortest);
        }
        match self.take_while(|next| next.is_ascii_alphanumeric() || next == '_') {
            "_" => Ok(Indicator::Indefinite),
            "_i" => Ok(Indicator::Immediate),
            "_0" => Ok(Indicator::Bytes(24)),
            "_1" => Ok(Indicator::Bytes(25)),
            "_2" => Ok(Indicator::Bytes(26)),
            "_3" => Ok(Indicator::Bytes(27)),
            _ => Err(error),
        }
    }
}
