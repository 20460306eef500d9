//! An author who makes releases, and the maker of the devices that believe it.

use std::path::Path;

use hexad_cose_core::crypto::Hash;
use hexad_cose_core::{Curve, Digest, HashAlgorithm, Key, Segments, Sign1};
use hexad_coswid::{
    ConciseSwidTag, Entity, File, HashEntry, Payload, PayloadOrEvidence, Role, TagId,
};
use hexad_link::Identity;
use hexad_link::qemu::Chip;
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::parameter::{Parameter, Uuid, VendorIdentifier};

pub const VENDOR: Uuid = [0xfa; 16];
pub const CLASS: Uuid = [0x14; 16];
/// Of type RAND.
pub const UEID: [u8; 17] = [1; 17];
pub const OEM_ID: u32 = 32473;
pub const URI: &str = "https://updates.example.com/lamp.bin";
const AUTHOR: [u8; 32] = [7; 32];
const DEVICE: [u8; 32] = [9; 32];

pub fn key(d: &[u8; 32]) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, d).expect("a private key")
}

pub fn device_key() -> SigningKey {
    key(&DEVICE)
}

/// A new chip with the identity of a device.
pub fn chip(folder: &Path, name: &str) -> Chip {
    let [author, device] = [key(&AUTHOR), device_key()];
    let identity = Identity {
        author: Key::from_public(author.public()),
        attestation_key: Key::from_public(device.public()).with_private(&DEVICE),
        vendor: &VENDOR,
        class: &CLASS,
        ueid: &UEID,
        oem_id: OEM_ID,
    };
    Chip::manufacture(&folder.join(name), &identity).expect("a chip")
}

/// What is released, and by whom.
#[derive(Clone, Copy)]
pub struct Release<'r> {
    pub sequence_number: u64,
    pub image: &'r [u8],
    pub class: Uuid,
    pub signer: [u8; 32],
}

impl<'r> Release<'r> {
    pub const fn new(sequence_number: u64, image: &'r [u8]) -> Self {
        Self { sequence_number, image, class: CLASS, signer: AUTHOR }
    }

    /// The envelope, signed ESP256: checks vendor and class, fetches, and checks the image.
    pub fn envelope(&self) -> Vec<u8> {
        let digest = sha_256(self.image);
        let policy = ReportingPolicy::RECORD_ON_FAILURE;
        let sequence = Sequence::new;
        let mut manifest = ManifestBuilder::new(self.sequence_number);
        let app = manifest.component(&[b"app"]);
        let parameters = [
            Parameter::VendorIdentifier(VendorIdentifier::Uuid(&VENDOR)),
            Parameter::ClassIdentifier(&self.class),
            Parameter::ImageDigest(
                hexad_suit::digest::Digest::new(HashAlgorithm::Sha256, digest.as_bytes()).unwrap(),
            ),
            Parameter::ImageSize(self.image.len() as u64),
        ];
        let shared = sequence().set_component_index(app).unwrap();
        let shared = shared.override_parameters(&parameters).unwrap();
        let shared = shared.condition(Condition::VendorIdentifier, policy).unwrap();
        manifest.shared_sequence(shared.condition(Condition::ClassIdentifier, policy).unwrap());
        let install = sequence().override_parameters(&[Parameter::Uri(URI)]).unwrap();
        let install = install.action(Action::Fetch, policy).unwrap();
        manifest.install(install.condition(Condition::ImageMatch, policy).unwrap());
        manifest.validate(sequence().condition(Condition::ImageMatch, policy).unwrap());
        manifest.invoke(sequence().action(Action::Invoke, policy).unwrap());
        manifest.coswid(&self.coswid(digest.as_bytes()));
        let mut envelope = manifest.build(&mut RustCrypto).unwrap();
        let signer = key(&self.signer);
        envelope.sign(Sign1::builder(signer.algorithm()), &signer, &mut RustCrypto).unwrap();
        envelope.encode().unwrap()
    }

    fn coswid(&self, digest: &[u8]) -> Vec<u8> {
        let hash = HashEntry::sha_256(digest.try_into().unwrap());
        let files = [File::new("lamp.bin").size(self.image.len() as u64).hash(hash)];
        let makers = [Entity::new("Example Lighting", &[Role::TagCreator])];
        let tag_id = format!("example.com/lamp-{}", self.sequence_number);
        let tag = ConciseSwidTag {
            software_version: Some("1.0"),
            payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::files(&files))),
            ..ConciseSwidTag::new(TagId::Text(&tag_id), "lamp", &makers)
        };
        tag.encode(&mut [0; 512]).unwrap().to_vec()
    }
}

pub fn sha_256(bytes: &[u8]) -> Digest {
    RustCrypto.digest(HashAlgorithm::Sha256, &Segments::plain(bytes)).unwrap()
}

/// An image of `length` bytes that follows from `seed`.
pub fn image(seed: u8, length: usize) -> Vec<u8> {
    let mut image = vec![seed];
    while image.len() < length {
        let digest = sha_256(&image);
        image.extend(digest.as_bytes());
    }
    image.truncate(length);
    image
}
