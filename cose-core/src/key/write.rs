//! Writing keys.

use super::{Key, Material, PublicKey, Y};
use crate::cbor::{Encoder, write_map};
use crate::error::{Error, ErrorKind};
use crate::iana::{Curve, key as label};

impl Key<'_> {
    /// Writes the public half as a `COSE_Key` in deterministic encoding.
    ///
    /// # Errors
    /// `BufferTooSmall`; `KeyMismatch` for a key that has no public half to write.
    pub fn encode_public(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.material {
            Material::Asymmetric { public, .. } => self.encode(encoder, &public, None),
            _ => Err(Error::new(ErrorKind::KeyMismatch, 0)),
        }
    }

    /// Writes the key with its secret part, `d` or `k`, as a `COSE_Key` in deterministic encoding.
    ///
    /// # Errors
    /// `BufferTooSmall`; `KeyMismatch` when there is no secret part, or when it is an RSA key, whose
    /// primes are not kept.
    pub fn encode_private(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self.material {
            Material::Symmetric { k } => self.encode_symmetric(encoder, k),
            Material::PrivateOnly { curve, d } => self.encode_private_only(encoder, curve, d),
            Material::Asymmetric { public: PublicKey::Rsa { .. }, .. }
            | Material::Asymmetric { private: None, .. } => {
                Err(Error::new(ErrorKind::KeyMismatch, 0))
            }
            Material::Asymmetric { public, private } => self.encode(encoder, &public, private),
        }
    }

    fn encode(
        &self,
        encoder: &mut Encoder<'_>,
        public: &PublicKey<'_>,
        private: Option<&[u8]>,
    ) -> Result<(), Error> {
        let algorithm = match public {
            // It is a part of the key.
            PublicKey::Akp { algorithm, .. } => Some(*algorithm),
            _ => self.algorithm,
        };
        write_map(encoder, |members| {
            members.integer(label::KTY, Some(public.kty()))?;
            members.bytes(label::KID, self.kid)?;
            members.integer(label::ALG, algorithm.map(|algorithm| algorithm.0))?;
            public.put(members)?;
            match public {
                PublicKey::Akp { .. } => members.bytes(label::PRIV, private),
                _ => members.bytes(label::D, private),
            }
        })
    }

    fn encode_symmetric(&self, encoder: &mut Encoder<'_>, k: &[u8]) -> Result<(), Error> {
        write_map(encoder, |members| {
            members.integer(label::KTY, Some(4))?;
            members.bytes(label::KID, self.kid)?;
            members.integer(label::ALG, self.algorithm.map(|algorithm| algorithm.0))?;
            members.bytes(label::BASE_IV, self.base_iv)?;
            members.bytes(label::K, Some(k))
        })
    }

    fn encode_private_only(
        &self,
        encoder: &mut Encoder<'_>,
        curve: Curve,
        d: &[u8],
    ) -> Result<(), Error> {
        write_map(encoder, |members| {
            members.integer(label::KTY, Some(if curve.is_okp() { 1 } else { 2 }))?;
            members.bytes(label::KID, self.kid)?;
            members.integer(label::ALG, self.algorithm.map(|algorithm| algorithm.0))?;
            members.integer(label::CRV, Some(curve.id()))?;
            members.bytes(label::D, Some(d))
        })
    }
}

impl PublicKey<'_> {
    /// The key type (RFC 9053, 7; RFC 8230, 8778; AKP).
    pub(super) const fn kty(&self) -> i64 {
        match self {
            Self::Okp { .. } => 1,
            Self::Ec2 { .. } => 2,
            Self::Rsa { .. } => 3,
            Self::HssLms { .. } => 5,
            Self::Akp { .. } => 7,
        }
    }

    /// Puts the parameters that make up the key, but for `kty`.
    pub(super) fn put(&self, members: &mut crate::cbor::Members<'_, '_, '_>) -> Result<(), Error> {
        match *self {
            Self::Ec2 { curve, x, y } => {
                members.integer(label::CRV, Some(curve.id()))?;
                members.bytes(label::X, Some(x))?;
                match y {
                    Y::Coordinate(y) => members.bytes(label::Y, Some(y)),
                    Y::Odd(odd) => members.boolean(label::Y, Some(odd)),
                }
            }
            Self::Okp { curve, x } => {
                members.integer(label::CRV, Some(curve.id()))?;
                members.bytes(label::X, Some(x))
            }
            Self::Rsa { n, e } => {
                members.bytes(label::N, Some(n))?;
                members.bytes(label::E, Some(e))
            }
            Self::HssLms { public } | Self::Akp { public, .. } => {
                members.bytes(label::PUB, Some(public))
            }
        }
    }

    /// Writes the required parameters alone, deterministically encoded: the key in a message, and
    /// what a thumbprint is the digest of (RFC 9679, 3).
    ///
    /// # Errors
    /// `BufferTooSmall`.
    pub fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        write_map(encoder, |members| {
            members.integer(label::KTY, Some(self.kty()))?;
            if let Self::Akp { algorithm, .. } = self {
                members.integer(label::ALG, Some(algorithm.0))?;
            }
            self.put(members)
        })
    }
}
