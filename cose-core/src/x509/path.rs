//! The path from a certificate to a trust anchor (RFC 5280, 6): it is searched for among certificates
//! in any order, and validated. Names are compared by their encoding; policies and revocation are left
//! out.

use alloc::vec::Vec;

use der::oid::ObjectIdentifier;
use der::oid::db::rfc5912::ANY_EXTENDED_KEY_USAGE;
use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

use super::certificate::Certificate;
use super::error::{Error, ErrorKind, Place};
use crate::PublicKey;
use crate::crypto::{Hash, Verify};

/// The most certificates between the end entity's and an anchor.
pub const MAX_INTERMEDIATES: usize = 8;

/// The most issuers that are tried: each may cost the check of a signature.
const MAX_TRIED: usize = 64;

/// What a path must fulfil.
///
/// ```
/// use hexad_cose_core::Curve;
/// use hexad_cose_core::x509::{Certificate, Issuer, Template, Validation};
/// use hexad_rustcrypto::{RustCrypto, SigningKey};
/// # let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
/// # let template = Template {
/// #     common_name: "authority",
/// #     key: key.public(),
/// #     serial_number: &[1],
/// #     not_before: 1_760_000_000,
/// #     not_after: 1_860_000_000,
/// #     authority: true,
/// # };
/// # let anchor = template.issue(Issuer::Itself, &key, &mut RustCrypto)?;
/// # let authority = Certificate::parse(&anchor)?;
/// # let template = Template { common_name: "device", authority: false, ..template };
/// # let own = template.issue(Issuer::Certificate(&authority), &key, &mut RustCrypto)?;
///
/// let anchors = [Certificate::parse(&anchor)?];
/// let certificate = Certificate::parse(&own)?;
/// let validation = Validation::at(1_800_000_000);
/// let path = validation.path(&certificate, &[], &anchors, &mut RustCrypto)?;
/// let trusted = path.key();
/// # let _ = trusted;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Validation {
    time: i64,
    key_usage: KeyUsages,
    key_usage_present: bool,
    purpose: Option<ObjectIdentifier>,
}

impl Validation {
    /// Every certificate is valid at `time`, in seconds since 1970 began, and the end entity's key is
    /// for signing: `digitalSignature`, if it is restricted at all.
    pub const fn at(time: i64) -> Self {
        Self {
            time,
            key_usage: KeyUsages::DigitalSignature,
            key_usage_present: false,
            purpose: None,
        }
    }

    /// The end entity's key is for this use, if it is restricted at all (RFC 5280, 4.2.1.3).
    pub const fn key_usage(mut self, usage: KeyUsages) -> Self {
        self.key_usage = usage;
        self
    }

    /// The end entity's certificate says for which uses its key is.
    pub const fn key_usage_present(mut self) -> Self {
        self.key_usage_present = true;
        self
    }

    /// The key is for this purpose: every certificate of the path that names purposes (RFC 5280,
    /// 4.2.1.12) names it, or any. Without one, a certificate that makes its purposes critical is
    /// refused.
    pub const fn purpose(mut self, purpose: ObjectIdentifier) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// Checks a certificate by itself: time, critical extensions, uses and purposes of its key. Nobody
    /// vouches for what it says.
    ///
    /// # Errors
    /// `UnsupportedAlgorithm` for its key; `NotYetValid`; `Expired`; `CriticalExtension`; `KeyUsage`;
    /// `ExtendedKeyUsage`.
    pub fn check(&self, certificate: &Certificate<'_>) -> Result<(), Error> {
        let check = || {
            self.check_any(certificate)?;
            certificate.key().ok_or(ErrorKind::UnsupportedAlgorithm)?;
            match &certificate.extensions.key_usage {
                Some(KeyUsage(usage)) if !usage.contains(self.key_usage) => {
                    Err(ErrorKind::KeyUsage)
                }
                None if self.key_usage_present => Err(ErrorKind::KeyUsage),
                _ => Ok(()),
            }
        };
        check().map_err(|kind| Error::new(kind, Place::EndEntity, certificate.offset()))
    }

    /// Finds the path from `certificate` through `bag`, in any order, to one of `anchors`, and validates
    /// it. An anchor is held to the same rules as what stands between; the certificate may be an anchor
    /// itself.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), of any certificate of the path; `BasicConstraints`; `KeyUsage`;
    /// `Signature`; `NoAnchor`; `PathTooLong`; `Crypto`. Of several dead ends, the last is told.
    pub fn path<'p, 'b>(
        &self,
        certificate: &'p Certificate<'b>,
        bag: &'p [Certificate<'b>],
        anchors: &'p [Certificate<'b>],
        crypto: &mut (impl Hash + Verify),
    ) -> Result<Path<'p, 'b>, Error> {
        self.check(certificate)?;
        let at = |kind| Error::new(kind, Place::EndEntity, certificate.offset());
        let key = certificate.key().ok_or(at(ErrorKind::UnsupportedAlgorithm))?;
        let anchor = anchors.iter().find(|anchor| anchor.as_der() == certificate.as_der());
        if let Some(anchor) = anchor {
            return Ok(Path { key, intermediates: Vec::new(), anchor });
        }

        // The anchors come first, then the bag. The path so far, each with the next candidate for its
        // issuer; dead ends are left again.
        let candidates = || anchors.iter().chain(bag);
        let mut steps = Vec::from([Step { place: Place::EndEntity, certificate, next: 0 }]);
        let mut reason = at(ErrorKind::NoAnchor);
        let mut left = MAX_TRIED;
        while let Some(step) = steps.last_mut() {
            let Step { place, certificate: current, next } = *step;
            let is_issuer = |candidate: &Certificate<'_>| {
                candidate.fields().subject() == current.fields().issuer()
                    && candidate.as_der() != current.as_der()
            };
            let found = candidates().enumerate().skip(next).find(|(_, issuer)| is_issuer(issuer));
            let Some((index, issuer)) = found else {
                if !candidates().any(is_issuer) {
                    reason = Error::new(ErrorKind::NoAnchor, place, current.offset());
                }
                steps.pop();
                continue;
            };
            step.next = index.saturating_add(1);
            if steps.iter().any(|step| step.certificate.as_der() == issuer.as_der()) {
                continue;
            }
            let too_long = Error::new(ErrorKind::PathTooLong, place, current.offset());
            left = left.checked_sub(1).ok_or(too_long)?;

            let bag_index = index.checked_sub(anchors.len());
            let issuer_place = bag_index.map_or(Place::Anchor(index), Place::Bag);
            // Of those below, the end entity and the self-issued do not count (RFC 5280, 4.2.1.9).
            let below = steps.iter().skip(1).filter(|step| !step.is_self_issued()).count();
            let checked = self
                .check_issuer(issuer, below)
                .map_err(|kind| Error::new(kind, issuer_place, issuer.offset()))
                .and_then(|()| {
                    current
                        .check_signature(issuer, crypto)
                        .map_err(|kind| Error::new(kind, place, current.offset()))
                });
            match checked {
                Err(error) => reason = error,
                Ok(()) if bag_index.is_none() => {
                    let intermediates = steps.iter().skip(1).map(|step| step.certificate);
                    return Ok(Path {
                        key,
                        intermediates: intermediates.collect(),
                        anchor: issuer,
                    });
                }
                Ok(()) if steps.len() > MAX_INTERMEDIATES => reason = too_long,
                Ok(()) => steps.push(Step { place: issuer_place, certificate: issuer, next: 0 }),
            }
        }
        Err(reason)
    }

    /// What holds for every certificate of a path.
    fn check_any(&self, certificate: &Certificate<'_>) -> Result<(), ErrorKind> {
        if self.time < certificate.not_before() {
            return Err(ErrorKind::NotYetValid);
        }
        if self.time > certificate.not_after() {
            return Err(ErrorKind::Expired);
        }
        let extensions = &certificate.extensions;
        if extensions.not_understood {
            return Err(ErrorKind::CriticalExtension);
        }
        match (&extensions.extended_key_usage, self.purpose) {
            (Some(purposes), Some(purpose)) => {
                let names = |purpose| purposes.0.contains(&purpose);
                if names(purpose) || names(ANY_EXTENDED_KEY_USAGE) {
                    Ok(())
                } else {
                    Err(ErrorKind::ExtendedKeyUsage)
                }
            }
            (Some(_), None) if extensions.critical_purpose => Err(ErrorKind::CriticalExtension),
            _ => Ok(()),
        }
    }

    /// May issue certificates with so many of authorities between it and the end entity's.
    fn check_issuer(&self, issuer: &Certificate<'_>, below: usize) -> Result<(), ErrorKind> {
        self.check_any(issuer)?;
        match &issuer.extensions.basic_constraints {
            Some(constraints)
                if constraints.ca
                    && constraints
                        .path_len_constraint
                        .is_none_or(|limit| below <= usize::from(limit)) => {}
            _ => return Err(ErrorKind::BasicConstraints),
        }
        match &issuer.extensions.key_usage {
            Some(usage) if !usage.key_cert_sign() => Err(ErrorKind::KeyUsage),
            _ => Ok(()),
        }
    }
}

/// A certificate of the path that is being tried.
#[derive(Clone, Copy)]
struct Step<'p, 'b> {
    place: Place,
    certificate: &'p Certificate<'b>,
    /// The next candidate for its issuer.
    next: usize,
}

impl Step<'_, '_> {
    fn is_self_issued(&self) -> bool {
        self.certificate.fields().issuer() == self.certificate.fields().subject()
    }
}

/// A valid path: what the certificate at its start says is vouched for by the anchor at its end.
/// [`Validation::path`] alone makes one.
#[derive(Clone, Debug)]
pub struct Path<'p, 'b> {
    key: PublicKey<'p>,
    intermediates: Vec<&'p Certificate<'b>>,
    anchor: &'p Certificate<'b>,
}

impl<'p, 'b> Path<'p, 'b> {
    /// The end entity's public key.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'p> {
        self.key
    }

    /// The certificates between, from the end entity's issuer on.
    #[must_use]
    pub fn intermediates(&self) -> &[&'p Certificate<'b>] {
        &self.intermediates
    }

    /// The anchor that it leads to.
    #[must_use]
    pub const fn anchor(&self) -> &'p Certificate<'b> {
        self.anchor
    }
}
