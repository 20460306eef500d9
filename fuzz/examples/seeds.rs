//! Writes the seed corpora, `corpus/TARGET/NAME`, with the crates' own builders.

use std::error::Error;
use std::fs;
use std::path::Path;

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, ContentType, Curve, Key, Mac0, Sign1};
use hexad_fuzz::{PRIVATE, SECRET, suit};
use hexad_rustcrypto::{RustCrypto, SigningKey};

type Seeds = Result<Vec<(&'static str, Vec<u8>)>, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    write("cbor", cbor()?)?;
    write("key", keys()?)?;
    write("mac0", mac0()?)?;
    write("sign1", sign1()?)?;
    write("suit_envelope", vec![("minimal", suit::envelope(&manifest()?)?)])?;
    write("suit_process", vec![("minimal", manifest()?)])
}

fn write(target: &str, seeds: Vec<(&str, Vec<u8>)>) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    for (name, bytes) in seeds {
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

/// What `write` puts into an encoder.
fn encoded(
    write: impl FnOnce(&mut Encoder<'_>) -> Result<(), hexad_cose_core::Error>,
) -> Result<Vec<u8>, hexad_cose_core::Error> {
    let mut bytes = Vec::new();
    write(&mut Encoder::appending(&mut bytes))?;
    Ok(bytes)
}

/// Every major type, nested and of indefinite length.
fn cbor() -> Seeds {
    let mixed = encoded(|encoder| {
        encoder
            .tag(1)?
            .array(4)?
            .map(2)?
            .integer(1)?
            .integer(-70_000)?
            .text("a")?
            .bytes(&[1, 2])?;
        encoder.float(1.5)?.float(0.1)?.array(3)?.null()?.boolean(true)?.simple(255)?;
        Ok(())
    })?;
    let indefinite = vec![0x9f, 0xbf, 0x61, 0x61, 0x5f, 0x41, 0x00, 0xff, 0xff, 0x7f, 0xff, 0xff];
    Ok(vec![
        ("mixed", mixed),
        ("indefinite", indefinite),
        ("nested", [[0x81; 31], [0xc1; 31]].concat()),
    ])
}

fn keys() -> Seeds {
    let mut seeds = Vec::new();
    for (name, curve) in [("p256", Curve::P256), ("ed25519", Curve::Ed25519)] {
        let signer = SigningKey::from_bytes(curve, &PRIVATE)?;
        let key = Key::from_public(signer.public().as_public()).with_kid(b"kid");
        seeds.push((name, encoded(|encoder| key.encode_public(encoder))?));
    }
    let symmetric = encoded(|encoder| {
        encoder.map(3)?.integer(1)?.integer(4)?.integer(4)?.array(1)?.integer(10)?;
        encoder.integer(-1)?.bytes(SECRET)?;
        Ok(())
    })?;
    seeds.push(("symmetric", symmetric));
    Ok(seeds)
}

fn mac0() -> Seeds {
    let mut buffer = [0; 256];
    let builder = Mac0::builder(Algorithm::HMAC_256).kid(b"kid");
    let message = builder.payload(b"payload", &mut buffer, SECRET, &mut RustCrypto)?;
    Ok(vec![("tagged", message.to_vec())])
}

fn sign1() -> Seeds {
    let mut buffer = [0; 256];
    let key = SigningKey::from_bytes(Curve::P256, &PRIVATE)?;
    let builder =
        Sign1::builder(Algorithm::ESP256).kid(b"kid").content_type(ContentType::Format(60));
    let tagged = builder.payload(b"payload", &mut buffer)?.sign(&key, &mut RustCrypto)?.to_vec();
    let detached = builder.untagged().detached(b"payload", &mut buffer)?;
    let detached = detached.sign(&key, &mut RustCrypto)?.to_vec();
    Ok(vec![("tagged", tagged), ("detached", detached)])
}

/// A manifest of one component with a check of its vendor and its image.
fn manifest() -> Result<Vec<u8>, hexad_cose_core::Error> {
    use hexad_suit::labels::{common, condition, directive, manifest, parameter};
    let digest = encoded(|encoder| {
        encoder.array(2)?.integer(-16)?.bytes(&[0; 32])?;
        Ok(())
    })?;
    let shared = encoded(|encoder| {
        encoder.array(4)?.integer(directive::OVERRIDE_PARAMETERS)?.map(3)?;
        encoder.integer(parameter::VENDOR_IDENTIFIER)?.bytes(&[1; 16])?;
        encoder.integer(parameter::IMAGE_DIGEST)?.bytes(&digest)?;
        encoder.integer(parameter::IMAGE_SIZE)?.integer(64)?;
        encoder.integer(condition::VENDOR_IDENTIFIER)?.integer(15)?;
        Ok(())
    })?;
    let common = encoded(|encoder| {
        encoder.map(2)?.integer(common::COMPONENTS)?.array(1)?.array(1)?.bytes(&[0])?;
        encoder.integer(common::SHARED_SEQUENCE)?.bytes(&shared)?;
        Ok(())
    })?;
    let install = encoded(|encoder| {
        encoder.array(4)?.integer(directive::OVERRIDE_PARAMETERS)?.map(1)?;
        encoder.integer(parameter::URI)?.text("http://example.com/file.bin")?;
        encoder.integer(directive::FETCH)?.integer(2)?;
        Ok(())
    })?;
    let validate = encoded(|encoder| {
        encoder.array(2)?.integer(condition::IMAGE_MATCH)?.integer(15)?;
        Ok(())
    })?;
    encoded(|encoder| {
        encoder.map(5)?.integer(manifest::VERSION)?.integer(1)?;
        encoder.integer(manifest::SEQUENCE_NUMBER)?.integer(3)?;
        encoder.integer(manifest::COMMON)?.bytes(&common)?;
        encoder.integer(manifest::VALIDATE)?.bytes(&validate)?;
        encoder.integer(manifest::INSTALL)?.bytes(&install)?;
        Ok(())
    })
}
