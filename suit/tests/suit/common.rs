//! What the integration tests share.

use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::SigningKey;
use hexad_suit::Manifest;

/// The algorithms under which the drafts' examples are signed.
pub const ALGORITHMS: [Algorithm; 2] = [Algorithm::ES256, Algorithm::ESP256];

/// The bytes that hexadecimal digits, with white space anywhere, stand for.
pub fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// A trust anchor for `key`.
pub fn anchor(key: &SigningKey) -> Key<'_> {
    Key::from_public(key.public())
}

/// Reads everything that a manifest says.
pub fn read_all(manifest: &Manifest<'_>) -> usize {
    let sequences = [
        manifest.shared_sequence(),
        manifest.validate(),
        manifest.load(),
        manifest.invoke(),
        manifest.payload_fetch().present(),
        manifest.install().present(),
    ];
    let commands = sequences.into_iter().flatten().flat_map(|sequence| sequence.iter()).count();
    let components = manifest.components().iter().count();
    let texts = manifest.text().unwrap().present().map_or(0, |text| text.iter().count());
    commands + components + texts + manifest.integrated_payloads().iter().count()
}
