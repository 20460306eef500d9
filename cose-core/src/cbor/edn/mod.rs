//! Diagnostic notation turned into CBOR: RFC 8949, 8, with the extensions of RFC 8610, appendix G, and
//! what of draft-ietf-cbor-edn-literals (-24 to -26) does not contradict them.

mod error;
mod number;
mod output;
mod scanner;
mod string;

use alloc::vec::Vec;

use super::item::{MAX_DEPTH, Type, float};
pub use error::{EdnError, EdnErrorKind};
use number::{Number, number};
use output::{EncodedHead, Indicator, Output, Place};
use scanner::Scanner;
use string::{float_bits, string};

/// How many brackets may be open, those of wrapped CBOR (`<<…>>`) among them.
const MAX_OPEN: usize = 8 * MAX_DEPTH;

/// The encoding of the one item in `text`, which is in diagnostic notation: in preferred serialization
/// (RFC 8949, 4.1) with definite lengths except where encoding indicators say otherwise, map entries in
/// the order in which they stand.
///
/// What [`diagnose`](super::diagnose) writes is turned into the bytes that it was given. Understood are:
/// integers of any size in bases 2, 8, 10 and 16 (bignums beyond 64 bits), floats in decimal and
/// hexadecimal, `NaN`, `Infinity`, `float'…'` with a float's bits in hexadecimal; texts with the escapes
/// of JSON and `\u{…}`; byte strings as `'…'`, `h'…'`, `b32'…'`, `h32'…'`, `b64'…'` and, wrapped, `<<…>>`;
/// strings joined by standing next to one another; `(_ …)` for strings in chunks; arrays, maps, tags,
/// `simple(…)`; the indicators `_`, `_i`, `_0` to `_3`; a comma behind the last element; comments behind
/// `#` and `//`, between slashes and between `/*` and `*/`.
///
/// Not offered, as the draft still changes them or they contradict RFC 8610: commas left out, `+` between
/// strings, raw strings in backquotes, elisions (`...`), and the prefixes `dt`, `ip`, `hash`, `cri`, `b1`,
/// `t1` and their like.
///
/// ```
/// use hexad_cose_core::cbor::parse_diagnostic;
///
/// let bytes = parse_diagnostic("{ /alg/ 1: -7, /kid/ 4: '11', 9_1: [_ <<1.5>>] }")?;
/// assert_eq!(
///     bytes,
///     [0xa3, 1, 0x26, 4, 0x42, 0x31, 0x31, 0x19, 0, 9, 0x9f, 0x43, 0xf9, 0x3e, 0, 0xff],
/// );
/// # Ok::<(), hexad_cose_core::cbor::EdnError>(())
/// ```
///
/// # Errors
/// An [`EdnError`] says what is wrong and where.
pub fn parse_diagnostic(text: &str) -> Result<Vec<u8>, EdnError> {
    let mut parser =
        Parser { scanner: Scanner::new(text), output: Output::default(), open: Vec::new() };
    loop {
        parser.scanner.blanks()?;
        let mut complete = match parser.item()? {
            Some(kind) => Some(kind),
            None => {
                parser.scanner.blanks()?;
                parser.close_if_ended()?
            }
        };
        while let Some(kind) = complete {
            parser.scanner.blanks()?;
            if parser.open.is_empty() {
                return if parser.scanner.is_empty() {
                    Ok(parser.output.finish())
                } else {
                    Err(parser.scanner.error(EdnErrorKind::Trailing))
                };
            }
            complete = parser.go_on(kind)?;
        }
    }
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    output: Output,
    open: Vec<Level>,
}

/// A bracket that is open.
#[derive(Clone, Copy)]
struct Level {
    bracket: Bracket,
    /// Where its head belongs; a tag's is already there.
    place: Option<Place>,
    indicator: Indicator,
    /// Where it began.
    offset: usize,
    /// How deep the items in it are nested, counted anew in wrapped CBOR.
    depth: usize,
    /// How many items in it are complete.
    count: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Array,
    Map,
    Tag,
    /// CBOR wrapped in a byte string.
    Wrapped,
    /// A string in chunks, of which the first has this type.
    Chunks(Option<Type>),
}

impl Bracket {
    const fn end(self) -> &'static str {
        match self {
            Self::Array => "]",
            Self::Map => "}",
            Self::Tag | Self::Chunks(_) => ")",
            Self::Wrapped => ">>",
        }
    }
}

impl Parser<'_> {
    fn error(&self, kind: EdnErrorKind) -> EdnError {
        self.scanner.error(kind)
    }

    /// Takes the item that begins here, up to its end or to the first item in it; the type of an item
    /// that is complete.
    fn item(&mut self) -> Result<Option<Type>, EdnError> {
        let in_chunks = self.open.last().is_some_and(|it| matches!(it.bracket, Bracket::Chunks(_)));
        let offset = self.scanner.offset();
        let is_float = self.scanner.starts_with("float'");
        if self.scanner.peek() == Some('"') || (self.scanner.prefix().is_some() && !is_float) {
            return string(&mut self.scanner, &mut self.output, in_chunks).map(Some);
        }
        if self.scanner.take("<<") {
            self.enter(Bracket::Wrapped, Indicator::Shortest, offset)?;
            return Ok(None);
        }
        if in_chunks {
            return Err(self.error(EdnErrorKind::Chunk));
        }
        for (token, bracket) in
            [("[", Bracket::Array), ("{", Bracket::Map), ("(", Bracket::Chunks(None))]
        {
            if self.scanner.take(token) {
                let here = self.scanner;
                let indicator = self.scanner.indicator()?;
                let is_string = matches!(bracket, Bracket::Chunks(_));
                if is_string && indicator != Indicator::Indefinite {
                    return Err(here.error(EdnErrorKind::Indicator));
                }
                self.enter(bracket, indicator, offset)?;
                return Ok(None);
            }
        }
        if is_float {
            let bits = float_bits(&mut self.scanner)?;
            self.output.raw(match bits.len() {
                2 => &[0xf9],
                4 => &[0xfa],
                _ => &[0xfb],
            });
            self.output.raw(&bits);
            return Ok(Some(Type::Float));
        }
        match self.scanner.peek() {
            Some('0'..='9' | '+' | '-' | '.' | 'I' | 'N') => self.number(offset),
            _ => self.simple().map(Some),
        }
    }

    /// Takes a simple value, by its name or its number.
    fn simple(&mut self) -> Result<Type, EdnError> {
        let mut ahead = self.scanner;
        let (value, kind) = match ahead.take_while(|next| next.is_ascii_alphanumeric()) {
            "false" => (20, Type::Bool),
            "true" => (21, Type::Bool),
            "null" => (22, Type::Null),
            "undefined" => (23, Type::Undefined),
            "simple" if ahead.take("(") => {
                ahead.blanks()?;
                let digits = ahead;
                let value = ahead.take_while(|digit| digit.is_ascii_digit()).parse();
                let value = value.ok().filter(|value| !(24..32).contains(value));
                let value = value.ok_or(digits.error(EdnErrorKind::Simple))?;
                ahead.blanks()?;
                if !ahead.take(")") {
                    return Err(ahead.error(EdnErrorKind::Parenthesis));
                }
                (value, Type::Simple)
            }
            word => {
                let is_prefix = !word.is_empty() && (ahead.peek() == Some('`') || ahead.take("<<"));
                let kind = if is_prefix { EdnErrorKind::Prefix } else { EdnErrorKind::Item };
                return Err(self.error(kind));
            }
        };
        self.scanner = ahead;
        self.output.head(fitting(Indicator::Shortest.head(7, u8::into(value)), &ahead)?);
        Ok(kind)
    }

    /// Takes a number, or the number of a tag.
    fn number(&mut self, offset: usize) -> Result<Option<Type>, EdnError> {
        let number = number(&mut self.scanner)?;
        let here = self.scanner;
        let indicator = self.scanner.indicator()?;
        if indicator == Indicator::Indefinite {
            return Err(here.error(EdnErrorKind::Indicator));
        }
        let (major, argument) = match number {
            Number::Plain(argument) => {
                let mut ahead = self.scanner;
                ahead.blanks()?;
                if ahead.take("(") {
                    self.scanner = ahead;
                    self.output.head(fitting(indicator.head(6, argument), &here)?);
                    self.enter(Bracket::Tag, Indicator::Shortest, offset)?;
                    return Ok(None);
                }
                (0, argument)
            }
            Number::Integer { negative, argument } => (u8::from(negative), argument),
            Number::Big { negative, content } => {
                if indicator != Indicator::Shortest {
                    return Err(here.error(EdnErrorKind::Indicator));
                }
                self.output.raw(&[if negative { 0xc3 } else { 0xc2 }]);
                let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
                self.output.head(fitting(indicator.head(2, length), &here)?);
                self.output.raw(&content);
                return Ok(Some(Type::Tag));
            }
            Number::Float(value) => {
                self.float(value, indicator).ok_or(here.error(EdnErrorKind::Indicator))?;
                return Ok(Some(Type::Float));
            }
        };
        self.output.head(fitting(indicator.head(major, argument), &here)?);
        Ok(Some(if major == 0 { Type::Unsigned } else { Type::Negative }))
    }

    /// Appends a float in the width that `indicator` names, else in the shortest; `None` when its value
    /// does not fit.
    fn float(&mut self, value: f64, indicator: Indicator) -> Option<()> {
        let double = if value.is_nan() { 0x7ff8 << 48 } else { value.to_bits() };
        let single = float::f64_bits_to_f32(double);
        let half = single.and_then(float::f32_bits_to_f16);
        match (indicator, half, single) {
            (Indicator::Shortest | Indicator::Bytes(25), Some(half), _) => {
                self.output.raw(&[0xf9]);
                self.output.raw(&half.to_be_bytes());
            }
            (Indicator::Shortest, None, Some(single)) | (Indicator::Bytes(26), _, Some(single)) => {
                self.output.raw(&[0xfa]);
                self.output.raw(&single.to_be_bytes());
            }
            (Indicator::Shortest | Indicator::Bytes(27), _, _) => {
                self.output.raw(&[0xfb]);
                self.output.raw(&double.to_be_bytes());
            }
            _ => return None,
        }
        Some(())
    }

    /// Opens a bracket that began at `offset`.
    fn enter(
        &mut self,
        bracket: Bracket,
        indicator: Indicator,
        offset: usize,
    ) -> Result<(), EdnError> {
        let outer = self.open.last().map_or(0, |level| level.depth);
        let depth = match bracket {
            Bracket::Wrapped => 0,
            Bracket::Chunks(_) => outer,
            Bracket::Array | Bracket::Map | Bracket::Tag => outer.saturating_add(1),
        };
        if depth > MAX_DEPTH || self.open.len() >= MAX_OPEN {
            return Err(EdnError::new(EdnErrorKind::TooDeep, offset));
        }
        let place = (bracket != Bracket::Tag).then(|| self.output.open());
        self.open.push(Level { bracket, place, indicator, offset, depth, count: 0 });
        Ok(())
    }

    /// Takes what follows an item of type `kind` in the innermost bracket: up to the next item, or to the
    /// bracket's end, which makes it a complete item of the type that is returned.
    fn go_on(&mut self, kind: Type) -> Result<Option<Type>, EdnError> {
        let separator = self.error(EdnErrorKind::Separator);
        let Some(level) = self.open.last_mut() else {
            return Err(separator);
        };
        level.count = level.count.saturating_add(1);
        match &mut level.bracket {
            Bracket::Tag => {
                if !self.scanner.take(")") {
                    return Err(self.error(EdnErrorKind::Parenthesis));
                }
                self.open.pop();
                return Ok(Some(Type::Tag));
            }
            Bracket::Map if !level.count.is_multiple_of(2) => {
                let found = self.scanner.take(":");
                return if found { Ok(None) } else { Err(self.error(EdnErrorKind::Colon)) };
            }
            Bracket::Chunks(first) => {
                let expected = *first.get_or_insert(kind);
                if expected != kind {
                    return Err(EdnError::new(EdnErrorKind::Mixed, level.offset));
                }
            }
            _ => {}
        }
        let comma = self.scanner.take(",");
        self.scanner.blanks()?;
        match self.close_if_ended()? {
            None if !comma => Err(separator),
            closed => Ok(closed),
        }
    }

    /// Takes the end of the innermost bracket, if it stands here; its type.
    fn close_if_ended(&mut self) -> Result<Option<Type>, EdnError> {
        let Some(&level) = self.open.last() else {
            return Ok(None);
        };
        // A string in no chunks would be of no type.
        let is_bare = level.bracket == Bracket::Chunks(None);
        let Some(place) = level.place.filter(|_| !is_bare) else {
            return Ok(None);
        };
        if !self.scanner.take(level.bracket.end()) {
            return Ok(None);
        }
        let (major, argument, kind) = match level.bracket {
            Bracket::Array | Bracket::Tag => (4, level.count, Type::Array),
            Bracket::Map => (5, level.count / 2, Type::Map),
            Bracket::Chunks(Some(Type::Text)) => (3, 0, Type::Text),
            Bracket::Chunks(_) => (2, 0, Type::Bytes),
            Bracket::Wrapped => (2, self.output.length(place), Type::Bytes),
        };
        let mut indicator = level.indicator;
        if level.bracket == Bracket::Wrapped {
            let here = self.scanner;
            indicator = self.scanner.indicator()?;
            if indicator == Indicator::Indefinite {
                return Err(here.error(EdnErrorKind::Indicator));
            }
        }
        let head = indicator.head(major, argument);
        let head = head.ok_or(EdnError::new(EdnErrorKind::Indicator, level.offset))?;
        self.output.close(place, head);
        if indicator == Indicator::Indefinite {
            self.output.raw(&[0xff]);
        }
        self.open.pop();
        Ok(Some(kind))
    }
}

/// A head, if the indicator at `scanner` could take its argument.
fn fitting(head: Option<EncodedHead>, scanner: &Scanner<'_>) -> Result<EncodedHead, EdnError> {
    head.ok_or(scanner.error(EdnErrorKind::Indicator))
}

#[cfg(test)]
mod tests;
