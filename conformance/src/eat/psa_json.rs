//! The JSON in which Veraison's PSA library keeps claims: no token has this form, so that it is turned
//! into the CBOR of the token first.

use base64ct::{Base64, Encoding};
use hexad_cose_core::cbor::Encoder;
use hexad_eat::psa;
use serde_json::{Map, Value};

/// Names, and the labels of the two generations that are kept so: `PSA_IOT_PROFILE_1`, then version 2.
const NAMES: [(&str, Option<i64>, Option<i64>); 13] = [
    ("psa-profile", Some(-75000), None),
    ("eat-profile", None, Some(265)),
    ("psa-client-id", Some(-75001), Some(2394)),
    ("psa-security-lifecycle", Some(-75002), Some(2395)),
    ("psa-implementation-id", Some(-75003), Some(2396)),
    ("psa-boot-seed", Some(-75004), Some(2397)),
    ("psa-hwver", Some(-75005), None),
    ("psa-certification-reference", None, Some(2398)),
    ("psa-software-components", Some(-75006), Some(2399)),
    ("psa-no-software-measurements", Some(-75007), None),
    ("psa-nonce", Some(-75008), Some(10)),
    ("psa-instance-id", Some(-75009), Some(256)),
    ("psa-verification-service-indicator", Some(-75010), Some(2400)),
];

const COMPONENT: [(&str, i64); 5] = [
    ("measurement-type", 1),
    ("measurement-value", 2),
    ("version", 4),
    ("signer-id", 5),
    ("measurement-description", 6),
];

/// The claims by the generations that the file names, and by the older one, which need not be named, if it
/// names none. What is meant to be invalid is held against both: it breaks a rule of either.
pub fn claims(members: &Map<String, Value>, is_invalid: bool) -> Result<(), String> {
    let is_v2 = members.contains_key("eat-profile");
    let is_iot1 = members.contains_key("psa-profile") || !is_v2;
    for (is_told, is_second) in [(is_v2, true), (is_iot1, false)] {
        if is_told || is_invalid {
            let bytes = encode(members, is_second)?;
            psa::Claims::parse(&bytes).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn encode(members: &Map<String, Value>, is_second: bool) -> Result<Vec<u8>, String> {
    let label = |name: &str| {
        let (_, first, second) = NAMES.iter().find(|(known, ..)| *known == name)?;
        if is_second { *second } else { *first }
    };
    let known: Vec<_> =
        members.iter().filter_map(|(name, v)| Some((label(name)?, name, v))).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::appending(&mut bytes);
    write(encoder.map(known.len()))?;
    for (label, name, value) in known {
        write(encoder.integer(label))?;
        match value {
            Value::Array(components) => {
                write(encoder.array(components.len()))?;
                components.iter().try_for_each(|one| component(one, &mut encoder))?;
            }
            _ => plain(name, value, &mut encoder)?,
        }
    }
    Ok(bytes)
}

fn component(value: &Value, encoder: &mut Encoder<'_>) -> Result<(), String> {
    let members = value.as_object().ok_or("a component is no object")?;
    write(encoder.map(members.len()))?;
    for (name, value) in members {
        let known = COMPONENT.iter().find(|(known, _)| known == name);
        let (_, label) = known.ok_or_else(|| format!("{name} is unknown"))?;
        write(encoder.integer(*label))?;
        plain(name, value, encoder)?;
    }
    Ok(())
}

/// A number, a text, or, by the name of the claim, bytes.
fn plain(name: &str, value: &Value, encoder: &mut Encoder<'_>) -> Result<(), String> {
    const BYTES: [&str; 6] = [
        "psa-implementation-id",
        "psa-boot-seed",
        "psa-nonce",
        "psa-instance-id",
        "measurement-value",
        "signer-id",
    ];
    match (value.as_str(), value.as_i64()) {
        (Some(text), _) if BYTES.contains(&name) => {
            let bytes = Base64::decode_vec(text).map_err(|error| format!("{name}: {error}"))?;
            write(encoder.bytes(&bytes))
        }
        (Some(text), _) => write(encoder.text(text)),
        (_, Some(number)) => write(encoder.integer(number)),
        _ => Err(format!("{name} is neither a text nor a number")),
    }
}

fn write<T>(result: Result<T, hexad_cose_core::Error>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.to_string())
}
