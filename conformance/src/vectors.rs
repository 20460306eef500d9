//! What the suites share in reading the published vectors.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::Error;

/// The files under `path` whose name ends in `.extension`, in order; `path` itself if it is a file.
///
/// # Errors
/// [`Error::Io`]; [`Error::Empty`] when there are none.
pub fn files(path: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    files_of(path, &[extension])
}

/// As [`files`], for any of several extensions.
///
/// # Errors
/// As [`files`].
pub fn files_of(path: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, Error> {
    let metadata = fs::metadata(path).map_err(|error| Error::Io(path.to_owned(), error))?;
    if metadata.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |error| Error::Io(folder.clone(), error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry
                .extension()
                .is_some_and(|own| extensions.iter().any(|extension| own == *extension))
            {
                files.push(entry);
            }
        }
    }
    files.sort();
    if files.is_empty() { Err(Error::Empty(path.to_owned())) } else { Ok(files) }
}

/// What to call the case in `file` when the suite runs on `root`: its path below `root` without the
/// ending, or the bare name when `root` is the file.
#[must_use]
pub fn case_name(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty());
    let name = below.unwrap_or_else(|| Path::new(file.file_name().unwrap_or_default()));
    name.with_extension("").display().to_string()
}

/// The content of a text file.
///
/// # Errors
/// [`Error::Io`].
pub fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|error| Error::Io(file.to_owned(), error))
}

/// The bytes of a file that is encoded CBOR, or says in hexadecimal or (as its ending says: `.diag`,
/// `.edn`) diagnostic notation what the bytes are.
///
/// # Errors
/// [`Error::Io`]; [`Error::Format`] when it is not in diagnostic notation.
pub fn read_encoded<E: fmt::Display>(
    file: &Path,
    diagnostic: impl FnOnce(&str) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, Error> {
    if file.extension().is_some_and(|own| own == "diag" || own == "edn") {
        return diagnostic(&read(file)?)
            .map_err(|error| Error::Format(file.to_owned(), error.to_string()));
    }
    let bytes = fs::read(file).map_err(|error| Error::Io(file.to_owned(), error))?;
    let text = std::str::from_utf8(&bytes).ok();
    Ok(text.and_then(hex).filter(|spelled| !spelled.is_empty()).unwrap_or(bytes))
}

/// Whether a file's name says that what is in it must be refused.
#[must_use]
pub fn is_named_invalid(file: &Path) -> bool {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| matches!(word, "invalid" | "bad" | "malformed" | "reject" | "negative"))
}

/// The bytes of `text` in hexadecimal, in which white space is passed over. `None` when it is
/// anything else.
#[must_use]
pub fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let value =
        |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs
        .map(|pair| match *pair {
            [high, low] => Some(value(high)? << 4 | value(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
