//! What the operator says about the network, as it stands in a file.

use hexad_operator::network::nft::{Compiler, Table};
use hexad_operator::network::policy::{
    Direction, HostName, InvalidName, Peer, Ports, Rule, Site, Transport,
};
use ipnet::IpNet;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The classes of controllers that every network has (RFC 8520, 4.6 and 17).
const DNS: &str = "urn:ietf:params:mud:dns";
const NTP: &str = "urn:ietf:params:mud:ntp";

/// The configuration of a controller. What is left out is nobody, nothing, or what is said here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Configuration {
    /// The name of the nftables table; `hexad`.
    pub table: Option<String>,
    /// Whether what policies drop is written to the kernel's log.
    pub log_drops: bool,
    /// Whether MUD files may break the standards where what they mean is clear.
    pub lenient: bool,
    /// `local-networks`.
    pub local_networks: Vec<IpNet>,
    /// `my-controller`, by MUD URL.
    pub my_controllers: BTreeMap<String, Vec<IpNet>>,
    /// `controller`, by class. The members of `urn:ietf:params:mud:dns` and `urn:ietf:params:mud:ntp` serve
    /// every device that is not quarantined.
    pub controllers: BTreeMap<String, Vec<IpNet>>,
    /// Where devices with outdated software find an update.
    pub update_server: Option<UpdateServer>,
    /// How many seconds an attestation result holds; a day.
    pub recheck: Option<u32>,
    /// How many seconds after it was issued an attestation result is taken; five minutes.
    pub result_age: Option<u32>,
    /// The public keys of verifiers, who sign attestation results. Without one, none is taken.
    pub verifiers: Vec<PathBuf>,
    /// The public keys of authors, who sign SUIT manifests. Without one, none is taken.
    pub authors: Vec<PathBuf>,
    /// Certificates, in PEM, of those who vouch for devices' own certificates.
    pub manufacturers: Vec<PathBuf>,
    /// Whether the operator's word is enough for a device that can't attest.
    pub unattested: bool,
    /// Whether whoever is given an address by the network's DHCP server is taken up as a device.
    pub take_up: bool,
    /// The interfaces where devices' DHCP and LLDP is heard: of a bridge, its ports.
    pub interfaces: Vec<String>,
    /// Who may vouch for those who sign MUD files.
    pub anchors: Vec<AnchorFiles>,
    /// The certificates, in PEM, that HTTPS servers have to lead to; the machine's own.
    pub tls_anchors: Option<PathBuf>,
    /// The DNS proxy. Without one, names in MUD files open nothing.
    pub dns: Option<Dns>,
}

/// An update server, over HTTPS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateServer {
    /// Its name.
    pub host: String,
    /// Its port; 443.
    pub port: Option<u16>,
}

/// Certificates in PEM files, and whose MUD files they are for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorFiles {
    /// The authorities of the MUD URLs; all of them, if there are none. A third party that writes files for
    /// devices of others has anchors for its own authority alone.
    #[serde(default)]
    pub authorities: Vec<String>,
    /// The file.
    pub certificates: PathBuf,
}

/// The DNS proxy's place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dns {
    /// Where devices ask.
    pub listen: SocketAddr,
    /// Who answers.
    pub resolver: SocketAddr,
    /// Domains whose names may have local addresses.
    #[serde(default)]
    pub local_names: Vec<String>,
}

impl Configuration {
    /// What makes rulesets.
    ///
    /// # Errors
    /// [`InvalidName`] if the table can't be called so.
    pub fn compiler(&self) -> Result<Compiler, InvalidName> {
        let table = self.table.as_deref().map_or(Ok(Table::default()), Table::new)?;
        let compiler = Compiler::default().table(table);
        Ok(if self.log_drops { compiler.log_drops() } else { compiler })
    }

    /// The update server as a peer, and what is talked there.
    ///
    /// # Errors
    /// [`InvalidName`] if its host can't be called so.
    pub fn update(&self) -> Result<Option<(Peer, Transport)>, InvalidName> {
        let Some(UpdateServer { host, port }) = &self.update_server else { return Ok(None) };
        let transport = Transport::Tcp {
            source: Ports::Any,
            destination: Ports::one(port.unwrap_or(443)),
            initiated: Some(Direction::FromDevice),
        };
        Ok(Some((Peer::Name(HostName::new(host)?), transport)))
    }

    /// The network, but for the devices on it.
    #[must_use]
    pub fn site(&self) -> Site {
        let mut services = Vec::new();
        let to = |port| (Ports::Any, Ports::one(port));
        let udp = |port| {
            let (source, destination) = to(port);
            Transport::Udp { source, destination }
        };
        let tcp = |port| {
            let (source, destination) = to(port);
            Transport::Tcp { source, destination, initiated: Some(Direction::FromDevice) }
        };
        for (name, class, transports) in
            [("name service", DNS, vec![udp(53), tcp(53)]), ("time", NTP, vec![udp(123)])]
        {
            let members = self.controllers.get(class).cloned().unwrap_or_default();
            if !members.is_empty() {
                let peer = || Peer::Under(members.clone());
                services
                    .extend(transports.into_iter().map(|what| Rule::opening(name, peer(), what)));
            }
        }
        Site {
            local_networks: self.local_networks.clone(),
            my_controllers: self.my_controllers.clone(),
            controllers: self.controllers.clone(),
            services,
            ..Site::default()
        }
    }
}
