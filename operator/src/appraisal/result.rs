//! The attestation result: an appraisal as a signed EAR (draft-ietf-rats-ear).

use hexad_cose_core::cbor::{Cursor, Encoder, Entries};
use hexad_cose_core::crypto::{Hash, Sign};
use hexad_cose_core::cwt::Claim;
use hexad_cose_core::{Algorithm, Label};
use hexad_eat::ear::{Appraisal as EarAppraisal, Ear, VerifierId};
use hexad_eat::labels::EAR_VERAISON_POLICY_CLAIMS;
use hexad_eat::{Error, Nonce};

use super::{Appraisal, Decision};

/// The claim among `ear_veraison_policy_claims` (draft-ietf-rats-ear-03, 5.2) that names the manifest of the release
/// which the device was shown to run: its digest as a Named Information URI (RFC 6920, 3).
pub const MANIFEST: &str = "suit-manifest";

/// Room for an EAR around one appraisal, beside its texts.
const ROOM: usize = 1024;

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
    /// Issues the result of an appraisal of the device called `name`: a CWT, signed with `key`. `now` is in
    /// seconds since 1970-01-01T00:00Z.
    ///
    /// # Errors
    /// Those of the signer, and `Claim` for a nonce that no evidence can hold.
    pub fn issue<B: Sign + Hash>(
        &self,
        appraisal: &Appraisal<'_>,
        name: &str,
        now: i64,
        key: &B::Key,
        backend: &mut B,
    ) -> Result<Vec<u8>, Error> {
        let policies = [appraisal.policy.as_str()];
        let manifest = match appraisal.decision {
            Decision::Allowed(release) | Decision::UpdateOnly(release) => release.manifest.to_uri(),
            Decision::Quarantined => None,
        };
        let mut named = Vec::new();
        if let Some(manifest) = &manifest {
            Encoder::appending(&mut named).map(1)?.text(MANIFEST)?.text(manifest)?;
        }
        let claims = [Claim::new(EAR_VERAISON_POLICY_CLAIMS, &named)];
        let claims = if manifest.is_some() { &claims[..] } else { &[] };
        let appraisals = [EarAppraisal {
            appraisal_policy_ids: (&policies).into(),
            others: claims.into(),
            eat_nonce: Some(Nonce::new(&appraisal.nonce)?),
            ..EarAppraisal::new(name, *appraisal.vector())
        }];
        let ear = Ear {
            status: Some(appraisal.tier()),
            exp: Some(now.saturating_add(self.lifetime.into())),
            verifier_id: self.id,
            ..Ear::new(now, &appraisals)
        };
        let texts = [name, &appraisal.policy, self.id.developer, self.id.build];
        let mut buffer = vec![0; ROOM + texts.map(str::len).iter().sum::<usize>()];
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
