//! Attestation tokens and results: the examples of RFC 9711, of the PSA token, of the EAR draft and of the
//! conceptual message wrapper, in diagnostic notation, in JSON and as signed binaries.
//!
//! What a file holds is told by its content. It must be read, and written again be the same; a signed one
//! must verify under a key beside it, where there is one; the digests of a detached bundle must hold. A
//! file whose name says that it is invalid must be refused.

mod content;
mod keys;
mod psa_json;

use std::fs;
use std::path::{Path, PathBuf};

use hexad_cose_core::cbor::parse_diagnostic;

use crate::{Case, Error, vectors};

/// Runs the suite on a file, or on every file under a folder that may hold a token.
///
/// # Errors
/// When a file can't be read.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    let own = path.extension().and_then(|own| own.to_str());
    for extension in EXTENSIONS.into_iter().filter(|each| own.is_none_or(|own| own == *each)) {
        let files = match vectors::files(path, extension) {
            Err(Error::Empty(_)) => continue,
            files => files?,
        };
        // CoSWIDs stand beside the tokens that carry them; they are the suite `coswid`.
        let coswid = |file: &PathBuf| file.iter().any(|folder| folder == "coswid");
        for file in files.iter().filter(|file| !coswid(file) && !keys::is_key(file)) {
            let name = format!("{}.{extension}", vectors::case_name(path, file));
            let outcome = judge(file, read(file, extension)?);
            cases.push(Case::new(name, outcome));
        }
    }
    if cases.is_empty() { Err(Error::Empty(path.to_owned())) } else { Ok(cases) }
}

const EXTENSIONS: [&str; 7] = ["bin", "cbor", "cwt", "diag", "hex", "json", "jwt"];

/// What a file comes to: `Err` is why it is refused.
fn read(file: &Path, extension: &str) -> Result<Result<(), String>, Error> {
    let keys = || keys::beside(file);
    Ok(match extension {
        "bin" | "cbor" | "cwt" => {
            let bytes = fs::read(file).map_err(|error| Error::Io(file.to_owned(), error))?;
            content::cbor(&bytes, &keys())
        }
        "hex" => match vectors::hex(&vectors::read(file)?) {
            Some(bytes) => content::cbor(&bytes, &keys()),
            None => return Err(Error::Format(file.to_owned(), "not hexadecimal".into())),
        },
        "jwt" => content::jwt(vectors::read(file)?.trim(), &keys()),
        _ => {
            let text = vectors::read(file)?;
            if extension == "json" || is_json(file) {
                content::json(&text, is_invalid(file))
            } else {
                let item = parse_diagnostic(&text)
                    .map_err(|error| Error::Format(file.to_owned(), error.to_string()))?;
                content::cbor(&item, &keys())
            }
        }
    })
}

/// The EAR draft keeps its examples in JSON under the ending of diagnostic notation.
fn is_json(file: &Path) -> bool {
    stem(file).split('-').any(|part| part == "json")
}

fn stem(file: &Path) -> &str {
    file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

fn judge(file: &Path, outcome: Result<(), String>) -> Result<(), String> {
    match (is_invalid(file), outcome) {
        (true, Ok(())) => Err("it was read, and should have been refused".into()),
        (true, Err(_)) => Ok(()),
        (false, outcome) => outcome,
    }
}

/// An example that is not in the RFC: it names software under 271, which the RFC gave to `swversion`,
/// an array.
const WRONG_LABEL: &str = "Example-Payloads/submods.diag";

/// Whether the publisher says, in the name, that the file breaks a rule.
fn is_invalid(file: &Path) -> bool {
    let stem = stem(file);
    let words = ["FAIL", "invalid", "Invalid", "MissingMandatory"];
    let told = words.iter().any(|word| stem.contains(word));
    let missing = stem.starts_with("test-sw-")
        && ["-missing", "-empty"].iter().any(|end| stem.ends_with(end));
    told || missing || stem.ends_with("-ko") || file.ends_with(WRONG_LABEL)
}
