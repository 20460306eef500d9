//! Attestation results: nothing that a result says is believed before its signature, its age and whose it is have
//! been checked.

use core::fmt;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::{Algorithm, Key};
use hexad_eat::ear::{Ear, Results, Tier};
use hexad_eat::freshness::Clock;
use hexad_eat::json::Jwt;
use hexad_eat::{Error, Token};
use hexad_operator::appraisal::manifest_of;

use crate::record::State;

/// How many seconds a verifier's clock may go before this one's.
const LEEWAY: u32 = 5;

/// The algorithms that results may be signed with, of those that the verifier's key serves.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::ESP256,
    Algorithm::ES256,
    Algorithm::ESP384,
    Algorithm::ES384,
    Algorithm::ESP512,
    Algorithm::ES512,
    Algorithm::ED25519,
    Algorithm::EDDSA,
];

/// What a verified result says of one device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attested {
    /// What the network may do with the device.
    pub state: State,
    /// When it was issued, in seconds since 1970 began.
    pub issued: i64,
    /// When it is over, likewise.
    pub expires: Option<i64>,
    /// The manifest of the release that the device was shown to run: see
    /// [`MANIFEST`](hexad_operator::appraisal::MANIFEST).
    pub manifest: Option<String>,
    /// Who came to it, and by which policies.
    pub reason: String,
}

/// Why an attestation result changes nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// No verifier is configured.
    NoVerifier,
    /// It is malformed, not signed by a configured verifier, expired, or not yet valid.
    Token(Error),
    /// It was issued longer ago than is configured.
    TooOld,
    /// It is about other devices.
    OtherDevice,
    /// One that was issued later, or this very one, was taken before.
    Replayed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVerifier => f.write_str("no verifier is configured"),
            Self::Token(error) => error.fmt(f),
            Self::TooOld => f.write_str("it was issued too long ago"),
            Self::OtherDevice => f.write_str("it is about another device"),
            Self::Replayed => f.write_str("it was taken before, or a later one was"),
        }
    }
}

impl core::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Token(error)
    }
}

/// Reads an EAR about the device that the verifier calls `name`: a CWT, or a JWT. Its signer has one of `keys`, each
/// a `COSE_Key`; it is valid at `now`, and was issued at most `max_age` seconds before.
///
/// A result about several devices counts for each as the least trusted of them does: which of them are parts of one
/// device is not said.
///
/// # Errors
/// [`Refusal`], but for `Replayed`, which is for whoever remembers.
pub fn read(
    result: &[u8],
    name: &str,
    keys: &[Vec<u8>],
    max_age: u32,
    now: i64,
    crypto: &mut (impl Hash + Verify),
) -> Result<Attested, Refusal> {
    let mut refusal = Refusal::NoVerifier;
    for key in keys {
        let key = Key::parse(key).map_err(Error::from)?;
        match verify(result, &key, crypto, |ear| appraised(ear, name, max_age, now)) {
            Ok(attested) => return attested,
            Err(error) => refusal = error.into(),
        }
    }
    Err(refusal)
}

/// What `read` makes of the result that `key` vouches for.
fn verify<T>(
    result: &[u8],
    key: &Key<'_>,
    crypto: &mut (impl Hash + Verify),
    read: impl FnOnce(&Ear<'_>) -> T,
) -> Result<T, Error> {
    // A CWT is an array or a tag, no byte of which begins a JWT.
    match core::str::from_utf8(result) {
        Ok(text) if text.starts_with("eyJ") => {
            let claims = Jwt::parse(text.trim_end())?.verify_ear(key, ALGORITHMS, crypto)?;
            Ok(read(&claims.ear()?))
        }
        _ => {
            let results = Results { algorithms: ALGORITHMS };
            let ear = Token::parse(result)?.check(key, &results, crypto)?.run(crypto)?;
            Ok(read(ear.get()))
        }
    }
}

fn appraised(ear: &Ear<'_>, name: &str, max_age: u32, now: i64) -> Result<Attested, Refusal> {
    ear.check_validity(Clock { now, leeway: LEEWAY })?;
    if ear.iat < now.saturating_sub(max_age.into()) {
        return Err(Refusal::TooOld);
    }
    let own = ear.submods.iter().find(|appraisal| appraisal.name == name);
    let appraisal = own.ok_or(Refusal::OtherDevice)?;
    let policies: Vec<_> = appraisal.appraisal_policy_ids.iter().collect();
    let verifier = ear.verifier_id;
    Ok(Attested {
        state: match ear.tier() {
            Tier::Affirming => State::Allowed,
            Tier::Warning => State::UpdateOnly,
            Tier::Contraindicated | Tier::None => State::Quarantined,
        },
        issued: ear.iat,
        expires: ear.exp,
        manifest: manifest_of(&appraisal).map(str::to_owned),
        reason: format!(
            "{} by {} {}, {}",
            ear.tier().name(),
            verifier.developer,
            verifier.build,
            policies.join(" ")
        ),
    })
}
