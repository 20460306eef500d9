//! The attestation result: an appraisal as a signed EAR (draft-ietf-rats-ear).

use hexad_cose_core::cbor::{Cursor, Encoder, Entries};
use hexad_cose_core::crypto::{Hash, Sign};
use hexad_cose_core::cwt::Claim;
use hexad_cose_core::{Algorithm, Label};
use hexad_eat::ear::{Appraisal as EarAppraisal, Ear, VerifierId};
use hexad_eat::labels::EAR_VERAISON_POLICY_CLAIMS;
use hexad_eat::{Error, Nonce};

use super::{Appraisal, Decision};
use crate::release::DigestValue;

/// The claim among `ear_veraison_policy_claims` (draft-ietf-rats-ear-03, 5.2) that names the manifest of the release
/// which the device was shown to run: its digest as a Named Information URI (RFC 6920, 3).
pub const MANIFEST: &str = "suit-manifest";

/// Room for an EAR, and for each appraisal in it, beside its texts.
const ROOM: usize = 512;

/// Who issues attestation results.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'v> {
    /// `ear_verifier_id`.
    pub id: VerifierId<'v>,
    /// The algorithm that results are signed with.
    pub algorithm: Algorithm,
    /// For how many seconds a result is valid (`exp` after `iat`).
    pub lifetime: u32,
}

impl Verifier<'_> {
    /// Issues the result of an appraisal: a CWT, signed with `key`, with an appraisal of the device and one of each
    /// of its submodules. `now` is in seconds since 1970-01-01T00:00Z. `nonce` is that of whoever asked for the
    /// result, if it is to show that it is fresh.
    ///
    /// # Errors
    /// Those of the signer, and `Claim` for a nonce that no result can hold.
    pub fn issue<B: Sign + Hash>(
        &self,
        appraisal: &Appraisal<'_>,
        nonce: Option<&[u8]>,
        now: i64,
        key: &B::Key,
        backend: &mut B,
    ) -> Result<Vec<u8>, Error> {
        let policies = [appraisal.policy];
        let evidence_nonce = appraisal.nonce.map(Nonce::new).transpose()?;
        let manifest = match appraisal.decision {
            Decision::Allowed(release) | Decision::UpdateOnly(release) => release.manifest.as_ref(),
            Decision::Quarantined => None,
        };
        let manifest = manifest.and_then(DigestValue::to_uri);
        let mut named = Vec::new();
        if let Some(manifest) = &manifest {
            Encoder::appending(&mut named).map(1)?.text(MANIFEST)?.text(manifest)?;
        }
        let claims = [Claim::new(EAR_VERAISON_POLICY_CLAIMS, &named)];
        let claims = if manifest.is_some() { &claims[..] } else { &[] };
        let mut appraisals: Vec<_> = appraisal
            .parts()
            .map(|part| EarAppraisal {
                appraisal_policy_ids: (&policies).into(),
                eat_nonce: evidence_nonce,
                ..EarAppraisal::new(part.name, part.vector)
            })
            .collect();
        // The manifest is that of the device itself.
        if let Some(device) = appraisals.first_mut() {
            device.others = claims.into();
        }
        let ear = Ear {
            status: Some(appraisal.tier()),
            exp: Some(now.saturating_add(self.lifetime.into())),
            verifier_id: self.id,
            eat_nonce: nonce.map(Nonce::new).transpose()?,
            ..Ear::new(now, appraisals.as_slice())
        };
        let names: usize =
            appraisal.parts().map(|part| ROOM + part.name.len() + appraisal.policy.len()).sum();
        let mut buffer = vec![0; ROOM + self.id.developer.len() + self.id.build.len() + names];
        let result = ear.to_be_signed(self.algorithm, &mut buffer)?.sign(key, backend)?;
        Ok(result.to_vec())
    }
}

/// The manifest that an appraisal names by [`MANIFEST`].
///
/// ```
/// use hexad_cose_core::cbor::Encoder;
/// use hexad_cose_core::cwt::Claim;
/// use hexad_eat::ear::{Appraisal, TrustworthinessVector};
/// use hexad_operator::appraisal::manifest_of;
///
/// let mut value = Vec::new();
/// Encoder::appending(&mut value).map(1)?.text("suit-manifest")?.text("ni:///sha-256;AAAA")?;
/// let claims = [Claim::new(-70001, &value)];
/// let appraisal = Appraisal {
///     others: (&claims).into(),
///     ..Appraisal::new("lamp", TrustworthinessVector::default())
/// };
/// assert_eq!(manifest_of(&appraisal), Some("ni:///sha-256;AAAA"));
/// # Ok::<(), hexad_cose_core::Error>(())
/// ```
#[must_use]
pub fn manifest_of<'b>(appraisal: &EarAppraisal<'b>) -> Option<&'b str> {
    let claims = appraisal.others.get(EAR_VERAISON_POLICY_CLAIMS)?;
    let mut cursor: Cursor<'b> = claims.cursor();
    let mut entries = Entries::enter(&mut cursor).ok()?;
    while let Some(label) = entries.next(&mut cursor).ok()? {
        if label == Label::Text(MANIFEST) {
            return cursor.text().ok();
        }
        cursor.skip().ok()?;
    }
    None
}
