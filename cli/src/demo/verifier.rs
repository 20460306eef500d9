//! The verifier: gives out nonces, appraises what comes back, and signs what it thinks of it.

use std::time::{Duration, Instant};

use hexad_cose_core::{Algorithm, Curve, Key, PublicKeyBuf, Verified};
use hexad_eat::ear::VerifierId;
use hexad_eat::profile::AnyClaims;
use hexad_eat::{Claims, Token};
use hexad_operator::appraisal::{Appraisal, Enrolment, Policy, Verifier as Issuer};
use hexad_operator::challenge::{Challenges, Nonce};
use hexad_operator::evidence::Evidence;
use hexad_operator::reference::References;
use hexad_operator::release::Release;
use hexad_rustcrypto::{RustCrypto, SigningKey};
use hexad_suit::TrustAnchors;

use super::{Failed, random_bytes};

/// The algorithms under which evidence, and manifests, are believed.
const ALGORITHMS: &[Algorithm] = &[Algorithm::ESP256];

/// A verifier: what it knows of devices and of their software.
#[derive(Debug)]
pub struct Verifier {
    pub key: SigningKey,
    author: PublicKeyBuf,
    references: References,
    challenges: Challenges,
    policy: Policy,
    start: Instant,
}

impl Verifier {
    /// A verifier that believes this author and knows no release yet.
    pub fn new(author: PublicKeyBuf) -> Result<Self, Failed> {
        Ok(Self {
            key: SigningKey::generate(Curve::P256, &mut super::random())?,
            author,
            references: References::default(),
            challenges: Challenges::new(Duration::from_secs(60), 1000),
            policy: Policy::new("https://example.com/policy/lamps"),
            start: Instant::now(),
        })
    }

    /// Takes the reference values of a release from its envelope.
    pub fn learn(&mut self, envelope: &[u8]) -> Result<&Release, Failed> {
        let keys = [Key::from_public(self.author.as_public())];
        let anchors = TrustAnchors::new(&keys, ALGORITHMS);
        let release = Release::from_envelope(envelope, &anchors, &mut RustCrypto)?;
        let known = self.references.releases().iter().cloned();
        self.references = References::new(known.chain([release]).collect());
        self.references.releases().last().ok_or_else(|| "no release".into())
    }

    /// The release with this sequence number.
    pub fn release(&self, sequence_number: u64) -> Option<&Release> {
        let mut releases = self.references.releases().iter();
        releases.find(|release| release.sequence_number == Some(sequence_number))
    }

    /// A nonce that is good once, for a minute.
    pub fn challenge(&mut self) -> Result<Nonce, Failed> {
        let nonce = random_bytes()?;
        self.challenges.issue(nonce, self.start.elapsed())?;
        Ok(nonce)
    }

    /// Takes the evidence from a token of the device that has `key`, which must answer an open nonce;
    /// the nonce that it answers.
    pub fn receive(
        &mut self,
        token: &[u8],
        key: &PublicKeyBuf,
    ) -> Result<(Evidence, Vec<u8>), Failed> {
        let key = Key::from_public(key.as_public());
        let profile = AnyClaims { algorithms: ALGORITHMS };
        let check = Token::parse(token)?.check(&key, &profile, &mut RustCrypto)?;
        let claims: Verified<Claims<'_>> = check.run(&mut RustCrypto)?;
        let nonce = claims.eat_nonce.iter().next().ok_or("the token has no nonce")?;
        self.challenges.redeem(nonce.as_bytes(), self.start.elapsed())?;
        Ok((Evidence::from_claims(&claims)?, nonce.as_bytes().to_vec()))
    }

    /// What the evidence is worth.
    pub fn appraise<'a>(
        &'a self,
        evidence: &'a Evidence,
        device: &'a Enrolment,
        nonce: &'a [u8],
    ) -> Result<Appraisal<'a>, Failed> {
        let now = super::mud_signer::now()?;
        Ok(self.policy.appraise(evidence, device, &self.references, Some(nonce), now)?)
    }

    /// The attestation result: an EAR, signed.
    pub fn issue(&self, appraisal: &Appraisal<'_>) -> Result<Vec<u8>, Failed> {
        let id = VerifierId {
            developer: "https://example.com",
            build: concat!("hexad ", env!("CARGO_PKG_VERSION")),
        };
        let issuer = Issuer { id, algorithm: self.key.algorithm(), lifetime: 3600 };
        let now = super::mud_signer::now()?;
        Ok(issuer.issue(appraisal, None, now, &self.key, &mut RustCrypto)?)
    }
}
