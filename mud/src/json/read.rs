//! The JSON reader: no recursion, no duplicate names, and the byte of every mistake.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Kind, MAX_DEPTH, Member, Value};
use crate::error::{ErrorKind, Fault};

/// An array or object that is not closed yet.
enum Open<'b> {
    Array { offset: usize, values: Vec<Value<'b>> },
    Object { offset: usize, members: Vec<Member<'b>>, name: Option<(usize, Cow<'b, str>)> },
}

/// Reads the one value that is all of `bytes`.
pub(crate) fn read(bytes: &[u8]) -> Result<Value<'_>, Fault> {
    let text = core::str::from_utf8(bytes).map_err(|error| {
        Fault::new(ErrorKind::InvalidUtf8, error.valid_up_to(), "a MUD file is JSON in UTF-8")
    })?;
    let mut reader = Reader { text, position: 0 };
    let mut open: Vec<Open<'_>> = Vec::new();
    loop {
        let mut value = match reader.before_value(&mut open)? {
            Some(closed) => closed,
            None => match reader.value(&mut open)? {
                Some(value) => value,
                None => continue,
            },
        };
        loop {
            match open.last_mut() {
                None => return reader.finish(value),
                Some(Open::Array { values, .. }) => values.push(value),
                Some(Open::Object { members, name, .. }) => {
                    if let Some((offset, name)) = name.take() {
                        members.push(Member { offset, name, value });
                    }
                }
            }
            match reader.after_value(&mut open)? {
                Some(closed) => value = closed,
                None => break,
            }
        }
    }
}

struct Reader<'b> {
    text: &'b str,
    position: usize,
}

impl<'b> Reader<'b> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn fault(&self, kind: ErrorKind, advice: &'static str) -> Fault {
        Fault::new(kind, self.position, advice)
    }

    /// What is wrong where something else had to stand.
    fn unexpected(&self, advice: &'static str) -> Fault {
        let kind = match self.peek() {
            Some(_) => ErrorKind::Syntax,
            None => ErrorKind::UnexpectedEnd,
        };
        self.fault(kind, advice)
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.position += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        if there {
            self.position += 1;
        }
        there
    }

    /// Between an opening bracket or a comma and the value: a member's name, or the end of an array
    /// or object that is empty, which is returned.
    fn before_value(&mut self, open: &mut Vec<Open<'b>>) -> Result<Option<Value<'b>>, Fault> {
        self.skip_whitespace();
        match open.last_mut() {
            Some(Open::Array { values, .. }) if values.is_empty() && self.take(b']') => {
                Ok(self.close(open)?)
            }
            Some(Open::Object { members, .. }) if members.is_empty() && self.take(b'}') => {
                Ok(self.close(open)?)
            }
            Some(Open::Object { name, .. }) => {
                let offset = self.position;
                if self.peek() != Some(b'"') {
                    return Err(
                        self.unexpected("an object's member starts with its name in quotes")
                    );
                }
                *name = Some((offset, self.string()?));
                self.skip_whitespace();
                if !self.take(b':') {
                    return Err(self.unexpected("a colon follows a member's name"));
                }
                self.skip_whitespace();
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// A value; `None` when it is an array or object that was opened.
    fn value(&mut self, open: &mut Vec<Open<'b>>) -> Result<Option<Value<'b>>, Fault> {
        let offset = self.position;
        let opened = match self.peek() {
            Some(b'[') => Open::Array { offset, values: Vec::new() },
            Some(b'{') => Open::Object { offset, members: Vec::new(), name: None },
            Some(b'"') => {
                let kind = Kind::String(self.string()?);
                return Ok(Some(Value { offset, end: self.position, kind }));
            }
            Some(b'-' | b'0'..=b'9') => {
                let kind = Kind::Number(self.number()?);
                return Ok(Some(Value { offset, end: self.position, kind }));
            }
            _ => {
                let kind = self.literal()?;
                return Ok(Some(Value { offset, end: self.position, kind }));
            }
        };
        if open.len() >= MAX_DEPTH {
            return Err(
                self.fault(ErrorKind::TooDeep, "a MUD file needs no more than twelve levels")
            );
        }
        self.position += 1;
        open.push(opened);
        Ok(None)
    }

    /// After a value inside an array or object: a comma, or the end, which is returned.
    fn after_value(&mut self, open: &mut Vec<Open<'b>>) -> Result<Option<Value<'b>>, Fault> {
        self.skip_whitespace();
        if self.take(b',') {
            self.skip_whitespace();
            if let Some(b']' | b'}') = self.peek() {
                return Err(self.unexpected("no comma stands after the last value: take it away"));
            }
            return Ok(None);
        }
        match open.last() {
            Some(Open::Array { .. }) if self.take(b']') => self.close(open),
            Some(Open::Object { .. }) if self.take(b'}') => self.close(open),
            Some(Open::Array { .. }) => {
                Err(self.unexpected("a comma or ] follows a value of an array"))
            }
            _ => Err(self.unexpected("a comma or } follows a value of an object")),
        }
    }

    fn close(&self, open: &mut Vec<Open<'b>>) -> Result<Option<Value<'b>>, Fault> {
        let end = self.position;
        Ok(match open.pop() {
            Some(Open::Array { offset, values }) => {
                Some(Value { offset, end, kind: Kind::Array(values) })
            }
            Some(Open::Object { offset, members, .. }) => {
                check_unique(&members)?;
                Some(Value { offset, end, kind: Kind::Object(members) })
            }
            None => None,
        })
    }

    fn finish(&mut self, value: Value<'b>) -> Result<Value<'b>, Fault> {
        self.skip_whitespace();
        match self.peek() {
            None => Ok(value),
            Some(_) => {
                Err(self
                    .fault(ErrorKind::TrailingBytes, "a MUD file is one JSON object and no more"))
            }
        }
    }

    fn literal(&mut self) -> Result<Kind<'b>, Fault> {
        let rest = self.text.get(self.position..).unwrap_or_default();
        for (word, kind) in
            [("null", Kind::Null), ("true", Kind::Bool(true)), ("false", Kind::Bool(false))]
        {
            if rest.starts_with(word) {
                self.position += word.len();
                return Ok(kind);
            }
            if word.starts_with(rest) {
                self.position = self.text.len();
                break;
            }
        }
        Err(self
            .unexpected("a value starts with {, [, a quote, a digit, or is true, false or null"))
    }

    /// A number as RFC 8259, 6 writes it.
    fn number(&mut self) -> Result<&'b str, Fault> {
        let start = self.position;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.position).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.position;
        while let Some(b'0'..=b'9') = self.peek() {
            self.position += 1;
        }
        if start == self.position {
            return Err(self.unexpected("a digit has to stand here"));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'b, str>, Fault> {
        self.position += 1;
        let mut start = self.position;
        let mut owned: Option<String> = None;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let piece = self.text.get(start..self.position).unwrap_or_default();
                    self.position += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(piece),
                        Some(mut owned) => {
                            owned.push_str(piece);
                            Cow::Owned(owned)
                        }
                    });
                }
                Some(b'\\') => {
                    let piece = self.text.get(start..self.position).unwrap_or_default();
                    let owned = owned.get_or_insert_default();
                    owned.push_str(piece);
                    owned.push(self.escape()?);
                    start = self.position;
                }
                Some(0..=0x1f) => {
                    return Err(
                        self.unexpected("a control character in text is written as \\u00xx")
                    );
                }
                Some(_) => self.position += 1,
                None => return Err(self.unexpected("a quote ends a text")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        self.position += 1;
        let escaped = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.unexpected("one of \" \\ / b f n r t u follows a backslash")),
        };
        self.position += 1;
        Ok(escaped)
    }

    fn unicode_escape(&mut self) -> Result<char, Fault> {
        const ADVICE: &str = "surrogates stand in pairs, the high one first (RFC 7493, 2.1)";
        let offset = self.position.saturating_sub(1);
        let lone = Fault::new(ErrorKind::Syntax, offset, ADVICE);
        let unit = self.hex4()?;
        if !(0xd800..0xe000).contains(&unit) {
            return char::from_u32(unit).ok_or(lone);
        }
        if unit >= 0xdc00 || !self.take(b'\\') || self.peek() != Some(b'u') {
            return Err(if self.peek().is_none() { self.unexpected(ADVICE) } else { lone });
        }
        let low = self.hex4()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).ok_or(lone)
    }

    /// The four hexadecimal digits after the `u` at the position.
    fn hex4(&mut self) -> Result<u32, Fault> {
        self.position += 1;
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            unit = unit * 16 + digit.ok_or_else(|| self.unexpected("four hexadecimal digits"))?;
            self.position += 1;
        }
        Ok(unit)
    }
}

/// No two members may have one name. Sorted first, so that a hostile object costs no square of time.
fn check_unique(members: &[Member<'_>]) -> Result<(), Fault> {
    let mut names: Vec<_> = members.iter().map(|member| (&*member.name, member.offset)).collect();
    names.sort_unstable();
    let twice = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one.0 == next.0);
    match twice {
        None => Ok(()),
        Some((_, (_, offset))) => Err(Fault::new(
            ErrorKind::DuplicateKey,
            *offset,
            "a name stands once in an object: take one of the two away (RFC 7493, 2.3)",
        )),
    }
}
