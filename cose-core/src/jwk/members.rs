//! The members of a JWK, each at most once.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::error::{JwkError, JwkErrorKind};
use crate::error::ErrorKind;

/// How many members a key may have: far more than any has.
const MAX_MEMBERS: usize = 64;

/// The members that say something of the key, by name; all are text.
const NAMES: [&str; 18] = [
    "kty", "use", "alg", "kid", "crv", "x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "k",
    "pub", "priv",
];

/// The members of a JWK.
pub(super) struct Members {
    texts: Vec<(&'static str, Zeroizing<String>)>,
    pub key_ops: Option<Vec<String>>,
    /// Whether there are more than two primes (`oth`).
    pub has_other_primes: bool,
}

impl Members {
    /// Reads the object that is all of `text`.
    pub fn parse(text: &str) -> Result<Self, JwkError> {
        let kind = Cell::new(JwkErrorKind::Json);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = Object { kind: &kind }.deserialize(&mut deserializer);
        let read = read.and_then(|members| deserializer.end().map(|()| members));
        read.map_err(|error| JwkError::new(kind.get(), offset(text, &error)))
    }

    /// The text of a member.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str())
    }
}

/// The byte at which `error` is.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let before = lines.map(str::len).fold(0, usize::saturating_add);
    before.saturating_add(error.column().saturating_sub(1)).min(text.len())
}

/// An object, and what is wrong with it when it is more than its JSON.
struct Object<'c> {
    kind: &'c Cell<JwkErrorKind>,
}

impl Object<'_> {
    fn refuse<E: serde::de::Error>(&self, kind: JwkErrorKind) -> E {
        self.kind.set(kind);
        E::custom(kind)
    }
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Members;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Members, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Web Key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Members { texts: Vec::new(), key_ops: None, has_other_primes: false };
        let mut seen: Vec<String> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if seen.contains(&name) {
                return Err(self.refuse(JwkErrorKind::DuplicateMember));
            }
            if seen.len() == MAX_MEMBERS {
                return Err(self.refuse(JwkErrorKind::Key(ErrorKind::TooMany)));
            }
            if let Some(known) = NAMES.into_iter().find(|known| *known == name) {
                members.texts.push((known, map.next_value()?));
            } else if name == "key_ops" {
                members.key_ops = Some(map.next_value()?);
            } else {
                members.has_other_primes |= name == "oth";
                map.next_value::<IgnoredAny>()?;
            }
            seen.push(name);
        }
        Ok(members)
    }
}
