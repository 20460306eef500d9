//! Messages as they come, tagged or not, and their header parameters as a reader wants to see them.

use hexad_cose_core::cbor::{Cursor, Raw, Type, Vocabulary, outline};
use hexad_cose_core::iana::{header, tag};
use hexad_cose_core::{Algorithm, Error, ErrorKind, Headers, Message, cwt};
use serde_json::{Map, Value, json};

use crate::arguments::shown;
use crate::input::hex;
use crate::report::{Report, outline_json};

/// How header parameters are called (RFC 9052, 3.1 and the IANA registry).
pub static HEADER: Vocabulary = Vocabulary {
    label: |label| {
        Some(match label {
            header::ALG => "alg",
            header::CRIT => "crit",
            header::CONTENT_TYPE => "content type",
            header::KID => "kid",
            header::IV => "IV",
            header::PARTIAL_IV => "Partial IV",
            header::COUNTERSIGNATURE => "counter signature",
            header::COUNTERSIGNATURE0 => "CounterSignature0",
            10 => "kid context",
            header::COUNTERSIGNATURE_V2 => "Countersignature version 2",
            header::COUNTERSIGNATURE0_V2 => "Countersignature0 version 2",
            header::CWT_CLAIMS => "CWT Claims",
            header::TYP => "typ",
            header::X5BAG => "x5bag",
            header::X5CHAIN => "x5chain",
            header::X5T => "x5t",
            header::X5U => "x5u",
            header::EPHEMERAL_KEY => "ephemeral key",
            header::STATIC_KEY => "static key",
            header::STATIC_KEY_ID => "static key id",
            header::SALT => "salt",
            header::PARTY_U_IDENTITY => "PartyU identity",
            header::PARTY_U_NONCE => "PartyU nonce",
            header::PARTY_U_OTHER => "PartyU other",
            header::PARTY_V_IDENTITY => "PartyV identity",
            header::PARTY_V_NONCE => "PartyV nonce",
            header::PARTY_V_OTHER => "PartyV other",
            header::X5T_SENDER => "x5t-sender",
            header::X5U_SENDER => "x5u-sender",
            header::X5CHAIN_SENDER => "x5chain-sender",
            _ => return None,
        })
    },
    value: |label, value| if label == header::ALG { Algorithm(value).name() } else { None },
    inner: |label| (label.integer() == Some(header::CWT_CLAIMS)).then_some(&CLAIMS),
};

/// How the claims of a CWT are called (RFC 8392, 3.1; RFC 8747, 3.1).
pub static CLAIMS: Vocabulary = Vocabulary {
    label: |label| {
        ["iss", "sub", "aud", "exp", "nbf", "iat", "cti", "cnf"]
            .get(usize::try_from(label.checked_sub(1)?).ok()?)
            .copied()
    },
    value: |_, _| None,
    inner: |_| None,
};

/// What a message without a tag is read as: its form leaves some choices, and what is to be done with it
/// makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// It is to be shown, or verified under a key pair.
    Signed,
    /// It is to be verified under a symmetric key.
    Authenticated,
    /// It is to be decrypted.
    Encrypted,
}

/// Reads the message that is all of `raw`, behind the tag of a CWT or not.
pub fn parse(raw: Raw<'_>, guess: Guess) -> Result<Message<'_>, Error> {
    let mut cursor = raw.cursor();
    cwt::skip_tag(&mut cursor)?;
    let message = if cursor.peek()? == Type::Tag {
        Message::parse_at(&mut cursor)?
    } else {
        let number = number_of_untagged(cursor, guess).unwrap_or(tag::SIGN1);
        Message::parse_as(number, &mut cursor)?
    };
    cursor.finish()?;
    Ok(message)
}

/// The tag that a message without one would have.
fn number_of_untagged(mut cursor: Cursor<'_>, guess: Guess) -> Result<u64, Error> {
    match cursor.array()?.definite() {
        Some(3) => return Ok(tag::ENCRYPT0),
        Some(5) => return Ok(tag::MAC),
        Some(4) => {}
        _ => return Err(cursor.error(ErrorKind::Length)),
    }
    for _ in 0..3 {
        cursor.skip()?;
    }
    if cursor.peek()? != Type::Array {
        return Ok(if guess == Guess::Authenticated { tag::MAC0 } else { tag::SIGN1 });
    }
    // Signatures and recipients look alike, but for their algorithms.
    cursor.array()?;
    let nested = cursor.array()?.definite() == Some(4);
    let algorithm = Headers::parse(&mut cursor)?.algorithm();
    let of_recipients = algorithm.and_then(Algorithm::key_management).is_some();
    let encrypted = nested || of_recipients || guess == Guess::Encrypted;
    Ok(if encrypted { tag::ENCRYPT } else { tag::SIGN })
}

/// The `type` of reports.
pub const fn kind(message: &Message<'_>) -> &'static str {
    match message {
        Message::Sign(_) => "sign",
        Message::Sign1(_) => "sign1",
        Message::Encrypt(_) => "encrypt",
        Message::Encrypt0(_) => "encrypt0",
        Message::Mac(_) => "mac",
        Message::Mac0(_) => "mac0",
    }
}

/// `alg` and `kid` in a report.
pub fn describe_headers(report: &mut Report, headers: &Headers<'_>) {
    if let Some(algorithm) = headers.algorithm() {
        report.entry("alg", "alg", algorithm, algorithm.0);
    }
    if let Some(kid) = headers.kid() {
        report.entry("kid", "kid", shown(kid), hex(kid));
    }
}

/// `alg` and `kid` of a part of a message, for scripts.
pub fn headers_json(headers: &Headers<'_>) -> Map<String, Value> {
    let mut object = Map::new();
    if let Some(algorithm) = headers.algorithm() {
        object.insert("alg".to_owned(), json!(algorithm.0));
    }
    if let Some(kid) = headers.kid() {
        object.insert("kid".to_owned(), json!(hex(kid)));
    }
    object
}

/// Who somebody with `algorithm` is, for people.
pub fn whom(algorithm: Algorithm, kid: Option<&[u8]>) -> String {
    match kid {
        Some(kid) => format!("{algorithm}, {}", shown(kid)),
        None => algorithm.to_string(),
    }
}

/// Both header buckets in a report, item by item.
pub fn show_headers(report: &mut Report, headers: &Headers<'_>) -> Result<(), Error> {
    let [protected, unprotected] = show_buckets(report, headers, "")?;
    report.json("protected", protected);
    report.json("unprotected", unprotected);
    Ok(())
}

/// Both header buckets on lines, under headings that begin with `of`; and for scripts.
pub fn show_buckets(
    report: &mut Report,
    headers: &Headers<'_>,
    of: &str,
) -> Result<[Value; 2], Error> {
    let mut show = |name: &str, bucket: Raw<'_>| {
        // A protected bucket without entries may be a string without bytes.
        let lines =
            if bucket.bytes().is_empty() { Vec::new() } else { outline(bucket, Some(&HEADER))? };
        let heading = format!("{of}{name}");
        report.items(&heading, bucket.offset(), lines.get(1..).unwrap_or_default());
        Ok::<_, Error>(outline_json(&lines))
    };
    Ok([show("protected", headers.protected())?, show("unprotected", headers.unprotected())?])
}
