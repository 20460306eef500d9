//! The device attests: an EAT over the host's nonce, with what it finds in its flash.

use hexad_cortex_m4::{CortexM4, SigningKey};
use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::cbor::Encoder;
use hexad_coswid::{
    ConciseSwidTag, Entity, Evidence, File, HashAlgorithm as NamedHash, HashEntry,
    PayloadOrEvidence, Role,
};
use hexad_eat::{BootState, DebugStatus, Formatted, OemId, Token, Ueid};

use crate::device::{Device, EnvelopeBuffer, Refusal};

impl Device<'_> {
    /// The token, in `token`: who the device is, how it booted, and CoSWID evidence of what it runs.
    pub fn attest<'t>(
        &mut self,
        nonce: &[u8],
        buffer: &mut EnvelopeBuffer,
        token: &'t mut [u8],
    ) -> Result<&'t [u8], Refusal> {
        let (record, envelope) = self.installed(buffer)?;
        if self.invoked != Some(record.sequence_number) {
            return Err("what is installed has not been booted".into());
        }
        let image = self.measure(&record)?;
        let (signed, manifest) = self.authenticate(envelope)?;
        let hash_alg_id = match signed.algorithm() {
            HashAlgorithm::Sha384 => NamedHash::SHA_384,
            HashAlgorithm::Sha512 => NamedHash::SHA_512,
            _ => NamedHash::SHA_256,
        };
        let files = [
            File::new("lamp.bin")
                .size(record.image_size.into())
                .hash(HashEntry { hash_alg_id: NamedHash::SHA_256, hash_value: image.as_bytes() }),
            File::new("manifest.suit").hash(HashEntry { hash_alg_id, hash_value: signed.bytes() }),
        ];

        // What the software calls itself is in the manifest that the device booted by.
        let tag = manifest.coswid().present().ok_or("the manifest holds no CoSWID")?;
        let tag = ConciseSwidTag::parse(tag.bytes())?;
        let device = [Entity::new("lamp", &[Role::TagCreator])];
        let evidence = ConciseSwidTag {
            software_version: tag.software_version,
            version_scheme: tag.version_scheme,
            payload_or_evidence: Some(PayloadOrEvidence::Evidence(Evidence::files(&files))),
            ..ConciseSwidTag::new(tag.tag_id, tag.software_name, &device)
        };
        let mut room = [0; 512];
        let mut encoder = Encoder::new(&mut room);
        evidence.encode_untagged(&mut encoder)?;

        let key = SigningKey::from_cose(&self.identity.attestation_key)?;
        Ok(Token::builder(key.algorithm(), token)
            .nonce(nonce)?
            .ueid(Ueid::new(self.identity.ueid)?)
            .oem_id(OemId::PrivateEnterpriseNumber(self.identity.oem_id.into()))
            .boot_state(BootState { oemboot: true, dbgstat: DebugStatus::DisabledPermanently })
            .measurements(&[Formatted::coswid(encoder.as_bytes())])
            .sign(&key, &mut CortexM4)?)
    }
}
