//! Whose signature is accepted, and the MUD file that has it.

use alloc::vec::Vec;
use core::ops::Deref;

use der::Encode;
use der::oid::db::rfc5911::ID_DATA;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::x509::{self, Certificate, Validation};
use hexad_cose_core::{CryptoError, ErrorKind, HashAlgorithm, Segments};

use super::{
    CT_MUD, Result, SignatureError, SignatureErrorKind as Kind, SignedData, SignerIdentifier,
};
use crate::error::Error;
use crate::file::{Reader, Reading};

/// Whose signature is accepted: one that leads to a trust anchor, or that a SUIT manifest names, or
/// both.
///
/// The signer's certificate is valid at the given time and has a key usage with `digitalSignature`, in
/// any case (RFC 8520, 13.2). Without anchors nobody vouches for what the certificate says; the key that
/// made the signature is then all that is proven, and the thumbprint says that it is the right one.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Policy<'a> {
    time: i64,
    anchors: Option<&'a [Certificate<'a>]>,
    thumbprint: Option<(HashAlgorithm, &'a [u8])>,
    subject: Option<&'a [u8]>,
}

impl<'a> Policy<'a> {
    /// Trusts nobody yet. Certificates have to be valid at `time`, in seconds since 1970 began.
    pub const fn at(time: i64) -> Self {
        Self { time, anchors: None, thumbprint: None, subject: None }
    }

    /// The signer's certificate is one of `anchors`, or leads to one.
    pub const fn anchors(mut self, anchors: &'a [Certificate<'a>]) -> Self {
        self.anchors = Some(anchors);
        self
    }

    /// The signer's key has this COSE key thumbprint (RFC 9679), which is how `suit-mud-ski` in a
    /// verified SUIT manifest names it (draft-ietf-suit-mud). It needs no anchors then: the author of
    /// the software has named the key.
    pub const fn thumbprint(mut self, algorithm: HashAlgorithm, digest: &'a [u8]) -> Self {
        self.thumbprint = Some((algorithm, digest));
        self
    }

    /// The signer's certificate has this subject, a name in DER: what a device's certificate says in
    /// `id-pe-mudsigner` (RFC 8520, 11). A name alone proves nothing; anchors or a thumbprint are needed
    /// as well.
    pub const fn subject(mut self, subject: &'a [u8]) -> Self {
        self.subject = Some(subject);
        self
    }
}

/// What is known to be as its signer made it, and the signer to be the right one. There is no other way
/// to get one than [`SignedData::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentic<T> {
    value: T,
    signer: Vec<u8>,
}

impl<T> Authentic<T> {
    /// The signer's certificate, in DER.
    #[must_use]
    pub fn signer(&self) -> &[u8] {
        &self.signer
    }

    /// What the signer made.
    #[must_use]
    pub const fn get(&self) -> &T {
        &self.value
    }
}

impl<T> Deref for Authentic<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl Authentic<&[u8]> {
    /// Reads the MUD file that was signed.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn read(self, reader: Reader) -> core::result::Result<Authentic<Reading>, Error> {
        let value = reader.read(self.value)?;
        Ok(Authentic { value, signer: self.signer })
    }
}

impl SignedData<'_> {
    /// Checks that `file` was signed by someone whom `policy` accepts.
    ///
    /// ```
    /// # use hexad_cose_core::{Curve, HashAlgorithm};
    /// # use hexad_cose_core::x509::{Certificate, Issuer, Template};
    /// # use hexad_mud::file::Reader;
    /// # use hexad_mud::signature::{Policy, SignedData, sign};
    /// # use hexad_rustcrypto::{RustCrypto, SigningKey};
    /// # let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
    /// # let template = Template {
    /// #     common_name: "MUD signer",
    /// #     key: key.public(),
    /// #     serial_number: &[1],
    /// #     not_before: 1_760_000_000,
    /// #     not_after: 1_860_000_000,
    /// #     authority: false,
    /// # };
    /// # let certificate = template.issue(Issuer::Itself, &key, &mut RustCrypto)?;
    /// # let certificate = Certificate::parse(&certificate)?;
    /// # let file = br#"{"ietf-mud:mud": {"mud-version": 1,
    /// #   "mud-url": "https://lighting.example.com/lightbulb2000",
    /// #   "last-update": "2019-01-28T11:20:51+01:00", "is-supported": true}}"#;
    /// # let now = 1_800_000_000;
    /// # let mut crypto = RustCrypto;
    /// # let p7s = sign(file, &[certificate], now, &key, &mut crypto)?;
    /// # let thumbprint = key.public().thumbprint(HashAlgorithm::Sha256, &mut crypto)?;
    /// // The thumbprint is from the SUIT manifest of the device's software.
    /// let policy = Policy::at(now).thumbprint(HashAlgorithm::Sha256, thumbprint.as_bytes());
    /// let authentic = SignedData::parse(&p7s)?.verify(file, &policy, &mut crypto)?;
    /// let mud = &authentic.read(Reader::new())?.get().mud;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `NobodyTrusted`; `NoCertificate`; `WrongSigner`; `ContentType`, `MessageDigest` or `Signature`
    /// when the file or the signature were changed; `UnsupportedAlgorithm`; `Certificate` for one that
    /// is not valid, not for signing, or does not lead to an anchor; `Crypto`.
    pub fn verify<'m>(
        &self,
        file: &'m [u8],
        policy: &Policy<'_>,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<Authentic<&'m [u8]>> {
        let at = |kind| SignatureError::new(kind, self.signer.offset);
        if policy.anchors.is_none() && policy.thumbprint.is_none() {
            return Err(at(Kind::NobodyTrusted));
        }
        let anchors = policy.anchors.unwrap_or_default();
        let mut all = self.certificates.iter().chain(anchors);
        let signer = all.find(|certificate| self.names(certificate));
        let signer = signer.ok_or(at(Kind::NoCertificate))?;
        let key = signer.key().ok_or(at(Kind::UnsupportedAlgorithm))?;
        if let Some(subject) = policy.subject {
            // A name that can't be written is not the one that was given.
            if signer.fields().subject().to_der().ok().as_deref() != Some(subject) {
                return Err(at(Kind::WrongSigner));
            }
        }
        if let Some((algorithm, expected)) = policy.thumbprint {
            let thumbprint = key.thumbprint(algorithm, crypto).map_err(|error| {
                at(Kind::Crypto(match error.kind() {
                    ErrorKind::Unsupported => CryptoError::Unsupported,
                    _ => CryptoError::Device,
                }))
            })?;
            if !thumbprint.matches(expected) {
                return Err(at(Kind::WrongSigner));
            }
        }
        self.check_signature(file, signer, crypto)?;
        // RFC 8520, 13.2: the key usage is there, and has digitalSignature.
        let validation = Validation::at(policy.time).key_usage_present();
        validation.check(signer)?;
        if let Some(anchors) = policy.anchors {
            validation.path(signer, &self.certificates, anchors, crypto)?;
        }
        Ok(Authentic { value: file, signer: signer.as_der().to_vec() })
    }

    /// Whether the signer says that this is the certificate.
    fn names(&self, certificate: &Certificate<'_>) -> bool {
        match &self.signer.identifier {
            SignerIdentifier::IssuerAndSerialNumber(name) => {
                certificate.fields().issuer() == &name.issuer
                    && certificate.fields().serial_number() == &name.serial_number
            }
            SignerIdentifier::SubjectKeyIdentifier(identifier) => {
                certificate.subject_key_identifier() == Some(identifier.0.as_bytes())
            }
        }
    }

    /// RFC 5652, 5.4 and 5.6.
    fn check_signature(
        &self,
        file: &[u8],
        certificate: &Certificate<'_>,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<()> {
        let signer = &self.signer;
        let at = |kind, offset| SignatureError::new(kind, offset);
        // RFC 8520, 13.1 makes plain data; id-ct-mudtype is registered for it as well.
        if self.content_type != ID_DATA && self.content_type != CT_MUD {
            return Err(at(Kind::ContentType, signer.offset));
        }
        let message = match &signer.attributes {
            Some(attributes) => {
                if attributes.content_type != self.content_type {
                    return Err(at(Kind::ContentType, signer.offset));
                }
                let digest = crypto.digest(signer.digest, &Segments::plain(file));
                let digest =
                    digest.map_err(|error| at(Kind::Crypto(error), attributes.digest_offset))?;
                if !digest.matches(attributes.message_digest) {
                    return Err(at(Kind::MessageDigest, attributes.digest_offset));
                }
                attributes.signed.as_slice()
            }
            // Only plain data may be signed without attributes (RFC 5652, 5.3).
            None if self.content_type != ID_DATA => {
                return Err(at(Kind::Attributes, signer.offset));
            }
            None => file,
        };
        let algorithm = signer.signature_algorithm();
        let verified = certificate.verify(&algorithm, message, signer.signature, crypto);
        let algorithm = verified.map_err(|kind| match kind {
            x509::ErrorKind::UnsupportedAlgorithm => at(Kind::UnsupportedAlgorithm, signer.offset),
            x509::ErrorKind::Crypto(error) => at(Kind::Crypto(error), signer.signature_offset),
            _ => at(Kind::Signature, signer.signature_offset),
        })?;
        // Of ECDSA and RSA, the digest and the signature name the same hash (RFC 5754, 3); with Ed25519, the
        // digest of the attributes is SHA-512 (RFC 8419, 3.1).
        if algorithm.digest().unwrap_or(HashAlgorithm::Sha512) == signer.digest {
            Ok(())
        } else {
            Err(at(Kind::UnsupportedAlgorithm, signer.offset))
        }
    }
}
