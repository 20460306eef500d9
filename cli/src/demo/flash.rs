//! A NOR flash in a file: erased to ones by whole pages, written by clearing bits.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

/// The size of a page in bytes: the least that can be erased.
pub const PAGE: usize = 4096;
/// The size of a word in bytes: the least that can be written.
const WORD: usize = 4;

/// A flash whose content is a file, so that it outlives the device's run.
#[derive(Debug)]
pub struct FileFlash {
    file: File,
    capacity: usize,
    /// How many words may still change before the power fails; `None` without such a limit.
    pub power: Option<usize>,
}

impl FileFlash {
    /// Opens the flash in `path`; a new one is all ones. `capacity` is rounded up to whole pages.
    pub fn open(path: &Path, capacity: usize) -> io::Result<Self> {
        let capacity = capacity.next_multiple_of(PAGE);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let present = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if present < capacity {
            file.seek(SeekFrom::End(0))?;
            file.write_all(&vec![0xff; capacity - present])?;
        }
        Ok(Self { file, capacity: capacity.max(present), power: None })
    }

    fn at(&mut self, offset: u32, length: usize) -> Result<(), FlashError> {
        let end = usize::try_from(offset).ok().and_then(|offset| offset.checked_add(length));
        if end.is_none_or(|end| end > self.capacity) {
            return Err(FlashError::OutOfBounds);
        }
        self.file.seek(SeekFrom::Start(offset.into()))?;
        Ok(())
    }
}

impl FileFlash {
    /// Replaces bytes as far as the power lasts: up to the first half of a word.
    fn replace(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        let words = bytes.len() / WORD;
        let Some(left) = self.power.map(|left| left.checked_sub(words)) else {
            return self.overwrite(offset, bytes);
        };
        let Some(left) = left else {
            let last = self.power.replace(0).unwrap_or_default() * WORD + WORD / 2;
            self.overwrite(offset, bytes.get(..last).unwrap_or(bytes))?;
            return Err(FlashError::PowerIsOut);
        };
        self.power = Some(left);
        self.overwrite(offset, bytes)
    }

    /// Replaces bytes, whatever stood there.
    pub fn overwrite(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        self.at(offset, bytes.len())?;
        Ok(self.file.write_all(bytes)?)
    }
}

/// Why the flash did not do what it was asked.
#[derive(Debug)]
pub enum FlashError {
    /// Beyond the end.
    OutOfBounds,
    /// Not at the beginning of a page or word.
    NotAligned,
    /// A bit was to be set that only erasing sets.
    NotErased,
    /// The power has failed.
    PowerIsOut,
    /// The file.
    Io(io::Error),
}

impl fmt::Display for FlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfBounds => f.write_str("it does not fit"),
            Self::NotAligned => f.write_str("not at the beginning of a page or word"),
            Self::NotErased => f.write_str("written before it was erased"),
            Self::PowerIsOut => f.write_str("the power has failed"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for FlashError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::OutOfBounds => NorFlashErrorKind::OutOfBounds,
            Self::NotAligned => NorFlashErrorKind::NotAligned,
            Self::NotErased | Self::PowerIsOut | Self::Io(_) => NorFlashErrorKind::Other,
        }
    }
}

impl ErrorType for FileFlash {
    type Error = FlashError;
}

impl ReadNorFlash for FileFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        self.at(offset, bytes.len())?;
        Ok(self.file.read_exact(bytes)?)
    }

    fn capacity(&self) -> usize {
        self.capacity
    }
}

impl NorFlash for FileFlash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        let page = u32::try_from(PAGE).unwrap_or(u32::MAX);
        if !from.is_multiple_of(page) || !to.is_multiple_of(page) {
            return Err(FlashError::NotAligned);
        }
        let length = to.checked_sub(from).and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or(FlashError::OutOfBounds)?;
        self.at(from, length)?;
        self.replace(from, &vec![0xff; length])
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        if !offset.is_multiple_of(4) || !bytes.len().is_multiple_of(Self::WRITE_SIZE) {
            return Err(FlashError::NotAligned);
        }
        let mut present = vec![0; bytes.len()];
        self.read(offset, &mut present)?;
        if present.iter().zip(bytes).any(|(present, wanted)| present & wanted != *wanted) {
            return Err(FlashError::NotErased);
        }
        self.replace(offset, bytes)
    }
}
