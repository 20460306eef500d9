//! Attestation tokens and results: the examples of RFC 9711 and of the EAR draft in diagnostic notation,
//! and the tokens that TF-M made.
//!
//! A claims-set must be read, and written again be the same. A signed binary must verify under the
//! `public.pem` beside it. JSON, detached bundles and what only the PSA profile refuses are skipped.

use std::fs;
use std::path::Path;

use hexad_cose_core::cbor::{Cursor, Encoder, parse_diagnostic};
use hexad_cose_core::{Algorithm, Key};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{Claims, ProfileId, Token, ear};
use hexad_rustcrypto::{RustCrypto, public_key_from_pem};

use crate::{Case, Error, vectors};

/// Runs the suite on a file, or on every `.bin`, `.diag` and `.json` file under a folder.
///
/// # Errors
/// When a file can't be read.
pub fn run(path: &Path) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    let extensions = ["bin", "diag", "json"];
    let own = path.extension().and_then(|own| own.to_str());
    for extension in extensions.into_iter().filter(|each| own.is_none_or(|own| own == *each)) {
        let files = match vectors::files(path, extension) {
            Err(Error::Empty(_)) => continue,
            files => files?,
        };
        // CoSWIDs stand beside the tokens that carry them; they are the suite `coswid`.
        for file in files.iter().filter(|file| !file.iter().any(|folder| folder == "coswid")) {
            let name = format!("{}.{extension}", vectors::case_name(path, file));
            cases.push(case(name, file, extension)?);
        }
    }
    if cases.is_empty() { Err(Error::Empty(path.to_owned())) } else { Ok(cases) }
}

fn case(name: String, file: &Path, extension: &str) -> Result<Case, Error> {
    let last = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if extension == "json" || last.contains("json") {
        return Ok(Case::skip(name, "the JSON serialization is not offered"));
    }
    if extension == "bin" {
        let bytes = fs::read(file).map_err(|error| Error::Io(file.to_owned(), error))?;
        return Ok(Case::new(name, binary(&bytes, file)));
    }
    if ["MissingMandatory", "InvalidMultiNonce"].iter().any(|wrong| last.contains(wrong)) {
        return Ok(Case::skip(
            name,
            "the PSA profile (RFC 9783), which refuses it, is not offered",
        ));
    }
    let item = parse_diagnostic(&vectors::read(file)?)
        .map_err(|error| Error::Format(file.to_owned(), error.to_string()))?;
    Ok(match Cursor::new(&item).tag() {
        Ok(602) => Case::skip(name, "detached EAT bundles are not offered"),
        Ok(_) => {
            let token = Token::parse(&item).and_then(|token| token.unverified_claims());
            Case::new(name, token.map(drop).map_err(|error| error.to_string()))
        }
        Err(_) if file.ends_with(WRONG_LABEL) => Case::new(name, refused_at_swversion(&item)),
        Err(_) => Case::new(name, claims_set(&item)),
    })
}

/// An example that is not in the RFC: it names software under 271, which the RFC gave to `swversion`,
/// an array. It must be refused.
const WRONG_LABEL: &str = "Example-Payloads/submods.diag";

fn refused_at_swversion(item: &[u8]) -> Result<(), String> {
    let error = Claims::parse(item).err().ok_or("read, with a text for swversion")?;
    let before = item.get(..error.offset()).unwrap_or_default();
    if before.ends_with(&[0x19, 0x01, 0x0f]) { Ok(()) } else { Err(error.to_string()) }
}

/// A token in a file: verified under the key beside it, or, if it is under a key that was not
/// published, read.
fn binary(bytes: &[u8], file: &Path) -> Result<(), String> {
    let token = Token::parse(bytes).map_err(|error| error.to_string())?;
    let claims = token.unverified_claims().map_err(|error| error.to_string())?;
    if claims.others.iter().next().is_none() {
        return Err("the claims of PSA are missing".into());
    }
    if token.headers().algorithm() != Some(Algorithm::ES256) {
        return Ok(());
    }
    let pem = vectors::read(&file.with_file_name("public.pem")).map_err(|e| e.to_string())?;
    let key = public_key_from_pem(&pem).map_err(|error| error.to_string())?;
    let profile = AnyClaims { algorithms: &[Algorithm::ES256] };
    let key = Key::from_public(key.as_public());
    let check = token.check(&key, &profile, &mut RustCrypto).map_err(|e| e.to_string())?;
    check.run(&mut RustCrypto).map(drop).map_err(|error| error.to_string())
}

/// A claims-set, which may be an attestation result: read, and written again the same.
fn claims_set(item: &[u8]) -> Result<(), String> {
    let claims = Claims::parse(item).map_err(|error| error.to_string())?;
    let mut buffer = vec![0; 2 * item.len()];
    if claims.eat_profile == Some(ProfileId::Uri(ear::PROFILE)) {
        let result = ear::Ear::parse(item).map_err(|error| error.to_string())?;
        let mut encoder = Encoder::new(&mut buffer);
        result.encode(&mut encoder).map_err(|error| error.to_string())?;
        return match ear::Ear::parse(encoder.as_bytes()) {
            Ok(again) if again == result => Ok(()),
            other => Err(format!("written again it is {other:?}")),
        };
    }
    let mut encoder = Encoder::new(&mut buffer);
    claims.encode(&mut encoder).map_err(|error| error.to_string())?;
    match Claims::parse(encoder.as_bytes()) {
        Ok(again) if again == claims => Ok(()),
        other => Err(format!("written again it is {other:?}")),
    }
}
