//! `hexad eat create` and `sign`: a claims-set from JSON, and a token of it.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, KeyOperation};
use hexad_eat::{Claims, Error, JsonClaims, Token, Uccs};
use hexad_rustcrypto::RustCrypto;

use crate::arguments::{self, Bytes};
use crate::cose::allow;
use crate::failure::Failure;
use crate::input::{Input, hex};
use crate::keys::KeyFile;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Create {
    /// The claims in JSON, by the names of RFC 9711; `-` is standard input
    claims: PathBuf,
    /// Tag it as an unprotected claims-set (UCCS, RFC 9781), for a channel that vouches for it
    #[arg(long)]
    unprotected: bool,
    /// File to write the claims-set to, in CBOR
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Sign {
    /// The claims in JSON, or a claims-set in CBOR, raw or in hexadecimal; `-` is standard input
    claims: PathBuf,
    /// The private key: PEM, COSE_Key or JWK
    #[arg(short, long)]
    key: PathBuf,
    /// The verifier's nonce, in place of those in the claims
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal)]
    nonce: Option<Bytes>,
    /// Sign with this algorithm, by name or number; by default the key's own
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
    /// File to write the token to
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The claims of a file, in CBOR.
fn cbor(input: &Input) -> Result<Vec<u8>, Failure> {
    if is_json(input.bytes()) {
        let claims = JsonClaims::parse(input.text()?).map_err(|error| input.reject(error))?;
        return Ok(claims.as_cbor().to_vec());
    }
    Claims::parse(input.bytes()).map_err(|error| input.reject(error))?;
    Ok(input.bytes().to_vec())
}

/// Whether bytes are an object in JSON; no claims-set in CBOR begins like one.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}

pub fn create(arguments: &Create) -> Result<Report, Failure> {
    let input = Input::read(&arguments.claims)?;
    let json = JsonClaims::parse(input.text()?).map_err(|error| input.reject(error))?;
    let claims = json.claims();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::appending(&mut bytes);
    let written = match arguments.unprotected {
        true => Uccs::encode(&claims, &mut encoder),
        false => claims.encode(&mut encoder),
    };
    written.map_err(|error| input.reject(error))?;
    let mut report = Report::new("eat");
    report.unproven(match arguments.unprotected {
        true => "unprotected claims-set (UCCS)",
        false => "claims-set; nobody vouches for it",
    });
    report.make(made(bytes, arguments.output.as_ref()));
    Ok(report)
}

pub fn sign(arguments: &Sign) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.claims)?;
    let encoded = cbor(&input)?;
    let file = KeyFile::read(&arguments.key)?;
    let key = file.key()?;
    let signing = file.signing_key()?;
    let algorithm = arguments.alg.or(key.algorithm()).unwrap_or(signing.algorithm());
    allow(&file, &key, algorithm, KeyOperation::Sign)?;

    let refuse = |error: Error| input.reject(error);
    let claims = Claims::parse(&encoded).map_err(refuse)?;
    let kid = key.kid();
    let mut buffer = vec![0; encoded.len() + kid.map_or(0, <[u8]>::len) + ROOM];
    let mut builder = Token::builder(algorithm, &mut buffer).claims(claims);
    if let Some(nonce) = &arguments.nonce {
        builder = builder.nonce(nonce.as_slice()).map_err(refuse)?;
    }
    if let Some(kid) = kid {
        builder = builder.kid(kid);
    }
    let token = builder.sign(&signing, &mut RustCrypto).map_err(refuse)?;
    let mut report = Report::new("eat");
    report.accepted("EAT signed");
    report.json("alg", algorithm.0);
    report.json("kid", kid.map(hex));
    report.make(made(token.to_vec(), arguments.output.as_ref()));
    Ok(report)
}

/// Room for headers, a nonce and the largest signature that is offered.
const ROOM: usize = 8192;

fn made(bytes: Vec<u8>, output: Option<&PathBuf>) -> Made {
    Made { bytes, destination: output.cloned(), is_text: false, is_secret: false }
}
