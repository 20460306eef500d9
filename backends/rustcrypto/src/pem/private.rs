//! Private keys: PKCS#8, and SEC1 for keys on curves.

#[cfg(feature = "rsa-sign")]
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "ml-dsa")]
use hexad_cose_core::Algorithm;
use hexad_cose_core::{Curve, PublicKey};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::{LineEnding, decode_vec, encode_string};
use pkcs8::der::{Decode, Encode};
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

use super::public::point_of;
use super::{EC_PUBLIC_KEY, Kind, OwnedPublicKey, PemError, alloc, identifier_of, named_curve};
#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "curve25519",
    feature = "curve448"
))]
use crate::AgreementKey;
use crate::SigningKey;

/// A private key as it stands in a file.
enum Private {
    OnCurve(Curve, Zeroizing<Vec<u8>>),
    #[cfg(feature = "ml-dsa")]
    MlDsa(Algorithm, Zeroizing<Vec<u8>>),
    #[cfg(feature = "rsa-sign")]
    Rsa(Box<rsa::PrivateKey>),
}

impl Private {
    /// Reads `PRIVATE KEY` or `EC PRIVATE KEY`.
    fn from_pem(pem: &str) -> Result<Self, PemError> {
        let (label, der) = decode_vec(pem.as_bytes()).map_err(|_| PemError::Armour)?;
        let der = Zeroizing::new(der);
        match label {
            "PRIVATE KEY" => Self::from_pkcs8(&der),
            "EC PRIVATE KEY" => Self::from_sec1(&der, None),
            _ => Err(PemError::Label),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, PemError> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| PemError::Der)?;
        let private = info.private_key.as_bytes();
        match Kind::of(&info.algorithm)? {
            // RFC 8410, 7: an octet string inside the octet string.
            Kind::OnCurve(curve) if curve.is_okp() => {
                let d = <&OctetStringRef>::from_der(private).map_err(|_| PemError::Der)?;
                Ok(Self::OnCurve(curve, Zeroizing::new(d.as_bytes().to_vec())))
            }
            Kind::OnCurve(curve) => Self::from_sec1(private, Some(curve)),
            #[cfg(feature = "ml-dsa")]
            Kind::MlDsa(algorithm) => {
                let seed = ml_dsa_seed(private)?;
                Ok(Self::MlDsa(algorithm, Zeroizing::new(seed.to_vec())))
            }
            #[cfg(feature = "rsa-sign")]
            Kind::Rsa => {
                let key = rsa::PrivateKey::try_from(info).map_err(|_| PemError::InvalidKey)?;
                Ok(Self::Rsa(Box::new(key)))
            }
            _ => Err(PemError::Unsupported),
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
        Ok(Self::OnCurve(curve, Zeroizing::new(key.private_key.to_vec())))
    }
}

/// The seed of an ML-DSA private key (RFC 9881, 6): alone, or before the expanded key. The expanded
/// key alone is not enough for a COSE key.
#[cfg(feature = "ml-dsa")]
fn ml_dsa_seed(private: &[u8]) -> Result<&[u8], PemError> {
    use pkcs8::der::{Reader, SliceReader, Tag, TagNumber};

    let broken = |_| PemError::Der;
    let mut reader = SliceReader::new(private).map_err(broken)?;
    let header = pkcs8::der::Header::decode(&mut reader).map_err(broken)?;
    let seed = match header.tag() {
        Tag::ContextSpecific { constructed: false, number: TagNumber(0) } => {
            reader.read_slice(header.length()).map_err(broken)?
        }
        Tag::Sequence => {
            let seed = <&OctetStringRef>::decode(&mut reader).map_err(broken)?;
            <&OctetStringRef>::decode(&mut reader).map_err(broken)?;
            seed.as_bytes()
        }
        Tag::OctetString => return Err(PemError::Unsupported),
        _ => return Err(PemError::Der),
    };
    if reader.is_finished() { Ok(seed) } else { Err(PemError::Der) }
}

/// Writes a key on a curve: `PRIVATE KEY` (PKCS#8; RFC 5958, 5915, 8410).
fn on_curve_to_pem(public: &PublicKey<'_>, d: &[u8]) -> Result<Zeroizing<String>, PemError> {
    let curve = public.curve().ok_or(PemError::Unsupported)?;
    let point = point_of(public)?;
    let inner = match public {
        PublicKey::Okp { .. } => OctetStringRef::new(d).and_then(|d| d.to_der()),
        _ => {
            let public_key = Some(point.as_slice());
            EcPrivateKey { private_key: d, parameters: None, public_key }.to_der()
        }
    };
    let inner = Zeroizing::new(inner.map_err(|_| PemError::Der)?);
    let mut named = EC_PUBLIC_KEY;
    pkcs8_to_pem(identifier_of(curve, &mut named)?, &inner)
}

fn pkcs8_to_pem(
    algorithm: pkcs8::spki::AlgorithmIdentifierRef<'_>,
    inner: &[u8],
) -> Result<Zeroizing<String>, PemError> {
    let private = OctetStringRef::new(inner).map_err(|_| PemError::Der)?;
    let der = PrivateKeyInfoRef::new(algorithm, private).to_der();
    armoured(&Zeroizing::new(der.map_err(|_| PemError::Der)?))
}

fn armoured(der: &[u8]) -> Result<Zeroizing<String>, PemError> {
    encode_string("PRIVATE KEY", LineEnding::LF, der)
        .map(Zeroizing::new)
        .map_err(|_| PemError::Armour)
}

/// The public half of a private key.
pub fn public_half(pem: &str) -> Result<OwnedPublicKey, PemError> {
    let private = Private::from_pem(pem)?;
    #[cfg(any(feature = "curve25519", feature = "curve448"))]
    if let Private::OnCurve(curve @ (Curve::X25519 | Curve::X448), d) = &private {
        let key = AgreementKey::from_bytes(*curve, d)?;
        return OwnedPublicKey::copy_of(&key.public().as_public()).ok_or(PemError::InvalidKey);
    }
    let key = SigningKey::from_private(private)?;
    OwnedPublicKey::copy_of(&key.public()).ok_or(PemError::InvalidKey)
}

impl SigningKey {
    /// Writes the key as PEM: `PRIVATE KEY` (PKCS#8, RFC 5958), which [`from_pem`](Self::from_pem)
    /// reads.
    ///
    /// ```
    /// # #[cfg(feature = "p256")] {
    /// use hexad_cose_core::Curve;
    /// use hexad_rustcrypto::SigningKey;
    ///
    /// let key = SigningKey::from_bytes(Curve::P256, &[7; 32])?;
    /// let pem = key.to_pem()?;
    /// assert_eq!(SigningKey::from_pem(&pem)?.public(), key.public());
    /// # }
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `Unsupported` for a kind of key without an object identifier here.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, PemError> {
        #[cfg(feature = "rsa-sign")]
        if let Some(key) = self.as_rsa() {
            use pkcs8::EncodePrivateKey;
            let der = key.key().to_pkcs8_der().map_err(|_| PemError::Der)?;
            return armoured(der.as_bytes());
        }
        #[cfg(feature = "ml-dsa")]
        if let PublicKey::Akp { algorithm, .. } = self.public() {
            // RFC 9881, 6: the seed, under the context-specific tag 0.
            let inner = self.with_secret(|seed| Zeroizing::new([&[0x80, 32], seed].concat()));
            return pkcs8_to_pem(super::ml_dsa_identifier(algorithm)?, &inner);
        }
        self.with_secret(|d| on_curve_to_pem(&self.public(), d))
    }

    /// Reads a private key from PEM: `PRIVATE KEY` (PKCS#8) or `EC PRIVATE KEY` (SEC1).
    ///
    /// # Errors
    /// [`PemError`].
    pub fn from_pem(pem: &str) -> Result<Self, PemError> {
        Self::from_private(Private::from_pem(pem)?)
    }

    fn from_private(private: Private) -> Result<Self, PemError> {
        Ok(match private {
            Private::OnCurve(curve, d) => Self::from_bytes(curve, &d)?,
            #[cfg(feature = "ml-dsa")]
            Private::MlDsa(algorithm, seed) => Self::from_seed(algorithm, &seed)?,
            #[cfg(feature = "rsa-sign")]
            Private::Rsa(key) => Self::from_rsa(*key)?,
        })
    }
}

#[cfg(any(
    feature = "p256",
    feature = "p384",
    feature = "p521",
    feature = "curve25519",
    feature = "curve448"
))]
impl AgreementKey {
    /// Writes the key as PEM: `PRIVATE KEY` (PKCS#8, RFC 5958 and RFC 8410).
    ///
    /// # Errors
    /// `Unsupported` for a curve without an object identifier here.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, PemError> {
        self.with_secret(|d| on_curve_to_pem(&self.public().as_public(), d))
    }

    /// Reads a private key on a curve from PEM: `PRIVATE KEY` (PKCS#8) or `EC PRIVATE KEY` (SEC1).
    ///
    /// # Errors
    /// [`PemError`].
    pub fn from_pem(pem: &str) -> Result<Self, PemError> {
        match Private::from_pem(pem)? {
            Private::OnCurve(curve, d) => Ok(Self::from_bytes(curve, &d)?),
            #[cfg(any(feature = "ml-dsa", feature = "rsa-sign"))]
            _ => Err(PemError::Unsupported),
        }
    }
}
