//! What the integration tests share: the published vectors, and the key that signed them.

use std::path::{Path, PathBuf};

use hexad_cose_core::{Algorithm, Key};
use hexad_rustcrypto::SigningKey;

/// The algorithms under which the drafts' examples are signed.
pub const ALGORITHMS: [Algorithm; 2] = [Algorithm::ES256, Algorithm::ESP256];

/// A folder of published vectors, or `None` (said on standard error) where they are not at hand.
///
/// Panics when `HEXAD_REQUIRE` says that they must be.
pub fn vectors(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HEXAD_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
        PathBuf::from,
    );
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    let required = std::env::var("HEXAD_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|what| what == "vectors"),
        "{} is missing, and HEXAD_REQUIRE asks for vectors",
        path.display()
    );
    eprintln!("ignored: no vectors at {}", path.display());
    None
}

/// The bytes that hexadecimal digits, with white space anywhere, stand for.
pub fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// Example `number` of the manifest draft's appendix B, with its signature.
pub fn example(folder: &Path, number: usize) -> Vec<u8> {
    let path = folder.join(format!("example{number}.json"));
    let text = std::fs::read_to_string(path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    from_hex(json["envelope_hex"].as_str().unwrap())
}

/// The key that signed the examples.
pub fn signing_key(folder: &Path) -> SigningKey {
    let pem = std::fs::read_to_string(folder.join("signing-key.txt")).unwrap();
    SigningKey::from_pem(&pem).unwrap()
}

/// A trust anchor for `key`.
pub fn anchor(key: &SigningKey) -> Key<'_> {
    Key::from_public(key.public().as_public())
}
