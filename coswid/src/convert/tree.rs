//! Files that were measured, in their directories.

use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use super::map::Map;
use super::{Error, ErrorKind};
use crate::hash::HashAlgorithm;
use crate::labels;
use crate::resources::MAX_DIRECTORY_DEPTH;

/// What is known of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Its size in bytes.
    pub size: Option<u64>,
    /// The hash of its content.
    pub hash: Option<(HashAlgorithm, Vec<u8>)>,
}

/// Files and directories, ordered by name: what is in them decides the tag's bytes, not the order in
/// which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    directories: BTreeMap<String, Tree>,
    files: BTreeMap<String, Measured>,
}

impl Tree {
    /// Whether it has no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.directories.is_empty() && self.files.is_empty()
    }

    /// Adds a file at a relative `path`, whose parts are separated by `/`. A file there before is
    /// replaced.
    ///
    /// # Errors
    /// `Path` for one that is absolute, has empty, `.` or `..` parts or a backslash; `TooDeep` for more
    /// directories than [`MAX_DIRECTORY_DEPTH`].
    pub fn insert(&mut self, path: &str, file: Measured) -> Result<(), Error> {
        let mut parts: Vec<&str> = path.split('/').collect();
        let plain = |part: &&str| !matches!(*part, "" | "." | "..") && !part.contains(['\\', '\0']);
        if !parts.iter().all(plain) {
            return Err(ErrorKind::Path.at(0));
        }
        if parts.len() > MAX_DIRECTORY_DEPTH.saturating_add(1) {
            return Err(ErrorKind::TooDeep.at(0));
        }
        let Some(name) = parts.pop() else { return Err(ErrorKind::Path.at(0)) };
        let mut here = self;
        for part in parts {
            here = here.directories.entry(part.into()).or_default();
        }
        here.files.insert(name.into(), file);
        Ok(())
    }

    /// The members `directory` and `file`. As deep as `insert` lets a path be.
    pub(super) fn payload(&self) -> Result<Map, Error> {
        let (mut directories, mut files, mut map) = (Vec::new(), Vec::new(), Map::default());
        for (name, directory) in &self.directories {
            let mut entry = Map::default();
            entry.text(labels::FS_NAME, name)?;
            entry.map(labels::PATH_ELEMENTS, &directory.payload()?)?;
            directories.push(entry.encode()?);
        }
        for (name, file) in &self.files {
            let mut entry = Map::default();
            entry.text(labels::FS_NAME, name)?;
            if let Some(size) = file.size {
                entry.unsigned(labels::SIZE, size)?;
            }
            if let Some((algorithm, value)) = &file.hash {
                entry.hash(labels::HASH, *algorithm, value)?;
            }
            files.push(entry.encode()?);
        }
        map.one_or_more(labels::DIRECTORY, &directories)?;
        map.one_or_more(labels::FILE, &files)?;
        Ok(map)
    }
}
