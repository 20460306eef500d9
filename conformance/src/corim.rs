//! Reference integrity manifests: CoRIMs, signed or not, and the CoMIDs and CoTLs that are in them, in
//! diagnostic notation or in their encoding.
//!
//! Each must be read, and be the same when it is written again; a file whose name says that it is invalid
//! must be refused. Of a signed one the signature is not checked. What is neither of them is skipped.

use std::path::Path;

use hexad_corim::{Comid, ConciseTag, Corim, Cotl, SignedCorim};
use hexad_cose_core::cbor::{Cursor, Type, parse_diagnostic};

use crate::{Case, Error, vectors};

/// Runs the suite on a file, or on every `.cbor`, `.corim`, `.comid`, `.cotl`, `.diag` and `.edn` file
/// under a folder.
///
/// # Errors
/// When a file can't be read.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for file in vectors::files_of(path, &["cbor", "corim", "comid", "cotl", "diag", "edn"])? {
        let name = vectors::case_name(path, &file);
        let encoded = match vectors::read_encoded(&file, parse_diagnostic) {
            Err(Error::Format(..)) => {
                // Templates, whose numbers are still to be assigned.
                cases.push(Case::skip(name, "it is not in diagnostic notation"));
                continue;
            }
            encoded => encoded?,
        };
        let Some(read) = reader(&encoded) else {
            cases.push(Case::skip(name, "it is no CoRIM, CoMID or CoTL"));
            continue;
        };
        let result = read(&encoded);
        if result.is_ok() && vectors::is_named_invalid(&file) && has_profile(&encoded) {
            cases.push(Case::skip(name, "what its profile demands"));
            continue;
        }
        let result = match (result, vectors::is_named_invalid(&file)) {
            (Ok(()), true) => Err("it is accepted".to_owned()),
            (Err(_), true) => Ok(()),
            (result, false) => result,
        };
        cases.push(Case::new(name, result));
    }
    Ok(cases)
}

/// Whether a manifest stands under the rules of a profile.
fn has_profile(encoded: &[u8]) -> bool {
    Corim::parse(encoded).is_ok_and(|corim| corim.profile.is_some())
}

/// Reads an item and writes it again.
type Reader = fn(&[u8]) -> Result<(), String>;

/// What reads this kind of item.
fn reader(encoded: &[u8]) -> Option<Reader> {
    let mut cursor = Cursor::new(encoded);
    match cursor.peek().ok()? {
        Type::Tag => match cursor.tag().ok()? {
            18 => Some(signed),
            501 => Some(corim),
            505 | 506 | 508 => Some(wrapped),
            _ => None,
        },
        Type::Map => {
            let mut items = cursor.map().ok()?;
            let mut types = [None; 5];
            while let Ok(true) = items.next(&mut cursor) {
                let label = cursor.integer().ok()?;
                if let Some(place) = usize::try_from(label).ok().and_then(|at| types.get_mut(at)) {
                    *place = cursor.peek().ok();
                }
                cursor.skip().ok()?;
            }
            match types {
                [Some(Type::Map), Some(Type::Array), ..] => Some(cotl),
                [Some(Type::Text | Type::Bytes), Some(Type::Array), ..] => Some(corim),
                [_, Some(Type::Map), _, _, Some(Type::Map)] => Some(comid),
                _ => None,
            }
        }
        _ => None,
    }
}

fn signed(encoded: &[u8]) -> Result<(), String> {
    let signed = SignedCorim::parse(encoded).map_err(|error| error.to_string())?;
    let payload = signed.message().unverified_payload().ok_or("the payload is detached")?;
    corim(payload.bytes())
}

fn corim(encoded: &[u8]) -> Result<(), String> {
    let read = Corim::parse(encoded).map_err(|error| error.to_string())?;
    let mut buffer = vec![0; 2 * encoded.len() + 64];
    let again = read.encode(&mut buffer).map_err(|error| format!("written again: {error}"))?;
    same(Corim::parse(again), &read)
}

fn comid(encoded: &[u8]) -> Result<(), String> {
    let read = Comid::parse(encoded).map_err(|error| error.to_string())?;
    let mut buffer = vec![0; 2 * encoded.len() + 64];
    let again = read.encode(&mut buffer).map_err(|error| format!("written again: {error}"))?;
    same(Comid::parse(again), &read)
}

fn cotl(encoded: &[u8]) -> Result<(), String> {
    let read = Cotl::parse(encoded).map_err(|error| error.to_string())?;
    let mut buffer = vec![0; 2 * encoded.len() + 64];
    let again = read.encode(&mut buffer).map_err(|error| format!("written again: {error}"))?;
    same(Cotl::parse(again), &read)
}

/// A tag as a CoRIM carries it.
fn wrapped(encoded: &[u8]) -> Result<(), String> {
    // {0: "", 1: [tag]}
    let manifest = [&[0xa2, 0x00, 0x60, 0x01, 0x81], encoded].concat();
    let corim = Corim::parse(&manifest).map_err(|error| error.to_string())?;
    match corim.tags.iter().next() {
        Some(ConciseTag::Coswid(coswid)) => {
            let tag = hexad_coswid::ConciseSwidTag::parse(coswid.bytes());
            tag.map(drop).map_err(|error| error.to_string())
        }
        _ => self::corim(&manifest),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(
    again: Result<T, hexad_corim::Error>,
    read: &T,
) -> Result<(), String> {
    match again {
        Ok(again) if again == *read => Ok(()),
        other => Err(format!("written again it is {other:?}")),
    }
}
