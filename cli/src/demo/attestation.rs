//! The device attests: an EAT over the verifier's nonce, with what it measured when it booted.

use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::cbor::Encoder;
use hexad_coswid::{
    ConciseSwidTag, Entity, Evidence, File, HashAlgorithm as NamedHash, HashEntry,
    PayloadOrEvidence, Role,
};
use hexad_eat::{BootState, DebugStatus, Formatted, OemId, Token, Ueid};
use hexad_operator::evidence::MANIFEST_FILE;
use hexad_rustcrypto::RustCrypto;

use super::Failed;
use super::author::FILE;
use super::simulated::Simulated;

/// The state of the device's debug facilities, as its hardware reports it.
const DEBUG: DebugStatus = DebugStatus::DisabledPermanently;

impl Simulated {
    /// The token: who the device is, how it booted, and CoSWID evidence of what it runs.
    pub fn token(&mut self, nonce: &[u8]) -> Result<Vec<u8>, Failed> {
        let running = self.running.clone().ok_or("nothing has been booted")?;
        let (image_size, image_digest) = self.measure(&running)?;
        let image_digest = image_digest.as_slice().try_into()?;
        let identity = &self.identity;
        // What the software calls itself is in the manifest that the device booted by.
        let tag = ConciseSwidTag::parse(&running.coswid)?;
        let (algorithm, manifest) = &running.manifest_digest;
        let manifest =
            HashEntry { hash_alg_id: named_hash(*algorithm)?, hash_value: manifest.as_slice() };
        let files = [
            File::new(FILE).size(image_size).hash(HashEntry::sha_256(image_digest)),
            File::new(MANIFEST_FILE).hash(manifest),
        ];
        let roles = [Role::TagCreator];
        let device = [Entity::new("lamp", &roles)];
        let evidence = ConciseSwidTag {
            software_version: tag.software_version,
            version_scheme: tag.version_scheme,
            payload_or_evidence: Some(PayloadOrEvidence::Evidence(Evidence::files(&files))),
            ..ConciseSwidTag::new(tag.tag_id, tag.software_name, &device)
        };
        let mut room = [0; 512];
        let mut encoder = Encoder::new(&mut room);
        evidence.encode_untagged(&mut encoder)?;

        let measured = [Formatted::coswid(encoder.as_bytes())];
        let mut buffer = [0; 1024];
        let token = Token::builder(identity.attestation_key.algorithm(), &mut buffer)
            .nonce(nonce)?
            .ueid(Ueid::new(&identity.ueid)?)
            .oem_id(OemId::PrivateEnterpriseNumber(identity.oem_id.into()))
            .boot_state(BootState { oemboot: true, dbgstat: DEBUG })
            .measurements(&measured)
            .sign(&identity.attestation_key, &mut RustCrypto)?;
        Ok(token.to_vec())
    }
}

/// The hash algorithm by its number in the registry that CoSWID uses.
fn named_hash(algorithm: HashAlgorithm) -> Result<NamedHash, Failed> {
    match algorithm {
        HashAlgorithm::Sha256 => Ok(NamedHash::SHA_256),
        HashAlgorithm::Sha384 => Ok(NamedHash::SHA_384),
        HashAlgorithm::Sha512 => Ok(NamedHash::SHA_512),
        _ => Err("a manifest digest by an unknown algorithm".into()),
    }
}
