//! A certificate (RFC 5280, 4), read by `x509-cert`; what was signed is kept as it stands.

use alloc::vec::Vec;
use core::fmt;

use der::asn1::UintRef;
use der::oid::db::{rfc5280, rfc5912, rfc8410};
use der::oid::{AssociatedOid, ObjectIdentifier};
use der::{Decode, Header, Reader, Sequence, SliceReader};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;
use x509_cert::{TbsCertificate, Version};

use super::error::{Error, ErrorKind, Place};
use super::signature;
use crate::cbor::Raw;
use crate::crypto::{Hash, Verify};
use crate::{Algorithm, CryptoError, Curve, PublicKey, Segments, Signed};

/// The longest certificate that is read, in bytes.
pub const MAX_SIZE: usize = 1 << 16;

/// The most extensions that are read.
const MAX_EXTENSIONS: usize = 64;

/// A certificate. That it is read says nothing of whether it is to be trusted: [`Validation`] does.
///
/// [`Validation`]: super::Validation
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate<'b> {
    raw: Raw<'b>,
    tbs: &'b [u8],
    certificate: x509_cert::Certificate,
    pub(super) extensions: Extensions,
}

/// The extensions that are understood (RFC 5280, 4.2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    subject_key_identifier: Option<Vec<u8>>,
    pub key_usage: Option<KeyUsage>,
    pub basic_constraints: Option<BasicConstraints>,
    pub extended_key_usage: Option<ExtendedKeyUsage>,
    /// Whether the extended key usage is critical.
    pub critical_purpose: bool,
    /// One that is critical and not understood, or that narrows what the names below may be.
    pub not_understood: bool,
}

impl<'b> Certificate<'b> {
    /// Reads a certificate that is all of `der`. Keys and algorithms that are not offered are no error
    /// until they are needed.
    ///
    /// # Errors
    /// `Malformed`; `TooLarge`.
    pub fn parse(der: &'b [u8]) -> Result<Self, Error> {
        Self::parse_raw(Raw::new(der, 0))
    }

    /// As [`parse`](Self::parse), for a certificate inside another input.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_raw(raw: Raw<'b>) -> Result<Self, Error> {
        let at = |kind| Error::new(kind, Place::EndEntity, raw.offset());
        if raw.bytes().len() > MAX_SIZE {
            return Err(at(ErrorKind::TooLarge));
        }
        let malformed = |error: der::Error| {
            let position = error.position().and_then(|position| usize::try_from(position).ok());
            let offset = raw.offset().saturating_add(position.unwrap_or(0));
            Error::new(ErrorKind::Malformed, Place::EndEntity, offset)
        };
        let certificate = x509_cert::Certificate::from_der(raw.bytes()).map_err(malformed)?;
        let mut reader = SliceReader::new(raw.bytes()).map_err(malformed)?;
        Header::decode(&mut reader).map_err(malformed)?;
        let tbs_bytes = reader.tlv_bytes().map_err(malformed)?;

        let tbs = certificate.tbs_certificate();
        let extensions = tbs.extensions().map_or(&[][..], Vec::as_slice);
        if extensions.len() > MAX_EXTENSIONS {
            return Err(at(ErrorKind::TooLarge));
        }
        let early = tbs.version() != Version::V3 && !extensions.is_empty();
        if early || tbs.signature() != certificate.signature_algorithm() {
            return Err(at(ErrorKind::Malformed));
        }
        let extensions = Extensions::read(extensions).map_err(|_| at(ErrorKind::Malformed))?;
        Ok(Self { raw, tbs: tbs_bytes, certificate, extensions })
    }

    /// The whole certificate in DER.
    #[must_use]
    pub const fn as_der(&self) -> &'b [u8] {
        self.raw.bytes()
    }

    /// Where it begins, counted from the start of the outermost input.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.raw.offset()
    }

    /// Its fields, as `x509-cert` has read them.
    #[must_use]
    pub fn fields(&self) -> &TbsCertificate {
        self.certificate.tbs_certificate()
    }

    /// When it begins to be valid, in seconds since 1970 began.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        seconds(self.fields().validity().not_before)
    }

    /// When it ceases to be valid, in seconds since 1970 began.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        seconds(self.fields().validity().not_after)
    }

    /// The subject's public key. `None` for a kind of key that is not offered.
    #[must_use]
    pub fn key(&self) -> Option<PublicKey<'_>> {
        public_key(self.fields().subject_public_key_info())
    }

    /// The subject key identifier (RFC 5280, 4.2.1.2).
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key_identifier.as_deref()
    }

    /// Checks that `signature`, in the form that certificates and CMS give it, is by the subject's key
    /// over `message`. The algorithm that it turned out to be.
    ///
    /// # Errors
    /// `UnsupportedAlgorithm`; `Signature` for one that is not; `Crypto` from the backend.
    pub fn verify(
        &self,
        algorithm: &AlgorithmIdentifierOwned,
        message: &[u8],
        signature: &[u8],
        crypto: &mut (impl Hash + Verify),
    ) -> Result<Algorithm, ErrorKind> {
        let key = self.key().ok_or(ErrorKind::UnsupportedAlgorithm)?;
        let algorithm =
            signature::algorithm(algorithm, &key).ok_or(ErrorKind::UnsupportedAlgorithm)?;
        let signature = match key.curve() {
            Some(curve) => signature::signature_from_der(signature, curve),
            None => Some(signature.to_vec()),
        };
        let signature = signature.ok_or(ErrorKind::Signature)?;
        let failed = |error| match error {
            CryptoError::Rejected => ErrorKind::Signature,
            other => ErrorKind::Crypto(other),
        };
        let signed = Signed::new(algorithm, Segments::plain(message), crypto).map_err(failed)?;
        crypto.verify(algorithm, &key, &signed, &signature).map_err(failed)?;
        Ok(algorithm)
    }

    /// Checks that this certificate was signed by the key of `issuer`.
    pub(super) fn check_signature(
        &self,
        issuer: &Certificate<'_>,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<(), ErrorKind> {
        let signature = self.certificate.signature().as_bytes().ok_or(ErrorKind::Signature)?;
        let algorithm = self.certificate.signature_algorithm();
        issuer.verify(algorithm, self.tbs, signature, crypto).map(|_| ())
    }
}

impl fmt::Debug for Certificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { raw, tbs: _, certificate, extensions } = self;
        let tbs = certificate.tbs_certificate();
        f.debug_struct("Certificate")
            .field("offset", &raw.offset())
            .field("serial_number", tbs.serial_number())
            .field("issuer", tbs.issuer())
            .field("subject", tbs.subject())
            .field("validity", tbs.validity())
            .field("key", &self.key())
            .field("extensions", extensions)
            .finish_non_exhaustive()
    }
}

/// Seconds since 1970 began; ASN.1's times end with the year 9999.
fn seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

/// `RSAPublicKey` (RFC 8017, A.1.1).
#[derive(Sequence)]
struct RsaPublicKey<'b> {
    modulus: UintRef<'b>,
    public_exponent: UintRef<'b>,
}

/// A key that is offered (RFC 3279, 2.3.1; RFC 5480; RFC 8410).
fn public_key(info: &SubjectPublicKeyInfoOwned) -> Option<PublicKey<'_>> {
    let parameters = info.algorithm.parameters.as_ref();
    let bits = info.subject_public_key.as_bytes()?;
    let curve = match info.algorithm.oid {
        rfc8410::ID_ED_25519 if parameters.is_none() => Curve::Ed25519,
        rfc5912::ID_EC_PUBLIC_KEY => {
            signature::curve_of(parameters?.decode_as::<ObjectIdentifier>().ok()?)?
        }
        rfc5912::RSA_ENCRYPTION => {
            let RsaPublicKey { modulus, public_exponent } = RsaPublicKey::from_der(bits).ok()?;
            return Some(PublicKey::Rsa { n: modulus.as_bytes(), e: public_exponent.as_bytes() });
        }
        _ => return None,
    };
    PublicKey::from_point(curve, bits)
}

impl Extensions {
    fn read(list: &[Extension]) -> der::Result<Self> {
        let mut extensions = Self::default();
        for (index, Extension { extn_id, critical, extn_value }) in list.iter().enumerate() {
            let value = extn_value.as_bytes();
            // An extension stands once (RFC 5280, 4.2).
            if list.iter().take(index).any(|other| other.extn_id == *extn_id) {
                return Err(der::ErrorKind::OidUnknown { oid: *extn_id }.into());
            }
            match *extn_id {
                SubjectKeyIdentifier::OID => {
                    let identifier = SubjectKeyIdentifier::from_der(value)?;
                    extensions.subject_key_identifier = Some(identifier.0.as_bytes().to_vec());
                }
                KeyUsage::OID => extensions.key_usage = Some(KeyUsage::from_der(value)?),
                BasicConstraints::OID => {
                    extensions.basic_constraints = Some(BasicConstraints::from_der(value)?);
                }
                ExtendedKeyUsage::OID => {
                    extensions.extended_key_usage = Some(ExtendedKeyUsage::from_der(value)?);
                    extensions.critical_purpose = *critical;
                }
                // None of these limits what the key may sign.
                rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER
                | rfc5280::ID_CE_SUBJECT_ALT_NAME
                | rfc5280::ID_CE_ISSUER_ALT_NAME => {}
                // They would narrow the path also where an issuer forgot to say that they are critical.
                rfc5280::ID_CE_NAME_CONSTRAINTS => extensions.not_understood = true,
                _ => extensions.not_understood |= *critical,
            }
        }
        Ok(extensions)
    }
}
