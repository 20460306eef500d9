//! A payload beside its message, that is checked or signed: in memory, or streamed from its file when it
//! is large.

use std::cell::Cell;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use hexad_cose_core::{CryptoError, Error};

use crate::failure::Failure;
use crate::input::{Input, LIMIT};
use crate::report::printable;

/// How many bytes of a file are in memory at once.
const CHUNK: usize = 1 << 16;

/// A detached payload.
#[derive(Debug)]
pub enum Detached {
    /// One that is in memory.
    Here(Input),
    /// One that is read as it is checked or signed.
    Streamed(Stream),
}

/// A file that is larger than what is taken into memory.
#[derive(Debug)]
pub struct Stream {
    name: String,
    file: File,
    length: u64,
}

impl Detached {
    /// The payload in the file at `path`; `-` is standard input.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let fits = |size: u64| usize::try_from(size).is_ok_and(|size| size <= LIMIT);
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
        match metadata {
            Some(metadata) if path != Path::new("-") && !fits(metadata.len()) => {
                let name = printable(&path.to_string_lossy());
                match File::open(path) {
                    Ok(file) => Ok(Self::Streamed(Stream { name, file, length: metadata.len() })),
                    Err(error) => Err(Failure::Io { what: name, error }),
                }
            }
            _ => Input::read(path).map(Self::Here),
        }
    }

    /// The payload, where it is in memory.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Here(input) => Some(input.bytes()),
            Self::Streamed(_) => None,
        }
    }
}

impl Stream {
    /// Its size in bytes.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Goes back to its start, for another reader.
    pub fn rewind(&self) -> Result<(), Failure> {
        (&self.file).rewind().map_err(|error| Failure::Io { what: self.name.clone(), error })
    }

    /// Has all of it read by `sign`, as often as that asks for; what `sign` gives, whose error `refuse`
    /// makes a failure.
    pub fn sign<T>(
        &self,
        sign: impl FnOnce(&dyn Fn(&mut dyn FnMut(&[u8])) -> Result<(), CryptoError>) -> Result<T, Error>,
        refuse: impl Fn(Error) -> Failure,
    ) -> Result<T, Failure> {
        let failed = Cell::new(None);
        let read = |take: &mut dyn FnMut(&[u8])| {
            let taken = |piece: &[u8]| {
                take(piece);
                Ok(())
            };
            self.rewind().and_then(|()| self.pump(taken, &refuse)).map_err(|error| {
                failed.set(Some(error));
                CryptoError::Device
            })
        };
        sign(&read).map_err(|error| failed.take().unwrap_or_else(|| refuse(error)))
    }

    /// Gives all of it, piece by piece, to `take`, whose error `refuse` makes a failure.
    pub fn pump(
        &self,
        mut take: impl FnMut(&[u8]) -> Result<(), Error>,
        refuse: impl Fn(Error) -> Failure,
    ) -> Result<(), Failure> {
        let failed = |error| Failure::Io { what: self.name.clone(), error };
        let mut chunk = vec![0; CHUNK];
        let mut file = &self.file;
        loop {
            let size = file.read(&mut chunk).map_err(failed)?;
            match chunk.get(..size) {
                Some([]) | None => return Ok(()),
                Some(piece) => take(piece).map_err(&refuse)?,
            }
        }
    }
}
