//! The sets of tags that uSWID embeds in firmware: a header, then tags one behind the other. Where these
//! leave RFC 9393 with one meaning, they are mended.

use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

use hexad_cose_core::Label as Key;
use hexad_cose_core::cbor::{Cursor, Type};

use super::map::Map;
use super::{Converted, Error, ErrorKind};
use crate::labels;
use crate::tag::CBOR_TAG;

/// What the header begins with.
const MAGIC: [u8; 16] = [
    0x53, 0x42, 0x4f, 0x4d, 0xd6, 0xba, 0x2e, 0xac, 0xa3, 0xe6, 0x7a, 0x52, 0xaa, 0xee, 0x3b, 0xaf,
];

/// The tags of a file that uSWID made, with its header anywhere in `bytes`, as in a firmware image, or
/// without one.
///
/// Mended, and named in the notes: no `tag-version` (0, as the schema of SWID has it), byte strings for
/// `edition` and `colloquial-version` (written in hexadecimal), a date without tag or as a float (its
/// whole seconds), more than one payload (their files in one), and beside a payload evidence that names a
/// date and a device at most (left out).
///
/// # Errors
/// `Cbor`; `Compressed`; `Empty`; `Value("evidence")` for more than one evidence; `Tag` at a tag that
/// breaks a rule of RFC 9393 also then.
pub fn from_uswid(bytes: &[u8]) -> Result<Vec<Converted>, Error> {
    let (mut at, content) = content(bytes)?;
    let mut converted = Vec::new();
    let mut cursor = Cursor::at(content, at);
    while !cursor.is_empty() {
        at = cursor.offset();
        let malformed = |error: hexad_cose_core::Error| ErrorKind::Cbor.at(error.offset());
        cursor.optional_tag(CBOR_TAG).map_err(malformed)?;
        let item = cursor.item().map_err(malformed)?;
        let mut notes = Vec::new();
        let map = mend(item.bytes(), at, &mut notes)?;
        converted.push(Converted { tag: map.finish(at)?, notes });
    }
    if converted.is_empty() { Err(ErrorKind::Empty.at(0)) } else { Ok(converted) }
}

/// What stands behind the header, and where.
fn content(bytes: &[u8]) -> Result<(usize, &[u8]), Error> {
    let Some(start) = bytes.windows(MAGIC.len()).position(|window| window == MAGIC) else {
        return Ok((0, bytes));
    };
    let cut = ErrorKind::Cbor.at(start);
    let header = bytes.get(start.saturating_add(MAGIC.len())..).ok_or(cut)?;
    let Some((&[version, size_low, size_high, a, b, c, d], rest)) = header.split_first_chunk()
    else {
        return Err(cut);
    };
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).map_err(|_| cut)?;
    // Version 2 says in a bit that it is compressed; 3 adds how, 4 of what kind the content is.
    if version >= 2 && rest.first().is_some_and(|flags| flags & 1 != 0) {
        return Err(ErrorKind::Compressed.at(start));
    }
    if version >= 4 && rest.get(2).is_some_and(|format| *format != 0) {
        return Err(ErrorKind::Document.at(start));
    }
    let header_size = usize::from(u16::from_le_bytes([size_low, size_high]));
    let begin = start.checked_add(header_size).ok_or(cut)?;
    let end = begin.checked_add(length).ok_or(cut)?;
    Ok((begin, bytes.get(begin..end).ok_or(cut)?))
}

fn mend(encoded: &[u8], at: usize, notes: &mut Vec<String>) -> Result<Map, Error> {
    let inside = |error: Error| error.kind().at(at.saturating_add(error.offset()));
    let mut map = Map::decode(encoded).map_err(inside)?;
    if map.get(labels::TAG_VERSION).is_none() {
        map.integer(labels::TAG_VERSION, 0)?;
        notes.push("tag-version is missing: 0".to_owned());
    }
    let metas = values(map.get(labels::SOFTWARE_META));
    let metas = metas.iter().map(|meta| {
        let mut meta = Map::decode(meta)?;
        for label in [labels::EDITION, labels::COLLOQUIAL_VERSION] {
            let bytes = meta.get(label).map(Cursor::new).and_then(|mut value| value.bytes().ok());
            let text = bytes.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect());
            if let Some(text) = text {
                let text: String = text;
                meta.text(label, &text)?;
                let name = labels::name(label).unwrap_or_default();
                notes.push(format!("{name} is a byte string: as text in hexadecimal"));
            }
        }
        meta.encode()
    });
    let metas = metas.collect::<Result<Vec<_>, _>>().map_err(inside)?;
    map.one_or_more(labels::SOFTWARE_META, &metas)?;
    let payloads = values(map.get(labels::PAYLOAD));
    if payloads.len() > 1 {
        let mut files = Vec::new();
        for payload in &payloads {
            files.extend(values(Map::decode(payload).map_err(inside)?.get(labels::FILE)));
        }
        let mut payload = Map::default();
        payload.one_or_more(labels::FILE, &files)?;
        map.map(labels::PAYLOAD, &payload)?;
        notes.push(format!("{} payloads: their files in one", payloads.len()));
    }
    match values(map.get(labels::EVIDENCE)).as_slice() {
        [] => {}
        [evidence] if !payloads.is_empty() && is_bare(evidence).map_err(inside)? => {
            map.remove(labels::EVIDENCE);
            notes.push("evidence of no files beside a payload: left out".to_owned());
        }
        [evidence] => {
            let mut evidence = Map::decode(evidence).map_err(inside)?;
            if let Some(seconds) = evidence.get(labels::DATE).and_then(untagged_seconds) {
                evidence.put(Key::Integer(labels::DATE), |encoder| {
                    encoder.tag(1)?.integer(seconds).map(drop)
                })?;
                notes.push("date is no tagged integer: its whole seconds".to_owned());
            }
            map.map(labels::EVIDENCE, &evidence)?;
        }
        _ => return Err(ErrorKind::Value("evidence").at(at)),
    }
    Ok(map)
}

/// Whether evidence names a date and a device at most.
fn is_bare(evidence: &[u8]) -> Result<bool, Error> {
    let mut evidence = Map::decode(evidence)?;
    evidence.remove(labels::DATE);
    evidence.remove(labels::DEVICE_ID);
    Ok(evidence.is_empty())
}

/// The encoded entries of `one-or-more`.
fn values(encoded: Option<&[u8]>) -> Vec<Vec<u8>> {
    let Some(encoded) = encoded else { return Vec::new() };
    let mut cursor = Cursor::new(encoded);
    let Ok(mut items) = cursor.array() else { return [encoded.to_vec()].into() };
    let mut entries = Vec::new();
    while let Ok(true) = items.next(&mut cursor) {
        match cursor.item() {
            Ok(item) => entries.push(item.bytes().to_vec()),
            Err(_) => break,
        }
    }
    entries
}

/// Seconds that stand as a number without tag, or as a float with one.
fn untagged_seconds(encoded: &[u8]) -> Option<i64> {
    let mut cursor = Cursor::new(encoded);
    let tagged = matches!(cursor.optional_tag(1), Ok(true));
    match cursor.peek().ok()? {
        Type::Float => whole(cursor.float().ok()?),
        Type::Unsigned | Type::Negative if !tagged => cursor.integer().ok(),
        _ => None,
    }
}

/// The whole seconds of a float; times beyond 2^53 are none.
fn whole(seconds: f64) -> Option<i64> {
    let floor = seconds.floor();
    if !floor.is_finite() || floor.abs() > 9_007_199_254_740_992.0 {
        return None;
    }
    format!("{floor:.0}").parse().ok()
}
