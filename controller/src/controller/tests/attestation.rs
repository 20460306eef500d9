//! Signed attestation results in, states out; and what is refused on the way.

use super::{NOW, Signer, URL, configuration, events, name, rules, with};
use crate::attestation::Refusal;
use crate::configuration::Configuration;
use crate::controller::{Controller, ControllerError, Heard};
use crate::gateway::Paper;
use crate::record::{Signer as Signed, Source, State};
use crate::trust::Trust;
use base64ct::{Base64UrlUnpadded, Encoding};
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::crypto::Sign as _;
use hexad_cose_core::cwt::Claim;
use hexad_cose_core::{
    Algorithm, Curve, HashAlgorithm, Key, Segments, Sign1, Signed as SignedBytes,
};
use hexad_eat::DebugStatus;
use hexad_eat::ear::{Appraisal, Ear, Tier, TrustworthinessVector, VerifierId};
use hexad_eat::{ErrorKind, json};
use hexad_operator::appraisal::{Enrolment, Policy, Verifier};
use hexad_operator::evidence::{Evidence, MeasuredSoftware, ModuleClaims};
use hexad_operator::network::policy::DeviceName;
use hexad_operator::reference::References;
use hexad_operator::release::{DigestValue, MeasuredFile, Release, Source as Origin};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::ManifestBuilder;
use hexad_suit::digest::Digest;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::P256, &[seed; 32]).unwrap()
}

fn public(key: &SigningKey) -> Vec<u8> {
    let mut encoded = Vec::new();
    Key::from_public(key.public()).encode_public(&mut Encoder::appending(&mut encoded)).unwrap();
    encoded
}

/// The verifier's key, and the author's.
const VERIFIER: u8 = 21;
const AUTHOR: u8 = 22;

fn controller() -> Controller<Paper> {
    let trust = Trust {
        verifiers: vec![public(&key(VERIFIER + 10)), public(&key(VERIFIER))],
        authors: vec![public(&key(AUTHOR))],
        ..Trust::default()
    };
    with(&Configuration { unattested: false, ..configuration() }, trust)
}

/// A result about one device, to be changed and signed.
struct Issued<'a> {
    name: &'a str,
    tier: Tier,
    issued: i64,
    expires: Option<i64>,
    manifest: Option<&'a str>,
}

impl Issued<'_> {
    const LAMP: Self = Self {
        name: "lamp",
        tier: Tier::Affirming,
        issued: NOW,
        expires: Some(NOW + 3600),
        manifest: None,
    };

    fn with<T>(&self, each: impl FnOnce(&Ear<'_>) -> T) -> T {
        let mut named = Vec::new();
        let manifest = self.manifest.unwrap_or_default();
        let mut encoder = Encoder::appending(&mut named);
        encoder.map(1).unwrap().text("suit-manifest").unwrap().text(manifest).unwrap();
        let claims = [Claim::new(-70001, &named)];
        let claims = if self.manifest.is_some() { &claims[..] } else { &[] };
        let appraisals = [Appraisal {
            status: self.tier,
            others: claims.into(),
            ..Appraisal::new(self.name, TrustworthinessVector::default())
        }];
        let verifier_id = VerifierId { developer: "https://verifier.example", build: "1" };
        each(&Ear { exp: self.expires, verifier_id, ..Ear::new(self.issued, &appraisals) })
    }

    fn signed_by(&self, key: &SigningKey) -> Vec<u8> {
        self.with(|ear| {
            let mut buffer = [0; 1024];
            let draft = ear.to_be_signed(Algorithm::ESP256, &mut buffer).unwrap();
            draft.sign(key, &mut RustCrypto).unwrap().to_vec()
        })
    }

    fn signed(&self) -> Vec<u8> {
        self.signed_by(&key(VERIFIER))
    }
}

fn attest(controller: &mut Controller<Paper>, result: &[u8], now: i64) -> Result<State, Refusal> {
    match controller.attest(&name(), result, now, &mut RustCrypto) {
        Ok(state) => Ok(state),
        Err(ControllerError::Attestation(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

fn state(controller: &Controller<Paper>) -> (State, Option<i64>) {
    let record = controller.registry.device(&name()).unwrap().unwrap();
    (record.state, record.until)
}

/// Each tier has its state, and what is in force follows at once (draft-ietf-rats-ar4si, 2.3.2).
#[test]
fn tiers_are_states() {
    let mut controller = controller();
    assert_eq!(state(&controller), (State::Unknown, None));
    assert!(rules(&controller).contains("\"quarantined\""));
    for (later, tier, expected, words) in [
        (0, Tier::Affirming, State::Allowed, "\"not in its MUD file\""),
        (1, Tier::Warning, State::UpdateOnly, "tcp dport 443 ip daddr @v4.update.example"),
        (2, Tier::Contraindicated, State::Quarantined, "\"quarantined\""),
        (3, Tier::Affirming, State::Allowed, "\"not in its MUD file\""),
        (4, Tier::None, State::Quarantined, "\"quarantined\""),
    ] {
        let result = Issued { tier, issued: NOW + later, ..Issued::LAMP }.signed();
        assert_eq!(attest(&mut controller, &result, NOW + later), Ok(expected));
        assert_eq!(state(&controller), (expected, Some(NOW + later + 600)));
        assert!(rules(&controller).contains(words), "{tier:?}");
    }
    let log = controller.registry.audit(0, 100).unwrap();
    let reasons: Vec<_> = log
        .iter()
        .filter(|entry| entry.about == "lamp" && entry.detail.contains("verifier.example"))
        .map(|entry| (entry.time - NOW, entry.event.as_str(), entry.detail.as_str()))
        .collect();
    assert_eq!(reasons[1].0, 1);
    assert_eq!(reasons[1].1, "update-only");
    assert!(reasons[1].2.starts_with("warning by https://verifier.example 1"), "{reasons:?}");
    assert_eq!(reasons.len(), 5);
}

/// A result holds until it expires, and for the time of the configuration at most; then the device is unknown.
#[test]
fn results_expire() {
    for (expires, over) in [(Some(NOW + 60), 60), (Some(NOW + 6000), 600), (None, 600)] {
        let mut controller = controller();
        let result = Issued { expires, ..Issued::LAMP }.signed();
        assert_eq!(attest(&mut controller, &result, NOW), Ok(State::Allowed));
        assert_eq!(state(&controller), (State::Allowed, Some(NOW + over)));
        controller.tick(NOW + over - 1).unwrap();
        assert!(!rules(&controller).contains("\"quarantined\""));
        controller.tick(NOW + over).unwrap();
        assert_eq!(state(&controller), (State::Unknown, None));
        assert!(rules(&controller).contains("\"quarantined\""));
        assert_eq!(events(&controller).iter().filter(|event| *event == "unknown").count(), 1);
        // The next one is of another time, and gives it back what it had.
        let again = Issued { issued: NOW + over, expires: None, ..Issued::LAMP }.signed();
        assert_eq!(attest(&mut controller, &again, NOW + over), Ok(State::Allowed));
    }
}

/// What nobody who is trusted has signed, or what is not of now, changes nothing, and is in the log.
#[test]
fn stale_and_strange_results_are_refused() {
    let lamp = Issued::LAMP;
    let mut changed = lamp.signed();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let forged = lamp.signed_by(&key(99));
    let expired = Issued { issued: NOW - 10, expires: Some(NOW - 6), ..lamp }.signed();
    let old = Issued { issued: NOW - 301, ..lamp }.signed();
    let future = Issued { issued: NOW + 6, ..lamp }.signed();
    let other = Issued { name: "hub", ..lamp }.signed();
    let kind = |refusal| match refusal {
        Refusal::Token(error) => Some(error.kind()),
        _ => None,
    };
    let mut controller = controller();
    let mut refused = |result: &[u8]| {
        let refusal = attest(&mut controller, result, NOW).unwrap_err();
        assert_eq!(state(&controller), (State::Unknown, None));
        let last = controller.registry.audit(0, 100).unwrap().pop().unwrap();
        assert_eq!((last.about.as_str(), last.event.as_str()), ("lamp", "result-refused"));
        assert_eq!(last.detail, refusal.to_string());
        refusal
    };
    for unsigned in [&changed, &forged, &b"".to_vec(), &b"eyJ".to_vec(), &vec![0xd2; 40]] {
        assert!(kind(refused(unsigned)).is_some());
    }
    assert_eq!(kind(refused(&expired)), Some(ErrorKind::Expired));
    assert_eq!(kind(refused(&future)), Some(ErrorKind::NotYetValid));
    assert_eq!(refused(&old), Refusal::TooOld);
    assert_eq!(refused(&other), Refusal::OtherDevice);
    let stranger = DeviceName::new("hub").unwrap();
    let error = controller.attest(&stranger, &other, NOW, &mut RustCrypto).unwrap_err();
    assert!(matches!(error, ControllerError::UnknownDevice(_)));

    let mut nobody = with(&configuration(), Trust::default());
    assert_eq!(attest(&mut nobody, &lamp.signed(), NOW), Err(Refusal::NoVerifier));
}

/// A result can't be sent twice, nor one from before it, not even for a device that was taken away and came back;
/// in one second only what trusts the device less follows.
#[test]
fn results_are_not_replayed() {
    let mut controller = controller();
    let allowed = Issued::LAMP.signed();
    let quarantined = Issued { tier: Tier::Contraindicated, ..Issued::LAMP }.signed();
    let before = Issued { issued: NOW - 1, ..Issued::LAMP }.signed();
    assert_eq!(attest(&mut controller, &allowed, NOW), Ok(State::Allowed));
    assert_eq!(attest(&mut controller, &allowed, NOW + 1), Err(Refusal::Replayed));
    assert_eq!(attest(&mut controller, &quarantined, NOW + 1), Ok(State::Quarantined));
    for replayed in [&allowed, &quarantined, &before] {
        assert_eq!(attest(&mut controller, replayed, NOW + 1), Err(Refusal::Replayed));
        assert_eq!(state(&controller).0, State::Quarantined);
    }
    assert!(controller.remove_device(&name(), NOW).unwrap());
    let addresses = vec!["192.0.2.10".parse().unwrap()];
    controller.put_device(name(), addresses, None, NOW).unwrap();
    assert_eq!(attest(&mut controller, &allowed, NOW + 2), Err(Refusal::Replayed));
    let next = Issued { issued: NOW + 3, ..Issued::LAMP }.signed();
    assert_eq!(attest(&mut controller, &next, NOW + 3), Ok(State::Allowed));
}

/// A result about several attesters counts as the least trusted of them.
#[test]
fn the_least_trusted_part_counts() {
    let parts = [(Tier::Affirming, "lamp"), (Tier::Warning, "lamp/radio")].map(|(tier, part)| {
        Appraisal { status: tier, ..Appraisal::new(part, TrustworthinessVector::default()) }
    });
    let ear = Ear { exp: Some(NOW + 60), ..Ear::new(NOW, &parts) };
    let mut buffer = [0; 512];
    let draft = ear.to_be_signed(Algorithm::ESP256, &mut buffer).unwrap();
    let result = draft.sign(&key(VERIFIER), &mut RustCrypto).unwrap().to_vec();
    assert_eq!(attest(&mut controller(), &result, NOW), Ok(State::UpdateOnly));
}

/// Results in JSON, as JWT, are held to the same (RFC 7519; draft-ietf-rats-ear-03).
#[test]
fn results_may_be_jwts() {
    let digest = "ni:///sha-256;AAAA";
    let result = Issued { manifest: Some(digest), ..Issued::LAMP };
    let claims = result.with(|ear| json::write_ear(ear).unwrap());
    let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    let signed = format!("{}.{}", encode(br#"{"alg":"ES256"}"#), encode(claims.as_bytes()));
    let message = Segments::plain(signed.as_bytes());
    let message = SignedBytes::new(Algorithm::ES256, message, &mut RustCrypto).unwrap();
    let mut signature = [0; 64];
    RustCrypto.sign(Algorithm::ES256, &key(VERIFIER), &message, &mut signature).unwrap();
    let jwt = format!("{signed}.{}\n", encode(&signature));
    let mut controller = controller();
    assert_eq!(attest(&mut controller, jwt.as_bytes(), NOW), Ok(State::Allowed));
    assert_eq!(attest(&mut controller, jwt.as_bytes(), NOW), Err(Refusal::Replayed));
    let last = controller.registry.last_result(&name()).unwrap().unwrap();
    assert_eq!(last.manifest.as_deref(), Some(digest));
    let changed = jwt.replacen('.', ".A", 1);
    let refusal = attest(&mut controller, changed.as_bytes(), NOW).unwrap_err();
    assert!(matches!(refusal, Refusal::Token(_)));
}

/// The operator may take trust away; that a device can be trusted is for its attestation to say.
#[test]
fn the_operator_takes_trust_away() {
    let mut controller = controller();
    attest(&mut controller, &Issued::LAMP.signed(), NOW).unwrap();
    controller.set_state(&name(), State::Quarantined, "it hums", NOW).unwrap();
    assert!(rules(&controller).contains("\"quarantined\""));
    for more in [State::UpdateOnly, State::Allowed] {
        let error = controller.set_state(&name(), more, "", NOW).unwrap_err();
        assert!(matches!(error, ControllerError::Unattested));
    }
    controller.set_state(&name(), State::Unknown, "", NOW).unwrap();
    assert_eq!(state(&controller), (State::Unknown, None));
    let log = controller.registry.audit(0, 100).unwrap();
    assert!(log.iter().any(|entry| entry.detail == "by the operator: it hums"));
}

/// An envelope of the author whose manifest names this URL and signer.
fn envelope(number: u64, url: &str, signer: &Signer, author: &SigningKey) -> Vec<u8> {
    let Signed::Key(thumbprint) = signer.named() else { panic!("a key") };
    let mut manifest = ManifestBuilder::new(number);
    manifest.component(&[b"app"]);
    manifest.mud(url, Digest::new(HashAlgorithm::Sha256, &thumbprint).unwrap()).unwrap();
    let mut envelope = manifest.build(&mut RustCrypto).unwrap();
    envelope.sign(Sign1::builder(Algorithm::ESP256), author, &mut RustCrypto).unwrap();
    envelope.encode().unwrap()
}

/// The MUD URL follows the manifest that the verifier has seen the device run, before or after it is known here; it
/// outranks every other, and that of an earlier manifest holds no longer.
#[test]
fn manifests_say_the_mud_url() {
    let signer = Signer::new(7);
    let (first, second) = (format!("{URL}/1"), format!("{URL}/2"));
    let mut controller = controller();
    let put = |controller: &mut Controller<Paper>, number, url: &str| {
        let envelope = envelope(number, url, &signer, &key(AUTHOR));
        controller.put_manifest(&envelope, NOW, &mut RustCrypto).unwrap()
    };
    assert!(controller.heard(&name(), "https://evil.example/x", Heard::Dhcp, NOW).unwrap());
    let url = |controller: &Controller<Paper>| {
        let mud = controller.registry.device(&name()).unwrap().unwrap().mud;
        mud.map(|mud| (mud.url, mud.source))
    };
    let runs = |controller: &mut Controller<Paper>, digest: &str, later| {
        let result = Issued { manifest: Some(digest), issued: NOW + later, ..Issued::LAMP };
        attest(controller, &result.signed(), NOW + later).unwrap();
    };

    let one = put(&mut controller, 1, &first);
    assert_eq!(url(&controller).unwrap().1, Source::Dhcp, "nobody has seen it run");
    runs(&mut controller, &one, 0);
    assert_eq!(url(&controller), Some((first, Source::Manifest)));
    assert!(!controller.heard(&name(), "https://evil.example/x", Heard::Dhcp, NOW).unwrap());
    assert_eq!(controller.wanted(NOW).unwrap()[0].signer, signer.named());

    // It runs what is not known here yet: what the first one said is not of that software.
    let unknown = "ni:///sha-256;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    runs(&mut controller, unknown, 1);
    assert_eq!(url(&controller), None);
    assert!(events(&controller).contains(&"manifest-unknown".to_owned()));
    let two = put(&mut controller, 2, &second);
    assert_eq!(url(&controller), None);
    runs(&mut controller, &two, 2);
    assert_eq!(url(&controller), Some((second, Source::Manifest)));

    // The manifest comes after the result that names it.
    let third = format!("{URL}/3");
    let mut elsewhere = self::controller();
    let three = put(&mut elsewhere, 3, &third);
    runs(&mut controller, &three, 3);
    assert_eq!(url(&controller), None);
    assert_eq!(put(&mut controller, 3, &third), three);
    assert_eq!(url(&controller), Some((third, Source::Manifest)));
}

/// A URL that a manifest names is worth its author's signature.
#[test]
fn manifests_are_verified() {
    let signer = Signer::new(7);
    let mut controller = controller();
    let mut put = |envelope: &[u8]| controller.put_manifest(envelope, NOW, &mut RustCrypto);
    let forged = envelope(1, URL, &signer, &key(99));
    assert!(matches!(put(&forged), Err(ControllerError::Manifest(_))));
    assert!(matches!(put(b"no envelope"), Err(ControllerError::Manifest(_))));
    let mut changed = envelope(1, URL, &signer, &key(AUTHOR));
    let at = changed.windows(8).position(|window| window == b"lighting").unwrap();
    changed[at] = b'L';
    assert!(matches!(put(&changed), Err(ControllerError::Manifest(_))));
    let plain = envelope(1, "http://lighting.example.com/x", &signer, &key(AUTHOR));
    assert!(matches!(put(&plain), Err(ControllerError::Url(_) | ControllerError::Manifest(_))));
    let mut silent = ManifestBuilder::new(1);
    silent.component(&[b"app"]);
    let mut silent = silent.build(&mut RustCrypto).unwrap();
    silent.sign(Sign1::builder(Algorithm::ESP256), &key(AUTHOR), &mut RustCrypto).unwrap();
    assert!(matches!(put(&silent.encode().unwrap()), Err(ControllerError::NoMud)));
}

/// What the verifier of this family issues is what the controller takes: the whole way from evidence to the rules.
#[test]
fn the_verifiers_results_are_taken() {
    let signer = Signer::new(7);
    let digest =
        |number: u8| DigestValue { algorithm: HashAlgorithm::Sha256, bytes: vec![number; 32] };
    let release = |number: u8| Release {
        source: Origin::Manifest,
        manifest: Some(digest(number)),
        sequence_number: Some(number.into()),
        tag_id: format!("lamp-{number}"),
        software_name: "lamp".into(),
        software_version: None,
        version_scheme: None,
        files: vec![MeasuredFile {
            path: "lamp.bin".into(),
            hashes: vec![(1, vec![number; 32])],
            ..MeasuredFile::default()
        }],
        environments: Vec::new(),
        mud: None,
    };
    let references = References::new(vec![release(1), release(2)]);
    let evidence = |runs: u8, file: u8| Evidence {
        nonces: vec![vec![7; 8]],
        ueid: Some(vec![1; 17]),
        device: ModuleClaims {
            hardware_model: None,
            oem_boot: Some(true),
            debug: Some(DebugStatus::DisabledPermanently),
            software: Some(MeasuredSoftware {
                tag_id: format!("lamp-{runs}"),
                software_version: None,
                manifest: Some(digest(runs)),
                files: release(file).files,
            }),
        },
        ..Evidence::default()
    };
    let id = VerifierId { developer: "https://verifier.example", build: "1" };
    let verifier = Verifier { id, algorithm: Algorithm::ESP256, lifetime: 60 };
    let policy = Policy::new("policy");
    let device = Enrolment { name: "lamp".into(), ueid: vec![1; 17], ..Enrolment::default() };
    let mut controller = controller();
    let uri = digest(2).to_uri().unwrap();
    controller.registry.put_manifest(&uri, URL, &signer.named(), NOW).unwrap();
    for (later, evidence, expected, url) in [
        (0, evidence(2, 2), State::Allowed, true),
        (1, evidence(1, 1), State::UpdateOnly, false),
        (2, evidence(2, 2), State::Allowed, true),
        // Its manifest is not that of its files.
        (3, evidence(2, 1), State::Quarantined, true),
    ] {
        let appraisal =
            policy.appraise(&evidence, &device, &references, Some(&[7; 8]), NOW + later).unwrap();
        let now = NOW + later;
        let result =
            verifier.issue(&appraisal, None, now, &key(VERIFIER), &mut RustCrypto).unwrap();
        assert_eq!(attest(&mut controller, &result, now), Ok(expected));
        let mud = controller.registry.device(&name()).unwrap().unwrap().mud;
        assert_eq!(mud.is_some_and(|mud| mud.url == URL), url, "{expected:?}");
        assert_eq!(state(&controller), (expected, Some(now + 60)));
    }
}
