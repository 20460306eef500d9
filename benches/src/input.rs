//! What is measured: messages made with the crates' own builders, so that no file has to be read.

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{
    Algorithm, CryptoError, Curve, Encrypt0, Error, HashAlgorithm, NewHeaders, PublicKeyBuf,
    Secret, Sign1,
};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{Parameter, VendorIdentifier};

/// A signed message and what belongs to it.
#[derive(Debug)]
pub struct Signed {
    /// The tagged `COSE_Sign1`, or the envelope.
    pub message: Vec<u8>,
    /// The key that verifies it.
    pub key: PublicKeyBuf,
}

fn public_half(key: &SigningKey) -> Result<PublicKeyBuf, Error> {
    key.public_on_curve().copied().ok_or(CryptoError::InvalidKey.at(0))
}

/// A `COSE_Sign1` over a payload of `length` bytes: ESP256 or Ed25519, as the curve says.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn sign1(curve: Curve, length: usize) -> Result<Signed, Error> {
    let key = SigningKey::from_bytes(curve, &[7; 32]).map_err(|error| error.at(0))?;
    let mut buffer = vec![0; length + 128];
    let builder = Sign1::builder(key.algorithm()).kid(b"11");
    let message = builder.payload(&vec![0x5a; length], &mut buffer)?.sign(&key, &mut RustCrypto)?;
    Ok(Signed { message: message.to_vec(), key: public_half(&key)? })
}

/// The key of [`encrypt0`].
pub const SECRET: [u8; 16] = [7; 16];

/// A `COSE_Encrypt0` of `length` bytes under A128GCM.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn encrypt0(length: usize) -> Result<Vec<u8>, Error> {
    let headers = NewHeaders::new(Algorithm::A128GCM).kid(b"11").iv(&[9; 12]);
    let key = Secret::new(&SECRET[..], Algorithm::A128GCM);
    let mut buffer = vec![0; length + 128];
    let plaintext = vec![0x5a; length];
    let message =
        Encrypt0::builder(headers).seal(&plaintext, &key, &mut buffer, &mut RustCrypto)?;
    Ok(message.to_vec())
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
