//! Tokens and claims-sets in lines for a reader, with the names of the registries.

use alloc::vec::Vec;

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Line, Vocabulary, outline};

use crate::claims::Claims;
use crate::ear::Aspect;
use crate::error::Error;
use crate::labels;
use crate::token::Token;

/// How claims and their values are called (RFC 9711; draft-ietf-rats-ear-03).
pub static CLAIMS: Vocabulary = Vocabulary {
    label: labels::name,
    value: value_name,
    inner: |label| match label {
        Label::Integer(labels::SUBMODS) => Some(&SUBMODS),
        Label::Integer(labels::LOCATION) => Some(&LOCATION),
        Label::Integer(labels::EAR_TRUSTWORTHINESS_VECTOR) => Some(&VECTOR),
        Label::Integer(labels::EAR_VERIFIER_ID) => Some(&VERIFIER_ID),
        _ => None,
    },
};

static SUBMODS: Vocabulary =
    Vocabulary { label: |_| None, value: |_, _| None, inner: |_| Some(&CLAIMS) };

static LOCATION: Vocabulary = Vocabulary {
    label: |label| {
        Some(match label {
            1 => "latitude",
            2 => "longitude",
            3 => "altitude",
            4 => "accuracy",
            5 => "altitude-accuracy",
            6 => "heading",
            7 => "speed",
            8 => "timestamp",
            9 => "age",
            _ => return None,
        })
    },
    value: |_, _| None,
    inner: |_| None,
};

static VECTOR: Vocabulary = Vocabulary {
    label: |label| {
        let index = usize::try_from(label).ok()?;
        Aspect::ALL.get(index).map(|aspect| aspect.name())
    },
    value: |_, value| {
        let claim = crate::ear::TrustClaim(i8::try_from(value).ok()?);
        Some(claim.tier().name())
    },
    inner: |_| None,
};

static VERIFIER_ID: Vocabulary = Vocabulary {
    label: |label| match label {
        0 => Some("developer"),
        1 => Some("build"),
        _ => None,
    },
    value: |_, _| None,
    inner: |_| None,
};

/// The claims of a token, of which nothing is verified: depth, offset in `bytes`, name and value of
/// each.
///
/// # Errors
/// As [`Token::parse`] and [`Token::unverified_claims`].
pub fn token_lines(bytes: &[u8]) -> Result<Vec<Line>, Error> {
    let token = Token::parse(bytes)?;
    token.unverified_claims()?;
    Ok(outline(token.unverified_payload()?, Some(&CLAIMS))?)
}

/// The claims of an unprotected claims-set: depth, offset, name and value of each.
///
/// # Errors
/// As [`Claims::parse`].
pub fn claims_lines(bytes: &[u8]) -> Result<Vec<Line>, Error> {
    Claims::parse(bytes)?;
    Ok(outline(Cursor::new(bytes).rest(), Some(&CLAIMS))?)
}

fn value_name(label: i64, value: i64) -> Option<&'static str> {
    Some(match (label, value) {
        (labels::DBGSTAT, 0) => "enabled",
        (labels::DBGSTAT, 1) => "disabled",
        (labels::DBGSTAT, 2) => "disabled-since-boot",
        (labels::DBGSTAT, 3) => "disabled-permanently",
        (labels::DBGSTAT, 4) => "disabled-fully-and-permanently",
        (labels::INTUSE, 1) => "generic",
        (labels::INTUSE, 2) => "registration",
        (labels::INTUSE, 3) => "provisioning",
        (labels::INTUSE, 4) => "csr",
        (labels::INTUSE, 5) => "pop",
        (labels::EAR_STATUS, 0) => "none",
        (labels::EAR_STATUS, 2) => "affirming",
        (labels::EAR_STATUS, 32) => "warning",
        (labels::EAR_STATUS, 96) => "contraindicated",
        _ => return None,
    })
}
