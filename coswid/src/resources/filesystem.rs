//! `file-entry` and `directory-entry` (RFC 9393, section 2.9.2).

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::error::{Error, ErrorKind};
use crate::hash::HashEntry;
use crate::labels;
use crate::map::{self, Codec, Extensions, OneOrMore};

/// How many directories may enclose one another.
pub const MAX_DIRECTORY_DEPTH: usize = 8;

/// `file-entry`: a file, and what it must be or was found to be.
///
/// `location` and `root` are paths of whoever wrote the tag: check them before they reach a file
/// system. `fs_name` is a plain name, that is checked here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct File<'b> {
    /// `hash`: of the file's content.
    pub hash: Option<HashEntry<'b>>,
    /// `size`: in bytes.
    pub size: Option<u64>,
    /// `file-version`
    pub file_version: Option<&'b str>,
    /// `key`: whether the file is needed for the software to work.
    pub key: Option<bool>,
    /// `location`: a path relative to the parent directory or to the tag, without the file's name.
    pub location: Option<&'b str>,
    /// `fs-name`: the file's name, without any path.
    pub fs_name: &'b str,
    /// `root`: a host-specific name of the file system's root.
    pub root: Option<&'b str>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> File<'b> {
    const KNOWN: &'static [i64] = &[
        labels::HASH,
        labels::LANG,
        labels::SIZE,
        labels::FILE_VERSION,
        labels::KEY,
        labels::LOCATION,
        labels::FS_NAME,
        labels::ROOT,
    ];

    /// A file of this name.
    #[must_use]
    pub fn new(fs_name: &'b str) -> Self {
        Self { fs_name, ..Self::default() }
    }

    /// The same with its size in bytes.
    #[must_use]
    pub fn size(self, size: u64) -> Self {
        Self { size: Some(size), ..self }
    }

    /// The same with the hash of its content.
    #[must_use]
    pub fn hash(self, hash: HashEntry<'b>) -> Self {
        Self { hash: Some(hash), ..self }
    }
}

impl<'b> Codec<'b> for File<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let missing = Error::new(ErrorKind::Missing(labels::FS_NAME), cursor.offset());
        let mut file = Self::default();
        let mut fs_name = None;
        file.extensions = map::read(cursor, Self::KNOWN, |label, cursor| {
            match label {
                labels::HASH => file.hash = Some(HashEntry::parse(cursor)?),
                labels::LANG => file.lang = Some(cursor.text()?),
                labels::SIZE => file.size = Some(cursor.unsigned()?),
                labels::FILE_VERSION => file.file_version = Some(cursor.text()?),
                labels::KEY => file.key = Some(cursor.boolean()?),
                labels::LOCATION => file.location = Some(cursor.text()?),
                labels::FS_NAME => fs_name = Some(read_name(cursor)?),
                _ => file.root = Some(cursor.text()?),
            }
            Ok(())
        })?;
        file.fs_name = fs_name.ok_or(missing)?;
        Ok(file)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        check_name(self.fs_name, 0)?;
        map::write(encoder, &self.extensions, |members| {
            if let Some(hash) = self.hash {
                members.put(labels::HASH, |encoder| hash.encode(encoder))?;
            }
            members.text(labels::LANG, self.lang)?;
            members.unsigned(labels::SIZE, self.size)?;
            members.text(labels::FILE_VERSION, self.file_version)?;
            members.boolean(labels::KEY, self.key)?;
            members.text(labels::LOCATION, self.location)?;
            members.text(labels::FS_NAME, Some(self.fs_name))?;
            members.text(labels::ROOT, self.root)
        })
    }
}

/// `directory-entry`: a directory, and the files and directories in it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Directory<'b> {
    /// `key`: whether the directory is needed for the software to work.
    pub key: Option<bool>,
    /// `location`: a path relative to the parent directory or to the tag.
    pub location: Option<&'b str>,
    /// `fs-name`: the directory's name, without any path.
    pub fs_name: &'b str,
    /// `root`: a host-specific name of the file system's root.
    pub root: Option<&'b str>,
    /// `directory` in `path-elements`.
    pub directory: OneOrMore<'b, Directory<'b>>,
    /// `file` in `path-elements`.
    pub file: OneOrMore<'b, File<'b>>,
    /// `lang`: language tag of the text in this entry.
    pub lang: Option<&'b str>,
    /// What else stands in the map.
    pub extensions: Extensions<'b>,
}

impl<'b> Directory<'b> {
    const KNOWN: &'static [i64] = &[
        labels::LANG,
        labels::KEY,
        labels::LOCATION,
        labels::FS_NAME,
        labels::ROOT,
        labels::PATH_ELEMENTS,
    ];

    /// A directory of this name with these files in it.
    #[must_use]
    pub fn new(fs_name: &'b str, files: &'b [File<'b>]) -> Self {
        Self { fs_name, file: files.into(), ..Self::default() }
    }

    /// The same with these directories in it. Those that make it deeper than
    /// [`MAX_DIRECTORY_DEPTH`] can't be read again.
    #[must_use]
    pub fn directories(self, directories: &'b [Directory<'b>]) -> Self {
        Self { directory: directories.into(), ..self }
    }

    /// Takes `path-elements`. What else than directory and file may stand in it, the CDDL leaves no
    /// room for, so it is refused.
    fn take_path_elements(&mut self, cursor: &mut Cursor<'b>, depth: usize) -> Result<(), Error> {
        let here = *cursor;
        let known: &[i64] = &[labels::DIRECTORY, labels::FILE];
        let others = map::read(cursor, known, |label, cursor| {
            match label {
                labels::DIRECTORY => self.directory = OneOrMore::parse(cursor, depth)?,
                _ => self.file = OneOrMore::parse(cursor, depth)?,
            }
            Ok(())
        })?;
        match others.iter().next() {
            None => Ok(()),
            Some(_) => Err(here.error(hexad_cose_core::ErrorKind::InvalidValue).into()),
        }
    }
}

impl<'b> Codec<'b> for Directory<'b> {
    /// Recurses into directories, to [`MAX_DIRECTORY_DEPTH`].
    fn parse(cursor: &mut Cursor<'b>, depth: usize) -> Result<Self, Error> {
        let here = *cursor;
        let depth = depth.saturating_add(1);
        if depth > MAX_DIRECTORY_DEPTH {
            return Err(here.error(hexad_cose_core::ErrorKind::TooDeep).into());
        }
        let mut directory = Self::default();
        let mut fs_name = None;
        directory.extensions = map::read(cursor, Self::KNOWN, |label, cursor| {
            match label {
                labels::LANG => directory.lang = Some(cursor.text()?),
                labels::KEY => directory.key = Some(cursor.boolean()?),
                labels::LOCATION => directory.location = Some(cursor.text()?),
                labels::FS_NAME => fs_name = Some(read_name(cursor)?),
                labels::ROOT => directory.root = Some(cursor.text()?),
                _ => directory.take_path_elements(cursor, depth)?,
            }
            Ok(())
        })?;
        let missing = Error::new(ErrorKind::Missing(labels::FS_NAME), here.offset());
        directory.fs_name = fs_name.ok_or(missing)?;
        Ok(directory)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        check_name(self.fs_name, 0)?;
        map::write(encoder, &self.extensions, |members| {
            members.text(labels::LANG, self.lang)?;
            members.boolean(labels::KEY, self.key)?;
            members.text(labels::LOCATION, self.location)?;
            members.text(labels::FS_NAME, Some(self.fs_name))?;
            members.text(labels::ROOT, self.root)?;
            if self.directory.is_empty() && self.file.is_empty() {
                return Ok(());
            }
            members.put(labels::PATH_ELEMENTS, |encoder| {
                map::write(encoder, &Extensions::NONE, |members| {
                    map::put_entries(members, labels::DIRECTORY, &self.directory)?;
                    map::put_entries(members, labels::FILE, &self.file)
                })
            })
        })
    }
}

/// Takes an `fs-name`.
fn read_name<'b>(cursor: &mut Cursor<'b>) -> Result<&'b str, Error> {
    let here = cursor.offset();
    let name = cursor.text()?;
    check_name(name, here)?;
    Ok(name)
}

/// An `fs-name` is a name "without any path information".
fn check_name(name: &str, offset: usize) -> Result<(), Error> {
    let path = name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', '\0']);
    if path { Err(Error::new(ErrorKind::FsName, offset)) } else { Ok(()) }
}
