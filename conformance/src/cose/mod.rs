//! cose-wg/Examples: COSE messages with their keys.
//!
//! A message that its file marks with `fail` must be refused, and for the reason that `failures`
//! names; every other must be accepted: by every signer, by every recipient, with every
//! countersignature. An algorithm that is not offered is skipped by name.

mod key;
mod message;

use std::path::Path;

use hexad_cose_core::{Error as CoseError, ErrorKind};
use serde_json::Value;

use crate::{Case, Error, vectors};
use message::Failure;

/// Algorithms and curves of the examples that are not offered, by their names there, and why.
const NOT_OFFERED: [(&str, &str); 3] = [
    ("RSA-OAEP", "RSA-OAEP (RFC 8230, 3) is not offered"),
    ("RSA-OAEP-256", "RSA-OAEP (RFC 8230, 3) is not offered"),
    ("RSA-OAEP-512", "RSA-OAEP (RFC 8230, 3) is not offered"),
];

/// Examples whose encoding breaks the standard, by their titles, and how. That they are refused is
/// checked.
const BROKEN: [(&str, &str); 2] = [
    ("signed-01: Signed message w/ x5bag containing one certificate", TEXT_KID),
    ("signed-02: Signed message w/ x5bag containing two certificates", TEXT_KID),
];
const TEXT_KID: &str = "its `kid` is text, where RFC 9052, 3.1 has a byte string";

/// Runs the suite on a file, or on every JSON file under a folder.
///
/// # Errors
/// When a file can't be read or is not laid out as cose-wg/Examples.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for file in vectors::files(path, "json")? {
        let malformed = |what: String| Error::Format(file.clone(), what);
        let text = vectors::read(&file)?;
        let example = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        cases.push(case(vectors::case_name(path, &file), &example).map_err(malformed)?);
    }
    Ok(cases)
}

/// One example. An error says what is missing in the file, or strange.
fn case(name: String, example: &Value) -> Result<Case, String> {
    let input = example.get("input").ok_or("no `input`")?;
    if let Some(why) = not_offered(input) {
        return Ok(Case::skip(name, why));
    }
    let opened = message::open(example);
    let fails = example.get("fail").and_then(Value::as_bool) == Some(true);
    let title = example.get("title").and_then(Value::as_str);
    if let Some((_, why)) = BROKEN.iter().find(|(broken, _)| Some(*broken) == title) {
        return Ok(match opened {
            Err(Failure::Refused(_)) => Case::skip(name, *why),
            _ => Case::new(name, Err(format!("not refused, though {why}"))),
        });
    }
    let outcome = match opened {
        Err(Failure::Malformed(what)) => return Err(what),
        Err(Failure::NotOffered(what)) => return Ok(Case::skip(name, what)),
        Err(Failure::Refused(error)) if fails => refused_for(failures(input), error),
        Err(Failure::Refused(error)) => Err(format!("refused: {error}")),
        Err(Failure::Wrong(what)) => Err(what),
        Ok(()) if fails => Err("accepted, but must be refused".into()),
        Ok(()) => Ok(()),
    };
    Ok(Case::new(name, outcome))
}

/// Why an example can't be run: one of the algorithms that it names.
fn not_offered(input: &Value) -> Option<&'static str> {
    match input {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let algorithm = value.as_str().filter(|_| name == "alg" || name == "crv");
            let known = NOT_OFFERED.iter().find(|(named, _)| Some(*named) == algorithm);
            known.map(|(_, why)| *why).or_else(|| not_offered(value))
        }),
        Value::Array(items) => items.iter().find_map(not_offered),
        _ => None,
    }
}

/// What was done to the message to make it fail, wherever the file says so.
fn failures(input: &Value) -> &Value {
    fn find(value: &Value) -> Option<&Value> {
        match value {
            Value::Object(members) => {
                members.get("failures").or_else(|| members.values().find_map(find))
            }
            Value::Array(items) => items.iter().find_map(find),
            _ => None,
        }
    }
    find(input).unwrap_or(&Value::Null)
}

/// That a message was refused for the reason that the example says it must.
fn refused_for(failures: &Value, error: CoseError) -> Result<(), String> {
    let reasons: &[ErrorKind] = if failures.get("ChangeCBORTag").is_some() {
        &[ErrorKind::UnexpectedTag]
    } else if failures.get("ChangeAttr").is_some() {
        // The algorithm became another number, or a name.
        &[ErrorKind::AlgorithmNotAccepted, ErrorKind::UnprotectedAlgorithm]
    } else {
        // The tag, the payload or the protected header was changed.
        &[ErrorKind::VerificationFailed]
    };
    if reasons.contains(&error.kind()) {
        Ok(())
    } else {
        Err(format!("refused for another reason: {error}"))
    }
}

#[cfg(test)]
mod tests;
