//! `hexad suit sign`: authentication blocks, by keys at hand or by a signer elsewhere.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{Algorithm, ErrorKind, Key, KeyOperation, Mac0, NewHeaders, Sign, Sign1};
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::builder::EnvelopeBuilder;
use hexad_suit::{Envelope, Options, TrustAnchors};
use serde_json::json;

use super::finish;
use crate::arguments::{self, Bytes, shown};
use crate::failure::{Failure, Problem};
use crate::input::Input;
use crate::keys::{KeyFile, read_all};
use crate::output::Output;
use crate::report::{Made, Report};

/// Who signs, and how.
#[derive(Args, Debug)]
pub struct Signing {
    /// A private key, or a shared one for a tag: PEM, COSE_Key or JWK; may be given several times
    #[arg(short, long)]
    key: Vec<PathBuf>,
    /// Algorithm, by name or number; by default the key's own
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
    /// Key identifier: text, or bytes as 0xHEX; by default the key's own
    #[arg(long, value_parser = arguments::kid)]
    kid: Option<Bytes>,
    /// Put all signatures into one COSE_Sign, rather than a COSE_Sign1 each
    #[arg(long, requires = "key")]
    together: bool,
}

#[derive(Args, Debug)]
pub struct SignArguments {
    /// SUIT envelope, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    #[command(flatten)]
    signing: Signing,
    /// Write what a signer elsewhere has to sign (needs --alg): the Sig_structure of a COSE_Sign1
    #[arg(long, conflicts_with_all = ["key", "signature", "together"], requires = "alg")]
    to_be_signed: bool,
    /// The signature that came back, with the same --alg and --kid
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "together"], requires = "alg")]
    signature: Option<PathBuf>,
    /// The public key that the signature is to be checked under
    #[arg(long, value_name = "KEY", requires = "signature")]
    check: Option<PathBuf>,
    /// Take the blocks away that are there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    output: Output,
}

pub fn sign(arguments: &SignArguments) -> Result<Report, Failure> {
    let SignArguments { signing, .. } = arguments;
    let input = Input::read_binary(&arguments.file)?;
    let refuse = |error: hexad_suit::Error| input.reject(error);
    let parsed = EnvelopeBuilder::parse(input.bytes(), &Options::default(), &mut RustCrypto);
    let mut envelope = parsed.map_err(refuse)?;
    if arguments.replace {
        envelope.without_blocks();
    }
    let kid = signing.kid.as_ref().map(Bytes::as_slice);
    let message = |algorithm| {
        let headers = NewHeaders::new(algorithm);
        Sign1::builder(kid.map_or(headers, |kid| headers.kid(kid)))
    };
    match (signing.alg, arguments.to_be_signed, &arguments.signature) {
        (Some(algorithm), true, _) => {
            let structure = envelope.to_be_signed(message(algorithm)).map_err(refuse)?;
            let mut report = Report::new("suit-to-be-signed");
            report.heading(format_args!("Sig_structure, {} bytes", structure.len()));
            report.entry("alg", "alg", algorithm, algorithm.0);
            report.make(Made {
                bytes: structure,
                destination: arguments.output.output.clone(),
                is_text: false,
                is_secret: false,
            });
            Ok(report)
        }
        (Some(algorithm), false, Some(signature)) => {
            let signature = Input::read_binary(signature)?;
            envelope.add_signature(message(algorithm), signature.bytes()).map_err(refuse)?;
            let mut report = Report::new("suit");
            match &arguments.check {
                Some(key) => {
                    check(&envelope, &KeyFile::read(key)?, algorithm, &signature)?;
                    report.accepted("signature attached; it verifies");
                }
                None => report.unproven("signature attached; it was not checked"),
            }
            finish(report, &envelope, &input, &arguments.output)
        }
        _ => {
            if signing.key.is_empty() {
                let message = "a key is needed, or --to-be-signed, or --signature";
                return Err(Failure::Usage(message.to_owned()));
            }
            let made = add(&mut envelope, signing, &input)?;
            let mut report = Report::new("suit");
            report.accepted(format_args!("{} added", made.join(", ")));
            report.json("added", json!(made));
            finish(report, &envelope, &input, &arguments.output)
        }
    }
}

/// Says whether the newest block verifies.
fn check(
    envelope: &EnvelopeBuilder,
    file: &KeyFile,
    algorithm: Algorithm,
    signature: &Input,
) -> Result<(), Failure> {
    let refuse = |error: hexad_suit::Error| signature.reject(Problem::of_all(&error.kind()));
    let encoded = envelope.encode().map_err(refuse)?;
    let keys = [file.key()?];
    let algorithms = [algorithm];
    let anchors = TrustAnchors::new(&keys, &algorithms);
    let parsed = Envelope::parse(&encoded).map_err(refuse)?;
    parsed.authenticate(&anchors, &mut RustCrypto).map_err(refuse)?;
    Ok(())
}

/// Adds a block for each key; what they are.
pub fn add(
    envelope: &mut EnvelopeBuilder,
    signing: &Signing,
    input: &Input,
) -> Result<Vec<String>, Failure> {
    let files = read_all(&signing.key)?;
    let mut made = Vec::new();
    let mut together = Vec::new();
    for file in &files {
        let key = file.key()?;
        let kid = signing.kid.as_ref().map(Bytes::as_slice).or(key.kid());
        let named = kid.map(|kid| format!(" by {}", shown(kid))).unwrap_or_default();
        if key.symmetric().is_some() {
            let algorithm = signing.alg.or(key.algorithm()).unwrap_or(Algorithm::HMAC_256);
            let secret = key.secret().map_err(|error| file.reject(error))?;
            allow(file, &key, algorithm, KeyOperation::MacCreate)?;
            let headers = NewHeaders::new(algorithm);
            let message = Mac0::builder(kid.map_or(headers, |kid| headers.kid(kid)));
            let added = envelope.mac(message, &secret, &mut RustCrypto);
            added.map_err(|error| refused(file, error))?;
            made.push(format!("COSE_Mac0, {algorithm}{named}"));
            continue;
        }
        let private = file.signing_key()?;
        let algorithm = signing.alg.or(key.algorithm()).unwrap_or(private.algorithm());
        allow(file, &key, algorithm, KeyOperation::Sign)?;
        let headers = NewHeaders::new(algorithm);
        let headers = kid.map_or(headers, |kid| headers.kid(kid));
        if signing.together {
            together.push((headers, private, file));
            continue;
        }
        let added = envelope.sign(Sign1::builder(headers), &private, &mut RustCrypto);
        added.map_err(|error| refused(file, error))?;
        made.push(format!("COSE_Sign1, {algorithm}{named}"));
    }
    if !together.is_empty() {
        let block = one_block(envelope.payload(), &together)?;
        envelope.add_block(&block).map_err(|error| input.reject(error))?;
        made.push(format!("COSE_Sign by {}", together.len()));
    }
    Ok(made)
}

/// A COSE_Sign by several.
fn one_block(
    payload: &[u8],
    signers: &[(NewHeaders<'_>, SigningKey, &KeyFile)],
) -> Result<Vec<u8>, Failure> {
    let mut buffer = vec![0; signers.len().saturating_add(1).saturating_mul(8 << 10)];
    let first = signers.first().map(|(_, _, file)| *file);
    let refuse = |error: hexad_cose_core::Error| match first {
        Some(file) => file.reject(error),
        None => Failure::Usage(error.to_string()),
    };
    let draft = Sign::builder(NewHeaders::default()).detached(payload, &mut buffer);
    let mut message = draft.and_then(|draft| draft.signers(signers.len())).map_err(refuse)?;
    for (headers, key, file) in signers {
        message.sign(*headers, key, &mut RustCrypto).map_err(|error| file.reject(error))?;
    }
    message.finish().map(<[u8]>::to_vec).map_err(refuse)
}

fn refused(file: &KeyFile, error: hexad_suit::Error) -> Failure {
    file.reject(error)
}

/// Whether the key may be used for `operation` with `algorithm`.
fn allow(
    file: &KeyFile,
    key: &Key<'_>,
    algorithm: Algorithm,
    operation: KeyOperation,
) -> Result<(), Failure> {
    if key.allows(algorithm, operation) {
        Ok(())
    } else {
        Err(file.reject(Problem::new(&ErrorKind::KeyMismatch, 0)))
    }
}
