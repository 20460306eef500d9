//! The controller itself: what happens to devices, and what comes of it in the network. It has no clock, no
//! socket and no thread: times and files come in, and what has to be fetched goes out.

#[cfg(test)]
mod tests;

use core::fmt;
use hexad_cose_core::HashAlgorithm;
use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::x509::Certificate;
use hexad_mud::Mud;
use hexad_mud::file::Reader;
use hexad_mud::signature::{Policy as SignerPolicy, SignedData};
use hexad_mud::url::{InvalidUrl, MudUrl};
use hexad_operator::appraisal::Decision;
use hexad_operator::network::apply::{ApplyError, RuleCounter};
use hexad_operator::network::dns::Learned;
use hexad_operator::network::enforce::Put;
use hexad_operator::network::nft::{CompileError, Compiler};
use hexad_operator::network::policy::{
    Access, Device, DeviceName, HardwareAddress, InvalidName, Peer, Policy, Site, Transport,
};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::configuration::Configuration;
use crate::fetch::{FetchError, Retrieved};
use crate::gateway::Gateway;
use crate::record::{CachedFile, DeviceRecord, MudUrlRecord, Source, State};
use crate::registry::{Registry, RegistryError};

/// How many seconds after a failure a MUD file is asked for again.
const RETRY: i64 = 3600;
/// How many seconds an attestation result holds if nothing else is said.
const RECHECK: u32 = 86_400;

/// Certificates, in DER, that vouch for those who sign MUD files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Anchors {
    /// The authorities of the MUD URLs that they are for, in lower case; all of them, if there are none.
    pub authorities: Vec<String>,
    /// The certificates.
    pub certificates: Vec<Vec<u8>>,
}

/// A MUD file that is to be fetched.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Wanted {
    /// Where it is.
    pub url: String,
    /// Who has to have signed it: see [`MudUrlRecord::signer`].
    pub signer: Option<String>,
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
}

/// A controller of one gateway.
#[derive(Debug)]
pub struct Controller<G> {
    registry: Registry,
    gateway: G,
    compiler: Compiler,
    site: Site,
    update: Option<(Peer, Transport)>,
    anchors: Vec<Anchors>,
    lenient: bool,
    recheck: u32,
    counts: Counts,
    /// When a file that could not be had is asked for again.
    retries: BTreeMap<(String, String), i64>,
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
        anchors: Vec<Anchors>,
    ) -> Result<Self> {
        Ok(Self {
            registry,
            gateway,
            compiler: configuration.compiler()?,
            site: configuration.site(),
            update: configuration.update()?,
            anchors,
            lenient: configuration.lenient,
            recheck: configuration.recheck.unwrap_or(RECHECK),
            counts: Counts::default(),
            retries: BTreeMap::new(),
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
            None => {
                let signer = record.signer.as_deref().unwrap_or_default();
                self.registry.mud_file(&record.url, signer)?.map(|cached| cached.file)
            }
        };
        // What is kept was read before it was kept.
        let read = |file: Vec<u8>| Some(self.reader().read(&file).ok()?.mud);
        Ok(file.and_then(read))
    }

    fn reader(&self) -> Reader {
        if self.lenient { Reader::new().lenient() } else { Reader::new() }
    }

    /// Takes a device up, or gives a known one other addresses. A new one is unknown.
    ///
    /// # Errors
    /// [`ControllerError`]: an address of another device, and what can go wrong with enforcing.
    pub fn put_device(
        &mut self,
        name: DeviceName,
        addresses: Vec<IpAddr>,
        hardware: Option<HardwareAddress>,
        now: i64,
    ) -> Result<Put> {
        let known = self.registry.devices()?;
        let taken = known
            .iter()
            .filter(|other| other.name != name)
            .find_map(|other| other.addresses.iter().find(|address| addresses.contains(address)));
        if let Some(address) = taken {
            return Err(ControllerError::Compile(CompileError::SameAddress(*address)));
        }
        let before = known.into_iter().find(|record| record.name == name);
        let words = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let record = match before {
            Some(before) => DeviceRecord { addresses, hardware, ..before },
            None => {
                let (mud, until) = (None, None);
                DeviceRecord { name, addresses, hardware, mud, state: State::Unknown, until }
            }
        };
        self.registry.put_device(&record, now, "addresses", &words)?;
        self.enforce(now)
    }

    /// Takes a device away, so that it is nobody; whether it was there.
    ///
    /// # Errors
    /// [`ControllerError`].
    pub fn remove_device(&mut self, name: &DeviceName, now: i64) -> Result<bool> {
        let there = self.registry.remove_device(name, now)?;
        self.enforce(now)?;
        Ok(there)
    }

    /// Takes note of a device's MUD URL. One from a source that is worth less than that of the URL which is
    /// known is logged and has no effect; whether this one holds now.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`], [`ControllerError::Url`], and what can go wrong with enforcing.
    pub fn join(&mut self, name: &DeviceName, mud: MudUrlRecord, now: i64) -> Result<bool> {
        let mut record = self.known(name)?;
        MudUrl::new(&mud.url).map_err(ControllerError::Url)?;
        let detail = format!("{} from {}", mud.url, mud.source.name());
        if let Some(before) = &record.mud
            && !mud.source.outranks_or_equals(before.source)
        {
            let event = if before.url == mud.url { "mud-url-repeated" } else { "mud-url-refused" };
            self.registry.log(now, name.as_str(), event, &detail)?;
            return Ok(before.url == mud.url);
        }
        if record.mud.as_ref() != Some(&mud) {
            record.mud = Some(mud);
            self.registry.put_device(&record, now, "mud-url", &detail)?;
            self.enforce(now)?;
        }
        Ok(true)
    }

    /// Takes what an attestation came to. It holds for the time of the configuration, after which the device is
    /// unknown until it attests again.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`], and what can go wrong with enforcing.
    pub fn attested(
        &mut self,
        name: &DeviceName,
        state: State,
        reason: &str,
        now: i64,
    ) -> Result<Put> {
        let mut record = self.known(name)?;
        record.state = state;
        record.until = (state != State::Unknown).then(|| now.saturating_add(self.recheck.into()));
        self.registry.put_device(&record, now, state.name(), reason)?;
        self.enforce(now)
    }

    /// Takes the decision of an appraisal: the state, and the MUD URL of the manifest of the software that the
    /// device was shown to run.
    ///
    /// # Errors
    /// As [`Controller::attested`] and [`Controller::join`].
    pub fn decided(&mut self, name: &DeviceName, decision: &Decision<'_>, now: i64) -> Result<Put> {
        let (state, release) = match decision {
            Decision::Allowed(release) => (State::Allowed, Some(*release)),
            Decision::UpdateOnly(release) => (State::UpdateOnly, Some(*release)),
            Decision::Quarantined => (State::Quarantined, None),
        };
        if let Some(reference) = release.and_then(|release| release.mud.as_ref()) {
            let signer = (reference.signer.algorithm == HashAlgorithm::Sha256)
                .then(|| hex(&reference.signer.bytes))
                .ok_or(ControllerError::Signer)?;
            let url = reference.url.clone();
            let mud = MudUrlRecord { url, source: Source::Manifest, signer: Some(signer) };
            self.join(name, mud, now)?;
        }
        let reason = release.map_or_else(|| "appraisal".to_owned(), ToString::to_string);
        self.attested(name, state, &reason, now)
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

    /// Lets time pass: attestation results that are too old hold no longer.
    ///
    /// # Errors
    /// [`ControllerError`].
    pub fn tick(&mut self, now: i64) -> Result<()> {
        let mut changed = false;
        for mut record in self.registry.devices()? {
            if record.until.is_some_and(|until| until <= now) {
                (record.state, record.until) = (State::Unknown, None);
                self.registry.put_device(&record, now, "unknown", "its attestation is too old")?;
                changed = true;
            }
        }
        if changed {
            self.enforce(now)?;
        }
        Ok(())
    }

    /// The MUD files that have to be fetched now: those of known devices that are not there, or whose
    /// cache-validity is over (RFC 8520, 3.4).
    ///
    /// # Errors
    /// [`ControllerError::Registry`].
    pub fn wanted(&self, now: i64) -> Result<Vec<Wanted>> {
        let mut wanted = Vec::new();
        for mud in self.registry.devices()?.into_iter().filter_map(|record| record.mud) {
            let key = (mud.url.clone(), mud.signer.clone().unwrap_or_default());
            let cached = self.registry.mud_file(&key.0, &key.1)?;
            let fresh = cached.as_ref().is_some_and(|cached| cached.valid_until > now);
            let later = self.retries.get(&key).is_some_and(|retry| *retry > now);
            if !fresh && !later {
                let etag = cached.and_then(|cached| cached.etag);
                wanted.push(Wanted { url: mud.url, signer: mud.signer, etag });
            }
        }
        wanted.sort();
        wanted.dedup();
        Ok(wanted)
    }

    /// Takes what came of fetching a MUD file. It holds if its signer is the one that the manifest names, or
    /// leads to the anchors for its URL, and it is the file of that very URL. Otherwise what was there holds on,
    /// and the file is asked for again in an hour.
    ///
    /// # Errors
    /// [`ControllerError`] of the registry and of enforcing. That the file does not hold is logged.
    pub fn fetched(
        &mut self,
        wanted: &Wanted,
        retrieved: core::result::Result<Retrieved, FetchError>,
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<()> {
        let signer = wanted.signer.clone().unwrap_or_default();
        let taken = match retrieved {
            Ok(Retrieved::NotModified) => self.unchanged(wanted, &signer, now),
            Ok(Retrieved::Signed { file, signature, etag }) => {
                self.verified(wanted, &file, &signature, now, crypto).map(|mud| {
                    (CachedFile { file, etag, valid_until: valid_until(&mud, now) }, "fetched")
                })
            }
            Err(error) => Err(error.to_string()),
        };
        let key = (wanted.url.clone(), signer);
        match taken {
            Ok((cached, event)) => {
                self.retries.remove(&key);
                self.registry.put_mud_file(&key.0, &key.1, &cached, now, event)?;
                self.counts.refreshed += 1;
                self.enforce(now).map(drop)
            }
            Err(why) => {
                self.retries.insert(key, now.saturating_add(RETRY));
                self.counts.refresh_failures += 1;
                Ok(self.registry.log(now, &wanted.url, "mud-file-refused", &why)?)
            }
        }
    }

    /// The file that is there, for another time.
    fn unchanged(
        &self,
        wanted: &Wanted,
        signer: &str,
        now: i64,
    ) -> core::result::Result<(CachedFile, &'static str), String> {
        let cached =
            self.registry.mud_file(&wanted.url, signer).map_err(|error| error.to_string())?;
        let mut cached = cached.ok_or("not modified, but not there")?;
        let mud = self.reader().read(&cached.file).map_err(|error| error.to_string())?.mud;
        cached.valid_until = valid_until(&mud, now);
        Ok((cached, "unchanged"))
    }

    fn verified(
        &self,
        wanted: &Wanted,
        file: &[u8],
        signature: &[u8],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> core::result::Result<Mud, String> {
        let url = MudUrl::new(&wanted.url).map_err(|error| error.to_string())?;
        let named = wanted.signer.as_deref().map(unhex);
        let named = named.map(|digest| digest.ok_or("the signer is no thumbprint")).transpose()?;
        let authority = url.authority().to_ascii_lowercase();
        let concerned = self.anchors.iter().filter(|anchors| {
            anchors.authorities.is_empty() || anchors.authorities.contains(&authority)
        });
        let certificates: core::result::Result<Vec<_>, _> = concerned
            .flat_map(|anchors| &anchors.certificates)
            .map(|certificate| Certificate::parse(certificate))
            .collect();
        let certificates = certificates.map_err(|error| error.to_string())?;
        let policy = SignerPolicy::at(now);
        let policy = match &named {
            Some(digest) => policy.thumbprint(HashAlgorithm::Sha256, digest),
            None => policy.anchors(&certificates),
        };
        let signed = SignedData::parse(signature).map_err(|error| error.to_string())?;
        let authentic = signed.verify(file, &policy, crypto).map_err(|error| error.to_string())?;
        let reading = authentic.read(self.reader()).map_err(|error| error.to_string())?;
        if reading.get().mud.url().as_str() != wanted.url {
            return Err("it is the file of another URL".into());
        }
        Ok(reading.get().mud.clone())
    }

    fn known(&self, name: &DeviceName) -> Result<DeviceRecord> {
        self.registry.device(name)?.ok_or_else(|| ControllerError::UnknownDevice(name.clone()))
    }
}

/// When a file that is here now has to be asked for again.
fn valid_until(mud: &Mud, now: i64) -> i64 {
    now.saturating_add(i64::from(mud.cache_validity()) * 3600)
}

/// Bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 32 bytes of a digest in hexadecimal.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

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
    /// No device is called so.
    UnknownDevice(DeviceName),
    /// A MUD URL can't be one.
    Url(InvalidUrl),
    /// It is no MUD file.
    File(hexad_mud::Error),
    /// It is the file of another URL.
    OtherUrl,
    /// A manifest names the signer by another digest than SHA-256.
    Signer,
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
            Self::Signer => {
                f.write_str("the manifest names the signer by another digest than SHA-256")
            }
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
