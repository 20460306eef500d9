//! The device that both machines act on, so that what they do can be compared.

use std::collections::BTreeMap;

use super::tree::Id;

/// What can be fetched.
pub const SERVER: [(&str, &[u8]); 2] =
    [("coap://here/a", b"image A"), ("coap://here/b", b"image BB")];
/// The time, the battery and the priority that is allowed.
pub const NOW: u64 = 100;
pub const BATTERY: u64 = 50;
pub const PRIORITY: i64 = 0;
pub const VERSION: [i64; 2] = [1, 2];
pub const SLOT: u64 = 1;
pub const VENDOR: u8 = 0xfa;

/// Components, and what was done with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub contents: BTreeMap<Id, Vec<u8>>,
    pub log: Vec<String>,
    /// How many manifests refer to a component.
    pub references: BTreeMap<Id, u64>,
}

impl World {
    pub fn content(&self, id: Id) -> Vec<u8> {
        self.contents.get(&id).cloned().unwrap_or_default()
    }

    pub fn write(&mut self, id: Id, content: &[u8]) {
        self.log.push(format!("write {id} {} bytes", content.len()));
        self.contents.insert(id, content.to_vec());
    }

    pub fn fetch(&mut self, id: Id, uri: &str) -> Option<u64> {
        self.log.push(format!("fetch {uri} into {id}"));
        let (_, image) = SERVER.into_iter().find(|(name, _)| *name == uri)?;
        self.contents.insert(id, image.to_vec());
        u64::try_from(image.len()).ok()
    }

    pub fn copy(&mut self, id: Id, source: Id, size: Option<u64>) -> bool {
        self.log.push(format!("copy {source} to {id} {size:?}"));
        let content = self.content(source);
        let size = size.map_or(content.len(), |size| usize::try_from(size).unwrap());
        let Some(content) = content.get(..size) else { return false };
        self.contents.insert(id, content.to_vec());
        true
    }

    pub fn swap(&mut self, id: Id, source: Id) {
        self.log.push(format!("swap {id} and {source}"));
        let (one, other) = (self.content(id), self.content(source));
        self.contents.insert(id, other);
        self.contents.insert(source, one);
    }

    pub fn invoke(&mut self, id: Id, arguments: Option<&[u8]>) {
        self.log.push(format!("invoke {id} {arguments:?}"));
    }

    pub fn unlink(&mut self, id: Id) {
        self.log.push(format!("unlink {id}"));
        let references = self.references.entry(id).or_default();
        *references = references.saturating_sub(1);
    }
}
