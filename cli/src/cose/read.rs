//! `hexad cose inspect` and `hexad cose verify`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::cbor::{Cursor, Raw};
use hexad_cose_core::{Algorithm, Error, Expect};
use hexad_rustcrypto::RustCrypto;
use serde_json::json;

use super::message::{Message, describe_headers, show_headers, show_payload};
use crate::arguments::{self, Bytes};
use crate::failure::Failure;
use crate::input::{Input, hex};
use crate::keys::{KeyFile, MACS, SIGNATURES};
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Inspect {
    /// COSE_Sign1 or COSE_Mac0, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
}

#[derive(Args, Debug)]
pub struct Verify {
    /// COSE_Sign1 or COSE_Mac0, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// The key: PEM, COSE_Key or JWK
    #[arg(short, long)]
    key: PathBuf,
    /// The payload, as it is, when it is not in the message
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
    /// Externally supplied data (external_aad)
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal, default_value = "")]
    aad: Bytes,
    /// Accept this algorithm only, by name or number
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
    /// Take an algorithm that is not in the protected header, too
    #[arg(long)]
    unprotected_alg: bool,
    /// File to write the verified payload to
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn inspect(arguments: &Inspect) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    describe(input.bytes()).map_err(|error| input.reject(error))
}

/// What stands in a message.
fn describe(bytes: &[u8]) -> Result<Report, Error> {
    let message = Message::parse(bytes, None)?;
    let mut report = Report::new(message.kind());
    let untagged = if Cursor::new(bytes).tag().is_ok() { "" } else { ", if it is one: no tag" };
    report.unproven(format_args!("{}{untagged}; not verified", message.name()));
    report.json("verified", false);
    let headers = message.headers();
    describe_headers(&mut report, headers);
    show_headers(&mut report, headers)?;
    report.json("detached", message.payload().is_none());
    match message.payload() {
        Some(payload) => show_payload(&mut report, payload)?,
        None => {
            report.heading("          payload: detached");
            report.json("payload", json!(null));
        }
    }
    let proof = proof(bytes)?;
    let name = if matches!(message, Message::Sign1(_)) { "signature" } else { "tag" };
    report.bytes(name, proof.offset(), proof.bytes());
    report.json(name, hex(proof.bytes()));
    Ok(report)
}

/// The last element of a message that was parsed: its signature or tag.
fn proof(bytes: &[u8]) -> Result<Raw<'_>, Error> {
    let mut cursor = Cursor::new(bytes);
    if cursor.tag().is_err() {
        cursor = Cursor::new(bytes);
    }
    cursor.array_of(4)?;
    for _ in 0..3 {
        cursor.skip()?;
    }
    cursor.byte_string()
}

pub fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let key = KeyFile::read(&arguments.key)?;
    let detached = arguments.payload.as_deref().map(Input::read).transpose()?;
    let key = key.key()?;
    let refuse = |error: Error| input.reject(error);

    let message = Message::parse(input.bytes(), Some(&key)).map_err(refuse)?;
    let offered = if matches!(message, Message::Sign1(_)) { SIGNATURES } else { MACS };
    let accepted = arguments.alg.as_ref().map_or(offered, std::slice::from_ref);
    let mut expect = Expect::any(accepted).external_aad(arguments.aad.as_slice());
    if let Some(payload) = &detached {
        expect = expect.detached(payload.bytes());
    }
    if arguments.unprotected_alg {
        expect = expect.unprotected_algorithm();
    }
    let embedded = match message {
        Message::Sign1(message) => {
            let check = message.check(&key, expect, &mut RustCrypto).map_err(refuse)?;
            check.run(&mut RustCrypto).map_err(refuse)?.payload()
        }
        Message::Mac0(message) => {
            let secret = key.secret().map_err(refuse)?;
            message.verify(&secret, expect, &mut RustCrypto).map_err(refuse)?.payload()
        }
    };
    let payload = detached.as_ref().map_or(embedded, Input::bytes);

    let mut report = Report::new(message.kind());
    report.accepted(format_args!("{} verified", message.name()));
    describe_headers(&mut report, message.headers());
    report.json("detached", detached.is_some());
    if arguments.output.is_some() {
        report.make(Made {
            bytes: payload.to_vec(),
            destination: arguments.output.clone(),
            is_text: false,
            is_secret: false,
        });
    }
    report.entry("payload", "payload", format_args!("{} bytes", payload.len()), hex(payload));
    Ok(report)
}
