//! Writes the access lists of a MUD file from what the device has to talk to.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::acl::{
    Ace, Acl, AclType, Forwarding, Ip, L3, L4, Matches, MudMatches, Operator, PortMatch, Tcp, Udp,
};
use crate::error::Error;
use crate::file::{Contents, Mud};
use crate::flow::{Direction, IpVersion, Peer};

/// What a device and its peer talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Whatever runs over IP.
    Any,
    /// TCP.
    Tcp {
        /// The port of whoever does not open the connection.
        port: u16,
        /// Who opens it.
        initiated: Direction,
    },
    /// UDP.
    Udp {
        /// The port of whoever does not start.
        port: u16,
        /// Who starts.
        initiated: Direction,
    },
}

impl Service {
    /// TCP connections that the device opens to this port of the peer.
    #[must_use]
    pub const fn tcp(port: u16) -> Self {
        Self::Tcp { port, initiated: Direction::FromDevice }
    }

    /// UDP that the device sends to this port of the peer, and answers.
    #[must_use]
    pub const fn udp(port: u16) -> Self {
        Self::Udp { port, initiated: Direction::FromDevice }
    }
}

/// Writes a MUD file in which nothing may pass but what [`allow`](Self::allow) says, over IPv4 and IPv6.
///
/// ```
/// use hexad_mud::builder::{Builder, Service};
/// use hexad_mud::file::Contents;
/// use hexad_mud::flow::Peer;
/// use hexad_mud::time::DateAndTime;
/// use hexad_mud::url::MudUrl;
///
/// let url = MudUrl::new("https://lighting.example.com/lightbulb2000")?;
/// let mut contents = Contents::new(url, DateAndTime::from_unix(1_548_670_851).unwrap());
/// contents.systeminfo = Some("The BMS Example Light Bulb".into());
/// let mud = Builder::new(contents)
///     .allow(Peer::DnsName("cloud.example.com"), Service::tcp(443))
///     .allow(Peer::MyController, Service::Any)
///     .build()?;
/// // Two peers, two versions of IP, two directions.
/// assert_eq!(mud.flows().count(), 8);
/// println!("{}", mud.to_json());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    contents: Contents,
    lists: Vec<(IpVersion, Direction, Vec<Ace>)>,
    /// How many peers of each kind there are, to number their entries.
    count: [usize; 8],
}

impl Builder {
    /// A file that says `contents` of the device; lists and policies in it stay, and come first.
    pub fn new(contents: Contents) -> Self {
        let lists = vec![
            (IpVersion::V4, Direction::ToDevice, Vec::new()),
            (IpVersion::V4, Direction::FromDevice, Vec::new()),
            (IpVersion::V6, Direction::ToDevice, Vec::new()),
            (IpVersion::V6, Direction::FromDevice, Vec::new()),
        ];
        Self { contents, lists, count: [0; 8] }
    }

    /// Lets the device and `peer` talk `service`, in both directions.
    pub fn allow(mut self, peer: Peer<'_>, service: Service) -> Self {
        let (kind, index) = kind(&peer);
        let number = self.count.get(index).copied().unwrap_or_default();
        if let Some(count) = self.count.get_mut(index) {
            *count += 1;
        }
        for (version, direction, aces) in &mut self.lists {
            if let Peer::Prefix(prefix) = peer
                && prefix.version() != *version
            {
                continue;
            }
            let suffix = match direction {
                Direction::ToDevice => "todev",
                Direction::FromDevice => "frdev",
            };
            aces.push(Ace {
                name: format!("{kind}{number}-{suffix}"),
                matches: matches(&peer, service, *version, *direction),
                forwarding: Forwarding::Accept,
                logging: None,
            });
        }
        self
    }

    /// The file.
    ///
    /// # Errors
    /// As [`Mud::new`]: a name or URI that is not valid, a list's name that `contents` has already.
    pub fn build(mut self) -> Result<Mud, Error> {
        for (version, direction, aces) in self.lists {
            if aces.is_empty() {
                continue;
            }
            let (kind, version) = match version {
                IpVersion::V4 => (AclType::Ipv4, "v4"),
                IpVersion::V6 => (AclType::Ipv6, "v6"),
            };
            let (policy, suffix) = match direction {
                Direction::ToDevice => (&mut self.contents.to_device_policy, "to"),
                Direction::FromDevice => (&mut self.contents.from_device_policy, "fr"),
            };
            let name = format!("mud-{version}{suffix}");
            policy.push(name.clone());
            self.contents.acls.push(Acl { name, kind: Some(kind), aces });
        }
        Mud::new(&self.contents)
    }
}

/// What the entries for such a peer are called, and where they are counted.
const fn kind(peer: &Peer<'_>) -> (&'static str, usize) {
    match peer {
        Peer::DnsName(_) => ("cl", 0),
        Peer::Prefix(_) => ("net", 1),
        Peer::LocalNetworks => ("loc", 2),
        Peer::MyController => ("myctl", 3),
        Peer::Controller(_) => ("ent", 4),
        Peer::SameManufacturer => ("myman", 5),
        Peer::Manufacturer(_) => ("man", 6),
        Peer::Model(_) => ("model", 7),
    }
}

fn matches(peer: &Peer<'_>, service: Service, version: IpVersion, direction: Direction) -> Matches {
    let mut ip = Ip::default();
    let mut mud = MudMatches::default();
    let (name, network) = match direction {
        Direction::ToDevice => (&mut ip.src_dnsname, &mut ip.source_network),
        Direction::FromDevice => (&mut ip.dst_dnsname, &mut ip.destination_network),
    };
    let own = |text: &str| -> Option<String> { Some(text.to_string()) };
    match *peer {
        Peer::DnsName(host) => *name = own(host),
        Peer::Prefix(prefix) => *network = Some(prefix),
        Peer::LocalNetworks => mud.local_networks = true,
        Peer::MyController => mud.my_controller = true,
        Peer::Controller(class) => mud.controller = own(class),
        Peer::SameManufacturer => mud.same_manufacturer = true,
        Peer::Manufacturer(authority) => mud.manufacturer = own(authority),
        Peer::Model(url) => mud.model = own(url),
    }
    // The packets of whoever starts go to the port, the answers come from it.
    let ports = |port, initiated| {
        let port = Some(PortMatch::Operator(Operator::Eq, port));
        if initiated == direction { (None, port) } else { (port, None) }
    };
    let l4 = match service {
        Service::Any => None,
        Service::Tcp { port, initiated } => {
            ip.protocol = Some(6);
            let (source_port, destination_port) = ports(port, initiated);
            let direction_initiated = Some(initiated);
            Some(L4::Tcp(Tcp { direction_initiated, source_port, destination_port }))
        }
        Service::Udp { port, initiated } => {
            ip.protocol = Some(17);
            let (source_port, destination_port) = ports(port, initiated);
            Some(L4::Udp(Udp { source_port, destination_port }))
        }
    };
    let l3 = (ip != Ip::default()).then(|| L3::new(version, ip));
    Matches { mud, l3, l4, ..Matches::default() }
}
