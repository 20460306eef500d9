//! `hexad key`: make, look at and convert keys.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use getrandom::SysRng;
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Key, PublicKey, Y, jwk};
use hexad_rustcrypto::{RustCrypto, SigningKey, public_key_to_pem};
use rand_core::{TryRng, UnwrapErr};
use serde_json::json;
use zeroize::Zeroizing;

use crate::arguments;
use crate::failure::{Failure, Problem};
use crate::input::hex;
use crate::keys::{self, KeyFile, Source};
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a private key, or with --curve hmac256 a symmetric one
    #[command(after_help = "A private key goes into a file that its owner alone may read.

Example:
  hexad key generate --curve ed25519 --format pem -o device.pem
  hexad key generate --kid author-1 -o author.cbor")]
    Generate(Generate),
    /// Show what a key is, without its secret
    #[command(after_help = "Example:\n  hexad key show author.pem")]
    Show(Show),
    /// Write a key in another format, or only its public half
    #[command(
        after_help = "PEM has no place for a key's kid, alg and key_ops; JWK and public COSE_Keys keep kid and alg.

Example:
  hexad key convert author.cbor --public --format pem"
    )]
    Convert(Convert),
}

#[derive(Args, Debug)]
pub struct Generate {
    /// Curve of the key, or size of a symmetric one
    #[arg(long, value_enum, default_value = "p256")]
    curve: NewKey,
    /// Format to write
    #[arg(long, value_enum, default_value = "cose")]
    format: Format,
    /// Key identifier: text, or bytes as 0xHEX
    #[arg(long, value_parser = arguments::kid)]
    kid: Option<arguments::Bytes>,
    #[command(flatten)]
    output: Output,
}

#[derive(Args, Debug)]
pub struct Show {
    /// PEM, COSE_Key or JWK; `-` is standard input
    key: PathBuf,
}

#[derive(Args, Debug)]
pub struct Convert {
    /// PEM, COSE_Key or JWK; `-` is standard input
    key: PathBuf,
    /// Format to write
    #[arg(long, value_enum)]
    format: Format,
    /// Leave out the private half
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    output: Output,
}

/// What kind of key to make.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum NewKey {
    /// NIST P-256, for ESP256
    P256,
    /// NIST P-384, for ESP384
    P384,
    /// NIST P-521, for ESP512
    P521,
    /// Ed25519
    Ed25519,
    /// 32 random bytes, for HMAC 256/256
    Hmac256,
    /// 48 random bytes, for HMAC 384/384
    Hmac384,
    /// 64 random bytes, for HMAC 512/512
    Hmac512,
}

/// How to write a key.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// COSE_Key (RFC 9052, 7), in CBOR
    Cose,
    /// PEM: PKCS#8 or SPKI
    Pem,
    /// JSON Web Key (RFC 7517)
    Jwk,
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Generate(arguments) => generate(arguments),
            Self::Show(arguments) => show(arguments),
            Self::Convert(arguments) => convert(arguments),
        }
    }
}

fn generate(arguments: &Generate) -> Result<Report, Failure> {
    let new = |problem: Problem| Failure::Rejected { what: "the new key".to_owned(), problem };
    let kid = arguments.kid.as_ref().map(arguments::Bytes::as_slice);
    let asymmetric = |curve| -> Result<_, Problem> {
        let key = SigningKey::generate(curve, &mut UnwrapErr(SysRng));
        let key = key.map_err(|error| error.at(0))?;
        Ok(keys::encode_private(&key, kid, Some(key.algorithm()))?)
    };
    let symmetric = |algorithm: Algorithm, size| -> Result<_, Problem> {
        let mut k = Zeroizing::new(vec![0; size]);
        let filled = SysRng.try_fill_bytes(&mut k);
        filled.map_err(|error| Problem::at("backend", 0, error.to_string()))?;
        Ok(keys::encode_symmetric(&k, kid, algorithm)?)
    };
    let encoded = match arguments.curve {
        NewKey::P256 => asymmetric(Curve::P256),
        NewKey::P384 => asymmetric(Curve::P384),
        NewKey::P521 => asymmetric(Curve::P521),
        NewKey::Ed25519 => asymmetric(Curve::Ed25519),
        NewKey::Hmac256 => symmetric(Algorithm::HMAC_256, 32),
        NewKey::Hmac384 => symmetric(Algorithm::HMAC_384, 48),
        NewKey::Hmac512 => symmetric(Algorithm::HMAC_512, 64),
    };
    let encoded = encoded.map_err(new)?;
    let key = Key::parse(&encoded).map_err(|error| new(error.into()))?;
    let mut report = Report::new("key");
    describe(&mut report, &key);
    report.make(write(&encoded, true, arguments.format, &arguments.output).map_err(new)?);
    Ok(report)
}

fn show(arguments: &Show) -> Result<Report, Failure> {
    let file = KeyFile::read(&arguments.key)?;
    let key = file.key()?;
    let mut report = Report::new("key");
    describe(&mut report, &key);
    let format = match file.source() {
        Source::Pem => "PEM",
        Source::Cose => "COSE_Key",
        Source::Jwk => "JWK",
    };
    report.entry("format", "format", format, format);
    Ok(report)
}

fn convert(arguments: &Convert) -> Result<Report, Failure> {
    let file = KeyFile::read(&arguments.key)?;
    let key = file.key()?;
    if key.private().is_some() {
        // The halves of a private key must belong together before it is handed on.
        file.signing_key()?;
    }
    let mut report = Report::new("key");
    describe(&mut report, &key);
    let made = write(file.encoded(), !arguments.public, arguments.format, &arguments.output);
    report.make(made.map_err(|problem| file.reject(problem))?);
    Ok(report)
}

/// What a key is, in a report.
fn describe(report: &mut Report, key: &Key<'_>) {
    match key.public() {
        Some(public) => {
            let kty = match public {
                PublicKey::Okp { .. } => "OKP",
                PublicKey::Ec2 { .. } => "EC2",
                PublicKey::Rsa { .. } => "RSA",
                PublicKey::HssLms { .. } => "HSS-LMS",
                _ => "AKP",
            };
            let half = if key.private().is_some() { "private" } else { "public" };
            report.json("kty", kty);
            match public.curve() {
                Some(curve) => {
                    report.heading(format_args!("{half} key on {curve}"));
                    report.json("crv", curve.id());
                }
                None => report.heading(format_args!("{half} key, {kty}")),
            }
            report.json("private", key.private().is_some());
        }
        None => {
            let size = key.symmetric().unwrap_or_default().len();
            report.heading(format_args!("symmetric key of {size} bytes"));
            report.json("kty", "Symmetric");
            report.json("size", size);
        }
    }
    if let Some(kid) = key.kid() {
        report.entry("kid", "kid", arguments::shown(kid), hex(kid));
    }
    if let Some(algorithm) = key.algorithm() {
        report.entry("alg", "alg", algorithm, algorithm.0);
    }
    match key.public() {
        Some(PublicKey::Ec2 { x, y, .. }) => {
            report.entry("x", "x", hex(x), hex(x));
            match y {
                Y::Coordinate(y) => report.entry("y", "y", hex(y), hex(y)),
                Y::Odd(odd) => report.entry("y", "y", if odd { "odd" } else { "even" }, odd),
            }
        }
        Some(PublicKey::Okp { x, .. }) => report.entry("x", "x", hex(x), hex(x)),
        _ => {}
    }
    // The thumbprint of a symmetric key would help others to guess it (RFC 9679, 7), and a
    // compressed point has none.
    let thumbprint = key.public().map(|it| it.thumbprint(HashAlgorithm::Sha256, &mut RustCrypto));
    if let Some(Ok(thumbprint)) = thumbprint {
        let thumbprint = hex(thumbprint.as_bytes());
        report.entry(
            "thumbprint",
            "thumbprint (RFC 9679, SHA-256)",
            &thumbprint,
            json!(thumbprint),
        );
    }
}

/// The file of a key, whose `COSE_Key` is `encoded`; without its private half unless `private`.
fn write(encoded: &[u8], private: bool, format: Format, output: &Output) -> Result<Made, Problem> {
    let key = Key::parse(encoded)?;
    let mismatch = |message| Err(Problem::at("key-mismatch", 0, message));
    if !private && key.public().is_none() {
        return mismatch("a symmetric key has no public half");
    }
    let is_secret = private && (key.private().is_some() || key.symmetric().is_some());
    let bytes = match (format, key.public()) {
        (Format::Cose, _) if is_secret => encoded.to_vec(),
        (Format::Cose, _) => {
            let mut written = Vec::new();
            key.encode_public(&mut Encoder::appending(&mut written))?;
            written
        }
        (Format::Jwk, _) if is_secret => line(jwk::write_private(&key)?.as_bytes()),
        (Format::Jwk, _) => line(jwk::write_public(&key)?.as_bytes()),
        (Format::Pem, None) => return mismatch("PEM has no form for a symmetric key"),
        (Format::Pem, Some(public)) => {
            let pem = if is_secret {
                let key = SigningKey::from_cose(&key).map_err(|error| error.at(0))?;
                key.to_pem()
            } else {
                public_key_to_pem(&public).map(Zeroizing::new)
            };
            pem.map_err(|error| Problem::new(&error, 0))?.as_bytes().to_vec()
        }
    };
    let is_text = !matches!(format, Format::Cose);
    Ok(Made { bytes, destination: output.output.clone(), is_text, is_secret })
}

/// A text with the end of a line behind it.
fn line(text: &[u8]) -> Vec<u8> {
    [text, b"\n"].concat()
}
