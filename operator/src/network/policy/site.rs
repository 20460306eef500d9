//! What the operator knows and a MUD file does not: who is who on this network.

use core::fmt;
use hexad_mud::Mud;
use hexad_mud::acl::{Ethernet, Forwarding, Logging};
use hexad_mud::flow::{self, Flow, IpVersion, Transport};
use hexad_mud::url::MudUrl;
use ipnet::IpNet;
use std::collections::BTreeMap;

use super::{Access, HostName, Peer, Policy, Rule};

/// The operator's configuration: what the abstractions of a MUD file stand for on this network
/// (RFC 8520, 4.1 to 4.7).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Site {
    /// `local-networks`: the networks that are local to the devices.
    pub local_networks: Vec<IpNet>,
    /// `my-controller`: the controllers of the devices with this MUD URL.
    pub my_controllers: BTreeMap<String, Vec<IpNet>>,
    /// `controller`: the members of a class, by the URI of the class, such as `urn:ietf:params:mud:dns`.
    pub controllers: BTreeMap<String, Vec<IpNet>>,
    /// `manufacturer` and `same-manufacturer`: the devices whose MUD URL has this authority, in lower case.
    pub manufacturers: BTreeMap<String, Vec<IpNet>>,
    /// `model`: the devices with this MUD URL.
    pub models: BTreeMap<String, Vec<IpNet>>,
    /// What every device needs of the network itself unless it is in quarantine: name service, time.
    pub services: Vec<Rule>,
}

impl Site {
    /// The access of a device that is what it should be: the network's services, and the flows of its
    /// MUD file in their order. What they say of who is not known here lets nobody through, and is noted.
    #[must_use]
    pub fn allowed(&self, mud: &Mud) -> Access {
        Access::Allowed(self.policy(mud.url(), mud.flows()))
    }

    /// The access of a device whose software is out of date: the network's services, and connections that
    /// it opens to the update server.
    #[must_use]
    pub fn update_only(&self, server: Peer, transport: Transport) -> Access {
        let mut rules = self.services.clone();
        rules.push(Rule::opening("update server", server, transport));
        Access::UpdateOnly(Policy { rules, notes: Vec::new() })
    }

    pub(super) fn policy<'m>(
        &self,
        url: &MudUrl,
        flows: impl IntoIterator<Item = Flow<'m>>,
    ) -> Policy {
        let mut policy = Policy { rules: self.services.clone(), notes: Vec::new() };
        for flow in flows {
            let mut note = |reason| policy.notes.push(Note { ace: flow.ace.to_owned(), reason });
            if flow.partial {
                note(Reason::UnknownCondition);
            }
            if let Some(rule) = self.rule(url, &flow, &mut note) {
                policy.rules.push(rule);
            }
        }
        policy
    }

    fn rule(&self, url: &MudUrl, flow: &Flow<'_>, note: &mut impl FnMut(Reason)) -> Option<Rule> {
        let mut version = flow.version;
        if let Some(ethernet) = flow.ethernet {
            match ip_alone(&ethernet) {
                Some(of_frame) if version.is_none_or(|said| said == of_frame) => {
                    version = Some(of_frame);
                }
                _ => {
                    note(Reason::Ethernet);
                    // A router can't tell such packets apart: accept none of them, drop all of them.
                    if flow.action == Forwarding::Accept {
                        return None;
                    }
                }
            }
        }
        if !flow.fields.is_empty() {
            note(Reason::Field);
            // As above.
            if flow.action == Forwarding::Accept {
                return None;
            }
        }
        let peers = flow.peers.iter().map(|peer| self.peer(url, peer, note));
        Some(Rule {
            name: flow.ace.to_owned(),
            direction: flow.direction,
            version,
            peers: peers.collect(),
            device: flow.device.map(|prefix| net(&prefix)),
            transport: flow.transport,
            action: flow.action,
            logging: flow.logging == Some(Logging::Syslog),
        })
    }

    fn peer(&self, url: &MudUrl, peer: &flow::Peer<'_>, note: &mut impl FnMut(Reason)) -> Peer {
        let listed = |list: &BTreeMap<String, Vec<IpNet>>, key: &str| {
            list.get(key).cloned().unwrap_or_default()
        };
        let authority = |name: &str| listed(&self.manufacturers, &name.to_ascii_lowercase());
        let known = match *peer {
            flow::Peer::DnsName(name) => match HostName::new(name) {
                Ok(name) => return Peer::Name(name),
                Err(_) => Vec::new(),
            },
            flow::Peer::Prefix(prefix) => vec![net(&prefix)],
            flow::Peer::LocalNetworks => self.local_networks.clone(),
            flow::Peer::MyController => listed(&self.my_controllers, url.as_str()),
            flow::Peer::Controller(class) => listed(&self.controllers, class),
            flow::Peer::SameManufacturer => authority(url.authority()),
            flow::Peer::Manufacturer(named) => authority(named),
            flow::Peer::Model(url) => listed(&self.models, url),
            // A kind of peer that this crate does not know is nobody.
            _ => Vec::new(),
        };
        if known.is_empty() {
            note(Reason::Nobody(words(peer)));
        }
        Peer::Under(known)
    }
}

/// A peer in the words of its MUD file, with whatever could upset a terminal escaped.
fn words(peer: &flow::Peer<'_>) -> String {
    match peer {
        flow::Peer::DnsName(name) => format!("the host {name:?}"),
        flow::Peer::Prefix(prefix) => format!("under {prefix}"),
        flow::Peer::LocalNetworks => "in local-networks".into(),
        flow::Peer::MyController => "my-controller".into(),
        flow::Peer::Controller(class) => format!("a controller {class:?}"),
        flow::Peer::SameManufacturer => "of same-manufacturer".into(),
        flow::Peer::Manufacturer(name) => format!("of manufacturer {name:?}"),
        flow::Peer::Model(url) => format!("of model {url:?}"),
        other => format!("{other:?}"),
    }
}

/// The version of IP that an Ethernet condition comes to, if it says no more than that.
fn ip_alone(ethernet: &Ethernet) -> Option<IpVersion> {
    let ethertype = ethernet.ethertype?;
    if *ethernet != (Ethernet { ethertype: Some(ethertype), ..Ethernet::default() }) {
        return None;
    }
    match ethertype {
        0x0800 => Some(IpVersion::V4),
        0x86dd => Some(IpVersion::V6),
        _ => None,
    }
}

fn net(prefix: &flow::Prefix) -> IpNet {
    let address = prefix.address();
    // A prefix of a MUD file is never longer than its address; if it were, the address alone is meant.
    IpNet::new(address, prefix.length()).unwrap_or_else(|_| address.into())
}

/// Where a policy differs from what the MUD file says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// The name of the access control entry.
    pub ace: String,
    /// How they differ.
    pub reason: Reason,
}

/// How a policy differs from what the MUD file says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// Nobody on this network is what the entry names, so it lets nobody through.
    Nobody(String),
    /// The entry has a condition on the Ethernet header that a router can't judge. One that accepts is
    /// left out; one that drops does so without the condition.
    Ethernet,
    /// The entry has a condition on a field of a header that is not judged here. One that accepts is left
    /// out; one that drops does so without the condition.
    Field,
    /// The entry has a condition from a module that is not known, which is passed over (RFC 8520, 3.9).
    UnknownCondition,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ace, reason) = (self.ace.escape_debug(), &self.reason);
        match reason {
            Reason::Nobody(peer) => write!(f, "{ace}: nobody on this network is {peer}"),
            Reason::Ethernet => write!(f, "{ace}: a router can't judge its Ethernet condition"),
            Reason::Field => {
                write!(f, "{ace}: a field of a header that it matches is not judged here")
            }
            Reason::UnknownCondition => write!(f, "{ace}: has a condition that is not known"),
        }
    }
}
