//! The CBOR of a claims-set into the JSON of the same claims.

use alloc::string::{String, ToString};

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::cbor::{Cursor, Entries, Type};
use hexad_cose_core::{ErrorKind as Cose, Key, Label, jwk};

use super::names::{COMPARISONS, Form, Name, of_label};
use crate::error::{Error, ErrorKind};
use crate::labels;

/// Levels of arrays and maps that are written: as many as JSON is read.
const MAX_DEPTH: usize = nojson::MAX_NESTING_DEPTH;

/// The text, and which generation of names it has.
pub(super) struct Output {
    pub json: String,
    /// Whether claims of attestation results have the names before draft-ietf-rats-ear-03.
    pub earlier: bool,
}

impl Output {
    fn string(&mut self, text: &str) {
        self.json.push_str(&nojson::Json(text).to_string());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.string(&Base64UrlUnpadded::encode_string(bytes));
    }

    /// A comma, but before the first of a list.
    fn separate(&mut self, is_first: &mut bool) {
        if !core::mem::take(is_first) {
            self.json.push(',');
        }
    }

    /// Writes every element of the array at `cursor`.
    fn array(
        &mut self,
        cursor: &mut Cursor<'_>,
        mut element: impl FnMut(&mut Self, &mut Cursor<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut items = cursor.array()?;
        let mut is_first = true;
        self.json.push('[');
        while items.next(cursor)? {
            self.separate(&mut is_first);
            element(self, cursor)?;
        }
        self.json.push(']');
        Ok(())
    }

    /// Writes every entry of the map at `cursor`; `member` writes name, colon and value.
    fn map<'b>(
        &mut self,
        cursor: &mut Cursor<'b>,
        mut member: impl FnMut(&mut Self, Label<'b>, &mut Cursor<'b>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut entries = Entries::enter(cursor)?;
        let mut is_first = true;
        self.json.push('{');
        while let Some(label) = entries.next(cursor)? {
            self.separate(&mut is_first);
            member(self, label, cursor)?;
        }
        self.json.push('}');
        Ok(())
    }

    fn name(&mut self, name: &str) {
        self.string(name);
        self.json.push(':');
    }

    /// Writes the claims-set at `cursor`.
    pub fn claims_set(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Error> {
        let depth = deeper(cursor, depth)?;
        self.map(cursor, |output, label, cursor| match label {
            Label::Text(name) => {
                output.name(name);
                output.plain(cursor, depth)
            }
            Label::Integer(label) => {
                let unnamed = Error::new(ErrorKind::Claim(label), cursor.offset());
                let name = of_label(label, output.earlier).ok_or(unnamed)?;
                output.name(name.json);
                output.claim(name, cursor, depth)
            }
        })
    }

    fn claim(&mut self, name: &Name, cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Error> {
        let wrong = Error::new(ErrorKind::Claim(name.label), cursor.offset());
        match name.form {
            Form::Plain | Form::Version | Form::Policies => self.plain(cursor, depth),
            Form::Bytes => {
                self.bytes(cursor.bytes()?);
                Ok(())
            }
            Form::Nonces if cursor.peek()? == Type::Array => {
                self.array(cursor, |output, cursor| {
                    output.bytes(cursor.bytes()?);
                    Ok(())
                })
            }
            Form::Nonces => {
                self.bytes(cursor.bytes()?);
                Ok(())
            }
            Form::OemId if cursor.peek()? == Type::Unsigned => self.plain(cursor, depth),
            Form::OemId => {
                self.bytes(cursor.bytes()?);
                Ok(())
            }
            Form::BytesByName => self.map(cursor, |output, label, cursor| {
                output.name(text_of(label, wrong)?);
                output.bytes(cursor.bytes()?);
                Ok(())
            }),
            Form::Enumerated(names) => self.enumerated(names, cursor, wrong),
            Form::Members(names) => self.map(cursor, |output, label, cursor| {
                let number = label.integer().ok_or(wrong)?;
                let known = names.iter().find(|name| name.label == number).ok_or(wrong)?;
                output.name(known.json);
                output.claim(known, cursor, depth)
            }),
            Form::Profile => {
                match cursor.peek()? {
                    Type::Text => self.string(cursor.text()?),
                    _ => self.string(&dotted(cursor.bytes()?).ok_or(wrong)?),
                }
                Ok(())
            }
            Form::Submodules => self.map(cursor, |output, label, cursor| {
                output.name(text_of(label, wrong)?);
                output.submodule(cursor, depth)
            }),
            Form::Formatted => self.array(cursor, |output, cursor| {
                cursor.array_of(2)?;
                output.json.push('[');
                output.plain(cursor, depth)?;
                output.json.push(',');
                output.plain(cursor, depth)?;
                output.json.push(']');
                Ok(())
            }),
            Form::Results => self.array(cursor, |output, cursor| {
                cursor.array_of(2)?;
                output.json.push('[');
                output.plain(cursor, depth)?;
                output.json.push(',');
                output.array(cursor, |output, cursor| {
                    cursor.array_of(2)?;
                    output.json.push('[');
                    match cursor.peek()? {
                        Type::Text => output.string(cursor.text()?),
                        _ => output.bytes(cursor.bytes()?),
                    }
                    output.json.push(',');
                    output.enumerated(COMPARISONS, cursor, wrong)?;
                    output.json.push(']');
                    Ok(())
                })?;
                output.json.push(']');
                Ok(())
            }),
            Form::Claims => self.claims_set(cursor, depth),
            Form::Confirmation => self.map(cursor, |output, label, cursor| match label {
                Label::Integer(1) => {
                    let key = Key::parse_at(cursor)?;
                    output.name("jwk");
                    output.json.push_str(&jwk::write_public(&key).map_err(|_| wrong)?);
                    Ok(())
                }
                Label::Integer(3) => {
                    output.name("kid");
                    output.string(core::str::from_utf8(cursor.bytes()?).map_err(|_| wrong)?);
                    Ok(())
                }
                _ => Err(wrong),
            }),
        }
    }

    fn enumerated(
        &mut self,
        names: &[(&str, i64)],
        cursor: &mut Cursor<'_>,
        wrong: Error,
    ) -> Result<(), Error> {
        let number = cursor.integer()?;
        let (name, _) = names.iter().find(|(_, known)| *known == number).ok_or(wrong)?;
        self.string(name);
        Ok(())
    }

    fn submodule(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Error> {
        let wrong = Error::new(ErrorKind::Claim(labels::SUBMODS), cursor.offset());
        match cursor.peek()? {
            Type::Map => self.claims_set(cursor, depth),
            Type::Array => {
                cursor.array_of(2)?;
                self.json.push_str("[\"DIGEST\",[");
                self.plain(cursor, depth)?;
                self.json.push(',');
                self.bytes(cursor.bytes()?);
                self.json.push_str("]]");
                Ok(())
            }
            Type::Text => {
                // A selector as it stood in JSON; what is not JSON would break the whole text.
                let selector = cursor.text()?;
                super::read::parse(selector).map_err(|_| wrong)?;
                self.json.push_str(selector.trim());
                Ok(())
            }
            _ => {
                self.json.push_str("[\"CBOR\",");
                self.bytes(cursor.bytes()?);
                self.json.push(']');
                Ok(())
            }
        }
    }

    /// A value that is the same in both encodings. A byte string of a claim that is not understood
    /// becomes base64url (RFC 8949, 6.1).
    fn plain(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Error> {
        let unsupported = Error::new(ErrorKind::Cose(Cose::Unsupported), cursor.offset());
        match cursor.peek()? {
            Type::Unsigned => self.json.push_str(&cursor.unsigned()?.to_string()),
            Type::Negative => self.json.push_str(&cursor.integer()?.to_string()),
            Type::Bytes => self.bytes(cursor.bytes()?),
            Type::Text => self.string(cursor.text()?),
            Type::Bool => self.json.push_str(if cursor.boolean()? { "true" } else { "false" }),
            Type::Null => {
                cursor.take_null();
                self.json.push_str("null");
            }
            Type::Float => {
                let number = cursor.float()?;
                if !number.is_finite() {
                    return Err(unsupported);
                }
                // With its fraction or exponent, so that it is read as the same again.
                self.json.push_str(&alloc::format!("{number:?}"));
            }
            Type::Array => {
                let depth = deeper(cursor, depth)?;
                return self.array(cursor, |output, cursor| output.plain(cursor, depth));
            }
            Type::Map => {
                let depth = deeper(cursor, depth)?;
                return self.map(cursor, |output, label, cursor| {
                    match label {
                        Label::Text(name) => output.name(name),
                        Label::Integer(number) => output.name(&number.to_string()),
                    }
                    output.plain(cursor, depth)
                });
            }
            _ => return Err(unsupported),
        }
        Ok(())
    }
}

fn deeper(cursor: &Cursor<'_>, depth: usize) -> Result<usize, Error> {
    let depth = depth.saturating_add(1);
    if depth > MAX_DEPTH { Err(cursor.error(Cose::TooDeep).into()) } else { Ok(depth) }
}

fn text_of(label: Label<'_>, wrong: Error) -> Result<&str, Error> {
    match label {
        Label::Text(text) => Ok(text),
        Label::Integer(_) => Err(wrong),
    }
}

/// The dotted notation of the content of a BER-encoded OID.
fn dotted(content: &[u8]) -> Option<String> {
    let mut text = String::new();
    let (mut arc, mut open) = (0u64, false);
    for byte in content {
        // An arc begins with no zero group, so that there is one encoding of it.
        if !open && *byte == 0x80 {
            return None;
        }
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        open = byte & 0x80 != 0;
        if open {
            continue;
        }
        if text.is_empty() {
            let first = (arc / 40).min(2);
            text.push_str(&first.to_string());
            arc = arc.checked_sub(first.checked_mul(40)?)?;
        }
        text.push('.');
        text.push_str(&arc.to_string());
        arc = 0;
    }
    if open || text.is_empty() { None } else { Some(text) }
}
