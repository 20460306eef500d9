//! The examples of the drafts, as their files have them.

use std::path::Path;

use crate::common::from_hex;
use hexad_rustcrypto::SigningKey;

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
