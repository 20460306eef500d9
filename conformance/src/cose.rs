//! cose-wg/Examples: `COSE_Sign1` and `COSE_Mac0` messages with their keys.
//!
//! A message that its file marks with `fail` must be refused, and for the reason that `failures`
//! names; every other must be accepted. Message types, algorithms and countersignatures that are not
//! offered are skipped by name.

use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::{
    Algorithm, Curve, Error as CoseError, ErrorKind, Expect, Key, Mac0, PublicKeyBuf, Secret, Sign1,
};
use hexad_rustcrypto::RustCrypto;
use serde_json::Value;

use crate::{Case, Error, vectors};

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
    let Some((kind, message)) = MESSAGES
        .iter()
        .find_map(|kind| Some((kind, example.pointer(&format!("/input/{}", kind.member))?)))
    else {
        return Err("`input` holds no message".into());
    };
    if !kind.offered {
        return Ok(Case::skip(name, format!("{} is not offered", kind.name)));
    }
    let algorithm = text(message, "/alg").or_else(|| text(message, "/protected/alg"));
    let algorithm = algorithm.ok_or("the message names no `alg`")?;
    let Some(algorithm) = algorithm_by_name(algorithm) else {
        return Ok(Case::skip(name, format!("{algorithm} is not offered")));
    };
    let encoded = text(example, "/output/cbor").and_then(vectors::hex);
    let encoded = encoded.ok_or("`output.cbor` is not hexadecimal")?;
    let external = text(message, "/external").map(vectors::hex);
    let external = external.unwrap_or(Some(Vec::new())).ok_or("`external` is not hexadecimal")?;
    let mut expect = Expect::alg(algorithm).external_aad(&external);
    if message.pointer("/unprotected/alg").is_some() {
        expect = expect.unprotected_algorithm();
    }
    let payload = payload(example).ok_or("`input` has no plaintext")?;

    let verified = if kind.member == "sign0" {
        let key = public_key(message.get("key").ok_or("no key")?)?;
        verify_sign1(&encoded, &Key::from_public(key.as_public()), expect, &payload)
    } else {
        let key = message.pointer("/recipients/0/key").ok_or("no key")?;
        let secret = octets(key, "k").ok_or("the key has no `k`")?;
        verify_mac0(&encoded, &Secret::new(&secret[..], algorithm), expect, &payload)
    };
    let outcome = if example.get("fail").and_then(Value::as_bool) == Some(true) {
        refused_for(example.pointer("/input/failures").unwrap_or(&Value::Null), verified)
    } else {
        verified.map_err(|error| format!("refused: {error}"))
    };
    match message.get("countersign0").or_else(|| message.get("countersign")) {
        // The message itself must hold all the same.
        Some(_) if outcome.is_ok() => {
            Ok(Case::skip(name, "countersignatures (RFC 9338) are not offered"))
        }
        _ => Ok(Case::new(name, outcome)),
    }
}

/// A message type: its member in `input`, its name, and whether it is offered.
struct Message {
    member: &'static str,
    name: &'static str,
    offered: bool,
}

const MESSAGES: [Message; 6] = [
    Message { member: "sign0", name: "COSE_Sign1", offered: true },
    Message { member: "mac0", name: "COSE_Mac0", offered: true },
    Message { member: "sign", name: "COSE_Sign", offered: false },
    Message { member: "mac", name: "COSE_Mac", offered: false },
    Message { member: "encrypted", name: "COSE_Encrypt0", offered: false },
    Message { member: "enveloped", name: "COSE_Encrypt", offered: false },
];

fn verify_sign1(
    encoded: &[u8],
    key: &Key<'_>,
    expect: Expect<'_>,
    payload: &[u8],
) -> Result<(), CoseError> {
    let check = Sign1::parse(encoded)?.check(key, expect, &mut RustCrypto)?;
    let verified = check.run(&mut RustCrypto)?;
    same_payload(verified.payload(), payload)
}

fn verify_mac0(
    encoded: &[u8],
    key: &Secret<'_>,
    expect: Expect<'_>,
    payload: &[u8],
) -> Result<(), CoseError> {
    let verified = Mac0::parse(encoded)?.verify(key, expect, &mut RustCrypto)?;
    same_payload(verified.payload(), payload)
}

fn same_payload(payload: &[u8], expected: &[u8]) -> Result<(), CoseError> {
    if payload == expected { Ok(()) } else { Err(CoseError::new(ErrorKind::Payload, 0)) }
}

/// That a message was refused, and for the reason that the example says it must.
fn refused_for(failures: &Value, verified: Result<(), CoseError>) -> Result<(), String> {
    let reasons: &[ErrorKind] = if failures.get("ChangeCBORTag").is_some() {
        &[ErrorKind::UnexpectedTag]
    } else if failures.get("ChangeAttr").is_some() {
        // The algorithm became another number, or a name.
        &[ErrorKind::AlgorithmNotAccepted, ErrorKind::UnprotectedAlgorithm]
    } else {
        // The tag, the payload or the protected header was changed.
        &[ErrorKind::VerificationFailed]
    };
    match verified {
        Ok(()) => Err("accepted, but must be refused".into()),
        Err(error) if reasons.contains(&error.kind()) => Ok(()),
        Err(error) => Err(format!("refused for another reason: {error}")),
    }
}

/// The algorithm that the examples call `name`, if it is offered.
fn algorithm_by_name(name: &str) -> Option<Algorithm> {
    Some(match name {
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "ES512" => Algorithm::ES512,
        "EdDSA" => Algorithm::EDDSA,
        "HS256/64" => Algorithm::HMAC_256_64,
        "HS256" => Algorithm::HMAC_256,
        "HS384" => Algorithm::HMAC_384,
        "HS512" => Algorithm::HMAC_512,
        _ => return None,
    })
}

/// The public half of a key in the examples' own kind of JWK.
fn public_key(jwk: &Value) -> Result<PublicKeyBuf, String> {
    let curve = match text(jwk, "/crv") {
        Some("P-256") => Curve::P256,
        Some("P-384") => Curve::P384,
        Some("P-521") => Curve::P521,
        Some("Ed25519") => Curve::Ed25519,
        other => return Err(format!("curve {other:?}")),
    };
    let x = octets(jwk, "x").ok_or("the key has no `x`")?;
    let y = octets(jwk, "y").unwrap_or_default();
    PublicKeyBuf::new(curve, &x, &y).ok_or_else(|| "a coordinate has a wrong length".into())
}

/// A member in base64url, or its neighbour `NAME_hex`.
fn octets(object: &Value, name: &str) -> Option<Vec<u8>> {
    match text(object, &format!("/{name}")) {
        Some(base64) => Base64UrlUnpadded::decode_vec(base64).ok(),
        None => text(object, &format!("/{name}_hex")).and_then(vectors::hex),
    }
}

/// What the message carries.
fn payload(example: &Value) -> Option<Vec<u8>> {
    match text(example, "/input/plaintext") {
        Some(plaintext) => Some(plaintext.as_bytes().to_vec()),
        None => text(example, "/input/plaintext_hex").and_then(vectors::hex),
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}

#[cfg(test)]
mod tests;
