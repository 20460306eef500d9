//! A DNS proxy between the devices and their resolver, so that what opens the way to a name's addresses is
//! the very answer that the device gets.
//!
//! A proxy rather than a hook into a resolver: it works with whatever resolver there is, the answer is known
//! before the device has it, so that its first packet passes, and an answer that must not be followed is
//! never given. A log of the packets (nflog) comes after the device has its answer; a resolver's own sets
//! (dnsmasq's `nftset`) neither tell which answers were refused nor bound their number.
//!
//! An answer with an address that no host of the internet can have is refused: a name that someone else
//! controls could otherwise open the way into the local network (DNS rebinding).

mod message;

#[cfg(test)]
mod tests;

use ipnet::IpNet;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

pub use self::message::{DnsError, DnsErrorKind};

use self::message::Query;
use super::policy::HostName;

/// The shortest time that an address is held for: a connection that lasts longer than its name's time to
/// live must not break, and devices ask again only when they connect again.
pub const SHORTEST: Duration = Duration::from_secs(3600);
/// The longest time that an address is held for.
pub const LONGEST: Duration = Duration::from_secs(86_400);

/// The most queries that wait for the resolver at once; one more is not answered.
const WAITING: usize = 64;
/// How long a query waits for the resolver, and a device for its connection.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the proxy looks whether it is still wanted.
const POLL: Duration = Duration::from_millis(100);
/// The most bytes of a message (RFC 1035, 4.2.2).
const LONGEST_MESSAGE: usize = 0xffff;

/// The proxy's configuration.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// The resolver that answers.
    pub resolver: SocketAddr,
    /// Networks that are local, besides those that never are on the internet.
    pub local_networks: Vec<IpNet>,
    /// Domains whose names may have local addresses.
    pub local_names: Vec<HostName>,
}

/// What becomes of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Judgement {
    /// The device gets it, after the addresses in it have been learned.
    Pass(Option<Learned>),
    /// The device is refused: this address is local, and the name may not have such.
    Rebinding(IpAddr),
}

/// What an answer teaches.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Learned {
    /// The name that the device asked for.
    pub name: HostName,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// How long they are to be held: the time to live, but not less than [`SHORTEST`] nor more than
    /// [`LONGEST`].
    pub lifetime: Duration,
}

/// What the proxy tells while it runs.
#[derive(Debug)]
pub enum Event<'e> {
    /// An answer is about to be given; the addresses in it should be in force when this returns.
    Learned(&'e Learned),
    /// A device was refused an answer with a local address.
    Rebinding(&'e HostName, IpAddr),
    /// A query or an answer was passed over, since it is none.
    Malformed(SocketAddr, DnsError),
}

impl Proxy {
    /// What becomes of the resolver's answer to a query.
    ///
    /// # Errors
    /// [`DnsError`] if the one is no query or the other not an answer to it.
    pub fn judge(&self, query: &[u8], answer: &[u8]) -> Result<Judgement, DnsError> {
        let read = Query::read(query)?.answer(answer)?;
        let local_name = read.name.as_ref().is_some_and(|name| self.is_local_name(name));
        if !local_name && let Some(local) = read.addresses.iter().find(|at| self.is_local(**at)) {
            return Ok(Judgement::Rebinding(*local));
        }
        // The device asks again for the whole of an answer that was cut.
        let name = read.name.filter(|_| !read.truncated && !read.addresses.is_empty());
        let lifetime = Duration::from_secs(read.ttl.into()).clamp(SHORTEST, LONGEST);
        Ok(Judgement::Pass(name.map(|name| Learned { name, addresses: read.addresses, lifetime })))
    }

    fn is_local_name(&self, name: &HostName) -> bool {
        self.local_names.iter().any(|domain| {
            let before = name.as_str().strip_suffix(domain.as_str());
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    }

    fn is_local(&self, address: IpAddr) -> bool {
        self.local_networks.iter().any(|network| network.contains(&address))
            || match address {
                IpAddr::V4(address) => is_local_v4(address),
                IpAddr::V6(address) => is_local_v6(address),
            }
    }

    /// Answers devices at both sockets, of which one is for long answers, until `over`. `tell` is called from
    /// several threads; what takes time in it delays one answer.
    ///
    /// # Errors
    /// If a socket can't be set up or waited at. What goes wrong with one query leaves that unanswered.
    pub fn serve(
        &self,
        udp: &UdpSocket,
        tcp: &TcpListener,
        over: &AtomicBool,
        tell: &(impl Fn(Event<'_>) + Sync),
    ) -> io::Result<()> {
        udp.set_read_timeout(Some(POLL))?;
        tcp.set_nonblocking(true)?;
        let waiting = AtomicUsize::new(0);
        thread::scope(|scope| {
            let streams = scope.spawn(|| -> io::Result<()> {
                while !over.load(Ordering::Relaxed) {
                    match tcp.accept() {
                        Ok((stream, _)) => {
                            if let Some(turn) = Turn::take(&waiting) {
                                // What goes wrong with one connection ends that connection.
                                scope.spawn(move || self.stream(stream, tell, turn).err());
                            }
                        }
                        Err(error) if passes_by(&error) => thread::sleep(POLL),
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            });
            let mut query = vec![0; LONGEST_MESSAGE];
            let served = loop {
                if over.load(Ordering::Relaxed) {
                    break Ok(());
                }
                match udp.recv_from(&mut query) {
                    Ok((length, device)) => {
                        let query = query.get(..length).unwrap_or_default().to_vec();
                        if let Some(turn) = Turn::take(&waiting) {
                            scope.spawn(move || {
                                self.datagram(&query, udp, device, tell, turn).err()
                            });
                        }
                    }
                    Err(error) if passes_by(&error) => {}
                    Err(error) => break Err(error),
                }
            };
            let crash = |_| Err(io::Error::other("a thread of the DNS proxy panicked"));
            served.and(streams.join().unwrap_or_else(crash))
        })
    }

    fn datagram(
        &self,
        query: &[u8],
        udp: &UdpSocket,
        device: SocketAddr,
        tell: &impl Fn(Event<'_>),
        _turn: Turn<'_>,
    ) -> io::Result<()> {
        let answer = self.answer(query, device, tell, || {
            // A port of its own for each query makes answers hard to forge (RFC 5452, 9.2).
            let socket = UdpSocket::bind((unspecified(&self.resolver), 0))?;
            socket.set_read_timeout(Some(PATIENCE))?;
            socket.connect(self.resolver)?;
            socket.send(query)?;
            let mut answer = vec![0; LONGEST_MESSAGE];
            let length = socket.recv(&mut answer)?;
            answer.truncate(length);
            Ok(answer)
        })?;
        answer.map_or(Ok(()), |answer| udp.send_to(&answer, device).map(drop))
    }

    fn stream(
        &self,
        mut device: TcpStream,
        tell: &impl Fn(Event<'_>),
        _turn: Turn<'_>,
    ) -> io::Result<()> {
        let from = device.peer_addr()?;
        device.set_nonblocking(false)?;
        device.set_read_timeout(Some(PATIENCE))?;
        device.set_write_timeout(Some(PATIENCE))?;
        let query = read_framed(&mut device)?;
        let answer = self.answer(&query, from, tell, || {
            let mut resolver = TcpStream::connect_timeout(&self.resolver, PATIENCE)?;
            resolver.set_read_timeout(Some(PATIENCE))?;
            write_framed(&mut resolver, &query)?;
            read_framed(&mut resolver)
        })?;
        answer.map_or(Ok(()), |answer| write_framed(&mut device, &answer))
    }

    /// The answer that the device gets; `None` if it gets none.
    fn answer(
        &self,
        query: &[u8],
        device: SocketAddr,
        tell: &impl Fn(Event<'_>),
        ask: impl FnOnce() -> io::Result<Vec<u8>>,
    ) -> io::Result<Option<Vec<u8>>> {
        let asked = match Query::read(query) {
            Ok(asked) => asked,
            Err(error) => {
                tell(Event::Malformed(device, error));
                return Ok(None);
            }
        };
        let answer = ask()?;
        match self.judge(query, &answer) {
            Ok(Judgement::Pass(learned)) => {
                if let Some(learned) = &learned {
                    tell(Event::Learned(learned));
                }
                Ok(Some(answer))
            }
            Ok(Judgement::Rebinding(local)) => {
                if let Some(name) = asked.answer(&answer).ok().and_then(|answer| answer.name) {
                    tell(Event::Rebinding(&name, local));
                }
                Ok(Some(asked.refusal(query)))
            }
            Err(error) => {
                tell(Event::Malformed(self.resolver, error));
                Ok(None)
            }
        }
    }
}

/// One of the queries that may wait.
struct Turn<'w>(&'w AtomicUsize);

impl<'w> Turn<'w> {
    fn take(waiting: &'w AtomicUsize) -> Option<Self> {
        let turn = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < WAITING).then_some(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn passes_by(error: &io::Error) -> bool {
    // A refused answer to another device shows up at the socket, too.
    matches!(
        error.kind(),
        ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
    )
}

fn unspecified(like: &SocketAddr) -> IpAddr {
    if like.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() }
}

/// A message with its length before it (RFC 1035, 4.2.2).
fn read_framed(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message)?;
    Ok(message)
}

fn write_framed(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| ErrorKind::InvalidInput)?;
    stream.write_all(&[&length.to_be_bytes(), message].concat())
}

/// Addresses that no host of the internet has (the IANA registries of RFC 6890), those kept for documentation
/// left out.
fn is_local_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || a == 0
        || a >= 224
        || (a == 100 && b & 0xc0 == 64)
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // An IPv4 address within one of IPv6 (RFC 4291, 2.5.5; RFC 6052, 2.1) is judged as what it is.
    let within = match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    };
    within.is_some_and(is_local_v4)
        || address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.is_multicast()
}
