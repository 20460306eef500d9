//! What bills of materials in JSON have in common: members by name, and the parts of a tag.

use std::collections::BTreeSet;
use std::string::String;
use std::vec::Vec;

use nojson::{RawJson, RawJsonValue};

use super::map::Map;
use super::swid_read::unhex;
use super::{Error, ErrorKind};
use crate::hash::HashAlgorithm;
use crate::iana::{Label, Rel, Role};
use crate::labels;

/// Reads the document that is all of `text`, gives its root to `take`.
pub(super) fn document<T>(
    text: &str,
    take: impl FnOnce(Node<'_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let json = RawJson::parse(text).map_err(|error| ErrorKind::Json.at(error.position()))?;
    take(Node { value: json.value() })
}

/// A JSON value.
#[derive(Clone, Copy)]
pub(super) struct Node<'t, 'r> {
    value: RawJsonValue<'t, 'r>,
}

impl Node<'_, '_> {
    pub fn offset(self) -> usize {
        self.value.position()
    }

    /// The member called `name`, if this is an object and has one.
    pub fn get(self, name: &'static str) -> Result<Option<Self>, Error> {
        let Ok(members) = self.value.to_object() else { return Ok(None) };
        let (mut names, mut found) = (BTreeSet::new(), None);
        for (key, value) in members {
            let position = key.position();
            let key = key
                .to_unquoted_string_str()
                .map_err(|_| ErrorKind::Json.at(position))?
                .into_owned();
            if key == name && !value.kind().is_null() {
                found = Some(Self { value });
            }
            if !names.insert(key) {
                return Err(ErrorKind::Json.at(position));
            }
        }
        Ok(found)
    }

    /// The string in the member called `name`; an empty one is none.
    pub fn text(self, name: &'static str) -> Result<Option<String>, Error> {
        match self.get(name)? {
            None => Ok(None),
            Some(member) => {
                let value = member.string().ok_or(ErrorKind::Value(name).at(member.offset()))?;
                Ok(Some(value).filter(|value| !value.is_empty()))
            }
        }
    }

    /// The string that this is.
    pub fn string(self) -> Option<String> {
        self.value.to_unquoted_string_str().ok().map(|text| text.into_owned())
    }

    /// The integer in the member called `name`.
    pub fn integer(self, name: &'static str) -> Result<Option<i64>, Error> {
        let Some(member) = self.get(name)? else { return Ok(None) };
        let number = member.value.as_integer_str().ok().and_then(|text| text.parse().ok());
        number.map(Some).ok_or(ErrorKind::Value(name).at(member.offset()))
    }

    /// The boolean in the member called `name`; false when it is absent.
    pub fn boolean(self, name: &'static str) -> Result<bool, Error> {
        let Some(member) = self.get(name)? else { return Ok(false) };
        let text = member.value.as_boolean_str();
        text.map(|text| text == "true").map_err(|_| ErrorKind::Value(name).at(member.offset()))
    }

    /// The elements of the array in the member called `name`; none when it is absent.
    pub fn array(self, name: &'static str) -> Result<Vec<Self>, Error> {
        let Some(member) = self.get(name)? else { return Ok(Vec::new()) };
        let elements = member.value.to_array();
        let elements = elements.map_err(|_| ErrorKind::Value(name).at(member.offset()))?;
        Ok(elements.map(|value| Self { value }).collect())
    }
}

/// The strongest of a list of hashes that CoSWID has: `algorithm` and `value` are the members' names.
pub(super) fn strongest(
    hashes: &[Node<'_, '_>],
    algorithm: &'static str,
    value: &'static str,
) -> Result<Option<(HashAlgorithm, Vec<u8>)>, Error> {
    let mut best: Option<(HashAlgorithm, Vec<u8>)> = None;
    for hash in hashes {
        let name = hash.text(algorithm)?.ok_or(ErrorKind::Missing(algorithm).at(hash.offset()))?;
        let digest = hash.text(value)?.ok_or(ErrorKind::Missing(value).at(hash.offset()))?;
        let digest = unhex(&digest).ok_or(ErrorKind::Value(value).at(hash.offset()))?;
        // In the order of preference.
        let known = match name.as_str() {
            "SHA-256" | "SHA256" => HashAlgorithm::SHA_256,
            "SHA-384" | "SHA384" => HashAlgorithm::SHA_384,
            "SHA-512" | "SHA512" => HashAlgorithm::SHA_512,
            "SHA3-256" => HashAlgorithm(10),
            "SHA3-384" => HashAlgorithm(11),
            "SHA3-512" => HashAlgorithm(12),
            // MD5, SHA-1 and what RFC 9393 has no number for.
            _ => continue,
        };
        if best.as_ref().is_none_or(|(best, _)| best.0 < known.0) {
            best = Some((known, digest));
        }
    }
    Ok(best)
}

/// The entries of a tag that a component is made of.
#[derive(Default)]
pub(super) struct Parts {
    entities: Vec<(String, Option<String>, Vec<Role<'static>>)>,
    links: Vec<Vec<u8>>,
}

impl Parts {
    /// An organisation in a role; what it has already is kept.
    pub fn entity(&mut self, name: &str, reg_id: Option<String>, role: Role<'static>) {
        match self.entities.iter_mut().find(|(known, ..)| known == name) {
            Some((_, known, roles)) => {
                if !roles.contains(&role) {
                    roles.push(role);
                }
                if known.is_none() {
                    *known = reg_id;
                }
            }
            None => self.entities.push((name.into(), reg_id, [role].into())),
        }
    }

    pub fn link(&mut self, rel: Rel<'_>, href: &str) -> Result<(), Error> {
        let mut link = Map::default();
        link.text(labels::HREF, href)?;
        match rel.into() {
            Label::Index(index) => link.integer(labels::REL, index.into())?,
            Label::Name(name) => link.text(labels::REL, name)?,
        }
        self.links.push(link.encode()?);
        Ok(())
    }

    pub fn put(self, map: &mut Map) -> Result<(), Error> {
        let entities = self.entities.into_iter().map(|(name, reg_id, mut roles)| {
            let mut entity = Map::default();
            entity.text(labels::ENTITY_NAME, &name)?;
            if let Some(reg_id) = reg_id {
                entity.text(labels::REG_ID, &reg_id)?;
            }
            let mut indices: Vec<i64> = Vec::new();
            for role in roles.drain(..) {
                if let Label::Index(index) = Label::from(role) {
                    indices.push(index.into());
                }
            }
            indices.sort_unstable();
            let mut encoded = Vec::new();
            for index in indices {
                let mut one = Map::default();
                one.integer(0, index)?;
                encoded.push(one.get(0).unwrap_or_default().to_vec());
            }
            entity.one_or_more(labels::ROLE, &encoded)?;
            entity.encode()
        });
        map.one_or_more(labels::ENTITY, &entities.collect::<Result<Vec<_>, Error>>()?)?;
        map.one_or_more(labels::LINK, &self.links)
    }
}

/// The part of a path that is its last, as a file's name.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
