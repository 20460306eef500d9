//! RFC 8949: the items of appendix A, as `appendix_a.json` of cbor/test-vectors has them, and texts in
//! diagnostic notation.
//!
//! Each item is held against its value in JSON or its diagnostic notation, which must be turned into the
//! same item, and where `roundtrip` is true it must come out of the encoder as it went in, and count as
//! deterministically encoded.

mod notation;

use std::collections::BTreeMap;
use std::path::Path;

use hexad_cose_core::cbor::{
    Cursor, Encoder, Type, check_deterministic, check_well_formed, diagnose,
};
use hexad_cose_core::{Error as CborError, ErrorKind};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Case, Error, vectors};

/// One entry of the file.
#[derive(Deserialize)]
struct Item<'a> {
    hex: &'a str,
    roundtrip: bool,
    /// The value, where JSON has it; `null` is read as absent, too.
    #[serde(borrow)]
    decoded: Option<&'a RawValue>,
    /// The diagnostic notation, where JSON does not have the value.
    diagnostic: Option<String>,
}

/// Runs the suite on a file, or on a folder: on every file in diagnostic notation, or, where there is
/// none, on every JSON file.
///
/// # Errors
/// When a file can't be read or is not laid out as `appendix_a.json`.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let notation = notation::run(path)?;
    if !notation.is_empty() {
        return Ok(notation);
    }
    let mut cases = Vec::new();
    for file in vectors::files(path, "json")? {
        let malformed = |what: String| Error::Format(file.clone(), what);
        let text = vectors::read(&file)?;
        let items: Vec<Item<'_>> =
            serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        for (index, item) in items.iter().enumerate() {
            let bytes = vectors::hex(item.hex)
                .ok_or_else(|| malformed(format!("item {index}: `hex` is not hexadecimal")))?;
            let superseded = SUPERSEDED.contains(&item.hex);
            let result = if superseded { refused(&bytes) } else { check(item, &bytes) };
            cases.push(Case::new(format!("{index:02} {}", item.hex), result));
        }
    }
    Ok(cases)
}

/// Items of the file that RFC 7049 had and RFC 8949 took away: simple(24) in two bytes is not
/// well-formed any more (3.3).
const SUPERSEDED: [&str; 1] = ["f818"];

/// An item that is no longer one must be refused.
fn refused(bytes: &[u8]) -> Result<(), String> {
    match check_well_formed(bytes).map_err(CborError::kind) {
        Err(ErrorKind::ReservedValue) => Ok(()),
        other => Err(format!("must be refused as reserved, got {other:?}")),
    }
}

fn check(item: &Item<'_>, bytes: &[u8]) -> Result<(), String> {
    check_well_formed(bytes).map_err(|error| format!("not well-formed: {error}"))?;
    let shown = diagnose(bytes).map_err(|error| format!("no diagnostic notation: {error}"))?;
    notation::means(&shown, bytes)?;
    match (&item.diagnostic, item.decoded) {
        (Some(expected), _) => {
            // The width of a float that is not the shortest may follow (RFC 8949, 8.1).
            let same = shown.strip_prefix(expected.as_str());
            if !matches!(same, Some("" | "_1" | "_2" | "_3")) {
                return Err(format!("is `{shown}`, expected `{expected}`"));
            }
            if item.roundtrip {
                notation::means(expected, bytes)?;
            }
        }
        (None, expected) => {
            let expected = expected.map_or("null", RawValue::get);
            let mut cursor = Cursor::new(bytes);
            if !is_value(&mut cursor, expected)? || !cursor.is_empty() {
                return Err(format!("is `{shown}`, expected `{expected}`"));
            }
            // JSON is diagnostic notation, too; but its numbers beyond 64 bits are not always integers.
            if item.roundtrip {
                notation::means(expected, bytes)?;
            }
        }
    }
    if check_deterministic(bytes).is_ok() != item.roundtrip {
        return Err(format!("deterministic: {}, roundtrip: {}", !item.roundtrip, item.roundtrip));
    }
    if item.roundtrip {
        let mut encoded = Vec::new();
        let mut cursor = Cursor::new(bytes);
        encode_again(&mut cursor, &mut Encoder::appending(&mut encoded))
            .map_err(|error| format!("encoding again: {error}"))?;
        if encoded != bytes {
            return Err(format!("encoded again it is {encoded:02x?}"));
        }
    }
    Ok(())
}

/// Whether the item at `cursor` has the value of the JSON text `expected`.
fn is_value(cursor: &mut Cursor<'_>, expected: &str) -> Result<bool, String> {
    let refused = |error: CborError| error.to_string();
    Ok(match cursor.peek().map_err(refused)? {
        Type::Array => {
            let Ok(expected) = serde_json::from_str::<Vec<&RawValue>>(expected) else {
                return Ok(false);
            };
            let mut expected = expected.iter();
            let mut elements = cursor.array().map_err(refused)?;
            while elements.next(cursor).map_err(refused)? {
                match expected.next() {
                    Some(element) if is_value(cursor, element.get())? => {}
                    _ => return Ok(false),
                }
            }
            expected.next().is_none()
        }
        Type::Map => {
            let Ok(mut expected) = serde_json::from_str::<BTreeMap<String, &RawValue>>(expected)
            else {
                return Ok(false);
            };
            let mut entries = cursor.map().map_err(refused)?;
            while entries.next(cursor).map_err(refused)? {
                let key = cursor.text().map_err(refused)?;
                match expected.remove(key) {
                    Some(value) if is_value(cursor, value.get())? => {}
                    _ => return Ok(false),
                }
            }
            expected.is_empty()
        }
        Type::Text => {
            let text: String = cursor.text_chunks().map_err(refused)?.collect();
            serde_json::from_str::<String>(expected).is_ok_and(|expected| expected == text)
        }
        Type::Float => {
            let float = cursor.float().map_err(refused)?;
            // By their bits, so that -0.0 is not 0.0.
            expected.parse::<f64>().is_ok_and(|expected| expected.to_bits() == float.to_bits())
        }
        Type::Bool => {
            let boolean = cursor.boolean().map_err(refused)?;
            expected == if boolean { "true" } else { "false" }
        }
        Type::Null => cursor.take_null() && expected == "null",
        Type::Unsigned | Type::Negative | Type::Tag => {
            let integer = cursor.big_integer().map_err(refused)?;
            expected.parse() == Ok(integer)
        }
        Type::Bytes | Type::Undefined | Type::Simple | Type::Break => false,
    })
}

/// Writes the item at `cursor`, read by its value, to `encoder`.
fn encode_again(cursor: &mut Cursor<'_>, encoder: &mut Encoder<'_>) -> Result<(), CborError> {
    match cursor.peek()? {
        Type::Unsigned => encoder.unsigned(cursor.unsigned()?)?,
        Type::Negative => encoder.negative(cursor.head()?.argument)?,
        Type::Bytes => encoder.bytes(cursor.bytes()?)?,
        Type::Text => encoder.text(cursor.text()?)?,
        Type::Array => {
            let elements = cursor.array()?;
            encoder.array(elements.definite().unwrap_or_default())?;
            return encode_items(elements, 1, cursor, encoder);
        }
        Type::Map => {
            let entries = cursor.map()?;
            encoder.map(entries.definite().unwrap_or_default())?;
            return encode_items(entries, 2, cursor, encoder);
        }
        Type::Tag => {
            encoder.tag(cursor.tag()?)?;
            return encode_again(cursor, encoder);
        }
        Type::Bool => encoder.boolean(cursor.boolean()?)?,
        Type::Float => encoder.float(cursor.float()?)?,
        Type::Null | Type::Undefined | Type::Simple => encoder.simple(cursor.simple()?)?,
        Type::Break => return Err(cursor.error(ErrorKind::UnexpectedBreak)),
    };
    Ok(())
}

fn encode_items(
    mut items: hexad_cose_core::cbor::Items,
    each: usize,
    cursor: &mut Cursor<'_>,
    encoder: &mut Encoder<'_>,
) -> Result<(), CborError> {
    while items.next(cursor)? {
        for _ in 0..each {
            encode_again(cursor, encoder)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
