//! What several commands take: byte strings, key identifiers and algorithms as a user writes them.

use hexad_cose_core::Algorithm;

use crate::input::{hex, unhex};
use crate::keys::algorithms;

/// Bytes of an argument.
#[derive(Clone, Debug)]
pub struct Bytes(Vec<u8>);

impl Bytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// Bytes in hexadecimal; none are bytes, too.
pub fn hexadecimal(text: &str) -> Result<Bytes, String> {
    let bytes = if text.is_empty() { Some(Vec::new()) } else { unhex(text.as_bytes()) };
    bytes.map(Bytes).ok_or_else(|| "not pairs of hexadecimal digits".to_owned())
}

/// A key identifier: text, or bytes as `0xHEX`.
pub fn kid(text: &str) -> Result<Bytes, String> {
    match text.strip_prefix("0x") {
        Some(digits) => hexadecimal(digits),
        None => Ok(Bytes(text.as_bytes().to_vec())),
    }
}

/// A key identifier as it is shown: [`kid`] reads it back.
pub fn shown(kid: &[u8]) -> String {
    match std::str::from_utf8(kid) {
        Ok(text) if !text.starts_with("0x") && !text.chars().any(char::is_control) => {
            text.to_owned()
        }
        _ => format!("0x{}", hex(kid)),
    }
}

/// An algorithm that is offered, by its name in the COSE registry or its number.
pub fn algorithm(text: &str) -> Result<Algorithm, String> {
    let number = text.parse().ok();
    // The registry writes "ECDH-ES + A128KW"; nobody types that.
    let bare = |name: &str| name.replace(' ', "").to_ascii_lowercase();
    let named = |algorithm: &Algorithm| {
        bare(algorithm.name().unwrap_or_default()) == bare(text) || number == Some(algorithm.0)
    };
    algorithms().find(named).ok_or_else(|| {
        let names: Vec<_> = algorithms().filter_map(Algorithm::name).collect();
        format!("not offered; there are: {}", names.join(", "))
    })
}

/// Whether an algorithm works with a symmetric key.
pub fn is_symmetric(algorithm: Algorithm) -> bool {
    use hexad_cose_core::iana::KeyManagement::{Derive, Direct};
    algorithm.key_len().is_some() || matches!(algorithm.key_management(), Some(Direct | Derive(_)))
}

#[cfg(test)]
mod tests;
