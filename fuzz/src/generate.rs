//! Claims-sets and tags that the bytes choose, by the rules of their standards and not by the crates that
//! read them: what is made here has to be accepted.

use hexad_cose_core::cbor::Encoder;
use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// A key and a value, each encoded.
pub type Entry = (Vec<u8>, Vec<u8>);

/// How many submodules or directories stand inside one another at most.
const DEPTH: usize = 3;

/// What `write` writes.
fn item(
    write: impl FnOnce(&mut Encoder<'_>) -> std::result::Result<(), hexad_cose_core::Error>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut Encoder::appending(&mut bytes)).expect("a vector grows");
    bytes
}

fn integer(value: i64) -> Vec<u8> {
    item(|encoder| encoder.integer(value).map(drop))
}

fn unsigned(value: u64) -> Vec<u8> {
    item(|encoder| encoder.unsigned(value).map(drop))
}

fn boolean(value: bool) -> Vec<u8> {
    item(|encoder| encoder.boolean(value).map(drop))
}

fn text(value: &str) -> Vec<u8> {
    item(|encoder| encoder.text(value).map(drop))
}

fn array(items: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = item(|encoder| encoder.array(items.len()).map(drop));
    items.iter().for_each(|item| bytes.extend_from_slice(item));
    bytes
}

/// A map of these entries, in this order.
pub fn map(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = item(|encoder| encoder.map(entries.len()).map(drop));
    for (key, value) in entries {
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(value);
    }
    bytes
}

/// A short text of letters.
fn word(u: &mut Unstructured<'_>) -> Result<String> {
    let letters = u.int_in_range(1..=12)?;
    (0..letters).map(|_| u.int_in_range(b'a'..=b'z').map(char::from)).collect()
}

fn any_text(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    word(u).map(|word| text(&word))
}

/// A byte string of `least` to `most` bytes.
fn bytes(u: &mut Unstructured<'_>, least: usize, most: usize) -> Result<Vec<u8>> {
    let length = u.int_in_range(least..=most)?;
    let mut value = vec![0; length];
    u.fill_buffer(&mut value)?;
    Ok(item(|encoder| encoder.bytes(&value).map(drop)))
}

/// `least` to 3 of what `one` makes.
fn several<T>(
    u: &mut Unstructured<'_>,
    least: usize,
    mut one: impl FnMut(&mut Unstructured<'_>, usize) -> Result<T>,
) -> Result<Vec<T>> {
    let count = u.int_in_range(least..=3)?;
    (0..count).map(|index| one(u, index)).collect()
}

/// `T / [2* T]`
fn one_or_more(
    u: &mut Unstructured<'_>,
    mut one: impl FnMut(&mut Unstructured<'_>) -> Result<Vec<u8>>,
) -> Result<Vec<u8>> {
    let mut items = several(u, 1, |u, _| one(u))?;
    Ok(if items.len() == 1 { items.remove(0) } else { array(&items) })
}

/// In any order: none is demanded.
fn shuffled(u: &mut Unstructured<'_>, mut entries: Vec<Entry>) -> Result<Vec<Entry>> {
    for index in (1..entries.len()).rev() {
        entries.swap(index, u.int_in_range(0..=index)?);
    }
    Ok(entries)
}

/// A claims-set (RFC 9711, 4 and 7), by its entries.
///
/// # Errors
/// When the bytes give nothing more.
pub fn claims(u: &mut Unstructured<'_>, depth: usize) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let labels = [
        1, 2, 3, 4, 5, 6, 7, 10, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268,
        269, 270, 271, 272, 273, 274, 275, 70_000,
    ];
    let chosen: u32 = u.arbitrary()?;
    for (bit, label) in labels.into_iter().enumerate() {
        if chosen >> bit & 1 == 1 {
            entries.push((integer(label), claim(u, label, depth)?));
        }
    }
    shuffled(u, entries)
}

fn claim(u: &mut Unstructured<'_>, label: i64, depth: usize) -> Result<Vec<u8>> {
    Ok(match label {
        3 if u.arbitrary()? => array(&several(u, 1, |u, _| any_text(u))?),
        1..=3 | 270 => any_text(u)?,
        4 | 5 => integer(u.int_in_range(-1..=1 << 40)?),
        6 => integer(u.arbitrary()?),
        7 | 268 => bytes(u, 0, 40)?,
        10 => one_or_more(u, |u| bytes(u, 8, 64))?,
        256 => bytes(u, 7, 33)?,
        257 => map(&several(u, 1, |u, n| Ok((text(&n.to_string()), bytes(u, 7, 33)?)))?),
        258 => match u.int_in_range(0..=2)? {
            0 => unsigned(u.arbitrary::<u32>()?.into()),
            1 => bytes(u, 3, 3)?,
            _ => bytes(u, 16, 16)?,
        },
        259 => bytes(u, 1, 32)?,
        260 | 271 => match u.arbitrary()? {
            true => array(&[any_text(u)?]),
            false => array(&[any_text(u)?, integer(u.int_in_range(1..=65_535)?)]),
        },
        261 | 267 => unsigned(u.arbitrary()?),
        262 => boolean(u.arbitrary()?),
        263 => unsigned(u.int_in_range(0..=4)?),
        264 => map(&[
            (integer(1), integer(u.int_in_range(-90..=90)?)),
            (integer(2), integer(u.int_in_range(-180..=180)?)),
        ]),
        265 => any_text(u)?,
        266 => map(&several(u, 1, |u, n| Ok((text(&n.to_string()), submodule(u, depth)?)))?),
        269 => array(&several(u, 1, |u, _| Ok(array(&several(u, 2, |u, _| any_text(u))?)))?),
        272 | 273 => array(&several(u, 1, |u, _| {
            let format = u.arbitrary::<u16>()?;
            let body =
                if format != 258 && u.arbitrary()? { any_text(u)? } else { bytes(u, 0, 20)? };
            Ok(array(&[unsigned(format.into()), body]))
        })?),
        274 => array(&several(u, 1, |u, _| {
            let results =
                several(u, 1, |u, _| Ok(array(&[any_text(u)?, unsigned(u.int_in_range(1..=4)?)])))?;
            Ok(array(&[any_text(u)?, array(&results)]))
        })?),
        275 => unsigned(u.int_in_range(1..=5)?),
        // What nobody knows.
        _ => map(&[(text("x"), array(&[boolean(true), any_text(u)?]))]),
    })
}

fn submodule(u: &mut Unstructured<'_>, depth: usize) -> Result<Vec<u8>> {
    Ok(match u.int_in_range(0..=2)? {
        0 if depth < DEPTH => map(&claims(u, depth + 1)?),
        // A nested token: something that is tagged.
        0 | 1 => item(|encoder| encoder.bytes(&[0xd2, 0x80]).map(drop)),
        _ => array(&[integer(-16), bytes(u, 32, 32)?]),
    })
}

/// A CoSWID tag (RFC 9393, 2), by its entries.
///
/// # Errors
/// When the bytes give nothing more.
pub fn tag(u: &mut Unstructured<'_>) -> Result<Vec<Entry>> {
    let id = if u.arbitrary()? { any_text(u)? } else { bytes(u, 16, 16)? };
    let roles = if u.arbitrary()? { integer(1) } else { array(&[integer(1), integer(2)]) };
    let mut entries = vec![
        (integer(0), id),
        (integer(1), any_text(u)?),
        (integer(2), map(&[(integer(31), any_text(u)?), (integer(33), roles)])),
        (integer(12), integer(u.arbitrary::<i32>()?.into())),
        (integer(13), any_text(u)?),
    ];
    match u.int_in_range(0..=3)? {
        0 => entries.push((integer(8), boolean(true))),
        1 => entries.push((integer(11), boolean(true))),
        _ => {}
    }
    if u.arbitrary()? {
        entries.push((integer(14), integer(u.int_in_range(1..=5)?)));
    }
    if u.arbitrary()? {
        let link = |u: &mut Unstructured<'_>| {
            Ok(map(&[(integer(38), any_text(u)?), (integer(40), integer(u.int_in_range(1..=11)?))]))
        };
        entries.push((integer(4), one_or_more(u, link)?));
    }
    match u.int_in_range(0..=2)? {
        0 => entries.push((integer(6), map(&resources(u, 0)?))),
        1 => {
            let mut evidence = resources(u, 0)?;
            if u.arbitrary()? {
                evidence.push((integer(36), any_text(u)?));
            }
            entries.push((integer(3), map(&evidence)));
        }
        _ => {}
    }
    if u.arbitrary()? {
        entries.push((text("extension"), any_text(u)?));
    }
    shuffled(u, entries)
}

/// `path-elements-group`, and at the top what else stands among resources.
fn resources(u: &mut Unstructured<'_>, depth: usize) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    if depth < DEPTH && u.arbitrary()? {
        let directory = |u: &mut Unstructured<'_>| {
            let elements = map(&resources(u, depth + 1)?);
            Ok(map(&[(integer(24), any_text(u)?), (integer(26), elements)]))
        };
        entries.push((integer(16), one_or_more(u, directory)?));
    }
    if u.arbitrary()? {
        entries.push((integer(17), one_or_more(u, file)?));
    }
    if depth == 0 && u.arbitrary()? {
        let process = |u: &mut Unstructured<'_>| {
            Ok(map(&[(integer(27), any_text(u)?), (integer(28), integer(7))]))
        };
        entries.push((integer(18), one_or_more(u, process)?));
    }
    Ok(entries)
}

fn file(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut entries = vec![(integer(24), any_text(u)?)];
    if u.arbitrary()? {
        entries.push((integer(7), array(&[integer(1), bytes(u, 32, 32)?])));
    }
    if u.arbitrary()? {
        entries.push((integer(20), unsigned(u.arbitrary()?)));
    }
    if u.arbitrary()? {
        entries.push((integer(23), any_text(u)?));
    }
    Ok(map(&shuffled(u, entries)?))
}

/// The same with one bit changed that the bytes choose.
///
/// # Errors
/// When the bytes give nothing more.
pub fn changed(u: &mut Unstructured<'_>, encoded: &[u8]) -> Result<Vec<u8>> {
    let mut changed = encoded.to_vec();
    let index = u.choose_index(changed.len())?;
    changed[index] ^= 1 << u.int_in_range(0..=7)?;
    Ok(changed)
}

/// The same with one of its entries once more.
///
/// # Errors
/// When there is none, or the bytes give nothing more.
pub fn repeated(u: &mut Unstructured<'_>, entries: &[Entry]) -> Result<Vec<u8>> {
    let mut twice = entries.to_vec();
    let again = u.choose(entries)?.clone();
    twice.insert(u.int_in_range(0..=entries.len())?, again);
    Ok(map(&twice))
}
