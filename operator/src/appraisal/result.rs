//! The attestation result: an appraisal as a signed EAR (draft-ietf-rats-ear).

use hexad_cose_core::Algorithm;
use hexad_cose_core::crypto::{Hash, Sign};
use hexad_eat::ear::{Appraisal as EarAppraisal, Ear, VerifierId};
use hexad_eat::{Error, Nonce};

use super::Appraisal;

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
        let appraisals = [EarAppraisal {
            appraisal_policy_ids: (&policies).into(),
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
