//! `hexad suit`: envelopes and the manifests in them (draft-ietf-suit-manifest-37).

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hexad_cose_core::{Algorithm, Key, Verified};
use hexad_rustcrypto::RustCrypto;
use hexad_suit::{Envelope, Error, Manifest, TrustAnchors};

use crate::arguments;
use crate::failure::Failure;
use crate::input::Input;
use crate::keys::{KeyFile, MACS, SIGNATURES, read_all};
use crate::report::Report;

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show an envelope and its manifest; digests are checked, signatures are not
    #[command(after_help = "Example:\n  hexad suit inspect update.suit")]
    Inspect(Inspect),
    /// Check that a trusted author signed the manifest
    #[command(after_help = "Public keys accept COSE_Sign1 blocks, symmetric keys COSE_Mac0 blocks.

Example:
  hexad suit verify update.suit --key author.pem --newer-than 41")]
    Verify(Verify),
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
    /// Refuse a manifest whose sequence number is not greater than this
    #[arg(long, value_name = "NUMBER")]
    newer_than: Option<u64>,
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(arguments) => inspect(arguments),
            Self::Verify(arguments) => verify(arguments),
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
    show::summary(&mut report, &envelope, &manifest);
    show::contents(&mut report, &manifest).map_err(refuse)?;
    Ok(report)
}

fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let files = read_all(&arguments.key)?;
    let keys = files.iter().map(KeyFile::key).collect::<Result<Vec<_>, _>>()?;
    let symmetric = keys.iter().filter(|key| key.symmetric().is_some()).count();
    if symmetric != 0 && symmetric != keys.len() {
        let message = "public and symmetric keys can't be trust anchors at the same time";
        return Err(Failure::Usage(message.to_owned()));
    }

    let refuse = |error: Error| input.reject(error);
    let envelope = Envelope::parse(input.bytes()).map_err(refuse)?;
    let manifest = authenticate(&envelope, &keys, arguments.alg.as_ref()).map_err(refuse)?;
    if let Some(number) = arguments.newer_than {
        manifest.require_newer_than(number).map_err(refuse)?;
    }
    let mut report = Report::new("suit");
    report.accepted("SUIT manifest verified");
    report.json("verified", true);
    show::summary(&mut report, &envelope, &manifest);
    Ok(report)
}

/// Proves the manifest under `keys`, which are all public or all symmetric.
fn authenticate<'b>(
    envelope: &Envelope<'b>,
    keys: &[Key<'_>],
    only: Option<&Algorithm>,
) -> Result<Verified<Manifest<'b>>, Error> {
    let by_mac = keys.iter().any(|key| key.symmetric().is_some());
    let offered = if by_mac { MACS } else { SIGNATURES };
    let anchors = TrustAnchors::new(keys, only.map_or(offered, std::slice::from_ref));
    if by_mac {
        envelope.authenticate_mac(&anchors, &mut RustCrypto)
    } else {
        envelope.authenticate(&anchors, &mut RustCrypto)
    }
}
