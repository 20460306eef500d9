//! A packet socket of Linux (`packet(7)`) on one interface.

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, SockaddrLike, bind, recvfrom, socket,
};
use socket2::{SockFilter, SockRef};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::Command;
use std::time::Duration;

/// The group address to which LLDP is sent, and which bridges do not forward (IEEE 802.1AB, 7.1).
const NEAREST_BRIDGE: &str = "01:80:c2:00:00:0e";
/// Room for a frame: a DHCP message of the size that has to be taken is far shorter.
const FRAME: usize = 2048;
/// What the kernel calls frames that this machine has sent itself (`packet(7)`).
const PACKET_OUTGOING: u8 = 4;

/// What the kernel lets through (`bpf(4)`): LLDP, and UDP to the ports of DHCP servers, unfragmented. Each jump counts
/// from the instruction after it.
const FILTER: [SockFilter; 17] = {
    const LOAD_HALF: u16 = 0x28;
    const LOAD_BYTE: u16 = 0x30;
    const LOAD_HEADER_LENGTH: u16 = 0xb1;
    const LOAD_HALF_BEHIND: u16 = 0x48;
    const IF_EQUAL: u16 = 0x15;
    const IF_ANY_BIT: u16 = 0x45;
    const RETURN: u16 = 0x06;
    [
        // The ethertype. Tags of VLANs are gone when a frame comes here.
        SockFilter::new(LOAD_HALF, 0, 0, 12),
        SockFilter::new(IF_EQUAL, 13, 0, 0x88cc),
        SockFilter::new(IF_EQUAL, 0, 7, 0x0800),
        // IPv4: the protocol, the offset of a fragment, the destination port behind a header of any length.
        SockFilter::new(LOAD_BYTE, 0, 0, 23),
        SockFilter::new(IF_EQUAL, 0, 11, 17),
        SockFilter::new(LOAD_HALF, 0, 0, 20),
        SockFilter::new(IF_ANY_BIT, 9, 0, 0x1fff),
        SockFilter::new(LOAD_HEADER_LENGTH, 0, 0, 14),
        SockFilter::new(LOAD_HALF_BEHIND, 0, 0, 16),
        SockFilter::new(IF_EQUAL, 5, 6, 67),
        // IPv6, without extension headers: the next header, the destination port.
        SockFilter::new(IF_EQUAL, 0, 5, 0x86dd),
        SockFilter::new(LOAD_BYTE, 0, 0, 20),
        SockFilter::new(IF_EQUAL, 0, 3, 17),
        SockFilter::new(LOAD_HALF, 0, 0, 56),
        SockFilter::new(IF_EQUAL, 0, 1, 547),
        SockFilter::new(RETURN, 0, 0, 0xffff),
        SockFilter::new(RETURN, 0, 0, 0),
    ]
};

/// Hears DHCP and LLDP on one interface.
#[derive(Debug)]
pub struct Listener {
    socket: OwnedFd,
    interface: usize,
}

impl Listener {
    /// Listens at the interface of this name, in the network namespace of the calling thread. Needs `CAP_NET_RAW` and
    /// `CAP_NET_ADMIN`, and the `ip` command, by which the interface takes the frames of LLDP.
    ///
    /// # Errors
    /// What the system says, or that there is no such interface.
    pub fn open(interface: &str) -> io::Result<Self> {
        let own = |address: LinkAddr| {
            (address.family() == Some(AddressFamily::Packet)).then_some(address)
        };
        let address = getifaddrs()?
            .filter(|known| known.interface_name == interface)
            .find_map(|known| known.address?.as_link_addr().copied().and_then(own))
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such interface"))?;
        let groups = Command::new("ip").args(["maddr", "show", "dev", interface]).output()?;
        if !String::from_utf8_lossy(&groups.stdout).contains(NEAREST_BRIDGE) {
            let add = ["maddr", "add", NEAREST_BRIDGE, "dev", interface];
            let added = Command::new("ip").args(add).output()?;
            if !added.status.success() {
                let words = String::from_utf8_lossy(&added.stderr).trim().to_owned();
                return Err(io::Error::other(words));
            }
        }
        let socket = socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::EthAll,
        )?;
        let options = SockRef::from(&socket);
        options.attach_filter(&FILTER)?;
        bind(socket.as_raw_fd(), &address)?;
        Ok(Self { socket, interface: address.ifindex() })
    }

    /// Waits for the next frame, not longer than `patience`; nothing if none came.
    ///
    /// # Errors
    /// What the system says, as when the interface goes away.
    pub fn next(&self, patience: Duration) -> io::Result<Option<Vec<u8>>> {
        SockRef::from(&self.socket).set_read_timeout(Some(patience))?;
        let mut frame = vec![0; FRAME];
        let (length, from) = match recvfrom::<LinkAddr>(self.socket.as_raw_fd(), &mut frame) {
            Ok(received) => received,
            Err(nix::Error::EAGAIN | nix::Error::EINTR) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Before it was bound, it may have heard others.
        let strange =
            |from: &LinkAddr| from.ifindex() != self.interface || from.pkttype() == PACKET_OUTGOING;
        if from.as_ref().is_none_or(strange) {
            return Ok(None);
        }
        frame.truncate(length);
        Ok(Some(frame))
    }
}
