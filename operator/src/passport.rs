//! The passport model (RFC 9334, 5.1): a device presents the attestation result that a verifier gave it, and the
//! relying party decides by it. (In the background-check model the relying party gives the evidence to the
//! verifier, and acts on the [`Decision`](crate::appraisal::Decision).)

use core::fmt;

use hexad_cose_core::Verified;
use hexad_cose_core::cwt::Clock;
use hexad_eat::Number;
use hexad_eat::ear::{Ear, Revision, Tier};
use serde::Deserialize;

/// What a relying party demands of an attestation result beyond its verifier's signature; the table
/// `passport` of a policy's file.
///
/// A result names a device, it does not show that whoever presents it is that device: that is for the connection over
/// which it comes, or for a nonce that the device has to get into the result.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Algorithm, Key};
/// use hexad_eat::{Token, ear::Results};
/// use hexad_operator::passport::{Admitted, Passport};
///
/// type Failed = Box<dyn std::error::Error>;
///
/// fn admit<C: Hash + Verify>(
///     result: &[u8],
///     verifier: &Key<'_>,
///     now: i64,
///     crypto: &mut C,
/// ) -> Result<Admitted, Failed> {
///     let results = Results { algorithms: &[Algorithm::ESP256] };
///     let ear = Token::parse(result)?.check(verifier, &results, crypto)?.run(crypto)?;
///     Ok(Passport::default().admit(&ear, "lamp", None, now)?)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passport {
    /// The worst tier that is let in; one that asserts nothing never is.
    pub tier: Tier,
    /// The generations of the draft that are accepted.
    pub revisions: Vec<Revision>,
    /// How many seconds ago a result may have been issued, whatever its `exp` says.
    pub max_age: Option<u32>,
    /// By how many seconds the verifier's clock may be fast or slow.
    pub clock_skew: u32,
    /// Policies (`ear_appraisal_policy_ids`), of which the device must have been appraised by one; any, when there
    /// are none.
    pub policies: Vec<String>,
    /// Developers (`ear_verifier_id`), of which the verifier must be of one; any, when there are none.
    pub developers: Vec<String>,
}

impl Default for Passport {
    /// Affirming results of the draft, that have not expired.
    fn default() -> Self {
        Self {
            tier: Tier::Affirming,
            revisions: vec![Revision::Draft03],
            max_age: None,
            clock_skew: 0,
            policies: Vec::new(),
            developers: Vec::new(),
        }
    }
}

/// A device that is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// What the verifier thinks of it and of all that was appraised with it: the worst.
    pub tier: Tier,
    /// Until when that holds, in seconds since 1970-01-01T00:00Z.
    pub until: i64,
}

impl Passport {
    /// Decides by a verified result whether the device called `name` is let in at `now`, in seconds since
    /// 1970-01-01T00:00Z. If the relying party gave out a `nonce`, the result must hold it.
    ///
    /// # Errors
    /// [`PassportRefusal`].
    pub fn admit(
        &self,
        result: &Verified<Ear<'_>>,
        name: &str,
        nonce: Option<&[u8]>,
        now: i64,
    ) -> Result<Admitted, PassportRefusal> {
        let ear = result.get();
        if !self.revisions.contains(&ear.revision) {
            return Err(PassportRefusal::Profile);
        }
        let until = self.check_times(ear, now)?;
        if nonce.is_some() && ear.eat_nonce.map(|own| own.as_bytes()) != nonce {
            return Err(PassportRefusal::Nonce);
        }
        let is_of = |developer: &String| developer == ear.verifier_id.developer;
        if !self.developers.is_empty() && !self.developers.iter().any(is_of) {
            return Err(PassportRefusal::Verifier);
        }
        let own = ear.submods.iter().find(|appraisal| appraisal.name == name);
        let own = own.ok_or(PassportRefusal::OtherDevice)?;
        let mut policies = own.appraisal_policy_ids.iter();
        if !self.policies.is_empty()
            && !policies.any(|policy| self.policies.iter().any(|own| own == policy))
        {
            return Err(PassportRefusal::Policy);
        }
        // What the device is together with: its submodules, and the whole.
        let tier = ear.submods.iter().fold(ear.tier(), |worst, other| worst.max(other.status));
        if own.status == Tier::None || tier == Tier::None || tier > self.tier {
            return Err(PassportRefusal::Tier(tier));
        }
        Ok(Admitted { tier, until })
    }

    /// Until when the result holds.
    fn check_times(&self, ear: &Ear<'_>, now: i64) -> Result<i64, PassportRefusal> {
        let clock = Clock { now, leeway: self.clock_skew };
        if !clock.has_begun(Number::Integer(ear.iat)) {
            return Err(PassportRefusal::NotYetValid);
        }
        if ear.exp.is_some_and(|exp| clock.has_passed(Number::Integer(exp))) {
            return Err(PassportRefusal::Expired);
        }
        if self.max_age.is_some_and(|age| clock.is_older_than(Number::Integer(ear.iat), age)) {
            return Err(PassportRefusal::TooOld);
        }
        let latest = self.max_age.map(|age| ear.iat.saturating_add(age.into()));
        let ends = [ear.exp, latest];
        ends.into_iter().flatten().min().ok_or(PassportRefusal::NoEnd)
    }
}

/// Why a result is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PassportRefusal {
    /// It is of a generation of the draft that is not accepted.
    Profile,
    /// It was issued in the future, even if the verifier's clock is fast.
    NotYetValid,
    /// `exp` has passed.
    Expired,
    /// It was issued longer ago than is accepted.
    TooOld,
    /// It has no `exp`, and no greatest age is demanded: it would hold for ever.
    NoEnd,
    /// It does not hold the nonce that was given out.
    Nonce,
    /// It is by a verifier that is not accepted.
    Verifier,
    /// It is not of this device.
    OtherDevice,
    /// The device was appraised by no policy that is accepted.
    Policy,
    /// The verifier trusts the device, or something that was appraised with it, less than is demanded.
    Tier(Tier),
}

impl fmt::Display for PassportRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Profile => "the result is of a profile that is not accepted",
            Self::NotYetValid => "the result is of the future",
            Self::Expired => "the result has expired",
            Self::TooOld => "the result is too old",
            Self::NoEnd => "the result does not say until when it holds",
            Self::Nonce => "the result does not hold the nonce that was given out",
            Self::Verifier => "the result is by a verifier that is not accepted",
            Self::OtherDevice => "the result is not of this device",
            Self::Policy => "the device was appraised by another policy",
            Self::Tier(tier) => return write!(f, "the result is {}", tier.name()),
        })
    }
}

impl core::error::Error for PassportRefusal {}

/// The table `passport` of a policy's file.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct PassportFile {
    tier: WorstTier,
    profiles: Vec<Profile>,
    max_age: Option<u32>,
    policies: Vec<String>,
    developers: Vec<String>,
}

#[derive(Clone, Copy, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum WorstTier {
    #[default]
    Affirming,
    Warning,
    Contraindicated,
}

/// An accepted `eat_profile`.
#[derive(Clone, Copy, Deserialize)]
enum Profile {
    #[serde(rename = "tag:ietf.org,2026:rats/ear#03")]
    Draft03,
    #[serde(rename = "tag:github.com,2023:veraison/ear")]
    Veraison2023,
}

impl PassportFile {
    /// What it says, for clocks that differ by at most so many seconds.
    pub(crate) fn with_skew(self, clock_skew: u32) -> Passport {
        let revisions: Vec<_> = self
            .profiles
            .into_iter()
            .map(|profile| match profile {
                Profile::Draft03 => Revision::Draft03,
                Profile::Veraison2023 => Revision::Veraison2023,
            })
            .collect();
        let default = Passport::default();
        Passport {
            tier: match self.tier {
                WorstTier::Affirming => Tier::Affirming,
                WorstTier::Warning => Tier::Warning,
                WorstTier::Contraindicated => Tier::Contraindicated,
            },
            revisions: if revisions.is_empty() { default.revisions } else { revisions },
            max_age: self.max_age,
            clock_skew,
            policies: self.policies,
            developers: self.developers,
        }
    }
}
