//! Appraisal (RFC 9334, 8.2): evidence held against the authors' reference values and the owner's policy,
//! claim by claim, with a reason for each.
//!
//! The engine keeps nothing: what it needs is given, so that it can run in many processes.

mod finding;
mod freshness;
mod module;
mod policy;
mod result;

use core::fmt;

use hexad_eat::ear::{Aspect, Tier, TrustClaim, TrustworthinessVector};

use crate::endorsement::Endorsement;
use crate::environment::Environment;
use crate::evidence::{Evidence, SubmoduleEvidence};
use crate::reference::References;
use crate::release::Release;

pub use finding::{Finding, Outcome, Said};
pub use freshness::Refusal;
pub use module::Part;
pub use policy::{Missing, Policy, PolicyError};
pub use result::{MANIFEST, Verifier, manifest_of};

use module::compare;

/// A device as its operator has enrolled it, together with its attestation key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enrolment {
    /// How attestation results call it.
    pub name: String,
    /// `ueid`.
    pub ueid: Vec<u8>,
    /// `oemid` as a Private Enterprise Number, if the operator cares.
    pub oem_id: Option<u64>,
    /// What is known of the kind of device, for reference values that are said of one. Its `hwmodel` and `ueid` need
    /// not stand here.
    pub environment: Environment,
    /// Who vouches for its key, if that is not the operator: the key came from a chain of certificates.
    pub endorsement: Option<Endorsement>,
}

/// What the network may do with the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'r> {
    /// It runs the newest release: what that release's MUD file says.
    Allowed(&'r Release),
    /// It runs a genuine release that is not the newest: an update, and nothing else.
    UpdateOnly(&'r Release),
    /// It runs nothing that its author vouches for, or not as the owner demands.
    Quarantined,
}

/// What came of an appraisal, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appraisal<'r> {
    device: Part<'r>,
    submodules: Vec<Part<'r>>,
    policy: &'r str,
    nonce: Option<&'r [u8]>,
    decision: Decision<'r>,
}

impl Policy {
    /// Appraises the evidence of one device against the releases of its software. `nonce` is what was given out to the
    /// device; without one, the policy's greatest age decides whether the evidence is of `now`, in seconds
    /// since 1970-01-01T00:00Z.
    ///
    /// A device is of a release when its measured files are exactly those of the release, which is for its kind
    /// of device; if it names another manifest or another version than that release's, it lies about one of them
    /// and is not believed at all. The same holds for each submodule that measures its software.
    ///
    /// The time grows with the device's files and submodules, and the memory with the findings: one a claim.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn appraise<'r>(
        &'r self,
        evidence: &'r Evidence,
        device: &'r Enrolment,
        references: &'r References,
        nonce: Option<&'r [u8]>,
        now: i64,
    ) -> Result<Appraisal<'r>, Refusal> {
        let mut own = Part::new(&device.name);
        own.findings.reserve(10);
        self.check_freshness(evidence, nonce, now, &mut own)?;
        let endorsed =
            device.endorsement.as_ref().and_then(|endorsement| endorsement.ueid.as_ref());
        let is_other = endorsed.is_some_and(|ueid| *ueid != device.ueid);
        if is_other || evidence.ueid.as_ref() != Some(&device.ueid) {
            return Err(Refusal::Ueid);
        }
        let takes_name = |part: &SubmoduleEvidence| part.name == device.name;
        if evidence.submodules.iter().any(takes_name) {
            return Err(Refusal::SubmoduleName);
        }
        own.identity(evidence, device, self);
        own.configuration(evidence, self);
        let environment = environment(evidence, device);
        let software = evidence.device.software.as_ref();
        let software = own.software(software, &environment, references, self);
        let submodules = evidence.submodules.iter();
        let mut appraisal = Appraisal {
            device: own,
            submodules: submodules.map(|part| self.submodule(part, references)).collect(),
            policy: &self.id,
            nonce,
            decision: Decision::Quarantined,
        };
        appraisal.decision = match (appraisal.tier(), software) {
            (Tier::Affirming, Some((release, newest))) if core::ptr::eq(release, newest) => {
                Decision::Allowed(release)
            }
            (Tier::Affirming | Tier::Warning, Some((release, _))) => Decision::UpdateOnly(release),
            _ => Decision::Quarantined,
        };
        Ok(appraisal)
    }

    /// Appraises what is said of a submodule.
    fn submodule<'r>(
        &self,
        evidence: &'r SubmoduleEvidence,
        references: &'r References,
    ) -> Part<'r> {
        let mut part = Part::new(&evidence.name);
        let is_measured = self.measured.contains(&evidence.name);
        let Some(claims) = &evidence.claims else {
            let said = Said::Words("claims of its own, which were not verified");
            part.find("submods", said, Said::Words("verified claims"), Outcome::Missing);
            if is_measured || self.submodules.contains(&evidence.name) {
                part.configure(&[Outcome::Missing], self);
            }
            return part;
        };
        if claims.debug.is_some() {
            let outcome = part.debug(claims, self);
            part.configure(&[outcome], self);
        }
        if is_measured || claims.software.is_some() {
            let environment =
                Environment { class_id: claims.hardware_model.clone(), ..Environment::default() };
            part.software(claims.software.as_ref(), &environment, references, self);
        }
        part
    }
}

/// What is known of the kind of device: what was enrolled, and what its claims say.
fn environment(evidence: &Evidence, device: &Enrolment) -> Environment {
    let mut environment = device.environment.clone();
    environment.instance = environment.instance.or_else(|| Some(device.ueid.clone()));
    if let Some(model) = &evidence.device.hardware_model {
        environment.class_id.get_or_insert_with(|| model.clone());
    }
    environment
}

impl<'r> Part<'r> {
    fn identity(&mut self, evidence: &'r Evidence, device: &'r Enrolment, policy: &Policy) {
        let reference = Said::Words("the device whose key signed");
        self.find("ueid", Said::Bytes(&device.ueid), reference, Outcome::Matches);
        let mut claim = TrustClaim::TRUSTWORTHY_INSTANCE;
        if let Some(Endorsement { subject, anchor, .. }) = &device.endorsement {
            self.find("x5chain", Said::Words(subject), Said::Words(anchor), Outcome::Matches);
        } else if policy.endorsed {
            let reference = Said::Words("a chain to a trust anchor");
            self.find("x5chain", Said::Nothing, reference, Outcome::Missing);
            claim = TrustClaim::UNRECOGNIZED_INSTANCE;
        }
        if let Some(expected) = device.oem_id {
            let outcome = compare(evidence.oem_id, |own| own == expected);
            if outcome != Outcome::Matches {
                claim = TrustClaim::UNTRUSTWORTHY_INSTANCE;
            }
            let said = Said::of(evidence.oem_id, Said::Number);
            self.find("oemid", said, Said::Number(expected), outcome);
        }
        self.vector.set(Aspect::InstanceIdentity, claim);
    }

    fn configuration(&mut self, evidence: &'r Evidence, policy: &'r Policy) {
        let mut outcomes = Vec::new();
        let claims = &evidence.device;
        if policy.oem_boot {
            let outcome = compare(claims.oem_boot, |authorized| authorized);
            let said = Said::of(claims.oem_boot, Said::Flag);
            self.find("oemboot", said, Said::Flag(true), outcome);
            outcomes.push(outcome);
        }
        outcomes.push(self.debug(claims, policy));
        for name in policy.submodules.iter().chain(&policy.measured) {
            let own = evidence.submodules.iter().find(|submodule| submodule.name == *name);
            let claims = own.map(|submodule| submodule.claims.as_ref());
            let (said, outcome) = match claims {
                None => (Said::Nothing, Outcome::Missing),
                Some(None) => (Said::Words("there, and not verified"), Outcome::Missing),
                Some(Some(claims)) if claims.debug.is_none() => {
                    (Said::Words("there, without dbgstat"), Outcome::Differs)
                }
                Some(Some(_)) => (Said::Words("there"), Outcome::Matches),
            };
            self.find("submods", said, Said::Words(name), outcome);
            outcomes.push(outcome);
        }
        self.configure(&outcomes, policy);
    }
}

impl<'r> Appraisal<'r> {
    /// What was found of the device itself.
    #[must_use]
    pub const fn device(&self) -> &Part<'r> {
        &self.device
    }

    /// What was found of each submodule.
    #[must_use]
    pub fn submodules(&self) -> &[Part<'r>] {
        &self.submodules
    }

    /// What was found of the device itself, claim by claim.
    #[must_use]
    pub fn findings(&self) -> &[Finding<'r>] {
        &self.device.findings
    }

    /// The trustworthiness vector of the device itself (AR4SI).
    #[must_use]
    pub const fn vector(&self) -> &TrustworthinessVector {
        &self.device.vector
    }

    /// What it all comes to: the least trust of all vectors.
    #[must_use]
    pub fn tier(&self) -> Tier {
        let tiers = self.parts().map(|part| part.vector.tier());
        tiers.max().unwrap_or(Tier::None)
    }

    /// What the network may do with the device.
    #[must_use]
    pub const fn decision(&self) -> Decision<'r> {
        self.decision
    }

    /// The reasons in words: a line a claim, then what they come to. Those of a submodule begin with its name.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        for (at, part) in self.parts().enumerate() {
            let prefix = if at == 0 { String::new() } else { format!("{}: ", part.name) };
            for finding in &part.findings {
                text.push_str(&format!("{prefix}{finding}\n"));
            }
            for (aspect, claim) in part.vector.iter() {
                let (name, tier) = (aspect.name(), claim.tier().name());
                text.push_str(&format!("{prefix}{name}: {tier} ({})\n", claim.0));
            }
        }
        text.push_str(&format!("{}: {}", self.tier().name(), self.decision));
        text
    }

    fn parts(&self) -> impl Iterator<Item = &Part<'r>> {
        core::iter::once(&self.device).chain(&self.submodules)
    }
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed(release) => write!(f, "allowed what {release} needs"),
            Self::UpdateOnly(release) => write!(f, "confined to updates, as it runs {release}"),
            Self::Quarantined => f.write_str("quarantined"),
        }
    }
}

#[cfg(test)]
mod tests;
