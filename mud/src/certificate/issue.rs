//! Makes certificates: a signer's for MUD files, and the authority's above it.

use alloc::vec::Vec;

use der::Encode;
use der::asn1::{GeneralizedTime, UtcTime};
use hexad_cose_core::crypto::{Hash, Sign};
use hexad_cose_core::{HashAlgorithm, PublicKey, PublicKeyBuf, Segments, Signed, Y};

use super::Certificate;
use crate::asn1::{
    Result, algorithm_item, curve_oid, der_signature, item, oid, oid_item, signing_algorithm, tag,
    unsigned,
};
use crate::signature::{MAX_SIGNATURE, SignatureError, SignatureErrorKind as Kind};

/// What a new certificate says.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// The subject's common name, 1 to 64 characters (RFC 5280, A.1).
    pub common_name: &'a str,
    /// The subject's public key, uncompressed.
    pub key: PublicKey<'a>,
    /// The serial number, big-endian, up to 19 bytes: unique among those of one issuer.
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

impl Template<'_> {
    /// The certificate in DER, signed by the issuer's `key`.
    ///
    /// ```
    /// use hexad_cose_core::Curve;
    /// use hexad_mud::certificate::{Certificate, Issuer, Template};
    /// use hexad_rustcrypto::{RustCrypto, SigningKey};
    ///
    /// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
    /// let template = Template {
    ///     common_name: "MUD signer",
    ///     key: key.public().as_public(),
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
    /// `Malformed` when a field of the template is not as it says; `UnsupportedAlgorithm` for a kind of
    /// key that is not offered; `Crypto` from the backend. The byte is 0.
    pub fn issue<S: Hash + Sign>(
        &self,
        issuer: Issuer<'_>,
        key: &S::Key,
        crypto: &mut S,
    ) -> core::result::Result<Vec<u8>, SignatureError> {
        let at = |kind| SignatureError::new(kind, 0);
        let own = public_bits(&self.key).ok_or(at(Kind::UnsupportedAlgorithm))?;
        let subject = self.subject()?;
        let (issuer_name, curve, issuer_identifier) = match issuer {
            Issuer::Itself => {
                let curve = self.key.curve().ok_or(at(Kind::UnsupportedAlgorithm))?;
                (subject.as_slice(), curve, None)
            }
            Issuer::Certificate(issuer) => {
                let curve = issuer.key.as_ref().map(PublicKeyBuf::curve);
                let curve = curve.ok_or(at(Kind::UnsupportedAlgorithm))?;
                (issuer.subject, curve, issuer.extensions.subject_key_identifier)
            }
        };
        let unsupported = at(Kind::UnsupportedAlgorithm);
        let (algorithm, signature_oid, _) = signing_algorithm(curve).ok_or(unsupported)?;
        let signature_algorithm = algorithm_item(signature_oid);
        // RFC 7093, 2: the first 160 bits of the SHA-256 of the key's bits.
        let identifier = crypto
            .digest(HashAlgorithm::Sha256, &Segments::plain(&own))
            .map_err(|error| at(Kind::Crypto(error)))?
            .truncated(20);
        let identifier = identifier.as_bytes();
        let tbs = item(
            tag::SEQUENCE,
            &[
                &item(tag::CONTEXT_0, &[&unsigned(&[2])]),
                &self.serial()?,
                &signature_algorithm,
                issuer_name,
                &item(tag::SEQUENCE, &[&time(self.not_before)?, &time(self.not_after)?]),
                &subject,
                &key_info(&self.key, &own).ok_or(unsupported)?,
                &self.extensions(identifier, issuer_identifier.unwrap_or(identifier)),
            ],
        );
        let mut signature = [0; MAX_SIGNATURE];
        let signed = Signed::new(algorithm, Segments::plain(&tbs), crypto);
        let length = signed
            .and_then(|signed| crypto.sign(algorithm, key, &signed, &mut signature))
            .map_err(|error| at(Kind::Crypto(error)))?;
        let signature = der_signature(signature.get(..length).unwrap_or_default(), curve);
        let signature = item(tag::BIT_STRING, &[&[0], &signature]);
        Ok(item(tag::SEQUENCE, &[&tbs, &signature_algorithm, &signature]))
    }

    fn serial(&self) -> Result<Vec<u8>> {
        let any = self.serial_number.iter().any(|byte| *byte != 0);
        if !any || self.serial_number.len() > 19 {
            return Err(SignatureError::new(Kind::Malformed, 0));
        }
        Ok(unsigned(self.serial_number))
    }

    fn subject(&self) -> Result<Vec<u8>> {
        let count = self.common_name.chars().count();
        if !(1..=64).contains(&count) {
            return Err(SignatureError::new(Kind::Malformed, 0));
        }
        let name = item(tag::UTF8_STRING, &[self.common_name.as_bytes()]);
        let attribute = item(tag::SEQUENCE, &[&oid_item(oid::COMMON_NAME), &name]);
        Ok(item(tag::SEQUENCE, &[&item(tag::SET, &[&attribute])]))
    }

    /// RFC 5280, 4.2.1.
    fn extensions(&self, identifier: &[u8], issuer_identifier: &[u8]) -> Vec<u8> {
        let critical = item(tag::BOOLEAN, &[&[0xff]]);
        let extension = |id, critical: &[u8], value: &[u8]| {
            item(tag::SEQUENCE, &[&oid_item(id), critical, &item(tag::OCTET_STRING, &[value])])
        };
        // An authority of signers alone: no other authority below it.
        let constraints = if self.authority {
            item(tag::SEQUENCE, &[&critical, &unsigned(&[0])])
        } else {
            item(tag::SEQUENCE, &[])
        };
        // digitalSignature is bit 0, keyCertSign bit 5, from the left.
        let usage: &[u8] = if self.authority { &[2, 0x04] } else { &[7, 0x80] };
        let own = item(tag::OCTET_STRING, &[identifier]);
        let issuer = item(tag::SEQUENCE, &[&item(tag::CONTEXT_0_PRIMITIVE, &[issuer_identifier])]);
        let list = item(
            tag::SEQUENCE,
            &[
                &extension(oid::BASIC_CONSTRAINTS, &critical, &constraints),
                &extension(oid::KEY_USAGE, &critical, &item(tag::BIT_STRING, &[usage])),
                &extension(oid::SUBJECT_KEY_IDENTIFIER, &[], &own),
                &extension(oid::AUTHORITY_KEY_IDENTIFIER, &[], &issuer),
            ],
        );
        item(tag::CONTEXT_3, &[&list])
    }
}

/// The content of the key's `BIT STRING`: an uncompressed point (SEC 1, 2.3.3), or the Ed25519 key.
fn public_bits(key: &PublicKey<'_>) -> Option<Vec<u8>> {
    match *key {
        PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => Some([&[4], x, y].concat()),
        PublicKey::Okp { x, .. } => Some(x.to_vec()),
        _ => None,
    }
}

/// A `SubjectPublicKeyInfo` (RFC 5480, RFC 8410).
fn key_info(key: &PublicKey<'_>, bits: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match key {
        PublicKey::Okp { .. } => algorithm_item(oid::ED25519),
        _ => item(
            tag::SEQUENCE,
            &[&oid_item(oid::EC_PUBLIC_KEY), &oid_item(curve_oid(key.curve()?)?)],
        ),
    };
    Some(item(tag::SEQUENCE, &[&algorithm, &item(tag::BIT_STRING, &[&[0], bits])]))
}

/// A `Time`: `UTCTime` until 2049, `GeneralizedTime` after it (RFC 5280, 4.1.2.5).
pub(crate) fn time(unix_seconds: i64) -> Result<Vec<u8>> {
    let malformed = SignatureError::new(Kind::Malformed, 0);
    let since = u64::try_from(unix_seconds).map_err(|_| malformed)?;
    let since = core::time::Duration::from_secs(since);
    match UtcTime::from_unix_duration(since) {
        Ok(time) => time.to_der(),
        Err(_) => GeneralizedTime::from_unix_duration(since).and_then(|time| time.to_der()),
    }
    .map_err(|_| malformed)
}
