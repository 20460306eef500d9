//! What can go wrong.

use core::fmt;
use hexad_cose_core::x509;
use hexad_mud::url::InvalidUrl;
use hexad_operator::network::apply::ApplyError;
use hexad_operator::network::nft::CompileError;
use hexad_operator::network::policy::InvalidName;

use crate::attestation::Refusal;
use crate::registry::RegistryError;

/// Why the controller can't do what it is asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum ControllerError {
    /// The registry can't be read or written.
    Registry(RegistryError),
    /// The gateway refuses a ruleset.
    Apply(ApplyError),
    /// There can be no ruleset for these devices.
    Compile(CompileError),
    /// No device is called so, or has this hardware address.
    UnknownDevice(String),
    /// A MUD URL can't be one.
    Url(InvalidUrl),
    /// It is no MUD file.
    File(hexad_mud::Error),
    /// It is the file of another URL.
    OtherUrl,
    /// A manifest names the signer by another digest than SHA-256, or is named itself by none of SHA-2.
    Digest,
    /// An attestation result changes nothing.
    Attestation(Refusal),
    /// A manifest is malformed, or of none of the authors.
    Manifest(hexad_suit::Error),
    /// A manifest names no MUD file.
    NoMud,
    /// A device's certificate does not lead to a manufacturer who is trusted.
    Certificate(x509::Error),
    /// A device's certificate names no MUD URL, or one that can't be one.
    NoUrl(Option<hexad_mud::url::Error>),
    /// The operator trusts no device that has not attested.
    Unattested,
    /// An author's key is none.
    Key(hexad_cose_core::Error),
    /// Another device has the hardware address.
    SameHardware,
    /// There are too many devices to take up another by itself.
    TooMany,
    /// A name can't be one.
    Name(InvalidName),
}

impl fmt::Display for ControllerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(error) => error.fmt(f),
            Self::Apply(error) => error.fmt(f),
            Self::Compile(error) => error.fmt(f),
            Self::UnknownDevice(name) => write!(f, "no device is called `{name}`"),
            Self::Url(error) => write!(f, "the MUD URL is refused: {error}"),
            Self::File(error) => write!(f, "the MUD file is refused: {error}"),
            Self::OtherUrl => f.write_str("the MUD file is that of another URL"),
            Self::Digest => {
                f.write_str("the manifest, or the signer that it names, is named by a digest that is not offered")
            }
            Self::Attestation(refusal) => {
                write!(f, "the attestation result is refused: {refusal}")
            }
            Self::Manifest(error) => write!(f, "the manifest is refused: {error}"),
            Self::NoMud => f.write_str("the manifest names no MUD file"),
            Self::Certificate(error) => write!(f, "the device's certificate is refused: {error}"),
            Self::NoUrl(None) => f.write_str("the device's certificate names no MUD URL"),
            Self::NoUrl(Some(error)) => {
                write!(f, "the MUD URL in the device's certificate is refused: {error}")
            }
            Self::Unattested => f.write_str(
                "a device is trusted by its attestation alone, unless `unattested` is configured",
            ),
            Self::Key(error) => write!(f, "an author's key is refused: {error}"),
            Self::SameHardware => f.write_str("another device has the hardware address"),
            Self::TooMany => f.write_str("there are too many devices"),
            Self::Name(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ControllerError {}

impl From<RegistryError> for ControllerError {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl From<ApplyError> for ControllerError {
    fn from(error: ApplyError) -> Self {
        Self::Apply(error)
    }
}

impl From<CompileError> for ControllerError {
    fn from(error: CompileError) -> Self {
        Self::Compile(error)
    }
}

impl From<InvalidName> for ControllerError {
    fn from(error: InvalidName) -> Self {
        Self::Name(error)
    }
}

impl From<Refusal> for ControllerError {
    fn from(refusal: Refusal) -> Self {
        Self::Attestation(refusal)
    }
}

impl From<hexad_suit::Error> for ControllerError {
    fn from(error: hexad_suit::Error) -> Self {
        Self::Manifest(error)
    }
}

impl From<x509::Error> for ControllerError {
    fn from(error: x509::Error) -> Self {
        Self::Certificate(error)
    }
}
