//! A place in a manifest's source: a value, and the path by which messages name it.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::failure::Problem;
use crate::input::unhex;

/// What is wrong with a source, at a path.
pub type Outcome<T> = Result<T, Problem>;

/// A value of the source with its path, such as `install[2].override-parameters.uri`.
#[derive(Clone, Debug)]
pub struct Node<'v> {
    pub value: &'v Value,
    path: String,
}

impl<'v> Node<'v> {
    /// The whole source.
    pub const fn root(value: &'v Value) -> Self {
        Self { value, path: String::new() }
    }

    /// The member `name`, if it is there.
    pub fn get(&self, name: &str) -> Option<Self> {
        Some(self.inner(self.value.get(name)?, name))
    }

    /// The member `name`, which has to be there.
    pub fn require(&self, name: &str) -> Outcome<Self> {
        self.get(name).ok_or_else(|| self.wrong(format_args!("`{name}` is missing")))
    }

    /// The members of a map, in the order of their names.
    pub fn members(&self) -> Outcome<impl Iterator<Item = (&'v str, Self)>> {
        let map = self.map()?;
        Ok(map.iter().map(|(name, value)| (name.as_str(), self.inner(value, name))))
    }

    /// The elements of a list.
    pub fn elements(&self) -> Outcome<impl Iterator<Item = Self>> {
        let Value::Array(list) = self.value else { return Err(self.wrong("a list is expected")) };
        Ok(list
            .iter()
            .enumerate()
            .map(|(index, value)| Self { value, path: format!("{}[{index}]", self.path) }))
    }

    /// The only member of a map that must have one.
    pub fn only_member(&self) -> Outcome<(&'v str, Self)> {
        let mut members = self.members()?;
        match (members.next(), members.next()) {
            (Some(member), None) => Ok(member),
            _ => Err(self.wrong("a map with one entry is expected")),
        }
    }

    /// Says that a map has no other members than these.
    pub fn only(&self, names: &[&str]) -> Outcome<()> {
        for name in self.map()?.keys() {
            if !names.contains(&name.as_str()) {
                let known = names.join(", ");
                return Err(self.wrong(format_args!("`{name}` is unknown; known are: {known}")));
            }
        }
        Ok(())
    }

    pub fn text(&self) -> Outcome<&'v str> {
        self.value.as_str().ok_or_else(|| self.wrong("text is expected"))
    }

    /// A number that is not negative.
    pub fn unsigned(&self) -> Outcome<u64> {
        self.value.as_u64().ok_or_else(|| self.wrong("a number that is not negative is expected"))
    }

    pub fn integer(&self) -> Outcome<i64> {
        self.value.as_i64().ok_or_else(|| self.wrong("an integer is expected"))
    }

    pub fn boolean(&self) -> Outcome<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false is expected"))
    }

    /// A place in a list, such as a component index.
    pub fn index(&self) -> Outcome<usize> {
        usize::try_from(self.unsigned()?).map_err(|_| self.wrong("the index is too large"))
    }

    /// A member's name as a place in a list.
    pub fn index_of(&self, name: &str) -> Outcome<usize> {
        name.parse().map_err(|_| self.wrong("its key should be a component index"))
    }

    pub fn integers(&self) -> Outcome<Vec<i64>> {
        self.elements()?.map(|element| element.integer()).collect()
    }

    /// Bytes that stand in the source itself: `0x` and hexadecimal digits, or else text.
    pub fn bytes(&self) -> Outcome<Vec<u8>> {
        let text = self.text()?;
        match text.strip_prefix("0x") {
            Some("") => Ok(Vec::new()),
            Some(digits) => unhex(digits.as_bytes())
                .ok_or_else(|| self.wrong("not pairs of hexadecimal digits")),
            None => Ok(text.as_bytes().to_vec()),
        }
    }

    /// A list of byte strings: a component identifier.
    pub fn segments(&self) -> Outcome<Vec<Vec<u8>>> {
        self.elements()?.map(|segment| segment.bytes()).collect()
    }

    /// What is wrong here.
    pub fn wrong(&self, message: impl Display) -> Problem {
        let path = if self.path.is_empty() { "the source" } else { &self.path };
        Problem { kind: "source".to_owned(), offset: None, message: format!("{path}: {message}") }
    }

    /// What the builder found wrong with what stands here.
    pub fn refused(&self, error: hexad_suit::Error) -> Problem {
        self.wrong(error.kind())
    }

    fn map(&self) -> Outcome<&'v Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.wrong("a map is expected"))
    }

    fn inner(&self, value: &'v Value, name: &str) -> Self {
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        Self { value, path }
    }
}

/// `segments` as the builder takes them.
pub fn borrowed(segments: &[Vec<u8>]) -> Vec<&[u8]> {
    segments.iter().map(Vec::as_slice).collect()
}
