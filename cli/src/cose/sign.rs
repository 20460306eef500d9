//! `hexad cose sign`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{Algorithm, Key, KeyOperation, NewHeaders, Sign1, iana::tag};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use serde_json::json;

use super::countersign::Countersigning;
use super::make::{Make, allow, draft};
use super::message::whom;
use super::payload::{Detached, Stream};
use crate::failure::Failure;
use crate::input::{Input, hex};
use crate::keys::{KeyFile, read_all};
use crate::report::Report;

#[derive(Args, Debug)]
pub struct Sign {
    #[command(flatten)]
    make: Make,
    /// The private key: PEM, COSE_Key or JWK; several make a COSE_Sign
    #[arg(short, long, required = true)]
    key: Vec<PathBuf>,
    #[command(flatten)]
    countersigning: Countersigning,
    /// Leave the payload out of the message; one of more than 64 MiB is streamed
    #[arg(long)]
    detached: bool,
}

/// Somebody who signs.
struct Signer<'a> {
    file: &'a KeyFile,
    key: Key<'a>,
    signing: SigningKey,
    algorithm: Algorithm,
}

impl<'a> Signer<'a> {
    fn new(file: &'a KeyFile, algorithm: Option<Algorithm>) -> Result<Self, Failure> {
        let key = file.key()?;
        let signing = file.signing_key()?;
        let algorithm = algorithm.or(key.algorithm()).unwrap_or(signing.algorithm());
        allow(file, &key, algorithm, KeyOperation::Sign)?;
        Ok(Self { file, key, signing, algorithm })
    }
}

pub fn sign(arguments: &Sign) -> Result<Report, Failure> {
    let make = &arguments.make;
    let payload = match arguments.detached.then(|| Detached::open(&make.payload)).transpose()? {
        Some(Detached::Streamed(stream)) => return streamed(arguments, &stream),
        Some(Detached::Here(payload)) => payload,
        None => Input::read(&make.payload)?,
    };
    let files = read_all(&arguments.key)?;
    let signers: Vec<_> =
        files.iter().map(|file| Signer::new(file, make.alg)).collect::<Result<_, _>>()?;
    let embedded = if arguments.detached { 0 } else { payload.bytes().len() };
    let detached = arguments.detached.then_some(payload.bytes());
    let one = |signer: &Signer<'_>| {
        let kid = make.kid(&signer.key);
        let mut buffer = make.buffer(embedded, kid, 1);
        let headers = make.headers(NewHeaders::new(signer.algorithm), kid);
        let builder = make.dress(Sign1::builder(headers));
        let made = draft(builder, payload.bytes(), arguments.detached, &mut buffer)
            .and_then(|draft| draft.sign(&signer.signing, &mut RustCrypto));
        made.map(<[u8]>::to_vec).map_err(|error| signer.file.reject(error))
    };
    match signers.as_slice() {
        [signer] => {
            let made = one(signer)?;
            let (aad, countersigning) = (make.aad.as_slice(), &arguments.countersigning);
            let made = countersigning.add(made, tag::SIGN1, aad, detached)?;
            Ok(make.report("sign1", signer.algorithm, make.kid(&signer.key), made))
        }
        signers => {
            let made = several(arguments, &payload, signers)?;
            let (aad, countersigning) = (make.aad.as_slice(), &arguments.countersigning);
            let made = countersigning.add(made, tag::SIGN, aad, detached)?;
            let first = signers.first().map_or(Algorithm::ESP256, |signer| signer.algorithm);
            let mut report = make.report("sign", first, None, made);
            let signers: Vec<_> = signers
                .iter()
                .map(|signer| {
                    let kid = signer.key.kid();
                    report.pair("signer", whom(signer.algorithm, kid));
                    json!({"alg": signer.algorithm.0, "kid": kid.map(hex)})
                })
                .collect();
            report.json("signers", signers);
            Ok(report)
        }
    }
}

/// A `COSE_Sign1` whose payload is too large for memory.
fn streamed(arguments: &Sign, stream: &Stream) -> Result<Report, Failure> {
    let make = &arguments.make;
    let files = read_all(&arguments.key)?;
    let ([file], true) = (files.as_slice(), arguments.countersigning.is_empty()) else {
        let message = "a payload of more than 64 MiB is signed by one, and not countersigned";
        return Err(Failure::Usage(message.to_owned()));
    };
    let signer = Signer::new(file, make.alg)?;
    let kid = make.kid(&signer.key);
    let mut buffer = make.buffer(0, kid, 1);
    let headers = make.headers(NewHeaders::new(signer.algorithm), kid);
    let refuse = |error| file.reject(error);
    let draft = make.dress(Sign1::builder(headers)).detached_streamed(stream.length(), &mut buffer);
    let draft = draft.map_err(refuse)?;
    let made = stream.sign(|payload| draft.sign(payload, &signer.signing, &mut RustCrypto), refuse);
    Ok(make.report("sign1", signer.algorithm, kid, made?.to_vec()))
}

/// A message that all of them sign.
fn several(arguments: &Sign, payload: &Input, signers: &[Signer<'_>]) -> Result<Vec<u8>, Failure> {
    let make = &arguments.make;
    if make.names_kid() || make.alg.is_some() {
        let message = "of several signers each has the algorithm and the identifier of its key";
        return Err(Failure::Usage(message.to_owned()));
    }
    let embedded = if arguments.detached { 0 } else { payload.bytes().len() };
    let kids = signers.iter().filter_map(|signer| signer.key.kid()).map(<[u8]>::len).sum();
    let mut buffer = make.buffer(embedded.saturating_add(kids), None, signers.len());
    let headers = make.headers(NewHeaders::default(), None);
    let builder = make.dress(hexad_cose_core::Sign::builder(headers));
    let failed = |error: hexad_cose_core::Error| Failure::Rejected {
        what: "the new message".to_owned(),
        problem: error.into(),
    };
    let draft = draft(builder, payload.bytes(), arguments.detached, &mut buffer).map_err(failed)?;
    let mut signing = draft.signers(signers.len()).map_err(failed)?;
    for signer in signers {
        let mut headers = NewHeaders::new(signer.algorithm);
        if let Some(kid) = signer.key.kid() {
            headers = headers.kid(kid);
        }
        let signed = signing.sign(headers, &signer.signing, &mut RustCrypto);
        signed.map_err(|error| signer.file.reject(error))?;
    }
    signing.finish().map(<[u8]>::to_vec).map_err(failed)
}
