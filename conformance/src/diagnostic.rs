//! Vectors in the diagnostic notation of RFC 8949, 8, turned into CBOR: as they are written, with
//! definite lengths and the shortest heads.

use hexad_cose_core::cbor::Encoder;

use crate::vectors;

/// How deep items may be nested in a file.
const MAX_DEPTH: usize = 32;

/// The encoding of the one item in `text`.
///
/// # Errors
/// What is not understood, and at which character.
pub fn encode(text: &str) -> Result<Vec<u8>, String> {
    let mut parser = Parser { text, rest: text };
    let item = parser.item(0)?;
    parser.skip_blanks();
    if parser.rest.is_empty() { Ok(item) } else { Err(parser.error("the end")) }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Parser<'t> {
    fn error(&self, expected: &str) -> String {
        let at = self.text.len().saturating_sub(self.rest.len());
        format!("expected {expected} at character {at} of the diagnostic notation")
    }

    /// Passes over white space and comments between slashes.
    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let comment = self.rest.strip_prefix('/').and_then(|rest| rest.split_once('/'));
            match comment {
                Some((_, behind)) => self.rest = behind,
                None => return,
            }
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(self.error(&format!("`{token}`"))) }
    }

    fn item(&mut self, depth: usize) -> Result<Vec<u8>, String> {
        if depth > MAX_DEPTH {
            return Err(self.error("fewer levels"));
        }
        if self.take("{") {
            return self.items(depth, "}", true);
        }
        if self.take("[") {
            return self.items(depth, "]", false);
        }
        if self.take("h'") {
            let (digits, rest) = self.rest.split_once('\'').ok_or(self.error("`'`"))?;
            let bytes = vectors::hex(digits).ok_or(self.error("hexadecimal digits"))?;
            self.rest = rest;
            return written(|encoder| encoder.bytes(&bytes).map(drop));
        }
        if self.take("\"") {
            let text = self.string()?;
            return written(|encoder| encoder.text(&text).map(drop));
        }
        for (word, value) in [("true", true), ("false", false)] {
            if self.take(word) {
                return written(|encoder| encoder.boolean(value).map(drop));
            }
        }
        if self.take("null") {
            return written(|encoder| encoder.null().map(drop));
        }
        self.number(depth)
    }

    /// The items up to `close`, behind the head of their array or map.
    fn items(&mut self, depth: usize, close: &str, is_map: bool) -> Result<Vec<u8>, String> {
        let (mut content, mut count) = (Vec::new(), 0);
        while !self.take(close) {
            if count > 0 {
                self.expect(",")?;
                if self.take(close) {
                    break;
                }
            }
            content.extend(self.item(depth + 1)?);
            if is_map {
                self.expect(":")?;
                content.extend(self.item(depth + 1)?);
            }
            count += 1;
        }
        written(|encoder| {
            let encoder = if is_map { encoder.map(count)? } else { encoder.array(count)? };
            encoder.raw(&content).map(drop)
        })
    }

    /// The rest of a text, with the escapes of JSON that the vectors use.
    fn string(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest.chars();
        loop {
            match characters.next() {
                Some('"') => break,
                Some('\\') => match characters.next() {
                    Some(escaped @ ('"' | '\\' | '/')) => text.push(escaped),
                    Some('n') => text.push('\n'),
                    _ => return Err(self.error("a known escape")),
                },
                Some(other) => text.push(other),
                None => return Err(self.error("`\"`")),
            }
        }
        self.rest = characters.as_str();
        Ok(text)
    }

    /// An integer, a floating-point number, or a tag number with its item.
    fn number(&mut self, depth: usize) -> Result<Vec<u8>, String> {
        self.skip_blanks();
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if let Ok(integer) = digits.parse::<i64>() {
            self.rest = rest;
            if let (true, Ok(number)) = (self.take("("), u64::try_from(integer)) {
                let item = self.item(depth + 1)?;
                self.expect(")")?;
                return written(|encoder| encoder.tag(number)?.raw(&item).map(drop));
            }
            return written(|encoder| encoder.integer(integer).map(drop));
        }
        let float: f64 = digits.parse().map_err(|_| self.error("an item"))?;
        self.rest = rest;
        written(|encoder| encoder.float(float).map(drop))
    }
}

fn written(
    write: impl FnOnce(&mut Encoder<'_>) -> Result<(), hexad_cose_core::Error>,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    write(&mut Encoder::appending(&mut bytes)).map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::encode;

    /// What is written comes out again in the notation of cose-core.
    #[test]
    fn notation() {
        let cases = [
            (
                "{1: -2, / a comment / \"a\\\"b\": [h'00 ff', true, null,],}",
                "{1: -2, \"a\\\"b\": [h'00ff', true, null]}",
            ),
            ("61( 18([1.5]) )", "61(18([1.5]))"),
            ("{}", "{}"),
        ];
        for (text, expected) in cases {
            let encoded = encode(text).unwrap();
            assert_eq!(hexad_cose_core::cbor::diagnose(&encoded).unwrap(), expected, "{text}");
        }
        for wrong in ["", "[1", "{1}", "h'0'", "1 2", "x", "\"a"] {
            assert!(encode(wrong).is_err(), "{wrong}");
        }
    }
}
