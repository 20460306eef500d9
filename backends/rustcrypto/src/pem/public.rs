//! Public keys: SPKI, or the one in a certificate.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use hexad_cose_core::{Algorithm, PublicKey, PublicKeyBuf, Y};
use pkcs8::der::asn1::{AnyRef, BitStringRef};
use pkcs8::der::pem::{LineEnding, decode_vec, encode_string};
use pkcs8::der::{Decode, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use x509_cert::Certificate;

use super::{EC_PUBLIC_KEY, HSS_LMS, Kind, PemError, RSA, alloc, identifier_of, ml_dsa_identifier};

/// A public key of any kind that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedPublicKey(Owned);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Owned {
    OnCurve(PublicKeyBuf),
    Rsa { n: Box<[u8]>, e: Box<[u8]> },
    HssLms(Box<[u8]>),
    Akp { algorithm: Algorithm, public: Box<[u8]> },
}

impl OwnedPublicKey {
    /// A copy of `key`. `None` for a compressed point, and for a kind of key that is not known.
    #[must_use]
    pub fn copy_of(key: &PublicKey<'_>) -> Option<Self> {
        Some(Self(match *key {
            PublicKey::Ec2 { curve, x, y: Y::Coordinate(y) } => {
                Owned::OnCurve(PublicKeyBuf::new(curve, x, y)?)
            }
            PublicKey::Okp { curve, x } => Owned::OnCurve(PublicKeyBuf::new(curve, x, &[])?),
            PublicKey::Rsa { n, e } => Owned::Rsa { n: n.into(), e: e.into() },
            PublicKey::HssLms { public } => Owned::HssLms(public.into()),
            PublicKey::Akp { algorithm, public } => Owned::Akp { algorithm, public: public.into() },
            _ => return None,
        }))
    }

    /// The key as a view of these bytes.
    #[must_use]
    pub fn as_public(&self) -> PublicKey<'_> {
        match &self.0 {
            Owned::OnCurve(key) => key.as_public(),
            Owned::Rsa { n, e } => PublicKey::Rsa { n, e },
            Owned::HssLms(public) => PublicKey::HssLms { public },
            Owned::Akp { algorithm, public } => PublicKey::Akp { algorithm: *algorithm, public },
        }
    }

    /// The key, of one on a curve.
    #[must_use]
    pub const fn on_curve(&self) -> Option<&PublicKeyBuf> {
        match &self.0 {
            Owned::OnCurve(key) => Some(key),
            _ => None,
        }
    }
}

/// The point as PKIX writes it: SEC 1, 2.3.3, or the bytes of an octet key pair.
pub fn point_of(key: &PublicKey<'_>) -> Result<Vec<u8>, PemError> {
    match *key {
        PublicKey::Ec2 { x, y: Y::Coordinate(y), .. } => Ok([&[4], x, y].concat()),
        PublicKey::Ec2 { x, y: Y::Odd(odd), .. } => Ok([&[2 + u8::from(odd)], x].concat()),
        PublicKey::Okp { x, .. } => Ok(x.to_vec()),
        _ => Err(PemError::Unsupported),
    }
}

/// Writes a public key as PEM: `PUBLIC KEY` (SPKI; RFC 5480, 8410, 8017, 9881, 9708).
///
/// # Errors
/// `Unsupported` for a kind of key that is not offered; `InvalidKey` for an RSA key of numbers that
/// are none.
pub fn public_key_to_pem(key: &PublicKey<'_>) -> Result<String, PemError> {
    let mut curve = EC_PUBLIC_KEY;
    let (algorithm, bits) = match *key {
        PublicKey::Rsa { n, e } => {
            let rsa = AlgorithmIdentifierRef { oid: RSA, parameters: Some(AnyRef::NULL) };
            (rsa, rsa_public_key(n, e)?)
        }
        PublicKey::HssLms { public } => {
            (AlgorithmIdentifierRef { oid: HSS_LMS, parameters: None }, public.to_vec())
        }
        PublicKey::Akp { algorithm, public } => (ml_dsa_identifier(algorithm)?, public.to_vec()),
        _ => {
            let on = key.curve().ok_or(PemError::Unsupported)?;
            (identifier_of(on, &mut curve)?, point_of(key)?)
        }
    };
    let spki = SubjectPublicKeyInfoRef {
        algorithm,
        subject_public_key: BitStringRef::from_bytes(&bits).map_err(|_| PemError::Der)?,
    };
    let der = spki.to_der().map_err(|_| PemError::Der)?;
    encode_string("PUBLIC KEY", LineEnding::LF, &der).map_err(|_| PemError::Armour)
}

/// Reads a public key from PEM: `PUBLIC KEY` (SPKI), the key of a `CERTIFICATE` (whose signature and
/// validity are not looked at), or the public half of a private key.
///
/// # Errors
/// [`PemError`].
pub fn public_key_from_pem(pem: &str) -> Result<OwnedPublicKey, PemError> {
    let (label, der) = decode_vec(pem.as_bytes()).map_err(|_| PemError::Armour)?;
    match label {
        "PUBLIC KEY" => public_key_from_spki(&der),
        "CERTIFICATE" => {
            let certificate = Certificate::from_der(&der).map_err(|_| PemError::Der)?;
            let spki = certificate.tbs_certificate().subject_public_key_info();
            public_key_from_spki(&spki.to_der().map_err(|_| PemError::Der)?)
        }
        #[cfg(any(
            feature = "p256",
            feature = "p384",
            feature = "p521",
            feature = "secp256k1",
            feature = "curve25519",
            feature = "curve448",
            feature = "ml-dsa",
            feature = "rsa-sign"
        ))]
        _ => super::private::public_half(pem),
        #[cfg(not(any(
            feature = "p256",
            feature = "p384",
            feature = "p521",
            feature = "secp256k1",
            feature = "curve25519",
            feature = "curve448",
            feature = "ml-dsa",
            feature = "rsa-sign"
        )))]
        _ => Err(PemError::Unsupported),
    }
}

/// Reads a public key from a DER `SubjectPublicKeyInfo`.
fn public_key_from_spki(der: &[u8]) -> Result<OwnedPublicKey, PemError> {
    let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| PemError::Der)?;
    let bits = spki.subject_public_key.as_bytes().ok_or(PemError::Der)?;
    Ok(OwnedPublicKey(match Kind::of(&spki.algorithm)? {
        Kind::OnCurve(curve) => {
            Owned::OnCurve(PublicKeyBuf::from_point(curve, bits).ok_or(PemError::InvalidKey)?)
        }
        Kind::Rsa => rsa_numbers(bits)?,
        Kind::MlDsa(algorithm) => Owned::Akp { algorithm, public: bits.into() },
        Kind::HssLms => Owned::HssLms(bits.into()),
    }))
}

/// An `RSAPublicKey` (RFC 8017, A.1.1).
#[cfg(feature = "rsa")]
fn rsa_public_key(n: &[u8], e: &[u8]) -> Result<Vec<u8>, PemError> {
    use pkcs8::der::asn1::UintRef;
    use rsa::pkcs1::RsaPublicKey;

    let integer = |bytes| UintRef::new(bytes).map_err(|_| PemError::InvalidKey);
    let key = RsaPublicKey { modulus: integer(n)?, public_exponent: integer(e)? };
    key.to_der().map_err(|_| PemError::Der)
}

#[cfg(not(feature = "rsa"))]
fn rsa_public_key(_n: &[u8], _e: &[u8]) -> Result<Vec<u8>, PemError> {
    Err(PemError::Unsupported)
}

/// The numbers of an `RSAPublicKey`.
#[cfg(feature = "rsa")]
fn rsa_numbers(der: &[u8]) -> Result<Owned, PemError> {
    let key = rsa::pkcs1::RsaPublicKeyRef::try_from(der).map_err(|_| PemError::Der)?;
    let (n, e) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
    Ok(Owned::Rsa { n: n.into(), e: e.into() })
}

#[cfg(not(feature = "rsa"))]
fn rsa_numbers(_der: &[u8]) -> Result<Owned, PemError> {
    Err(PemError::Unsupported)
}
