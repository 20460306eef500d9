//! `hexad mud verify`: whether the right signer signed a MUD file.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{ErrorKind, HashAlgorithm};
use hexad_mud::file::Reader;
use hexad_mud::signature::{Policy, SignatureError, SignedData};
use hexad_rustcrypto::RustCrypto;

use super::show;
use crate::eat::now;
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::keys::KeyFile;
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Verify {
    /// MUD file, in JSON; `-` is standard input
    file: PathBuf,
    /// The signature file: CMS, detached, in DER
    #[arg(long, value_name = "FILE")]
    signature: PathBuf,
    /// The signer's public key or certificate: PEM, COSE_Key or JWK
    #[arg(short, long)]
    key: PathBuf,
    /// The time at which the certificate has to be valid, in seconds since 1970; by default now
    #[arg(long, value_name = "SECONDS")]
    at: Option<i64>,
}

pub fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let file = Input::read(&arguments.file)?;
    let signature = Input::read_binary(&arguments.signature)?;
    let key_file = KeyFile::read(&arguments.key)?;
    let key = key_file.key()?;
    let mismatch = || key_file.reject(Problem::new(&ErrorKind::KeyMismatch, 0));
    let public = key.public().ok_or_else(mismatch)?;
    let thumbprint = public.thumbprint(HashAlgorithm::Sha256, &mut RustCrypto);
    let thumbprint = thumbprint.map_err(|error| key_file.reject(error))?;

    let time = arguments.at.unwrap_or_else(now);
    let policy = Policy::at(time).thumbprint(HashAlgorithm::Sha256, thumbprint.as_bytes());
    let refuse = |error: SignatureError| signature.reject(error);
    let signed = SignedData::parse(signature.bytes()).map_err(refuse)?;
    let authentic = signed.verify(file.bytes(), &policy, &mut RustCrypto).map_err(refuse)?;
    let authentic = authentic.read(Reader::new()).map_err(|error| file.reject(error))?;

    let mut report = Report::new("mud");
    report.accepted("MUD file verified");
    report.json("verified", true);
    let thumbprint = hex(thumbprint.as_bytes());
    report.entry("signer", "signer (RFC 9679, SHA-256)", &thumbprint, thumbprint.as_str());
    show::contents(&mut report, &authentic.get().mud);
    Ok(report)
}
