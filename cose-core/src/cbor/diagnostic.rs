//! CBOR in words: the diagnostic notation of RFC 8949, 8, with the encoding indicators that make it tell
//! everything.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::cursor::Cursor;
use super::item::{Head, Type};
use crate::error::Error;

/// The one item in `bytes` in diagnostic notation, on one line.
///
/// Nothing is lost: [`parse_diagnostic`](super::parse_diagnostic) gives the same bytes again. Encoding
/// indicators stand where an argument or a float is not in its shortest form, and every NaN but the usual
/// one is written by its bits, `float'7e01'`.
///
/// ```
/// use hexad_cose_core::cbor::diagnose;
///
/// assert_eq!(diagnose(&[0xa1, 0x01, 0x42, 0x31, 0x31])?, "{1: h'3131'}");
/// assert_eq!(diagnose(&[0x9f, 0x18, 0x01, 0xff])?, "[_ 1_0]");
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
///
/// # Errors
/// When `bytes` are not one well-formed item: as [`check_well_formed`](super::check_well_formed).
pub fn diagnose(bytes: &[u8]) -> Result<String, Error> {
    Printer::default().print(bytes)
}

/// As [`diagnose`], with every element of an array and every entry of a map on a line of its own,
/// indented by two spaces a level.
///
/// ```
/// use hexad_cose_core::cbor::diagnose_indented;
///
/// let text = diagnose_indented(&[0xa1, 0x01, 0x82, 0x02, 0x80])?;
/// assert_eq!(text, "{\n  1: [\n    2,\n    []\n  ]\n}");
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
///
/// # Errors
/// As [`diagnose`].
pub fn diagnose_indented(bytes: &[u8]) -> Result<String, Error> {
    Printer { indented: true, ..Printer::default() }.print(bytes)
}

#[derive(Default)]
struct Printer {
    text: String,
    indented: bool,
    open: Vec<Level>,
}

/// An array, map or tag of which items are still to be written.
struct Level {
    /// Items that are left, unless the length is indefinite.
    left: Option<usize>,
    written: usize,
    /// What encloses the items.
    brackets: (char, char),
}

impl Printer {
    fn print(mut self, bytes: &[u8]) -> Result<String, Error> {
        super::check_well_formed(bytes)?;
        let mut cursor = Cursor::new(bytes);
        loop {
            let head = cursor.head()?;
            if head.item_type() == Type::Break {
                // Well-formed: a break ends the innermost level.
                self.close();
            } else {
                self.separate();
                self.item(&mut cursor, head)?;
            }
            while self.open.last().is_some_and(|level| level.left == Some(0)) {
                self.close();
            }
            if self.open.is_empty() {
                return Ok(self.text);
            }
        }
    }

    /// Writes what stands before the next item, and counts it.
    fn separate(&mut self) {
        let Some(level) = self.open.last_mut() else { return };
        let is_value = level.brackets.0 == '{' && !level.written.is_multiple_of(2);
        let is_content = level.brackets.0 == '(';
        let is_first = level.written == 0;
        level.written = level.written.saturating_add(1);
        level.left = level.left.map(|left| left.saturating_sub(1));
        if is_value {
            self.text.push_str(": ");
        } else if self.indented && !is_content {
            self.text.push_str(if is_first { "\n" } else { ",\n" });
            self.indent();
        } else if !is_first {
            self.text.push_str(", ");
        }
    }

    /// Writes as many spaces as the arrays and maps that are open ask for.
    fn indent(&mut self) {
        for _ in self.open.iter().filter(|level| level.brackets.0 != '(') {
            self.text.push_str("  ");
        }
    }

    /// Writes the end of the innermost level.
    fn close(&mut self) {
        let Some(level) = self.open.pop() else { return };
        if self.indented && level.written > 0 && level.brackets.0 != '(' {
            self.text.push('\n');
            self.indent();
        }
        self.text.push(level.brackets.1);
    }

    /// Writes an item that ends here, or the opening of one whose items follow.
    fn item(&mut self, cursor: &mut Cursor<'_>, head: Head) -> Result<(), Error> {
        let argument = head.argument;
        let count = usize::try_from(argument).unwrap_or(usize::MAX);
        match head.item_type() {
            Type::Unsigned => {
                self.write(format_args!("{argument}"));
                self.indicator(head);
            }
            Type::Negative => {
                self.write(format_args!("{}", -1 - i128::from(argument)));
                self.indicator(head);
            }
            Type::Bytes | Type::Text if head.is_indefinite() => self.chunks(cursor, head)?,
            Type::Bytes | Type::Text => self.string(head, cursor.take(argument)?),
            Type::Array => self.enter(head, ('[', ']'), count),
            Type::Map => self.enter(head, ('{', '}'), count.saturating_mul(2)),
            Type::Tag => {
                self.write(format_args!("{argument}"));
                self.indicator(head);
                self.text.push('(');
                self.open.push(Level { left: Some(1), written: 0, brackets: ('(', ')') });
            }
            Type::Bool => self.text.push_str(if argument == 21 { "true" } else { "false" }),
            Type::Null => self.text.push_str("null"),
            Type::Undefined => self.text.push_str("undefined"),
            Type::Simple => self.write(format_args!("simple({argument})")),
            Type::Float => self.float(head),
            Type::Break => {}
        }
        Ok(())
    }

    /// Appends formatted text; writing into a `String` cannot fail.
    fn write(&mut self, arguments: core::fmt::Arguments<'_>) {
        let written = self.text.write_fmt(arguments);
        debug_assert!(written.is_ok());
    }

    /// Writes the encoding indicator of an argument that is not in its shortest form.
    fn indicator(&mut self, head: Head) {
        if !head.is_shortest() {
            self.write(format_args!("_{}", (head.first & 0x1f).saturating_sub(24)));
        }
    }

    /// Opens an array or a map in which `left` items are, if the length is definite.
    fn enter(&mut self, head: Head, brackets: (char, char), left: usize) {
        self.text.push(brackets.0);
        let start = self.text.len();
        if head.is_indefinite() {
            self.text.push('_');
        }
        self.indicator(head);
        if self.text.len() > start && !self.indented {
            self.text.push(' ');
        }
        let left = (!head.is_indefinite()).then_some(left);
        self.open.push(Level { left, written: 0, brackets });
    }

    /// Writes the chunks of a string of indefinite length.
    fn chunks(&mut self, cursor: &mut Cursor<'_>, string: Head) -> Result<(), Error> {
        let mut before = "(_ ";
        loop {
            let chunk = cursor.head()?;
            if chunk.item_type() == Type::Break {
                break;
            }
            self.text.push_str(core::mem::replace(&mut before, ", "));
            self.string(chunk, cursor.take(chunk.argument)?);
        }
        self.text.push_str(match (before, string.item_type()) {
            (", ", _) => ")",
            (_, Type::Text) => "\"\"_",
            _ => "''_",
        });
        Ok(())
    }

    fn string(&mut self, head: Head, content: &[u8]) {
        if head.item_type() == Type::Bytes {
            self.text.push_str("h'");
            for byte in content {
                self.write(format_args!("{byte:02x}"));
            }
            self.text.push('\'');
        } else {
            self.quoted(&String::from_utf8_lossy(content));
        }
        self.indicator(head);
    }

    fn quoted(&mut self, content: &str) {
        self.text.push('"');
        for character in content.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                control if control.is_control() => {
                    self.write(format_args!("\\u{:04x}", u32::from(control)));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    fn float(&mut self, head: Head) {
        let value = head.float();
        if value.is_nan() {
            return self.nan(head);
        }
        if value.is_infinite() {
            self.text.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
        } else if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) {
            let written = alloc::format!("{value:e}");
            // JSON's form: a fraction, and the sign of the exponent.
            let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
            let fraction = if mantissa.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with('-') { "" } else { "+" };
            self.write(format_args!("{mantissa}{fraction}e{sign}{exponent}"));
        } else {
            self.write(format_args!("{value:?}"));
        }
        self.indicator(head);
    }

    /// Writes the quiet NaN without a payload by its name, any other by its bits.
    fn nan(&mut self, head: Head) {
        let bits = head.argument;
        match (head.first & 0x1f, bits) {
            (25, 0x7e00) => self.text.push_str("NaN"),
            (26, 0x7fc0_0000) => self.text.push_str("NaN_2"),
            (27, 0x7ff8_0000_0000_0000) => self.text.push_str("NaN_3"),
            (25, _) => self.write(format_args!("float'{bits:04x}'")),
            (26, _) => self.write(format_args!("float'{bits:08x}'")),
            _ => self.write(format_args!("float'{bits:016x}'")),
        }
    }
}
