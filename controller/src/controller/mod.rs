//! The controller itself: what happens to devices, and what comes of it in the network. It has no clock, no
//! socket and no thread: times and files come in, and what has to be fetched goes out.

mod error;
mod join;
mod refresh;
#[cfg(test)]
mod tests;
mod trust;

use hexad_mud::Mud;
use hexad_mud::file::Reader;
use hexad_mud::url::MudUrl;
use hexad_operator::network::apply::RuleCounter;
use hexad_operator::network::dns::Learned;
use hexad_operator::network::enforce::Put;
use hexad_operator::network::nft::Compiler;
use hexad_operator::network::policy::{Access, Device, Peer, Policy, Site, Transport};
use ipnet::IpNet;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use crate::configuration::Configuration;
use crate::gateway::Gateway;
use crate::listener::Said;
use crate::record::{DeviceRecord, MudUrlRecord, Signer, State};
use crate::registry::Registry;
use crate::trust::Trust;

pub use error::ControllerError;
pub use join::Heard;

/// How many seconds an attestation result holds if nothing else is said.
const RECHECK: u32 = 86_400;
/// How many seconds after it was issued an attestation result is taken if nothing else is said.
const RESULT_AGE: u32 = 300;

/// A MUD file that is to be fetched.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Wanted {
    /// Where it is.
    pub url: String,
    /// Who has to have signed it.
    pub signer: Signer,
    /// The entity tag of the one that is there.
    pub etag: Option<String>,
}

/// What has happened since the controller began.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Rulesets put in force, as changes or whole.
    pub applied: u64,
    /// Rulesets that were refused.
    pub refused: u64,
    /// MUD files fetched and verified, or found unchanged.
    pub refreshed: u64,
    /// MUD files that could not be had or verified.
    pub refresh_failures: u64,
    /// DNS answers learned.
    pub learned: u64,
    /// DNS answers with local addresses refused.
    pub rebindings: u64,
    /// DHCP messages and LLDP frames refused.
    pub unheard: u64,
}

/// A controller of one gateway.
#[derive(Debug)]
pub struct Controller<G> {
    registry: Registry,
    gateway: G,
    compiler: Compiler,
    site: Site,
    update: Option<(Peer, Transport)>,
    trust: Trust,
    lenient: bool,
    recheck: u32,
    result_age: u32,
    unattested: bool,
    take_up: bool,
    counts: Counts,
    /// When a file that could not be had is asked for again.
    retries: BTreeMap<(String, Signer), i64>,
    /// What was heard from hardware addresses that are not known, the oldest first.
    strangers: VecDeque<Said>,
}

type Result<T> = core::result::Result<T, ControllerError>;

impl<G: Gateway> Controller<G> {
    /// A controller with the devices of the registry. Nothing is put in force yet.
    ///
    /// # Errors
    /// [`ControllerError::Name`] for a name in the configuration that can't be one.
    pub fn new(
        registry: Registry,
        gateway: G,
        configuration: &Configuration,
        trust: Trust,
    ) -> Result<Self> {
        Ok(Self {
            registry,
            gateway,
            compiler: configuration.compiler()?,
            site: configuration.site(),
            update: configuration.update()?,
            trust,
            lenient: configuration.lenient,
            recheck: configuration.recheck.unwrap_or(RECHECK),
            result_age: configuration.result_age.unwrap_or(RESULT_AGE),
            unattested: configuration.unattested,
            take_up: configuration.take_up,
            counts: Counts::default(),
            retries: BTreeMap::new(),
            strangers: VecDeque::new(),
        })
    }

    /// The registry, to read.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What has happened.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// What the gateway's rules have counted.
    ///
    /// # Errors
    /// [`ControllerError::Apply`].
    pub fn counters(&self) -> Result<Vec<RuleCounter>> {
        Ok(self.gateway.counters()?)
    }

    /// Compiles what all devices may do now, and puts it in force.
    ///
    /// # Errors
    /// [`ControllerError`]; what was in force stays so.
    pub fn enforce(&mut self, now: i64) -> Result<Put> {
        let put = self.try_to_enforce(now);
        match &put {
            Ok(Put::Unchanged) => {}
            Ok(_) => self.counts.applied += 1,
            Err(error) => {
                self.counts.refused += 1;
                self.registry.log(now, "ruleset", "refused", &error.to_string())?;
            }
        }
        put
    }

    fn try_to_enforce(&mut self, now: i64) -> Result<Put> {
        let records = self.registry.devices()?;
        let site = self.site_with(&records);
        let devices = records.iter().filter(|record| !record.addresses.is_empty());
        let devices: Result<Vec<_>> = devices
            .map(|record| {
                Ok(Device {
                    name: record.name.clone(),
                    addresses: record.addresses.clone(),
                    hardware: record.hardware,
                    access: self.access(&site, record)?,
                })
            })
            .collect();
        let ruleset = self.compiler.compile_learning(&devices?)?;
        let put = self.gateway.put(ruleset)?;
        match &put {
            Put::Unchanged => {}
            Put::Changed(words) => self.registry.log(now, "ruleset", "changed", words)?,
            Put::Replaced => self.registry.log(now, "ruleset", "replaced", "")?,
        }
        Ok(put)
    }

    /// The network with its devices: who is of which manufacturer and model. Those alone are taken for what
    /// their URL says who have been shown to be it.
    fn site_with(&self, records: &[DeviceRecord]) -> Site {
        let mut site = self.site.clone();
        for record in records.iter().filter(|record| record.state == State::Allowed) {
            let Some(url) = record.mud.as_ref().and_then(|mud| MudUrl::new(&mud.url).ok()) else {
                continue;
            };
            let own = || record.addresses.iter().copied().map(IpNet::from);
            let authority = url.authority().to_ascii_lowercase();
            site.manufacturers.entry(authority).or_default().extend(own());
            site.models.entry(url.as_str().to_owned()).or_default().extend(own());
        }
        site
    }

    fn access(&self, site: &Site, record: &DeviceRecord) -> Result<Access> {
        Ok(match record.state {
            State::Unknown | State::Quarantined => Access::Quarantined,
            State::UpdateOnly => match self.update.clone() {
                Some((server, transport)) => site.update_only(server, transport),
                None => Access::Quarantined,
            },
            State::Allowed => match record.mud.as_ref().map(|mud| self.mud(mud)).transpose()? {
                Some(Some(mud)) => site.allowed(&mud),
                // Until its file is there, it has what the network gives to all.
                Some(None) | None => {
                    Access::Allowed(Policy { rules: site.services.clone(), notes: Vec::new() })
                }
            },
        })
    }

    /// The file that holds for a URL: the operator's own, or the one that was fetched and verified.
    fn mud(&self, record: &MudUrlRecord) -> Result<Option<Mud>> {
        let file = match self.registry.override_file(&record.url)? {
            Some(file) => Some(file),
            None => self.registry.mud_file(&record.url, &record.signer)?.map(|cached| cached.file),
        };
        // What is kept was read before it was kept.
        let read = |file: Vec<u8>| Some(self.reader().read(&file).ok()?.mud);
        Ok(file.and_then(read))
    }

    fn reader(&self) -> Reader {
        if self.lenient { Reader::new().lenient() } else { Reader::new() }
    }

    /// Sets the operator's own file for a URL, which outranks the manufacturer's, or takes it away.
    ///
    /// # Errors
    /// [`ControllerError::File`] if it is no MUD file or that of another URL, and what can go wrong with
    /// enforcing.
    pub fn set_override(&mut self, url: &str, file: Option<&[u8]>, now: i64) -> Result<Put> {
        if let Some(file) = file {
            let reading = self.reader().read(file).map_err(ControllerError::File)?;
            if reading.mud.url().as_str() != url {
                return Err(ControllerError::OtherUrl);
            }
        }
        self.registry.put_override(url, file, now)?;
        self.enforce(now)
    }

    /// Takes the addresses of a DNS answer that a device is about to get.
    ///
    /// # Errors
    /// [`ControllerError::Apply`].
    pub fn learn(&mut self, learned: &Learned) -> Result<()> {
        let Learned { name, addresses, lifetime } = learned;
        self.gateway.learn(name, addresses, *lifetime)?;
        self.counts.learned += 1;
        Ok(())
    }

    /// Takes note of a refused DNS answer.
    ///
    /// # Errors
    /// [`ControllerError::Registry`].
    pub fn rebinding(&mut self, name: &str, address: IpAddr, now: i64) -> Result<()> {
        self.counts.rebindings += 1;
        Ok(self.registry.log(now, name, "rebinding-refused", &address.to_string())?)
    }

    /// Takes note of a DHCP message or an LLDP frame that can't be taken.
    pub const fn unheard(&mut self) {
        self.counts.unheard += 1;
    }

    /// Lets time pass: attestation results that are too old hold no longer.
    ///
    /// # Errors
    /// [`ControllerError`].
    pub fn tick(&mut self, now: i64) -> Result<()> {
        let mut changed = false;
        for mut record in self.registry.devices()? {
            if record.until.is_some_and(|until| until <= now) {
                (record.state, record.until) = (State::Unknown, None);
                self.registry.put_device(
                    &record,
                    now,
                    "unknown",
                    "what was known of it is too old",
                )?;
                changed = true;
            }
        }
        if changed {
            self.enforce(now)?;
        }
        Ok(())
    }
}
