//! What an appraisal costs with so many devices and reference manifests, and what stands around the signature
//! beside the signature itself, by the same backend in the same run. Prints a JSON object a line.
//!
//! `cargo run --release -p hexad-operator --example appraisal`, or with pairs of devices and manifests:
//! `… --example appraisal -- 1x1 1000000x1000`

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::{Algorithm, CryptoError, Curve, HashAlgorithm, Key, PublicKey, Signed};
use hexad_coswid::{
    ConciseSwidTag, Entity, Evidence as Found, File, HashEntry, PayloadOrEvidence, Role, TagId,
};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{BootState, DebugStatus, Formatted, OemId, Token, Ueid};
use hexad_operator::appraisal::{Decision, Enrolment, Policy};
use hexad_operator::evidence::{Evidence, MANIFEST_FILE};
use hexad_operator::reference::References;
use hexad_operator::release::{DigestValue, MeasuredFile, Release, Source};
use hexad_rustcrypto::{RustCrypto, SigningKey};

type Done<T> = Result<T, Box<dyn Error>>;

const NOW: i64 = 1_800_000_000;
const NONCE: [u8; 32] = [7; 32];
const PROFILE: AnyClaims<'static> = AnyClaims { algorithms: &[Algorithm::ESP256] };
/// Tokens that are verified of each number of devices, spread evenly over them.
const TOKENS: u32 = 1000;
/// How often they are gone through, the ways of doing so in turns; the best counts.
const ROUNDS: u32 = 5;
/// How often all that is not the signature is done in a round: the clock of the processor's time ticks every few
/// milliseconds.
const REPEATED: usize = 50;
/// Devices share so many keys, since making a million would take longer than the measurement.
const KEYS: u8 = 16;

fn main() -> Done<()> {
    let arguments = std::env::args().skip(1).map(|pair| {
        let (devices, manifests) = pair.split_once('x').ok_or("DEVICESxMANIFESTS")?;
        Ok((devices.parse()?, manifests.parse()?))
    });
    let mut pairs = arguments.collect::<Done<Vec<(u32, u32)>>>()?;
    if pairs.is_empty() {
        pairs = vec![(1, 1), (1000, 1), (1000, 1000), (1_000_000, 1), (1_000_000, 1000)];
    }
    for (devices, manifests) in pairs {
        measure(devices, manifests)?;
    }
    Ok(())
}

/// A device as its operator has enrolled it, with its key.
struct Enrolled {
    enrolment: Enrolment,
    key: usize,
}

fn measure(devices: u32, manifests: u32) -> Done<()> {
    let before = memory()?;
    let references = References::new((0..manifests).map(release).collect());
    let of_references = memory()?.saturating_sub(before);
    let keys = (1..=KEYS).map(|secret| SigningKey::from_bytes(Curve::P256, &[secret; 32]));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let enrolled: HashMap<[u8; 17], Enrolled> = (0..devices).map(enrol).collect();
    let policy = Policy::new("https://example.com/policy");

    let step = devices.div_ceil(TOKENS).max(1) as usize;
    let tokens = (0..devices).step_by(step).map(|device| token(device, manifests, &keys));
    let tokens = tokens.collect::<Done<Vec<_>>>()?;
    let passes = TOKENS.div_ceil(u32::try_from(tokens.len())?);
    let each = || (0..passes).flat_map(|_| &tokens);

    let checks = tokens.iter().map(|token| {
        let (_, key) = sender(token, &enrolled, &keys)?;
        Ok(Token::parse(token)?.check(&key, &PROFILE, &mut RustCrypto)?)
    });
    let checks = checks.collect::<Done<Vec<_>>>()?;
    let (mut raw, mut whole, mut around) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        raw = raw.min(per_item(each().count(), || {
            for check in (0..passes).flat_map(|_| &checks) {
                let check = check.cose();
                let (signed, signature) = (check.signed(), check.signature());
                RustCrypto.verify(check.algorithm(), check.key(), signed, signature)?;
            }
            Ok(())
        })?);
        whole = whole.min(per_item(each().count(), || {
            let appraise = Appraise { enrolled: &enrolled, keys: &keys, policy: &policy };
            each().try_for_each(|token| appraise.run(token, &references, &mut RustCrypto))
        })?);
        around = around.min(per_item(each().count() * REPEATED, || {
            let appraise = Appraise { enrolled: &enrolled, keys: &keys, policy: &policy };
            let mut many = (0..REPEATED).flat_map(|_| each());
            many.try_for_each(|token| appraise.run(token, &references, &mut (RustCrypto, Yes)))
        })?);
    }
    println!(
        "{}",
        serde_json::json!({
            "devices": devices,
            "manifests": manifests,
            "es256_ns": raw.round(),
            "verify_and_appraise_ns": whole.round(),
            "around_ns": around.round(),
            "overhead_percent": (around / raw * 1000.0).round() / 10.0,
            "per_second_per_core": (1e9 / whole).round(),
            "references_kib": of_references,
            "with_devices_kib": memory()?.saturating_sub(before),
        })
    );
    Ok(())
}

/// A backend to which every signature is right, so that only the rest is measured.
struct Yes;

impl Verify for Yes {
    fn verify(
        &mut self,
        _algorithm: Algorithm,
        _key: &PublicKey<'_>,
        _signed: &Signed<'_>,
        _signature: &[u8],
    ) -> Result<(), CryptoError> {
        Ok(())
    }
}

/// What a verifier does with a token.
struct Appraise<'a> {
    enrolled: &'a HashMap<[u8; 17], Enrolled>,
    keys: &'a [SigningKey],
    policy: &'a Policy,
}

impl Appraise<'_> {
    fn run(
        &self,
        token: &[u8],
        references: &References,
        crypto: &mut (impl Hash + Verify),
    ) -> Done<()> {
        let (device, key) = sender(token, self.enrolled, self.keys)?;
        let claims = Token::parse(token)?.check(&key, &PROFILE, crypto)?.run(crypto)?;
        let evidence = Evidence::from_claims(&claims)?;
        let appraised =
            self.policy.appraise(&evidence, &device.enrolment, references, Some(&NONCE), NOW)?;
        match black_box(appraised.decision()) {
            Decision::Quarantined => Err(appraised.explain().into()),
            _ => Ok(()),
        }
    }
}

/// The device that the token says it is of, and its key: `kid` is the UEID.
fn sender<'a>(
    token: &[u8],
    enrolled: &'a HashMap<[u8; 17], Enrolled>,
    keys: &'a [SigningKey],
) -> Done<(&'a Enrolled, Key<'a>)> {
    let token = Token::parse(token)?;
    let kid = token.headers().kid().ok_or("no kid")?;
    let device = enrolled.get(kid).ok_or("not enrolled")?;
    let key = keys.get(device.key).ok_or("no key")?;
    Ok((device, Key::from_public(key.public())))
}

fn ueid(device: u32) -> [u8; 17] {
    let mut ueid = [1; 17];
    ueid[1..5].copy_from_slice(&device.to_be_bytes());
    ueid
}

fn enrol(device: u32) -> ([u8; 17], Enrolled) {
    let ueid = ueid(device);
    let key = (device % u32::from(KEYS)) as usize;
    let enrolment = Enrolment {
        name: format!("device {device}"),
        ueid: ueid.to_vec(),
        oem_id: Some(64242),
        ..Enrolment::default()
    };
    (ueid, Enrolled { enrolment, key })
}

/// The digest of the image, or of the manifest, of a release.
fn digest(number: u32, of: u8) -> [u8; 32] {
    let mut digest = [of; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    digest
}

fn release(number: u32) -> Release {
    let file = MeasuredFile {
        path: "app.bin".into(),
        size: Some(4096),
        hashes: vec![(1, digest(number, 1).to_vec())],
        version: None,
    };
    let manifest = digest(number, 2).to_vec();
    Release {
        source: Source::Manifest,
        manifest: Some(DigestValue { algorithm: HashAlgorithm::Sha256, bytes: manifest }),
        sequence_number: Some(number.into()),
        tag_id: format!("example.com/app-{number}"),
        software_name: "app".into(),
        software_version: Some(format!("{number}.0.0")),
        version_scheme: None,
        files: vec![file],
        environments: Vec::new(),
        mud: None,
    }
}

/// The token of a device, which runs one of the releases.
fn token(device: u32, manifests: u32, keys: &[SigningKey]) -> Done<Vec<u8>> {
    let number = device % manifests;
    let (image, manifest) = (digest(number, 1), digest(number, 2));
    let files = [
        File::new("app.bin").size(4096).hash(HashEntry::sha_256(&image)),
        File::new(MANIFEST_FILE).hash(HashEntry::sha_256(&manifest)),
    ];
    let (id, version) = (format!("example.com/app-{number}"), format!("{number}.0.0"));
    let makers = [Entity::new("device", &[Role::TagCreator])];
    let tag = ConciseSwidTag {
        software_version: Some(&version),
        payload_or_evidence: Some(PayloadOrEvidence::Evidence(Found::files(&files))),
        ..ConciseSwidTag::new(TagId::Text(&id), "app", &makers)
    };
    let mut room = [0; 512];
    let mut encoder = Encoder::new(&mut room);
    tag.encode_untagged(&mut encoder)?;
    let (ueid, measured) = (ueid(device), [Formatted::coswid(encoder.as_bytes())]);
    let state = BootState { oemboot: true, dbgstat: DebugStatus::DisabledPermanently };
    let key = keys.get((device % u32::from(KEYS)) as usize).ok_or("no key")?;
    let mut buffer = [0; 1024];
    let token = Token::builder(Algorithm::ESP256, &mut buffer)
        .nonce(&NONCE)?
        .ueid(Ueid::new(&ueid)?)
        .oem_id(OemId::PrivateEnterpriseNumber(64242))
        .boot_state(state)
        .kid(&ueid)
        .measurements(&measured);
    Ok(token.sign(key, &mut RustCrypto)?.to_vec())
}

/// Nanoseconds of this thread on the processor, whatever else the machine does, for each of `count`.
fn per_item(count: usize, work: impl FnOnce() -> Done<()>) -> Done<f64> {
    let start = processor_time()?;
    work()?;
    Ok((processor_time()? - start).as_secs_f64() * 1e9 / count as f64)
}

fn processor_time() -> Done<Duration> {
    let times = fs::read_to_string("/proc/thread-self/schedstat")?;
    let own = times.split(' ').next().ok_or("no time")?;
    Ok(Duration::from_nanos(own.parse()?))
}

/// Resident memory in KiB.
fn memory() -> Done<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.and_then(|line| line.split_whitespace().next()).ok_or("no memory")?.parse()?)
}
