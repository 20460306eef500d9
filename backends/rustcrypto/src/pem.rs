//! Keys as people keep them: PEM with PKCS#8, SEC1, SPKI or a certificate in it.

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use hexad_cose_core::{CryptoError, Curve, PublicKey, PublicKeyBuf, Y};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef};
use pkcs8::der::pem::{LineEnding, decode_vec, encode_string};
use pkcs8::der::{Decode, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use sec1::EcPrivateKey;
use x509_cert::Certificate;
use zeroize::Zeroizing;

use crate::SigningKey;

/// Why a PEM file holds no key for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemError {
    /// Not PEM: the armour or its base64 is broken.
    Armour,
    /// PEM of something else than is needed here.
    Label,
    /// What the armour holds is not the DER that its label promises.
    Der,
    /// The algorithm or curve is not offered.
    Unsupported,
    /// The key is not valid on its curve.
    InvalidKey,
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Armour => "not PEM: the armour or its base64 is broken",
            Self::Label => "PEM, but of something else than the key that is needed here",
            Self::Der => "the PEM does not hold the DER that its label promises",
            Self::Unsupported => "the key's algorithm or curve is not offered",
            Self::InvalidKey => "the key is not valid on its curve",
        })
    }
}

impl core::error::Error for PemError {}

impl From<CryptoError> for PemError {
    fn from(error: CryptoError) -> Self {
        if error == CryptoError::Unsupported { Self::Unsupported } else { Self::InvalidKey }
    }
}

/// Curves and the object identifiers under which PKIX knows them (RFC 5480, 2.1.1.1).
const NIST_CURVES: [(ObjectIdentifier, Curve); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), Curve::P256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), Curve::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), Curve::P521),
];
/// `id-ecPublicKey` (RFC 5480, 2.1.1).
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `id-Ed25519` (RFC 8410, 3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

fn named_curve(oid: ObjectIdentifier) -> Result<Curve, PemError> {
    let found = NIST_CURVES.iter().find(|(known, _)| *known == oid);
    found.map(|(_, curve)| *curve).ok_or(PemError::Unsupported)
}

fn curve_of(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Curve, PemError> {
    match algorithm.oid {
        ED25519 => Ok(Curve::Ed25519),
        EC_PUBLIC_KEY => named_curve(algorithm.parameters_oid().map_err(|_| PemError::Der)?),
        _ => Err(PemError::Unsupported),
    }
}

/// The algorithm identifier of keys on `curve`; on a NIST curve, `oid` is where the curve's own
/// identifier is kept.
fn algorithm_of(
    curve: Curve,
    oid: &mut ObjectIdentifier,
) -> Result<AlgorithmIdentifierRef<'_>, PemError> {
    if curve == Curve::Ed25519 {
        return Ok(AlgorithmIdentifierRef { oid: ED25519, parameters: None });
    }
    let known = NIST_CURVES.iter().find(|(_, known)| *known == curve);
    *oid = known.map(|(oid, _)| *oid).ok_or(PemError::Unsupported)?;
    Ok(AlgorithmIdentifierRef { oid: EC_PUBLIC_KEY, parameters: Some(AnyRef::from(&*oid)) })
}

/// The point as PKIX writes it: SEC 1, 2.3.3, or the 32 bytes of an Ed25519 key.
fn point_of(key: &PublicKey<'_>) -> Result<Vec<u8>, PemError> {
    match *key {
        PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => Ok([&[4], x, y].concat()),
        PublicKey::Ec2 { x, y: Y::Odd(odd), .. } => Ok([&[2 + u8::from(odd)], x].concat()),
        PublicKey::Okp { x, .. } => Ok(x.to_vec()),
        _ => Err(PemError::Unsupported),
    }
}

/// Writes a public key as PEM: `PUBLIC KEY` (SPKI, RFC 5480 and RFC 8410).
///
/// # Errors
/// `Unsupported` for a kind of key that is not offered.
pub fn public_key_to_pem(key: &PublicKey<'_>) -> Result<String, PemError> {
    let point = point_of(key)?;
    let mut curve = EC_PUBLIC_KEY;
    let spki = SubjectPublicKeyInfoRef {
        algorithm: algorithm_of(key.curve().ok_or(PemError::Unsupported)?, &mut curve)?,
        subject_public_key: BitStringRef::from_bytes(&point).map_err(|_| PemError::Der)?,
    };
    let der = spki.to_der().map_err(|_| PemError::Der)?;
    encode_string("PUBLIC KEY", LineEnding::LF, &der).map_err(|_| PemError::Armour)
}

impl SigningKey {
    /// Writes the key as PEM: `PRIVATE KEY` (PKCS#8, RFC 5958), which
    /// [`from_pem`](Self::from_pem) reads.
    ///
    /// ```
    /// use hexad_cose_core::Curve;
    /// use hexad_rustcrypto::SigningKey;
    ///
    /// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
    /// let pem = key.to_pem()?;
    /// assert_eq!(SigningKey::from_pem(&pem)?.public(), key.public());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `Unsupported` for a curve without an object identifier here.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, PemError> {
        let public = self.public().as_public();
        let point = point_of(&public)?;
        let inner = self.with_secret(|d| {
            let written = match public {
                PublicKey::Okp { .. } => OctetStringRef::new(d).and_then(|d| d.to_der()),
                _ => {
                    let public_key = Some(point.as_slice());
                    EcPrivateKey { private_key: d, parameters: None, public_key }.to_der()
                }
            };
            written.map(Zeroizing::new).map_err(|_| PemError::Der)
        })?;
        let mut curve = EC_PUBLIC_KEY;
        let algorithm = algorithm_of(self.curve(), &mut curve)?;
        let private = OctetStringRef::new(&inner).map_err(|_| PemError::Der)?;
        let der = PrivateKeyInfoRef::new(algorithm, private).to_der();
        let der = Zeroizing::new(der.map_err(|_| PemError::Der)?);
        encode_string("PRIVATE KEY", LineEnding::LF, &der)
            .map(Zeroizing::new)
            .map_err(|_| PemError::Armour)
    }

    /// Reads a private key from PEM: `PRIVATE KEY` (PKCS#8) or `EC PRIVATE KEY` (SEC1).
    ///
    /// # Errors
    /// [`PemError`].
    pub fn from_pem(pem: &str) -> Result<Self, PemError> {
        let (label, der) = decode_vec(pem.as_bytes()).map_err(|_| PemError::Armour)?;
        let der = Zeroizing::new(der);
        match label {
            "PRIVATE KEY" => {
                let info = PrivateKeyInfoRef::from_der(&der).map_err(|_| PemError::Der)?;
                let curve = curve_of(&info.algorithm)?;
                let private = info.private_key.as_bytes();
                match curve {
                    // RFC 8410, 7: an octet string inside the octet string.
                    Curve::Ed25519 => {
                        let d = private.strip_prefix(&[0x04, 0x20]).ok_or(PemError::Der)?;
                        Ok(Self::from_bytes(curve, d)?)
                    }
                    _ => Self::from_sec1(private, Some(curve)),
                }
            }
            "EC PRIVATE KEY" => Self::from_sec1(&der, None),
            _ => Err(PemError::Label),
        }
    }

    /// Reads an `ECPrivateKey` (RFC 5915); `curve` is that of the structure around it.
    fn from_sec1(der: &[u8], curve: Option<Curve>) -> Result<Self, PemError> {
        let key = EcPrivateKey::from_der(der).map_err(|_| PemError::Der)?;
        let own = key.parameters.and_then(|parameters| parameters.named_curve());
        let curve = match (curve, own) {
            (Some(curve), None) => curve,
            (None, Some(oid)) => named_curve(oid)?,
            (Some(curve), Some(oid)) if named_curve(oid)? == curve => curve,
            _ => return Err(PemError::Der),
        };
        Ok(Self::from_bytes(curve, key.private_key)?)
    }
}

/// Reads a public key from PEM: `PUBLIC KEY` (SPKI), the key of a `CERTIFICATE` (whose signature and
/// validity are not looked at), or the public half of a private key.
///
/// # Errors
/// [`PemError`].
pub fn public_key_from_pem(pem: &str) -> Result<PublicKeyBuf, PemError> {
    let (label, der) = decode_vec(pem.as_bytes()).map_err(|_| PemError::Armour)?;
    match label {
        "PUBLIC KEY" => public_key_from_spki(&der),
        "CERTIFICATE" => {
            let certificate = Certificate::from_der(&der).map_err(|_| PemError::Der)?;
            let spki = certificate.tbs_certificate().subject_public_key_info();
            public_key_from_spki(&spki.to_der().map_err(|_| PemError::Der)?)
        }
        _ => SigningKey::from_pem(pem).map(|key| *key.public()),
    }
}

/// Reads a public key from a DER `SubjectPublicKeyInfo`.
fn public_key_from_spki(der: &[u8]) -> Result<PublicKeyBuf, PemError> {
    let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| PemError::Der)?;
    let curve = curve_of(&spki.algorithm)?;
    let point = spki.subject_public_key.as_bytes().ok_or(PemError::Der)?;
    PublicKeyBuf::from_point(curve, point).ok_or(PemError::InvalidKey)
}
