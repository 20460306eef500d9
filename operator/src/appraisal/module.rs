//! One module of a device held against references and policy: its configuration, and what it runs.

use hexad_eat::ear::{Aspect, TrustClaim, TrustworthinessVector};

use super::{Finding, Outcome, Policy, Said};
use crate::environment::Environment;
use crate::evidence::{MeasuredSoftware, ModuleClaims};
use crate::reference::{References, Software, is_named};
use crate::release::Release;

/// What was found of one module of a device: of the device itself, or of a submodule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part<'r> {
    pub(super) name: &'r str,
    pub(super) findings: Vec<Finding<'r>>,
    pub(super) vector: TrustworthinessVector,
}

impl<'r> Part<'r> {
    pub(super) fn new(name: &'r str) -> Self {
        Self { name, findings: Vec::new(), vector: TrustworthinessVector::default() }
    }

    /// How attestation results call it.
    #[must_use]
    pub const fn name(&self) -> &'r str {
        self.name
    }

    /// What was found, claim by claim.
    #[must_use]
    pub fn findings(&self) -> &[Finding<'r>] {
        &self.findings
    }

    /// The trustworthiness vector (AR4SI).
    #[must_use]
    pub const fn vector(&self) -> &TrustworthinessVector {
        &self.vector
    }

    pub(super) fn find(
        &mut self,
        claim: &'static str,
        evidence: Said<'r>,
        reference: Said<'r>,
        outcome: Outcome,
    ) {
        self.findings.push(Finding { claim, evidence, reference, outcome });
    }

    /// The claim about the configuration that the outcomes come to.
    pub(super) fn configure(&mut self, outcomes: &[Outcome], policy: &Policy) {
        let claim = if outcomes.contains(&Outcome::Differs) {
            TrustClaim::UNSUPPORTABLE_CONFIGURATION
        } else if outcomes.contains(&Outcome::Missing) {
            policy.missing.claim()
        } else {
            TrustClaim::APPROVED_CONFIGURATION
        };
        self.vector.set(Aspect::Configuration, claim);
    }

    /// Whether debugging is as disabled as the policy demands.
    pub(super) fn debug(&mut self, claims: &ModuleClaims, policy: &Policy) -> Outcome {
        let outcome = compare(claims.debug, |status| status >= policy.debug);
        let said = Said::of(claims.debug, Said::Debug);
        self.find("dbgstat", said, Said::AtLeast(policy.debug), outcome);
        outcome
    }

    /// The release that the module runs, and the newest of the same software; `None` when it is no release, or
    /// what is said of it contradicts itself.
    pub(super) fn software(
        &mut self,
        software: Option<&'r MeasuredSoftware>,
        environment: &Environment,
        references: &'r References,
        policy: &Policy,
    ) -> Option<(&'r Release, &'r Release)> {
        self.vector.set(Aspect::Executables, TrustClaim::CONTRAINDICATED_RUNTIME);
        let Some(measured) = software else {
            let reference = Said::Words("CoSWID evidence");
            self.find("measurements", Said::Words("nothing"), reference, Outcome::Missing);
            return None;
        };
        let (release, newest) = match references.identify(measured, environment) {
            Software::Is { release, newest } => (release, newest),
            Software::Unknown { closest, file } => {
                let expected = closest.map_or(Said::Words("a known release"), Said::Release);
                let found =
                    file.map_or(Said::Words("no files that any release has"), Said::Altered);
                self.find("measurements", found, expected, Outcome::Differs);
                return None;
            }
        };
        let is_newest = core::ptr::eq(release, newest);
        let claim = if policy.is_too_old(release) {
            TrustClaim::CONTRAINDICATED_RUNTIME
        } else if is_newest {
            TrustClaim::APPROVED_BOOT
        } else {
            TrustClaim::UNSAFE_RUNTIME
        };
        let outcome = match claim {
            TrustClaim::APPROVED_BOOT => Outcome::Matches,
            _ => Outcome::Outdated,
        };
        let found = Said::Files(measured.files.len(), release);
        self.find("measurements", found, Said::Release(newest), outcome);

        let mut is_honest = true;
        if let Some(expected) = &release.manifest {
            let outcome = compare(measured.manifest.as_ref(), |own| own == expected);
            let own = Said::of(measured.manifest.as_ref(), |digest| Said::Bytes(&digest.bytes));
            self.find("manifest", own, Said::Bytes(&expected.bytes), outcome);
            is_honest &= outcome == Outcome::Matches;
        }
        let named = compare(Some(measured), |measured| is_named(release, measured));
        self.find("software", Said::Named(&measured.tag_id), Said::Words(&release.tag_id), named);
        is_honest &= named == Outcome::Matches;
        if !is_honest {
            return None;
        }
        self.vector.set(Aspect::Executables, claim);
        Some((release, newest))
    }
}

/// How something that the evidence may say compares with what it must be.
pub(super) fn compare<T>(evidence: Option<T>, is_right: impl FnOnce(T) -> bool) -> Outcome {
    match evidence.map(is_right) {
        None => Outcome::Missing,
        Some(true) => Outcome::Matches,
        Some(false) => Outcome::Differs,
    }
}
