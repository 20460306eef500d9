//! What is measured: messages made with the crates' own builders, so that no file has to be read.

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{
    Algorithm, CryptoError, Curve, Encrypt0, Error, HashAlgorithm, Mac0, NewHeaders, PublicKey,
    PublicKeyBuf, Secret, Segments, Sign1, Y,
};
use hexad_coswid::{
    ConciseSwidTag, Entity, Evidence, File, HashEntry, PayloadOrEvidence, Role, TagId,
};
use hexad_eat::psa::{self, SecurityLifecycle, SoftwareComponent};
use hexad_eat::{BootState, DebugStatus, Formatted, Nonce, OemId, Token, Ueid};
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

/// The half of `key` that verifies.
///
/// # Errors
/// `InvalidKey` when it is not on a curve.
pub fn public_half(key: &SigningKey) -> Result<PublicKeyBuf, Error> {
    key.public_on_curve().copied().ok_or(CryptoError::InvalidKey.at(0))
}

impl Signed {
    /// The key as bytes: an uncompressed point (SEC 1, 2.3.3), or that of Ed25519.
    #[must_use]
    pub fn point(&self) -> Vec<u8> {
        match self.key.as_public() {
            PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => [&[4], x, y].concat(),
            PublicKey::Okp { x, .. } => x.to_vec(),
            _ => Vec::new(),
        }
    }
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

/// A `COSE_Encrypt0` of `length` bytes under A128GCM, or another AEAD for [`SECRET`].
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn encrypt0(algorithm: Algorithm, length: usize) -> Result<Vec<u8>, Error> {
    let nonce = [9; 13];
    let sizes = algorithm.content_encryption().ok_or(CryptoError::Unsupported.at(0))?;
    let nonce = nonce.get(..sizes.nonce_len).unwrap_or_default();
    let headers = NewHeaders::new(algorithm).kid(b"11").iv(nonce);
    let key = Secret::new(&SECRET[..], algorithm);
    let mut buffer = vec![0; length + 128];
    let plaintext = vec![0x5a; length];
    let message =
        Encrypt0::builder(headers).seal(&plaintext, &key, &mut buffer, &mut RustCrypto)?;
    Ok(message.to_vec())
}

/// The key of [`mac0`].
pub const MAC_SECRET: [u8; 32] = [7; 32];

/// A `COSE_Mac0` by HMAC 256/256 over a payload of `length` bytes.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn mac0(length: usize) -> Result<Vec<u8>, Error> {
    let key = Secret::new(&MAC_SECRET[..], Algorithm::HMAC_256);
    let mut buffer = vec![0; length + 128];
    let builder = Mac0::builder(Algorithm::HMAC_256).kid(b"11");
    let message = builder.payload(&vec![0x5a; length], &mut buffer)?.mac(&key, &mut RustCrypto)?;
    Ok(message.to_vec())
}

/// The image that [`update`] installs.
pub const IMAGE: [u8; 64] = [0xa5; 64];

/// The identifiers of the device that [`update`] is for: those of the draft's examples.
pub const VENDOR: [u8; 16] = [
    0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf, 0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe,
];
/// See [`VENDOR`].
pub const CLASS: [u8; 16] = [
    0x14, 0x92, 0xaf, 0x14, 0x25, 0x69, 0x5e, 0x48, 0xbf, 0x42, 0x9b, 0x2d, 0x51, 0xf2, 0xab, 0x45,
];

/// A SUIT envelope that installs [`IMAGE`]: one component; vendor, class, fetch, image match.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn update() -> Result<Signed, hexad_suit::Error> {
    let policy = ReportingPolicy::RECORD_ON_FAILURE;
    let mut manifest = ManifestBuilder::new(1);
    manifest.component(&[&[0]]);
    let digest = RustCrypto
        .digest(HashAlgorithm::Sha256, &Segments::plain(&IMAGE))
        .map_err(|error| error.at(0))?;
    manifest.shared_sequence(
        Sequence::new()
            .override_parameters(&[
                Parameter::VendorIdentifier(VendorIdentifier::Uuid(&VENDOR)),
                Parameter::ClassIdentifier(&CLASS),
                Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, digest.as_bytes())?),
                Parameter::ImageSize(64),
            ])?
            .condition(Condition::VendorIdentifier, policy)?
            .condition(Condition::ClassIdentifier, policy)?,
    );
    manifest.install(
        Sequence::new()
            .override_parameters(&[Parameter::Uri("http://example.com/v1.0/file.bin")])?
            .action(Action::Fetch, policy)?
            .condition(Condition::ImageMatch, policy)?,
    );
    enclose(&manifest)
}

/// The envelope of `manifest`, signed with ESP256.
fn enclose(manifest: &ManifestBuilder) -> Result<Signed, hexad_suit::Error> {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32]).map_err(|error| error.at(0))?;
    let mut envelope = manifest.build(&mut RustCrypto)?;
    envelope.sign(Sign1::builder(Algorithm::ESP256), &key, &mut RustCrypto)?;
    Ok(Signed { message: envelope.encode()?, key: public_half(&key)? })
}

/// What the device of [`token`] measured.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn tag() -> Result<Vec<u8>, hexad_coswid::Error> {
    let measured = [0xab; 32];
    let files = [File::new("app.bin").size(65_536).hash(HashEntry::sha_256(&measured))];
    let makers = [Entity::new("Example Attester", &[Role::TagCreator])];
    let tag = ConciseSwidTag {
        software_version: Some("1.4.0"),
        payload_or_evidence: Some(PayloadOrEvidence::Evidence(Evidence::files(&files))),
        ..ConciseSwidTag::new(TagId::Text("example.com/app"), "app", &makers)
    };
    Ok(tag.encode(&mut [0; 256])?.to_vec())
}

/// A token by ESP256 with a nonce, an identity, the boot state and [`tag`] as its measurement.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn token() -> Result<Signed, Box<dyn std::error::Error>> {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
    let tag = tag()?;
    let message = Token::builder(Algorithm::ESP256, &mut [0; 512])
        .nonce(&[0x42; 32])?
        .ueid(Ueid::create(&UEID)?)
        .oem_id(OemId::PrivateEnterpriseNumber(64242))
        .boot_state(BootState { oemboot: true, dbgstat: DebugStatus::DisabledSinceBoot })
        .measurements(&[Formatted::coswid(&tag)])
        .sign(&key, &mut RustCrypto)?
        .to_vec();
    Ok(Signed { message, key: public_half(&key)? })
}

/// A token by ESP256 as RFC 9783 has them: two software components.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn psa_token() -> Result<Signed, Box<dyn std::error::Error>> {
    let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
    let mut instance = [0x5a; 33];
    instance[0] = 1;
    let components = [
        SoftwareComponent {
            measurement_type: Some("PRoT"),
            version: Some("1.4.0"),
            ..SoftwareComponent::new(&[3; 32], &[4; 32])
        },
        SoftwareComponent {
            measurement_type: Some("ARoT"),
            version: Some("0.1.4"),
            ..SoftwareComponent::new(&[5; 32], &[4; 32])
        },
    ];
    let claims = psa::Claims {
        software_components: (&components).into(),
        ..psa::Claims::new(
            Nonce::new(&[0x42; 32])?,
            Ueid::create(&instance)?,
            &[2; 32],
            1,
            SecurityLifecycle::new(0x3000)?,
        )
    };
    let mut buffer = [0; 640];
    let draft = claims.to_be_signed(Algorithm::ESP256, &mut buffer)?;
    let message = draft.sign(&key, &mut RustCrypto)?.to_vec();
    Ok(Signed { message, key: public_half(&key)? })
}

/// The identity of the device of [`token`].
pub const UEID: [u8; 17] = [1, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90];

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
    enclose(&manifest)
}

/// A SUIT envelope that fetches `image` into each of so many components, and checks it there.
///
/// # Errors
/// Those of the builder: none, unless it is broken.
pub fn fleet(components: usize, image: &[u8]) -> Result<Signed, hexad_suit::Error> {
    let policy = ReportingPolicy::RECORD_ON_FAILURE;
    let mut manifest = ManifestBuilder::new(1);
    let digest = RustCrypto
        .digest(HashAlgorithm::Sha256, &Segments::plain(image))
        .map_err(|error| error.at(0))?;
    let digest = Digest::new(HashAlgorithm::Sha256, digest.as_bytes())?;
    let size = u64::try_from(image.len()).unwrap_or(u64::MAX);
    let mut install = Sequence::new();
    for number in 0..components {
        let index = manifest.component(&[b"image", &number.to_be_bytes()]);
        install = install
            .set_component_index(index)?
            .override_parameters(&[
                Parameter::ImageDigest(digest),
                Parameter::ImageSize(size),
                Parameter::Uri("https://example.com/image.bin"),
            ])?
            .action(Action::Fetch, policy)?
            .condition(Condition::ImageMatch, policy)?;
    }
    manifest.shared_sequence(
        Sequence::new()
            .set_component_index(0)?
            .override_parameters(&[
                Parameter::VendorIdentifier(VendorIdentifier::Uuid(&VENDOR)),
                Parameter::ClassIdentifier(&CLASS),
            ])?
            .condition(Condition::VendorIdentifier, policy)?
            .condition(Condition::ClassIdentifier, policy)?,
    );
    manifest.install(install);
    enclose(&manifest)
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
