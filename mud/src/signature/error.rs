//! Why a signature or a certificate was refused.

use core::fmt;

use hexad_cose_core::CryptoError;
use hexad_cose_core::x509::{self, Place};

/// Why a signature file or a certificate was refused, and at which byte of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureError {
    kind: SignatureErrorKind,
    offset: usize,
}

impl SignatureError {
    pub(crate) const fn new(kind: SignatureErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> SignatureErrorKind {
        self.kind
    }

    /// The byte at which it is wrong: of the signature file, or of the trust anchor.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for SignatureError {}

impl From<x509::Error> for SignatureError {
    fn from(error: x509::Error) -> Self {
        Self::new(SignatureErrorKind::Certificate(error.place(), error.kind()), error.offset())
    }
}

/// What can be wrong with a signature file, its certificates, or what they are to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureErrorKind {
    /// Not DER, or not what has to stand there; for a file to be signed, a time before 1970 or after 9999.
    Malformed,
    /// Longer than [`MAX_SIZE`](crate::signature::MAX_SIZE), or more certificates or attributes than
    /// are read.
    TooLarge,
    /// Not CMS `SignedData` in a version that RFC 5652 defines.
    NotSignedData,
    /// The signature file contains what was signed; a MUD file's signature is detached.
    NotDetached,
    /// Not exactly one signer.
    SignerCount,
    /// A digest or signature algorithm that is not offered, or two that do not go together.
    UnsupportedAlgorithm,
    /// The signed attributes lack the content type or the message digest, or have one twice.
    Attributes,
    /// The content is not of the type that the signed attributes say.
    ContentType,
    /// The MUD file is not the one that was signed.
    MessageDigest,
    /// The signature is wrong.
    Signature,
    /// The signer's certificate is not there.
    NoCertificate,
    /// A certificate that can't be read, is not valid at the time, not for signing (RFC 8520, 13.2 asks
    /// for a key usage with `digitalSignature`), or does not lead to a trust anchor; and which one it
    /// is. The bag is that of the certificates in the signature file.
    Certificate(Place, x509::ErrorKind),
    /// The signer is not the one that was asked for.
    WrongSigner,
    /// The caller named neither anchors nor a key, so that nobody is trusted.
    NobodyTrusted,
    /// The backend could not do what it had to.
    Crypto(CryptoError),
}

impl fmt::Display for SignatureErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not the DER that has to stand here",
            Self::TooLarge => "too large, or too many certificates or attributes",
            Self::NotSignedData => "not CMS signed data",
            Self::NotDetached => "the signature is not detached",
            Self::SignerCount => "not exactly one signer",
            Self::UnsupportedAlgorithm => "an algorithm that is not offered",
            Self::Attributes => "the signed attributes are not complete, or not unique",
            Self::ContentType => "the content type is not the signed one",
            Self::MessageDigest => "the file is not the one that was signed",
            Self::Signature => "the signature does not verify",
            Self::NoCertificate => "the signer's certificate is missing",
            Self::Certificate(place, kind) => return write!(f, "{place}: {kind}"),
            Self::WrongSigner => "the signer is not the one that was named",
            Self::NobodyTrusted => "neither trust anchors nor a key were given",
            Self::Crypto(error) => return error.fmt(f),
        })
    }
}
