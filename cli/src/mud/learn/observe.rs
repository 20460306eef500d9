//! What a device was seen to talk: its conversations, and the names that it asked for.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, LinkSlice, TransportSlice};
use hexad_mud::flow::Direction;
use hexad_mud::url::{MudUrl, dhcp, lldp};
use simple_dns::Packet;
use simple_dns::rdata::RData;

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    Tcp,
    Udp,
}

/// The two ends of a conversation: the device's port, the peer and its port.
type Ends = (Protocol, u16, IpAddr, u16);

/// Who begins a conversation, and whether that was seen.
#[derive(Clone, Copy, Debug)]
struct Beginning {
    initiated: Direction,
    seen: bool,
}

/// What was seen of a device.
pub struct Observation {
    device: [u8; 6],
    /// Frames from or to the device.
    pub frames: usize,
    conversations: BTreeMap<Ends, Beginning>,
    /// The name that the device asked for, by the addresses of the answers.
    pub names: BTreeMap<IpAddr, String>,
    /// The MUD URL that the device says.
    pub url: Option<MudUrl>,
    /// Packets of other protocols, by what they are.
    pub others: BTreeMap<String, usize>,
}

/// A service as it is proposed: who is asked on which port, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Talk {
    pub peer: IpAddr,
    pub protocol: Protocol,
    pub port: u16,
    pub initiated: Direction,
    /// Whether the beginning was seen; else the lower port is taken for the one that is asked.
    pub seen: bool,
}

impl Observation {
    pub fn new(device: [u8; 6]) -> Self {
        Self {
            device,
            frames: 0,
            conversations: BTreeMap::new(),
            names: BTreeMap::new(),
            url: None,
            others: BTreeMap::new(),
        }
    }

    /// Takes a frame of Ethernet.
    pub fn frame(&mut self, frame: &[u8]) {
        let Ok(packet) = LaxSlicedPacket::from_ethernet(frame) else { return };
        let Some(LinkSlice::Ethernet2(ethernet)) = &packet.link else { return };
        let direction = if ethernet.source() == self.device {
            Direction::FromDevice
        } else if ethernet.destination() == self.device {
            Direction::ToDevice
        } else {
            return;
        };
        self.frames = self.frames.saturating_add(1);
        if ethernet.ether_type() == EtherType(0x88cc) && direction == Direction::FromDevice {
            self.says(lldp::url(ethernet.payload_slice()).ok().flatten());
            return;
        }
        let (source, destination): (IpAddr, IpAddr) = match &packet.net {
            Some(LaxNetSlice::Ipv4(ip)) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            Some(LaxNetSlice::Ipv6(ip)) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            Some(LaxNetSlice::Arp(_)) => return,
            None => return self.other(&format!("ethertype {:#06x}", ethernet.ether_type().0)),
        };
        let (peer, own_first) = match direction {
            Direction::FromDevice => (destination, true),
            Direction::ToDevice => (source, false),
        };
        let (protocol, from, to, opens) = match &packet.transport {
            Some(TransportSlice::Tcp(tcp)) => {
                let opens = tcp.syn().then_some(!tcp.ack());
                (Protocol::Tcp, tcp.source_port(), tcp.destination_port(), opens)
            }
            Some(TransportSlice::Udp(udp)) => {
                let (from, to) = (udp.source_port(), udp.destination_port());
                match (direction, from, to) {
                    // Every network gives a device its address; what it says of itself meanwhile is noted.
                    (Direction::FromDevice, 68, 67) => {
                        let message = dhcp::message_v4(udp.payload()).ok();
                        return self.says(message.and_then(|message| message.url));
                    }
                    (Direction::FromDevice, 546, 547) => {
                        let message = dhcp::message_v6(udp.payload()).ok();
                        return self.says(message.and_then(|message| message.url));
                    }
                    (Direction::ToDevice, 67, 68) | (Direction::ToDevice, 547, 546) => return,
                    (Direction::ToDevice, 53, _) => self.answer(udp.payload()),
                    _ => {}
                }
                (Protocol::Udp, from, to, None)
            }
            Some(TransportSlice::Icmpv4(_)) => return self.other("ICMP"),
            // Neighbours are found and groups joined by it.
            Some(TransportSlice::Icmpv6(_)) => return,
            Some(_) | None => return self.other("protocols other than TCP and UDP, and fragments"),
        };
        if peer == IpAddr::V4(Ipv4Addr::BROADCAST) || peer == IpAddr::V4(Ipv4Addr::UNSPECIFIED) {
            return self.other("broadcasts");
        }
        let (own, theirs) = if own_first { (from, to) } else { (to, from) };
        let answer = match direction {
            Direction::FromDevice => Direction::ToDevice,
            Direction::ToDevice => Direction::FromDevice,
        };
        let beginning = match (protocol, opens) {
            (Protocol::Tcp, Some(true)) => Beginning { initiated: direction, seen: true },
            (Protocol::Tcp, Some(false)) => Beginning { initiated: answer, seen: true },
            // In the midst of a connection, the lower port is taken for the one that is asked.
            (Protocol::Tcp, None) => Beginning {
                initiated: if own < theirs { Direction::ToDevice } else { Direction::FromDevice },
                seen: false,
            },
            (Protocol::Udp, _) => Beginning { initiated: direction, seen: true },
        };
        let known = self.conversations.entry((protocol, own, peer, theirs)).or_insert(beginning);
        if beginning.seen && !known.seen {
            *known = beginning;
        }
    }

    fn other(&mut self, what: &str) {
        let count = self.others.entry(what.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// The first URL stays: a device has one.
    fn says(&mut self, url: Option<MudUrl>) {
        self.url = self.url.take().or(url);
    }

    /// Takes an answer to the device's own question: the name that it asked for stands for the addresses,
    /// whatever other names lead to them.
    fn answer(&mut self, message: &[u8]) {
        let Ok(packet) = Packet::parse(message) else { return };
        let [question] = packet.questions.as_slice() else { return };
        let name = question.qname.to_string().to_ascii_lowercase();
        for record in &packet.answers {
            let address: IpAddr = match &record.rdata {
                RData::A(record) => Ipv4Addr::from_bits(record.address).into(),
                RData::AAAA(record) => Ipv6Addr::from_bits(record.address).into(),
                _ => continue,
            };
            self.names.insert(address, name.clone());
        }
    }

    /// What was talked, each once.
    pub fn talks(&self) -> Vec<Talk> {
        let talk = |(&(protocol, own, peer, theirs), beginning): (&Ends, &Beginning)| {
            let Beginning { initiated, seen } = *beginning;
            let port = if initiated == Direction::FromDevice { theirs } else { own };
            Talk { peer, protocol, port, initiated, seen }
        };
        let mut talks: Vec<_> = self.conversations.iter().map(talk).collect();
        talks.sort_unstable();
        talks.dedup();
        talks
    }
}
