//! The keys that were published beside signed tokens.

use std::fs;
use std::path::Path;

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, Key, jwk};
use hexad_rustcrypto::{SigningKey, public_key_from_pem};

/// An encoded `COSE_Key`.
pub type Encoded = Vec<u8>;

/// Whether a file holds a key, and is no case.
pub fn is_key(file: &Path) -> bool {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    ["key", "iak"].iter().any(|end| stem.ends_with(end))
}

/// Every key in the folder of `file` that can be read: PEM, JWK, and bare bytes for a MAC.
pub fn beside(file: &Path) -> Vec<Encoded> {
    let Some(folder) = file.parent().and_then(|folder| fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for path in folder.filter_map(|entry| Some(entry.ok()?.path())) {
        let extension = path.extension().and_then(|own| own.to_str()).unwrap_or_default();
        let text = || fs::read_to_string(&path).unwrap_or_default();
        keys.extend(match extension {
            "pem" => pem(&text()),
            "json" if is_key(&path) => jwk::read(&text()).ok().map(|key| key.to_vec()),
            "bin" if is_key(&path) => fs::read(&path)
                .ok()
                .and_then(|k| encode(&Key::from_symmetric(&k, Algorithm::HMAC_256))),
            _ => None,
        });
    }
    keys
}

fn pem(text: &str) -> Option<Encoded> {
    if let Ok(key) = public_key_from_pem(text) {
        return encode(&Key::from_public(key.as_public()));
    }
    let key = SigningKey::from_pem(text).ok()?;
    encode(&Key::from_public(key.public()))
}

fn encode(key: &Key<'_>) -> Option<Encoded> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::appending(&mut bytes);
    match key.symmetric() {
        Some(_) => key.encode_private(&mut encoder).ok()?,
        None => key.encode_public(&mut encoder).ok()?,
    }
    Some(bytes)
}
