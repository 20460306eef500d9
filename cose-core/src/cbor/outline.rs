//! An encoded item as lines for a reader: how deep, at which byte, under which name, what.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::cursor::{Cursor, Items, Raw};
use super::diagnostic::diagnose;
use super::item::Type;
use crate::error::Error;
use crate::labels::Label;

/// One line of an [`outline`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How many items enclose this one.
    pub depth: usize,
    /// Where its value begins, counted from the start of the outermost input.
    pub offset: usize,
    /// Its key, by its name where the vocabulary has one; the index of an array's element; empty for
    /// the outermost item.
    pub name: String,
    /// The value in diagnostic notation with its name where the vocabulary has one; of an array or a
    /// map its size, as its items follow in lines of their own.
    pub value: String,
}

/// What a standard calls the labels and values in one of its maps.
#[derive(Debug)]
pub struct Vocabulary {
    /// The name of a label.
    pub label: fn(i64) -> Option<&'static str>,
    /// The name of an integer that stands under a label.
    pub value: fn(i64, i64) -> Option<&'static str>,
    /// The vocabulary of the maps under a label.
    pub inner: fn(Label<'_>) -> Option<&'static Vocabulary>,
}

/// Lines for the one item in `bytes`, of which the outermost map is read by `vocabulary`.
///
/// ```
/// use hexad_cose_core::cbor::{Raw, Vocabulary, outline};
///
/// const CWT: Vocabulary = Vocabulary {
///     label: |label| (label == 1).then_some("iss"),
///     value: |_, _| None,
///     inner: |_| None,
/// };
/// let lines = outline(Raw::new(&[0xa1, 0x01, 0x61, b'A'], 0), Some(&CWT))?;
/// assert_eq!((lines[1].depth, lines[1].offset), (1, 2));
/// assert_eq!((lines[1].name.as_str(), lines[1].value.as_str()), ("iss", "\"A\""));
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
///
/// # Errors
/// When `bytes` are not one well-formed item: as [`check_well_formed`](super::check_well_formed).
pub fn outline(item: Raw<'_>, vocabulary: Option<&'static Vocabulary>) -> Result<Vec<Line>, Error> {
    let mut cursor = item.cursor();
    cursor.skip()?;
    cursor.finish()?;
    cursor = item.cursor();
    let mut lines = Vec::new();
    let mut open: Vec<Level> = Vec::new();
    let top = Place { name: String::new(), label: None, vocabulary };
    enter(&mut cursor, top, &mut open, &mut lines)?;
    while let Some(level) = open.last_mut() {
        if level.items.next(&mut cursor)? {
            let place = level.place(&mut cursor)?;
            enter(&mut cursor, place, &mut open, &mut lines)?;
        } else {
            open.pop();
        }
    }
    Ok(lines)
}

/// Where an item stands: its name, the label that its value is read by, its vocabulary if it is a map.
struct Place {
    name: String,
    label: Option<i64>,
    vocabulary: Option<&'static Vocabulary>,
}

/// An array or map whose items are still to come.
struct Level {
    items: Items,
    is_map: bool,
    index: usize,
    /// The label under which an array stands: its elements are read by it.
    label: Option<i64>,
    vocabulary: Option<&'static Vocabulary>,
}

impl Level {
    /// The place of the next item; of a map, takes the key.
    fn place(&mut self, cursor: &mut Cursor<'_>) -> Result<Place, Error> {
        if !self.is_map {
            let name = self.index.to_string();
            self.index = self.index.saturating_add(1);
            return Ok(Place { name, label: self.label, vocabulary: self.vocabulary });
        }
        let is_label = matches!(cursor.peek()?, Type::Unsigned | Type::Negative | Type::Text);
        let key = cursor.item()?;
        let label = if is_label { Label::parse(&mut key.cursor()).ok() } else { None };
        let integer = label.and_then(Label::integer);
        let known = integer.zip(self.vocabulary);
        let name = match (known.and_then(|(label, words)| (words.label)(label)), label) {
            (Some(name), _) => name.to_string(),
            (None, Some(Label::Text(text))) => text.to_string(),
            _ => diagnose(key.bytes())?,
        };
        let inner = label.zip(self.vocabulary).and_then(|(label, words)| (words.inner)(label));
        Ok(Place { name, label: integer, vocabulary: inner })
    }
}

/// Writes the line of the item at `cursor`, and enters it if it is an array or a map.
fn enter(
    cursor: &mut Cursor<'_>,
    place: Place,
    open: &mut Vec<Level>,
    lines: &mut Vec<Line>,
) -> Result<(), Error> {
    let (depth, offset) = (open.len(), cursor.offset());
    let mut value = String::new();
    while cursor.peek()? == Type::Tag {
        value += &format!("tag {} ", cursor.tag()?);
    }
    let kind = cursor.peek()?;
    if matches!(kind, Type::Array | Type::Map) {
        let is_map = kind == Type::Map;
        let items = if is_map { cursor.map()? } else { cursor.array()? };
        value += if is_map { "map" } else { "array" };
        if let Some(count) = items.definite() {
            value += &format!(" of {count}");
        }
        let Place { label, vocabulary, .. } = place;
        open.push(Level { items, is_map, index: 0, label, vocabulary });
    } else {
        let item = cursor.item()?;
        value += &diagnose(item.bytes())?;
        // The enclosing map's vocabulary knows the values under its labels.
        let words = open.iter().rev().find(|level| level.is_map).and_then(|level| level.vocabulary);
        let named = item.cursor().integer().ok().zip(place.label).zip(words);
        if let Some(name) = named.and_then(|((value, label), words)| (words.value)(label, value)) {
            value += &format!(" ({name})");
        }
    }
    lines.push(Line { depth, offset, name: place.name, value });
    Ok(())
}
