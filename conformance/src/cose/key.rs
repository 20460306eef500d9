//! Keys in the examples' own kind of JWK, made into `COSE_Key`s.

use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::cbor::{Encoder, write_map};
use hexad_cose_core::iana::key as label;
use hexad_cose_core::{Curve, Error};
use serde_json::Value;

use crate::vectors;

/// The encoded `COSE_Key`, with its private half where it is there.
pub fn cose_key(jwk: &Value) -> Result<Vec<u8>, String> {
    let mut encoded = Vec::new();
    let mut encoder = Encoder::appending(&mut encoded);
    let written = match text(jwk, "/kty") {
        Some("oct") => symmetric(jwk, &mut encoder)?,
        Some("EC" | "EC2") => on_curve(jwk, 2, &mut encoder)?,
        Some("OKP") => on_curve(jwk, 1, &mut encoder)?,
        Some("RSA") => rsa(jwk, &mut encoder)?,
        Some("HSS-LMS") => hss_lms(jwk, &mut encoder)?,
        other => return Err(format!("a key of type {other:?}")),
    };
    written.map_err(|error| format!("a key that can't be written: {error}"))?;
    Ok(encoded)
}

fn symmetric(jwk: &Value, encoder: &mut Encoder<'_>) -> Result<Result<(), Error>, String> {
    let k = octets(jwk, "k").ok_or("the key has no `k`")?;
    Ok(write_map(encoder, |members| {
        members.integer(label::KTY, Some(4))?;
        members.bytes(label::K, Some(&k))
    }))
}

fn on_curve(jwk: &Value, kty: i64, encoder: &mut Encoder<'_>) -> Result<Result<(), Error>, String> {
    let name = text(jwk, "/crv").ok_or("the key has no `crv`")?;
    let curve = (1..=8)
        .filter_map(Curve::from_id)
        .find(|curve| curve.name() == name)
        .ok_or_else(|| format!("curve {name}"))?;
    let coordinate = |name| {
        // Leading zeros are left out in some of the examples.
        octets(jwk, name).map(|octets| {
            let mut padded = vec![0; curve.coordinate_len().saturating_sub(octets.len())];
            padded.extend(octets);
            padded
        })
    };
    let (x, y, d) = (coordinate("x"), coordinate("y"), coordinate("d"));
    Ok(write_map(encoder, |members| {
        members.integer(label::KTY, Some(kty))?;
        members.integer(label::CRV, Some(curve.id()))?;
        members.bytes(label::X, x.as_deref())?;
        members.bytes(label::Y, y.as_deref())?;
        members.bytes(label::D, d.as_deref())
    }))
}

fn rsa(jwk: &Value, encoder: &mut Encoder<'_>) -> Result<Result<(), Error>, String> {
    let n = octets(jwk, "n").ok_or("the key has no `n`")?;
    let e = octets(jwk, "e").ok_or("the key has no `e`")?;
    Ok(write_map(encoder, |members| {
        members.integer(label::KTY, Some(3))?;
        members.bytes(label::N, Some(&n))?;
        members.bytes(label::E, Some(&e))
    }))
}

fn hss_lms(jwk: &Value, encoder: &mut Encoder<'_>) -> Result<Result<(), Error>, String> {
    let public = text(jwk, "/public").and_then(vectors::hex).ok_or("the key has no `public`")?;
    Ok(write_map(encoder, |members| {
        members.integer(label::KTY, Some(5))?;
        members.bytes(label::PUB, Some(&public))
    }))
}

/// A member in base64url, or its neighbour `NAME_hex`.
fn octets(object: &Value, name: &str) -> Option<Vec<u8>> {
    match text(object, &format!("/{name}")) {
        Some(base64) => Base64UrlUnpadded::decode_vec(&canonical(base64)).ok(),
        None => text(object, &format!("/{name}_hex")).and_then(vectors::hex),
    }
}

/// The same base64url with the unused bits of its last digit cleared: two of the examples set them.
fn canonical(base64: &str) -> String {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let used = match base64.len() % 4 {
        2 => 0b11_0000,
        3 => 0b11_1100,
        _ => 0b11_1111,
    };
    let mut canonical = base64.to_owned();
    let last = canonical.pop().and_then(|last| DIGITS.find(last));
    let last = last.and_then(|last| DIGITS.get(last & used..)?.chars().next());
    canonical.extend(last);
    canonical
}

/// A text at a JSON pointer.
pub fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}
