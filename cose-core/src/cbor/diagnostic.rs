//! CBOR in words: the diagnostic notation of RFC 8949, 8.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::cursor::Cursor;
use super::item::{Head, Type};
use crate::error::Error;

/// The one item in `bytes` in diagnostic notation, on one line.
///
/// ```
/// use hexad_cose_core::cbor::diagnose;
///
/// assert_eq!(diagnose(&[0xa1, 0x01, 0x42, 0x31, 0x31])?, "{1: h'3131'}");
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
///
/// # Errors
/// When `bytes` are not one well-formed item: as [`check_well_formed`](super::check_well_formed).
pub fn diagnose(bytes: &[u8]) -> Result<String, Error> {
    super::check_well_formed(bytes)?;
    let mut cursor = Cursor::new(bytes);
    let mut text = String::new();
    let mut open: Vec<Level> = Vec::new();
    loop {
        let head = cursor.head()?;
        let entered = if head.item_type() == Type::Break {
            // Well-formed: a break ends the innermost level.
            if let Some(level) = open.pop() {
                text.push(level.close);
            }
            None
        } else {
            if let Some(level) = open.last_mut() {
                level.separate(&mut text);
            }
            write_item(&mut text, &mut cursor, head)?
        };
        match entered {
            Some(level) if level.left != Some(0) => {
                open.push(level);
                continue;
            }
            Some(level) => text.push(level.close),
            None => {}
        }
        while let Some(level) = open.pop_if(|level| level.left == Some(0)) {
            text.push(level.close);
        }
        if open.is_empty() {
            return Ok(text);
        }
    }
}

/// An array, map or tag of which items are still to be written.
struct Level {
    /// Items that are left, unless the length is indefinite.
    left: Option<usize>,
    written: usize,
    map: bool,
    close: char,
}

impl Level {
    /// Writes what stands before the next item, and counts it.
    fn separate(&mut self, text: &mut String) {
        if self.written > 0 {
            text.push_str(if self.map && self.written % 2 == 1 { ": " } else { ", " });
        }
        self.written += 1;
        self.left = self.left.map(|left| left.saturating_sub(1));
    }
}

/// Writes an item that ends here, or the opening of one whose items follow.
fn write_item(
    text: &mut String,
    cursor: &mut Cursor<'_>,
    head: Head,
) -> Result<Option<Level>, Error> {
    let argument = head.argument;
    let count = usize::try_from(argument).unwrap_or(usize::MAX);
    let opened = |text: &mut String, open: &str, map: bool, close: char, left: usize| {
        text.push_str(open);
        if head.is_indefinite() {
            text.push_str("_ ");
        }
        Some(Level { left: (!head.is_indefinite()).then_some(left), written: 0, map, close })
    };
    match head.item_type() {
        Type::Unsigned => push(text, format_args!("{argument}")),
        Type::Negative => push(text, format_args!("{}", -1 - i128::from(argument))),
        Type::Bytes | Type::Text if head.is_indefinite() => {
            text.push_str("(_ ");
            let mut first = true;
            loop {
                let chunk = cursor.head()?;
                if chunk.item_type() == Type::Break {
                    break;
                }
                if !core::mem::take(&mut first) {
                    text.push_str(", ");
                }
                write_string(text, chunk.item_type(), cursor.take(chunk.argument)?);
            }
            text.push(')');
        }
        string @ (Type::Bytes | Type::Text) => write_string(text, string, cursor.take(argument)?),
        Type::Array => return Ok(opened(text, "[", false, ']', count)),
        Type::Map => return Ok(opened(text, "{", true, '}', count.saturating_mul(2))),
        Type::Tag => {
            push(text, format_args!("{argument}("));
            return Ok(Some(Level { left: Some(1), written: 0, map: false, close: ')' }));
        }
        Type::Bool => text.push_str(if argument == 21 { "true" } else { "false" }),
        Type::Null => text.push_str("null"),
        Type::Undefined => text.push_str("undefined"),
        Type::Simple => push(text, format_args!("simple({argument})")),
        Type::Float => write_float(text, head),
        Type::Break => {}
    }
    Ok(None)
}

/// Appends formatted text; writing into a `String` cannot fail.
fn push(text: &mut String, arguments: core::fmt::Arguments<'_>) {
    let written = text.write_fmt(arguments);
    debug_assert!(written.is_ok());
}

fn write_string(text: &mut String, string: Type, content: &[u8]) {
    if string == Type::Bytes {
        text.push_str("h'");
        for byte in content {
            push(text, format_args!("{byte:02x}"));
        }
        text.push('\'');
        return;
    }
    text.push('"');
    for character in String::from_utf8_lossy(content).chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            control if control.is_control() => {
                push(text, format_args!("\\u{:04x}", u32::from(control)));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

/// Writes a float, with an encoding indicator (`_1`, `_2`, `_3`) where its width is not the shortest.
fn write_float(text: &mut String, head: Head) {
    let value = head.float();
    if value.is_nan() {
        text.push_str("NaN");
    } else if value.is_infinite() {
        text.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) {
        let written = alloc::format!("{value:e}");
        // JSON's form: a fraction, and the sign of the exponent.
        let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let fraction = if mantissa.contains('.') { "" } else { ".0" };
        let sign = if exponent.starts_with('-') { "" } else { "+" };
        push(text, format_args!("{mantissa}{fraction}e{sign}{exponent}"));
    } else {
        push(text, format_args!("{value:?}"));
    }
    if !head.is_shortest() {
        push(text, format_args!("_{}", (head.first & 0x1f).saturating_sub(24)));
    }
}
