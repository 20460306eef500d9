//! `hexad cose sign` and `hexad cose mac`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{Algorithm, ContentType, ErrorKind, Key, KeyOperation, Mac0, Sign1};
use hexad_rustcrypto::RustCrypto;

use crate::arguments::{self, Bytes};
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::keys::KeyFile;
use crate::output::Output;
use crate::report::{Made, Report};

/// Room for the heads, headers and proof of a message: the two texts and the external data apart.
const OVERHEAD: usize = 512;

#[derive(Args, Debug)]
pub struct Make {
    /// The payload, taken as it is; `-` is standard input
    payload: PathBuf,
    /// The private or symmetric key: PEM, COSE_Key or JWK
    #[arg(short, long)]
    key: PathBuf,
    /// Algorithm, by name or number; by default the key's own
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
    /// Key identifier: text, or bytes as 0xHEX; by default the key's own
    #[arg(long, value_parser = arguments::kid)]
    kid: Option<Bytes>,
    /// Content type of the payload: a media type, or the number of a CoAP content format
    #[arg(long)]
    content_type: Option<String>,
    /// Externally supplied data (external_aad)
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal, default_value = "")]
    aad: Bytes,
    /// Leave the payload out of the message
    #[arg(long)]
    detached: bool,
    /// Leave out the CBOR tag
    #[arg(long)]
    untagged: bool,
    #[command(flatten)]
    output: Output,
}

impl Make {
    fn content_type(&self) -> Option<ContentType<'_>> {
        self.content_type.as_deref().map(|text| match text.parse() {
            Ok(format) => ContentType::Format(format),
            Err(_) => ContentType::Text(text),
        })
    }

    /// The identifier to write: the one asked for, or the key's.
    fn kid<'a>(&'a self, key: &Key<'a>) -> Option<&'a [u8]> {
        self.kid.as_ref().map(Bytes::as_slice).or(key.kid())
    }

    /// A buffer that the message fits into.
    fn buffer(&self, payload: &[u8], kid: Option<&[u8]>) -> Vec<u8> {
        let embedded = if self.detached { 0 } else { payload.len() };
        let texts = self.content_type.as_deref().map_or(0, str::len) + kid.map_or(0, <[u8]>::len);
        vec![0; OVERHEAD.saturating_add(embedded).saturating_add(texts)]
    }
}

pub fn sign(arguments: &Make) -> Result<Report, Failure> {
    let payload = Input::read(&arguments.payload)?;
    let file = KeyFile::read(&arguments.key)?;
    let key = file.key()?;
    let signer = file.signing_key()?;
    let algorithm = arguments.alg.or(key.algorithm()).unwrap_or(signer.algorithm());
    allow(&file, &key, algorithm, KeyOperation::Sign)?;

    let kid = arguments.kid(&key);
    let mut buffer = arguments.buffer(payload.bytes(), kid);
    let mut message = Sign1::builder(algorithm).external_aad(arguments.aad.as_slice());
    if let Some(kid) = kid {
        message = message.kid(kid);
    }
    if let Some(content_type) = arguments.content_type() {
        message = message.content_type(content_type);
    }
    if arguments.untagged {
        message = message.untagged();
    }
    let unsigned = if arguments.detached {
        message.detached(payload.bytes(), &mut buffer)
    } else {
        message.payload(payload.bytes(), &mut buffer)
    };
    let made = unsigned.and_then(|message| message.sign(&signer, &mut RustCrypto));
    let made = made.map_err(|error| file.reject(error))?;
    Ok(report("sign1", algorithm, kid, made, arguments))
}

pub fn mac(arguments: &Make) -> Result<Report, Failure> {
    let payload = Input::read(&arguments.payload)?;
    let file = KeyFile::read(&arguments.key)?;
    let key = file.key()?;
    let secret = key.secret().map_err(|error| file.reject(error))?;
    let algorithm = arguments.alg.or(key.algorithm()).unwrap_or(Algorithm::HMAC_256);
    allow(&file, &key, algorithm, KeyOperation::MacCreate)?;

    let kid = arguments.kid(&key);
    let mut buffer = arguments.buffer(payload.bytes(), kid);
    let mut message = Mac0::builder(algorithm).external_aad(arguments.aad.as_slice());
    if let Some(kid) = kid {
        message = message.kid(kid);
    }
    if let Some(content_type) = arguments.content_type() {
        message = message.content_type(content_type);
    }
    if arguments.untagged {
        message = message.untagged();
    }
    let draft = if arguments.detached {
        message.detached(payload.bytes(), &mut buffer)
    } else {
        message.payload(payload.bytes(), &mut buffer)
    };
    let made = draft.and_then(|draft| draft.mac(&secret, &mut RustCrypto));
    let made = made.map_err(|error| file.reject(error))?;
    Ok(report("mac0", algorithm, kid, made, arguments))
}

/// Whether the key may make a proof with `algorithm`.
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

fn report(
    kind: &str,
    algorithm: Algorithm,
    kid: Option<&[u8]>,
    made: &[u8],
    arguments: &Make,
) -> Report {
    let mut report = Report::new(kind);
    report.heading(format_args!("{} bytes", made.len()));
    report.entry("alg", "alg", algorithm, algorithm.0);
    if let Some(kid) = kid {
        report.entry("kid", "kid", arguments::shown(kid), hex(kid));
    }
    report.make(Made {
        bytes: made.to_vec(),
        destination: arguments.output.output.clone(),
        is_text: false,
        is_secret: false,
    });
    report
}
