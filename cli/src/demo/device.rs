//! The device, whatever plays it: what its maker burnt into it, what it can be asked, and why it refuses.

use std::fmt;
use std::io;

use hexad_cose_core::PublicKeyBuf;
#[cfg(unix)]
use hexad_link::qemu;
use hexad_rustcrypto::SigningKey;
use hexad_suit::labels;
use hexad_suit::parameter::Uuid;

use super::Failed;
use super::flash::FlashError;
use super::web::Web;

/// The component that the device has: `[h'617070']`.
pub const COMPONENT: &[u8] = b"app";

/// What the device's maker burnt in.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Whose manifests it installs.
    pub author: PublicKeyBuf,
    /// `suit-parameter-vendor-identifier`.
    pub vendor: Uuid,
    /// `suit-parameter-class-identifier`.
    pub class: Uuid,
    /// `ueid` (RFC 9711, 4.2.1).
    pub ueid: [u8; 17],
    /// `oemid`: a Private Enterprise Number (RFC 9711, 4.2.3).
    pub oem_id: u32,
    /// What it attests with.
    pub attestation_key: SigningKey,
}

/// A device.
pub trait Device {
    /// What its maker burnt in.
    fn identity(&self) -> &Identity;

    /// Installs what `envelope` says, fetching from `web`, into the slot that is not in use. Until all has
    /// succeeded, the device boots what it booted before. The labels of the commands that it ran.
    fn update(&mut self, envelope: &[u8], web: &Web) -> Result<Vec<i64>, Refusal>;

    /// Boots what is installed: verifies its manifest again, and runs the validate, load and invoke
    /// sequences.
    fn boot(&mut self) -> Result<Booted, Refusal>;

    /// The device's token over `nonce`, of what it has booted.
    fn attest(&mut self, nonce: &[u8]) -> Result<Vec<u8>, Refusal>;

    /// Lets the power fail when so many more words of the flash have changed.
    fn power_fails_after(&mut self, words: u32) -> Result<(), Refusal>;

    /// Switches the device off, and on again with power that does not fail.
    fn reset(&mut self) -> Result<(), Refusal>;

    /// Whoever holds the device changes the image that it runs.
    fn change_image(&mut self) -> Result<(), Refusal>;
}

/// What runs on the device after it has booted.
#[derive(Clone, Debug)]
pub struct Booted {
    /// The manifest that it booted by: its sequence number.
    pub sequence_number: u64,
    /// The image's size in bytes.
    pub image_size: u64,
    /// SHA-256 of the image, as the device measured it.
    pub image_digest: Vec<u8>,
}

/// Why the device refused.
#[derive(Debug)]
pub enum Refusal {
    /// The envelope, its signature, or a condition or directive of its manifest.
    Suit(hexad_suit::Error),
    /// The flash, or what does not fit into it.
    Flash(FlashError),
    /// What the manifest asked to fetch.
    Fetch(io::Error),
    /// The token can't be made.
    Attest(Failed),
    /// Nothing is installed, or nothing has been booted.
    Empty,
    /// The device in QEMU refuses, or can't be asked.
    #[cfg(unix)]
    Machine(qemu::Error),
}

impl Refusal {
    /// Whether it is this error of the manifest's.
    pub fn is(&self, kind: hexad_suit::ErrorKind) -> bool {
        match self {
            Self::Suit(error) => error.kind() == kind,
            #[cfg(unix)]
            Self::Machine(qemu::Error::Refused(words)) => words.starts_with(&kind.to_string()),
            _ => false,
        }
    }

    /// Whether the power has failed.
    pub fn is_power_failure(&self) -> bool {
        match self {
            Self::Flash(error) => matches!(error, FlashError::PowerIsOut),
            #[cfg(unix)]
            Self::Machine(error) => matches!(error, qemu::Error::PowerIsOut),
            _ => false,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suit(error) => write!(f, "{error}"),
            Self::Flash(error) => write!(f, "the flash: {error}"),
            Self::Fetch(error) => write!(f, "fetching: {error}"),
            Self::Attest(error) => write!(f, "attesting: {error}"),
            Self::Empty => f.write_str("nothing is installed"),
            #[cfg(unix)]
            Self::Machine(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<hexad_suit::Error> for Refusal {
    fn from(error: hexad_suit::Error) -> Self {
        Self::Suit(error)
    }
}

impl From<FlashError> for Refusal {
    fn from(error: FlashError) -> Self {
        Self::Flash(error)
    }
}

#[cfg(unix)]
impl From<qemu::Error> for Refusal {
    fn from(error: qemu::Error) -> Self {
        Self::Machine(error)
    }
}

/// A command in the words of the standard.
pub fn in_words(label: i64) -> &'static str {
    labels::command_name(label).unwrap_or("command")
}
