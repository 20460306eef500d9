//! What is known of a device: where its MUD URL comes from, and how far it is trusted.

use hexad_operator::network::policy::{DeviceName, HardwareAddress};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Where a MUD URL comes from, the least trusted first. A URL from a better source takes the place of one from
/// a worse, and never the other way round.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
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

/// How far a device is trusted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
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
    /// All of them.
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

/// The key that has to have signed a MUD file, as a manifest names it (`suit-mud-ski`): its COSE key
/// thumbprint with SHA-256 (RFC 9679), in hexadecimal.
pub type Signer = String;

/// A device's MUD URL.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct MudUrlRecord {
    /// The URL.
    pub url: String,
    /// Where it comes from.
    pub source: Source,
    /// The key that has to have signed the file; if none is named, the signer's certificate has to lead to one
    /// of the anchors that the operator has for the URL.
    pub signer: Option<Signer>,
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
