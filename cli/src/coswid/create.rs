//! `hexad coswid create`.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::{Algorithm, ContentType, KeyOperation, NewHeaders, Sign1};
use hexad_coswid::convert::{self, Tree};
use hexad_coswid::{
    CBOR_TAG, ConciseSwidTag, Entity, HashAlgorithm, Label, MEDIA_TYPE, Role, SoftwareMeta, TagId,
    VersionScheme,
};
use hexad_rustcrypto::RustCrypto;
use uuid::Uuid;

use super::scan::Scan;
use super::{rejected, summary};
use crate::arguments;
use crate::cose::allow;
use crate::failure::Failure;
use crate::keys::KeyFile;
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Create {
    /// software-name
    #[arg(long)]
    name: String,
    /// software-version
    #[arg(long = "software-version", value_name = "VERSION")]
    version: String,
    /// Who makes the tag
    #[arg(long, value_name = "NAME")]
    creator: String,
    /// The URI that identifies who makes the tag, such as its domain
    #[arg(long)]
    reg_id: Option<String>,
    /// Who makes the tag did not make the software
    #[arg(long)]
    not_software_creator: bool,
    /// tag-id, text or a UUID; without it, a UUID that follows from creator, name and version
    #[arg(long)]
    tag_id: Option<String>,
    /// tag-version
    #[arg(long, default_value_t = 0)]
    tag_version: i64,
    /// version-scheme: multipartnumeric, multipartnumeric+suffix, alphanumeric, decimal or semver
    #[arg(long, value_parser = scheme)]
    scheme: Option<i32>,
    /// The software before its installation (a corpus tag)
    #[arg(long)]
    corpus: bool,
    /// A folder, an ELF or a firmware image whose files the tag's payload lists; may be given several times
    #[arg(long, value_name = "PATH")]
    scan: Vec<PathBuf>,
    /// The hash of files: sha-256, sha-384 or sha-512
    #[arg(long, default_value = "sha-256", value_parser = hash)]
    hash: HashAlgorithm,
    /// Sign the tag by this private key: PEM, COSE_Key or JWK
    #[arg(short, long)]
    key: Option<PathBuf>,
    /// Sign by this algorithm, by name or number
    #[arg(long, value_parser = arguments::algorithm, allow_hyphen_values = true, requires = "key")]
    alg: Option<Algorithm>,
    #[command(flatten)]
    output: Output,
}

/// The index of a version scheme by its name.
fn scheme(name: &str) -> Result<i32, String> {
    match name {
        "multipartnumeric" => Ok(1),
        "multipartnumeric+suffix" => Ok(2),
        "alphanumeric" => Ok(3),
        "decimal" => Ok(4),
        "semver" => Ok(16384),
        _ => Err("no version scheme of RFC 9393".to_owned()),
    }
}

fn hash(name: &str) -> Result<HashAlgorithm, String> {
    [HashAlgorithm::SHA_256, HashAlgorithm::SHA_384, HashAlgorithm::SHA_512]
        .into_iter()
        .find(|one| one.name() == Some(name))
        .ok_or_else(|| "sha-256, sha-384 or sha-512".to_owned())
}

pub fn create(arguments: &Create) -> Result<Report, Failure> {
    let mut scan = Scan::new(arguments.hash);
    let mut tree = Tree::default();
    for path in &arguments.scan {
        scan.add(path, &mut tree)?;
    }
    let id = arguments.tag_id.clone().unwrap_or_else(|| {
        let named = [&arguments.creator, &arguments.name, &arguments.version].map(String::as_str);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, named.join("\n").as_bytes()).to_string()
    });
    let roles: &[Role<'_>] = if arguments.not_software_creator {
        &[Role::TagCreator]
    } else {
        &[Role::TagCreator, Role::SoftwareCreator]
    };
    let mut maker = Entity::new(&arguments.creator, roles);
    maker.reg_id = arguments.reg_id.as_deref();
    let makers = [maker];
    let build_id = scan.build_id();
    let mut meta = SoftwareMeta::default();
    meta.colloquial_version = build_id.as_deref();
    let metas = [meta];
    let tag = ConciseSwidTag {
        tag_version: arguments.tag_version,
        software_version: Some(&arguments.version),
        version_scheme: arguments.scheme.map(|index| VersionScheme::from(Label::Index(index))),
        corpus: arguments.corpus,
        software_meta: if build_id.is_some() { (&metas).into() } else { (&[]).into() },
        ..ConciseSwidTag::new(TagId::from_text(&id), &arguments.name, &makers)
    };
    let encoded = convert::create(&tag, &tree).map_err(|error| rejected("the new tag", error))?;
    let made = match &arguments.key {
        Some(key) => sign(&encoded, &KeyFile::read(key)?, arguments.alg)?,
        None => tagged(&encoded),
    };
    let mut report = Report::new("coswid");
    report.heading(if arguments.key.is_some() { "signed CoSWID" } else { "CoSWID" });
    report.json("signed", arguments.key.is_some());
    let failed = |error: hexad_coswid::Error| Failure::Rejected {
        what: "the new tag".to_owned(),
        problem: error.into(),
    };
    summary(&mut report, &ConciseSwidTag::parse(&encoded).map_err(failed)?);
    for note in scan.notes() {
        report.pair("left out", note);
    }
    report.json("notes", scan.notes());
    report.make(Made {
        bytes: made,
        destination: arguments.output.output.clone(),
        is_text: false,
        is_secret: false,
    });
    Ok(report)
}

/// The encoding behind the CBOR tag of a CoSWID.
pub fn tagged(encoded: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xda];
    bytes.extend(u32::try_from(CBOR_TAG).unwrap_or_default().to_be_bytes());
    bytes.extend(encoded);
    bytes
}

fn sign(tag: &[u8], file: &KeyFile, algorithm: Option<Algorithm>) -> Result<Vec<u8>, Failure> {
    let key = file.key()?;
    let signing = file.signing_key()?;
    let algorithm = algorithm.or(key.algorithm()).unwrap_or(signing.algorithm());
    allow(file, &key, algorithm, KeyOperation::Sign)?;
    let mut headers = NewHeaders::new(algorithm);
    if let Some(kid) = key.kid() {
        headers = headers.kid(kid);
    }
    let room = tag.len().saturating_add(8 << 10);
    let mut buffer = vec![0; room];
    let builder =
        Sign1::builder(headers).content_type(ContentType::Text(MEDIA_TYPE)).within_tag(CBOR_TAG);
    let made = builder
        .payload(tag, &mut buffer)
        .and_then(|draft| draft.sign(&signing, &mut RustCrypto))
        .map(<[u8]>::to_vec);
    made.map_err(|error| file.reject(error))
}
