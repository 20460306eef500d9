//! Endorsement of a device's key by certificates (RFC 9334, 8.2; RFC 9360): the chain in its token leads to an anchor
//! that the operator trusts, at the operator's time, and the key is that of the chain's end.

use core::fmt;

use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::x509::x509_cert::der::oid::ObjectIdentifier;
use hexad_cose_core::x509::{Certificate, Error as X509Error, MAX_INTERMEDIATES, Validation};
use hexad_cose_core::{Error, Headers, Key};

/// `serialNumber` and `commonName` of a subject (RFC 4519, 2.31 and 2.3).
const IDENTIFIERS: [ObjectIdentifier; 2] =
    [ObjectIdentifier::new_unwrap("2.5.4.5"), ObjectIdentifier::new_unwrap("2.5.4.3")];

/// The certificates that a token carries (`x5chain`), of which nothing is proven.
///
/// ```
/// use hexad_cose_core::crypto::{Hash, Verify};
/// use hexad_cose_core::{Algorithm, x509::Certificate};
/// use hexad_eat::{Token, profile::AnyClaims};
/// use hexad_operator::endorsement::{Chain, Endorsement};
/// use hexad_operator::evidence::Evidence;
///
/// type Failed = Box<dyn std::error::Error>;
///
/// fn evidence<C: Hash + Verify>(
///     token: &[u8],
///     anchors: &[Certificate<'_>],
///     now: i64,
///     crypto: &mut C,
/// ) -> Result<(Evidence, Endorsement), Failed> {
///     let token = Token::parse(token)?;
///     let chain = Chain::of(token.headers())?;
///     let endorsed = chain.validate(anchors, now, crypto)?;
///     let profile = AnyClaims { algorithms: &[Algorithm::ESP256] };
///     let claims = token.check(endorsed.key(), &profile, crypto)?.run(crypto)?;
///     Ok((Evidence::from_claims(&claims)?, endorsed.endorsement()))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Chain<'b> {
    leaf: Certificate<'b>,
    others: Vec<Certificate<'b>>,
}

impl<'b> Chain<'b> {
    /// The chain in the headers of a token, in either bucket: an unprotected one can't lead to an
    /// anchor that is not trusted.
    ///
    /// # Errors
    /// [`EndorsementError`] when there is none, it is malformed, or it is longer than any path may be.
    pub fn of(headers: &Headers<'b>) -> Result<Self, EndorsementError> {
        let chain = headers.x5chain()?.ok_or(EndorsementError::NoChain)?;
        let mut certificates = chain.iter();
        let leaf = certificates.next().ok_or(EndorsementError::NoChain)?;
        let leaf = Certificate::parse_raw(leaf)?;
        let mut others = Vec::new();
        for certificate in certificates {
            // An anchor may stand at the end.
            if others.len() > MAX_INTERMEDIATES {
                return Err(EndorsementError::TooLong);
            }
            others.push(Certificate::parse_raw(certificate)?);
        }
        Ok(Self { leaf, others })
    }

    /// Finds and validates the path from the device's certificate to one of the `anchors`, at `now`, in seconds since
    /// 1970-01-01T00:00Z.
    ///
    /// # Errors
    /// [`EndorsementError::X509`] as [`Validation::path`].
    pub fn validate<'c>(
        &'c self,
        anchors: &'c [Certificate<'b>],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<Endorsed<'c>, EndorsementError> {
        let path = Validation::at(now).path(&self.leaf, &self.others, anchors, crypto)?;
        let anchor = path.anchor().fields().subject().to_string();
        Ok(Endorsed { key: Key::from_public(path.key()), leaf: &self.leaf, anchor })
    }
}

/// A device's key that an anchor vouches for. [`Chain::validate`] alone makes one.
#[derive(Clone, Debug)]
pub struct Endorsed<'c> {
    key: Key<'c>,
    leaf: &'c Certificate<'c>,
    anchor: String,
}

impl<'c> Endorsed<'c> {
    /// The device's key, under which its token has to verify.
    #[must_use]
    pub const fn key(&self) -> &Key<'c> {
        &self.key
    }

    /// What the chain says, for the appraisal.
    #[must_use]
    pub fn endorsement(&self) -> Endorsement {
        let subject = self.leaf.fields().subject();
        let values = subject.iter().filter(|attribute| IDENTIFIERS.contains(&attribute.oid));
        let mut identifiers = values.filter_map(|attribute| from_hex(attribute.value.value()));
        Endorsement {
            subject: subject.to_string(),
            anchor: self.anchor.clone(),
            ueid: identifiers.find(|identifier| (7..=33).contains(&identifier.len())),
        }
    }
}

/// Who vouches for a device's key, and for which device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endorsement {
    /// The subject of the device's certificate (RFC 4514).
    pub subject: String,
    /// The subject of the anchor that the path led to.
    pub anchor: String,
    /// The UEID that the subject says in hexadecimal, as its serial number or its common name. Without one, the chain
    /// says that the device is genuine, not which one it is.
    pub ueid: Option<Vec<u8>>,
}

/// The bytes that hexadecimal text spells, whatever string type of ASN.1 it is in.
fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    pairs.map(byte).collect()
}

/// Why no chain vouches for a device's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndorsementError {
    /// The token carries no certificate.
    NoChain,
    /// The parameter that should hold them is malformed.
    Cose(Error),
    /// There are more certificates than a path may have.
    TooLong,
    /// A certificate, or the path, is not in order; the place tells which.
    X509(X509Error),
}

impl EndorsementError {
    /// The byte of the token that is to blame, where one is.
    #[must_use]
    pub const fn offset(self) -> Option<usize> {
        match self {
            Self::Cose(error) => Some(error.offset()),
            Self::X509(error) => Some(error.offset()),
            Self::NoChain | Self::TooLong => None,
        }
    }
}

impl From<Error> for EndorsementError {
    fn from(error: Error) -> Self {
        Self::Cose(error)
    }
}

impl From<X509Error> for EndorsementError {
    fn from(error: X509Error) -> Self {
        Self::X509(error)
    }
}

impl fmt::Display for EndorsementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChain => f.write_str("the token carries no certificate of its signer"),
            Self::Cose(error) => write!(f, "x5chain: {error}"),
            Self::TooLong => {
                f.write_str("the token carries more certificates than a path may have")
            }
            Self::X509(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for EndorsementError {}
