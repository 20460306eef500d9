//! Attestation results: EAR (draft-ietf-rats-ear-03), the verifier's answer to evidence, in CBOR. It is
//! itself an EAT profile: a signed one is read by [`Token`](crate::Token) with [`Results`].

mod appraisal;
mod trust;

use hexad_cose_core::cbor::{Cursor, Encoder, Entries, Number, Raw, write_map};
use hexad_cose_core::cwt::{Others, Writer};
use hexad_cose_core::{Algorithm, Builder, Draft, Headers, Label, Sign1, kind};

pub use appraisal::Appraisal;
pub use trust::{Aspect, Tier, TrustClaim, TrustworthinessVector};

use crate::claims::whole_time;
use crate::error::{Error, ErrorKind};
use crate::freshness::{Clock, check_times};
use crate::labels;
use crate::list::{Codec, List};
use crate::message::Nonce;
use crate::profile::Profile;

/// The `eat_profile` of an EAR.
pub const PROFILE: &str = Revision::Draft03.profile();

/// Which generation of the draft a result keeps to. They differ in the profile, in names in JSON, and in
/// how policies stand: one alone, or an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revision {
    /// draft-ietf-rats-ear-03.
    #[default]
    Draft03,
    /// What Veraison's verifiers and libraries issue: the draft before it had a working group's name.
    Veraison2023,
}

impl Revision {
    const ALL: [Self; 2] = [Self::Draft03, Self::Veraison2023];

    /// Its `eat_profile`.
    #[must_use]
    pub const fn profile(self) -> &'static str {
        match self {
            Self::Draft03 => "tag:ietf.org,2026:rats/ear#03",
            Self::Veraison2023 => "tag:github.com,2023:veraison/ear",
        }
    }
}

/// `ear_verifier_id`: which software appraised (AR4SI, 3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VerifierId<'b> {
    /// `developer`: who is responsible for the verifier's software.
    pub developer: &'b str,
    /// `build`: which build of it runs.
    pub build: &'b str,
}

impl<'b> VerifierId<'b> {
    fn read(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let error = Error::new(ErrorKind::Claim(labels::EAR_VERIFIER_ID), cursor.offset());
        let (mut developer, mut build) = (None, None);
        let mut entries = Entries::enter(cursor)?;
        while let Some(label) = entries.next(cursor)? {
            match label {
                Label::Integer(0) => developer = Some(cursor.text()?),
                Label::Integer(1) => build = Some(cursor.text()?),
                _ => return Err(error),
            }
        }
        Ok(Self { developer: developer.ok_or(error)?, build: build.ok_or(error)? })
    }

    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        write_map(encoder, |members| {
            members.text(0, Some(self.developer))?;
            Ok(members.text(1, Some(self.build))?)
        })
    }
}

/// An EAT Attestation Result: parsed from its encoding as a view, or filled in to be written.
///
/// ```
/// use hexad_eat::ear::{Appraisal, Aspect, Ear, Tier, TrustClaim, TrustworthinessVector, VerifierId};
///
/// let mut vector = TrustworthinessVector::default();
/// vector.set(Aspect::Executables, TrustClaim::APPROVED_BOOT);
/// vector.set(Aspect::InstanceIdentity, TrustClaim::TRUSTWORTHY_INSTANCE);
/// let policies = ["https://example.com/policy/1"];
/// let appraisals = [Appraisal {
///     appraisal_policy_ids: (&policies).into(),
///     ..Appraisal::new("device", vector)
/// }];
/// let ear = Ear {
///     verifier_id: VerifierId { developer: "https://example.com", build: "verifier 1.0" },
///     ..Ear::new(1_700_000_000, &appraisals)
/// };
/// assert_eq!(ear.tier(), Tier::Affirming);
///
/// let mut buffer = [0; 256];
/// let mut encoder = hexad_cose_core::cbor::Encoder::new(&mut buffer);
/// ear.encode(&mut encoder)?;
/// assert_eq!(Ear::parse(encoder.as_bytes())?, ear);
/// # Ok::<(), hexad_eat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ear<'b> {
    /// Which generation of the draft it keeps to.
    pub revision: Revision,
    /// `ear_status`: what all appraisals come to.
    pub status: Option<Tier>,
    /// `iat`: when it was issued, in seconds since 1970-01-01T00:00Z.
    pub iat: i64,
    /// `exp`: not to be accepted from then on, in seconds since 1970-01-01T00:00Z.
    pub exp: Option<i64>,
    /// `ear_verifier_id`
    pub verifier_id: VerifierId<'b>,
    /// `ear_raw_evidence`: the evidence as it was submitted. It may hold what identifies a person.
    pub raw_evidence: Option<&'b [u8]>,
    /// `submods`: an appraisal for each attester.
    pub submods: List<'b, Appraisal<'b>>,
    /// `eat_nonce`: given by whoever asked for this result. (That of the evidence is in the appraisal.)
    pub eat_nonce: Option<Nonce<'b>>,
    /// All other claims.
    pub others: Others<'b>,
}

const KNOWN: &[i64] = &[
    labels::EXP,
    labels::IAT,
    labels::EAT_NONCE,
    labels::EAT_PROFILE,
    labels::SUBMODS,
    labels::EAR_STATUS,
    labels::EAR_RAW_EVIDENCE,
    labels::EAR_VERIFIER_ID,
];

impl<'b> Ear<'b> {
    /// A result of these appraisals, issued at `iat`, without the verifier's name.
    #[must_use]
    pub fn new(iat: i64, submods: &'b [Appraisal<'b>]) -> Self {
        Self {
            revision: Revision::Draft03,
            status: None,
            iat,
            exp: None,
            verifier_id: VerifierId::default(),
            raw_evidence: None,
            submods: submods.into(),
            eat_nonce: None,
            others: Others::default(),
        }
    }

    /// Reads one EAR claims-set that is all of `bytes`. Nothing is known of who made it: see
    /// [`Results`].
    ///
    /// # Errors
    /// `Cose` for what is malformed, of the wrong type, duplicate, or left over; `Profile` when it is
    /// not an EAR of either [`Revision`]; `Missing`, `Claim` and `FloatingPoint` at the claim; `Status` at
    /// the map that claims more trust than what it sums up.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::parse_all(Raw::new(bytes, 0))
    }

    fn parse_all(claims: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = claims.cursor();
        let mut ear = Self::new(0, &[]);
        let (mut iat, mut verifier_id, mut profile) = (None, None, None);
        let mut entries = Entries::enter(&mut cursor)?;
        while let Some(key) = entries.next(&mut cursor)? {
            let cursor = &mut cursor;
            match key {
                Label::Integer(label @ labels::IAT) => iat = Some(whole_time(label, cursor)?),
                Label::Integer(label @ labels::EXP) => ear.exp = Some(whole_time(label, cursor)?),
                Label::Integer(labels::EAT_NONCE) => ear.eat_nonce = Some(Nonce::parse(cursor, 0)?),
                Label::Integer(labels::EAT_PROFILE) => profile = Some(cursor.text()?),
                Label::Integer(labels::SUBMODS) => ear.submods = List::parse_map(cursor, 0)?,
                Label::Integer(labels::EAR_STATUS) => ear.status = Some(Tier::read(cursor)?),
                Label::Integer(labels::EAR_RAW_EVIDENCE) => {
                    ear.raw_evidence = Some(cursor.bytes()?);
                }
                Label::Integer(labels::EAR_VERIFIER_ID) => {
                    verifier_id = Some(VerifierId::read(cursor)?);
                }
                _ => cursor.skip()?,
            }
        }
        ear.others = Others::of(claims.until(&cursor), KNOWN);
        cursor.finish()?;
        let error = |kind| Error::new(kind, claims.offset());
        let missing = |label| error(ErrorKind::Missing(label));
        let profile = profile.ok_or(missing(labels::EAT_PROFILE))?;
        let revision = Revision::ALL.into_iter().find(|revision| revision.profile() == profile);
        ear.revision = revision.ok_or(error(ErrorKind::Profile))?;
        ear.iat = iat.ok_or(missing(labels::IAT))?;
        ear.verifier_id = verifier_id.ok_or(missing(labels::EAR_VERIFIER_ID))?;
        ear.check(claims.offset())?;
        Ok(ear)
    }

    /// That there is an appraisal, and that `ear_status` is no better than the worst of them.
    fn check(&self, offset: usize) -> Result<(), Error> {
        if self.submods.is_empty() {
            return Err(Error::new(ErrorKind::Missing(labels::SUBMODS), offset));
        }
        match self.status {
            Some(status) if !status.may_sum_up(self.worst()) => {
                Err(Error::new(ErrorKind::Status, offset))
            }
            _ => Ok(()),
        }
    }

    fn worst(&self) -> Tier {
        self.submods.iter().map(|appraisal| appraisal.status).max().unwrap_or(Tier::None)
    }

    /// What it comes to: `ear_status`, else the least trust of its appraisals.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.status.unwrap_or(self.worst())
    }

    /// Checks that the result is valid now: not at or after `exp`, and not issued in the future.
    ///
    /// # Errors
    /// `Expired`; `NotYetValid`.
    pub fn check_validity(&self, clock: Clock) -> Result<(), Error> {
        check_times(self.exp.map(Number::Integer), None, Some(self.iat), clock)
    }

    /// Writes the claims-set in deterministic encoding.
    ///
    /// # Errors
    /// `Cose` with `BufferTooSmall`, or with `DuplicateKey` for an attester named twice; `Missing`
    /// without an appraisal; `Status`; `Claim`, also for several policies in [`Revision::Veraison2023`].
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(0)?;
        write_map(encoder, |members| {
            let mut writer = Writer::new(members, self.others);
            writer.integer(labels::EXP, self.exp)?;
            writer.integer(labels::IAT, Some(self.iat))?;
            writer.bytes(labels::EAT_NONCE, self.eat_nonce.as_ref().map(Nonce::as_bytes))?;
            writer.text(labels::EAT_PROFILE, Some(self.revision.profile()))?;
            writer.put(labels::SUBMODS, Some(&self.submods), |submods, encoder| {
                submods.encode_map_with(encoder, |appraisal, encoder| {
                    appraisal.write(self.revision, encoder)
                })
            })?;
            writer.unsigned(labels::EAR_STATUS, self.status.map(Tier::value))?;
            writer.bytes(labels::EAR_RAW_EVIDENCE, self.raw_evidence)?;
            writer.put(labels::EAR_VERIFIER_ID, Some(&self.verifier_id), VerifierId::write)?;
            Ok(writer.finish()?)
        })
    }

    /// Writes the result as a CWT into `buffer`, to be signed there with `algorithm`.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn to_be_signed<'w>(
        &self,
        algorithm: Algorithm,
        buffer: &'w mut [u8],
    ) -> Result<Draft<'w, kind::Sign1>, Error> {
        let message: Builder<'w, kind::Sign1> = Sign1::builder(algorithm);
        let message = message.within_tag(hexad_cose_core::iana::tag::CWT);
        message.payload_with(|encoder| self.encode(encoder), buffer)
    }
}

/// The profile by which a relying party reads attestation results: any EAR, by these algorithms.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Algorithm, Key};
/// use hexad_eat::{Error, Token, ear::{Results, Tier}};
///
/// fn tier<'b>(
///     bytes: &'b [u8],
///     verifier: &Key<'b>,
///     crypto: &mut (impl Hash + Verify),
/// ) -> Result<Tier, Error> {
///     let results = Results { algorithms: &[Algorithm::ESP256] };
///     let ear = Token::parse(bytes)?.check(verifier, &results, crypto)?.run(crypto)?;
///     Ok(ear.tier())
/// }
/// ```
///
/// # Errors
/// As [`Ear::parse`].
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// The algorithms that the relying party accepts.
    pub algorithms: &'a [Algorithm],
}

impl Profile for Results<'_> {
    type Content<'b> = Ear<'b>;

    fn algorithms(&self) -> &[Algorithm] {
        self.algorithms
    }

    fn read<'b>(&self, _headers: &Headers<'b>, payload: Raw<'b>) -> Result<Ear<'b>, Error> {
        Ear::parse_all(payload)
    }
}

impl<'b> Codec<'b> for &'b str {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        Ok(cursor.text()?)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        Ok(encoder.text(self).map(drop)?)
    }
}

#[cfg(test)]
mod tests;
