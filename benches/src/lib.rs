#![doc = include_str!("../README.md")]

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, CryptoError, Curve, Error, HashAlgorithm, PublicKeyBuf, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{Parameter, VendorIdentifier};

/// A signed message and what belongs to it.
#[derive(Debug)]
pub struct Signed {
    /// The tagged `COSE_Sign1`, ESP256.
    pub message: Vec<u8>,
    /// The key that verifies it.
    pub key: PublicKeyBuf,
}

fn public_half(key: &SigningKey) -> Result<PublicKeyBuf, Error> {
    key.public_on_curve().copied().ok_or(CryptoError::InvalidKey.at(0))
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
    Ok(Signed { message: message.to_vec(), key: public_half(&key)? })
}

/// A SUIT envelope as a device gets it: one component, downloaded, checked and invoked, ESP256.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn suit() -> Result<Signed, hexad_suit::Error> {
    let policy = ReportingPolicy::RECORD_ON_FAILURE;
    let mut manifest = ManifestBuilder::new(1);
    let app = manifest.component(&[b"app"]);
    manifest.shared_sequence(
        Sequence::new()
            .override_parameters(&[
                Parameter::VendorIdentifier(VendorIdentifier::Uuid(&[0xfa; 16])),
                Parameter::ClassIdentifier(&[0x14; 16]),
                Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, &[7; 32])?),
                Parameter::ImageSize(34768),
            ])?
            .condition(Condition::VendorIdentifier, policy)?
            .condition(Condition::ClassIdentifier, policy)?,
    );
    manifest.install(
        Sequence::new()
            .set_component_index(app)?
            .override_parameters(&[Parameter::Uri("https://example.com/app.bin")])?
            .action(Action::Fetch, policy)?
            .condition(Condition::ImageMatch, policy)?,
    );
    manifest.validate(Sequence::new().condition(Condition::ImageMatch, policy)?);
    manifest.invoke(Sequence::new().action(Action::Invoke, policy)?);
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).map_err(|error| error.at(0))?;
    let mut envelope = manifest.build(&mut RustCrypto)?;
    envelope.sign(Sign1::builder(Algorithm::ESP256), &key, &mut RustCrypto)?;
    Ok(Signed { message: envelope.encode()?, key: public_half(&key)? })
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
