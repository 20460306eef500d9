//! Claims-sets in JSON (RFC 9711, 7.2): read into the CBOR of the same claims, and written from it, so
//! that every rule stands once, in [`Claims`] and [`Ear`].

mod cmw;
mod jwt;
mod names;
mod nested;
mod read;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

use hexad_cose_core::cbor::{Cursor, Encoder};

use crate::claims::Claims;
use crate::ear::{self, Ear};
use crate::error::Error;

pub use cmw::{read_cmw, write_cmw};
pub use jwt::Jwt;
pub use nested::{JsonBundle, Nested};

/// A claims-set that was read from JSON: the encoding in CBOR of its claims, in the order in which they
/// stood. Nothing is known of who made it: see [`Jwt`].
///
/// ```
/// use hexad_eat::{DebugStatus, JsonClaims};
///
/// let text = r#"{"eat_nonce": "MIDBNH28iioisjPy", "dbgstat": "disabled", "com.example.zone": 7}"#;
/// let json = JsonClaims::parse(text)?;
/// let claims = json.claims();
/// assert_eq!(claims.dbgstat, Some(DebugStatus::Disabled));
/// assert_eq!(claims.others.get("com.example.zone").unwrap().bytes(), [7]);
///
/// assert_eq!(hexad_eat::json::write(&claims)?.len(), text.replace(' ', "").len());
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonClaims {
    cbor: Vec<u8>,
}

impl JsonClaims {
    /// Reads one claims-set that is all of `text`, and validates every claim that it knows, by the rules
    /// of [`Claims::parse`]. Offsets of errors are those in `text`.
    ///
    /// A nonce is the base64url of its bytes where it is base64url of 8 to 64 bytes, else its text. Two
    /// things are taken that the CDDL has not, because examples of RFC 9711 have them: base64url with
    /// padding, and a version without its array.
    ///
    /// # Errors
    /// `Json` for what is no JSON, or nests more than 128 levels; `Cose` with `DuplicateKey` for a name
    /// that stands twice, with `UnexpectedType` for a value of another type, with `Unsupported` for a
    /// number beyond 64 bits; and as [`Claims::parse`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::read(text, |cbor| Claims::parse(cbor).map(drop))
    }

    /// Reads one attestation result that is all of `text`, by the rules of [`Ear::parse`].
    ///
    /// # Errors
    /// As [`parse`](Self::parse) and [`Ear::parse`].
    pub fn parse_ear(text: &str) -> Result<Self, Error> {
        Self::read(text, |cbor| Ear::parse(cbor).map(drop))
    }

    fn read(text: &str, validate: impl FnOnce(&[u8]) -> Result<(), Error>) -> Result<Self, Error> {
        let json = read::parse(text)?;
        let mut output = read::Output::default();
        read::claims_set(json.value(), &mut output)?;
        validate(&output.cbor).map_err(|error| output.in_text(error))?;
        Ok(Self { cbor: output.cbor })
    }

    /// The claims.
    #[must_use]
    pub fn claims(&self) -> Claims<'_> {
        // Validated when it was read, so this can't fail.
        Claims::parse(&self.cbor).unwrap_or_default()
    }

    /// The attestation result that they are.
    ///
    /// # Errors
    /// As [`Ear::parse`]; never of what [`parse_ear`](Self::parse_ear) gave. Offsets are those in the
    /// CBOR.
    pub fn ear(&self) -> Result<Ear<'_>, Error> {
        Ear::parse(&self.cbor)
    }

    /// The claims-set in CBOR.
    #[must_use]
    pub fn as_cbor(&self) -> &[u8] {
        &self.cbor
    }
}

/// Writes a claims-set in JSON.
///
/// # Errors
/// As [`Claims::encode`]; `Claim` for one without a name in JSON; `Cose` with `Unsupported` for a value
/// that JSON has not (NaN, tags), with `TooDeep` beyond 128 levels.
pub fn write(claims: &Claims<'_>) -> Result<String, Error> {
    let mut cbor = Vec::new();
    claims.encode(&mut Encoder::appending(&mut cbor))?;
    write_cbor(&cbor, false)
}

/// Writes an attestation result in JSON, with the names of its revision.
///
/// # Errors
/// As [`Ear::encode`] and [`write()`].
pub fn write_ear(ear: &Ear<'_>) -> Result<String, Error> {
    let mut cbor = Vec::new();
    ear.encode(&mut Encoder::appending(&mut cbor))?;
    write_cbor(&cbor, ear.revision == ear::Revision::Veraison2023)
}

fn write_cbor(cbor: &[u8], earlier: bool) -> Result<String, Error> {
    let mut output = write::Output { json: String::new(), earlier };
    output.claims_set(&mut Cursor::new(cbor), 0)?;
    Ok(output.json)
}

#[cfg(test)]
mod tests;
