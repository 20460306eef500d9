//! `hexad cose inspect`: what stands in a message, whoever made it.

use std::path::PathBuf;

use clap::Args;
use hexad_cose_core::cbor::{Raw, Type, check_well_formed, outline};
use hexad_cose_core::iana::{header, tag};
use hexad_cose_core::x509::{Certificate, CoseCertHash, CoseX509, x5u};
use hexad_cose_core::{Error, Headers, Label, Message, Recipients};
use serde_json::{Map, Value, json};

use super::message::{
    CLAIMS, Guess, describe_headers, headers_json, kind, parse, show_buckets, show_headers,
};
use crate::failure::Failure;
use crate::input::{Input, hex};
use crate::report::{Report, outline_json};

/// How many messages may stand in one another to be shown.
const MAX_NESTED: usize = 8;

#[derive(Args, Debug)]
pub struct Inspect {
    /// A COSE message, raw or in hexadecimal; `-` is standard input
    file: PathBuf,
}

pub fn inspect(arguments: &Inspect) -> Result<Report, Failure> {
    let input = Input::read_binary(&arguments.file)?;
    describe(Raw::new(input.bytes(), 0), 0).map_err(|error| input.reject(error))
}

/// What stands in the message that is all of `raw`, which `depth` messages enclose.
fn describe(raw: Raw<'_>, depth: usize) -> Result<Report, Error> {
    let message = parse(raw, Guess::Signed)?;
    let mut report = Report::new(kind(&message));
    let tags = tags(raw);
    let untagged = if tags.is_empty() { ", if it is one: no tag" } else { "" };
    let token = if tags.first() == Some(&tag::CWT) { ", a CWT" } else { "" };
    let unproven = if is_encrypted(&message) { "not decrypted" } else { "not verified" };
    report.unproven(format_args!("{}{token}{untagged}; {unproven}", message.name()));
    report.json("verified", false);
    let headers = message.headers();
    describe_headers(&mut report, headers);
    show_headers(&mut report, headers)?;
    show_certificates(&mut report, headers);
    let content = message.unverified_content();
    report.json("detached", content.is_none());
    if is_encrypted(&message) {
        show_ciphertext(&mut report, content);
    } else {
        show_payload(&mut report, content, !token.is_empty(), depth)?;
    }
    show_proof(&mut report, raw, &message)?;
    show_countersignatures(&mut report, headers)?;
    Ok(report)
}

const fn is_encrypted(message: &Message<'_>) -> bool {
    matches!(message, Message::Encrypt0(_) | Message::Encrypt(_))
}

/// The tags before the message.
fn tags(raw: Raw<'_>) -> Vec<u64> {
    let mut cursor = raw.cursor();
    std::iter::from_fn(|| cursor.tag().ok()).collect()
}

/// A payload in a report: as a message where it is one, as CBOR where it is an array, a map or a tag of
/// that, and else as bytes.
fn show_payload(
    report: &mut Report,
    payload: Option<Raw<'_>>,
    is_claims: bool,
    depth: usize,
) -> Result<(), Error> {
    let Some(payload) = payload else {
        report.heading("          payload: detached");
        report.json("payload", json!(null));
        return Ok(());
    };
    report.json("payload", hex(payload.bytes()));
    let starts = payload.cursor().peek();
    let structured = matches!(starts, Ok(Type::Array | Type::Map | Type::Tag));
    if structured && check_well_formed(payload.bytes()).is_ok() {
        let lines = outline(payload, is_claims.then_some(&CLAIMS))?;
        report.items("payload", payload.offset(), &lines);
        report.json("payload_items", outline_json(&lines));
    } else {
        report.bytes("payload", payload.offset(), payload.bytes());
        report.json("payload_items", json!(null));
    }
    let is_message = tags(payload).iter().any(|number| MESSAGES.contains(number));
    if is_message
        && depth < MAX_NESTED
        && let Ok(nested) = describe(payload, depth.saturating_add(1))
    {
        report.nest("nested", "in the payload:", nested);
    }
    Ok(())
}

/// The tags of messages.
const MESSAGES: [u64; 6] =
    [tag::SIGN, tag::SIGN1, tag::ENCRYPT, tag::ENCRYPT0, tag::MAC, tag::MAC0];

fn show_ciphertext(report: &mut Report, ciphertext: Option<Raw<'_>>) {
    match ciphertext {
        Some(ciphertext) => {
            report.bytes("ciphertext", ciphertext.offset(), ciphertext.bytes());
            report.json("ciphertext", hex(ciphertext.bytes()));
        }
        None => {
            report.heading("          ciphertext: detached");
            report.json("ciphertext", json!(null));
        }
    }
}

/// What stands behind the content: signature, tag, signatures, recipients.
fn show_proof(report: &mut Report, raw: Raw<'_>, message: &Message<'_>) -> Result<(), Error> {
    match message {
        Message::Sign1(_) => show_bytes(report, "signature", element(raw, 3)?),
        Message::Mac0(_) => show_bytes(report, "tag", element(raw, 3)?),
        Message::Mac(message) => {
            show_bytes(report, "tag", element(raw, 3)?);
            let recipients = show_recipients(report, message.recipients(), "recipient")?;
            report.json("recipients", recipients);
        }
        Message::Encrypt(message) => {
            let recipients = show_recipients(report, message.recipients(), "recipient")?;
            report.json("recipients", recipients);
        }
        Message::Sign(message) => {
            let mut signatures = Vec::new();
            for (signature, index) in message.signatures().zip(1_usize..) {
                let name = format!("signature {index}");
                let headers = signature.headers();
                signatures.push(show_signature(report, headers, signature.signature(), &name)?);
            }
            report.json("signatures", signatures);
        }
        Message::Encrypt0(_) => {}
    }
    Ok(())
}

fn show_bytes(report: &mut Report, name: &'static str, bytes: Raw<'_>) {
    report.bytes(name, bytes.offset(), bytes.bytes());
    report.json(name, hex(bytes.bytes()));
}

/// The byte string at `index` of a message that was parsed.
fn element(raw: Raw<'_>, index: usize) -> Result<Raw<'_>, Error> {
    let mut cursor = raw.cursor();
    while cursor.peek()? == Type::Tag {
        cursor.tag()?;
    }
    cursor.array()?;
    for _ in 0..index {
        cursor.skip()?;
    }
    cursor.byte_string()
}

/// A signature with headers of its own: of a `COSE_Sign`, or a countersignature.
fn show_signature(
    report: &mut Report,
    headers: &Headers<'_>,
    signature: &[u8],
    name: &str,
) -> Result<Value, Error> {
    let mut object = show_part(report, headers, name)?;
    report.pair(name, hex(signature));
    object.insert("signature".to_owned(), json!(hex(signature)));
    Ok(Value::Object(object))
}

/// The headers of a part of a message.
fn show_part(
    report: &mut Report,
    headers: &Headers<'_>,
    name: &str,
) -> Result<Map<String, Value>, Error> {
    let mut object = headers_json(headers);
    let [protected, unprotected] = show_buckets(report, headers, &format!("{name}, "))?;
    object.insert("protected".to_owned(), protected);
    object.insert("unprotected".to_owned(), unprotected);
    Ok(object)
}

/// Recipients, and those nested in them: as deep as the core reads.
fn show_recipients(
    report: &mut Report,
    recipients: Recipients<'_>,
    of: &str,
) -> Result<Value, Error> {
    let mut objects = Vec::new();
    for (recipient, index) in recipients.zip(1_usize..) {
        let name = format!("{of} {index}");
        let mut object = show_part(report, recipient.headers(), &name)?;
        let ciphertext = recipient.ciphertext();
        if let Some(ciphertext) = ciphertext {
            report.pair(&format!("{name}, encrypted key"), hex(ciphertext));
        }
        object.insert("ciphertext".to_owned(), json!(ciphertext.map(hex)));
        let nested = recipient.recipients();
        if nested.clone().next().is_some() {
            let nested = show_recipients(report, nested, &format!("{name}, recipient"))?;
            object.insert("recipients".to_owned(), nested);
        }
        objects.push(Value::Object(object));
    }
    Ok(Value::Array(objects))
}

fn show_countersignatures(report: &mut Report, headers: &Headers<'_>) -> Result<(), Error> {
    let mut full = Vec::new();
    for (countersignature, index) in headers.countersignatures()?.zip(1_usize..) {
        let signature = countersignature.signature();
        let name = format!("countersignature {index}");
        full.push(show_signature(report, signature.headers(), signature.signature(), &name)?);
    }
    let mut abbreviated = Vec::new();
    for countersignature in headers.countersignatures0()? {
        let signature = hex(countersignature.signature());
        report.pair("abbreviated countersignature", &signature);
        abbreviated.push(signature);
    }
    if !full.is_empty() {
        report.json("countersignatures", full);
    }
    if !abbreviated.is_empty() {
        report.json("countersignatures0", abbreviated);
    }
    Ok(())
}

/// What the headers say of certificates (RFC 9360). A certificate that can't be read is said to be so.
fn show_certificates(report: &mut Report, headers: &Headers<'_>) {
    let get = |label| headers.get(Label::Integer(label));
    let mut object = Map::new();
    for (name, label) in [("x5chain", header::X5CHAIN), ("x5bag", header::X5BAG)] {
        let Some(certificates) = get(label).and_then(|value| CoseX509::parse(value).ok()) else {
            continue;
        };
        let shown: Vec<_> = certificates.iter().map(|der| certificate(report, name, der)).collect();
        object.insert(name.to_owned(), Value::Array(shown));
    }
    if let Some(hash) = get(header::X5T).and_then(|value| CoseCertHash::parse(value).ok()) {
        let algorithm = match hash.algorithm {
            Label::Integer(number) => json!(number),
            Label::Text(text) => json!(text),
        };
        report.pair("x5t", format_args!("{algorithm}, {}", hex(hash.value)));
        object.insert("x5t".to_owned(), json!({"alg": algorithm, "value": hex(hash.value)}));
    }
    if let Some(uri) = get(header::X5U).and_then(|value| x5u(value).ok()) {
        report.pair("x5u", uri);
        object.insert("x5u".to_owned(), json!(uri));
    }
    if !object.is_empty() {
        report.json("x509", Value::Object(object));
    }
}

fn certificate(report: &mut Report, name: &str, der: Raw<'_>) -> Value {
    match Certificate::parse_raw(der) {
        Ok(certificate) => {
            let fields = certificate.fields();
            let subject = fields.subject().to_string();
            let issuer = fields.issuer().to_string();
            report.pair(name, format_args!("{subject}, issued by {issuer}"));
            json!({
                "offset": der.offset(), "subject": subject, "issuer": issuer,
                "not_before": certificate.not_before(), "not_after": certificate.not_after(),
            })
        }
        Err(error) => {
            report.pair(name, format_args!("not read: {error}"));
            json!({"offset": der.offset(), "error": error.to_string()})
        }
    }
}
