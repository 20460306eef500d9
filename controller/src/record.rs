//! What is known of a device: where its MUD URL comes from, and how far it is trusted.

use core::fmt;
use core::str::FromStr;
use hexad_operator::network::policy::{DeviceName, HardwareAddress, InvalidName};
use serde::{Deserialize, Serialize, Serializer};
use std::net::IpAddr;

/// Where a MUD URL comes from, the least trusted first. A URL from a better source takes the place of one from
/// a worse, and never the other way round.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The device said it when it asked for its address (RFC 8520, 10). Whoever is on the network can say so.
    Dhcp,
    /// The device said it to the switch (RFC 8520, 12). Whoever is on the port can say so.
    Lldp,
    /// The device's certificate says it (RFC 8520, 11): what the manufacturer meant when it was made.
    X509,
    /// The verified SUIT manifest of the software that the device was shown to run (draft-ietf-suit-mud).
    Manifest,
}

impl Source {
    /// The name, as in the JSON API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dhcp => "dhcp",
            Self::Lldp => "lldp",
            Self::X509 => "x509",
            Self::Manifest => "manifest",
        }
    }

    /// How much it is worth: DHCP and LLDP are equal.
    const fn rank(self) -> u8 {
        match self {
            Self::Dhcp | Self::Lldp => 0,
            Self::X509 => 1,
            Self::Manifest => 2,
        }
    }

    /// Whether a URL from here takes the place of one from `other`.
    #[must_use]
    pub const fn outranks_or_equals(self, other: Self) -> bool {
        self.rank() >= other.rank()
    }
}

/// How far a device is trusted, the least first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It has not been appraised, or too long ago. It may do what a quarantined device may.
    Unknown,
    /// It may do nothing.
    Quarantined,
    /// It may fetch an update.
    UpdateOnly,
    /// It may do what its MUD file says.
    Allowed,
}

impl State {
    /// All of them, the least trusted first.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Quarantined, Self::UpdateOnly, Self::Allowed];

    /// The name, as in the JSON API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Quarantined => "quarantined",
            Self::UpdateOnly => "update-only",
            Self::Allowed => "allowed",
        }
    }
}

/// Who has to have signed a MUD file.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Signer {
    /// Whoever leads to one of the anchors that the operator has for the URL.
    Anchored,
    /// Whoever has this subject, a name in DER, and leads there as well: what a device's certificate names
    /// (`id-pe-mudsigner`; RFC 8520, 11).
    Subject(Vec<u8>),
    /// The key with this COSE key thumbprint by SHA-256 (RFC 9679), whatever its certificate leads to: what a
    /// manifest names (`suit-mud-ski`).
    Key([u8; 32]),
}

/// Nothing, or `subject:` or `key:` and the bytes in hexadecimal.
impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, bytes) = match self {
            Self::Anchored => return Ok(()),
            Self::Subject(name) => ("subject:", name.as_slice()),
            Self::Key(thumbprint) => ("key:", &thumbprint[..]),
        };
        f.write_str(kind)?;
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Signer {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let signer = match text.split_once(':') {
            None if text.is_empty() => Some(Self::Anchored),
            Some(("subject", hex)) => unhex(hex).map(Self::Subject),
            Some(("key", hex)) => unhex(hex).and_then(|bytes| bytes.try_into().ok()).map(Self::Key),
            _ => None,
        };
        signer.ok_or(InvalidName)
    }
}

impl Serialize for Signer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let pairs = (0..text.len()).step_by(2).filter(|_| digits);
    let bytes = pairs.map(|at| u8::from_str_radix(text.get(at..at.checked_add(2)?)?, 16).ok());
    if digits { bytes.collect() } else { None }
}

/// A device's MUD URL.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct MudUrlRecord {
    /// The URL.
    pub url: String,
    /// Where it comes from.
    pub source: Source,
    /// Who has to have signed the file.
    pub signer: Signer,
}

/// The attestation result that was taken last for a device: the next one has to be later.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastResult {
    /// When it was issued, in seconds since 1970 began.
    pub issued: i64,
    /// What it came to.
    pub state: State,
    /// The manifest that it names.
    pub manifest: Option<String>,
}

/// A device in the registry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeviceRecord {
    /// Its name.
    pub name: DeviceName,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its hardware address.
    pub hardware: Option<HardwareAddress>,
    /// Its MUD URL, if one is known.
    pub mud: Option<MudUrlRecord>,
    /// How far it is trusted.
    pub state: State,
    /// When that is over, in seconds since 1970 began; it is unknown then.
    pub until: Option<i64>,
}

/// A MUD file that was fetched, as it was signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CachedFile {
    /// The file.
    pub file: Vec<u8>,
    /// What the server named this state of the file by (RFC 9110, 8.8.3).
    pub etag: Option<String>,
    /// When it is to be fetched again, in seconds since 1970 began.
    pub valid_until: i64,
}

/// An entry of the audit log.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Its number, which only grows.
    pub id: i64,
    /// When, in seconds since 1970 began.
    pub time: i64,
    /// Which device or URL it is about.
    pub about: String,
    /// What happened, in one word.
    pub event: String,
    /// More about it.
    pub detail: String,
}
