//! Going through all files of a resource collection, however deep their directories.

use super::filesystem::{Directory, File, MAX_DIRECTORY_DEPTH};
use crate::map::{Iter, OneOrMore};

/// A file, and the directories that lead to it.
#[derive(Clone, Debug, PartialEq)]
pub struct LocatedFile<'b> {
    /// Names of the enclosing directories, the outermost first.
    pub path: Path<'b>,
    /// The file itself.
    pub file: File<'b>,
}

/// Names of directories that enclose one another, the outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path<'b> {
    names: [&'b str; MAX_DIRECTORY_DEPTH],
    depth: usize,
}

impl<'b> Path<'b> {
    /// The names.
    #[must_use]
    pub fn names(&self) -> &[&'b str] {
        self.names.get(..self.depth).unwrap_or_default()
    }
}

/// Iterates over all files of a resource collection: those at the top first, then each directory in
/// turn. Needs room for [`MAX_DIRECTORY_DEPTH`] open directories, whatever the input.
#[derive(Clone, Debug)]
pub struct Files<'b> {
    files: Iter<'b, File<'b>>,
    /// The directories still to come at each level; the first is the collection itself.
    directories: [Iter<'b, Directory<'b>>; MAX_DIRECTORY_DEPTH],
    path: Path<'b>,
}

impl<'b> Files<'b> {
    pub(crate) fn of(
        files: OneOrMore<'b, File<'b>>,
        directories: OneOrMore<'b, Directory<'b>>,
    ) -> Self {
        let top = directories.iter();
        let level = |level| if level == 0 { top.clone() } else { OneOrMore::NONE.iter() };
        Self {
            files: files.iter(),
            directories: core::array::from_fn(level),
            path: Path::default(),
        }
    }

    /// Enters the next directory, leaving those that are done with; `false` when none is left.
    fn enter_next(&mut self) -> bool {
        loop {
            let here = self.path.depth;
            let next = self.directories.get_mut(here).and_then(Iterator::next);
            match next {
                Some(directory) => {
                    if let Some(name) = self.path.names.get_mut(here) {
                        *name = directory.fs_name;
                    }
                    self.path.depth = here.saturating_add(1);
                    if let Some(level) = self.directories.get_mut(self.path.depth) {
                        *level = directory.directory.iter();
                    }
                    self.files = directory.file.iter();
                    return true;
                }
                None if here == 0 => return false,
                None => self.path.depth = here.saturating_sub(1),
            }
        }
    }
}

impl<'b> Iterator for Files<'b> {
    type Item = LocatedFile<'b>;

    fn next(&mut self) -> Option<LocatedFile<'b>> {
        loop {
            if let Some(file) = self.files.next() {
                return Some(LocatedFile { path: self.path, file });
            }
            if !self.enter_next() {
                return None;
            }
        }
    }
}
