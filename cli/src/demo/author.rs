//! The author: makes a release of the device's software, with all that the others need to know of it.

use hexad_cose_core::{Curve, HashAlgorithm, PublicKeyBuf, Sign1};
use hexad_coswid::{
    ConciseSwidTag, Entity, File, HashEntry, Payload, PayloadOrEvidence, Role, TagId, VersionScheme,
};
use hexad_mud::builder::{Builder, Service};
use hexad_mud::file::Contents;
use hexad_mud::flow::Peer;
use hexad_mud::time::DateAndTime;
use hexad_mud::url::MudUrl;
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{Parameter, Uuid, VendorIdentifier};

use super::Failed;
use super::device::COMPONENT;
use super::mud_signer::{self, MudSigner};
use super::public_half;
use super::slots::sha_256;

/// The host that updates and MUD files come from.
pub const UPDATE_HOST: &str = "updates.example.com";
/// The host that the device works with.
pub const CLOUD_HOST: &str = "cloud.example.com";
/// What the software is called, and its file.
pub const SOFTWARE: &str = "lamp";
pub const FILE: &str = "lamp.bin";

/// Who makes the software.
#[derive(Debug)]
pub struct Author {
    pub key: SigningKey,
    pub mud_signer: MudSigner,
    pub vendor: Uuid,
    pub class: Uuid,
}

/// One version of the software.
#[derive(Clone, Copy, Debug)]
pub struct Version<'v> {
    pub version: &'v str,
    pub sequence_number: u64,
    pub image: &'v [u8],
}

/// A release, as it is published.
#[derive(Clone, Debug)]
pub struct Release {
    pub envelope: Vec<u8>,
    pub coswid: Vec<u8>,
    pub image: Vec<u8>,
    pub image_uri: String,
    pub mud: Vec<u8>,
    pub mud_url: String,
    pub mud_signature: Vec<u8>,
    pub mud_signature_uri: String,
}

impl Author {
    /// The key that devices and operators believe.
    pub fn public(&self) -> Result<PublicKeyBuf, Failed> {
        public_half(&self.key)
    }

    /// Makes a release: CoSWID, MUD file with its signature, and the signed envelope.
    pub fn release(&self, version: Version<'_>) -> Result<Release, Failed> {
        let name = format!("{SOFTWARE}-{}", version.version);
        let image_uri = format!("https://{UPDATE_HOST}/{name}.bin");
        let mud_url = format!("https://{UPDATE_HOST}/{name}.json");
        let mud_signature_uri = format!("https://{UPDATE_HOST}/{name}.p7s");
        let digest = sha_256(version.image);
        let coswid = coswid(version, digest.as_bytes())?;
        let mud = mud_file(version, &mud_url, &mud_signature_uri)?;
        let mud_signature = self.mud_signer.sign(&mud)?;
        let envelope = self.envelope(version, digest.as_bytes(), &image_uri, &coswid, &mud_url)?;
        Ok(Release {
            envelope,
            coswid,
            image: version.image.to_vec(),
            image_uri,
            mud,
            mud_url,
            mud_signature,
            mud_signature_uri,
        })
    }

    /// The envelope: checks vendor and class, fetches the image, and holds it against its digest, when
    /// it is installed and whenever it is booted.
    fn envelope(
        &self,
        version: Version<'_>,
        digest: &[u8],
        image_uri: &str,
        coswid: &[u8],
        mud_url: &str,
    ) -> Result<Vec<u8>, Failed> {
        let policy = ReportingPolicy::RECORD_ON_FAILURE;
        let mut manifest = ManifestBuilder::new(version.sequence_number);
        let app = manifest.component(&[COMPONENT]);
        manifest.shared_sequence(
            Sequence::new()
                .set_component_index(app)?
                .override_parameters(&[
                    Parameter::VendorIdentifier(VendorIdentifier::Uuid(&self.vendor)),
                    Parameter::ClassIdentifier(&self.class),
                    Parameter::ImageDigest(Digest::new(HashAlgorithm::Sha256, digest)?),
                    Parameter::ImageSize(version.image.len() as u64),
                ])?
                .condition(Condition::VendorIdentifier, policy)?
                .condition(Condition::ClassIdentifier, policy)?,
        );
        manifest.install(
            Sequence::new()
                .override_parameters(&[Parameter::Uri(image_uri)])?
                .action(Action::Fetch, policy)?
                .condition(Condition::ImageMatch, policy)?,
        );
        manifest.validate(Sequence::new().condition(Condition::ImageMatch, policy)?);
        manifest.invoke(Sequence::new().action(Action::Invoke, policy)?);
        manifest.coswid(coswid);
        let signer = self.mud_signer.thumbprint()?;
        manifest.mud(mud_url, Digest::new(HashAlgorithm::Sha256, signer.as_bytes())?)?;
        let mut envelope = manifest.build(&mut RustCrypto)?;
        envelope.sign(Sign1::builder(self.key.algorithm()), &self.key, &mut RustCrypto)?;
        Ok(envelope.encode()?)
    }
}

impl Author {
    /// The envelope of a release with the very same manifest, signed by another key than the author's.
    pub fn signed_by_somebody_else(&self, release: &Release) -> Result<Vec<u8>, Failed> {
        let somebody = SigningKey::generate(Curve::P256, &mut super::random())?;
        let digest = sha_256(&release.image);
        let author = Self {
            key: somebody,
            mud_signer: self.mud_signer.clone(),
            vendor: self.vendor,
            class: self.class,
        };
        let version = Version { version: "1.1.0", sequence_number: 2, image: &release.image };
        author.envelope(
            version,
            digest.as_bytes(),
            &release.image_uri,
            &release.coswid,
            &release.mud_url,
        )
    }
}

/// The CoSWID: what the software is, and the digest that its file must show.
fn coswid(version: Version<'_>, digest: &[u8]) -> Result<Vec<u8>, Failed> {
    let hash = HashEntry::sha_256(digest.try_into()?);
    let files = [File::new(FILE).size(version.image.len() as u64).hash(hash)];
    let roles = [Role::TagCreator, Role::SoftwareCreator];
    let makers = [Entity::new("Example Lighting", &roles).reg_id("https://example.com")];
    let tag_id = format!("example.com/{SOFTWARE}-{}", version.version);
    let tag = ConciseSwidTag {
        software_version: Some(version.version),
        version_scheme: Some(VersionScheme::Semver),
        payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::files(&files))),
        ..ConciseSwidTag::new(TagId::Text(&tag_id), SOFTWARE, &makers)
    };
    let mut buffer = [0; 1024];
    Ok(tag.encode(&mut buffer)?.to_vec())
}

/// The MUD file: this version talks to its cloud and its update server, and answers its controller.
fn mud_file(version: Version<'_>, url: &str, signature_uri: &str) -> Result<Vec<u8>, Failed> {
    let now = DateAndTime::from_unix(mud_signer::now()?).ok_or("the clock is out of range")?;
    let mut contents = Contents::new(MudUrl::new(url)?, now);
    contents.mud_signature = Some(signature_uri.to_owned());
    contents.systeminfo = Some("Example lamp".to_owned());
    contents.mfg_name = Some("Example Lighting".to_owned());
    contents.software_rev = Some(version.version.to_owned());
    let mud = Builder::new(contents)
        .allow(Peer::DnsName(CLOUD_HOST), Service::tcp(443))
        .allow(Peer::DnsName(CLOUD_HOST), Service::udp(5683))
        .allow(Peer::DnsName(UPDATE_HOST), Service::tcp(443))
        .allow(Peer::MyController, Service::tcp(8883))
        .build()?;
    Ok(mud.to_json().into_bytes())
}
