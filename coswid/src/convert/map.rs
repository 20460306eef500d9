//! A map of a tag while it is put together, in deterministic encoding.

use std::collections::BTreeMap;
use std::vec::Vec;

use hexad_cose_core::Label as Key;
use hexad_cose_core::cbor::{Cursor, Encoder};

use super::{Error, ErrorKind};
use crate::hash::HashAlgorithm;
use crate::tag::{ConciseSwidTag, TagId};

/// Encoded values by their encoded keys, whose order is that of RFC 8949, section 4.2.1.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    members: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Map {
    /// The members of an encoded map.
    pub fn decode(encoded: &[u8]) -> Result<Self, Error> {
        let malformed = |error: hexad_cose_core::Error| ErrorKind::Cbor.at(error.offset());
        let mut cursor = Cursor::new(encoded);
        let mut items = cursor.map().map_err(malformed)?;
        let mut map = Self::default();
        while items.next(&mut cursor).map_err(malformed)? {
            let key = cursor.item().map_err(malformed)?;
            let value = cursor.item().map_err(malformed)?;
            if map.members.insert(key.bytes().to_vec(), value.bytes().to_vec()).is_some() {
                return Err(ErrorKind::Cbor.at(key.offset()));
            }
        }
        Ok(map)
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The encoded value of a label.
    pub fn get(&self, label: i64) -> Option<&[u8]> {
        self.members.get(&key(label)?).map(Vec::as_slice)
    }

    /// Takes a member away, if it is there.
    pub fn remove(&mut self, label: i64) {
        if let Some(key) = key(label) {
            self.members.remove(&key);
        }
    }

    /// A member whose value `write` writes.
    pub fn put(
        &mut self,
        key: Key<'_>,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), hexad_cose_core::Error>,
    ) -> Result<(), Error> {
        let (mut encoded_key, mut value) = (Vec::new(), Vec::new());
        key.encode(&mut Encoder::appending(&mut encoded_key))?;
        write(&mut Encoder::appending(&mut value))?;
        self.members.insert(encoded_key, value);
        Ok(())
    }

    pub fn text(&mut self, label: i64, value: &str) -> Result<(), Error> {
        self.put(Key::Integer(label), |encoder| encoder.text(value).map(drop))
    }

    pub fn integer(&mut self, label: i64, value: i64) -> Result<(), Error> {
        self.put(Key::Integer(label), |encoder| encoder.integer(value).map(drop))
    }

    pub fn unsigned(&mut self, label: i64, value: u64) -> Result<(), Error> {
        self.put(Key::Integer(label), |encoder| encoder.unsigned(value).map(drop))
    }

    pub fn boolean(&mut self, label: i64, value: bool) -> Result<(), Error> {
        self.put(Key::Integer(label), |encoder| encoder.boolean(value).map(drop))
    }

    pub fn raw(&mut self, label: i64, value: &[u8]) -> Result<(), Error> {
        self.put(Key::Integer(label), |encoder| encoder.raw(value).map(drop))
    }

    pub fn map(&mut self, label: i64, value: &Self) -> Result<(), Error> {
        self.raw(label, &value.encode()?)
    }

    /// A tag-id: bytes where it is a UUID in its string form.
    pub fn tag_id(&mut self, label: i64, id: &str) -> Result<(), Error> {
        match TagId::from_text(id) {
            TagId::Text(text) => self.text(label, text),
            TagId::Uuid(uuid) => {
                self.put(Key::Integer(label), |encoder| encoder.bytes(&uuid).map(drop))
            }
        }
    }

    pub fn hash(
        &mut self,
        label: i64,
        algorithm: HashAlgorithm,
        value: &[u8],
    ) -> Result<(), Error> {
        self.put(Key::Integer(label), |encoder| {
            encoder.array(2)?.integer(algorithm.0)?.bytes(value).map(drop)
        })
    }

    /// `one-or-more`: nothing, the one, or an array of them.
    pub fn one_or_more(&mut self, label: i64, values: &[Vec<u8>]) -> Result<(), Error> {
        match values {
            [] => Ok(()),
            [one] => self.raw(label, one),
            several => self.put(Key::Integer(label), |encoder| {
                encoder.array(several.len())?;
                several.iter().try_for_each(|value| encoder.raw(value).map(drop))
            }),
        }
    }

    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut encoded = Vec::new();
        let mut encoder = Encoder::appending(&mut encoded);
        encoder.map(self.members.len())?;
        for (key, value) in &self.members {
            encoder.raw(key)?.raw(value)?;
        }
        Ok(encoded)
    }

    /// The tag that this map is, which must be valid; what is wrong with it is wrong at `offset` of the
    /// input.
    pub fn finish(&self, offset: usize) -> Result<Vec<u8>, Error> {
        let encoded = self.encode()?;
        match ConciseSwidTag::parse(&encoded) {
            Ok(_) => Ok(encoded),
            Err(error) => Err(ErrorKind::Tag(error.kind()).at(offset)),
        }
    }
}

/// A label, encoded: into a vector, where there is always room.
fn key(label: i64) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    Key::Integer(label).encode(&mut Encoder::appending(&mut key)).ok()?;
    Some(key)
}
