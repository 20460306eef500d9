//! Software identification tags: CoSWIDs in diagnostic notation (as RFC 9711 prints them) or in their
//! encoding, signed or not, alone or one behind the other, as uSWID writes them.
//!
//! A tag must be read; one that names its creator, as RFC 9393 demands, must be the same when it is
//! written again, and one that does not must not be written. A file whose name says that it is invalid
//! must be refused. What uSWID writes other than RFC 9393 says must be refused as it is, and read when it
//! is mended. SWID in XML must become a tag, and be the same tag after it was written in XML again.

use std::path::Path;

use hexad_cose_core::cbor::{Cursor, parse_diagnostic};
use hexad_coswid::{ConciseSwidTag, CosignedTag, ErrorKind, SignedTag, convert};

use crate::{Case, Error, vectors};

/// What the names of files end in.
const EXTENSIONS: &[&str] =
    &["diag", "edn", "cbor", "coswid", "uswid", "hex", "bin", "xml", "swidtag"];

/// Runs the suite on a file, or on every file under a folder whose name says that it is a tag: `.diag`,
/// `.edn`, `.cbor`, `.coswid`, `.uswid`, `.hex`, `.bin`, `.xml` and `.swidtag`.
///
/// # Errors
/// When a file can't be read or is not in diagnostic notation.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for file in vectors::files_of(path, EXTENSIONS)? {
        let name = vectors::case_name(path, &file);
        let result = if file.extension().is_some_and(|own| own == "xml" || own == "swidtag") {
            swid(&vectors::read(&file)?)
        } else {
            let encoded = vectors::read_encoded(&file, parse_diagnostic)?;
            tags(&encoded).or_else(|why| mended(&encoded).map_err(|_| why))
        };
        let result = if vectors::is_named_invalid(&file) {
            result.map_or_else(|_| Ok(()), |()| Err("it is accepted".to_owned()))
        } else {
            result
        };
        cases.push(Case::new(name, result));
    }
    Ok(cases)
}

/// One tag behind the other.
fn tags(encoded: &[u8]) -> Result<(), String> {
    if let Some(payload) = signed(encoded)? {
        return tag(payload);
    }
    let mut cursor = Cursor::new(encoded);
    loop {
        let item = cursor.item().map_err(|error| error.to_string())?;
        tag(item.bytes()).map_err(|error| format!("the tag at byte {}: {error}", item.offset()))?;
        if cursor.is_empty() {
            return Ok(());
        }
    }
}

/// Tags that uSWID wrote, without what needs mending.
fn mended(encoded: &[u8]) -> Result<(), String> {
    let converted = convert::from_uswid(encoded).map_err(|error| error.to_string())?;
    converted.iter().try_for_each(|one| tag(&one.tag))
}

fn swid(xml: &str) -> Result<(), String> {
    let converted = convert::from_swid(xml).map_err(|error| error.to_string())?;
    tag(&converted.tag)?;
    let read = ConciseSwidTag::parse(&converted.tag).map_err(|error| error.to_string())?;
    let (written, _) = convert::to_swid(&read);
    let again = convert::from_swid(&written).map_err(|error| format!("written again: {error}"))?;
    if again.tag == converted.tag { Ok(()) } else { Err("written again it differs".to_owned()) }
}

/// The payload of a signed tag.
fn signed(encoded: &[u8]) -> Result<Option<&[u8]>, String> {
    let message = hexad_cose_core::Message::parse(strip(encoded));
    let payload = match message {
        Ok(hexad_cose_core::Message::Sign1(_)) => {
            SignedTag::parse(encoded).map(|signed| signed.message().unverified_payload())
        }
        Ok(hexad_cose_core::Message::Sign(_)) => {
            CosignedTag::parse(encoded).map(|signed| signed.message().unverified_payload())
        }
        _ => return Ok(None),
    };
    let payload = payload.map_err(|error| error.to_string())?;
    payload.map(|payload| Some(payload.bytes())).ok_or_else(|| "no payload".to_owned())
}

/// What follows the CBOR tag of a CoSWID.
fn strip(encoded: &[u8]) -> &[u8] {
    let mut cursor = Cursor::new(encoded);
    match cursor.tag() {
        Ok(hexad_coswid::CBOR_TAG) => cursor.rest().bytes(),
        _ => encoded,
    }
}

fn tag(encoded: &[u8]) -> Result<(), String> {
    let tag = ConciseSwidTag::parse(encoded).map_err(|error| error.to_string())?;
    let mut buffer = vec![0; 2 * encoded.len() + 16];
    match (tag.encode(&mut buffer), tag.tag_creator()) {
        (Ok(again), Ok(_)) => match ConciseSwidTag::parse(again) {
            Ok(again) if again == tag => Ok(()),
            other => Err(format!("written again it is {other:?}")),
        },
        (Err(error), Err(_)) if error.kind() == ErrorKind::MissingTagCreator => Ok(()),
        (other, _) => Err(format!("written again: {other:?}")),
    }
}
