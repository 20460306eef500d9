//! Whether a certificate leads to a trust anchor (RFC 5280, 6, of which names, policies and revocation
//! are left out).

use hexad_cose_core::crypto::{Hash, Verify};

use super::Certificate;
use crate::asn1::Result;
use crate::signature::{SignatureError, SignatureErrorKind as Kind};

/// The most certificates between the signer's and an anchor.
const MAX_INTERMEDIATES: u8 = 8;

/// `digitalSignature` and `keyCertSign` (RFC 5280, 4.2.1.3).
const DIGITAL_SIGNATURE: u16 = 1 << 0;
const KEY_CERT_SIGN: u16 = 1 << 5;

impl Certificate<'_> {
    fn error(&self, kind: Kind) -> SignatureError {
        SignatureError::new(kind, self.offset)
    }

    /// Valid at `time`, and without a critical extension that is not understood.
    fn check_validity(&self, time: i64) -> Result<()> {
        if time < self.not_before {
            return Err(self.error(Kind::NotYetValid));
        }
        if time > self.not_after {
            return Err(self.error(Kind::Expired));
        }
        if self.extensions.critical {
            return Err(self.error(Kind::CriticalExtension));
        }
        Ok(())
    }

    /// May sign a MUD file at `time`: its key usage is there and has `digitalSignature` (RFC 8520, 13.2).
    pub(crate) fn check_signer(&self, time: i64) -> Result<()> {
        self.check_validity(time)?;
        match self.extensions.key_usage {
            Some(usage) if usage & DIGITAL_SIGNATURE != 0 => Ok(()),
            _ => Err(self.error(Kind::KeyUsage)),
        }
    }

    /// May issue certificates at `time` with so many certificates between it and the signer's.
    fn check_issuer(&self, time: i64, below: u8) -> Result<()> {
        self.check_validity(time)?;
        match self.extensions.basic_constraints {
            Some((true, limit)) if limit.is_none_or(|limit| below <= limit) => {}
            _ => return Err(self.error(Kind::BasicConstraints)),
        }
        match self.extensions.key_usage {
            Some(usage) if usage & KEY_CERT_SIGN == 0 => Err(self.error(Kind::KeyUsage)),
            _ => Ok(()),
        }
    }

    /// Whether this certificate is by `issuer`, by name and signature.
    fn is_issued_by(
        &self,
        issuer: &Certificate<'_>,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<()> {
        if self.issuer != issuer.subject {
            return Err(self.error(Kind::NoAnchor));
        }
        issuer.verify(self.algorithm, self.tbs, (self.signature, self.offset), crypto)?;
        Ok(())
    }
}

/// Follows the issuers from `signer`, through `others`, to one of `anchors`. An anchor is valid in its
/// time as the others are, and needs nobody to vouch for it; the signer may be one itself.
pub(crate) fn check_chain(
    signer: &Certificate<'_>,
    others: &[Certificate<'_>],
    anchors: &[Certificate<'_>],
    time: i64,
    crypto: &mut (impl Hash + Verify),
) -> Result<()> {
    let mut current = *signer;
    if anchors.iter().any(|anchor| anchor.der == current.der) {
        return Ok(());
    }
    for below in 0..=MAX_INTERMEDIATES {
        let mut reason = current.error(Kind::NoAnchor);
        for anchor in anchors.iter().filter(|anchor| anchor.subject == current.issuer) {
            match current
                .is_issued_by(anchor, crypto)
                .and_then(|()| anchor.check_issuer(time, below))
            {
                Ok(()) => return Ok(()),
                Err(error) => reason = error,
            }
        }
        let mut next = None;
        let issuers = others
            .iter()
            .filter(|other| other.subject == current.issuer && other.der != current.der);
        for issuer in issuers {
            match current
                .is_issued_by(issuer, crypto)
                .and_then(|()| issuer.check_issuer(time, below))
            {
                Ok(()) => {
                    next = Some(*issuer);
                    break;
                }
                Err(error) => reason = error,
            }
        }
        current = next.ok_or(reason)?;
    }
    Err(current.error(Kind::NoAnchor))
}
