//! Texts in diagnostic notation, and the encodings that were published beside them.

use std::path::{Path, PathBuf};

use hexad_cose_core::cbor::{diagnose, diagnose_indented, parse_diagnostic};
use serde::Deserialize;

use crate::{Case, Error, vectors};

/// A text without what its encoding has: the severable text of this envelope.
const SEVERED: &str = "manifest-37/example2.diag";

/// Runs on every file that has `.diag` in its name; none is no error.
///
/// # Errors
/// When a file can't be read.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for extension in ["diag", "txt", "signed"] {
        let files = match vectors::files(path, extension) {
            Err(Error::Empty(_)) => continue,
            files => files?,
        };
        for file in files.iter().filter(|file| is_notation(file)) {
            let text = vectors::read(file)?;
            let expected = if file.ends_with(SEVERED) { None } else { beside(file)? };
            cases
                .push(Case::new(vectors::case_name(path, file), check(&text, expected.as_deref())));
        }
    }
    Ok(cases)
}

fn name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn is_notation(file: &Path) -> bool {
    name(file).ends_with(".diag") || name(file).contains(".diag.")
}

/// JSON beside a text: of a SUIT example, with the envelope that the text describes.
#[derive(Deserialize)]
struct Envelope<'a> {
    envelope_hex: Option<&'a str>,
}

/// The encoding of the text in `file`: in a file of the same name with `.hex` in the place of `.diag`, or
/// in JSON.
fn beside(file: &Path) -> Result<Option<Vec<u8>>, Error> {
    let sibling =
        |other: &str| -> PathBuf { file.with_file_name(name(file).replacen(".diag", other, 1)) };
    let (hex, json) = (sibling(".hex"), sibling(".json"));
    let (file, digits) = if hex.is_file() {
        let text = vectors::read(&hex)?;
        // Behind a hash sign a line has a comment.
        let digits = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        (hex, digits.collect())
    } else if json.is_file() {
        let text = vectors::read(&json)?;
        match serde_json::from_str::<Envelope<'_>>(&text) {
            Ok(Envelope { envelope_hex: Some(hex) }) => (json, hex.to_owned()),
            Ok(Envelope { envelope_hex: None }) => return Ok(None),
            Err(error) => return Err(Error::Format(json, error.to_string())),
        }
    } else {
        return Ok(None);
    };
    match vectors::hex(&digits) {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(Error::Format(file, "not hexadecimal".to_owned())),
    }
}

/// A text must be turned into what was published with it, and be told again.
fn check(text: &str, expected: Option<&[u8]>) -> Result<(), String> {
    let bytes = parse_diagnostic(text).map_err(|error| error.to_string())?;
    if let Some(expected) = expected {
        means(text, expected)?;
    }
    for print in [diagnose, diagnose_indented] {
        let again = print(&bytes).map_err(|error| format!("not told again: {error}"))?;
        means(&again, &bytes)?;
    }
    Ok(())
}

/// Whether `text` stands for `bytes`.
pub fn means(text: &str, bytes: &[u8]) -> Result<(), String> {
    match parse_diagnostic(text) {
        Ok(parsed) if parsed == bytes => Ok(()),
        Ok(parsed) => Err(format!("`{text}` becomes {parsed:02x?}")),
        Err(error) => Err(format!("`{text}`: {error}")),
    }
}
