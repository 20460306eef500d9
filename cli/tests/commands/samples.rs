//! Inputs that are in order, made by the builders of the crates: a release, its device, their keys.

use hexad_corim::{ConciseTag, Corim, Id};
use hexad_cose_core::cbor::{Encoder, Raw};
use hexad_cose_core::x509::{Certificate, Issuer, Template};
use hexad_cose_core::{
    Algorithm, ContentKey, ContentType, Curve, Encrypt, Encrypt0, HashAlgorithm, Key, Mac0,
    NewHeaders, NewRecipient, Parameter as HeaderParameter, Secret, Sign, Sign1,
    insert_unprotected,
};
use hexad_coswid::{
    ConciseSwidTag, Entity, Evidence, File, HashEntry, MEDIA_TYPE, Payload, PayloadOrEvidence,
    Role, TagId,
};
use hexad_eat::{BootState, DebugStatus, Formatted, OemId, Token, Ueid};
use hexad_mud::builder::{Builder, Service};
use hexad_mud::file::Contents;
use hexad_mud::flow::Peer;
use hexad_mud::signature::sign;
use hexad_mud::time::DateAndTime;
use hexad_mud::url::MudUrl;
use hexad_operator::evidence::MANIFEST_FILE;
use hexad_rustcrypto::{RustCrypto, SigningKey, public_key_to_pem};
use hexad_suit::Envelope;
use hexad_suit::builder::{ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::parameter::{Parameter, VendorIdentifier};

/// The nonce that the evidence answers.
pub const NONCE: &str = "0102030405060708";
/// What the messages carry.
pub const PAYLOAD: &[u8] = b"This is the content.\n";
/// The secret of the symmetric key.
const SHARED: [u8; 32] = [5; 32];
/// The secret of the key for content, and of the one that wraps such keys.
const CONTENT: [u8; 16] = [6; 16];
/// The digest of the image.
const IMAGE_DIGEST: [u8; 32] = [0xd1; 32];

/// Every sample with the name of its file.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let (author, device) = (key(7), key(9));
    let envelope = envelope(2, &author);
    let evidence = evidence(&envelope, &device);
    vec![
        ("item.cbor", vec![0xa2, 0x01, 0x26, 0x04, 0x42, b'1', b'1']),
        ("payload", PAYLOAD.to_vec()),
        ("author.cbor", cose_key(&author)),
        ("author.pem", public_pem(&author)),
        ("author.key.pem", author.to_pem().unwrap().as_bytes().to_vec()),
        ("author.jwk", jwk(&author)),
        ("device.pem", public_pem(&device)),
        ("shared.cbor", symmetric_key(&SHARED)),
        ("signed.cose", signed(&author)),
        ("tagged.cose", mac()),
        ("content.cbor", symmetric_key(&CONTENT)),
        ("sealed.cose", sealed()),
        ("for-one.cose", for_one()),
        ("two.cose", signed_by_two(&author, &device)),
        ("app.coswid", payload_tag()),
        ("signed.coswid", signed_tag(&author)),
        ("update.suit", envelope),
        ("newer.suit", self::envelope(3, &author)),
        ("evidence.eat", evidence),
        ("lamp.p7s", mud_signature(&author)),
        ("lamp.json", mud_file()),
    ]
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[byte; 32]).unwrap()
}

fn public_pem(key: &SigningKey) -> Vec<u8> {
    public_key_to_pem(&key.public()).unwrap().into_bytes()
}

fn cose_key(key: &SigningKey) -> Vec<u8> {
    let mut encoded = Vec::new();
    key.with_secret(|d| {
        let cose = Key::from_public(key.public()).with_private(d).with_kid(b"author-1");
        cose.encode_private(&mut Encoder::appending(&mut encoded)).unwrap();
    });
    encoded
}

fn jwk(key: &SigningKey) -> Vec<u8> {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let hexad_cose_core::PublicKey::Ec2 { x, y: hexad_cose_core::Y::Coordinate(y), .. } =
        key.public()
    else {
        panic!("a P-256 key has two coordinates");
    };
    let [x, y] = [x, y].map(Base64UrlUnpadded::encode_string);
    format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#).into_bytes()
}

fn symmetric_key(k: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    let mut encoder = Encoder::appending(&mut encoded);
    encoder.map(2).unwrap().integer(1).unwrap().unsigned(4).unwrap();
    encoder.integer(-1).unwrap().bytes(k).unwrap();
    encoded
}

fn signed(key: &SigningKey) -> Vec<u8> {
    let mut buffer = [0; 256];
    let message = Sign1::builder(Algorithm::ESP256).kid(b"11").payload(PAYLOAD, &mut buffer);
    message.unwrap().sign(key, &mut RustCrypto).unwrap().to_vec()
}

fn mac() -> Vec<u8> {
    let mut buffer = [0; 256];
    let message = Mac0::builder(Algorithm::HMAC_256);
    let secret = Secret::new(&SHARED[..], Algorithm::HMAC_256);
    let draft = message.payload(PAYLOAD, &mut buffer).unwrap();
    draft.mac(&secret, &mut RustCrypto).unwrap().to_vec()
}

/// A tag over a payload that is elsewhere.
pub fn detached_mac(payload: &[u8]) -> Vec<u8> {
    let mut buffer = [0; 256];
    let secret = Secret::new(&SHARED[..], Algorithm::HMAC_256);
    let draft = Mac0::builder(Algorithm::HMAC_256).detached(payload, &mut buffer).unwrap();
    draft.mac(&secret, &mut RustCrypto).unwrap().to_vec()
}

fn sealed() -> Vec<u8> {
    let mut buffer = [0; 256];
    let secret = Secret::new(&CONTENT[..], Algorithm::A128GCM);
    let message = Encrypt0::builder(NewHeaders::new(Algorithm::A128GCM).iv(&[1; 12]));
    message.seal(PAYLOAD, &secret, &mut buffer, &mut RustCrypto).unwrap().to_vec()
}

fn for_one() -> Vec<u8> {
    let mut buffer = [0; 256];
    let key = ContentKey::new(&[7; 16], Algorithm::A128GCM).unwrap();
    let kek = Secret::new(&CONTENT[..], Algorithm::A128KW);
    let headers = NewHeaders::new(Algorithm::A128KW);
    let recipients = [NewRecipient::wrapped(headers, &kek, &key, &mut RustCrypto).unwrap()];
    let message = Encrypt::builder(NewHeaders::new(Algorithm::A128GCM).iv(&[1; 12]));
    let made = message.seal(PAYLOAD, &key.secret(), &recipients, &mut buffer, &mut RustCrypto);
    made.unwrap().to_vec()
}

fn signed_by_two(a: &SigningKey, b: &SigningKey) -> Vec<u8> {
    let mut buffer = [0; 512];
    let message = Sign::builder(NewHeaders::default()).payload(PAYLOAD, &mut buffer).unwrap();
    let mut signing = message.signers(2).unwrap();
    signing.sign(Algorithm::ESP256, a, &mut RustCrypto).unwrap();
    signing.sign(Algorithm::ESP256, b, &mut RustCrypto).unwrap();
    signing.finish().unwrap().to_vec()
}

const MAKERS: [Role<'static>; 2] = [Role::TagCreator, Role::SoftwareCreator];

fn payload_tag() -> Vec<u8> {
    let files = [File::new("lamp.bin").size(4096).hash(HashEntry::sha_256(&IMAGE_DIGEST))];
    let makers = [Entity::new("Example Ltd", &MAKERS)];
    let tag = ConciseSwidTag {
        software_version: Some("1.2.3"),
        payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::files(&files))),
        ..ConciseSwidTag::new(TagId::Text("example.com/lamp-1.2.3"), "lamp", &makers)
    };
    let mut buffer = [0; 512];
    tag.encode(&mut buffer).unwrap().to_vec()
}

fn signed_tag(key: &SigningKey) -> Vec<u8> {
    let mut buffer = [0; 512];
    let message = Sign1::builder(Algorithm::ESP256).content_type(ContentType::Text(MEDIA_TYPE));
    let message = message.payload(&payload_tag(), &mut buffer).unwrap();
    message.sign(key, &mut RustCrypto).unwrap().to_vec()
}

fn envelope(number: u64, key: &SigningKey) -> Vec<u8> {
    let policy = ReportingPolicy::RECORD_ON_FAILURE;
    let mut manifest = ManifestBuilder::new(number);
    manifest.component(&[b"app"]);
    let digest = Digest::new(HashAlgorithm::Sha256, &IMAGE_DIGEST).unwrap();
    let parameters = [
        Parameter::VendorIdentifier(VendorIdentifier::Uuid(&[1; 16])),
        Parameter::ClassIdentifier(&[2; 16]),
        Parameter::ImageDigest(digest),
    ];
    let shared = Sequence::new().override_parameters(&parameters).unwrap();
    let shared = shared.condition(Condition::VendorIdentifier, policy).unwrap();
    manifest.shared_sequence(shared.condition(Condition::ClassIdentifier, policy).unwrap());
    let uri = [Parameter::Uri("https://example.com/lamp.bin")];
    let install = Sequence::new().override_parameters(&uri).unwrap();
    manifest.install(install.action(Action::Fetch, policy).unwrap());
    manifest.coswid(&payload_tag());
    let signer = key.public().thumbprint(HashAlgorithm::Sha256, &mut RustCrypto).unwrap();
    let signer = Digest::new(HashAlgorithm::Sha256, signer.as_bytes()).unwrap();
    manifest.mud("https://localhost:1/lamp.json", signer).unwrap();
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    envelope.sign(Sign1::builder(Algorithm::ESP256), key, &mut RustCrypto).unwrap();
    envelope.encode().unwrap()
}

fn evidence(envelope: &[u8], key: &SigningKey) -> Vec<u8> {
    let envelope = Envelope::parse(envelope).unwrap();
    let manifest: [u8; 32] = envelope.authentication().digest().bytes().try_into().unwrap();
    let files = [
        File::new("lamp.bin").size(4096).hash(HashEntry::sha_256(&IMAGE_DIGEST)),
        File::new(MANIFEST_FILE).hash(HashEntry::sha_256(&manifest)),
    ];
    let makers = [Entity::new("lamp", &MAKERS)];
    let tag = ConciseSwidTag {
        software_version: Some("1.2.3"),
        payload_or_evidence: Some(PayloadOrEvidence::Evidence(Evidence::files(&files))),
        ..ConciseSwidTag::new(TagId::Text("example.com/lamp-1.2.3"), "lamp", &makers)
    };
    let mut room = [0; 512];
    let mut encoder = Encoder::new(&mut room);
    tag.encode_untagged(&mut encoder).unwrap();
    let measured = [Formatted::coswid(encoder.as_bytes())];
    let state = BootState { oemboot: true, dbgstat: DebugStatus::DisabledPermanently };
    let mut buffer = [0; 1024];
    let token = Token::builder(Algorithm::ESP256, &mut buffer)
        .nonce(&[1, 2, 3, 4, 5, 6, 7, 8])
        .unwrap()
        .ueid(Ueid::new(&[1; 17]).unwrap())
        .oem_id(OemId::PrivateEnterpriseNumber(32473))
        .boot_state(state)
        .measurements(&measured);
    token.sign(key, &mut RustCrypto).unwrap().to_vec()
}

/// The reference values of the release in a CoRIM, signed by the author.
pub fn corim() -> Vec<u8> {
    let tag = payload_tag();
    let tags = [ConciseTag::Coswid(Raw::new(&tag, 0))];
    let (mut payload, mut buffer) = ([0; 1024], [0; 2048]);
    let payload = Corim::new(Id::Text("lamps"), &tags).encode(&mut payload).unwrap();
    // CWT claims with an issuer.
    let claims = [HeaderParameter::new(15, b"\xa1\x01\x67Example")];
    let headers = NewHeaders::new(Algorithm::ESP256).protected(&claims);
    let message = Sign1::builder(headers);
    let message = message.content_type(ContentType::Text(hexad_corim::MEDIA_TYPE));
    let draft = message.payload(payload, &mut buffer).unwrap();
    draft.sign(&key(7), &mut RustCrypto).unwrap().to_vec()
}

/// Evidence with the certificate of the device's key, and the maker's certificate.
pub fn endorsed(evidence: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (maker, device) = (key(8), key(9));
    let template = Template {
        common_name: "maker",
        key: maker.public(),
        serial_number: &[1],
        not_before: 1_000_000_000,
        not_after: 4_102_444_800,
        authority: true,
    };
    let anchor = template.issue(Issuer::Itself, &maker, &mut RustCrypto).unwrap();
    let issuer = Certificate::parse(&anchor).unwrap();
    let name = "01".repeat(17);
    let own = Template { common_name: &name, key: device.public(), authority: false, ..template };
    let own = own.issue(Issuer::Certificate(&issuer), &maker, &mut RustCrypto).unwrap();
    let mut chain = Vec::new();
    Encoder::appending(&mut chain).bytes(&own).unwrap();
    let mut buffer = [0; 4096];
    let parameter = HeaderParameter::new(33, &chain);
    let token = insert_unprotected(evidence, &parameter, &mut buffer).unwrap().to_vec();
    (token, anchor)
}

fn mud_file() -> Vec<u8> {
    let url = MudUrl::new("https://example.com/lamp.json").unwrap();
    let made = DateAndTime::from_unix(1_760_000_000).unwrap();
    let mud = Builder::new(Contents::new(url, made))
        .allow(Peer::DnsName("cloud.example.com"), Service::tcp(443))
        .build();
    mud.unwrap().to_json().trim_end().as_bytes().to_vec()
}

/// The signature of the MUD file, with a certificate that is valid since 2001 and until 2100.
fn mud_signature(key: &SigningKey) -> Vec<u8> {
    let template = Template {
        common_name: "Example Ltd",
        key: key.public(),
        serial_number: &[1],
        not_before: 1_000_000_000,
        not_after: 4_102_444_800,
        authority: false,
    };
    let certificate = template.issue(Issuer::Itself, key, &mut RustCrypto).unwrap();
    let certificate = Certificate::parse(&certificate).unwrap();
    sign(&mud_file(), &[certificate], 1_760_000_000, key, &mut RustCrypto).unwrap()
}
