//! Strings: quoted, in a base, joined from several (RFC 8949, 8; RFC 8610, G.4 and G.5).

use alloc::vec::Vec;

use super::super::item::Type;
use super::error::{EdnError, EdnErrorKind};
use super::output::{Indicator, Output};
use super::scanner::Scanner;

/// A base in which a byte string can be written, by its prefix.
#[derive(Clone, Copy)]
enum Base {
    /// `h`: base 16.
    Hex,
    /// `b32`: base 32 (RFC 4648, 6).
    Base32,
    /// `h32`: base 32 with the extended hexadecimal alphabet (RFC 4648, 7).
    Hex32,
    /// `b64`: base 64 with either alphabet (RFC 4648, 4 and 5).
    Base64,
}

impl Base {
    fn of(prefix: &str) -> Option<Self> {
        match prefix {
            "h" => Some(Self::Hex),
            "b32" => Some(Self::Base32),
            "h32" => Some(Self::Hex32),
            "b64" => Some(Self::Base64),
            _ => None,
        }
    }

    /// How many bits a digit stands for, and how many digits whole bytes take.
    const fn group(self) -> (u32, usize) {
        match self {
            Self::Hex => (4, 2),
            Self::Base32 | Self::Hex32 => (5, 8),
            Self::Base64 => (6, 4),
        }
    }

    fn digit(self, digit: char) -> Option<u32> {
        let from = |first: char, value: u32| {
            u32::from(digit).checked_sub(first.into()).map(|above| above.saturating_add(value))
        };
        match (self, digit) {
            (Self::Hex, _) => digit.to_digit(16),
            (Self::Base32, _) => match digit.to_ascii_uppercase() {
                'A'..='Z' => digit.to_digit(36).map(|value| value.saturating_sub(10)),
                '2'..='7' => from('2', 26),
                _ => None,
            },
            (Self::Hex32, _) => digit.to_digit(32),
            (Self::Base64, 'A'..='Z') => from('A', 0),
            (Self::Base64, 'a'..='z') => from('a', 26),
            (Self::Base64, '0'..='9') => from('0', 52),
            (Self::Base64, '+' | '-') => Some(62),
            (Self::Base64, '/' | '_') => Some(63),
            (Self::Base64, _) => None,
        }
    }
}

/// Appends the string that begins at `scanner`, joined with those that follow it directly; its type.
pub(super) fn string(
    scanner: &mut Scanner<'_>,
    output: &mut Output,
    in_chunks: bool,
) -> Result<Type, EdnError> {
    let start = *scanner;
    let place = output.open();
    let kind = if scanner.peek() == Some('"') { Type::Text } else { Type::Bytes };
    let mut literals = 0_usize;
    let mut mixed = false;
    let indicator = loop {
        let here = *scanner;
        if scanner.take("\"") {
            if kind == Type::Bytes {
                return Err(here.error(EdnErrorKind::Mixed));
            }
            quoted(scanner, here, '"', output)?;
        } else {
            bytes(scanner, output)?;
            mixed = kind == Type::Text;
        }
        literals = literals.saturating_add(1);
        let indicator = scanner.indicator()?;
        if indicator != Indicator::Shortest {
            break indicator;
        }
        let mut ahead = *scanner;
        ahead.blanks()?;
        if ahead.peek() != Some('"') && ahead.prefix().is_none() {
            break indicator;
        }
        *scanner = ahead;
    };
    if mixed && core::str::from_utf8(output.since(place)).is_err() {
        return Err(start.error(EdnErrorKind::InvalidUtf8));
    }
    let length = output.length(place);
    // Of indefinite length is only the string without chunks, `''_` or `""_`.
    let is_indefinite = indicator == Indicator::Indefinite;
    let fits = !is_indefinite || (length == 0 && literals == 1 && !in_chunks);
    let head = indicator.head(if kind == Type::Text { 3 } else { 2 }, length);
    let (true, Some(head)) = (fits, head) else {
        return Err(start.error(EdnErrorKind::Indicator));
    };
    output.close(place, head);
    if is_indefinite {
        output.raw(&[0xff]);
    }
    Ok(kind)
}

/// Appends the content of the byte string at `scanner`: `'…'`, or a prefix and digits.
fn bytes(scanner: &mut Scanner<'_>, output: &mut Output) -> Result<(), EdnError> {
    let start = *scanner;
    let prefix = scanner.prefix().unwrap_or_default();
    let base = Base::of(prefix);
    if base.is_none() && !prefix.is_empty() {
        return Err(start.error(EdnErrorKind::Prefix));
    }
    scanner.take(prefix);
    scanner.take("'");
    match base {
        None => quoted(scanner, start, '\'', output),
        Some(base) => {
            let digits = scanner.take_until("'").ok_or(start.error(EdnErrorKind::Unclosed))?;
            output.raw(&decode(digits, base)?);
            Ok(())
        }
    }
}

/// The bytes that `float'…'` at `scanner` stands for: the bits of a float of 2, 4 or 8 bytes.
pub(super) fn float_bits(scanner: &mut Scanner<'_>) -> Result<Vec<u8>, EdnError> {
    let start = *scanner;
    scanner.take("float'");
    let digits = scanner.take_until("'").ok_or(start.error(EdnErrorKind::Unclosed))?;
    let bits = decode(digits, Base::Hex)?;
    if matches!(bits.len(), 2 | 4 | 8) { Ok(bits) } else { Err(digits.error(EdnErrorKind::Digit)) }
}

/// The bytes that `digits` spell, among which white space and comments may stand.
fn decode(mut digits: Scanner<'_>, base: Base) -> Result<Vec<u8>, EdnError> {
    let (bits, group) = base.group();
    let mut bytes = Vec::new();
    let (mut pending, mut held) = (0_u32, 0_u32);
    let (mut count, mut padding) = (0_usize, 0_usize);
    loop {
        match base {
            Base::Base64 => digits.line_blanks(),
            _ => digits.blanks()?,
        }
        let here = digits;
        let Some(digit) = digits.next() else { break };
        count = count.wrapping_add(1);
        if digit == '=' && bits > 4 {
            padding = padding.saturating_add(1);
            continue;
        }
        let value = base.digit(digit).filter(|_| padding == 0);
        let value = value.ok_or(here.error(EdnErrorKind::Digit))?;
        pending = pending << bits | value;
        held = held.saturating_add(bits);
        if let Some(left) = held.checked_sub(8) {
            bytes.extend(u8::try_from(pending >> left));
            pending &= (1 << left) - 1;
            held = left;
        }
    }
    // What is left over is less than a digit and zero; padding fills a group.
    let whole = held < bits && pending == 0;
    let padded = padding == 0 || (padding < group && count.is_multiple_of(group));
    if whole && padded { Ok(bytes) } else { Err(digits.error(EdnErrorKind::Digit)) }
}

/// Appends the rest of a quoted string that began at `start`, with the escapes of JSON and `\u{…}`.
fn quoted(
    scanner: &mut Scanner<'_>,
    start: Scanner<'_>,
    quote: char,
    output: &mut Output,
) -> Result<(), EdnError> {
    loop {
        let here = *scanner;
        let character = match scanner.next().ok_or(start.error(EdnErrorKind::Unclosed))? {
            end if end == quote => return Ok(()),
            '\\' => escaped(scanner, quote).ok_or(here.error(EdnErrorKind::Escape))?,
            // An end of line is one character on every platform.
            '\r' => continue,
            control if control < ' ' && control != '\n' => {
                return Err(here.error(EdnErrorKind::Control));
            }
            other => other,
        };
        output.raw(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The character that the escape behind a backslash stands for.
fn escaped(scanner: &mut Scanner<'_>, quote: char) -> Option<char> {
    match scanner.next()? {
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '\\' => Some('\\'),
        '/' => Some('/'),
        same if same == quote => Some(same),
        'u' if scanner.take("{") => {
            let digits = scanner.take_while(|digit| digit != '}' && digit.is_ascii_hexdigit());
            let value = u32::from_str_radix(digits, 16).ok()?;
            scanner.take("}").then(|| char::from_u32(value)).flatten()
        }
        'u' => {
            let first = four_digits(scanner)?;
            if !(0xd800..0xdc00).contains(&first) {
                return char::from_u32(first);
            }
            // A surrogate pair, as JSON writes what is beyond four digits.
            let second = if scanner.take("\\u") { four_digits(scanner)? } else { return None };
            let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            char::from_u32(0x1_0000 + ((first - 0xd800) << 10 | low))
        }
        _ => None,
    }
}

fn four_digits(scanner: &mut Scanner<'_>) -> Option<u32> {
    (0..4).try_fold(0, |value, _| Some(value << 4 | scanner.next()?.to_digit(16)?))
}
