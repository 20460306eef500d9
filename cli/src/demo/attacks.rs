//! Eight attacks. Each must be refused, and for the right reason: another refusal counts as a failure.

use hexad_cose_core::ErrorKind as Cose;
use hexad_mud::signature::SignatureErrorKind;
use hexad_operator::appraisal::{Decision, Outcome};
use hexad_operator::challenge::ChallengeError;
use hexad_operator::mud_reference::MudRefusal;
use hexad_suit::ErrorKind as Suit;
use hexad_suit::labels::condition;

use super::author::{Author, Release};
use super::device::{Device, Refusal};
use super::mud_signer::MudSigner;
use super::network::Network;
use super::public_half;
use super::verifier::Verifier;
use super::web::Web;
use super::{Failed, enrolment};

/// All there is to attack.
pub struct Scene<'s> {
    pub author: &'s Author,
    pub old: &'s Release,
    pub new: &'s Release,
    /// A device that runs `old`.
    pub outdated: &'s mut dyn Device,
    /// A device that runs `new`.
    pub device: &'s mut dyn Device,
    pub verifier: &'s mut Verifier,
    pub network: &'s Network,
    pub web: &'s Web,
    /// A token that `device` has already sent.
    pub token: &'s [u8],
}

/// How an attack came out: the reason of the refusal, or what happened instead.
type Attack = Result<String, String>;

impl Scene<'_> {
    /// The image on the server is not the one that the author signed for.
    pub fn changed_image(&mut self) -> Attack {
        let mut image = self.new.image.clone();
        if let Some(byte) = image.last_mut() {
            *byte ^= 1;
        }
        self.web.put(&self.new.image_uri, &image).map_err(|error| error.to_string())?;
        let answer = self.outdated.update(&self.new.envelope, self.web);
        self.web.put(&self.new.image_uri, &self.new.image).map_err(|error| error.to_string())?;
        let refused = refused_by_device(answer, Suit::ConditionFailed(condition::IMAGE_MATCH))?;
        // The device runs what it ran before.
        let booted = self.outdated.boot().map_err(|error| format!("does not boot: {error}"))?;
        match booted.sequence_number {
            1 => Ok(format!("{refused}; the device still boots what it had")),
            other => Err(format!("the device boots sequence number {other}")),
        }
    }

    /// One byte of the manifest is another.
    pub fn changed_manifest(&mut self) -> Attack {
        let mut envelope = self.new.envelope.clone();
        let uri = self.new.image_uri.as_bytes();
        let at = envelope.windows(uri.len()).position(|window| window == uri);
        let byte = at.and_then(|at| envelope.get_mut(at + 10)).ok_or("no URI in the envelope")?;
        *byte ^= 1;
        let answer = self.outdated.update(&envelope, self.web);
        refused_by_device(answer, Suit::DigestMismatch)
    }

    /// Somebody else signs the same manifest.
    pub fn wrong_signer(&mut self) -> Attack {
        let envelope = self.author.signed_by_somebody_else(self.new).map_err(text)?;
        let answer = self.outdated.update(&envelope, self.web);
        refused_by_device(answer, Suit::Cose(Cose::VerificationFailed))
    }

    /// An older release, which the author has really signed, after a newer one.
    pub fn rollback(&mut self) -> Attack {
        let answer = self.device.update(&self.old.envelope, self.web);
        refused_by_device(answer, Suit::SequenceNumber)
    }

    /// A token that was sent before.
    pub fn replayed_nonce(&mut self) -> Attack {
        let key = public_half(&self.device.identity().attestation_key).map_err(text)?;
        match self.verifier.receive(self.token, &key) {
            Ok(_) => Err("the token was accepted again".to_owned()),
            Err(error) => match error.downcast_ref() {
                Some(ChallengeError::Unknown) => Ok(error.to_string()),
                _ => Err(format!("refused for another reason: {error}")),
            },
        }
    }

    /// The device runs something else than it booted, and measures it honestly.
    pub fn other_software(&mut self) -> Attack {
        self.device.change_image().map_err(|error| error.to_string())?;
        let nonce = self.verifier.challenge().map_err(text)?;
        let token = self.device.attest(&nonce).map_err(|error| error.to_string())?;
        let identity = self.device.identity();
        let key = public_half(&identity.attestation_key).map_err(text)?;
        let (evidence, nonce) = self.verifier.receive(&token, &key).map_err(text)?;
        let device = enrolment(identity);
        let appraisal = self.verifier.appraise(&evidence, &device, &nonce).map_err(text)?;
        let differs = |claim, outcome| claim == "measurements" && outcome == Outcome::Differs;
        let found = appraisal.findings().iter().find(|it| differs(it.claim, it.outcome));
        match (appraisal.decision(), found) {
            (Decision::Quarantined, Some(finding)) => {
                Ok(format!("quarantined: {}", finding.evidence))
            }
            (decision, _) => Err(format!("{decision}")),
        }
    }

    /// A MUD file that allows more, signed by another key.
    pub fn mud_signer(&mut self) -> Attack {
        let somebody = MudSigner::generate("Somebody else").map_err(text)?;
        let signature = somebody.sign(&self.new.mud).map_err(text)?;
        let uri = &self.new.mud_signature_uri;
        self.web.put(uri, &signature).map_err(|error| error.to_string())?;
        let release = self.verifier.release(2).ok_or("the release is not known")?;
        let answer = self.network.mud_of(release, self.web);
        self.web.put(uri, &self.new.mud_signature).map_err(|error| error.to_string())?;
        match answer {
            Ok(_) => Err("the MUD file was accepted".to_owned()),
            Err(error) => match error.downcast_ref() {
                Some(MudRefusal::Signature(why))
                    if why.kind() == SignatureErrorKind::WrongSigner =>
                {
                    Ok(error.to_string())
                }
                _ => Err(format!("refused for another reason: {error}")),
            },
        }
    }

    /// A device that still runs the old release wants to work as usual.
    pub fn outdated_confined(&mut self) -> Attack {
        self.outdated.boot().map_err(|error| error.to_string())?;
        let nonce = self.verifier.challenge().map_err(text)?;
        let token = self.outdated.attest(&nonce).map_err(|error| error.to_string())?;
        let identity = self.outdated.identity();
        let key = public_half(&identity.attestation_key).map_err(text)?;
        let (evidence, nonce) = self.verifier.receive(&token, &key).map_err(text)?;
        let device = enrolment(identity);
        let appraisal = self.verifier.appraise(&evidence, &device, &nonce).map_err(text)?;
        let decision = appraisal.decision();
        let Decision::UpdateOnly(release) = decision else {
            return Err(format!("{decision}"));
        };
        let ruleset = self.network.ruleset(decision, self.web).map_err(text)?;
        let shown = match self.network.enforce(&ruleset, decision).map_err(text)? {
            Some(report) => format!("{} connections as they must be", report.0.len()),
            None => "by the ruleset".to_owned(),
        };
        Ok(format!("{release} reaches the update server alone, {shown}"))
    }
}

/// The device must have refused, with this error.
fn refused_by_device<T>(answer: Result<T, Refusal>, expected: Suit) -> Attack {
    match answer {
        Ok(_) => Err("the device installed it".to_owned()),
        Err(refusal) if refusal.is(expected) => Ok(refusal.to_string()),
        Err(other) => Err(format!("refused for another reason: {other}")),
    }
}

fn text(error: Failed) -> String {
    error.to_string()
}
