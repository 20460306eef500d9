//! A COSE message of either kind, and its parts as a reader wants to see them.

use hexad_cose_core::cbor::{Cursor, Raw, Type, Vocabulary, check_well_formed, outline};
use hexad_cose_core::iana::{header, tag};
use hexad_cose_core::{Algorithm, Error, Headers, Key, Mac0, Sign1};
use serde_json::json;

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
            10 => "kid context",
            11 => "Countersignature version 2",
            12 => "Countersignature0 version 2",
            15 => "CWT Claims",
            16 => "typ",
            32 => "x5bag",
            33 => "x5chain",
            34 => "x5t",
            35 => "x5u",
            _ => return None,
        })
    },
    value: |label, value| if label == header::ALG { Algorithm(value).name() } else { None },
    inner: |_| None,
};

/// A message with one signer or one tag.
#[derive(Clone, Copy, Debug)]
pub enum Message<'b> {
    /// COSE_Sign1.
    Sign1(Sign1<'b>),
    /// COSE_Mac0.
    Mac0(Mac0<'b>),
}

impl<'b> Message<'b> {
    /// Reads the message that is all of `bytes`. Without a tag it is what `key` can check: the two
    /// kinds look alike.
    pub fn parse(bytes: &'b [u8], key: Option<&Key<'_>>) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let tagged = if cursor.peek()? == Type::Tag { Some(cursor.tag()?) } else { None };
        let symmetric = key.is_some_and(|key| key.symmetric().is_some());
        if tagged == Some(tag::MAC0) || (tagged.is_none() && symmetric) {
            Mac0::parse(bytes).map(Self::Mac0)
        } else {
            Sign1::parse(bytes).map(Self::Sign1)
        }
    }

    /// The `type` of reports.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sign1(_) => "sign1",
            Self::Mac0(_) => "mac0",
        }
    }

    /// The name in the standard.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sign1(_) => "COSE_Sign1",
            Self::Mac0(_) => "COSE_Mac0",
        }
    }

    /// The header parameters.
    pub const fn headers(&self) -> &Headers<'b> {
        match self {
            Self::Sign1(message) => message.headers(),
            Self::Mac0(message) => message.headers(),
        }
    }

    /// The payload, unless it is detached.
    pub const fn payload(&self) -> Option<Raw<'b>> {
        match self {
            Self::Sign1(message) => message.unverified_payload(),
            Self::Mac0(message) => message.unverified_payload(),
        }
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

/// Both header buckets in a report, item by item.
pub fn show_headers(report: &mut Report, headers: &Headers<'_>) -> Result<(), Error> {
    let mut buckets = Vec::new();
    for (name, bucket) in
        [("protected", headers.protected()), ("unprotected", headers.unprotected())]
    {
        // A protected bucket without entries may be a string without bytes.
        let lines =
            if bucket.bytes().is_empty() { Vec::new() } else { outline(bucket, Some(&HEADER))? };
        report.items(name, bucket.offset(), lines.get(1..).unwrap_or_default());
        buckets.push(lines);
    }
    let [protected, unprotected] = buckets.as_slice() else { return Ok(()) };
    report.json("protected", outline_json(protected));
    report.json("unprotected", outline_json(unprotected));
    Ok(())
}

/// A payload in a report: as CBOR where it is an array, a map or a tag of that, and else as bytes.
pub fn show_payload(report: &mut Report, payload: Raw<'_>) -> Result<(), Error> {
    report.json("payload", hex(payload.bytes()));
    let structured = matches!(payload.cursor().peek(), Ok(Type::Array | Type::Map | Type::Tag));
    if structured && check_well_formed(payload.bytes()).is_ok() {
        let lines = outline(payload, None)?;
        report.items("payload", payload.offset(), &lines);
        report.json("payload_items", outline_json(&lines));
    } else {
        report.bytes("payload", payload.offset(), payload.bytes());
        report.json("payload_items", json!(null));
    }
    Ok(())
}
