//! X.509 certificates in COSE: the header parameters that carry or name them (RFC 9360) and, with
//! feature `x509`, certificates and their path to a trust anchor (RFC 5280).

mod parameter;

#[cfg(feature = "x509")]
mod certificate;
#[cfg(feature = "x509")]
mod error;
#[cfg(feature = "x509")]
mod issue;
#[cfg(feature = "x509")]
mod path;
#[cfg(feature = "x509")]
mod signature;

#[cfg(test)]
mod tests;

pub use parameter::{Certificates, CoseCertHash, CoseX509, x5u};

#[cfg(feature = "x509")]
pub use {
    certificate::{Certificate, MAX_SIZE},
    error::{Error, ErrorKind, Place},
    issue::{Issuer, Template, time},
    path::{MAX_INTERMEDIATES, Path, Validation},
    signature::{signature_from_der, signature_to_der, signing_algorithm},
    x509_cert,
    x509_cert::ext::pkix::KeyUsages,
};
