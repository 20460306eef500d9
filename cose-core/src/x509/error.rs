//! Why a certificate or a path of certificates was refused: which one, and where it stands.

use core::fmt;

use crate::CryptoError;

/// Why a certificate was refused, which one it is, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    place: Place,
    offset: usize,
}

impl Error {
    pub(super) const fn new(kind: ErrorKind, place: Place, offset: usize) -> Self {
        Self { kind, place, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// With which certificate it is wrong.
    #[must_use]
    pub const fn place(self) -> Place {
        self.place
    }

    /// The byte at which it is wrong, from the start of the input that the certificate stands in; of a
    /// whole certificate, its first.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at byte {}", self.place, self.kind, self.offset)
    }
}

impl core::error::Error for Error {}

/// A certificate among those that were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The end-entity certificate, or the only one.
    EndEntity,
    /// The one at this index of the bag.
    Bag(usize),
    /// The one at this index of the trust anchors.
    Anchor(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndEntity => f.write_str("certificate"),
            Self::Bag(index) => write!(f, "certificate {index} of the bag"),
            Self::Anchor(index) => write!(f, "trust anchor {index}"),
        }
    }
}

/// What can be wrong with a certificate, or keep it from a place in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not an X.509 certificate in DER, or one that contradicts itself: an extension twice (RFC 5280,
    /// 4.2), extensions before version 3, or two signature algorithms (4.1.1.2).
    Malformed,
    /// Longer than [`MAX_SIZE`](super::MAX_SIZE), or with more than 64 extensions.
    TooLarge,
    /// A kind of key, or a signature algorithm, that is not offered or does not fit the key.
    UnsupportedAlgorithm,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is no longer valid.
    Expired,
    /// A critical extension that is not understood (RFC 5280, 4.2), or name constraints, which are not
    /// evaluated.
    CriticalExtension,
    /// The key may not be used so (RFC 5280, 4.2.1.3): the end entity's not for what the caller wants,
    /// the issuer's not for signing certificates.
    KeyUsage,
    /// The key may not be used for the caller's purpose (RFC 5280, 4.2.1.12).
    ExtendedKeyUsage,
    /// The issuer is no certification authority, or not one of so long a path (RFC 5280, 4.2.1.9).
    BasicConstraints,
    /// The signature on the certificate is not by its issuer's key.
    Signature,
    /// No certificate and no trust anchor has the name of the issuer.
    NoAnchor,
    /// The path is longer, or the search for it harder, than is allowed.
    PathTooLong,
    /// A field of a certificate to be issued is not as it has to be.
    InvalidTemplate,
    /// The backend could not do what it had to.
    Crypto(CryptoError),
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a certificate in DER",
            Self::TooLarge => "too large, or too many extensions",
            Self::UnsupportedAlgorithm => "an algorithm that is not offered",
            Self::NotYetValid => "not valid yet",
            Self::Expired => "no longer valid",
            Self::CriticalExtension => "a critical extension that is not understood",
            Self::KeyUsage => "the key is for other uses",
            Self::ExtendedKeyUsage => "the key is for other purposes",
            Self::BasicConstraints => "the issuer may not issue this certificate",
            Self::Signature => "the signature on it is not by its issuer",
            Self::NoAnchor => "does not lead to a trust anchor",
            Self::PathTooLong => "the path to a trust anchor is too long",
            Self::InvalidTemplate => "can't be issued with such a name, serial number or time",
            Self::Crypto(error) => return error.fmt(f),
        })
    }
}
