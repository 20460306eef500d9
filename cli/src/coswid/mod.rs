//! `hexad coswid`: tags that say what software is (RFC 9393).

mod convert;
mod create;
mod scan;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hexad_cose_core::cbor::{Cursor, Type, outline};
use hexad_cose_core::iana::tag;
use hexad_cose_core::{Algorithm, Expect};
use hexad_coswid::inspect::VOCABULARY;
use hexad_coswid::{CBOR_TAG, ConciseSwidTag, Error, PayloadOrEvidence, SignedTag, TagType};
use hexad_rustcrypto::RustCrypto;
use serde_json::{Value, json};

use crate::arguments;
use crate::cose::{describe_headers, show_headers};
use crate::failure::{Failure, Problem};
use crate::input::{Input, hex};
use crate::keys::{KeyFile, SIGNATURES};
use crate::report::{Report, outline_json};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show a tag, signed or not, without checking who signed it
    #[command(after_help = "Example:\n  hexad coswid inspect app.coswid")]
    Inspect(Inspect),
    /// Check the signature of a signed tag
    #[command(after_help = "Example:\n  hexad coswid verify app.coswid --key maker.pem")]
    Verify(Verify),
    /// Make a tag, of a folder, an ELF or a firmware image
    #[command(
        after_help = "Of the same files and words comes the same tag. Of an ELF the tag lists the file, the image that it makes
in flash (NAME.bin, gaps filled with 0xff), and its build ID as colloquial-version.

Example:
  hexad coswid create --name app --software-version 1.4.0 --creator Example --scan app.elf -o app.coswid"
    )]
    Create(Box<create::Create>),
    /// Make tags of SWID XML, CycloneDX, SPDX or uSWID, or SWID XML of a tag
    #[command(after_help = "Examples:
  hexad coswid convert app.cdx.json --creator Example -o app.coswid
  hexad coswid convert app.coswid --to swid -o app.swidtag")]
    Convert(convert::Convert),
}

#[derive(Args, Debug)]
pub struct Inspect {
    /// CoSWID or signed CoSWID, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
}

#[derive(Args, Debug)]
pub struct Verify {
    /// Signed CoSWID, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
    /// The public key: PEM, COSE_Key or JWK
    #[arg(short, long)]
    key: PathBuf,
    /// Accept this algorithm only, by name or number
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true)]
    alg: Option<Algorithm>,
}

impl Command {
    pub fn run(&self) -> Result<Report, Failure> {
        match self {
            Self::Inspect(arguments) => inspect(arguments),
            Self::Verify(arguments) => verify(arguments),
            Self::Create(arguments) => create::create(arguments),
            Self::Convert(arguments) => convert::convert(arguments),
        }
    }
}

fn inspect(arguments: &Inspect) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    describe(input.bytes()).map_err(|error| input.reject(error))
}

/// What stands in a tag or in a message around one.
fn describe(bytes: &[u8]) -> Result<Report, Error> {
    let mut report = Report::new("coswid");
    let content = if is_signed(bytes) {
        let signed = SignedTag::parse(bytes)?;
        report.unproven("signed CoSWID; its signature is not verified");
        describe_headers(&mut report, signed.message().headers());
        show_headers(&mut report, signed.message().headers())?;
        let missing = hexad_cose_core::Error::new(hexad_cose_core::ErrorKind::Payload, 0);
        report.json("signed", true);
        signed.message().unverified_payload().ok_or(missing)?
    } else {
        report.unproven("CoSWID; not signed");
        report.json("signed", false);
        Cursor::new(bytes).rest()
    };
    let mut cursor = content.cursor();
    let tag = ConciseSwidTag::parse_at(&mut cursor)?;
    cursor.finish()?;
    summary(&mut report, &tag);
    let lines = outline(content, Some(&VOCABULARY))?;
    report.items("concise-swid-tag", content.offset(), lines.get(1..).unwrap_or_default());
    report.json("items", outline_json(&lines));
    Ok(report)
}

/// Whether a COSE message stands here rather than the map of a tag.
fn is_signed(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes);
    let mut inside = cursor;
    if matches!(inside.tag(), Ok(CBOR_TAG)) {
        cursor = inside;
    }
    matches!(cursor.peek(), Ok(Type::Array)) || matches!(cursor.tag(), Ok(tag::SIGN1))
}

fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    let key = KeyFile::read(&arguments.key)?;
    let key = key.key()?;
    let refuse = |error: Error| input.reject(error);
    let signed = SignedTag::parse(input.bytes()).map_err(refuse)?;
    let accepted = arguments.alg.as_ref().map_or(SIGNATURES, std::slice::from_ref);
    let check = signed.check(&key, Expect::any(accepted), &mut RustCrypto).map_err(refuse)?;
    let message = check.run(&mut RustCrypto).map_err(|error| input.reject(error))?;
    let tag = SignedTag::tag(message).map_err(refuse)?;
    let mut report = Report::new("coswid");
    report.accepted("signed CoSWID verified");
    describe_headers(&mut report, message.headers());
    summary(&mut report, &tag);
    Ok(report)
}

/// The failure that an error of a conversion means.
fn rejected(what: &str, error: hexad_coswid::convert::Error) -> Failure {
    Failure::Rejected { what: what.to_owned(), problem: Problem::from(error) }
}

/// What a tag is about.
fn summary(report: &mut Report, tag: &ConciseSwidTag<'_>) {
    let kind = match tag.tag_type() {
        TagType::Primary => "primary",
        TagType::Supplemental => "supplemental",
        TagType::Corpus => "corpus",
        TagType::Patch => "patch",
    };
    report.entry("tag_type", "tag type", kind, kind);
    report.entry("tag_id", "tag-id", tag.tag_id, tag.tag_id.to_string());
    report.entry("tag_version", "tag-version", tag.tag_version, tag.tag_version);
    report.entry("software_name", "software-name", tag.software_name, tag.software_name);
    match tag.software_version {
        Some(version) => report.entry("software_version", "software-version", version, version),
        None => report.json("software_version", json!(null)),
    }
    let resources = match tag.payload_or_evidence {
        Some(PayloadOrEvidence::Payload(_)) => "payload",
        Some(PayloadOrEvidence::Evidence(_)) => "evidence",
        None => "none",
    };
    report.json("resources", resources);
    let mut files = Vec::new();
    for found in tag.files() {
        let file = found.file;
        let hash = file.hash.map(|hash| {
            let name = hash.hash_alg_id.name().unwrap_or("hash");
            (hash.hash_alg_id.0, name, hex(hash.hash_value))
        });
        let size = file.size.map(|size| format!(", {size} bytes")).unwrap_or_default();
        let digest = hash.as_ref().map(|(_, name, value)| format!(", {name} {value}"));
        let digest = digest.unwrap_or_default();
        report.pair(&format!("{resources} file"), format_args!("{}{size}{digest}", file.fs_name));
        let hash = hash.map(|(algorithm, _, value)| json!({"alg": algorithm, "value": value}));
        files.push(json!({"fs_name": file.fs_name, "size": file.size, "hash": hash}));
    }
    report.json("files", files.into_iter().collect::<Value>());
}
