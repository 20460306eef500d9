//! Reads JSON by `nojson`, and builds the tree: no duplicate names, and the byte of every mistake.

use alloc::vec::Vec;

use nojson::{JsonParseError, JsonValueKind, RawJson, RawJsonValue};

use super::{Kind, Member, Value};
use crate::error::{ErrorKind, Fault};

/// Reads the one value that is all of `bytes`.
pub(crate) fn read(bytes: &[u8]) -> Result<Value<'_>, Fault> {
    let text = core::str::from_utf8(bytes).map_err(|error| {
        Fault::new(ErrorKind::InvalidUtf8, error.valid_up_to(), "a MUD file is JSON in UTF-8")
    })?;
    let fault = |error: JsonParseError| syntax(text, &error);
    value(RawJson::parse(text).map_err(fault)?.value(), &fault)
}

/// The tree of a value. It nests no deeper than [`MAX_DEPTH`](super::MAX_DEPTH), as was seen to.
fn value<'b>(
    raw: RawJsonValue<'b, '_>,
    fault: &impl Fn(JsonParseError) -> Fault,
) -> Result<Value<'b>, Fault> {
    let (offset, text) = (raw.position(), raw.as_raw_str());
    let kind = match raw.kind() {
        JsonValueKind::Null => Kind::Null,
        JsonValueKind::Boolean => Kind::Bool(text == "true"),
        JsonValueKind::Integer | JsonValueKind::Float => Kind::Number(text),
        JsonValueKind::String => Kind::String(raw.to_unquoted_string_str().map_err(fault)?),
        JsonValueKind::Array => {
            let values = raw.to_array().map_err(fault)?.map(|element| value(element, fault));
            Kind::Array(values.collect::<Result<_, _>>()?)
        }
        JsonValueKind::Object => {
            let members = raw.to_object().map_err(fault)?.map(|(name, inner)| {
                Ok(Member {
                    offset: name.position(),
                    name: name.to_unquoted_string_str().map_err(fault)?,
                    value: value(inner, fault)?,
                })
            });
            let members = members.collect::<Result<Vec<_>, Fault>>()?;
            check_unique(&members)?;
            Kind::Object(members)
        }
    };
    Ok(Value { offset, end: offset.saturating_add(text.len()), kind })
}

/// What is wrong, and the cure.
fn syntax(text: &str, error: &JsonParseError) -> Fault {
    let offset = error.position();
    let (kind, advice) = match error {
        JsonParseError::UnexpectedEos { .. } => {
            (ErrorKind::UnexpectedEnd, "the file ends inside of a value: part of it is missing")
        }
        JsonParseError::UnexpectedTrailingChar { .. } => {
            (ErrorKind::TrailingBytes, "a MUD file is one JSON object and no more")
        }
        JsonParseError::UnexpectedValueChar { kind, .. } => {
            let before = text.get(..offset).unwrap_or_default().trim_end();
            let next = text.get(offset..).and_then(|rest| rest.bytes().next());
            let after_comma = before.ends_with(',') && matches!(next, Some(b']' | b'}'));
            (ErrorKind::Syntax, if after_comma { COMMA } else { expected(*kind) })
        }
        JsonParseError::InvalidValue { .. } => {
            (ErrorKind::TooDeep, "a MUD file needs no more than twelve levels")
        }
    };
    Fault::new(kind, offset, advice)
}

const COMMA: &str = "no comma stands after the last value: take it away";

/// What may stand inside of a value of this kind.
const fn expected(kind: Option<JsonValueKind>) -> &'static str {
    match kind {
        None => "a value starts with {, [, a quote, a digit, or is true, false or null",
        Some(JsonValueKind::Null | JsonValueKind::Boolean) => {
            "the words of JSON are true, false and null"
        }
        Some(JsonValueKind::Integer | JsonValueKind::Float) => "a digit has to stand here",
        Some(JsonValueKind::String) => {
            "control characters are written as \\u00xx, a backslash is followed by one of \" \\ / b f n \
             r t u, and surrogates stand in pairs (RFC 7493, 2.1)"
        }
        Some(JsonValueKind::Array) => "a comma or ] follows a value of an array",
        Some(JsonValueKind::Object) => {
            "an object has names in quotes, each with a colon and a value, and commas between them"
        }
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
