//! How far devices are trusted: attestation results, and the operator's own word.

use hexad_cose_core::Key;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::{Algorithm, HashAlgorithm};
use hexad_mud::url::MudUrl;
use hexad_operator::network::enforce::Put;
use hexad_operator::network::policy::DeviceName;
use hexad_operator::release::DigestValue;
use hexad_suit::{Envelope, TrustAnchors};

use super::{Controller, ControllerError, Result};
use crate::attestation::{self, Attested, Refusal};
use crate::gateway::Gateway;
use crate::record::{DeviceRecord, LastResult, MudUrlRecord, Signer, Source, State};

/// The algorithms that manifests may be signed with, of those that the author's key serves.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::ESP256,
    Algorithm::ES256,
    Algorithm::ESP384,
    Algorithm::ES384,
    Algorithm::ED25519,
    Algorithm::EDDSA,
    Algorithm::HSS_LMS,
];

impl<G: Gateway> Controller<G> {
    /// Takes a signed attestation result (EAR) about a device: see [`attestation::read`]. It holds until it expires, and
    /// for the time of the configuration at most; the device is unknown after that, until it attests again.
    /// The MUD URL is from then on that of the manifest that the result names.
    ///
    /// Of one device, each result has to be issued after the one before it, or in the same second and trust it less:
    /// what was seen on the way can't be sent again.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`]; [`ControllerError::Attestation`], which is logged, and leaves everything
    /// as it was; and what can go wrong with enforcing.
    pub fn attest(
        &mut self,
        name: &DeviceName,
        result: &[u8],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<State> {
        let mut record = self.known(name)?;
        let read = attestation::read(
            result,
            name.as_str(),
            &self.trust.verifiers,
            self.result_age,
            now,
            crypto,
        );
        let last = self.registry.last_result(name)?;
        let attested = read.and_then(|attested| match &last {
            Some(last) if !is_later(&attested, last) => Err(Refusal::Replayed),
            _ => Ok(attested),
        });
        let Attested { state, issued, expires, manifest, reason } = match attested {
            Ok(attested) => attested,
            Err(refusal) => {
                self.registry.log(now, name.as_str(), "result-refused", &refusal.to_string())?;
                return Err(refusal.into());
            }
        };
        self.follow(&mut record, manifest.as_deref(), now)?;
        let until = now.saturating_add(self.recheck.into());
        record.state = state;
        record.until = Some(expires.map_or(until, |expires| expires.min(until)));
        let result = LastResult { issued, state, manifest };
        self.registry.put_result(&record, &result, now, &reason)?;
        self.enforce(now)?;
        Ok(state)
    }

    /// Gives the device the MUD URL of the manifest of its software. That of another manifest holds no longer.
    fn follow(&self, record: &mut DeviceRecord, manifest: Option<&str>, now: i64) -> Result<()> {
        // Who runs nothing that its author vouches for may do nothing: whatever its URL is.
        let Some(digest) = manifest else { return Ok(()) };
        let name = record.name.as_str();
        match self.registry.manifest(digest)? {
            Some(mud) if record.mud.as_ref() != Some(&mud) => {
                let detail = format!("{} from {}", mud.url, mud.source.name());
                self.registry.log(now, name, "mud-url", &detail)?;
                record.mud = Some(mud);
            }
            Some(_) => {}
            None => {
                record.mud = record.mud.take().filter(|mud| mud.source != Source::Manifest);
                self.registry.log(now, name, "manifest-unknown", digest)?;
            }
        }
        Ok(())
    }

    /// Takes a manifest, as a SUIT envelope that one of the authors has signed. From then on it says the MUD URL of
    /// the devices that were, or will be, shown to run its software; its digest, by which results name it.
    ///
    /// # Errors
    /// [`ControllerError::Manifest`]; [`ControllerError::NoMud`], [`ControllerError::Digest`] and
    /// [`ControllerError::Url`]; and what can go wrong with enforcing.
    pub fn put_manifest(
        &mut self,
        envelope: &[u8],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<String> {
        let keys: core::result::Result<Vec<_>, _> =
            self.trust.authors.iter().map(|key| Key::parse(key)).collect();
        let keys = keys.map_err(ControllerError::Key)?;
        let anchors = TrustAnchors::new(&keys, ALGORITHMS);
        let envelope = Envelope::parse(envelope)?;
        let manifest = envelope.authenticate(&anchors, crypto)?;
        let reference = manifest.get().mud()?.ok_or(ControllerError::NoMud)?;
        // Authenticating has compared this digest with the manifest and the signature.
        let digest = envelope.authentication().digest();
        let digest =
            DigestValue { algorithm: digest.algorithm(), bytes: digest.bytes().to_vec() }.to_uri();
        let digest = digest.ok_or(ControllerError::Digest)?;
        let url = MudUrl::new(reference.url()).map_err(ControllerError::Url)?.as_str().to_owned();
        let key = reference.ski();
        let thumbprint = key.bytes().try_into().ok();
        let signer = thumbprint.filter(|_| key.algorithm() == HashAlgorithm::Sha256);
        let signer = signer.map(Signer::Key).ok_or(ControllerError::Digest)?;
        self.registry.put_manifest(&digest, &url, &signer, now)?;
        let mud = MudUrlRecord { url, source: Source::Manifest, signer };
        for mut record in self.registry.devices()? {
            let last = self.registry.last_result(&record.name)?;
            let runs_it = last.and_then(|last| last.manifest).as_deref() == Some(digest.as_str());
            if runs_it && record.mud.as_ref() != Some(&mud) {
                let detail = format!("{} from {}", mud.url, mud.source.name());
                record.mud = Some(mud.clone());
                self.registry.put_device(&record, now, "mud-url", &detail)?;
            }
        }
        self.enforce(now)?;
        Ok(digest)
    }

    /// Takes the operator's word on a device: that it is quarantined, or unknown. That it may do more is for its
    /// attestation to say, unless the configuration has `unattested`. It holds as long as an attestation result.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`], [`ControllerError::Unattested`], and what can go wrong with enforcing.
    pub fn set_state(
        &mut self,
        name: &DeviceName,
        state: State,
        reason: &str,
        now: i64,
    ) -> Result<Put> {
        let mut record = self.known(name)?;
        if state > State::Quarantined && !self.unattested {
            return Err(ControllerError::Unattested);
        }
        record.state = state;
        record.until = (state != State::Unknown).then(|| now.saturating_add(self.recheck.into()));
        let detail = format!("by the operator: {reason}");
        self.registry.put_device(&record, now, state.name(), &detail)?;
        self.enforce(now)
    }
}

/// Whether a result takes the place of the last one.
fn is_later(attested: &Attested, last: &LastResult) -> bool {
    attested.issued > last.issued || (attested.issued == last.issued && attested.state < last.state)
}
