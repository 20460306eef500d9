//! How devices come to the network, and where their MUD URLs come from.

use hexad_cose_core::crypto::{Hash, Verify};
use hexad_cose_core::x509::{Certificate, KeyUsages, Validation};
use hexad_mud::url::{MudUrl, certificate};
use hexad_operator::network::enforce::Put;
use hexad_operator::network::nft::CompileError;
use hexad_operator::network::policy::{DeviceName, HardwareAddress};
use serde::Deserialize;
use std::net::IpAddr;

use super::{Controller, ControllerError, Result};
use crate::gateway::Gateway;
use crate::listener::Said;
use crate::record::{DeviceRecord, MudUrlRecord, Signer, Source, State};

/// The most devices, while they are taken up by themselves: whoever invents hardware addresses does not fill the
/// registry.
const MOST: usize = 20_000;
/// The most addresses that a device is given by leases; those before them go.
const ADDRESSES: usize = 8;

/// Of how many hardware addresses that are not known it is remembered what they said.
const STRANGERS: usize = 1024;

/// How a device said its MUD URL itself.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Heard {
    /// When it asked for an address (RFC 8520, 10).
    Dhcp,
    /// To its neighbours (RFC 8520, 12).
    Lldp,
}

impl<G: Gateway> Controller<G> {
    /// Takes a device up, or gives a known one other addresses. A new one is unknown.
    ///
    /// # Errors
    /// [`ControllerError::Compile`] and [`ControllerError::SameHardware`] for an address of another device, and what
    /// can go wrong with enforcing.
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
        let same = |other: &DeviceRecord| other.hardware.is_some() && other.hardware == hardware;
        if known.iter().any(|other| other.name != name && same(other)) {
            return Err(ControllerError::SameHardware);
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
        self.recall(&record, now)?;
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

    /// The device with this hardware address.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`] if there is none.
    pub fn with_hardware(&self, hardware: HardwareAddress) -> Result<DeviceName> {
        let found = self.registry.with_hardware(hardware)?;
        let unknown = || ControllerError::UnknownDevice(hardware.to_string());
        found.map(|record| record.name).ok_or_else(unknown)
    }

    /// Takes note that the network's DHCP server has given an address to whoever has this hardware address. The
    /// address is taken from the device that had it before. A device that is not known is taken up, unknown, under
    /// its hardware address, if the configuration has `take_up`.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`], [`ControllerError::TooMany`], and what can go wrong with enforcing.
    pub fn lease(&mut self, hardware: HardwareAddress, address: IpAddr, now: i64) -> Result<Put> {
        let devices = self.registry.devices()?;
        let number = devices.len();
        let (mut own, mut before) = (None, None);
        for record in devices {
            if record.hardware == Some(hardware) {
                own = Some(record);
            } else if record.addresses.contains(&address) {
                before = Some(record);
            }
        }
        let mut own = match own {
            Some(own) => own,
            None if !self.take_up => {
                return Err(ControllerError::UnknownDevice(hardware.to_string()));
            }
            None if number >= MOST => return Err(ControllerError::TooMany),
            None => DeviceRecord {
                name: DeviceName::new(&hardware.to_string().replace(':', "-"))?,
                addresses: Vec::new(),
                hardware: Some(hardware),
                mud: None,
                state: State::Unknown,
                until: None,
            },
        };
        if let Some(mut before) = before {
            before.addresses.retain(|old| *old != address);
            self.registry.put_device(&before, now, "lease-over", &address.to_string())?;
        }
        if !own.addresses.contains(&address) {
            own.addresses.push(address);
            let gone = own.addresses.len().saturating_sub(ADDRESSES);
            own.addresses.drain(..gone);
            self.registry.put_device(&own, now, "lease", &address.to_string())?;
        }
        self.recall(&own, now)?;
        self.enforce(now)
    }

    /// Takes note that a lease is over; whether the device had the address.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`], and what can go wrong with enforcing.
    pub fn end_lease(
        &mut self,
        hardware: HardwareAddress,
        address: IpAddr,
        now: i64,
    ) -> Result<bool> {
        let mut record = self.known(&self.with_hardware(hardware)?)?;
        let had = record.addresses.contains(&address);
        if had {
            record.addresses.retain(|old| *old != address);
            self.registry.put_device(&record, now, "lease-over", &address.to_string())?;
            self.enforce(now)?;
        }
        Ok(had)
    }

    /// Takes note of the MUD URL that a device said by DHCP or LLDP, which whoever is on the network could have
    /// said. It has no effect, and is logged, if a better source has said another; whether it is the one that
    /// holds now.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`], [`ControllerError::Url`], and what can go wrong with enforcing.
    pub fn heard(&mut self, name: &DeviceName, url: &str, heard: Heard, now: i64) -> Result<bool> {
        let source = match heard {
            Heard::Dhcp => Source::Dhcp,
            Heard::Lldp => Source::Lldp,
        };
        let mud = MudUrlRecord { url: url.to_owned(), source, signer: Signer::Anchored };
        self.join(name, mud, now)
    }

    /// Takes note of what was heard on the wire: as [`Controller::heard`], of the device with that hardware address. Of one
    /// that is not known it is remembered until it is, since a device says its URL before it has an address.
    ///
    /// # Errors
    /// As [`Controller::heard`].
    pub fn overheard(&mut self, said: Said, now: i64) -> Result<bool> {
        match self.registry.with_hardware(said.hardware)? {
            Some(record) => self.heard(&record.name, said.url.as_str(), said.heard, now),
            None => {
                self.strangers.retain(|other| other.hardware != said.hardware);
                if self.strangers.len() >= STRANGERS {
                    self.strangers.pop_front();
                }
                self.strangers.push_back(said);
                Ok(false)
            }
        }
    }

    /// What was heard of a device before it was known.
    fn recall(&mut self, record: &DeviceRecord, now: i64) -> Result<()> {
        let known = |said: &Said| Some(said.hardware) == record.hardware;
        if let Some(at) = self.strangers.iter().position(known)
            && let Some(said) = self.strangers.remove(at)
        {
            self.heard(&record.name, said.url.as_str(), said.heard, now)?;
        }
        Ok(())
    }

    /// Takes the certificate with which a device has authenticated itself, and those that came with it, in DER: the
    /// MUD URL that it names, and who has to have signed the file (RFC 8520, 11). Whoever calls has seen the device
    /// prove that the key is its own, as an 802.1X authentication server does; whether the URL holds now.
    ///
    /// # Errors
    /// [`ControllerError::UnknownDevice`]; [`ControllerError::Certificate`] and [`ControllerError::NoUrl`], which are
    /// logged; and what can go wrong with enforcing.
    pub fn certified(
        &mut self,
        name: &DeviceName,
        chain: &[Vec<u8>],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<bool> {
        self.known(name)?;
        match self.named_by(chain, now, crypto) {
            Ok(mud) => self.join(name, mud, now),
            Err(error) => {
                self.registry.log(now, name.as_str(), "certificate-refused", &error.to_string())?;
                Err(error)
            }
        }
    }

    fn named_by(
        &self,
        chain: &[Vec<u8>],
        now: i64,
        crypto: &mut (impl Hash + Verify),
    ) -> Result<MudUrlRecord> {
        let chain: core::result::Result<Vec<_>, _> =
            chain.iter().map(|der| Certificate::parse(der)).collect();
        let chain = chain?;
        let anchors: core::result::Result<Vec<_>, _> =
            self.trust.devices.iter().map(|der| Certificate::parse(der)).collect();
        let anchors = anchors?;
        let (device, others) = chain.split_first().ok_or(ControllerError::NoUrl(None))?;
        let validation = Validation::at(now).key_usage(KeyUsages::DigitalSignature);
        validation.path(device, others, &anchors, crypto)?;
        let wrong = |error| ControllerError::NoUrl(Some(error));
        let url = certificate::url(device).map_err(wrong)?;
        let url = url.ok_or(ControllerError::NoUrl(None))?.as_str().to_owned();
        let signer = certificate::mudsigner(device).map_err(wrong)?;
        let signer = signer.map_or(Signer::Anchored, Signer::Subject);
        Ok(MudUrlRecord { url, source: Source::X509, signer })
    }

    /// One from a source that is worth less than that of the URL which is known is logged and has no effect.
    pub(super) fn join(&mut self, name: &DeviceName, mud: MudUrlRecord, now: i64) -> Result<bool> {
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

    pub(super) fn known(&self, name: &DeviceName) -> Result<DeviceRecord> {
        self.registry
            .device(name)?
            .ok_or_else(|| ControllerError::UnknownDevice(name.as_str().to_owned()))
    }
}
