//! The JSON writer: two spaces a level and one member a line, as the example in RFC 8520, 9 is laid out.

use alloc::string::String;
use core::fmt::Write;

/// JSON text that is being written. Whoever writes keeps names and values in turn.
#[derive(Default)]
pub(crate) struct Writer {
    text: String,
    depth: usize,
    /// Something stands before the next value in this array or object.
    any: bool,
    /// A name was written, and its value comes next.
    named: bool,
}

impl Writer {
    /// The finished text, with a line feed at its end.
    pub fn finish(mut self) -> String {
        self.text.push('\n');
        self.text
    }

    fn line(&mut self) {
        if self.depth > 0 {
            self.text.push('\n');
        }
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    /// Comes before a value.
    fn start(&mut self) {
        if !self.named {
            if self.any {
                self.text.push(',');
            }
            self.line();
        }
        self.named = false;
        self.any = true;
    }

    fn nested(&mut self, brackets: [char; 2], fill: impl FnOnce(&mut Self)) {
        let [open, close] = brackets;
        self.start();
        self.text.push(open);
        self.depth += 1;
        self.any = false;
        fill(self);
        self.depth -= 1;
        if self.any {
            self.text.push('\n');
            for _ in 0..self.depth {
                self.text.push_str("  ");
            }
        }
        self.text.push(close);
        self.any = true;
    }

    /// An object with the members that `fill` writes.
    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nested(['{', '}'], fill);
    }

    /// An array with the values that `fill` writes.
    pub fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nested(['[', ']'], fill);
    }

    /// The name of a member, whose value comes next.
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.string(name);
        self.text.push_str(": ");
        self.named = true;
        self
    }

    /// A text.
    pub fn string(&mut self, string: &str) {
        self.start();
        self.text.push('"');
        for character in string.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\0'..='\x1f' => {
                    // Writing to a String cannot fail.
                    let _ = write!(self.text, "\\u{:04x}", u32::from(character));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    /// JSON text as it is: a number, a literal, or a whole value.
    pub fn raw(&mut self, json: &str) {
        self.start();
        self.text.push_str(json);
    }

    /// A number.
    pub fn number(&mut self, number: impl Into<u64>) {
        self.start();
        let _ = write!(self.text, "{}", number.into());
    }

    /// A YANG `empty`: `[null]` (RFC 7951, 6.9).
    pub fn empty(&mut self) {
        self.array(|writer| writer.raw("null"));
    }
}
