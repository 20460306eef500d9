//! What devices say of themselves on the wire: MUD URLs in DHCP and LLDP, heard on the network's own interfaces.
//!
//! A packet socket hears them whoever serves DHCP, and LLDP, which no switch forwards, where the devices are plugged in:
//! on a bridge, that is its ports. The kernel gives it nothing else. Whoever is on the network can say anything:
//! what is heard here is hearsay ([`Heard`]).

use core::fmt;
use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, LinkSlice, TransportSlice};
use hexad_mud::url::dhcp::{self, Message};
use hexad_mud::url::{Error, ErrorKind, MudUrl, lldp};
use hexad_operator::network::policy::HardwareAddress;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[cfg_attr(not(target_os = "linux"), path = "listener/elsewhere.rs")]
mod socket;
#[cfg(test)]
mod tests;

pub use socket::Listener;

use crate::controller::Heard;

/// The ports of DHCP servers (RFC 2131, 4.1; RFC 8415, 7.2).
const DHCP_V4: u16 = 67;
const DHCP_V6: u16 = 547;
/// The ethertype of LLDP (IEEE 802.1AB, 7.3).
const LLDP: EtherType = EtherType(0x88cc);

/// What a device said of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Said {
    /// The device's hardware address.
    pub hardware: HardwareAddress,
    /// The MUD URL.
    pub url: MudUrl,
    /// How it said so.
    pub heard: Heard,
}

/// Why what a frame says is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unheard {
    /// The DHCP message or the LLDPDU is malformed, or its MUD URL is none.
    Malformed(Error),
    /// The message is about another hardware address than that which sent it, and no relay agent has forwarded it.
    OtherHardware,
}

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::OtherHardware => f.write_str("it names another hardware address than its own"),
        }
    }
}

impl core::error::Error for Unheard {}

impl From<Error> for Unheard {
    fn from(error: Error) -> Self {
        Self::Malformed(error)
    }
}

/// Reads an Ethernet frame: the MUD URL in it, if it is one of DHCP or LLDP from a device that says one.
///
/// # Errors
/// [`Unheard`].
pub fn read(frame: &[u8]) -> Result<Option<Said>, Unheard> {
    // Of a frame that can't be read, nothing can be said.
    let Ok(packet) = LaxSlicedPacket::from_ethernet(frame) else { return Ok(None) };
    let Some(LinkSlice::Ethernet2(ethernet)) = &packet.link else { return Ok(None) };
    let source = HardwareAddress(ethernet.source());
    if ethernet.ether_type() == LLDP {
        let url = lldp::url(ethernet.payload_slice())?;
        return Ok(url.map(|url| Said { hardware: source, url, heard: Heard::Lldp }));
    }
    let Some(TransportSlice::Udp(udp)) = &packet.transport else { return Ok(None) };
    let message = match (&packet.net, udp.destination_port()) {
        (Some(LaxNetSlice::Ipv4(_)), DHCP_V4) => dhcp::message_v4(udp.payload()),
        (Some(LaxNetSlice::Ipv6(_)), DHCP_V6) => dhcp::message_v6(udp.payload()),
        _ => return Ok(None),
    };
    let Message { mac_address, relayed, url } = match message {
        // A server's answer to a relay agent goes to the same port.
        Err(error) if error.kind() == ErrorKind::NotExpected => return Ok(None),
        message => message?,
    };
    let Some(url) = url else { return Ok(None) };
    let hardware = match mac_address.map(HardwareAddress) {
        None if relayed => return Ok(None),
        None => source,
        Some(hardware) if relayed || hardware == source => hardware,
        Some(_) => return Err(Unheard::OtherHardware),
    };
    Ok(Some(Said { hardware, url, heard: Heard::Dhcp }))
}

/// How long nothing new is taken from who has just said something.
const QUIET: Duration = Duration::from_secs(10);
/// How long what was said need not be said again.
const KNOWN: Duration = Duration::from_secs(3600);
/// The most hardware addresses that are remembered.
const MOST: usize = 4096;

/// Who has said what of late, so that whoever shouts is not listened to all the time.
#[derive(Debug, Default)]
pub struct Memory {
    said: BTreeMap<HardwareAddress, (Instant, Said)>,
}

impl Memory {
    /// Whether this is news at this time: not what the same hardware address said last, nor too soon after it.
    pub fn is_news(&mut self, said: &Said, now: Instant) -> bool {
        if let Some((at, last)) = self.said.get(&said.hardware) {
            let since = now.saturating_duration_since(*at);
            if since < if last == said { KNOWN } else { QUIET } {
                return false;
            }
        } else if self.said.len() >= MOST {
            self.said.retain(|_, (at, _)| now.saturating_duration_since(*at) < QUIET);
            if self.said.len() >= MOST {
                return false;
            }
        }
        self.said.insert(said.hardware, (now, said.clone()));
        true
    }
}
