//! `hexad suit`: envelopes and the manifests in them (draft-ietf-suit-manifest-37).

mod create;
mod diff;
mod lint;
mod report;
mod run;
mod sever;
mod show;
mod sign;
mod source;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hexad_cose_core::cwt::Clock;
use hexad_cose_core::{Algorithm, Key, Verified};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::builder::EnvelopeBuilder;
use hexad_suit::{Demand, Envelope, Error, Manifest, Signers, TrustAnchors};
use serde_json::json;

use crate::arguments;
use crate::failure::Failure;
use crate::input::Input;
use crate::keys::{KeyFile, MACS, SIGNATURES, read_all};
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show an envelope and its manifest; digests are checked, signatures are not
    #[command(after_help = "Example:\n  hexad suit inspect update.suit")]
    Inspect(Inspect),
    /// Check that a trusted author signed the manifest
    #[command(
        after_help = "Public keys accept COSE_Sign1 and COSE_Sign blocks, symmetric keys COSE_Mac0 and COSE_Mac blocks. Any
of the keys is enough, unless --all asks for every one or --at-least for some.

Example:
  hexad suit verify update.suit --key author.pem --newer-than 41
  hexad suit verify update.suit --key vendor.pem --key owner.pem --all"
    )]
    Verify(Verify),
    /// Make an envelope from a source in YAML or JSON
    #[command(after_help = "Digests and sizes are computed from the files that the source names.

Example:
  hexad suit create --template single -o update.yaml
  hexad suit create update.yaml --key author.cbor -o update.suit")]
    Create(create::Create),
    /// Add signatures or tags, made here or elsewhere
    #[command(after_help = "Example:
  hexad suit sign update.suit --key author.cbor --key release.cbor -o signed.suit
  hexad suit sign update.suit --to-be-signed --alg ESP256 --kid hsm -o tbs.bin
  hexad suit sign update.suit --signature sig.bin --alg ESP256 --kid hsm --check hsm.pem -o signed.suit")]
    Sign(sign::SignArguments),
    /// Leave out severed elements or integrated payloads
    #[command(after_help = "Example:\n  hexad suit sever update.suit --element text -o small.suit")]
    Sever(sever::Sever),
    /// Put severed elements or integrated payloads back
    #[command(
        after_help = "Example:\n  hexad suit attach small.suit --from update.suit -o whole.suit"
    )]
    Attach(sever::Attach),
    /// Find mistakes: what is wrong, at which byte, by which section, and the cure
    #[command(
        after_help = "Exit 1 for mistakes that devices will refuse or that leave them open to attack; with --strict for
warnings, too.

Example:
  hexad suit lint update.suit
  hexad suit lint update.suit --target capabilities.cbor --strict"
    )]
    Lint(lint::Lint),
    /// Show what one manifest says and another does not
    #[command(after_help = "Example:\n  hexad suit diff old.suit new.suit")]
    Diff(diff::Diff),
    /// Run a manifest on a simulated device, and show what it does
    #[command(after_help = "Example:
  hexad suit run update.suit --key author.pem --device lamp.toml
  hexad suit run update.suit --key author.pem --device lamp.toml --report lamp.report")]
    Run(run::Run),
    /// Show what a device decided, from its SUIT_Report and the manifest
    #[command(after_help = "Example:
  hexad suit report lamp.report --manifest update.suit --key lamp.pem")]
    Report(report::ReportArguments),
}

#[derive(Args, Debug)]
pub struct Inspect {
    /// SUIT envelope, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
}

#[derive(Args, Debug)]
pub struct Verify {
    /// SUIT envelope, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// Trust anchor: PEM, COSE_Key or JWK; may stand several times
    #[arg(short, long, required = true)]
    key: Vec<PathBuf>,
    /// Accept this algorithm only, by name or number
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
    /// Demand that every one of the keys has signed
    #[arg(long, conflicts_with = "at_least")]
    all: bool,
    /// Demand that so many of the keys have signed
    #[arg(long, value_name = "COUNT")]
    at_least: Option<u32>,
    /// Refuse a manifest whose sequence number is not greater than this
    #[arg(long, value_name = "NUMBER")]
    newer_than: Option<u64>,
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(arguments) => inspect(arguments),
            Self::Verify(arguments) => verify(arguments),
            Self::Create(arguments) => create::create(arguments),
            Self::Sign(arguments) => sign::sign(arguments),
            Self::Sever(arguments) => sever::sever(arguments),
            Self::Attach(arguments) => sever::attach(arguments),
            Self::Lint(arguments) => lint::run(arguments),
            Self::Diff(arguments) => diff::run(arguments),
            Self::Run(arguments) => run::run(arguments),
            Self::Report(arguments) => report::run(arguments),
        }
    }
}

fn inspect(arguments: &Inspect) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let refuse = |error: Error| input.reject(error);
    let envelope = Envelope::parse(input.bytes()).map_err(refuse)?;
    let manifest = envelope.unverified_manifest(&mut RustCrypto).map_err(refuse)?;
    let mut report = Report::new("suit");
    report.unproven("SUIT envelope: its digests match, its signatures are not verified");
    report.json("verified", false);
    show::summary(&mut report, &envelope, &manifest).map_err(refuse)?;
    show::contents(&mut report, &manifest).map_err(refuse)?;
    Ok(report)
}

fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let files = read_all(&arguments.key)?;
    let keys = files.iter().map(KeyFile::key).collect::<Result<Vec<_>, _>>()?;
    let refuse = |error: Error| input.reject(error);
    let envelope = Envelope::parse(input.bytes()).map_err(refuse)?;
    let manifest = authenticate(&envelope, &keys, arguments.alg.as_ref()).map_err(refuse)?;
    let everyone = (0..keys.len()).fold(Signers::NONE, Signers::with);
    if arguments.all {
        manifest.require_signers(Demand::AllOf(everyone)).map_err(refuse)?;
    }
    if let Some(count) = arguments.at_least {
        manifest.require_signers(Demand::AtLeast(count, everyone)).map_err(refuse)?;
    }
    if let Some(number) = arguments.newer_than {
        manifest.require_newer_than(number).map_err(refuse)?;
    }
    let mut report = Report::new("suit");
    report.accepted("SUIT manifest verified");
    report.json("verified", true);
    let signed = manifest.signers().iter().filter_map(|place| arguments.key.get(place));
    let signed: Vec<_> = signed.map(|path| path.to_string_lossy().into_owned()).collect();
    report.entry("signers", "vouched for by", signed.join(", "), json!(signed));
    show::summary(&mut report, &envelope, &manifest).map_err(refuse)?;
    Ok(report)
}

/// Proves the manifest by blocks of any kind under `keys`, public and symmetric ones.
pub fn authenticate<'b>(
    envelope: &Envelope<'b>,
    keys: &[Key<'_>],
    only: Option<&Algorithm>,
) -> Result<Verified<Manifest<'b>>, Error> {
    let offered = [SIGNATURES, MACS, SHARED].concat();
    let anchors = TrustAnchors::new(keys, only.map_or(&offered[..], std::slice::from_ref));
    let mut proof = envelope.prove(&mut RustCrypto)?;
    proof.sign1(&anchors, &mut RustCrypto)?.sign(&anchors, &mut RustCrypto)?;
    proof.mac0(&anchors, &mut RustCrypto)?.mac(&anchors, &mut RustCrypto)?;
    proof.delegated(&anchors, now(), None, &mut RustCrypto)?;
    proof.manifest(&mut RustCrypto)
}

/// How the recipients of a COSE_Mac come by its key, when they share one with its author.
const SHARED: &[Algorithm] = &[
    Algorithm::DIRECT,
    Algorithm::DIRECT_HKDF_SHA_256,
    Algorithm::DIRECT_HKDF_SHA_512,
    Algorithm::A128KW,
    Algorithm::A192KW,
    Algorithm::A256KW,
];

/// This machine's clock.
fn now() -> Option<Clock> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Clock { now: i64::try_from(since.as_secs()).ok()?, leeway: 0 })
}

/// The report on an envelope that was made, with the envelope.
fn finish(
    mut report: Report,
    envelope: &EnvelopeBuilder,
    input: &Input,
    output: &Output,
) -> Result<Report, Failure> {
    let refuse = |error: Error| input.reject(error);
    let bytes = envelope.encode().map_err(refuse)?;
    let parsed = Envelope::parse(&bytes).map_err(refuse)?;
    let manifest = parsed.unverified_manifest(&mut RustCrypto).map_err(refuse)?;
    report.pair("size", format_args!("{} bytes", bytes.len()));
    show::summary(&mut report, &parsed, &manifest).map_err(refuse)?;
    report.make(Made {
        bytes,
        destination: output.output.clone(),
        is_text: false,
        is_secret: false,
    });
    Ok(report)
}
