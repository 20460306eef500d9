//! Makes certificates (RFC 5280, 4): those of signers, and of the authority directly above them.

use alloc::vec::Vec;
use core::time::Duration;

use der::asn1::{Any, BitString, GeneralizedTime, OctetString, UtcTime, Utf8StringRef};
use der::oid::AssociatedOid;
use der::oid::db::{rfc4519, rfc5912, rfc8410};
use der::{Decode, Encode, Sequence};
use x509_cert::Version;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::certificate::Certificate;
use super::error::{Error, ErrorKind, Place};
use super::signature::{curve_identifier, signature_to_der, signing_algorithm};
use crate::crypto::{Hash, Sign};
use crate::{HashAlgorithm, PublicKey, Segments, Signed, Y};

/// The longest raw signature: ECDSA on P-521.
const MAX_SIGNATURE: usize = 132;

/// What a new certificate says.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// The subject's common name, 1 to 64 characters (RFC 5280, A.1).
    pub common_name: &'a str,
    /// The subject's public key, uncompressed.
    pub key: PublicKey<'a>,
    /// The serial number, big-endian, not zero, up to 20 bytes: unique among those of one issuer.
    pub serial_number: &'a [u8],
    /// When it begins to be valid, in seconds since 1970 began.
    pub not_before: i64,
    /// When it ceases to be valid, in seconds since 1970 began.
    pub not_after: i64,
    /// Whether the subject is a certification authority (`keyCertSign`), directly above signers. If
    /// not, its key is for `digitalSignature`.
    pub authority: bool,
}

/// Who issues a certificate.
#[derive(Clone, Copy, Debug)]
pub enum Issuer<'a> {
    /// The subject itself.
    Itself,
    /// The subject of this certificate.
    Certificate(&'a Certificate<'a>),
}

/// `TBSCertificate` (RFC 5280, 4.1), for writing.
#[derive(Sequence)]
struct TbsCertificate {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: Version,
    serial_number: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity,
    subject: Name,
    subject_public_key_info: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Extensions,
}

/// `Certificate` (RFC 5280, 4.1), for writing.
#[derive(Sequence)]
struct Signature {
    tbs_certificate: Any,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

impl Template<'_> {
    /// The certificate in DER, signed by the issuer's `key`.
    ///
    /// ```
    /// use hexad_cose_core::Curve;
    /// use hexad_cose_core::x509::{Certificate, Issuer, Template};
    /// use hexad_rustcrypto::{RustCrypto, SigningKey};
    ///
    /// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
    /// let template = Template {
    ///     common_name: "MUD signer",
    ///     key: key.public(),
    ///     serial_number: &[1],
    ///     not_before: 1_760_000_000,
    ///     not_after: 1_860_000_000,
    ///     authority: false,
    /// };
    /// let der = template.issue(Issuer::Itself, &key, &mut RustCrypto)?;
    /// assert_eq!(Certificate::parse(&der)?.key(), Some(key.public()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidTemplate` when a field of the template is not as it says; `UnsupportedAlgorithm` for a
    /// kind of key that is not offered; `Crypto` from the backend. The byte is 0.
    pub fn issue<S: Hash + Sign>(
        &self,
        issuer: Issuer<'_>,
        key: &S::Key,
        crypto: &mut S,
    ) -> Result<Vec<u8>, Error> {
        let at = |kind| Error::new(kind, Place::EndEntity, 0);
        let invalid = |_: der::Error| at(ErrorKind::InvalidTemplate);
        let failed = |error| at(ErrorKind::Crypto(error));
        let unsupported = at(ErrorKind::UnsupportedAlgorithm);

        let subject_public_key_info = key_info(&self.key).ok_or(unsupported)?;
        // RFC 7093, 2: the first 160 bits of the SHA-256 of the key's bits.
        let bits = subject_public_key_info.subject_public_key.raw_bytes();
        let identifier = crypto
            .digest(HashAlgorithm::Sha256, &Segments::plain(bits))
            .map_err(failed)?
            .truncated(20);
        let identifier = identifier.as_bytes();
        let subject = self.subject().ok_or(at(ErrorKind::InvalidTemplate))?;
        let (issuer, curve, issuer_identifier) = match issuer {
            Issuer::Itself => (subject.clone(), self.key.curve().ok_or(unsupported)?, None),
            Issuer::Certificate(issuer) => {
                let curve = issuer.key().and_then(|key| key.curve()).ok_or(unsupported)?;
                let name = issuer.fields().subject().clone();
                (name, curve, issuer.subject_key_identifier())
            }
        };
        let (algorithm, signature_algorithm) = signing_algorithm(curve).ok_or(unsupported)?;
        let tbs_certificate = TbsCertificate {
            version: Version::V3,
            serial_number: self.serial().ok_or(at(ErrorKind::InvalidTemplate))?,
            signature: signature_algorithm.clone(),
            issuer,
            validity: Validity::new(
                time(self.not_before).map_err(invalid)?,
                time(self.not_after).map_err(invalid)?,
            ),
            subject,
            subject_public_key_info,
            extensions: self
                .extensions(identifier, issuer_identifier.unwrap_or(identifier))
                .map_err(invalid)?,
        };
        let tbs_certificate = tbs_certificate.to_der().map_err(invalid)?;

        let mut signature = [0; MAX_SIGNATURE];
        let signed = Signed::new(algorithm, Segments::plain(&tbs_certificate), crypto);
        let length = signed
            .and_then(|signed| crypto.sign(algorithm, key, &signed, &mut signature))
            .map_err(failed)?;
        let signature = signature_to_der(signature.get(..length).unwrap_or_default(), curve);
        let certificate = Signature {
            tbs_certificate: Any::from_der(&tbs_certificate).map_err(invalid)?,
            signature_algorithm,
            signature: BitString::from_bytes(&signature.ok_or(unsupported)?).map_err(invalid)?,
        };
        certificate.to_der().map_err(invalid)
    }

    fn serial(&self) -> Option<SerialNumber> {
        let any = self.serial_number.iter().any(|byte| *byte != 0);
        SerialNumber::new(self.serial_number).ok().filter(|_| any)
    }

    fn subject(&self) -> Option<Name> {
        if !(1..=64).contains(&self.common_name.chars().count()) {
            return None;
        }
        let value = Any::encode_from(&Utf8StringRef::new(self.common_name).ok()?).ok()?;
        let attribute = AttributeTypeAndValue { oid: rfc4519::COMMON_NAME, value };
        let mut names = RdnSequence::default();
        names.push(RelativeDistinguishedName::try_from(Vec::from([attribute])).ok()?);
        Name::from_der(&names.to_der().ok()?).ok()
    }

    /// RFC 5280, 4.2.1.
    fn extensions(&self, identifier: &[u8], issuer: &[u8]) -> der::Result<Extensions> {
        // An authority of signers alone: no other authority below it.
        let constraints = BasicConstraints {
            ca: self.authority,
            path_len_constraint: self.authority.then_some(0),
        };
        let usage =
            if self.authority { KeyUsages::KeyCertSign } else { KeyUsages::DigitalSignature };
        let own = SubjectKeyIdentifier(OctetString::new(identifier)?);
        let issuer = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(issuer)?),
            ..AuthorityKeyIdentifier::default()
        };
        Ok(Vec::from([
            extension(true, &constraints)?,
            extension(true, &KeyUsage(usage.into()))?,
            extension(false, &own)?,
            extension(false, &issuer)?,
        ]))
    }
}

fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> der::Result<Extension> {
    let extn_value = OctetString::new(value.to_der()?)?;
    Ok(Extension { extn_id: T::OID, critical, extn_value })
}

/// A `SubjectPublicKeyInfo` (RFC 5480, RFC 8410) of a key whose point is whole.
fn key_info(key: &PublicKey<'_>) -> Option<SubjectPublicKeyInfoOwned> {
    let (oid, parameters, bits) = match *key {
        PublicKey::Ec2 { curve, x, y: Y::Coordinate(y) } => {
            let curve = Any::encode_from(&curve_identifier(curve)?).ok()?;
            // SEC 1, 2.3.3: an uncompressed point.
            (rfc5912::ID_EC_PUBLIC_KEY, Some(curve), [&[4], x, y].concat())
        }
        PublicKey::Okp { x, .. } => (rfc8410::ID_ED_25519, None, x.to_vec()),
        _ => return None,
    };
    Some(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned { oid, parameters },
        subject_public_key: BitString::from_bytes(&bits).ok()?,
    })
}

/// A `Time`: `UTCTime` until 2049, `GeneralizedTime` after it (RFC 5280, 4.1.2.5).
///
/// # Errors
/// For a time before 1970 or after 9999.
pub fn time(unix_seconds: i64) -> der::Result<Time> {
    let seconds = u64::try_from(unix_seconds).map_err(|_| der::ErrorKind::DateTime)?;
    let since = Duration::from_secs(seconds);
    match UtcTime::from_unix_duration(since) {
        Ok(time) => Ok(Time::UtcTime(time)),
        Err(_) => GeneralizedTime::from_unix_duration(since).map(Time::GeneralTime),
    }
}
