//! `EAR-appraisal`: what the verifier found of one attester (draft-ietf-rats-ear-03, 3.1).

use hexad_cose_core::Label;
use hexad_cose_core::cbor::{Cursor, Encoder, Entries, write_map};
use hexad_cose_core::cwt::{Others, Writer};

use super::Revision;
use super::trust::{Tier, TrustworthinessVector};
use crate::claims::{Claims, some_of};
use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::list::{Codec, List};
use crate::message::{Nonce, ProfileId};

/// An entry of an EAR's `submods`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Appraisal<'b> {
    /// How the verifier calls the attester.
    pub name: &'b str,
    /// `eat_profile`
    pub eat_profile: Option<ProfileId<'b>>,
    /// `ear_status`: no better than the worst claim of the vector.
    pub status: Tier,
    /// `ear_trustworthiness_vector`
    pub trustworthiness_vector: Option<TrustworthinessVector>,
    /// `ear_appraisal_policy_ids`: the policies that were applied, in their order.
    pub appraisal_policy_ids: List<'b, &'b str>,
    /// `eat_nonce`: the nonce of the evidence.
    pub eat_nonce: Option<Nonce<'b>>,
    /// All other claims.
    pub others: Others<'b>,
}

const KNOWN: &[i64] = &[
    labels::EAT_NONCE,
    labels::EAT_PROFILE,
    labels::EAR_STATUS,
    labels::EAR_TRUSTWORTHINESS_VECTOR,
    labels::EAR_APPRAISAL_POLICY_IDS,
];

impl<'b> Appraisal<'b> {
    /// An appraisal that comes to the tier of its vector.
    #[must_use]
    pub fn new(name: &'b str, vector: TrustworthinessVector) -> Self {
        Self {
            name,
            eat_profile: None,
            status: vector.tier(),
            trustworthiness_vector: vector.iter().next().map(|_| vector),
            appraisal_policy_ids: List::NONE,
            eat_nonce: None,
            others: Others::default(),
        }
    }

    /// Writes the entry, its name first.
    pub(super) fn write(&self, revision: Revision, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.check(encoder.written())?;
        encoder.text(self.name)?;
        write_map(encoder, |members| {
            let mut writer = Writer::new(members, self.others);
            writer.bytes(labels::EAT_NONCE, self.eat_nonce.as_ref().map(Nonce::as_bytes))?;
            writer.put(labels::EAT_PROFILE, self.eat_profile.as_ref(), ProfileId::write)?;
            writer.unsigned(labels::EAR_STATUS, Some(self.status.value()))?;
            let vector = self.trustworthiness_vector.as_ref();
            let vector = vector.filter(|vector| vector.iter().next().is_some());
            let label = labels::EAR_TRUSTWORTHINESS_VECTOR;
            writer.put(label, vector, TrustworthinessVector::write)?;
            let policies = some_of(&self.appraisal_policy_ids);
            writer.put(labels::EAR_APPRAISAL_POLICY_IDS, policies, |policies, encoder| {
                match (revision, policies.len()) {
                    (Revision::Draft03, _) => policies.encode_array(encoder),
                    (Revision::Veraison2023, 1) => policies.encode_one_or_more(encoder),
                    (Revision::Veraison2023, _) => Err(Error::new(
                        ErrorKind::Claim(labels::EAR_APPRAISAL_POLICY_IDS),
                        encoder.written(),
                    )),
                }
            })?;
            Ok(writer.finish()?)
        })
    }

    fn check(&self, offset: usize) -> Result<(), Error> {
        match self.trustworthiness_vector {
            Some(vector) if !self.status.may_sum_up(vector.tier()) => {
                Err(Error::new(ErrorKind::Status, offset))
            }
            _ => Ok(()),
        }
    }
}

impl<'b> Codec<'b> for Appraisal<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let mut appraisal = Self::new(cursor.text()?, TrustworthinessVector::default());
        let from = *cursor;
        let mut status = None;
        let mut entries = Entries::enter(cursor)?;
        while let Some(key) = entries.next(cursor)? {
            match key {
                Label::Integer(labels::EAT_NONCE) => {
                    appraisal.eat_nonce = Some(Nonce::parse(cursor, 0)?);
                }
                Label::Integer(labels::EAT_PROFILE) => {
                    appraisal.eat_profile = Some(ProfileId::read(cursor)?);
                }
                Label::Integer(labels::EAR_STATUS) => status = Some(Tier::read(cursor)?),
                Label::Integer(labels::EAR_TRUSTWORTHINESS_VECTOR) => {
                    appraisal.trustworthiness_vector = Some(TrustworthinessVector::read(cursor)?);
                }
                Label::Integer(labels::EAR_APPRAISAL_POLICY_IDS) => {
                    appraisal.appraisal_policy_ids = List::parse_one_or_array(cursor, 0)?;
                }
                Label::Integer(labels::EAR_TEEP_CLAIMS) => drop(Claims::parse_at(cursor)?),
                Label::Integer(labels::EAR_VERAISON_KEY_ATTESTATION) => key_attestation(cursor)?,
                _ => cursor.skip()?,
            }
        }
        appraisal.others = Others::of(from.rest().until(cursor), KNOWN);
        let missing = Error::new(ErrorKind::Missing(labels::EAR_STATUS), from.offset());
        appraisal.status = status.ok_or(missing)?;
        appraisal.check(from.offset())?;
        Ok(appraisal)
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.write(Revision::Draft03, encoder)
    }

    fn name(&self) -> &'b str {
        self.name
    }
}

/// `ear-veraison-key-attestation`: a map with the public key that was attested, and no more.
fn key_attestation(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    let kind = ErrorKind::Claim(labels::EAR_VERAISON_KEY_ATTESTATION);
    let error = Error::new(kind, cursor.offset());
    let mut is_there = false;
    let mut entries = Entries::enter(cursor)?;
    while let Some(key) = entries.next(cursor)? {
        if key != Label::Text("akpub") {
            return Err(error);
        }
        cursor.bytes()?;
        is_there = true;
    }
    if is_there { Ok(()) } else { Err(error) }
}
