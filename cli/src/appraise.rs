//! `hexad appraise`: evidence in, attestation result out (RFC 9334; draft-ietf-rats-ear).

use std::path::PathBuf;

use clap::Args;
use hexad_corim::SignedCorim;
use hexad_cose_core::{ErrorKind, Expect, Key, Sign1, Verified};
use hexad_eat::ear::VerifierId;
use hexad_eat::profile::AnyClaims;
use hexad_eat::{Claims, DebugStatus, Error, Token};
use hexad_operator::appraisal::{Appraisal, Decision, Enrolment, Part, Policy, Verifier};
use hexad_operator::endorsement::{Chain, Endorsement, EndorsementError};
use hexad_operator::environment::Environment;
use hexad_operator::evidence::Evidence;
use hexad_operator::reference::{CorimError, Manifests, PassedOver, References};
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
use crate::mud::verify::CertificateFile;
use crate::report::{Made, Report, printable};

#[derive(Args, Debug)]
pub struct Appraise {
    /// Evidence: the device's token (EAT), raw or in hexadecimal; `-` is standard input
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
    /// The device's key: PEM, COSE_Key or JWK
    #[arg(long, value_name = "KEY", required_unless_present = "anchor")]
    evidence_key: Option<PathBuf>,
    /// A certificate to which the chain in the token (x5chain) has to lead, which then gives the device's key: PEM
    /// or DER; may stand several times
    #[arg(long, value_name = "FILE", conflicts_with = "evidence_key")]
    anchor: Vec<PathBuf>,
    /// The nonce that was given out; without one, the policy needs a max-age
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal)]
    nonce: Option<Bytes>,
    /// SUIT envelope of a release, with its CoSWID; may stand several times
    #[arg(long, value_name = "FILE", required_unless_present = "corim")]
    manifest: Vec<PathBuf>,
    /// Signed CoRIM with reference values; may stand several times
    #[arg(long, value_name = "FILE")]
    corim: Vec<PathBuf>,
    /// The key of the author of manifests and CoRIMs: PEM, COSE_Key or JWK; may stand several times
    #[arg(long, value_name = "KEY", required = true)]
    author_key: Vec<PathBuf>,
    /// The owner's policy, in TOML: id, oem-boot, debug, minimum-sequence-number, submodules, measured, missing,
    /// max-age, clock-skew, endorsed, tag-lists, corim-profiles; tables minimum-versions and passport
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Who made the device, for reference values in CoRIMs that are said of a vendor
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Which model it is, for reference values in CoRIMs that are said of a model
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
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
    let (references, passed_over) = references(arguments, &policy)?;
    let (evidence, endorsement) = evidence(&evidence_input, arguments)?;
    let device = Enrolment {
        name: arguments.name.clone(),
        ueid: match &arguments.ueid {
            Some(ueid) => ueid.as_slice().to_vec(),
            None => evidence.ueid.clone().unwrap_or_default(),
        },
        oem_id: arguments.oem_id,
        environment: Environment {
            vendor: arguments.vendor.clone(),
            model: arguments.model.clone(),
            ..Environment::default()
        },
        endorsement,
    };
    let nonce = arguments.nonce.as_ref().map(Bytes::as_slice);
    let appraisal = policy
        .appraise(&evidence, &device, &references, nonce, now())
        .map_err(|refusal| evidence_input.reject(Problem::of_all(&refusal)))?;

    let mut report = Report::new("appraisal");
    describe(&mut report, &appraisal);
    for passed in &passed_over {
        report.line(format_args!("  passed over: {passed}"));
    }
    let passed_over: Vec<_> = passed_over.iter().map(ToString::to_string).collect();
    report.json("passed_over", passed_over);
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

/// The reference values that the author vouches for, and what of them is not used.
fn references(
    arguments: &Appraise,
    policy: &Policy,
) -> Result<(References, Vec<PassedOver>), Failure> {
    let files = read_all(&arguments.author_key)?;
    let keys = files.iter().map(KeyFile::key).collect::<Result<Vec<_>, _>>()?;
    let authors = TrustAnchors::new(&keys, SIGNATURES);
    let mut manifests = Manifests::new(now());
    for path in &arguments.manifest {
        let input = Input::read_binary(path)?;
        let release = Release::from_envelope(input.bytes(), &authors, &mut RustCrypto);
        manifests.add_release(release.map_err(|error| input.reject(error))?);
    }
    let profiles: Vec<_> = policy.corim_profiles.iter().map(String::as_str).collect();
    for path in &arguments.corim {
        let input = Input::read_binary(path)?;
        let refuse = |error: hexad_corim::Error| input.reject(error);
        let signed = SignedCorim::parse(input.bytes()).map_err(refuse)?;
        let validity = signed.meta().and_then(|meta| meta.signature_validity);
        let verified = verify_by_any(signed, &keys).map_err(refuse)?;
        if validity.is_some_and(|validity| !validity.contains(now())) {
            return Err(input.reject(Problem::of_all(&CorimError::NotValid)));
        }
        let corim = SignedCorim::corim(verified).map_err(refuse)?;
        manifests.add(&corim, &profiles).map_err(|error| {
            let problem = Problem::of_all(&error);
            input.reject(Problem { offset: error.offset(), ..problem })
        })?;
    }
    Ok(manifests.references(policy.tag_lists))
}

/// The manifest, signed by one of the keys; else why the last of them did not sign it.
fn verify_by_any<'b>(
    signed: SignedCorim<'b>,
    keys: &[Key<'_>],
) -> Result<Verified<Sign1<'b>>, hexad_corim::Error> {
    let mut last = hexad_cose_core::Error::new(ErrorKind::KeyMismatch, 0).into();
    for key in keys {
        let expect = Expect::any(SIGNATURES);
        let check = signed.check(key, expect, &mut RustCrypto);
        match check.and_then(|check| Ok(check.run(&mut RustCrypto)?)) {
            Ok(verified) => return Ok(verified),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What the device says, once its key vouches for it, and who vouches for the key.
fn evidence(
    input: &Input,
    arguments: &Appraise,
) -> Result<(Evidence, Option<Endorsement>), Failure> {
    let refuse = |error: Error| input.reject(error);
    let token = Token::parse(input.bytes()).map_err(refuse)?;
    let read = |claims: Verified<Claims<'_>>| {
        Evidence::from_claims(&claims).map_err(|error| input.reject(Problem::of_all(&error)))
    };
    if let Some(path) = &arguments.evidence_key {
        let file = KeyFile::read(path)?;
        let key = file.key()?;
        let algorithms = if key.symmetric().is_some() { MACS } else { SIGNATURES };
        let claims = prove(&token, &key, &AnyClaims { algorithms }).map_err(refuse)?;
        return Ok((read(claims)?, None));
    }
    let refuse_chain = |error: EndorsementError| {
        let problem = Problem::of_all(&error);
        input.reject(Problem { offset: error.offset(), kind: "endorsement".to_owned(), ..problem })
    };
    let anchors = arguments.anchor.iter().map(|path| CertificateFile::read(path));
    let anchors = anchors.collect::<Result<Vec<_>, _>>()?;
    let anchors = anchors.iter().map(CertificateFile::parse).collect::<Result<Vec<_>, _>>()?;
    let chain = Chain::of(token.headers()).map_err(refuse_chain)?;
    let endorsed = chain.validate(&anchors, now(), &mut RustCrypto).map_err(refuse_chain)?;
    let profile = AnyClaims { algorithms: SIGNATURES };
    let claims = prove(&token, endorsed.key(), &profile).map_err(refuse)?;
    Ok((read(claims)?, Some(endorsed.endorsement())))
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
    let issued = verifier.issue(appraisal, None, now(), &signer, &mut RustCrypto);
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
    let (findings, vector) = describe_part(report, appraisal.device(), "");
    report.json("findings", findings);
    report.json("trustworthiness_vector", vector);
    let mut submodules = Map::new();
    for part in appraisal.submodules() {
        let prefix = format!("{}: ", printable(part.name()));
        let (findings, vector) = describe_part(report, part, &prefix);
        let object = json!({ "findings": findings, "trustworthiness_vector": vector });
        submodules.insert(part.name().to_owned(), object);
    }
    report.json("submods", submodules);
}

/// The findings of one module, and its vector.
fn describe_part(report: &mut Report, part: &Part<'_>, prefix: &str) -> (Vec<Value>, Value) {
    let mut findings = Vec::new();
    for finding in part.findings() {
        report.line(format_args!("  {prefix}{finding}"));
        findings.push(json!({
            "claim": finding.claim,
            "outcome": finding.outcome.to_string(),
            "evidence": finding.evidence.to_string(),
            "reference": finding.reference.to_string(),
        }));
    }
    let mut vector = Map::new();
    for (aspect, claim) in part.vector().iter() {
        let (name, tier) = (aspect.name(), claim.tier().name());
        report.pair(&format!("{prefix}{name}"), format_args!("{tier} ({})", claim.0));
        vector.insert(name.to_owned(), Value::from(claim.0));
    }
    (findings, Value::Object(vector))
}
