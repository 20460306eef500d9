//! `hexad cose verify`: whether those who are expected have signed or authenticated a message.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::cbor::Raw;
use hexad_cose_core::{
    Algorithm, Error, ErrorKind, Expect, Headers, Key, Mac, Mac0, Message, PublicKey, Sign, Sign1,
    Signature,
};
use hexad_rustcrypto::RustCrypto;
use serde_json::{Value, json};

use super::countersign;
use super::message::{Guess, describe_headers, headers_json, kind, parse, whom};
use super::payload::{Detached, Stream};
use super::recipient::{Derivation, Own};
use crate::arguments::{self, Bytes};
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::keys::{KeyFile, MACS, RECIPIENTS, SIGNATURES, read_all};
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Verify {
    /// A signed or authenticated message, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// The key: PEM, COSE_Key or JWK; several for a COSE_Sign that all of them have signed
    #[arg(short, long, required = true)]
    key: Vec<PathBuf>,
    /// The payload, as it is, when it is not in the message; one of more than 64 MiB is streamed
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
    /// The sender's public key, for recipients by static-static key agreement
    #[arg(long, value_name = "KEY")]
    sender: Option<PathBuf>,
    #[command(flatten)]
    derivation: Derivation,
    /// A key that must have countersigned the message; may be given several times
    #[arg(long, value_name = "KEY")]
    countersigner: Vec<PathBuf>,
    /// File to write the verified payload to
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What is to be verified, with all that the caller expects of it.
struct Check<'a> {
    input: &'a Input,
    files: &'a [KeyFile],
    keys: &'a [Key<'a>],
    expect: Expect<'a>,
    stream: Option<&'a Stream>,
}

/// What a message that was verified has to show: its payload, unless that was streamed, and who it was.
struct Shown<'b> {
    payload: &'b [u8],
    /// The signers, or the recipient, by their indexes and headers: none where there is but one.
    who: Vec<(usize, Headers<'b>)>,
}

pub fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let files = read_all(&arguments.key)?;
    let keys = files.iter().map(KeyFile::key).collect::<Result<Vec<_>, _>>()?;
    let countersigners = read_all(&arguments.countersigner)?;
    let sender = arguments.sender.as_deref().map(KeyFile::read).transpose()?;
    let sender = sender.as_ref().map(public_half).transpose()?;
    let detached = arguments.payload.as_deref().map(Detached::open).transpose()?;
    let stream = match &detached {
        Some(Detached::Streamed(stream)) => Some(stream),
        _ => None,
    };
    if stream.is_some() && (arguments.output.is_some() || !countersigners.is_empty()) {
        let message = "a payload of more than 64 MiB is not copied, and not countersigned";
        return Err(Failure::Usage(message.to_owned()));
    }
    let refuse = |error: Error| input.reject(error);

    let symmetric = keys.iter().all(|key| key.symmetric().is_some());
    let guess = if symmetric { Guess::Authenticated } else { Guess::Signed };
    let message = parse(Raw::new(input.bytes(), 0), guess).map_err(refuse)?;
    let is_signed = matches!(message, Message::Sign1(_) | Message::Sign(_));
    if keys.len() > 1 && !matches!(message, Message::Sign(_)) {
        let message = format!("a {} has one signature or tag: one key", message.name());
        return Err(Failure::Usage(message));
    }
    let offered = if is_signed { SIGNATURES } else { MACS };
    let accepted = arguments.alg.as_ref().map_or(offered, std::slice::from_ref);
    let mut expect =
        Expect::any(accepted).recipients(RECIPIENTS).external_aad(arguments.aad.as_slice());
    if let Some(payload) = detached.as_ref().and_then(Detached::bytes) {
        expect = expect.detached(payload);
    }
    if arguments.unprotected_alg {
        expect = expect.unprotected_algorithm();
    }
    if let Some(sender) = &sender {
        expect = expect.sender(sender);
    }
    let info = arguments.derivation.info();
    expect = expect.kdf_info(&info);
    let check = Check { input: &input, files: &files, keys: &keys, expect, stream };
    let shown = match &message {
        Message::Sign1(message) => check.sign1(*message)?,
        Message::Mac0(message) => check.mac0(*message)?,
        Message::Sign(message) => check.sign(message)?,
        Message::Mac(message) => check.mac(message)?,
        Message::Encrypt0(_) | Message::Encrypt(_) => {
            let text = format!("a {} is decrypted (`hexad cose decrypt`)", message.name());
            return Err(input.reject(Problem::at("unexpected-tag", 0, text)));
        }
    };
    let aad = arguments.aad.as_slice();
    let beside = detached.as_ref().and_then(Detached::bytes);
    let countersigned = countersign::verify(&message, &countersigners, aad, beside, &input)?;
    let payload = detached.as_ref().and_then(Detached::bytes).unwrap_or(shown.payload);

    let mut report = Report::new(kind(&message));
    report.accepted(format_args!("{} verified", message.name()));
    describe_headers(&mut report, message.headers());
    let mut objects = Vec::new();
    let name = if is_signed { "signer" } else { "recipient" };
    for (index, headers) in shown.who {
        if let Some(algorithm) = headers.algorithm() {
            report.pair(name, whom(algorithm, headers.kid()));
        }
        let mut object = headers_json(&headers);
        object.insert("index".to_owned(), json!(index));
        objects.push(Value::Object(object));
    }
    match (&message, objects.pop()) {
        (Message::Mac(_), Some(recipient)) => report.json("recipient", recipient),
        (Message::Sign(_), Some(last)) => {
            objects.push(last);
            report.json("signers", objects);
        }
        _ => {}
    }
    if !countersigned.is_empty() {
        report.entry("countersigned", "countersignatures verified", countersigned.len(), true);
    }
    report.json("detached", detached.is_some());
    if arguments.output.is_some() {
        report.make(Made {
            bytes: payload.to_vec(),
            destination: arguments.output.clone(),
            is_text: false,
            is_secret: false,
        });
    }
    match stream {
        None => {
            let size = format!("{} bytes", payload.len());
            report.entry("payload", "payload", size, hex(payload));
        }
        Some(stream) => {
            report.pair("payload", format_args!("{} bytes", stream.length()));
            report.json("payload", json!(null));
            report.json("payload_size", stream.length());
        }
    }
    Ok(report)
}

/// The public half of the key in `file`, which is there to tell who the sender is.
fn public_half(file: &KeyFile) -> Result<PublicKey<'_>, Failure> {
    let mismatch = || file.reject(Problem::new(&ErrorKind::KeyMismatch, 0));
    file.key()?.public().ok_or_else(mismatch)
}

impl<'a> Check<'a> {
    fn refuse(&self, error: Error) -> Failure {
        self.input.reject(error)
    }

    /// The one key, and its file.
    fn only(&self) -> Result<(&'a Key<'a>, &'a KeyFile), Failure> {
        let none = || Failure::Usage("there is no key".to_owned());
        Ok((self.keys.first().ok_or_else(none)?, self.files.first().ok_or_else(none)?))
    }

    fn sign1<'b>(&self, message: Sign1<'b>) -> Result<Shown<'b>, Failure> {
        let (key, _) = self.only()?;
        let refuse = |error| self.refuse(error);
        let verified = match self.stream {
            None => {
                let check = message.check(key, self.expect, &mut RustCrypto);
                check.and_then(|check| check.run(&mut RustCrypto))
            }
            Some(stream) => {
                let (expect, length) = (self.expect, stream.length());
                let started = message.verify_streamed(key, expect, length, &mut RustCrypto);
                let mut streamed = started.map_err(refuse)?;
                stream.pump(|piece| streamed.update(piece), refuse)?;
                streamed.finish(&mut RustCrypto)
            }
        };
        Ok(Shown { payload: verified.map_err(refuse)?.payload(), who: Vec::new() })
    }

    fn mac0<'b>(&self, message: Mac0<'b>) -> Result<Shown<'b>, Failure> {
        let (key, _) = self.only()?;
        let refuse = |error| self.refuse(error);
        let secret = key.secret().map_err(refuse)?;
        let verified = match self.stream {
            None => message.verify(&secret, self.expect, &mut RustCrypto),
            Some(stream) => {
                let (expect, length) = (self.expect, stream.length());
                let started = message.verify_streamed(&secret, expect, length, &mut RustCrypto);
                let mut streamed = started.map_err(refuse)?;
                stream.pump(|piece| streamed.update(piece), refuse)?;
                streamed.finish()
            }
        };
        Ok(Shown { payload: verified.map_err(refuse)?.payload(), who: Vec::new() })
    }

    /// Every key must have signed.
    fn sign<'b>(&self, message: &Sign<'b>) -> Result<Shown<'b>, Failure> {
        let mut payload = &[][..];
        let mut who = Vec::new();
        for key in self.keys {
            who.push(self.signature_of(message, key, &mut payload)?);
        }
        Ok(Shown { payload, who })
    }

    fn signature_of<'b>(
        &self,
        message: &Sign<'b>,
        key: &Key<'_>,
        payload: &mut &'b [u8],
    ) -> Result<(usize, Headers<'b>), Failure> {
        let mut refusal = Error::new(ErrorKind::KeyMismatch, 0);
        for (index, signature) in message.signatures().enumerate() {
            match (key.kid(), signature.headers().kid()) {
                (Some(own), Some(theirs)) if own != theirs => continue,
                _ => {}
            }
            match self.one_signature(message, &signature, key)? {
                Ok(verified) => {
                    *payload = verified;
                    return Ok((index, *signature.headers()));
                }
                Err(_) if refusal.kind() == ErrorKind::VerificationFailed => {}
                Err(error) => refusal = error,
            }
        }
        Err(self.refuse(refusal))
    }

    fn one_signature<'b>(
        &self,
        message: &Sign<'b>,
        signature: &Signature<'b>,
        key: &Key<'_>,
    ) -> Result<Result<&'b [u8], Error>, Failure> {
        let verified = match self.stream {
            None => {
                let check = message.check(signature, key, self.expect, &mut RustCrypto);
                check.and_then(|check| check.run(&mut RustCrypto))
            }
            Some(stream) => {
                let (expect, length) = (self.expect, stream.length());
                match message.verify_streamed(signature, key, expect, length, &mut RustCrypto) {
                    Err(error) => Err(error),
                    Ok(mut streamed) => {
                        stream.rewind()?;
                        let refuse = |error| self.refuse(error);
                        stream.pump(|piece| streamed.update(piece), refuse)?;
                        streamed.finish(&mut RustCrypto)
                    }
                }
            }
        };
        Ok(verified.map(|verified| verified.payload()))
    }

    fn mac<'b>(&self, message: &Mac<'b>) -> Result<Shown<'b>, Failure> {
        let (key, file) = self.only()?;
        let own = Own::new(file, key)?;
        let (expect, refuse) = (self.expect, |error| self.refuse(error));
        let verified = own.open(
            message.recipients(),
            expect,
            message.headers().algorithm(),
            |recipient, key| message.content_key(recipient, key, expect, &mut RustCrypto),
            |key| match self.stream {
                None => message
                    .clone()
                    .verify(&key.secret(), expect, &mut RustCrypto)
                    .map(|verified| (verified.payload(), None)),
                // The tag can't be tried before the payload has been read: the key decides.
                Some(_) => Ok((&[][..], Some(key.clone()))),
            },
        );
        let (index, (payload, key)) = verified.map_err(refuse)?;
        if let (Some(stream), Some(key)) = (self.stream, key) {
            let (secret, length) = (key.secret(), stream.length());
            let message = message.clone();
            let started = message.verify_streamed(&secret, expect, length, &mut RustCrypto);
            let mut streamed = started.map_err(refuse)?;
            stream.pump(|piece| streamed.update(piece), refuse)?;
            streamed.finish().map_err(refuse)?;
        }
        let who = message.recipients().enumerate().filter(|(at, _)| *at == index);
        Ok(Shown { payload, who: who.map(|(at, it)| (at, *it.headers())).collect() })
    }
}
