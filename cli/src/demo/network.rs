//! The network: lets a device do what the decision about it comes to, and shows that with real packets
//! where it can.

use std::io;
use std::net::IpAddr;

use hexad_mud::Mud;
use hexad_operator::appraisal::Decision;
use hexad_operator::network::nft::{self, Ruleset};
use hexad_operator::network::policy::{
    Access, Device, DeviceName, Direction, HostName, Peer, Ports, Site, Transport,
};
use hexad_operator::network::testbed::{self, Expect, Host, Probe, Protocol, Report, Testbed};
use hexad_operator::release::Release;
use hexad_rustcrypto::RustCrypto;

use super::author::{CLOUD_HOST, UPDATE_HOST};
use super::interrupt::Interrupt;
use super::web::Web;
use super::{Enforce, Failed, mud_signer};

/// The most bytes of a MUD file or its signature that are fetched.
const MUD_LIMIT: u64 = 1 << 20;

/// The operator's network.
#[derive(Debug)]
pub struct Network {
    site: Site,
    testbed: Result<Testbed, String>,
    interrupt: Interrupt,
}

impl Network {
    /// A network of namespaces, or one on paper; `Netns` fails where there can be none.
    pub fn new(enforce: Enforce, interrupt: Interrupt) -> Result<Self, Failed> {
        let testbed = match enforce {
            Enforce::Print => Err("--enforce print".to_owned()),
            Enforce::Netns => Ok(Testbed::create(&Host::STORY)?),
            Enforce::Auto => testbed::available()
                .and_then(|()| Testbed::create(&Host::STORY))
                .map_err(|error| error.to_string()),
        };
        Ok(Self { site: Site::default(), testbed, interrupt })
    }

    /// Why rules are only printed; `None` where they are enforced.
    pub fn why_on_paper(&self) -> Option<&str> {
        self.testbed.as_ref().err().map(String::as_str)
    }

    /// The MUD file of a release, from the web: signed by the key that the manifest names.
    pub fn mud_of(&self, release: &Release, web: &Web) -> Result<Mud, Failed> {
        let reference = release.mud.as_ref().ok_or("the manifest names no MUD file")?;
        let file = web.get(&reference.url, MUD_LIMIT)?;
        let signature = web.get(&signature_of(&reference.url), MUD_LIMIT)?;
        let now = mud_signer::now()?;
        let authentic = reference.read(&file, &signature, now, &mut RustCrypto)?;
        Ok(authentic.get().mud.clone())
    }

    /// The rules for the device that follow from the decision about it.
    pub fn ruleset(&self, decision: Decision<'_>, web: &Web) -> Result<Ruleset, Failed> {
        let access = match decision {
            Decision::Allowed(release) => self.site.allowed(&self.mud_of(release, web)?),
            Decision::UpdateOnly(_) => {
                let https = Transport::Tcp {
                    source: Ports::Any,
                    destination: Ports::one(443),
                    initiated: Some(Direction::FromDevice),
                };
                self.site.update_only(Peer::Name(HostName::new(UPDATE_HOST)?), https)
            }
            Decision::Quarantined => Access::Quarantined,
        };
        let [device, ..] = Host::STORY;
        let device = Device {
            name: DeviceName::new("lamp")?,
            addresses: device.addresses().to_vec(),
            hardware: None,
            access,
        };
        Ok(nft::compile(&[device], resolve)?)
    }

    /// Puts the rules in force and tries what `decision` says must pass and must not; nothing where
    /// there is no network to try it in.
    pub fn enforce(
        &self,
        ruleset: &Ruleset,
        decision: Decision<'_>,
    ) -> Result<Option<Report<'static>>, Failed> {
        let Ok(testbed) = &self.testbed else {
            return Ok(None);
        };
        testbed.apply(ruleset)?;
        let mut report = Report(Vec::new());
        for probe in probes(decision) {
            self.interrupt.check()?;
            report.0.extend(testbed.probe(&[probe])?.0);
        }
        if report.as_expected() {
            Ok(Some(report))
        } else {
            Err(format!("the network did not do what it must:\n{report}").into())
        }
    }
}

/// Where the signature of a MUD file is: beside it, as this author publishes them.
fn signature_of(mud_url: &str) -> String {
    format!("{}.p7s", mud_url.trim_end_matches(".json"))
}

/// The addresses of the hosts in the story.
fn resolve(name: &HostName) -> io::Result<Vec<IpAddr>> {
    let [_, update, cloud, _] = Host::STORY;
    match name.as_str() {
        UPDATE_HOST => Ok(update.addresses().to_vec()),
        CLOUD_HOST => Ok(cloud.addresses().to_vec()),
        other => Err(io::Error::new(io::ErrorKind::NotFound, format!("nobody knows {other}"))),
    }
}

/// The connections that are tried, and what must become of them.
fn probes(decision: Decision<'_>) -> Vec<Probe<'static>> {
    use Protocol::{Tcp, Udp};
    let (cloud, update) = match decision {
        Decision::Allowed(_) => (Expect::Pass, Expect::Pass),
        Decision::UpdateOnly(_) => (Expect::Drop, Expect::Pass),
        Decision::Quarantined => (Expect::Drop, Expect::Drop),
    };
    let probe = |from, to, protocol, port, expect| {
        [false, true].map(|ipv6| Probe { from, to, protocol, ipv6, port, expect })
    };
    [
        probe("device", "cloud", Tcp, 443, cloud),
        probe("device", "cloud", Udp, 5683, cloud),
        probe("device", "update", Tcp, 443, update),
        probe("device", "cloud", Tcp, 80, Expect::Drop),
        probe("device", "update", Udp, 443, Expect::Drop),
        probe("device", "forbidden", Tcp, 443, Expect::Drop),
        probe("device", "forbidden", Udp, 5683, Expect::Drop),
        probe("cloud", "device", Tcp, 443, Expect::Drop),
        probe("forbidden", "device", Tcp, 22, Expect::Drop),
    ]
    .concat()
}
