//! Values of the claims that describe the token: nonce, profile, intended use (RFC 9711, 4.1 and 4.3).

use hexad_cose_core::cbor::{Cursor, Encoder, Type};

use crate::error::{Error, ErrorKind};
use crate::labels;
use crate::list::Codec;

/// `eat_nonce`: 8 to 64 bytes that the verifier gave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce<'b>(&'b [u8]);

impl<'b> Nonce<'b> {
    /// A nonce.
    ///
    /// # Errors
    /// `Claim` when it is not of 8 to 64 bytes.
    pub const fn new(nonce: &'b [u8]) -> Result<Self, Error> {
        match nonce.len() {
            8..=64 => Ok(Self(nonce)),
            _ => Err(Error::new(ErrorKind::Claim(labels::EAT_NONCE), 0)),
        }
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'b [u8] {
        self.0
    }
}

impl<'b> Codec<'b> for Nonce<'b> {
    fn parse(cursor: &mut Cursor<'b>, _depth: usize) -> Result<Self, Error> {
        let here = cursor.offset();
        Self::new(cursor.bytes()?).map_err(|error| Error::new(error.kind(), here))
    }

    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        Ok(encoder.bytes(self.0).map(drop)?)
    }
}

/// `eat_profile`: which profile the token keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfileId<'b> {
    /// A URI.
    Uri(&'b str),
    /// An absolute OID: the content of its BER encoding (RFC 9090).
    Oid(&'b [u8]),
}

impl<'b> ProfileId<'b> {
    pub(crate) fn read(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        Ok(match cursor.peek()? {
            Type::Text => Self::Uri(cursor.text()?),
            _ => Self::Oid(cursor.bytes()?),
        })
    }

    pub(crate) fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        match self {
            Self::Uri(uri) => encoder.text(uri)?,
            Self::Oid(oid) => encoder.bytes(oid)?,
        };
        Ok(())
    }
}

/// `intuse`: what the token is for, by the "Entity Attestation Token (EAT) Intended Uses" registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntendedUse {
    /// 1: the most up-to-date assessment.
    Generic,
    /// 2: registering for a service.
    Registration,
    /// 3: before values or settings are provisioned.
    Provisioning,
    /// 4: a part of a certificate signing request.
    CertificateIssuance,
    /// 5: proof of possession of a key.
    ProofOfPossession,
    /// Another value of the registry, up to 255.
    Other(u8),
}

impl IntendedUse {
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let error = Error::new(ErrorKind::Claim(labels::INTUSE), cursor.offset());
        Ok(match u8::try_from(cursor.integer()?).map_err(|_| error)? {
            0 => return Err(error),
            1 => Self::Generic,
            2 => Self::Registration,
            3 => Self::Provisioning,
            4 => Self::CertificateIssuance,
            5 => Self::ProofOfPossession,
            other => Self::Other(other),
        })
    }

    /// The number on the wire.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Generic => 1,
            Self::Registration => 2,
            Self::Provisioning => 3,
            Self::CertificateIssuance => 4,
            Self::ProofOfPossession => 5,
            Self::Other(other) => other,
        }
    }
}
