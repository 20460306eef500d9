#![doc = include_str!("../README.md")]

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, Curve, Error, PublicKeyBuf, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};

/// A signed message and what belongs to it.
#[derive(Debug)]
pub struct Signed {
    /// The tagged `COSE_Sign1`, ESP256.
    pub message: Vec<u8>,
    /// The key that verifies it.
    pub key: PublicKeyBuf,
}

/// A `COSE_Sign1` over a payload of `length` bytes.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn sign1(length: usize) -> Result<Signed, Error> {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).map_err(|error| error.at(0))?;
    let mut buffer = vec![0; length + 128];
    let builder = Sign1::builder(Algorithm::ESP256).kid(b"11");
    let message = builder.payload(&vec![0x5a; length], &mut buffer)?.sign(&key, &mut RustCrypto)?;
    Ok(Signed { message: message.to_vec(), key: *key.public() })
}

/// A deterministically encoded map of `count` entries, each an array of a text and a float.
///
/// # Errors
/// Those of the encoder: none, unless it is broken.
pub fn map(count: u32) -> Result<Vec<u8>, Error> {
    let entries = usize::try_from(count).unwrap_or(usize::MAX);
    let mut bytes = vec![0; 16 + 32 * entries];
    let mut encoder = Encoder::new(&mut bytes);
    encoder.map(entries)?;
    for key in 0..count {
        encoder.unsigned(key.into())?.array(2)?.text("temperature")?.float(f64::from(key) + 0.1)?;
    }
    let written = encoder.written();
    bytes.truncate(written);
    Ok(bytes)
}
