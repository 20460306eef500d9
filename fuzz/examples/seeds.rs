//! Writes the seed corpora, `corpus/TARGET/NAME`, with the crates' own builders.

use std::error::Error;
use std::fs;
use std::path::Path;

use hexad_cose_core::cbor::{Encoder, Number, parse_diagnostic};
use hexad_cose_core::cwt::{Claims, Confirmation};
use hexad_cose_core::iana::{header, tag};
use hexad_cose_core::{
    Algorithm, ContentType, Countersigned, Curve, Encrypt, Encrypt0, Expect, HashAlgorithm, Key,
    Mac, Mac0, NewCountersignature, NewHeaders, NewRecipient, Parameter, Secret, Sign, Sign1,
    insert_unprotected, jwk,
};
use hexad_coswid::convert::to_swid;
use hexad_coswid::{
    ConciseSwidTag, Entity, HashEntry, Payload, PayloadOrEvidence, Role, TagId, VersionScheme,
};
use hexad_eat::ear::{Appraisal, Aspect, Ear, TrustClaim, TrustworthinessVector};
use hexad_eat::{BootState, DebugStatus, Formatted, OemId, Token, Ueid};
use hexad_fuzz::{PRIVATE, SECRET, cose, mud};
use hexad_link::frame::{self, FRAME};
use hexad_link::{Block, Request, Response};
use hexad_mud::acl::Field;
use hexad_mud::builder::{Builder, Service};
use hexad_mud::extension::{
    LocalType, SbomRetrieval, TlsProfile, TlsVersion, Transparency, VulnRetrieval,
};
use hexad_mud::file::Contents;
use hexad_mud::flow::Peer;
use hexad_mud::time::DateAndTime;
use hexad_mud::url::{MudUrl, dhcp, lldp};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::Envelope;
use hexad_suit::builder::{EnvelopeBuilder, ManifestBuilder, Sequence};
use hexad_suit::command::{Action, Condition, ReportingPolicy};
use hexad_suit::digest::Digest;
use hexad_suit::labels;
use hexad_suit::parameter::{Parameter as ManifestParameter, VendorIdentifier};
use hexad_suit::platform::ManifestPath;
use hexad_suit::report::{Outcome, Place, Reason, Reference, ReportWriter};

type Seeds = Result<Vec<(&'static str, Vec<u8>)>, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    write("cbor", cbor()?)?;
    write("cwt", cwt()?)?;
    write("edn", edn())?;
    write("cose_differential", messages()?)?;
    write("jwk", jwk()?)?;
    write("key", keys()?)?;
    write("link", link()?)?;
    write("mac0", mac0()?)?;
    write("mac", mac()?)?;
    write("encrypt0", encrypt0()?)?;
    write("encrypt", encrypt()?)?;
    write("sign1", sign1()?)?;
    write("sign", sign()?)?;
    let envelope = suit()?;
    write("suit_envelope", vec![("two_components", envelope.encode()?)])?;
    write("suit_process", vec![("two_components", envelope.manifest()?.to_vec())])?;
    write("suit_author", vec![("failed_condition", suit_author(&envelope)?)])?;
    write("coswid", coswid()?)?;
    write("coswid_convert", documents()?)?;
    write("coswid_tag", choices())?;
    write("eat_claims", choices())?;
    write("eat", eat()?)?;
    write("corim", corim()?)?;
    write("ear", ear()?)?;
    write("policy", policies())?;
    write("mud_json", mud_json()?)?;
    write("mud_url", mud_url()?)?;
    write("mud_cms", mud_cms()?)?;
    write("dns", dns())
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

/// The requests and responses of the line to a device, in frames.
fn link() -> Seeds {
    let block = Block { offset: 1, total: 3, bytes: &[7, 0] };
    let booted =
        Response::Booted { sequence_number: 1, image_size: 2, image_digest: &[3], answer: 4 };
    let messages = [
        ("boot", encoded(|encoder| Request::Boot.encode(encoder))?),
        ("envelope", encoded(|encoder| Request::Envelope(block).encode(encoder))?),
        ("payload", encoded(|encoder| Request::Payload(block).encode(encoder))?),
        ("attest", encoded(|encoder| Request::Attest(&[9; 32]).encode(encoder))?),
        ("booted", encoded(|encoder| booted.encode(encoder))?),
        ("refused", encoded(|encoder| Response::Refused("no").encode(encoder))?),
    ];
    let mut seeds = Vec::new();
    for (name, message) in messages {
        seeds.push((name, frame::encode(&message, &mut [0; FRAME]).ok_or("too long")?.to_vec()));
    }
    Ok(seeds)
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

/// Every kind of literal, bracket, indicator and comment.
fn cwt() -> Seeds {
    let mut space = [0; 128];
    let key = SigningKey::from_bytes(Curve::P256, &PRIVATE)?;
    let cnf = Confirmation::of_key(&Key::from_public(key.public()), &mut space)?;
    let claims = Claims {
        iss: Some("coap://as.example.com"),
        aud: Some("coap://light.example.com".into()),
        exp: Some(Number::Integer(1_444_064_944)),
        iat: Some(Number::Float(1_443_944_944.5)),
        cti: Some(&[0x0b, 0x71]),
        cnf: Some(cnf),
        ..Claims::default()
    };
    let mut buffer = [0; 512];
    let message = Sign1::builder(Algorithm::ESP256).within_tag(tag::CWT);
    let message = message.payload_with(|encoder| claims.encode(encoder), &mut buffer)?;
    let token = message.sign(&key, &mut RustCrypto)?.to_vec();
    Ok(vec![("claims", encoded(|encoder| claims.encode(encoder))?), ("token", token)])
}

fn jwk() -> Seeds {
    let mut seeds = Vec::new();
    for (name, curve) in [("p256", Curve::P256), ("ed25519", Curve::Ed25519)] {
        let key = SigningKey::from_bytes(curve, &PRIVATE)?;
        let text = key.with_secret(|d| {
            jwk::write_private(&Key::from_public(key.public()).with_private(d).with_kid(b"1"))
        })?;
        seeds.push((name, text.as_bytes().to_vec()));
    }
    let shared = Key::from_symmetric(SECRET, Algorithm::HMAC_256);
    seeds.push(("oct", jwk::write_private(&shared)?.as_bytes().to_vec()));
    Ok(seeds)
}

fn edn() -> Vec<(&'static str, Vec<u8>)> {
    let texts = [
        (
            "numbers",
            "[1, -0x1f, 0b101_0, 18446744073709551616, 1.5_2, 0x1.8p-3, -Infinity, NaN_3, float'7e01']",
        ),
        (
            "strings",
            "['a' h'00 /b/', b64'AA==', \"\\u00e9\\ud83d\\ude00\" h'41', (_ b32'AA', ''), \"\"_]",
        ),
        ("items", "{_ 1_0: [_1 true, simple(99)], / c / 2: <<3, {}>>_2, # d\n 4(5): undefined,}"),
    ];
    texts.map(|(name, text)| (name, text.as_bytes().to_vec())).to_vec()
}

fn keys() -> Seeds {
    let mut seeds = Vec::new();
    for (name, curve) in [("p256", Curve::P256), ("ed25519", Curve::Ed25519)] {
        let signer = SigningKey::from_bytes(curve, &PRIVATE)?;
        let key = Key::from_public(signer.public()).with_kid(b"kid");
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
    let secret = Secret::new(SECRET, Algorithm::HMAC_256);
    let message = builder.payload(b"payload", &mut buffer)?.mac(&secret, &mut RustCrypto)?;
    Ok(vec![("tagged", message.to_vec())])
}

/// For two recipients; and one with a recipient nested in another, three levels deep.
fn mac() -> Seeds {
    let (key, recipients) = cose::recipients(Algorithm::HMAC_256)?;
    let mut buffer = [0; 512];
    let draft = Mac::builder(Algorithm::HMAC_256).payload(b"payload", &mut buffer)?;
    let two = draft.mac(&key.secret(), &recipients, &mut RustCrypto)?.to_vec();
    let (kek, inner) = cose::recipients(Algorithm::A128KW)?;
    let (outer_kek, [inner, _]) = (kek.clone(), inner);
    let inner = [inner];
    let middle = NewHeaders::new(Algorithm::A128KW);
    let middle = NewRecipient::wrapped(middle, &kek.secret(), &outer_kek, &mut RustCrypto)?;
    let middle = [middle.nested(&inner)];
    let outer = NewHeaders::new(Algorithm::A128KW);
    let outer = NewRecipient::wrapped(outer, &outer_kek.secret(), &key, &mut RustCrypto)?;
    let draft = Mac::builder(Algorithm::HMAC_256).untagged().payload(b"payload", &mut buffer)?;
    let nested = draft.mac(&key.secret(), &[outer.nested(&middle)], &mut RustCrypto)?.to_vec();
    Ok(vec![("two", two), ("nested", nested)])
}

/// With a full and with a partial initialization vector.
fn encrypt0() -> Seeds {
    let secret = Secret::new(&[7; 16][..], Algorithm::A128GCM).with_base_iv(&[3; 12]);
    let mut buffer = [0; 256];
    let headers = NewHeaders::new(Algorithm::A128GCM);
    let full = Encrypt0::builder(headers.iv(&[1; 12]).kid(b"kid"));
    let full = full.seal(b"plaintext", &secret, &mut buffer, &mut RustCrypto)?.to_vec();
    let partial = Encrypt0::builder(headers.partial_iv(&[1, 2])).untagged();
    let partial = partial.seal(b"plaintext", &secret, &mut buffer, &mut RustCrypto)?.to_vec();
    Ok(vec![("iv", full), ("partial_iv", partial)])
}

/// For two recipients; and countersigned.
fn encrypt() -> Seeds {
    let (key, recipients) = cose::recipients(Algorithm::A128GCM)?;
    let mut buffer = [0; 512];
    let builder = Encrypt::builder(NewHeaders::new(Algorithm::A128GCM).iv(&[1; 12]));
    let two = builder
        .seal(b"plaintext", &key.secret(), &recipients, &mut buffer, &mut RustCrypto)?
        .to_vec();
    let countersigned = countersigned(&two, &Encrypt::parse(&two)?)?;
    Ok(vec![("two", two), ("countersigned", countersigned)])
}

/// `bytes`, the message `target`, with a full and an abbreviated countersignature.
fn countersigned<'b>(
    bytes: &[u8],
    target: &impl Countersigned<'b>,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let notary = SigningKey::from_bytes(Curve::Ed25519, &PRIVATE)?;
    let algorithm = Algorithm::ED25519;
    let new = NewCountersignature::on(target, Expect::alg(algorithm))?;
    let (mut space, mut first, mut second) = ([0; 256], [0; 1024], [0; 1024]);
    let full = new.sign(algorithm, &notary, &mut space, &mut RustCrypto)?;
    let full = Parameter::new(header::COUNTERSIGNATURE_V2, full);
    let bytes = insert_unprotected(bytes, &full, &mut first)?;
    let abbreviated = new.sign_abbreviated(algorithm, &notary, &mut space, &mut RustCrypto)?;
    let abbreviated = Parameter::new(header::COUNTERSIGNATURE0_V2, abbreviated);
    Ok(insert_unprotected(bytes, &abbreviated, &mut second)?.to_vec())
}

/// By two signers, countersigned; and with all that headers can hold.
fn sign() -> Seeds {
    let signer = SigningKey::from_bytes(Curve::Ed25519, &PRIVATE)?;
    let mut buffer = [0; 512];
    let draft = Sign::builder(NewHeaders::default()).payload(b"payload", &mut buffer)?;
    let mut signing = draft.signers(2)?;
    for kid in [b"a", b"b"] {
        let headers = NewHeaders::new(Algorithm::ED25519).kid(kid);
        signing.sign(headers, &signer, &mut RustCrypto)?;
    }
    let two = signing.finish()?.to_vec();
    let countersigned = countersigned(&two, &Sign::parse(&two)?)?;

    // {1: "iss", 4: 1} as claims; a chain, a bag, a hash and an address of certificates.
    let protected = [
        Parameter::new(100, &[0x01]),
        Parameter::new(header::CWT_CLAIMS, &[0xa2, 1, 0x63, b'i', b's', b's', 4, 1]),
    ];
    let unprotected = [
        Parameter::new(header::X5CHAIN, &[0x82, 0x41, 0x30, 0x41, 0x31]),
        Parameter::new(header::X5BAG, &[0x41, 0x30]),
        Parameter::new(header::X5T, &[0x82, 0x2f, 0x48, 1, 2, 3, 4, 5, 6, 7, 8]),
        Parameter::new(header::X5U, &[0xd8, 0x20, 0x63, b'a', b':', b'b']),
    ];
    let headers = NewHeaders::default()
        .content_type(ContentType::Text("a/b"))
        .typ(ContentType::Format(60))
        .critical(&[100])
        .protected(&protected)
        .unprotected(&unprotected);
    let mut signing =
        Sign::builder(headers).untagged().payload(b"payload", &mut buffer)?.signers(1)?;
    signing.sign(Algorithm::ED25519, &signer, &mut RustCrypto)?;
    let headers = signing.finish()?.to_vec();
    Ok(vec![("two", two), ("countersigned", countersigned), ("headers", headers)])
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

/// A message of each kind with a signature or tag, and a key.
fn messages() -> Seeds {
    let mut buffer = [0; 256];
    let key = SigningKey::from_bytes(Curve::P256, &PRIVATE)?;
    let draft = Sign::builder(NewHeaders::default()).payload(b"payload", &mut buffer)?;
    let mut signing = draft.signers(1)?;
    signing.sign(NewHeaders::new(Algorithm::ES256).kid(b"kid"), &key, &mut RustCrypto)?;
    let sign = signing.finish()?.to_vec();
    let secret = Secret::new(SECRET, Algorithm::HMAC_256);
    let recipients = [NewRecipient::direct(NewHeaders::default().kid(b"kid"))];
    let draft = Mac::builder(Algorithm::HMAC_256).payload(b"payload", &mut buffer)?;
    let mac = draft.mac(&secret, &recipients, &mut RustCrypto)?.to_vec();
    let mut seeds = vec![("sign", sign), ("mac", mac)];
    seeds.extend(sign1()?);
    seeds.extend(mac0()?.into_iter().map(|(_, message)| ("mac0", message)));
    seeds.extend(keys()?);
    Ok(seeds)
}

/// A manifest of two components that uses most commands and severs what can be severed.
/// A manifest, and the report of a device on which a condition of its install sequence failed.
fn suit_author(envelope: &EnvelopeBuilder) -> Result<Vec<u8>, Box<dyn Error>> {
    let bytes = envelope.encode()?;
    let read = Envelope::parse(&bytes)?;
    let manifest = read.unverified_manifest(&mut RustCrypto)?;
    let reference = Reference::of(&manifest).ok_or("the envelope has a digest")?;
    let install = manifest.install().present().ok_or("there is an install sequence")?;
    let condition = install.iter().find(|command| Condition::from_label(command.label).is_some());
    let at = condition.map_or(0, |command| command.offset - install.encoded().offset());
    let place = Place {
        manifest_id: ManifestPath::ROOT,
        section: labels::manifest::INSTALL,
        offset: at,
        component: 0,
    };
    let mut buffer = [0; 512];
    let report = ReportWriter::new(&mut buffer, Some(b"nonce"), reference)?;
    let outcome = Outcome::Failure { code: 1, place, reason: Reason::ConditionFailed };
    let report = report.finish(outcome, None)?;
    let manifest = envelope.manifest()?;
    let length = u16::try_from(manifest.len())?.to_be_bytes();
    Ok([&length[..], manifest, report].concat())
}

fn suit() -> Result<EnvelopeBuilder, Box<dyn Error>> {
    let policy = ReportingPolicy::RECORD_ON_FAILURE;
    let digest = Digest::new(HashAlgorithm::Sha256, &[7; 32])?;
    let mut manifest = ManifestBuilder::new(3);
    let app = manifest.component(&[b"app"]);
    let radio = manifest.component(&[b"radio", b"0"]);
    let uri = |uri| Sequence::new().override_parameters(&[ManifestParameter::Uri(uri)]);
    manifest.shared_sequence(
        Sequence::new()
            .set_all_components()?
            .override_parameters(&[
                ManifestParameter::VendorIdentifier(VendorIdentifier::Uuid(&[0xfa; 16])),
                ManifestParameter::ClassIdentifier(&[0x14; 16]),
                ManifestParameter::ImageDigest(digest),
                ManifestParameter::ImageSize(64),
            ])?
            .condition(Condition::VendorIdentifier, policy)?
            .condition(Condition::ClassIdentifier, policy)?,
    );
    manifest.install(
        Sequence::new()
            .set_component_index(app)?
            .try_each(&[uri("https://example.com/a")?, uri("#b")?], false)?
            .action(Action::Fetch, policy)?
            .condition(Condition::ImageMatch, policy)?
            .set_component_index(radio)?
            .override_parameters(&[ManifestParameter::SourceComponent(app)])?
            .run_sequence(&Sequence::new().action(Action::Copy, policy)?)?,
    );
    manifest
        .validate(Sequence::new().set_all_components()?.condition(Condition::ImageMatch, policy)?);
    manifest.invoke(Sequence::new().set_component_index(app)?.action(Action::Invoke, policy)?);
    manifest.text("en", None, labels::text::MANIFEST_DESCRIPTION, "two components");
    manifest.sever(labels::manifest::TEXT);
    let mut envelope = manifest.build(&mut RustCrypto)?;
    envelope.integrated_payload("#b", b"payload");
    let secret = Secret::new(SECRET, Algorithm::HMAC_256);
    envelope.mac(Mac0::builder(Algorithm::HMAC_256), &secret, &mut RustCrypto)?;
    Ok(envelope)
}

fn coswid() -> Seeds {
    let files = [hexad_coswid::File::new("app.bin").size(64).hash(HashEntry::sha_256(&[7; 32]))];
    let makers = [Entity::new("Example", &[Role::TagCreator])];
    let tag = ConciseSwidTag {
        software_version: Some("1.4.0"),
        version_scheme: Some(VersionScheme::Semver),
        payload_or_evidence: Some(PayloadOrEvidence::Payload(Payload::files(&files))),
        ..ConciseSwidTag::new(TagId::Text("example.com/app"), "app", &makers)
    };
    let mut buffer = [0; 256];
    Ok(vec![("payload", tag.encode(&mut buffer)?.to_vec())])
}

/// Of a generator, which has to decide all along.
fn choices() -> Vec<(&'static str, Vec<u8>)> {
    let counted = |step: usize| (0..1024).map(|n| (n * step >> 2) as u8).collect();
    vec![("by_1", counted(1)), ("by_53", counted(53)), ("by_111", counted(111))]
}

/// Descriptions of software, of which tags are made.
fn documents() -> Seeds {
    let (_, tag) = coswid()?.remove(0);
    let (xml, _) = to_swid(&ConciseSwidTag::parse(&tag)?);
    let cyclonedx = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[
        {"type":"application","bom-ref":"a","name":"app","version":"1.0","publisher":"Example",
        "hashes":[{"alg":"SHA-256","content":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}]}"#;
    let spdx = r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","documentNamespace":"https://example.com/1",
        "name":"d","packages":[{"SPDXID":"SPDXRef-a","name":"app","versionInfo":"1.0","supplier":"Organization: Example",
        "hasFiles":["SPDXRef-f"]}],"files":[{"SPDXID":"SPDXRef-f","fileName":"./bin/app","checksums":[{"algorithm":"SHA256",
        "checksumValue":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}]}"#;
    let documents = [("swid", xml.as_str()), ("cyclonedx", cyclonedx), ("spdx", spdx)];
    let mut seeds: Vec<_> = documents.map(|(name, text)| (name, text.as_bytes().to_vec())).into();
    // uSWID writes tags one behind the other.
    seeds.push(("uswid", tag.repeat(2)));
    Ok(seeds)
}

fn eat() -> Seeds {
    let key = SigningKey::from_bytes(Curve::P256, &PRIVATE)?;
    let (_, tag) = coswid()?.remove(0);
    let mut buffer = [0; 1024];
    let token = Token::builder(Algorithm::ESP256, &mut buffer)
        .nonce(&[0x42; 32])?
        .ueid(Ueid::create(&[[1; 17]].concat())?)
        .oem_id(OemId::PrivateEnterpriseNumber(64242))
        .boot_state(BootState { oemboot: true, dbgstat: DebugStatus::DisabledSinceBoot })
        .measurements(&[Formatted::coswid(&tag)])
        .sign(&key, &mut RustCrypto)?
        .to_vec();
    let claims = Token::parse(&token)?.unverified_payload()?.bytes().to_vec();
    Ok(vec![("token", token), ("claims", claims)])
}

/// A manifest with a tag of each kind, the CoMID and the CoTL in it, and the manifest signed.
fn corim() -> Seeds {
    let notation = |text: &str| parse_diagnostic(text);
    let comid = "{1: {0: \"m\", 1: 2}, 2: [{0: \"v\", 1: 32(\"https://v.example\"), 2: [0]}], \
                 3: [{0: \"old\", 1: 1}], 4: {0: [[{0: {0: 560('lamp'), 1: \"v\", 2: \"m\", 3: 0}}, \
                 [{0: \"app\", 1: {0: {0: \"1\", 1: 16384}, 1: 553(3), 3: {3: false}, \
                 4: 563(['ab', 'aa']), 14: {7: [[1, h'5a']]}, 15: 564([1, null])}}]]], \
                 3: [[{1: 550(h'01020304050607')}, [554(\"k\")], {0: 7}]], \
                 6: [[{2: 560('g')}, [\"tag\"]]]}}"
        .replace("[[1, h'5a']]", &format!("[[1, h'{}']]", "5a".repeat(32)));
    let cotl = "{0: {0: \"l\"}, 1: [{0: \"m\", 1: 2}], 2: {0: 1(1), 1: 1(2)}}";
    let coswid = "{0: \"tag\", 1: \"lamp\", 2: {31: \"v\", 33: 1}}";
    let manifest = format!(
        "501({{0: \"rim\", 1: [505(<<{coswid}>>), 506(<<{comid}>>), 508(<<{cotl}>>)], \
         2: [{{0: 32(\"https://v.example/rim\")}}], 3: 32(\"tag:v.example,2026:p\"), \
         4: {{1: 1(9)}}, 5: [{{0: \"v\", 2: [1]}}]}})"
    );
    let manifest = notation(&manifest)?;
    let meta = notation("<<{0: {0: \"v\"}, 1: {1: 1(9)}}>>")?;
    let meta = [Parameter::new(8, &meta)];
    let headers = NewHeaders::new(Algorithm::ESP256).protected(&meta);
    let message = Sign1::builder(headers).content_type(ContentType::Text(hexad_corim::MEDIA_TYPE));
    let mut buffer = vec![0; manifest.len() + 256];
    let key = SigningKey::from_bytes(Curve::P256, &PRIVATE)?;
    let signed = message.payload(&manifest, &mut buffer)?.sign(&key, &mut RustCrypto)?.to_vec();
    Ok(vec![
        ("comid", notation(&comid)?),
        ("cotl", notation(cotl)?),
        ("manifest", manifest),
        ("signed", signed),
    ])
}

/// A policy that says all that one can, and the least.
fn policies() -> Vec<(&'static str, Vec<u8>)> {
    let whole = "id = 'p'\noem-boot = false\ndebug = 'disabled-permanently'\n\
                 minimum-sequence-number = 7\nsubmodules = ['tee']\nmeasured = ['modem']\n\
                 missing = 'contraindicated'\nmax-age = 300\nclock-skew = 30\nendorsed = true\n\
                 tag-lists = true\ncorim-profiles = ['tag:v.example,2026:p']\n\n\
                 [minimum-versions]\nlamp = '1.4.0'\n\n[passport]\ntier = 'warning'\n\
                 profiles = ['tag:ietf.org,2026:rats/ear#03']\nmax-age = 60\npolicies = ['p']\n\
                 developers = ['https://v.example']\n";
    vec![("whole", whole.into()), ("least", "id = 'p'\n".into())]
}

fn ear() -> Seeds {
    let mut vector = TrustworthinessVector::default();
    vector.set(Aspect::Executables, TrustClaim(2));
    let appraisals = [Appraisal::new("device", vector)];
    let ear = Ear::new(1_700_000_000, &appraisals);
    let mut bytes = Vec::new();
    ear.encode(&mut Encoder::appending(&mut bytes))?;
    Ok(vec![("affirming", bytes)])
}

fn mud_json() -> Seeds {
    let url = MudUrl::new("https://example.com/bulb")?;
    let time = DateAndTime::from_unix(1_700_000_000).ok_or("a time that can be written")?;
    let mud = Builder::new(Contents::new(url, time))
        .allow(Peer::DnsName("cloud.example.com"), Service::tcp(443))
        .allow(Peer::MyController, Service::Any)
        .build()?;
    let mut contents = mud.clone().into_contents();
    contents.transparency = Some(Transparency {
        sbom: Some(SbomRetrieval::LocalWellKnown(LocalType::Coaps)),
        sbom_archive_list: Some("https://bulb.example/old".to_owned()),
        vuln: Some(VulnRetrieval::Contact("mailto:a@bulb.example".to_owned())),
    });
    if let Some(ace) = contents.acls.first_mut().and_then(|acl| acl.aces.first_mut()) {
        ace.matches.fields = [Field::Dscp(46), Field::TcpFlags(18)].into();
        ace.matches.client_profiles = Some(vec![TlsProfile {
            name: "profile".to_owned(),
            supported_tls_version: vec![TlsVersion::Tls13],
            cipher_suite: vec![4865],
            ..TlsProfile::default()
        }]);
    }
    let extended = hexad_mud::Mud::new(&contents)?;
    Ok(vec![
        ("bulb", mud.to_json().into_bytes()),
        ("extended", extended.to_json().into_bytes()),
        ("nothing", mud::FILE.to_vec()),
    ])
}

/// What is read is chosen by the first byte.
fn mud_url() -> Seeds {
    let url = MudUrl::new("https://bulb.example/a?b#c")?;
    let with = |first: &[u8], rest: &[u8]| [first, rest].concat();
    let v4 = dhcp::option_v4(&url)?;
    let v6 = dhcp::option_v6(&url)?;
    let mut fields = [0; 240];
    fields[..3].copy_from_slice(&[1, 1, 6]);
    fields[236..].copy_from_slice(&[99, 130, 83, 99]);
    let solicit = with(&[1, 0, 0, 7], &v6);
    let mut relay = [0; 38];
    relay[0] = 12;
    relay[35] = 9;
    relay[37] = u8::try_from(solicit.len())?;
    Ok(vec![
        ("dhcpv4", with(&[0], &v4)),
        ("dhcpv6", with(&[1], &v6)),
        ("discover", with(&with(&[2], &fields), &v4)),
        ("solicit", with(&[3], &solicit)),
        ("relayed", with(&with(&[3], &relay), &solicit)),
        ("lldp", with(&[4], &lldp::tlv(&url)?)),
        ("url", with(&[5], url.as_str().as_bytes())),
    ])
}

fn mud_cms() -> Seeds {
    let (certificate, signature) = mud::signature()?;
    Ok(vec![("certificate", certificate), ("signature", signature)])
}

/// Queries with their answers, and how long the query is before both: addresses, behind an alias and local ones.
fn dns() -> Vec<(&'static str, Vec<u8>)> {
    let question = |kind: u8| {
        let mut message = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        message.extend(b"\x05cloud\x07example\0");
        message.extend([0, kind, 0, 1]);
        message
    };
    /// A record of the name at byte 12, or of another one, for a minute.
    fn record(at: u8, kind: u8, data: &[u8]) -> Vec<u8> {
        let length = u8::try_from(data.len()).expect("a short record");
        [&[0xc0, at, 0, kind, 0, 1, 0, 0, 0, 60, 0, length][..], data].concat()
    }
    let seed = |kind: u8, records: &[Vec<u8>]| {
        let query = question(kind);
        let mut answer = query.clone();
        answer[2] = 0x81;
        answer[7] = u8::try_from(records.len()).expect("few records");
        answer.extend(records.concat());
        let length = u8::try_from(query.len()).expect("a short query");
        [&[length][..], &query, &answer].concat()
    };
    let six = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    // The alias stands where the first record's data begin: behind header, question and the record's own head.
    let alias = record(12, 5, b"\x04edge\x03cdn\x07example\0");
    vec![
        ("a", seed(1, &[record(12, 1, &[203, 0, 113, 20]), record(12, 1, &[203, 0, 113, 21])])),
        ("aaaa", seed(28, &[record(12, 28, &six)])),
        ("alias", seed(1, &[alias, record(43, 1, &[203, 0, 113, 20])])),
        ("local", seed(1, &[record(12, 1, &[192, 168, 1, 1])])),
    ]
}
