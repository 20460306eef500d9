//! A MUD file (RFC 8520): what a device is, where its description is kept, and what it may talk to.

mod read;
#[cfg(test)]
mod tests;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

use crate::acl::Acl;
use crate::error::{Error, ErrorKind, Fault};
use crate::extension::Transparency;
use crate::flow::{Direction, Flow, flows_of};
use crate::time::DateAndTime;
use crate::url::MudUrl;
use crate::yang::Unknown;

pub use read::{DEFAULT_LIMIT, Reader, Reading};

/// A MUD file that is in order: every node is of its type, and all that it refers to is there.
///
/// ```
/// use hexad_mud::Mud;
///
/// let mud = Mud::parse(
///     br#"{
///       "ietf-mud:mud": {
///         "mud-version": 1,
///         "mud-url": "https://lighting.example.com/lightbulb2000",
///         "last-update": "2019-01-28T11:20:51+01:00",
///         "is-supported": true,
///         "from-device-policy": { "access-lists": { "access-list": [ { "name": "from" } ] } }
///       },
///       "ietf-access-control-list:acls": { "acl": [ {
///         "name": "from", "type": "ipv4-acl-type", "aces": { "ace": [ {
///           "name": "cloud",
///           "matches": {
///             "ipv4": { "ietf-acldns:dst-dnsname": "cloud.example.com", "protocol": 6 },
///             "tcp": {
///               "ietf-mud:direction-initiated": "from-device",
///               "destination-port": { "operator": "eq", "port": 443 }
///             }
///           },
///           "actions": { "forwarding": "accept" }
///         } ] }
///       } ] }
///     }"#,
/// )?;
/// let flows: Vec<_> = mud.flows().collect();
/// assert_eq!((flows.len(), flows[0].ace), (1, "cloud"));
/// # Ok::<(), hexad_mud::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mud(Contents);

/// The nodes of a MUD file, to write one. [`Mud::new`] checks them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Contents {
    /// `mud-url`: where the file is, and which kind of device it describes.
    pub mud_url: MudUrl,
    /// `last-update`: when the file was made.
    pub last_update: DateAndTime,
    /// `mud-signature`: the URI of the signature.
    pub mud_signature: Option<String>,
    /// `cache-validity`: how many hours the file stays valid, 1 to 168; 48, if not said.
    pub cache_validity: Option<u8>,
    /// `is-supported`: whether the manufacturer still supports the device.
    pub is_supported: bool,
    /// `systeminfo`: what the device is, for people; RFC 8520, 3.7 asks for no more than 60 characters.
    pub systeminfo: Option<String>,
    /// `mfg-name`: the manufacturer's name.
    pub mfg_name: Option<String>,
    /// `model-name`: the model's name.
    pub model_name: Option<String>,
    /// `firmware-rev`: the revision of the firmware.
    pub firmware_rev: Option<String>,
    /// `software-rev`: the revision of the software.
    pub software_rev: Option<String>,
    /// `documentation`: the URI of the device's documentation.
    pub documentation: Option<String>,
    /// `extensions`: the names of the extensions that the file uses, 1 to 40 characters each.
    pub extensions: Vec<String>,
    /// `from-device-policy`: the names of the lists for packets from the device, tried in this order.
    pub from_device_policy: Vec<String>,
    /// `to-device-policy`: the names of the lists for packets to the device, tried in this order.
    pub to_device_policy: Vec<String>,
    /// `ietf-mud-transparency:transparency`: where software bills of materials are (RFC 9472).
    pub transparency: Option<Transparency>,
    /// `ietf-mud-tls:is-tls-dtls-profile-supported`: whether the device keeps to the TLS profiles of its
    /// entries (RFC 9761); not, if not said.
    pub is_tls_dtls_profile_supported: Option<bool>,
    /// Nodes of unknown extensions in the container `mud`.
    pub unknown: Vec<Unknown>,
    /// `ietf-access-control-list:acls`: the lists.
    pub acls: Vec<Acl>,
    /// Nodes of unknown modules beside `mud` and `acls`.
    pub unknown_top_level: Vec<Unknown>,
}

impl Contents {
    /// What every file must say, and nothing else: nothing may pass. Supported, as of `last_update`.
    #[must_use]
    pub const fn new(mud_url: MudUrl, last_update: DateAndTime) -> Self {
        Self {
            mud_url,
            last_update,
            mud_signature: None,
            cache_validity: None,
            is_supported: true,
            systeminfo: None,
            mfg_name: None,
            model_name: None,
            firmware_rev: None,
            software_rev: None,
            documentation: None,
            extensions: Vec::new(),
            from_device_policy: Vec::new(),
            to_device_policy: Vec::new(),
            transparency: None,
            is_tls_dtls_profile_supported: None,
            unknown: Vec::new(),
            acls: Vec::new(),
            unknown_top_level: Vec::new(),
        }
    }
}

impl Mud {
    /// Takes the nodes of a file, and checks them by the very rules by which files are read.
    ///
    /// # Errors
    /// As [`parse`](Self::parse) of the file that they make; the byte is the one in that file.
    pub fn new(contents: &Contents) -> Result<Self, Error> {
        let json = write::write(contents);
        let mud = Reader::new().limit(json.len()).read(json.as_bytes())?.mud;
        if mud.0 == *contents {
            return Ok(mud);
        }
        // Text that is put in as it is could say something else than it seems to.
        let advice = "an unknown node has a name that is not known, and one JSON value, with nothing \
                      around it";
        Err(Error::new(Fault::new(ErrorKind::InvalidValue, 0, advice), String::new()))
    }

    /// Reads a file, and refuses whatever the standards do not allow. [`Reader`] can be told to be
    /// lenient, and says what it let pass.
    ///
    /// # Errors
    /// The first mistake: any [`ErrorKind`], with its byte, its node, and how to mend
    /// it. Nodes of unknown extensions are no mistake (RFC 8520, 3.9).
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Reader::new().read(bytes).map(|reading| reading.mud)
    }

    /// The nodes.
    #[must_use]
    pub const fn contents(&self) -> &Contents {
        &self.0
    }

    /// The nodes, by value, to change them.
    #[must_use]
    pub fn into_contents(self) -> Contents {
        self.0
    }

    /// The MUD URL.
    #[must_use]
    pub const fn url(&self) -> &MudUrl {
        &self.0.mud_url
    }

    /// How many hours the file stays valid after `last-update`: 1 to 168.
    #[must_use]
    pub fn cache_validity(&self) -> u8 {
        self.0.cache_validity.unwrap_or(48)
    }

    /// What the file says of packets from the device and then to the device, list by list and entry by
    /// entry: in each direction the first flow that matches a packet decides.
    pub fn flows(&self) -> impl Iterator<Item = Flow<'_>> {
        let from = self.policy(Direction::FromDevice);
        from.chain(self.policy(Direction::ToDevice))
    }

    fn policy(&self, direction: Direction) -> impl Iterator<Item = Flow<'_>> {
        let names = match direction {
            Direction::FromDevice => &self.0.from_device_policy,
            Direction::ToDevice => &self.0.to_device_policy,
        };
        let acls = names.iter().filter_map(|name| self.0.acls.iter().find(|acl| acl.name == *name));
        acls.flat_map(move |acl| flows_of(acl, direction))
    }

    /// The file as JSON text, laid out as the example in RFC 8520, 9, always the same for the same
    /// nodes.
    #[must_use]
    pub fn to_json(&self) -> String {
        write::write(&self.0)
    }
}
