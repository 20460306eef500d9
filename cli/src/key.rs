//! `hexad key`: make, look at and convert keys.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use getrandom::SysRng;
use hexad_cose_core::cbor::Encoder;
use hexad_cose_core::iana::KeyManagement;
use hexad_cose_core::{Algorithm, Curve, HashAlgorithm, Key, PublicKey, Y, jwk};
use hexad_rustcrypto::{AgreementKey, RustCrypto, SigningKey, public_key_to_pem};
use rand_core::{TryRng, UnwrapErr};
use serde_json::json;
use zeroize::Zeroizing;

use crate::arguments;
use crate::failure::{Failure, Problem};
use crate::input::hex;
use crate::keys::{self, KeyFile, PrivateKey, Source};
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a private key, or a symmetric one
    #[command(
        after_help = "A private key goes into a file that its owner alone may read. --alg restricts it to one
algorithm and makes a key that serves it: a symmetric one for A128GCM or A256KW, say.

Example:
  hexad key generate --curve ed25519 --format pem -o device.pem
  hexad key generate --kid author-1 -o author.cbor
  hexad key generate --alg ECDH-ES+A128KW --curve x25519 -o recipient.cbor
  hexad key generate --alg A256GCM -o shared.cbor"
    )]
    Generate(Generate),
    /// Show what a key is, without its secret
    #[command(after_help = "Example:\n  hexad key show author.pem")]
    Show(Show),
    /// Write a key in another format, or only its public half
    #[command(
        after_help = "PEM has no place for a key's kid, alg and key_ops; public COSE_Keys keep kid and alg.

Example:
  hexad key convert author.cbor --public --format pem"
    )]
    Convert(Convert),
}

#[derive(Args, Debug)]
pub struct Generate {
    /// Type of the key: its curve, its parameters, or the size of a symmetric one; by default p256, or
    /// what --alg needs
    #[arg(long, value_enum)]
    curve: Option<NewKey>,
    /// Algorithm that the key is restricted to, by name or number
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
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
    /// secp256k1, for ES256K
    Secp256k1,
    /// Ed25519
    Ed25519,
    /// X25519, for key agreement
    X25519,
    /// Ed448
    Ed448,
    /// X448, for key agreement
    X448,
    /// RSA with a modulus of 2,048 bits, for PS256 by default
    Rsa2048,
    /// RSA with a modulus of 3,072 bits
    Rsa3072,
    /// RSA with a modulus of 4,096 bits
    Rsa4096,
    /// ML-DSA-44
    #[value(name = "ml-dsa-44", alias = "ml-dsa44")]
    MlDsa44,
    /// ML-DSA-65
    #[value(name = "ml-dsa-65", alias = "ml-dsa65")]
    MlDsa65,
    /// ML-DSA-87
    #[value(name = "ml-dsa-87", alias = "ml-dsa87")]
    MlDsa87,
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
    let encoded = match (arguments.curve, arguments.alg) {
        (None, Some(alg)) if arguments::is_symmetric(alg) => symmetric(kid, alg),
        (kind, alg) => asymmetric(kind.or(alg.and_then(serving)).unwrap_or(NewKey::P256), kid, alg),
    };
    let encoded = encoded.map_err(new)?;
    let key = Key::parse(&encoded).map_err(|error| new(error.into()))?;
    let mut report = Report::new("key");
    describe(&mut report, &key);
    report.make(write(&encoded, true, arguments.format, &arguments.output).map_err(new)?);
    Ok(report)
}

/// The kind of key that serves an algorithm.
fn serving(algorithm: Algorithm) -> Option<NewKey> {
    Some(match algorithm {
        Algorithm::ES384 | Algorithm::ESP384 => NewKey::P384,
        Algorithm::ES512 | Algorithm::ESP512 => NewKey::P521,
        Algorithm::ES256K => NewKey::Secp256k1,
        Algorithm::EDDSA | Algorithm::ED25519 => NewKey::Ed25519,
        Algorithm::ED448 => NewKey::Ed448,
        Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512 => NewKey::Rsa3072,
        Algorithm::ML_DSA_44 => NewKey::MlDsa44,
        Algorithm::ML_DSA_65 => NewKey::MlDsa65,
        Algorithm::ML_DSA_87 => NewKey::MlDsa87,
        _ => return None,
    })
}

/// A new key of this kind, restricted to `algorithm` or else to the one that a signing key serves.
fn asymmetric(
    kind: NewKey,
    kid: Option<&[u8]>,
    algorithm: Option<Algorithm>,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let agrees =
        matches!(algorithm.and_then(Algorithm::key_management), Some(KeyManagement::Agree { .. }));
    let random = &mut UnwrapErr(SysRng);
    let on = |curve| match curve {
        Curve::X25519 | Curve::X448 => {
            AgreementKey::generate(curve, &mut UnwrapErr(SysRng)).map(Into::into)
        }
        _ if agrees => AgreementKey::generate(curve, &mut UnwrapErr(SysRng)).map(Into::into),
        _ => SigningKey::generate(curve, &mut UnwrapErr(SysRng)).map(PrivateKey::from),
    };
    let made = match kind {
        NewKey::P256 => on(Curve::P256),
        NewKey::P384 => on(Curve::P384),
        NewKey::P521 => on(Curve::P521),
        NewKey::Secp256k1 => on(Curve::Secp256k1),
        NewKey::Ed25519 => on(Curve::Ed25519),
        NewKey::X25519 => on(Curve::X25519),
        NewKey::Ed448 => on(Curve::Ed448),
        NewKey::X448 => on(Curve::X448),
        NewKey::Rsa2048 => SigningKey::generate_rsa(2048, random).map(Into::into),
        NewKey::Rsa3072 => SigningKey::generate_rsa(3072, random).map(Into::into),
        NewKey::Rsa4096 => SigningKey::generate_rsa(4096, random).map(Into::into),
        NewKey::MlDsa44 => {
            SigningKey::generate_ml_dsa(Algorithm::ML_DSA_44, random).map(Into::into)
        }
        NewKey::MlDsa65 => {
            SigningKey::generate_ml_dsa(Algorithm::ML_DSA_65, random).map(Into::into)
        }
        NewKey::MlDsa87 => {
            SigningKey::generate_ml_dsa(Algorithm::ML_DSA_87, random).map(Into::into)
        }
        NewKey::Hmac256 => return symmetric(kid, algorithm.unwrap_or(Algorithm::HMAC_256)),
        NewKey::Hmac384 => return symmetric(kid, algorithm.unwrap_or(Algorithm::HMAC_384)),
        NewKey::Hmac512 => return symmetric(kid, algorithm.unwrap_or(Algorithm::HMAC_512)),
    };
    let key = made.map_err(|error| error.at(0))?;
    let encoded = key.encode(kid, algorithm.or(key.algorithm()))?;
    // The algorithm has to be one that the key serves.
    PrivateKey::from_cose(&Key::parse(&encoded)?).map_err(|_| {
        Problem::at("key-mismatch", 0, "a key of this type does not serve the algorithm")
    })?;
    Ok(encoded)
}

/// A new symmetric key for `algorithm`, as long as it says; one to derive others from is of 32 bytes.
fn symmetric(kid: Option<&[u8]>, algorithm: Algorithm) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if !arguments::is_symmetric(algorithm) {
        let message = "a symmetric key does not serve the algorithm";
        return Err(Problem::at("key-mismatch", 0, message));
    }
    let mut k = Zeroizing::new(vec![0; algorithm.key_len().unwrap_or(32)]);
    let filled = SysRng.try_fill_bytes(&mut k);
    filled.map_err(|error| Problem::at("backend", 0, error.to_string()))?;
    Ok(keys::encode_symmetric(&k, kid, algorithm)?)
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
        file.private_key()?;
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
        None => match key.symmetric() {
            Some(k) => {
                report.heading(format_args!("symmetric key of {} bytes", k.len()));
                report.json("kty", "Symmetric");
                report.json("size", k.len());
            }
            // A private key whose public half is not written down.
            None => {
                let curve = key.curve();
                report.json("kty", if curve.is_some_and(Curve::is_okp) { "OKP" } else { "EC2" });
                if let Some(curve) = curve {
                    report.heading(format_args!("private key on {curve}, without its public half"));
                    report.json("crv", curve.id());
                }
                report.json("private", true);
            }
        },
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
        Some(PublicKey::Rsa { n, e }) => {
            report.pair("size", format_args!("{} bits", n.len().saturating_mul(8)));
            report.entry("n", "n", hex(n), hex(n));
            report.entry("e", "e", hex(e), hex(e));
        }
        Some(PublicKey::HssLms { public } | PublicKey::Akp { public, .. }) => {
            report.entry("pub", "pub", hex(public), hex(public));
        }
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
        return mismatch("there is no public half");
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
        (Format::Pem, None) => return mismatch("PEM has no form for a key without a public half"),
        (Format::Pem, Some(public)) => {
            let pem = if is_secret {
                let key = PrivateKey::from_cose(&key).map_err(|error| error.at(0))?;
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
