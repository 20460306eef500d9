//! `hexad coswid convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hexad_coswid::convert::{self, Converted};
use hexad_coswid::{ConciseSwidTag, Error};
use serde_json::{Value, json};

use super::create::tagged;
use super::summary;
use crate::failure::{Failure, Problem};
use crate::input::{Input, unhex};
use crate::output::Output;
use crate::report::{Made, Report};

#[derive(Args, Debug)]
pub struct Convert {
    /// Tag in CBOR or SWID XML, CycloneDX or SPDX JSON, or what uSWID made; `-` is standard input
    file: PathBuf,
    /// What the input is; without it, what it looks like
    #[arg(long)]
    from: Option<From>,
    /// What to make of it
    #[arg(long, default_value = "coswid")]
    to: To,
    /// Who makes the tags, where the input does not say or is to be overruled
    #[arg(long, value_name = "NAME")]
    creator: Option<String>,
    /// Make the tag of this tag-id only
    #[arg(long, value_name = "TAG-ID")]
    select: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    /// Concise SWID (RFC 9393)
    Coswid,
    /// SWID in XML (ISO/IEC 19770-2:2015)
    Swid,
    /// CycloneDX in JSON
    Cyclonedx,
    /// SPDX 2 in JSON
    Spdx,
    /// A set of tags that uSWID made, alone or in a firmware image
    Uswid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    /// Concise SWID; of several, one behind the other
    Coswid,
    /// SWID in XML
    Swid,
}

pub fn convert(arguments: &Convert) -> Result<Report, Failure> {
    let input = Input::read(&arguments.file)?;
    let from = arguments.from.unwrap_or_else(|| guess(input.bytes()));
    let creator = arguments.creator.as_deref();
    let refuse = |error: convert::Error| input.reject(Problem::from(error));
    let mut converted = match from {
        From::Coswid => {
            let bytes = unhex(input.bytes()).unwrap_or_else(|| input.bytes().to_vec());
            let tag = ConciseSwidTag::parse(&bytes).and_then(|tag| encode(&tag));
            let tag = tag.map_err(|error| input.reject(error))?;
            vec![Converted { tag, notes: Vec::new() }]
        }
        From::Swid => vec![convert::from_swid(input.text()?).map_err(refuse)?],
        From::Cyclonedx => convert::from_cyclonedx(input.text()?, creator).map_err(refuse)?,
        From::Spdx => convert::from_spdx(input.text()?, creator).map_err(refuse)?,
        From::Uswid => convert::from_uswid(input.bytes()).map_err(refuse)?,
    };
    let failed = |error: Error| input.reject(error);
    if let Some(select) = &arguments.select {
        let mut found = Vec::new();
        for one in converted {
            if ConciseSwidTag::parse(&one.tag).map_err(failed)?.tag_id.to_string() == *select {
                found.push(one);
            }
        }
        if found.is_empty() {
            return Err(Failure::Usage(format!("no tag has the tag-id {select:?}")));
        }
        converted = found;
    }
    let mut report = Report::new("coswid");
    let mut bytes = Vec::new();
    let mut shown: Vec<Value> = Vec::new();
    if arguments.to == To::Swid && converted.len() > 1 {
        let message = "an XML file holds one tag: choose one by --select";
        return Err(Failure::Usage(message.to_owned()));
    }
    for one in &mut converted {
        let tag = ConciseSwidTag::parse(&one.tag).map_err(failed)?;
        report.heading(format_args!(
            "{} {}",
            tag.software_name,
            tag.software_version.unwrap_or_default()
        ));
        let mut about = Report::new("coswid");
        summary(&mut about, &tag);
        report.pair("tag-id", tag.tag_id);
        match arguments.to {
            To::Coswid => bytes.extend(tagged(&one.tag)),
            To::Swid => {
                let (xml, mut notes) = convert::to_swid(&tag);
                bytes.extend(xml.into_bytes());
                one.notes.append(&mut notes);
            }
        }
        for note in &one.notes {
            report.pair("note", note);
        }
        let mut object = json!(about);
        if let Some(object) = object.as_object_mut() {
            object.remove("ok");
            object.insert("notes".to_owned(), json!(one.notes));
        }
        shown.push(object);
    }
    report.json("tags", shown);
    report.make(Made {
        bytes,
        destination: arguments.output.output.clone(),
        is_text: arguments.to == To::Swid,
        is_secret: false,
    });
    Ok(report)
}

/// The tag in deterministic encoding, without CBOR tag.
fn encode(tag: &ConciseSwidTag<'_>) -> Result<Vec<u8>, Error> {
    let mut encoded = Vec::new();
    tag.encode_untagged(&mut hexad_cose_core::cbor::Encoder::appending(&mut encoded))?;
    Ok(encoded)
}

/// What an input looks like.
fn guess(bytes: &[u8]) -> From {
    let contains = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    match bytes
        .trim_ascii_start()
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes.trim_ascii_start())
        .first()
    {
        Some(b'<') => From::Swid,
        Some(b'{') if contains(b"\"bomFormat\"") => From::Cyclonedx,
        Some(b'{') => From::Spdx,
        _ if contains(b"SBOM\xd6\xba\x2e\xac") => From::Uswid,
        _ => From::Coswid,
    }
}
