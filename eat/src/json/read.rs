//! A JSON-encoded claims-set into the CBOR of the same claims.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hexad_cose_core::ErrorKind as Cose;
use hexad_cose_core::cbor::{Encoder, Type};
use nojson::{JsonParseError, JsonValueKind, RawJson, RawJsonValue};

use super::names::{COMPARISONS, Form, Name, of_json};
use crate::error::{Error, ErrorKind};
use crate::labels;

/// A value of the text.
pub(super) type Value<'t, 'r> = RawJsonValue<'t, 'r>;

/// Reads one JSON value that is all of `text`.
pub(super) fn parse(text: &str) -> Result<RawJson<'_>, Error> {
    RawJson::parse(text).map_err(|error| syntax(&error))
}

fn syntax(error: &JsonParseError) -> Error {
    Error::new(ErrorKind::Json, error.position())
}

/// What is being written, and where each of its values stands in the text.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub cbor: Vec<u8>,
    /// Offsets in the CBOR and in the text, both ascending.
    places: Vec<(usize, usize)>,
}

impl Output {
    /// Writes what stands at byte `at` of the text.
    pub fn put(
        &mut self,
        at: usize,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), hexad_cose_core::Error>,
    ) -> Result<(), Error> {
        self.places.push((self.cbor.len(), at));
        Ok(write(&mut Encoder::appending(&mut self.cbor))?)
    }

    /// The error that was found in the CBOR, at the byte of the text that it came from.
    pub fn in_text(&self, error: Error) -> Error {
        let behind = self.places.partition_point(|(offset, _)| *offset <= error.offset());
        let place = behind.checked_sub(1).and_then(|index| self.places.get(index));
        Error::new(error.kind(), place.map_or(0, |(_, text)| *text))
    }
}

/// The string as it reads without its escapes.
pub(super) fn text<'t>(value: Value<'t, '_>) -> Result<Cow<'t, str>, Error> {
    value.to_unquoted_string_str().map_err(|_| unexpected(value, Type::Text))
}

/// Another kind of value than there has to be.
fn unexpected(value: Value<'_, '_>, expected: Type) -> Error {
    Error::new(ErrorKind::Cose(Cose::UnexpectedType { expected }), value.position())
}

/// What base64url without padding stands for. With the right padding it is taken, too: examples of
/// RFC 9711 have it.
pub(super) fn base64url(encoded: &str) -> Option<Vec<u8>> {
    if encoded.ends_with('=') {
        let plain: alloc::string::String = encoded
            .chars()
            .map(|c| {
                if c == '-' {
                    '+'
                } else if c == '_' {
                    '/'
                } else {
                    c
                }
            })
            .collect();
        return Base64::decode_vec(&plain).ok();
    }
    Base64UrlUnpadded::decode_vec(encoded).ok()
}

/// The elements of an array.
pub(super) fn elements<'t, 'r>(value: Value<'t, 'r>) -> Result<Vec<Value<'t, 'r>>, Error> {
    Ok(value.to_array().map_err(|_| unexpected(value, Type::Array))?.collect())
}

/// A name and its value, with where the name begins.
pub(super) struct Member<'t, 'r> {
    pub name: Cow<'t, str>,
    pub at: usize,
    pub value: Value<'t, 'r>,
}

/// The members of an object, none of which may stand twice.
pub(super) fn members<'t, 'r>(value: Value<'t, 'r>) -> Result<Vec<Member<'t, 'r>>, Error> {
    let mut members = Vec::new();
    for (name, inner) in value.to_object().map_err(|_| unexpected(value, Type::Map))? {
        members.push(Member { name: text(name)?, at: name.position(), value: inner });
    }
    let mut names: Vec<_> = members.iter().map(|member| (&*member.name, member.at)).collect();
    names.sort_unstable();
    let twice = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one.0 == next.0);
    match twice {
        Some((_, (_, at))) => Err(Error::new(ErrorKind::Cose(Cose::DuplicateKey), *at)),
        None => Ok(members),
    }
}

/// Writes a claims-set. Claims that have no label stand under their names.
pub(super) fn claims_set(value: Value<'_, '_>, output: &mut Output) -> Result<(), Error> {
    let members = members(value)?;
    output.put(value.position(), |encoder| encoder.map(members.len()).map(drop))?;
    for member in members {
        match of_json(&member.name) {
            Some(name) => {
                output.put(member.at, |encoder| encoder.integer(name.label).map(drop))?;
                claim(name, member.value, output)?;
            }
            None => {
                output.put(member.at, |encoder| encoder.text(&member.name).map(drop))?;
                plain(member.value, output)?;
            }
        }
    }
    Ok(())
}

/// Writes the value of a claim in the form that it has in CBOR.
fn claim(name: &Name, value: Value<'_, '_>, output: &mut Output) -> Result<(), Error> {
    let at = value.position();
    let wrong = Error::new(ErrorKind::Claim(name.label), at);
    let bytes = |value: Value<'_, '_>, output: &mut Output| {
        let decoded = base64url(&text(value)?).ok_or(wrong)?;
        output.put(value.position(), |encoder| encoder.bytes(&decoded).map(drop))
    };
    match name.form {
        Form::Plain | Form::Policies => plain(value, output),
        Form::Bytes => bytes(value, output),
        Form::Claims => claims_set(value, output),
        Form::Nonces if value.kind() == JsonValueKind::Array => {
            let elements = elements(value)?;
            output.put(at, |encoder| encoder.array(elements.len()).map(drop))?;
            elements.into_iter().try_for_each(|element| nonce(element, output))
        }
        Form::Nonces => nonce(value, output),
        Form::OemId if value.kind() == JsonValueKind::Integer => plain(value, output),
        Form::OemId => bytes(value, output),
        Form::BytesByName => {
            let members = members(value)?;
            output.put(at, |encoder| encoder.map(members.len()).map(drop))?;
            members.into_iter().try_for_each(|member| {
                output.put(member.at, |encoder| encoder.text(&member.name).map(drop))?;
                bytes(member.value, output)
            })
        }
        Form::Version if value.kind() == JsonValueKind::String => {
            output.put(at, |encoder| encoder.array(1).map(drop))?;
            plain(value, output)
        }
        Form::Version => plain(value, output),
        Form::Enumerated(names) => {
            let number = number_of(names, value, wrong)?;
            output.put(at, |encoder| encoder.integer(number).map(drop))
        }
        Form::Members(names) => {
            let members = members(value)?;
            output.put(at, |encoder| encoder.map(members.len()).map(drop))?;
            members.into_iter().try_for_each(|member| {
                let known = names.iter().find(|name| name.json == member.name).ok_or(wrong)?;
                output.put(member.at, |encoder| encoder.integer(known.label).map(drop))?;
                claim(known, member.value, output)
            })
        }
        Form::Profile => {
            let profile = text(value)?;
            output.put(at, |encoder| match oid(&profile) {
                Some(content) => encoder.bytes(&content).map(drop),
                None => encoder.text(&profile).map(drop),
            })
        }
        Form::Submodules => {
            let members = members(value)?;
            output.put(at, |encoder| encoder.map(members.len()).map(drop))?;
            members.into_iter().try_for_each(|member| {
                output.put(member.at, |encoder| encoder.text(&member.name).map(drop))?;
                submodule(member.value, output)
            })
        }
        Form::Formatted => {
            let elements = elements(value)?;
            output.put(at, |encoder| encoder.array(elements.len()).map(drop))?;
            elements.into_iter().try_for_each(|element| {
                let [content_format, body] = pair(element)?;
                output.put(element.position(), |encoder| encoder.array(2).map(drop))?;
                plain(content_format, output)?;
                match base64url(&text(body)?) {
                    Some(_) => bytes(body, output),
                    None => plain(body, output),
                }
            })
        }
        Form::Results => results(value, wrong, output),
        Form::Confirmation => confirmation(value, wrong, output),
    }
}

/// A nonce is a text here. It stands for the bytes that it is the base64url of, as the examples of
/// RFC 9711 do, and, where it is none of the right length, for its own.
fn nonce(value: Value<'_, '_>, output: &mut Output) -> Result<(), Error> {
    let text = text(value)?;
    let decoded = base64url(&text).filter(|decoded| (8..=64).contains(&decoded.len()));
    let nonce = decoded.as_deref().unwrap_or(text.as_bytes());
    output.put(value.position(), |encoder| encoder.bytes(nonce).map(drop))
}

fn number_of(names: &[(&str, i64)], value: Value<'_, '_>, wrong: Error) -> Result<i64, Error> {
    let text = text(value)?;
    let named = names.iter().find(|(name, _)| *name == text);
    named.map(|(_, number)| *number).ok_or(Error::new(wrong.kind(), value.position()))
}

fn pair<'t, 'r>(value: Value<'t, 'r>) -> Result<[Value<'t, 'r>; 2], Error> {
    let length = Error::new(ErrorKind::Cose(Cose::Length), value.position());
    elements(value)?.try_into().map_err(|_| length)
}

/// A submodule: a claims-set, or a `JSON-Selector` (RFC 9711, 4.2.18.1).
fn submodule(value: Value<'_, '_>, output: &mut Output) -> Result<(), Error> {
    if value.kind() == JsonValueKind::Object {
        return claims_set(value, output);
    }
    let [kind, inner] = pair(value)?;
    let wrong = Error::new(ErrorKind::Claim(labels::SUBMODS), inner.position());
    match &*text(kind)? {
        "CBOR" => {
            let token = base64url(&text(inner)?).ok_or(wrong)?;
            output.put(inner.position(), |encoder| encoder.bytes(&token).map(drop))
        }
        // A CBOR token has the whole selector as a text.
        "JWT" | "BUNDLE" => {
            output.put(value.position(), |encoder| encoder.text(value.as_raw_str()).map(drop))
        }
        "DIGEST" => {
            let [algorithm, digest] = pair(inner)?;
            output.put(inner.position(), |encoder| encoder.array(2).map(drop))?;
            plain(algorithm, output)?;
            let digest = base64url(&text(digest)?).ok_or(wrong)?;
            output.put(inner.position(), |encoder| encoder.bytes(&digest).map(drop))
        }
        _ => Err(Error::new(wrong.kind(), kind.position())),
    }
}

fn results(value: Value<'_, '_>, wrong: Error, output: &mut Output) -> Result<(), Error> {
    let groups = elements(value)?;
    output.put(value.position(), |encoder| encoder.array(groups.len()).map(drop))?;
    for group in groups {
        let [system, results] = pair(group)?;
        output.put(group.position(), |encoder| encoder.array(2).map(drop))?;
        plain(system, output)?;
        let individual = elements(results)?;
        output.put(results.position(), |encoder| encoder.array(individual.len()).map(drop))?;
        for result in individual {
            let [id, comparison] = pair(result)?;
            output.put(result.position(), |encoder| encoder.array(2).map(drop))?;
            plain(id, output)?;
            let number = number_of(COMPARISONS, comparison, wrong)?;
            output.put(comparison.position(), |encoder| encoder.integer(number).map(drop))?;
        }
    }
    Ok(())
}

/// `cnf` with a key or the identifier of one (RFC 7800, 3.2 and 3.4; RFC 8747, 3).
fn confirmation(value: Value<'_, '_>, wrong: Error, output: &mut Output) -> Result<(), Error> {
    let members = members(value)?;
    output.put(value.position(), |encoder| encoder.map(members.len()).map(drop))?;
    for member in members {
        let at = member.value.position();
        match &*member.name {
            "jwk" => {
                let refused = |_| Error::new(wrong.kind(), at);
                let key = hexad_cose_core::jwk::read(member.value.as_raw_str()).map_err(refused)?;
                output.put(member.at, |encoder| encoder.integer(1).map(drop))?;
                output.put(at, |encoder| encoder.raw(&key).map(drop))?;
            }
            "kid" => {
                let kid = text(member.value)?;
                output.put(member.at, |encoder| encoder.integer(3).map(drop))?;
                output.put(at, |encoder| encoder.bytes(kid.as_bytes()).map(drop))?;
            }
            _ => return Err(Error::new(wrong.kind(), member.at)),
        }
    }
    Ok(())
}

/// The content of the BER encoding of a dotted OID; `None` for what is none.
fn oid(text: &str) -> Option<Vec<u8>> {
    let mut arcs = text.split('.').map(|arc| {
        let canonical = arc == "0" || !arc.starts_with('0');
        let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
        if canonical && digits { arc.parse::<u64>().ok() } else { None }
    });
    let (first, second) = (arcs.next()??, arcs.next()??);
    if first > 2 || (first < 2 && second > 39) {
        return None;
    }
    let mut content = Vec::new();
    base128(first.checked_mul(40)?.checked_add(second)?, &mut content);
    for arc in arcs {
        base128(arc?, &mut content);
    }
    Some(content)
}

fn base128(value: u64, content: &mut Vec<u8>) {
    let groups = (64 - value.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let low = value >> (7 * group) & 0x7f;
        let more = u8::from(group > 0) << 7;
        content.push(u8::try_from(low).unwrap_or_default() | more);
    }
}

/// A value that is the same in both encodings. It nests no deeper than JSON is read.
pub(super) fn plain(value: Value<'_, '_>, output: &mut Output) -> Result<(), Error> {
    let at = value.position();
    let raw = value.as_raw_str();
    match value.kind() {
        JsonValueKind::Null => output.put(at, |encoder| encoder.null().map(drop)),
        JsonValueKind::Boolean => {
            output.put(at, |encoder| encoder.boolean(raw == "true").map(drop))
        }
        JsonValueKind::Integer => match raw.parse::<i64>() {
            Ok(number) => output.put(at, |encoder| encoder.integer(number).map(drop)),
            Err(_) => match raw.parse::<u64>() {
                Ok(number) => output.put(at, |encoder| encoder.unsigned(number).map(drop)),
                Err(_) => Err(Error::new(ErrorKind::Cose(Cose::Unsupported), at)),
            },
        },
        JsonValueKind::Float => {
            let number: f64 = raw.parse().map_err(|_| Error::new(ErrorKind::Json, at))?;
            if !number.is_finite() {
                return Err(Error::new(ErrorKind::Cose(Cose::Unsupported), at));
            }
            output.put(at, |encoder| encoder.float(number).map(drop))
        }
        JsonValueKind::String => {
            let text = text(value)?;
            output.put(at, |encoder| encoder.text(&text).map(drop))
        }
        JsonValueKind::Array => {
            let elements = elements(value)?;
            output.put(at, |encoder| encoder.array(elements.len()).map(drop))?;
            elements.into_iter().try_for_each(|element| plain(element, output))
        }
        JsonValueKind::Object => {
            let members = members(value)?;
            output.put(at, |encoder| encoder.map(members.len()).map(drop))?;
            members.into_iter().try_for_each(|member| {
                output.put(member.at, |encoder| encoder.text(&member.name).map(drop))?;
                plain(member.value, output)
            })
        }
    }
}
