//! Software identification tags: the CoSWIDs among the examples of RFC 9711, in diagnostic notation.
//!
//! A tag must be read; one that names its creator, as RFC 9393 demands, must be the same when it is
//! written again, and one that does not must not be written.

use std::path::Path;

use hexad_cose_core::cbor::parse_diagnostic;
use hexad_coswid::{ConciseSwidTag, ErrorKind};

use crate::{Case, Error, vectors};

/// Runs the suite on a file, or on every `.diag` file under a folder.
///
/// # Errors
/// When a file can't be read or is not in diagnostic notation.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for file in vectors::files(path, "diag")? {
        let encoded = parse_diagnostic(&vectors::read(&file)?)
            .map_err(|error| Error::Format(file.clone(), error.to_string()))?;
        cases.push(Case::new(vectors::case_name(path, &file), tag(&encoded)));
    }
    Ok(cases)
}

fn tag(encoded: &[u8]) -> Result<(), String> {
    let tag = ConciseSwidTag::parse(encoded).map_err(|error| error.to_string())?;
    let mut buffer = vec![0; 2 * encoded.len()];
    match (tag.encode(&mut buffer), tag.tag_creator()) {
        (Ok(again), Ok(_)) => match ConciseSwidTag::parse(again) {
            Ok(again) if again == tag => Ok(()),
            other => Err(format!("written again it is {other:?}")),
        },
        (Err(error), Err(_)) if error.kind() == ErrorKind::MissingTagCreator => Ok(()),
        (other, _) => Err(format!("written again: {other:?}")),
    }
}
