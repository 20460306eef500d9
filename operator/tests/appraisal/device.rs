//! A device with its key, what it runs, and its tokens.

use hexad_corim::{Corim, MEDIA_TYPE, SignedCorim};
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::cbor::parse_diagnostic;
use hexad_cose_core::{
    Algorithm, ContentType, Curve, Expect, HashAlgorithm, Key, Label, NewHeaders, Parameter, Sign1,
    Verified,
};
use hexad_coswid::{
    ConciseSwidTag, Entity, Evidence as Found, File, HashEntry, Payload, PayloadOrEvidence, Role,
    TagId, VersionScheme,
};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{Claims, DebugStatus, Error, Formatted, Nonce, OemId, Token, Ueid};
use hexad_operator::appraisal::Enrolment;
use hexad_operator::evidence::{Evidence, MANIFEST_FILE};
use hexad_operator::release::{DigestValue, MeasuredFile, Release, Source};
use hexad_rustcrypto::{RustCrypto, SigningKey};

pub const NOW: i64 = 1_800_000_000;
pub const NONCE: &[u8] = &[7; 32];
pub const UEID: &[u8] = &[1; 17];
const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256];
const ROLES: [Role<'static>; 2] = [Role::TagCreator, Role::SoftwareCreator];

pub fn key(secret: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[secret; 32]).unwrap()
}

pub fn enrolment() -> Enrolment {
    Enrolment { name: "lamp".into(), ueid: UEID.to_vec(), ..Enrolment::default() }
}

/// The tag of version `number`, whose file has the digest `digest`: a payload, or evidence that also names the
/// manifest of that version.
pub fn tag(number: u8, digest: u8, is_payload: bool) -> Vec<u8> {
    let (image, manifest) = ([digest; 32], [number; 32]);
    let files = [
        File::new("lamp.bin").size(4).hash(HashEntry::sha_256(&image)),
        File::new(MANIFEST_FILE).hash(HashEntry::sha_256(&manifest)),
    ];
    let content = if is_payload {
        PayloadOrEvidence::Payload(Payload::files(&files[..1]))
    } else {
        PayloadOrEvidence::Evidence(Found::files(&files))
    };
    let (id, version) = (format!("example.com/lamp-{number}"), format!("{number}.0.0"));
    let makers = [Entity::new("Example Ltd", &ROLES)];
    let tag = ConciseSwidTag {
        software_version: Some(&version),
        version_scheme: Some(VersionScheme::Semver),
        payload_or_evidence: Some(content),
        ..ConciseSwidTag::new(TagId::Text(&id), "lamp", &makers)
    };
    let mut room = [0; 512];
    let mut encoder = Encoder::new(&mut room);
    tag.encode_untagged(&mut encoder).unwrap();
    encoder.as_bytes().to_vec()
}

/// The release of version `number`, as its manifest says it.
pub fn release(number: u8) -> Release {
    let file = MeasuredFile {
        path: "lamp.bin".into(),
        size: Some(4),
        hashes: vec![(1, vec![number; 32])],
        version: None,
    };
    Release {
        source: Source::Manifest,
        manifest: Some(DigestValue { algorithm: HashAlgorithm::Sha256, bytes: vec![number; 32] }),
        sequence_number: Some(number.into()),
        tag_id: format!("example.com/lamp-{number}"),
        software_name: "lamp".into(),
        software_version: Some(format!("{number}.0.0")),
        version_scheme: Some(VersionScheme::Semver),
        files: vec![file],
        environments: Vec::new(),
        mud: None,
    }
}

/// A token with CoSWID evidence `measured`, changed by `change`, under the device's key and with these unprotected
/// header parameters.
pub fn token_with(
    measured: &[u8],
    headers: &[Parameter<'_>],
    change: impl FnOnce(Claims<'_>, &mut dyn FnMut(Claims<'_>)),
) -> Vec<u8> {
    let nonces = [Nonce::new(NONCE).unwrap()];
    let measurements = [Formatted::coswid(measured)];
    let claims = Claims {
        eat_nonce: (&nonces).into(),
        ueid: Some(Ueid::new(UEID).unwrap()),
        oemid: Some(OemId::PrivateEnterpriseNumber(64242)),
        hwmodel: Some(b"lamp"),
        oemboot: Some(true),
        dbgstat: Some(DebugStatus::DisabledPermanently),
        measurements: (&measurements).into(),
        ..Claims::default()
    };
    let mut token = Vec::new();
    change(claims, &mut |claims| {
        let mut buffer = [0; 1 << 14];
        let headers = NewHeaders::new(Algorithm::ESP256).unprotected(headers);
        let draft = Sign1::builder(headers)
            .payload_with(|encoder| claims.encode(encoder), &mut buffer)
            .unwrap();
        token = draft.sign(&key(1), &mut RustCrypto).unwrap().to_vec();
    });
    token
}

/// The token of a device that says it is of version `number` and measures a file with `digest`.
pub fn token(number: u8, digest: u8) -> Vec<u8> {
    token_with(&tag(number, digest, false), &[], |claims, sign| sign(claims))
}

/// What the token says, if the key of `secret` signed it.
pub fn verify(token: &[u8], secret: u8) -> Result<Verified<Claims<'_>>, Error> {
    let (signer, profile) = (key(secret), AnyClaims { algorithms: ALGORITHMS });
    let check = Token::parse(token)?.check(
        &Key::from_public(signer.public()),
        &profile,
        &mut RustCrypto,
    )?;
    check.run(&mut RustCrypto)
}

/// The evidence in a token of the device.
pub fn evidence(token: &[u8]) -> Evidence {
    Evidence::from_claims(&verify(token, 1).unwrap()).unwrap()
}

/// Hands the CoRIM that `notation` is in diagnostic notation to `read`, signed and verified.
pub fn with_corim<T>(notation: &str, read: impl FnOnce(&Verified<Corim<'_>>) -> T) -> T {
    let payload = parse_diagnostic(notation).unwrap();
    let issuer = parse_diagnostic("{1: \"Example\"}").unwrap();
    let claims = [Parameter::new(Label::Integer(15), &issuer)];
    let headers = NewHeaders::new(Algorithm::ESP256).protected(&claims);
    let builder = Sign1::builder(headers).content_type(ContentType::Text(MEDIA_TYPE));
    let mut buffer = [0; 4096];
    let draft = builder.payload(&payload, &mut buffer).unwrap();
    let signed = draft.sign(&key(2), &mut RustCrypto).unwrap();
    let author = key(2);
    let anchor = Key::from_public(author.public());
    let expect = Expect::alg(Algorithm::ESP256);
    let check = SignedCorim::parse(signed).unwrap().check(&anchor, expect, &mut RustCrypto);
    read(&SignedCorim::corim(check.unwrap().run(&mut RustCrypto).unwrap()).unwrap())
}

/// Bytes in diagnostic notation.
pub fn h(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("h'{digits}'")
}
