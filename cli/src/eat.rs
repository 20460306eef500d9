//! `hexad eat`: what an entity attests (RFC 9711).

mod make;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand, ValueEnum};
use hexad_cose_core::cbor::{Cursor, Raw, Type, outline};
use hexad_cose_core::{
    Algorithm, ContentKey, Expect, Headers, Key, Message, Recipient, RecipientKey, Recipients,
    Verified,
};
use hexad_eat::freshness::{Clock, check_nonce, check_validity};
use hexad_eat::inspect::{CLAIMS, claims_lines};
use hexad_eat::profile::{AnyClaims, NestedCwt};
use hexad_eat::{
    Claims, ConstrainedDevice, Error, ErrorKind, JsonClaims, Jwt, Number, Profile, Token, Uccs,
};
use hexad_rustcrypto::{AgreementKey, RustCrypto};
use serde_json::{Value, json};

use crate::arguments::{self, Bytes};
use crate::cose::{describe_headers, show_headers};
use crate::failure::Failure;
use crate::input::{Input, hex};
use crate::keys::{CONTENTS, KeyFile, MACS, RECIPIENTS, SIGNATURES};
use crate::report::{Report, outline_json};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show a token, or a bare claims-set, without checking who made it
    #[command(after_help = "Example:\n  hexad eat inspect evidence.eat")]
    Inspect(Inspect),
    /// Check a token: who made it, that it answers the nonce, and that it is valid now
    #[command(
        after_help = "Example:\n  hexad eat verify evidence.eat --key device.pem --nonce 948f8860d13a463e8e"
    )]
    Verify(Verify),
    /// Turn claims in JSON into a claims-set in CBOR
    #[command(after_help = "Example:\n  hexad eat create claims.json -o claims.cbor")]
    Create(make::Create),
    /// Make a token: claims, signed
    #[command(
        after_help = "Example:\n  hexad eat sign claims.json --key device.key --nonce 948f8860d13a463e -o token.eat"
    )]
    Sign(make::Sign),
}

#[derive(Args, Debug)]
pub struct Inspect {
    /// Token (CWT, JWT) or claims-set (CBOR, raw or in hexadecimal; UCCS; JSON); `-` is standard input
    file: PathBuf,
}

#[derive(Args, Debug)]
pub struct Verify {
    /// Token (CWT), raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// The device's key: PEM, COSE_Key or JWK; that of the token's MAC or cipher where nobody signed
    #[arg(short, long)]
    key: PathBuf,
    /// The key under which the signed token was encrypted, or its key was wrapped
    #[arg(long, value_name = "KEY")]
    decrypt: Option<PathBuf>,
    /// The nonce that was given out
    #[arg(long, value_name = "HEX", value_parser = arguments::hexadecimal)]
    #[arg(required_unless_present = "any_nonce", conflicts_with = "any_nonce")]
    nonce: Option<Bytes>,
    /// Do not ask for a nonce: the token may have been used before
    #[arg(long)]
    any_nonce: bool,
    /// What the token must keep to beyond the standard
    #[arg(long, value_enum, default_value = "any")]
    profile: TokenProfile,
    /// Accept this algorithm only, by name or number; a profile has its own
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    #[arg(conflicts_with = "profile")]
    alg: Option<Algorithm>,
    /// The time of exp, nbf and iat, in seconds since 1970; by default now
    #[arg(long, value_name = "SECONDS")]
    at: Option<i64>,
    /// By how many seconds the clocks may differ
    #[arg(long, value_name = "SECONDS", default_value = "0")]
    leeway: u32,
}

/// What a token must keep to.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum TokenProfile {
    /// RFC 9711 alone
    Any,
    /// The Constrained Device Standard Profile (RFC 9711, 6.3)
    ConstrainedDevice,
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(arguments) => inspect(arguments),
            Self::Verify(arguments) => verify(arguments),
            Self::Create(arguments) => make::create(arguments),
            Self::Sign(arguments) => make::sign(arguments),
        }
    }
}

fn inspect(arguments: &Inspect) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    describe(input.bytes()).map_err(|error| input.reject(error))
}

/// What stands in a token or a claims-set.
fn describe(bytes: &[u8]) -> Result<Report, Error> {
    let mut report = Report::new("eat");
    report.json("verified", false);
    if let Some(json) = in_json(bytes)? {
        report.unproven(match make::is_json(bytes) {
            true => "claims-set in JSON; nobody vouches for it",
            false => "EAT in JSON (JWT); not verified",
        });
        summary(&mut report, &json.claims());
        // The claims are shown as CBOR has them, whose offsets are not those of the text.
        let lines = claims_lines(json.as_cbor())?;
        report.items("claims", 0, lines.get(1..).unwrap_or_default());
        report.json("claims", outline_json(&lines));
        return Ok(report);
    }
    let mut ahead = Cursor::new(bytes);
    let (offset, lines) = if ahead.tag() == Ok(Uccs::TAG) {
        report.unproven("unprotected claims-set (UCCS); its channel alone vouches for it");
        report.json("protected_by", Value::Null);
        summary(&mut report, Uccs::parse(bytes)?.unprotected_claims());
        (ahead.offset(), outline(ahead.rest(), Some(&CLAIMS))?)
    } else if matches!(Cursor::new(bytes).peek(), Ok(Type::Map)) {
        report.unproven("claims-set; nobody vouches for it");
        report.json("protected_by", Value::Null);
        summary(&mut report, &Claims::parse(bytes)?);
        (0, claims_lines(bytes)?)
    } else {
        let token = Token::parse(bytes)?;
        let Ok(payload) = token.unverified_payload() else {
            report.unproven("EAT; encrypted");
            describe_headers(&mut report, token.headers());
            show_headers(&mut report, token.headers())?;
            return Ok(report);
        };
        report.unproven("EAT; not verified");
        describe_headers(&mut report, token.headers());
        show_headers(&mut report, token.headers())?;
        summary(&mut report, &token.unverified_claims()?);
        (payload.offset(), outline(payload, Some(&CLAIMS))?)
    };
    report.items("claims", offset, lines.get(1..).unwrap_or_default());
    report.json("claims", outline_json(&lines));
    Ok(report)
}

/// The claims of a JSON-encoded claims-set, or of a JWT, if it is one.
fn in_json(bytes: &[u8]) -> Result<Option<JsonClaims>, Error> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(None);
    };
    if make::is_json(bytes) {
        return JsonClaims::parse(text).map(Some);
    }
    // The header of a JWT is an object: `{"` in base64url.
    let text = text.trim();
    match text.starts_with("eyJ") {
        true => Jwt::parse(text)?.unverified_claims().map(Some),
        false => Ok(None),
    }
}

fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let key = KeyFile::read(&arguments.key)?;
    let key = key.key()?;
    let refuse = |error: Error| input.reject(error);

    let token = Token::parse(input.bytes()).map_err(refuse)?;
    let (mut around, mut plaintext) = (vec![0; input.bytes().len()], vec![0; input.bytes().len()]);
    let token = match &arguments.decrypt {
        Some(file) => {
            let file = KeyFile::read(file)?;
            let outer = NestedCwt { algorithms: CONTENTS };
            let inner = decrypt(&token, &file.key()?, &outer, &mut around).map_err(refuse)?;
            inner.into_inner()
        }
        None => token,
    };
    let offered = match token.message() {
        Message::Encrypt0(_) | Message::Encrypt(_) => CONTENTS,
        _ if key.symmetric().is_some() => MACS,
        _ => SIGNATURES,
    };
    let algorithms = arguments.alg.as_ref().map_or(offered, std::slice::from_ref);
    let proven = match arguments.profile {
        TokenProfile::Any => {
            prove_or_decrypt(&token, &key, &AnyClaims { algorithms }, &mut plaintext)
        }
        TokenProfile::ConstrainedDevice => {
            prove_or_decrypt(&token, &key, &ConstrainedDevice, &mut plaintext)
        }
    };
    let (claims, payload) = proven.map_err(refuse)?.into_inner();
    if let Some(nonce) = &arguments.nonce {
        check_nonce(&claims, nonce.as_slice()).map_err(refuse)?;
    }
    let clock = Clock { now: arguments.at.unwrap_or_else(now), leeway: arguments.leeway };
    check_validity(&claims, clock).map_err(refuse)?;

    let mut report = Report::new("eat");
    report.accepted("EAT verified");
    report.json("verified", true);
    describe_headers(&mut report, token.headers());
    let nonce = if arguments.nonce.is_some() { "is the one given out" } else { "not checked" };
    report.entry("nonce_checked", "nonce", nonce, arguments.nonce.is_some());
    summary(&mut report, &claims);
    let lines = outline(payload, Some(&CLAIMS)).map_err(|error| input.reject(error))?;
    report.items("claims", payload.offset(), lines.get(1..).unwrap_or_default());
    report.json("claims", outline_json(&lines));
    Ok(report)
}

/// What is read of a token that `key` vouches for: by its signature, or one of them, or by its tag.
pub fn prove<'b, P: Profile>(
    token: &Token<'b>,
    key: &Key<'_>,
    profile: &P,
) -> Result<Verified<P::Content<'b>>, Error> {
    let crypto = &mut RustCrypto;
    match token.message() {
        Message::Sign(message) => {
            let prove = |signature| {
                token
                    .check_signature(&signature, key, profile, &mut RustCrypto)?
                    .run(&mut RustCrypto)
            };
            let mut refused = Err(Error::new(ErrorKind::Protection, 0));
            for signature in message.signatures() {
                refused = prove(signature);
                if refused.is_ok() {
                    break;
                }
            }
            refused
        }
        Message::Mac(message) => {
            let given = given(key, profile, message.recipients(), |recipient, key, expect| {
                message.content_key(recipient, key, expect, &mut RustCrypto)
            })?;
            token.verify_mac(&given.secret(), profile, crypto)
        }
        _ if key.symmetric().is_some() => token.verify_mac(&key.secret()?, profile, crypto),
        _ => token.check(key, profile, crypto)?.run(crypto),
    }
}

/// What is read of a token that is encrypted under `key`, or under a key that it gives.
fn decrypt<'b, P: Profile>(
    token: &Token<'b>,
    key: &Key<'_>,
    profile: &P,
    plaintext: &'b mut [u8],
) -> Result<Verified<P::Content<'b>>, Error> {
    let Message::Encrypt(message) = token.message() else {
        return token.decrypt(&key.secret()?, profile, plaintext, &mut RustCrypto);
    };
    let given = given(key, profile, message.recipients(), |recipient, key, expect| {
        message.content_key(recipient, key, expect, &mut RustCrypto)
    })?;
    token.decrypt(&given.secret(), profile, plaintext, &mut RustCrypto)
}

/// The key that the first of the recipients gives who can be reached by the shared `key`.
fn given<'b>(
    key: &Key<'_>,
    profile: &impl Profile,
    recipients: Recipients<'b>,
    content_key: impl Fn(
        &Recipient<'b>,
        &RecipientKey<'_, AgreementKey>,
        Expect<'_>,
    ) -> Result<ContentKey, hexad_cose_core::Error>,
) -> Result<ContentKey, Error> {
    let shared = RecipientKey::Shared(key.secret()?);
    let expect = Expect::any(profile.algorithms()).recipients(RECIPIENTS);
    let mut refused = Err(Error::new(ErrorKind::Protection, 0));
    for recipient in recipients {
        refused = content_key(&recipient, &shared, expect).map_err(Error::from);
        if refused.is_ok() {
            break;
        }
    }
    refused
}

/// The claims, and their encoding.
fn prove_or_decrypt<'b>(
    token: &Token<'b>,
    key: &Key<'_>,
    profile: &impl for<'p> Profile<Content<'p> = Claims<'p>>,
    plaintext: &'b mut [u8],
) -> Result<Verified<(Claims<'b>, Raw<'b>)>, Error> {
    match token.message() {
        Message::Encrypt0(_) | Message::Encrypt(_) => {
            decrypt(token, key, &WithEncoding(profile), plaintext)
        }
        _ => prove(token, key, &WithEncoding(profile)),
    }
}

/// What a profile reads, and what it reads it from.
struct WithEncoding<'p, P>(&'p P);

impl<P: Profile> Profile for WithEncoding<'_, P> {
    type Content<'b> = (P::Content<'b>, Raw<'b>);

    fn algorithms(&self) -> &[Algorithm] {
        self.0.algorithms()
    }

    fn messages(&self) -> &[u64] {
        self.0.messages()
    }

    fn read<'b>(
        &self,
        headers: &Headers<'b>,
        payload: Raw<'b>,
    ) -> Result<Self::Content<'b>, Error> {
        self.0.read(headers, payload).map(|content| (content, payload))
    }
}

/// Seconds since 1970 by the system's clock.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The claims that a script asks for first.
fn summary(report: &mut Report, claims: &Claims<'_>) {
    let nonces = claims.eat_nonce.iter().map(|nonce| hex(nonce.as_bytes()));
    report.json("eat_nonce", nonces.collect::<Vec<_>>());
    report.json("ueid", claims.ueid.map(|ueid| hex(ueid.as_bytes())));
    report.json("oemboot", claims.oemboot);
    report.json("dbgstat", claims.dbgstat.map(hexad_eat::DebugStatus::name));
    report.json("iat", claims.iat);
    report.json("exp", claims.exp.map_or(Value::Null, number));
}

fn number(number: Number) -> Value {
    match number {
        Number::Integer(value) => json!(value),
        Number::Float(value) => json!(value),
    }
}
