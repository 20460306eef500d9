//! `hexad appraise`: evidence in, attestation result out (RFC 9334; draft-ietf-rats-ear).

use std::path::PathBuf;

use clap::Args;
use hexad_eat::ear::{Aspect, VerifierId};
use hexad_eat::freshness::{Clock, check_validity};
use hexad_eat::profile::AnyClaims;
use hexad_eat::{DebugStatus, Error, Token};
use hexad_operator::appraisal::{Appraisal, Decision, Enrolment, Policy, Verifier};
use hexad_operator::evidence::Evidence;
use hexad_operator::release::Release;
use hexad_rustcrypto::RustCrypto;
use hexad_suit::TrustAnchors;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::arguments::{self, Bytes};
use crate::eat::{now, prove};
use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::keys::{KeyFile, MACS, SIGNATURES, read_all};
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Appraise {
    /// Evidence: the device's token (EAT), raw or in hexadecimal; `-` is standard input
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
    /// The device's key: PEM, COSE_Key or JWK
    #[arg(long, value_name = "KEY")]
    evidence_key: PathBuf,
    /// The nonce that was given out
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal)]
    nonce: Bytes,
    /// SUIT envelope of a release, with its CoSWID; may stand several times
    #[arg(long, value_name = "FILE", required = true)]
    manifest: Vec<PathBuf>,
    /// The author's key: PEM, COSE_Key or JWK; may stand several times
    #[arg(long, value_name = "KEY", required = true)]
    author_key: Vec<PathBuf>,
    /// The owner's policy, in TOML: id, oem-boot, debug, minimum-sequence-number, submodules, missing
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// UEID under which the device is enrolled; by default the one that it names
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal)]
    ueid: Option<Bytes>,
    /// Private Enterprise Number that the device must name as its maker (oemid)
    #[arg(long, value_name = "NUMBER")]
    oem_id: Option<u64>,
    /// The verifier's private key: signs the attestation result (EAR)
    #[arg(long, value_name = "KEY")]
    result_key: Option<PathBuf>,
    /// How many seconds the attestation result is valid
    #[arg(long, value_name = "SECONDS", default_value = "3600")]
    lifetime: u32,
    /// What the attestation result calls the device
    #[arg(long, default_value = "device")]
    name: String,
    /// Whose verifier the attestation result says it is from
    #[arg(long, value_name = "NAME", default_value = "hexad")]
    developer: String,
    /// File to write the attestation result to
    #[arg(short, long, value_name = "FILE", requires = "result_key")]
    output: Option<PathBuf>,
}

/// The owner's policy as a file says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    id: String,
    #[serde(default = "yes")]
    oem_boot: bool,
    debug: Option<String>,
}

const fn yes() -> bool {
    true
}

pub fn appraise(arguments: &Appraise) -> Result<Report, Failure> {
    let evidence_input = Input::read_binary(&arguments.evidence)?;
    let policy = policy(arguments)?;
    let releases = releases(arguments)?;
    let evidence = evidence(&evidence_input, arguments)?;
    let device = Enrolment {
        ueid: match &arguments.ueid {
            Some(ueid) => ueid.as_slice().to_vec(),
            None => evidence.ueid.clone().unwrap_or_default(),
        },
        oem_id: arguments.oem_id,
    };
    let appraisal = policy
        .appraise(&evidence, &device, &releases, arguments.nonce.as_slice())
        .map_err(|refusal| evidence_input.reject(Problem::of_all(&refusal)))?;

    let mut report = Report::new("appraisal");
    describe(&mut report, &appraisal);
    if let Some(path) = &arguments.result_key {
        let key = KeyFile::read(path)?;
        let bytes = issue(&appraisal, &key, arguments)?;
        let destination = arguments.output.clone();
        report.make(Made { bytes, destination, is_text: false, is_secret: false });
    }
    let kind = decision(appraisal.decision());
    if kind != ALLOWED {
        let message = format!("{}: {}", appraisal.tier().name(), appraisal.decision());
        let problem = Problem { kind: kind.to_owned(), offset: None, message };
        report.refuse(evidence_input.reject(problem));
    }
    Ok(report)
}

/// The decision on a device that runs the newest release as it should.
const ALLOWED: &str = "allowed";

const fn decision(decision: Decision<'_>) -> &'static str {
    match decision {
        Decision::Allowed(_) => ALLOWED,
        Decision::UpdateOnly(_) => "update-only",
        Decision::Quarantined => "quarantined",
    }
}

/// What the owner demands.
fn policy(arguments: &Appraise) -> Result<Policy, Failure> {
    let Some(path) = &arguments.policy else {
        return Ok(Policy::new("default"));
    };
    let input = Input::read(path)?;
    let text = input.text()?;
    if text.trim_start().starts_with('{') {
        return policy_in_json(&input, text);
    }
    Policy::from_toml(text).map_err(|error| {
        input.reject(Problem::at("invalid-policy", error.offset(), error.message()))
    })
}

/// The first form of policies, before there was one in TOML: three keys, with underscores.
fn policy_in_json(input: &Input, text: &str) -> Result<Policy, Failure> {
    let file: PolicyFile =
        serde_json::from_str(text).map_err(|error| input.reject(Problem::of_json(text, &error)))?;
    let mut policy = Policy::new(&file.id);
    policy.oem_boot = file.oem_boot;
    if let Some(name) = &file.debug {
        let known = DEBUG_STATUSES.into_iter().find(|status| status.name() == name);
        let message = "debug is none of the names of dbgstat (RFC 9711, 4.2.9)";
        let unknown = || input.reject(Problem::at("invalid-value", 0, message));
        policy.debug = known.ok_or_else(unknown)?;
    }
    Ok(policy)
}

const DEBUG_STATUSES: [DebugStatus; 5] = [
    DebugStatus::Enabled,
    DebugStatus::Disabled,
    DebugStatus::DisabledSinceBoot,
    DebugStatus::DisabledPermanently,
    DebugStatus::DisabledFullyAndPermanently,
];

/// The releases that the author vouches for.
fn releases(arguments: &Appraise) -> Result<Vec<Release>, Failure> {
    let files = read_all(&arguments.author_key)?;
    let keys = files.iter().map(KeyFile::key).collect::<Result<Vec<_>, _>>()?;
    let authors = TrustAnchors::new(&keys, SIGNATURES);
    let read = |path: &PathBuf| {
        let input = Input::read_binary(path)?;
        let release = Release::from_envelope(input.bytes(), &authors, &mut RustCrypto);
        release.map_err(|error| input.reject(error))
    };
    arguments.manifest.iter().map(read).collect()
}

/// What the device says, once its key vouches for it.
fn evidence(input: &Input, arguments: &Appraise) -> Result<Evidence, Failure> {
    let file = KeyFile::read(&arguments.evidence_key)?;
    let key = file.key()?;
    let refuse = |error: Error| input.reject(error);
    let token = Token::parse(input.bytes()).map_err(refuse)?;
    let algorithms = if key.symmetric().is_some() { MACS } else { SIGNATURES };
    let claims = prove(&token, &key, &AnyClaims { algorithms }).map_err(refuse)?;
    check_validity(&claims, Clock { now: now(), leeway: 0 }).map_err(refuse)?;
    Evidence::from_claims(&claims).map_err(|error| input.reject(Problem::of_all(&error)))
}

/// The attestation result, signed.
fn issue(
    appraisal: &Appraisal<'_>,
    key: &KeyFile,
    arguments: &Appraise,
) -> Result<Vec<u8>, Failure> {
    let signer = key.signing_key()?;
    let id = VerifierId {
        developer: &arguments.developer,
        build: concat!("hexad ", env!("CARGO_PKG_VERSION")),
    };
    let algorithm = key.key()?.algorithm().unwrap_or(signer.algorithm());
    let verifier = Verifier { id, algorithm, lifetime: arguments.lifetime };
    let issued = verifier.issue(appraisal, &arguments.name, now(), &signer, &mut RustCrypto);
    issued.map_err(|error| key.reject(error))
}

/// What was found, claim by claim, and what it comes to.
fn describe(report: &mut Report, appraisal: &Appraisal<'_>) {
    let summary = format!("{}: {}", appraisal.tier().name(), appraisal.decision());
    match appraisal.decision() {
        Decision::Allowed(_) => report.accepted(summary),
        Decision::UpdateOnly(_) | Decision::Quarantined => report.unproven(summary),
    }
    report.json("decision", decision(appraisal.decision()));
    report.json("status", appraisal.tier().name());
    let mut findings = Vec::new();
    for finding in appraisal.findings() {
        report.line(format_args!("  {finding}"));
        findings.push(json!({
            "claim": finding.claim,
            "outcome": finding.outcome.to_string(),
            "evidence": finding.evidence,
            "reference": finding.reference,
        }));
    }
    report.json("findings", findings);
    let mut vector = Map::new();
    for aspect in Aspect::ALL {
        if let Some(claim) = appraisal.vector().get(aspect) {
            let (name, tier) = (aspect.name(), claim.tier().name());
            report.pair(name, format_args!("{tier} ({})", claim.0));
            vector.insert(name.to_owned(), Value::from(claim.0));
        }
    }
    report.json("trustworthiness_vector", vector);
}
