//! Appraisal (RFC 9334, 8.2): evidence held against the authors' reference values and the owner's policy,
//! claim by claim, with a reason for each.
//!
//! The engine keeps nothing: what it needs is given, so that it can run in many processes.

mod finding;
mod policy;
mod result;
mod software;

use core::fmt;

use hexad_eat::DebugStatus;
use hexad_eat::ear::{Aspect, Tier, TrustClaim, TrustworthinessVector};

use crate::evidence::{Evidence, MeasuredSoftware};
use crate::release::Release;

pub use finding::{Finding, Outcome};
pub use policy::{Missing, Policy, PolicyError};
pub use result::{MANIFEST, Verifier, manifest_of};
pub use software::{Software, identify};

/// A device as its operator has enrolled it, together with its attestation key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// `ueid`.
    pub ueid: Vec<u8>,
    /// `oemid` as a Private Enterprise Number, if the operator cares.
    pub oem_id: Option<u64>,
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
    findings: Vec<Finding>,
    vector: TrustworthinessVector,
    policy: String,
    nonce: Vec<u8>,
    decision: Decision<'r>,
}

/// Evidence that is not even appraised: it may be of another device, or of another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The nonce is not the one that was given out.
    Nonce,
    /// The UEID is not that of the device whose key signed, or is missing.
    Ueid,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nonce => "the evidence does not answer this nonce",
            Self::Ueid => "the evidence is not of the device whose key signed it",
        })
    }
}

impl core::error::Error for Refusal {}

impl Policy {
    /// Appraises the evidence of one device against the releases of its software, in answer to `nonce`.
    ///
    /// The release with the highest sequence number is the newest. A device is of a release when its
    /// measured files are exactly those of the release's CoSWID; if it names another manifest or
    /// another version than that release's, it lies about one of them and is not believed at all.
    ///
    /// The time grows with the device's files times the releases, and the memory with the findings: one
    /// a claim.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn appraise<'r>(
        &self,
        evidence: &'r Evidence,
        device: &Enrolment,
        releases: &'r [Release],
        nonce: &[u8],
    ) -> Result<Appraisal<'r>, Refusal> {
        if !evidence.nonces.iter().any(|given| given == nonce) {
            return Err(Refusal::Nonce);
        }
        if evidence.ueid.as_ref() != Some(&device.ueid) {
            return Err(Refusal::Ueid);
        }
        let mut appraisal = Appraisal {
            findings: Vec::new(),
            vector: TrustworthinessVector::default(),
            policy: self.id.clone(),
            nonce: nonce.to_vec(),
            decision: Decision::Quarantined,
        };
        appraisal.find("eat_nonce", hex(nonce), "the nonce that was given out", Outcome::Matches);
        appraisal.identity(evidence, device);
        appraisal.configuration(evidence, self);
        let software = appraisal.software(evidence.software.as_ref(), releases, self);
        appraisal.decision = match (appraisal.tier(), software) {
            (Tier::Affirming, Some((release, true))) => Decision::Allowed(release),
            (Tier::Affirming | Tier::Warning, Some((release, _))) => Decision::UpdateOnly(release),
            _ => Decision::Quarantined,
        };
        Ok(appraisal)
    }
}

impl<'r> Appraisal<'r> {
    /// What was found, claim by claim.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The trustworthiness vector (AR4SI).
    #[must_use]
    pub const fn vector(&self) -> &TrustworthinessVector {
        &self.vector
    }

    /// What it all comes to: the least trust of the vector.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.vector.tier()
    }

    /// What the network may do with the device.
    #[must_use]
    pub const fn decision(&self) -> Decision<'r> {
        self.decision
    }

    /// The reasons in words: a line a claim, then what they come to.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&format!("{finding}\n"));
        }
        for aspect in Aspect::ALL {
            if let Some(claim) = self.vector.get(aspect) {
                let (name, tier) = (aspect.name(), claim.tier().name());
                text.push_str(&format!("{name}: {tier} ({})\n", claim.0));
            }
        }
        text.push_str(&format!("{}: {}", self.tier().name(), self.decision));
        text
    }

    fn find(
        &mut self,
        claim: &'static str,
        evidence: impl Into<String>,
        reference: impl Into<String>,
        outcome: Outcome,
    ) {
        let (evidence, reference) = (evidence.into(), reference.into());
        self.findings.push(Finding { claim, evidence, reference, outcome });
    }

    fn identity(&mut self, evidence: &Evidence, device: &Enrolment) {
        self.find("ueid", hex(&device.ueid), "the device whose key signed", Outcome::Matches);
        let mut claim = TrustClaim::TRUSTWORTHY_INSTANCE;
        if let Some(expected) = device.oem_id {
            let outcome = compare(evidence.oem_id, |own| own == expected);
            if outcome != Outcome::Matches {
                claim = TrustClaim::UNTRUSTWORTHY_INSTANCE;
            }
            self.find("oemid", shown(evidence.oem_id), expected.to_string(), outcome);
        }
        self.vector.set(Aspect::InstanceIdentity, claim);
    }

    fn configuration(&mut self, evidence: &Evidence, policy: &Policy) {
        let mut outcomes = Vec::new();
        if policy.oem_boot {
            let outcome = compare(evidence.oem_boot, |authorized| authorized);
            self.find("oemboot", shown(evidence.oem_boot), "true", outcome);
            outcomes.push(outcome);
        }
        let outcome = compare(evidence.debug, |status| status >= policy.debug);
        let status = shown(evidence.debug.map(DebugStatus::name));
        self.find("dbgstat", status, format!("{} or more", policy.debug.name()), outcome);
        outcomes.push(outcome);
        for submodule in &evidence.submodules {
            let Some(debug) = submodule.debug else { continue };
            let outcome = compare(Some(debug), |status| status >= policy.debug);
            let said = format!("{} of {}", debug.name(), submodule.name);
            self.find("dbgstat", said, format!("{} or more", policy.debug.name()), outcome);
            outcomes.push(outcome);
        }
        for name in &policy.submodules {
            let own = evidence.submodules.iter().find(|submodule| submodule.name == *name);
            let outcome = compare(own.map(|submodule| submodule.debug), |debug| debug.is_some());
            let said = shown(own.map(|submodule| match submodule.debug {
                Some(_) => "there",
                None => "there, without dbgstat",
            }));
            self.find("submods", said, name.clone(), outcome);
            outcomes.push(outcome);
        }
        let claim = if outcomes.contains(&Outcome::Differs) {
            TrustClaim::UNSUPPORTABLE_CONFIGURATION
        } else if outcomes.contains(&Outcome::Missing) {
            policy.missing.claim()
        } else {
            TrustClaim::APPROVED_CONFIGURATION
        };
        self.vector.set(Aspect::Configuration, claim);
    }

    /// The release that the device runs, and whether it is the newest; `None` when it is no release,
    /// or the device contradicts itself.
    fn software(
        &mut self,
        software: Option<&'r MeasuredSoftware>,
        releases: &'r [Release],
        policy: &Policy,
    ) -> Option<(&'r Release, bool)> {
        let newest = releases.iter().max_by_key(|release| release.sequence_number);
        let Some(measured) = software else {
            self.find("measurements", "nothing", "CoSWID evidence", Outcome::Missing);
            self.vector.set(Aspect::Executables, TrustClaim::CONTRAINDICATED_RUNTIME);
            return None;
        };
        let release = match identify(&measured.files, releases) {
            Software::Is(release) => release,
            Software::Unknown { closest, file } => {
                let expected = closest.map_or("a known release".to_owned(), Release::to_string);
                let found = match file {
                    Some(file) => format!("{file} is not as its author made it"),
                    None => "no files that any release has".to_owned(),
                };
                self.find("measurements", found, expected, Outcome::Differs);
                self.vector.set(Aspect::Executables, TrustClaim::CONTRAINDICATED_RUNTIME);
                return None;
            }
        };
        let is_newest =
            newest.is_some_and(|newest| newest.sequence_number == release.sequence_number);
        let is_too_old = release.sequence_number < policy.minimum_sequence_number;
        let (outcome, claim) = if is_too_old {
            (Outcome::Outdated, TrustClaim::CONTRAINDICATED_RUNTIME)
        } else if is_newest {
            (Outcome::Matches, TrustClaim::APPROVED_BOOT)
        } else {
            (Outcome::Outdated, TrustClaim::UNSAFE_RUNTIME)
        };
        let reference = newest.map_or_else(String::new, Release::to_string);
        let files = measured.files.len();
        let noun = if files == 1 { "file" } else { "files" };
        self.find("measurements", format!("{files} {noun} of {release}"), reference, outcome);

        let manifest = compare(measured.manifest.as_ref(), |own| *own == release.manifest);
        let own = measured.manifest.as_ref().map(|digest| hex(&digest.bytes));
        self.find("manifest", shown(own), hex(&release.manifest.bytes), manifest);
        let named = compare(Some(measured), |measured| {
            measured.tag_id == release.tag_id
                && measured.software_version == release.software_version
        });
        let said = format!("says that it is {}", measured.tag_id);
        self.find("software", said, release.tag_id.clone(), named);
        if manifest != Outcome::Matches || named != Outcome::Matches {
            self.vector.set(Aspect::Executables, TrustClaim::CONTRAINDICATED_RUNTIME);
            return None;
        }
        self.vector.set(Aspect::Executables, claim);
        Some((release, is_newest))
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

/// How something that the evidence may say compares with what it must be.
fn compare<T>(evidence: Option<T>, is_right: impl FnOnce(T) -> bool) -> Outcome {
    match evidence.map(is_right) {
        None => Outcome::Missing,
        Some(true) => Outcome::Matches,
        Some(false) => Outcome::Differs,
    }
}

fn shown(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "not said".to_owned(), |value| value.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
