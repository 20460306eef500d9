//! A MUD file, its signer, and the signature.

use hexad_cose_core::x509::{Certificate, Issuer, Template};
use hexad_cose_core::{Curve, HashAlgorithm};
use hexad_mud::signature::{SignatureError, sign};
use hexad_rustcrypto::{RustCrypto, SigningKey};

use crate::PRIVATE;

/// The file that is signed.
pub const FILE: &[u8] = br#"{"ietf-mud:mud":{"mud-version":1,"mud-url":"https://example.com/a","last-update":"2026-01-01T00:00:00Z","is-supported":true}}"#;

/// When signatures are checked, in seconds since 1970 began.
pub const NOW: i64 = 1_800_000_000;

/// What the signer's key is named by.
pub const HASH: HashAlgorithm = HashAlgorithm::Sha256;

/// The signer's key and its thumbprint.
///
/// # Panics
/// When the backend is broken.
pub fn signer() -> (SigningKey, Vec<u8>) {
    let key = SigningKey::from_bytes(Curve::P256, &PRIVATE).expect("a valid key");
    let thumbprint = key.public().thumbprint(HASH, &mut RustCrypto);
    let thumbprint = thumbprint.expect("SHA-256 is offered").as_bytes().to_vec();
    (key, thumbprint)
}

/// The signer's certificate, issued by itself, and the signature of [`FILE`].
///
/// # Errors
/// None, unless the crate is broken.
pub fn signature() -> Result<(Vec<u8>, Vec<u8>), SignatureError> {
    let (key, _) = signer();
    let template = Template {
        common_name: "signer",
        key: key.public(),
        serial_number: &[1],
        not_before: NOW - 1,
        not_after: NOW + 1,
        authority: false,
    };
    let certificate = template.issue(Issuer::Itself, &key, &mut RustCrypto)?;
    let parsed = Certificate::parse(&certificate)?;
    let signature = sign(FILE, &[parsed], NOW, &key, &mut RustCrypto)?;
    Ok((certificate, signature))
}
