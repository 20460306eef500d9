//! `hexad cose decrypt`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::cbor::Raw;
use hexad_cose_core::{Algorithm, ContentKey, Error, ErrorKind, Expect, Message, Secret};
use hexad_rustcrypto::RustCrypto;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::countersign;
use super::message::{Guess, describe_headers, headers_json, kind, parse, whom};
use super::recipient::{Derivation, Own};
use crate::arguments::{self, Bytes};
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::keys::{CIPHERS, CONTENTS, KeyFile, RECIPIENTS, read_all};
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Decrypt {
    /// COSE_Encrypt0 or COSE_Encrypt, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// The key: PEM, COSE_Key or JWK
    #[arg(short, long)]
    key: PathBuf,
    /// The ciphertext, as it is, when it is not in the message
    #[arg(long, value_name = "FILE")]
    ciphertext: Option<PathBuf>,
    /// Externally supplied data (external_aad)
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal, default_value = "")]
    aad: Bytes,
    /// Accept this algorithm only, by name or number
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
    /// Take an algorithm that is not in the protected header, too
    #[arg(long)]
    unprotected_alg: bool,
    /// Take a cipher that authenticates nothing (AES-CTR, AES-CBC): whoever changes the ciphertext
    /// changes the plaintext
    #[arg(long)]
    unauthenticated: bool,
    /// The sender's public key, for recipients by static-static key agreement
    #[arg(long, value_name = "KEY")]
    sender: Option<PathBuf>,
    #[command(flatten)]
    derivation: Derivation,
    /// A key that must have countersigned the message; may be given several times
    #[arg(long, value_name = "KEY")]
    countersigner: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub fn decrypt(arguments: &Decrypt) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let file = KeyFile::read(&arguments.key)?;
    let key = file.key()?;
    let sender = arguments.sender.as_deref().map(KeyFile::read).transpose()?;
    let sender_key = sender.as_ref().map(KeyFile::key).transpose()?;
    let sender = sender_key.as_ref().and_then(hexad_cose_core::Key::public);
    let ciphertext = arguments.ciphertext.as_deref().map(Input::read).transpose()?;
    let refuse = |error: Error| input.reject(error);

    let message = parse(Raw::new(input.bytes(), 0), Guess::Encrypted).map_err(refuse)?;
    let offered = if arguments.unauthenticated { CIPHERS } else { CONTENTS };
    let accepted = arguments.alg.as_ref().map_or(offered, std::slice::from_ref);
    let mut expect =
        Expect::any(accepted).recipients(RECIPIENTS).external_aad(arguments.aad.as_slice());
    if let Some(ciphertext) = &ciphertext {
        expect = expect.detached(ciphertext.bytes());
    }
    if arguments.unprotected_alg || arguments.unauthenticated {
        expect = expect.unprotected_algorithm();
    }
    if let Some(sender) = &sender {
        expect = expect.sender(sender);
    }
    let info = arguments.derivation.info();
    expect = expect.kdf_info(&info);
    let embedded = message.unverified_content().map_or(0, |raw| raw.bytes().len());
    let size = ciphertext.as_ref().map_or(embedded, |ciphertext| ciphertext.bytes().len());
    let mut buffer = Zeroizing::new(vec![0; size]);
    let open = Open { unauthenticated: arguments.unauthenticated, expect };
    let (size, who) = match &message {
        Message::Encrypt0(_) => {
            let secret = key.secret().map_err(|error| file.reject(error))?;
            (open.run(&message, &secret, &mut buffer).map_err(refuse)?, None)
        }
        Message::Encrypt(encrypt) => {
            let own = Own::new(&file, &key)?;
            let opened = own.open(
                encrypt.recipients(),
                expect,
                encrypt.headers().algorithm(),
                |recipient, key| encrypt.content_key(recipient, key, expect, &mut RustCrypto),
                |key: &ContentKey| open.run(&message, &key.secret(), &mut buffer),
            );
            let (index, size) = opened.map_err(refuse)?;
            (size, encrypt.recipients().nth(index).map(|recipient| (index, *recipient.headers())))
        }
        other => {
            let text = format!("a {} is not encrypted", other.name());
            return Err(input.reject(Problem::at("unexpected-tag", 0, text)));
        }
    };
    let plaintext = buffer.get(..size).unwrap_or_default();
    let (aad, beside) = (arguments.aad.as_slice(), ciphertext.as_ref().map(Input::bytes));
    let countersigners = read_all(&arguments.countersigner)?;
    let countersigned = countersign::verify(&message, &countersigners, aad, beside, &input)?;

    let mut report = Report::new(kind(&message));
    report.accepted(format_args!("{} decrypted", message.name()));
    describe_headers(&mut report, message.headers());
    if let Some((index, headers)) = who {
        if let Some(algorithm) = headers.algorithm() {
            report.pair("recipient", whom(algorithm, headers.kid()));
        }
        let mut object = headers_json(&headers);
        object.insert("index".to_owned(), json!(index));
        report.json("recipient", Value::Object(object));
    }
    if !countersigned.is_empty() {
        report.entry("countersigned", "countersignatures verified", countersigned.len(), true);
    }
    report.json("authenticated", !arguments.unauthenticated);
    report.json("detached", ciphertext.is_some());
    report.entry("plaintext", "plaintext", format!("{size} bytes"), hex(plaintext));
    report.make(Made {
        bytes: plaintext.to_vec(),
        destination: arguments.output.output.clone(),
        is_text: false,
        is_secret: true,
    });
    Ok(report)
}

/// How a content is opened, once there is a key.
#[derive(Clone, Copy)]
struct Open<'a> {
    unauthenticated: bool,
    expect: Expect<'a>,
}

impl Open<'_> {
    /// Decrypts into the start of `buffer`; how many bytes.
    fn run(
        self,
        message: &Message<'_>,
        key: &Secret<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, Error> {
        let (expect, crypto) = (self.expect, &mut RustCrypto);
        match (message, self.unauthenticated) {
            (Message::Encrypt0(message), false) => {
                message.decrypt(key, expect, buffer, crypto).map(|plaintext| plaintext.len())
            }
            (Message::Encrypt0(message), true) => {
                message.decrypt_unauthenticated(key, expect, buffer, crypto).map(<[u8]>::len)
            }
            (Message::Encrypt(message), false) => {
                message.decrypt(key, expect, buffer, crypto).map(|plaintext| plaintext.len())
            }
            (Message::Encrypt(message), true) => {
                message.decrypt_unauthenticated(key, expect, buffer, crypto).map(<[u8]>::len)
            }
            _ => Err(Error::new(ErrorKind::UnexpectedTag, 0)),
        }
    }
}
